//! The ledger: what the chain says happened during a run.

use crate::{ChainFact, PaymentKey, decimal};
use gauntlet_wire::{Address, B256, Bytes, U256};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// Money that moved: one Transfer event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Transfer {
    /// The token.
    pub token: Address,
    /// Who paid.
    pub from: Address,
    /// Who received.
    pub to: Address,
    /// Atomic token units.
    #[serde(with = "decimal")]
    pub value: U256,
    /// The transaction.
    pub tx: B256,
    /// Its block.
    pub block: u64,
    /// Number of the log within the block.
    pub log_index: u64,
}

/// A nonce that was spent: one AuthorizationUsed event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AuthorizationUse {
    /// The token.
    pub token: Address,
    /// Who signed.
    pub payer: Address,
    /// What was spent.
    pub nonce: B256,
    /// The transaction.
    pub tx: B256,
    /// Its block.
    pub block: u64,
}

/// A transaction that an account sent and that is in a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentTx {
    /// Its hash.
    pub hash: B256,
    /// Its sender.
    pub from: Address,
    /// Its block.
    pub block: u64,
    /// The sender's nonce.
    pub nonce: u64,
    /// Whether it succeeded.
    pub status: bool,
    /// Gas that it took.
    pub gas_used: u64,
    /// The account or contract it went to; `None` when it made a contract.
    pub to: Option<Address>,
    /// Its input.
    pub input: Bytes,
}

/// Everything that the chain says of a run, in the order of the chain.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// The first block that was read.
    pub from_block: u64,
    /// The last block that was read.
    pub to_block: u64,
    /// The token that moves exactly what it is told to move.
    pub usdc: Address,
    /// The accounts that the target says it settles from.
    pub signers: BTreeSet<Address>,
    /// Money that moved, in every token of the chain.
    pub transfers: Vec<Transfer>,
    /// Authorizations that were spent.
    pub used: Vec<AuthorizationUse>,
    /// Transactions of the signers.
    pub sent: Vec<SentTx>,
    /// Payments that the harness itself submitted.
    pub relayed: BTreeSet<PaymentKey>,
}

/// `0x7099…79C8`; whole in the alternate form.
#[must_use]
pub fn short(address: Address, f: &fmt::Formatter<'_>) -> String {
    let whole = address.to_checksum(None);
    if f.alternate() { whole } else { format!("{}…{}", &whole[..6], &whole[38..]) }
}

impl fmt::Display for Transfer {
    /// One line; `{:#}` writes the addresses out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (short(self.from, f), short(self.to, f));
        write!(f, "Transfer {from} → {to} {} in {:#x}", self.value, self.tx)
    }
}

impl fmt::Display for AuthorizationUse {
    /// One line; `{:#}` writes the address out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AuthorizationUsed {} nonce {:#x} in {:#x}", short(self.payer, f), self.nonce, self.tx)
    }
}

impl fmt::Display for SentTx {
    /// One line; `{:#}` writes the address out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = if self.status { "succeeded" } else { "reverted" };
        let to = self.to.map_or_else(|| "a new contract".to_owned(), |to| short(to, f));
        write!(
            f,
            "transaction {:#x} to {to} {outcome}, nonce {}, gas {}",
            self.hash, self.nonce, self.gas_used
        )
    }
}

macro_rules! fact {
    ($($thing:ty),+) => {$(
        impl From<&$thing> for ChainFact {
            fn from(thing: &$thing) -> Self {
                Self { block: thing.block, text: thing.to_string() }
            }
        }
    )+};
}

fact!(Transfer, AuthorizationUse, SentTx);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_fit_in_a_line() {
        let (from, to) = (Address::repeat_byte(0x11), Address::repeat_byte(0x22));
        let (token, tx) = (Address::repeat_byte(0x33), B256::repeat_byte(0xab));
        let transfer = Transfer { token, from, to, value: U256::from(10_000), tx, block: 7, log_index: 0 };
        assert_eq!(transfer.to_string(), format!("Transfer 0x1111…1111 → 0x2222…2222 10000 in {tx}"));
        assert!(format!("{transfer:#}").contains(&from.to_checksum(None)));

        let used = AuthorizationUse { token, payer: from, nonce: B256::repeat_byte(1), tx, block: 7 };
        assert_eq!(used.to_string().lines().count(), 1);
        let recorded = ChainFact::from(&used);
        assert_eq!((recorded.block, recorded.text), (7, used.to_string()));
        let sent = SentTx {
            hash: tx,
            from,
            block: 7,
            nonce: 3,
            status: true,
            gas_used: 65_000,
            to: None,
            input: Bytes::new(),
        };
        assert_eq!(
            sent.to_string(),
            format!("transaction {tx} to a new contract succeeded, nonce 3, gas 65000")
        );
    }

    #[test]
    fn money_is_decimal_text() {
        let transfer = Transfer {
            token: Address::ZERO,
            from: Address::ZERO,
            to: Address::ZERO,
            value: U256::MAX,
            tx: B256::ZERO,
            block: 1,
            log_index: 0,
        };
        let json = serde_json::to_value(&transfer).unwrap();
        assert_eq!(json["value"], U256::MAX.to_string());
        assert_eq!(serde_json::from_value::<Transfer>(json).unwrap(), transfer);
    }
}
