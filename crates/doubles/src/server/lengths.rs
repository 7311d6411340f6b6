//! Headers that are longer than they need be.

use gauntlet_wire::header::encode;
use serde_json::{Value, json};

/// How long the headers of answers are at least, bytes of their values; 0 leaves them as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lengths {
    /// `PAYMENT-REQUIRED`.
    pub challenge: usize,
    /// `PAYMENT-RESPONSE` and `X-PAYMENT-RESPONSE` of a paid answer.
    pub receipt: usize,
}

/// Pads an object, so that its header is so long or up to three bytes shorter. The member is one that no buyer repeats.
pub(super) fn padded(mut object: Value, to: usize) -> Value {
    if to == 0 {
        return object;
    }
    object["padding"] = json!("");
    let missing = to.saturating_sub(encode(&object).len());
    object["padding"] = json!("p".repeat(missing / 4 * 3));
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_as_long_as_it_was_asked_to_be() {
        let object = json!({ "x402Version": 2 });
        assert_eq!(padded(object.clone(), 0), object);
        for to in [4_000, 8_200, 66_001] {
            let length = encode(&padded(object.clone(), to)).len();
            assert!((to - 3..=to).contains(&length), "{length} for {to}");
        }
        assert_eq!(padded(object.clone(), 3)["padding"], "", "it is longer already");
    }
}
