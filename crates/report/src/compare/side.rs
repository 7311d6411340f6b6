//! One of two runs that are compared.

use super::Difference;
use super::change::Standing;
use super::gas::{self, CheckGas};
use crate::render::json::{self, Check, Document};
use crate::summary::Counts;
use crate::text::count;
use crate::{Gas, Profile, Record};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A run, ready to be compared.
#[derive(Debug, Clone)]
pub struct Side {
    /// What is said of the run.
    pub document: Document,
    /// Gas by check; empty where only the JSON report is there.
    pub gas: BTreeMap<String, CheckGas>,
}

/// Why a text is no JSON report of a run.
#[derive(Debug, thiserror::Error)]
pub enum SideError {
    /// It is something else.
    #[error("this is no JSON report of a run: {0}")]
    Broken(#[from] serde_json::Error),
    /// A newer Gauntlet wrote it.
    #[error(
        "this report has schema {found}, and this Gauntlet reads up to {known}: use the version that wrote it"
    )]
    Newer {
        /// The schema that it has.
        found: u32,
        /// The schema that is read.
        known: u32,
    },
}

/// A run in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// Id of the run.
    pub run: String,
    /// Version of Gauntlet.
    pub gauntlet: String,
    /// `facilitator`, `server` or `client`.
    pub role: String,
    /// Name of the target.
    pub target: String,
    /// Its version, where it is known.
    pub version: Option<String>,
    /// Name of the set of checks.
    pub set: String,
    /// Name of the network profile.
    pub network: String,
    /// Which violations fail.
    pub profile: Profile,
    /// Seed of the run.
    pub seed: u64,
    /// Start, RFC 3339 in UTC.
    pub started: String,
    /// Whether it came to its end.
    pub complete: bool,
    /// Its own exit code.
    pub exit: u8,
    /// Checks by outcome.
    pub counts: Counts,
    /// What it cost the target's signers, when that is known.
    pub gas: Option<Gas>,
}

impl From<&Record> for Side {
    fn from(record: &Record) -> Self {
        Self { document: json::document(record), gas: gas::by_check(record) }
    }
}

impl Side {
    /// Reads the JSON report of a run.
    ///
    /// # Errors
    /// [`SideError`] when it is none, or a newer one.
    pub fn of_json(text: &str) -> Result<Self, SideError> {
        #[derive(Deserialize)]
        struct Head {
            schema: u32,
        }
        let head: Head = serde_json::from_str(text)?;
        if head.schema > json::SCHEMA {
            return Err(SideError::Newer { found: head.schema, known: json::SCHEMA });
        }
        Ok(Self { document: serde_json::from_str(text)?, gas: BTreeMap::new() })
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.document.checks.iter().map(|check| check.check.as_str())
    }

    pub(super) fn check(&self, id: &str) -> Option<&Check> {
        self.document.checks.iter().find(|check| check.check == id)
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.check(id).is_some()
    }

    /// Whether the check of this id says something about the target.
    pub(super) fn tells(&self, id: &str) -> bool {
        self.check(id).is_some_and(|check| Standing::of(check, None).tells())
    }

    /// Whether Gauntlet itself ended the run.
    pub(super) const fn is_our_fault(&self) -> bool {
        self.document.state.harness_error.is_some()
    }

    /// Whether every check that was selected was come to.
    pub(super) const fn is_complete(&self) -> bool {
        let state = &self.document.state;
        state.finished && !state.interrupted && !self.is_our_fault() && self.document.counts.not_begun == 0
    }

    /// Why the run must not be taken for whole, as sentences.
    pub(super) fn doubts(&self) -> impl Iterator<Item = String> {
        let state = &self.document.state;
        let not_begun = self.document.counts.not_begun;
        let doubts = [
            (!state.finished)
                .then(|| "the record has no end: the run was killed, or still goes on".to_owned()),
            state.truncated.then(|| "the last line of the record is broken and was left out".to_owned()),
            state.interrupted.then(|| "the user stopped the run".to_owned()),
            state.harness_error.as_ref().map(|error| format!("Gauntlet failed: {error}")),
            state.inconclusive.as_ref().map(|reason| format!("not scored: {reason}")),
            (not_begun > 0).then(|| format!("{} never began", count(not_begun, "check"))),
        ];
        doubts.into_iter().flatten()
    }

    pub(super) fn who(&self) -> Who {
        let document = &self.document;
        Who {
            run: document.run.clone(),
            gauntlet: document.gauntlet.clone(),
            role: document.target.role.clone(),
            target: document.target.name.clone(),
            version: document.target.version.clone(),
            set: document.set.clone(),
            network: document.network.clone(),
            profile: document.profile,
            seed: document.seed,
            started: document.started.clone(),
            complete: self.is_complete(),
            exit: document.exit,
            counts: document.counts,
            gas: document.gas,
        }
    }
}

/// The conditions under which two runs differ.
pub(super) fn differences(a: &Document, b: &Document) -> Vec<Difference> {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    let of = |document: &Document| {
        let target = &document.target;
        [
            ("target", target.name.clone(), ""),
            ("version of the target", or_none(&target.version), ""),
            ("set of checks", document.set.clone(), "a check may be gone or new because the set changed"),
            ("version of Gauntlet", document.gauntlet.clone(), "a check may judge otherwise than before"),
            ("network", document.network.clone(), "token, decimals and block times are others"),
            (
                "profile",
                document.profile.word().to_owned(),
                "outcomes are compared as under profile reference",
            ),
            ("seed", document.seed.to_string(), "accounts, nonces and searched cases are others"),
            ("dialect", or_none(&target.dialect), ""),
            ("facilitator", or_none(&target.facilitator), "what stands behind the server is another"),
            ("client", or_none(&target.client), "the buyer in the flows is another"),
        ]
    };
    let pairs = of(a).into_iter().zip(of(b)).filter(|((_, a, _), (_, b, _))| a != b);
    pairs
        .map(|((what, a, means), (_, b, _))| Difference {
            what: what.to_owned(),
            a,
            b,
            means: means.to_owned(),
        })
        .collect()
}
