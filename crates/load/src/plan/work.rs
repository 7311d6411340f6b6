//! What is asked of whom, on what chain, with which payments.

use super::quantity::{milliseconds, read_time, write_time};
use gauntlet_engine::cast::TOKENS;
use gauntlet_mint::ParameterSet;
use gauntlet_wire::Change;
use gauntlet_wire::permit2::Permit2Scheme;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

/// What is asked of a facilitator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FacilitatorWork {
    /// Each payment is presented to `/verify` only.
    Verify,
    /// Each payment is presented to `/settle` only.
    #[default]
    Settle,
    /// Each payment is presented to `/verify`, and then to `/settle`.
    Both,
    /// More is verified than settled, as where servers ask before they work: each payment is presented to one of both.
    Mix {
        /// So many payments are verified for one that is settled; `mix` in a file means 5.
        verifies_per_settle: u32,
    },
}

/// What is asked of a resource server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServerWork {
    /// Requests without a payment, which a 402 answers.
    Challenge,
    /// A request without a payment, and then the same with one.
    #[default]
    Purchase,
}

/// The chain of a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainPlan {
    /// When blocks come.
    pub blocks: Blocks,
    /// So long the node waits before it answers the target, whole milliseconds.
    #[serde(with = "milliseconds")]
    pub rpc_delay: Duration,
    /// Gas that fits in a block; `None`: what the node does by itself.
    pub gas_limit: Option<u64>,
}

/// When blocks come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Blocks {
    /// One for each transaction, at once.
    #[default]
    Automine,
    /// At intervals, whole milliseconds.
    Interval(#[serde(with = "milliseconds")] Duration),
}

/// The times from one block to the next that a chain of ours can hold.
pub(super) const BETWEEN_BLOCKS: RangeInclusive<Duration> =
    Duration::from_millis(10)..=Duration::from_mins(10);

impl Blocks {
    /// Reads it as it is written in plans.
    ///
    /// # Errors
    /// What to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "automine" {
            return Ok(Self::Automine);
        }
        let time = read_time(text).filter(|time| BETWEEN_BLOCKS.contains(time));
        time.map(Self::Interval).ok_or_else(|| {
            format!(
                "blocks are made at {text:?}? Write automine, or a time from 10ms to 10m, such as 450ms or 2s"
            )
        })
    }

    /// The time from one block to the next, when there is one.
    #[must_use]
    pub const fn time(self) -> Option<Duration> {
        match self {
            Self::Automine => None,
            Self::Interval(time) => Some(time),
        }
    }
}

/// As in a plan: `automine`, `450ms`.
impl fmt::Display for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Automine => f.write_str("automine"),
            Self::Interval(time) => f.write_str(&write_time(*time)),
        }
    }
}

/// What is presented.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Payments {
    /// So many accounts pay, in turn; not more than there are payments. A local chain hashes all that it holds for every
    /// block: each thousand of them makes blocks about 2 ms slower.
    pub payers: u32,
    /// What each payment is worth, millionths of a token: atomic units of one with six decimals.
    pub price: u64,
    /// How long an authorization lives that goes to a facilitator, whole milliseconds; a server names its own. So long
    /// late arrivals are waited for at the end.
    #[serde(with = "milliseconds")]
    pub window: Duration,
    /// What is paid with.
    pub token: TokenName,
    /// How they move the money.
    #[serde(default, skip_serializing_if = "Method::is_eip3009")]
    pub method: Method,
    /// How they are signed.
    #[serde(default, skip_serializing_if = "SignatureKind::is_ecdsa")]
    pub signature: SignatureKind,
    /// Those that must be refused; `None`: all are in order.
    pub wrong: Option<Wrong>,
}

impl Default for Payments {
    fn default() -> Self {
        Self {
            payers: 1_000,
            price: 10_000,
            window: Duration::from_mins(2),
            token: TokenName::default(),
            method: Method::default(),
            signature: SignatureKind::default(),
            wrong: None,
        }
    }
}

/// How payments move the money, and under which scheme.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// By EIP-3009, scheme `exact`.
    #[default]
    Eip3009,
    /// Over Permit2, scheme `exact`.
    Permit2Exact,
    /// Over Permit2, scheme `upto`: all of what was signed is charged.
    Permit2Upto,
}

impl Method {
    /// The scheme over Permit2, when it goes over Permit2.
    #[must_use]
    pub const fn permit2(self) -> Option<Permit2Scheme> {
        match self {
            Self::Eip3009 => None,
            Self::Permit2Exact => Some(Permit2Scheme::Exact),
            Self::Permit2Upto => Some(Permit2Scheme::Upto),
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over like this")]
    const fn is_eip3009(&self) -> bool {
        matches!(self, Self::Eip3009)
    }
}

/// How payments are signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureKind {
    /// By the payer's key, as all are today: 65 bytes.
    #[default]
    Ecdsa,
    /// By ML-DSA-44, 2,420 bytes: the payer is a smart wallet that takes it. So are the next two.
    #[serde(rename = "ml-dsa-44")]
    MlDsa44,
    /// By ML-DSA-65, 3,309 bytes.
    #[serde(rename = "ml-dsa-65")]
    MlDsa65,
    /// By ML-DSA-87, 4,627 bytes.
    #[serde(rename = "ml-dsa-87")]
    MlDsa87,
}

impl SignatureKind {
    /// Each as it is written in plans.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("ecdsa", Self::Ecdsa),
        ("ml-dsa-44", Self::MlDsa44),
        ("ml-dsa-65", Self::MlDsa65),
        ("ml-dsa-87", Self::MlDsa87),
    ];

    /// Its parameter set, when it is one of ML-DSA.
    #[must_use]
    pub const fn parameters(self) -> Option<ParameterSet> {
        match self {
            Self::Ecdsa => None,
            Self::MlDsa44 => Some(ParameterSet::MlDsa44),
            Self::MlDsa65 => Some(ParameterSet::MlDsa65),
            Self::MlDsa87 => Some(ParameterSet::MlDsa87),
        }
    }

    /// For people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.parameters() {
            None => "ECDSA",
            Some(parameters) => parameters.name(),
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over like this")]
    const fn is_ecdsa(&self) -> bool {
        matches!(self, Self::Ecdsa)
    }
}

/// Payments that must be refused, among the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Wrong {
    /// Which part of all payments; above 0 and below 1.
    pub share: f64,
    /// What is wrong with them: each has one of these, in turn. At least one.
    pub changes: Vec<Change>,
}

/// The name of a token that our chain has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct TokenName(&'static str);

impl TokenName {
    /// The token of this name; `None` when the chain has none.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        TOKENS.iter().find(|(known, _)| *known == name).map(|(known, _)| Self(known))
    }

    /// As it is written in plans.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl Default for TokenName {
    fn default() -> Self {
        Self("usdc")
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Written out, since a derived one would borrow the name from what is read for as long as the program runs.
impl<'de> Deserialize<'de> for TokenName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Self::new(&name).ok_or_else(|| D::Error::custom(format!("the chain has no token `{name}`")))
    }
}
