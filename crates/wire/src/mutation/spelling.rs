//! Mutations of how a payment is written: other spellings of numbers, and the case of hexadecimal digits.

use super::{both_sides, set};
use crate::draft::{ACCEPTED, AUTHORIZATION, REQUIREMENTS, SIGNATURE};
use crate::message::amount_field;
use crate::{Address, Draft, U256, Version};
use alloy_primitives::hex;
use serde_json::{Value, json};

/// A spelling of a number that is not plain decimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// `-10000`
    Negative,
    /// `10000.0`
    Fraction,
    /// `1e4`
    Exponent,
    /// `0x2710`
    Hexadecimal,
    /// ` 10000`
    LeadingBlank,
    /// `010000`
    LeadingZero,
    /// Devanagari digits: digits to Unicode, not to x402.
    OtherDigits,
    /// The empty string.
    Empty,
    /// The JSON number 10000; above 2^64 − 1 it is cut to that.
    Number,
}

impl Spelling {
    /// Writes a number in this spelling.
    fn write(self, number: U256) -> Value {
        let plain = number.to_string();
        match self {
            Self::Negative => json!(format!("-{plain}")),
            Self::Fraction => json!(format!("{plain}.0")),
            Self::Exponent => {
                let digits = plain.trim_end_matches('0');
                match digits {
                    "" => json!("0e0"),
                    _ => json!(format!("{digits}e{}", plain.len() - digits.len())),
                }
            }
            Self::Hexadecimal => json!(format!("{number:#x}")),
            Self::LeadingBlank => json!(format!(" {plain}")),
            Self::LeadingZero => json!(format!("0{plain}")),
            Self::OtherDigits => json!(
                plain
                    .chars()
                    .map(|c| c.to_digit(10).and_then(|d| char::from_u32('०' as u32 + d)).unwrap_or(c))
                    .collect::<String>()
            ),
            Self::Empty => json!(""),
            Self::Number => json!(number.saturating_to::<u64>()),
        }
    }
}

pub(super) fn spelled(draft: &mut Draft, spelling: Spelling) -> String {
    let value = draft.authorization.value;
    set(draft, format!("{AUTHORIZATION}/value"), spelling.write(value));
    let price = amount_field(draft.version);
    set(draft, format!("{REQUIREMENTS}/{price}"), spelling.write(draft.terms.amount));
    if draft.version == Version::V2 {
        set(draft, format!("{ACCEPTED}/{price}"), spelling.write(draft.accepted.amount));
    }
    format!("{price} and authorization.value \"{value}\" → {}", spelling.write(value))
}

pub(super) fn wraps(draft: &mut Draft, modulus: &str, name: &str) -> String {
    // The sum may need 257 bits, so it is made digit by digit from the decimal texts.
    let sum = add_decimal(modulus, &draft.authorization.value.to_string());
    set(draft, format!("{AUTHORIZATION}/value"), json!(sum));
    format!(
        "authorization.value {} → {} + {name} (signed without it)",
        draft.authorization.value, draft.authorization.value
    )
}

fn add_decimal(a: &str, b: &str) -> String {
    let digit = |text: &str, place: usize| {
        text.len().checked_sub(place + 1).map_or(0, |index| text.as_bytes()[index] - b'0')
    };
    let mut carry = 0;
    let mut digits = Vec::new();
    for place in 0..a.len().max(b.len()) {
        let sum = digit(a, place) + digit(b, place) + carry;
        digits.push(char::from(b'0' + sum % 10));
        carry = sum / 10;
    }
    if carry > 0 {
        digits.push('1');
    }
    digits.iter().rev().collect()
}

pub(super) fn lower_case(draft: &mut Draft) -> String {
    let lower = |address: Address| json!(address.to_string().to_ascii_lowercase());
    let (from, to) = (draft.authorization.from, draft.authorization.to);
    set(draft, format!("{AUTHORIZATION}/from"), lower(from));
    set(draft, format!("{AUTHORIZATION}/to"), lower(to));
    let (asset, payee) = (lower(draft.terms.token.address), lower(draft.terms.pay_to));
    both_sides(draft, "asset", Some(&asset));
    both_sides(draft, "payTo", Some(&payee));
    "all addresses in lower case".into()
}

pub(super) fn upper_case(draft: &mut Draft) -> String {
    let upper = |bytes: &[u8]| json!(format!("0x{}", hex::encode_upper(bytes)));
    let signature =
        draft.signer.sign_as(draft.authorization.digest(&draft.spelling.signing(&draft.domain)), draft.form);
    let nonce = draft.authorization.nonce;
    set(draft, format!("{AUTHORIZATION}/nonce"), upper(nonce.as_slice()));
    set(draft, SIGNATURE, upper(&signature));
    "hexadecimal digits of nonce and signature in upper case".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_sums_carry() {
        assert_eq!(add_decimal("999", "1"), "1000");
        assert_eq!(
            add_decimal(
                "115792089237316195423570985008687907853269984665640564039457584007913129639936",
                "10000"
            ),
            "115792089237316195423570985008687907853269984665640564039457584007913129649936"
        );
    }
}
