//! Names of networks.

use super::{Case, Outcome};
use Outcome::{Invalid, Open, Valid};
use serde_json::{Value, json};

/// Name of the case, version, the text, what comes of it, the EIP-155 chain id.
type Row = (&'static str, u8, &'static str, Outcome, u64);

const ROWS: &[Row] = &[
    ("base", 2, "eip155:8453", Valid, 8453),
    ("base-sepolia", 2, "eip155:84532", Valid, 84532),
    ("ethereum", 2, "eip155:1", Valid, 1),
    ("avalanche", 2, "eip155:43114", Valid, 43114),
    ("avalanche-fuji", 2, "eip155:43113", Valid, 43113),
    ("polygon", 2, "eip155:137", Valid, 137),
    ("bsc", 2, "eip155:56", Valid, 56),
    ("53-bits", 2, "eip155:9007199254740991", Valid, 9_007_199_254_740_991),
    ("above-2-to-53", 2, "eip155:9007199254740993", Valid, 9_007_199_254_740_993),
    ("short-name", 2, "base-sepolia", Invalid, 0),
    ("no-reference", 2, "eip155:", Invalid, 0),
    ("no-namespace", 2, ":84532", Invalid, 0),
    ("number-only", 2, "84532", Invalid, 0),
    ("leading-zero", 2, "eip155:084532", Invalid, 0),
    ("plus", 2, "eip155:+84532", Invalid, 0),
    ("minus", 2, "eip155:-1", Invalid, 0),
    ("hexadecimal", 2, "eip155:0x14a34", Invalid, 0),
    ("capitals", 2, "EIP155:84532", Invalid, 0),
    ("blank-before", 2, " eip155:84532", Invalid, 0),
    ("blank-inside", 2, "eip155: 84532", Invalid, 0),
    ("account", 2, "eip155:84532:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Invalid, 0),
    ("wildcard", 2, "eip155:*", Invalid, 0),
    ("other-digits", 2, "eip155:८४५३२", Invalid, 0),
    ("empty", 2, "", Invalid, 0),
    ("base", 1, "base", Valid, 8453),
    ("base-sepolia", 1, "base-sepolia", Valid, 84532),
    ("avalanche", 1, "avalanche", Valid, 43114),
    ("avalanche-fuji", 1, "avalanche-fuji", Valid, 43113),
    ("polygon", 1, "polygon", Open, 137),
    ("polygon-amoy", 1, "polygon-amoy", Open, 80002),
    ("capital", 1, "Base", Invalid, 0),
    ("underscore", 1, "base_sepolia", Invalid, 0),
    ("caip2", 1, "eip155:84532", Invalid, 0),
    ("chain-id", 1, "84532", Invalid, 0),
    ("unknown", 1, "nowhere", Invalid, 0),
    ("blank-behind", 1, "base ", Invalid, 0),
];

pub(super) fn cases() -> Vec<Case> {
    ROWS.iter()
        .map(|(name, version, written, result, chain_id)| Case {
            id: format!("network/v{version}/{name}"),
            comment: format!("{written:?} where a version {version} message names an EVM network"),
            flags: vec!["Network"],
            input: json!({ "version": version, "text": written }),
            result: *result,
            expected: match result {
                Invalid => Value::Null,
                // As a text: readers that keep numbers as doubles cannot read the largest.
                Valid | Open => json!({ "chainId": chain_id.to_string() }),
            },
            requirements: match version {
                1 => vec!["X402V1-CORE-002"],
                _ => vec!["X402V2-CORE-035"],
            },
        })
        .collect()
}
