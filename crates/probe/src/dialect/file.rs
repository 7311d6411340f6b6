//! What a dialect says, and its file.

use crate::section::did_you_mean;
use gauntlet_report::file;
use gauntlet_wire::Version;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A way of writing x402 that is not the foundation's.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialect {
    /// Its name in reports.
    pub name: String,
    /// One sentence.
    pub about: String,
    /// The path with which base URLs of it end.
    #[serde(default)]
    pub base: String,
    /// Where it says what it supports.
    pub supported: Ask,
    /// Where payments are verified.
    pub verify: Ask,
    /// Where payments are settled.
    pub settle: Ask,
    /// Header lines of every request: texts with `{key:NAME}`, `{unix_ms}`, `{iso_ms}` and `{signature}`.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// How a request is signed.
    pub signature: Option<Signature>,
    /// What stands around bodies.
    pub envelope: Option<Envelope>,
    /// What payment requirements are called.
    #[serde(default)]
    pub names: Names,
    /// What it does otherwise when it settles.
    #[serde(default)]
    pub settling: Settling,
    /// Protocol versions; both when it does not say.
    pub versions: Option<Vec<Version>>,
    /// Under what an EIP-3009 authorization is signed, when it is not the token.
    pub domain: Option<Domain>,
    /// For how long an authorization must be good, seconds; otherwise as stock clients do.
    pub window_seconds: Option<u64>,
    /// For how long it must be good at least, seconds; what ends sooner is refused.
    pub least_seconds: Option<u64>,
    /// Globs of checks that are about what this dialect does otherwise by its own documents, and why.
    #[serde(default)]
    pub not_applicable: BTreeMap<String, String>,
}

/// An endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// The method.
    pub method: String,
    /// The path under the base URL; `{version}` is the number of the protocol version.
    pub path: String,
    /// The body of a request that has none of its own.
    #[serde(default)]
    pub body: String,
}

/// How a request is signed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// With what.
    pub algorithm: Signing,
    /// Name of the key, which is looked up in the environment: base64 of a PKCS#8 RSA key, or an HMAC secret as text.
    pub key: String,
    /// What is signed: a text with `{body}`, `{method}`, `{path}`, `{unix_ms}` and `{iso_ms}`.
    pub over: String,
}

/// An algorithm; what it makes is written as base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signing {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RsaSha256,
    /// HMAC with SHA-256.
    HmacSha256,
}

/// What stands around bodies.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// The member that holds the body of a request; none: requests have no envelope.
    pub request: Option<String>,
    /// The member that holds what the answer says.
    pub data: String,
    /// The member that says whether the request was taken.
    pub code: String,
    /// What it says then.
    pub success: String,
}

/// What payment requirements are called.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Names {
    /// More members of payment requirements: texts with `{chain_id}`.
    pub requirements: Map<String, Value>,
    /// Whether the members of `extra` in the kinds of `/supported` are copied into the `extra` of requirements.
    pub extra_from_kinds: bool,
    /// What x402 calls `extra.facilitatorAddress`, the account that may settle payments of scheme `upto`.
    pub facilitator_address: Option<String>,
    /// The member of a kind's `extra` that names the contract that spends payments over Permit2.
    pub spender: Option<String>,
    /// The transfer methods.
    pub methods: Methods,
    /// Whether version 1 names networks by CAIP-2 as well.
    pub caip2_in_v1: bool,
}

/// What stands in `extra.assetTransferMethod`; none: what x402 writes there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Methods {
    /// For scheme `exact` over EIP-3009.
    pub eip3009: Option<String>,
    /// For scheme `exact` over Permit2.
    pub permit2_exact: Option<String>,
    /// For scheme `upto`.
    pub permit2_upto: Option<String>,
}

/// What is done otherwise at settlement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settling {
    /// The member of the request that says what is charged of an `upto` payment, atomic token units as text.
    pub charge: Option<String>,
    /// How an answer says that the settlement is under way.
    pub pending: Option<Pending>,
    /// Whether the money moves only some time after a success, and the answer names something else than a transaction.
    pub deferred: bool,
}

/// A settlement that is under way: the same request is sent again until the answer says more.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// `errorReason` of such an answer; an empty text means that there is none. In every case it names a transaction.
    pub reasons: Vec<String>,
    /// How long to wait before asking again, milliseconds.
    pub every_ms: u64,
    /// For how long to ask, seconds.
    pub for_seconds: u64,
}

/// The EIP-712 domain of EIP-3009 authorizations that are not for the token itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domain {
    /// Its name; also what stands in `extra.name`.
    pub name: String,
    /// Its version; also what stands in `extra.version`.
    pub version: String,
    /// The member of a kind's `extra` that names the contract.
    pub contract: String,
}

/// A dialect that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DialectError {
    /// There is none of this name.
    #[error("`{name}` is no dialect: {list}, or the path of a dialect's file{hint}")]
    Unknown {
        /// What was written.
        name: String,
        /// The names that there are.
        list: String,
        /// The nearest of them.
        hint: String,
    },
    /// The file cannot be read.
    #[error("the dialect {path} cannot be read: {why}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system or the parser says.
        why: String,
    },
}

impl Dialect {
    /// A dialect by its name, or by the path of its file. `x402` is none: that is what is spoken without one.
    ///
    /// # Errors
    /// [`DialectError`] says what could be written instead, or where the file is broken.
    pub fn find(name: &str, beside: &Path) -> Result<Option<Self>, DialectError> {
        if name == "x402" {
            return Ok(None);
        }
        if let Some(dialect) = super::built_in(name) {
            return Ok(Some(dialect));
        }
        if Path::new(name).extension().is_none_or(|extension| extension != "toml") {
            let names: Vec<&str> =
                std::iter::once("x402").chain(super::DIALECTS.iter().map(|(name, _)| *name)).collect();
            return Err(DialectError::Unknown {
                name: name.to_owned(),
                list: names.join(", "),
                hint: did_you_mean(name, &names),
            });
        }
        let path = beside.join(name);
        let failed = |why: String| DialectError::File { path: path.clone(), why };
        let text = file::written(&path).map_err(|error| failed(error.to_string()))?;
        Self::parse(&text).map(Some).map_err(failed)
    }

    /// Reads a dialect's file.
    ///
    /// # Errors
    /// Where it is broken, with a picture of the place.
    pub fn parse(text: &str) -> Result<Self, String> {
        let dialect: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        dialect.check().map(|()| dialect)
    }

    fn check(&self) -> Result<(), String> {
        let wants_signature = self.headers.values().any(|value| value.contains("{signature}"));
        if wants_signature != self.signature.is_some() {
            return Err("[signature] and a header with {signature} go together".into());
        }
        let known = ["{signature}", "{unix_ms}", "{iso_ms}", "{body}", "{method}", "{path}"];
        let over = self.signature.iter().map(|signature| &signature.over);
        for text in self.headers.values().chain(over) {
            for placeholder in placeholders(text) {
                if !known.contains(&placeholder) && !placeholder.starts_with("{key:") {
                    return Err(format!("{placeholder} is nothing that stands in a header or a signed text"));
                }
            }
        }
        Ok(())
    }

    /// The names of the keys that its requests need.
    #[must_use]
    pub fn key_names(&self) -> Vec<&str> {
        let in_headers = self.headers.values().flat_map(|value| placeholders(value));
        let named = in_headers.filter_map(|text| text.strip_prefix("{key:")?.strip_suffix('}'));
        let mut names: Vec<&str> =
            named.chain(self.signature.iter().map(|signature| signature.key.as_str())).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The `{…}` of a text.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('{').filter_map(|(at, _)| text[at..].find('}').map(|end| &text[at..=at + end]))
}
