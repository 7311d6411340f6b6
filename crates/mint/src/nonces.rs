//! Nonces that say which payment they belong to.

use alloy_primitives::keccak256;
use gauntlet_wire::B256;

/// Where the number begins.
const NUMBER: usize = 24;

/// Nonces of one name: 24 bytes that are its own, and a number that counts.
///
/// Whoever finds such a nonce on the chain knows at once which payment it was, without a table.
#[derive(Debug, Clone)]
pub struct Nonces {
    name: B256,
    last: u64,
}

impl Nonces {
    /// The nonces of a name, from number 1.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: keccak256(format!("{name}/nonces")), last: 0 }
    }

    /// The next one, with its number.
    pub fn draw(&mut self) -> (u64, B256) {
        self.last += 1;
        (self.last, self.of(self.last))
    }

    /// The nonce with a number.
    #[must_use]
    pub fn of(&self, number: u64) -> B256 {
        let mut nonce = self.name;
        nonce[NUMBER..].copy_from_slice(&number.to_be_bytes());
        nonce
    }

    /// The number of a nonce of this name; `None` for any other.
    #[must_use]
    pub fn number(&self, nonce: &B256) -> Option<u64> {
        let mut number = [0; 8];
        number.copy_from_slice(&nonce[NUMBER..]);
        (nonce[..NUMBER] == self.name[..NUMBER]).then(|| u64::from_be_bytes(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_knows_its_number_and_no_stranger_has_one() {
        let mut nonces = Nonces::new("402/load");
        let (number, first) = nonces.draw();
        assert_eq!((number, nonces.number(&first)), (1, Some(1)));
        assert_ne!(nonces.draw().1, first);
        assert_eq!(nonces.number(&nonces.of(u64::MAX)), Some(u64::MAX));
        assert_eq!(nonces.number(&Nonces::new("402/other").of(1)), None);
        let mut touched = first;
        touched[0] ^= 1;
        assert_eq!(nonces.number(&touched), None);
    }
}
