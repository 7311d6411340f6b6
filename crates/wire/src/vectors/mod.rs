//! Vectors for other implementations: what we send and what must come of it, as plain JSON.
//!
//! Each file is about one subject and names its schema, its seed and its clock; each case says what goes in and
//! whether that is valid, invalid or open. What an independent implementation has computed, or somebody has decided by
//! hand, is taken over as it is and not computed again: our own code is tested against it.
//!
//! Source of the form: Project Wycheproof (`tests`, `flags` with `notes`, `result`).

mod addresses;
mod amounts;
mod challenges;
mod documents;
mod flags;
mod headers;
mod networks;
mod reading;
mod requests;
mod rows;
mod signing;

use crate::mutation::words::ChangeError;
use crate::{Cast, DraftError, Key, Network, Terms, Token, U256};
use alloy_primitives::{B256, keccak256};
use serde_json::{Map, Value, json};

/// The clock of all vectors, Unix seconds.
pub const NOW: u64 = 1_780_000_000;
/// The price in all vectors that are not about prices, atomic token units.
pub const PRICE: u64 = 10_000;
/// The schema of all files, and what the file with it is called.
pub const SCHEMA: &str = include_str!("../../../../fixtures/schema/vectors.schema.json");
/// Name of the schema's file.
pub const SCHEMA_NAME: &str = "vectors.schema.json";
/// The version of the form: files of another one need another reader.
const FORM: u64 = 1;

/// What the vectors are made with.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The network that the facilitator serves.
    pub network: Network,
    /// Its token.
    pub token: Token,
    /// Seed of accounts, nonces and combinations.
    pub seed: u64,
}

/// A vector could not be made: our mistake.
#[derive(Debug, thiserror::Error)]
pub enum VectorError {
    /// A row names a change that does not exist.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// A change finds no place.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// A file of independent cases is not what it should be.
    #[error("the independent cases of {0} cannot be read")]
    Independent(&'static str),
}

/// What a conforming implementation makes of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It takes it.
    Valid,
    /// It refuses it.
    Invalid,
    /// Either is right: the documents are silent, or implementations differ.
    Open,
}

impl Outcome {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Open => "open",
        }
    }
}

/// One vector.
#[derive(Debug, Clone)]
struct Case {
    /// Path-like, unique among all files.
    id: String,
    /// What it shows, for people.
    comment: String,
    flags: Vec<&'static str>,
    input: Value,
    result: Outcome,
    /// What comes of it besides: null when there is nothing to say.
    expected: Value,
    /// Ids of the requirements that it is about.
    requirements: Vec<&'static str>,
}

impl Case {
    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "comment": self.comment,
            "flags": self.flags,
            "input": self.input,
            "result": self.result.as_str(),
            "expected": self.expected,
            "requirements": self.requirements,
        })
    }
}

/// One file of vectors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name, `signing.json`.
    pub name: String,
    /// Its text, which ends with a line break.
    pub text: String,
    /// How many cases it has.
    pub cases: usize,
}

/// All files, in alphabetical order. The same for the same setting.
///
/// # Errors
/// [`VectorError`]: a mistake of ours.
pub fn files(setting: &Setting) -> Result<Vec<File>, VectorError> {
    let files = [
        ("addresses", "Ethereum addresses in JSON texts: payers, payees, tokens.", addresses::cases()),
        (
            "amounts",
            "Amounts in JSON: atomic token units, texts of decimal digits below 2^256.",
            amounts::cases(),
        ),
        (
            "challenges",
            "Answers with status 402, and which of their offers a client can pay.",
            challenges::cases(setting),
        ),
        ("documents", "JSON documents: malformed, unusual, with repeated members.", documents::cases()),
        (
            "facilitator-requests",
            "Bodies of /verify and /settle, and what a facilitator says of them.",
            requests::cases(setting)?,
        ),
        ("headers", "Header values: JSON in base64.", headers::cases(setting)?),
        (
            "networks",
            "Names of networks: CAIP-2 (version 2) and the short names of version 1.",
            networks::cases(),
        ),
        (
            "reading",
            "Bodies of /verify and /settle, and what a parser reads in them; no signature is looked at.",
            reading::cases()?,
        ),
        (
            "signing",
            "EIP-3009 authorizations: EIP-712 digests, signatures and their other forms.",
            signing::cases(setting)?,
        ),
    ];
    Ok(files.into_iter().map(|(subject, about, cases)| file(setting, subject, about, &cases)).collect())
}

fn file(setting: &Setting, subject: &str, about: &str, cases: &[Case]) -> File {
    let used = |flag: &str| cases.iter().any(|case| case.flags.contains(&flag));
    let notes: Map<String, Value> = flags::FLAGS
        .iter()
        .filter(|flag| used(flag.name))
        .map(|flag| (flag.name.to_owned(), json!({ "description": flag.description, "effect": flag.effect })))
        .collect();
    let tests: Vec<Value> = cases.iter().map(Case::json).collect();
    let root = json!({
        "schema": SCHEMA_NAME,
        "form": FORM,
        "subject": subject,
        "about": about,
        "generator": "gauntlet vectors export",
        "network": setting.network.caip2(),
        "seed": setting.seed,
        "now": NOW,
        "notes": notes,
        "numberOfTests": tests.len(),
        "tests": tests,
    });
    // A JSON value always becomes a text.
    let text = serde_json::to_string_pretty(&root).unwrap_or_default() + "\n";
    File { name: format!("{subject}.json"), text, cases: cases.len() }
}

impl Setting {
    /// The terms of a payment of the usual price.
    fn terms(&self) -> Terms {
        Terms {
            scheme: "exact".into(),
            network: self.network,
            token: self.token.clone(),
            amount: U256::from(PRICE),
            pay_to: self.account("payee").address(),
            max_timeout_seconds: 60,
            resource: "https://api.example.com/weather".into(),
        }
    }

    /// A nonce of its own for each name.
    fn nonce(&self, name: &str) -> B256 {
        keccak256(format!("gauntlet/vectors/{}/nonce/{name}", self.seed))
    }

    /// A number below `limit`, its own for each name.
    fn below(&self, limit: usize, name: &str) -> usize {
        let drawn = keccak256(format!("gauntlet/vectors/{}/draw/{name}", self.seed));
        let limit = U256::from(limit.max(1));
        (U256::from_be_bytes(drawn.0) % limit).saturating_to()
    }
}

impl Cast for Setting {
    fn account(&self, name: &str) -> Key {
        Key::derive(&format!("gauntlet/vectors/{}/{name}", self.seed))
    }

    fn token(&self, name: &str) -> Option<Token> {
        (name == "usdc").then(|| self.token.clone())
    }

    fn purse(&self) -> U256 {
        U256::from(1_000_000)
    }
}

/// The cases of a file of independent ones.
fn independent(name: &'static str, text: &str) -> Result<(Value, Vec<Value>), VectorError> {
    let root: Value = serde_json::from_str(text).map_err(|_| VectorError::Independent(name))?;
    let cases = root["cases"].as_array().cloned().ok_or(VectorError::Independent(name))?;
    Ok((root, cases))
}

/// A name as part of an id: words of letters and digits with `-` between.
fn slug(name: &str) -> String {
    let spaced: String = name
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { ' ' })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join("-")
}

fn text<'a>(case: &'a Value, member: &str) -> &'a str {
    case[member].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::sync::LazyLock;

    pub(super) fn setting(seed: u64) -> Setting {
        let token = Token {
            address: alloy_primitives::address!("036CbD53842c5426634e7929541eC2318f3dCF7e"),
            name: "USDC".into(),
            version: "2".into(),
            decimals: 6,
        };
        Setting { network: Network::new(84532), token, seed }
    }

    /// Made once: signing takes its time.
    static FILES: LazyLock<Vec<File>> = LazyLock::new(|| files(&setting(402)).unwrap());

    #[test]
    fn they_are_many_the_same_for_a_seed_and_others_for_another() {
        assert!(FILES.iter().map(|file| file.cases).sum::<usize>() >= 300);
        let headers = |seed| format!("{:?}", headers::cases(&setting(seed)).unwrap());
        assert_eq!(headers(402), headers(402));
        assert_ne!(headers(402), headers(403));
    }

    #[test]
    fn ids_are_unique_and_every_flag_is_explained() {
        let mut ids = BTreeSet::new();
        for file in FILES.iter() {
            let root: Value = serde_json::from_str(&file.text).unwrap();
            for case in root["tests"].as_array().unwrap() {
                assert!(ids.insert(case["id"].to_string()), "{}", case["id"]);
                for flag in case["flags"].as_array().unwrap() {
                    assert!(root["notes"].get(flag.as_str().unwrap()).is_some(), "{}: {flag}", case["id"]);
                }
            }
        }
    }
}
