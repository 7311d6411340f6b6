//! Ethereum addresses in JSON texts.

use super::{Case, Outcome};
use Outcome::{Invalid, Open, Valid};
use serde_json::{Value, json};

const IDS: &[&str] = &["X402-EVM3009-011", "X402V2-CORE-009", "X402V2-CORE-010"];

/// The address in all rows that are one, in the letter case of EIP-55: the first test address of that text.
const CHECKSUMMED: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

const ROWS: &[(&str, &str, Outcome, &str)] = &[
    ("checksummed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Valid, "Plain"),
    ("lower-case", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", Valid, "Checksum"),
    ("upper-case", "0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED", Valid, "Checksum"),
    ("wrong-checksum", "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Open, "Checksum"),
    ("prefix-in-capitals", "0X5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Invalid, "Spelling"),
    ("without-prefix", "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Open, "Spelling"),
    ("prefix-twice", "0x0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Invalid, "Spelling"),
    ("39-digits", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe", Invalid, "Spelling"),
    ("41-digits", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed0", Invalid, "Spelling"),
    ("19-bytes", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA", Invalid, "Spelling"),
    ("21-bytes", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed00", Invalid, "Spelling"),
    ("32-bytes", "0x0000000000000000000000005aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Invalid, "Spelling"),
    ("no-digit", "0x", Invalid, "Spelling"),
    ("empty", "", Invalid, "Spelling"),
    ("letter-beyond-f", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeg", Invalid, "Spelling"),
    ("blank-before", " 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Invalid, "Spelling"),
    ("blank-behind", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed ", Invalid, "Spelling"),
    ("nul-behind", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed\0", Invalid, "Spelling"),
    ("full-width-digit", "0x５aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Invalid, "Unicode"),
    ("ens-name", "vitalik.eth", Invalid, "Spelling"),
    ("caip-10", "eip155:1:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Invalid, "Spelling"),
    ("base58", "4Nd1mBQtrMJVYVfKf2PJy9NZUZdTAsp7D4xWLs4gDB4T", Invalid, "Spelling"),
];

pub(super) fn cases() -> Vec<Case> {
    ROWS.iter()
        .map(|(name, written, result, flag)| Case {
            id: format!("address/{name}"),
            comment: format!("{written:?} where an address belongs"),
            flags: vec![flag],
            input: json!({ "text": written }),
            result: *result,
            expected: match result {
                Invalid => Value::Null,
                Valid | Open => json!({ "checksummed": CHECKSUMMED }),
            },
            requirements: IDS.to_vec(),
        })
        .collect()
}
