//! The requirements: data in `fixtures/requirements`, compiled in so that the binary needs no files beside it.

use gauntlet_report::{Class, Level};
use gauntlet_wire::Version;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One testable rule of a specification.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Stable id, e.g. `X402-EVM3009-008`.
    pub id: String,
    /// What the text demands.
    pub level: Level,
    /// What a violation does here.
    pub class: Class,
    /// The class when a v1 payment shows the violation, where it differs.
    #[serde(default)]
    pub class_v1: Option<Class>,
    /// `facilitator`, `server` or `client`.
    pub role: String,
    /// Protocol versions for which the rule holds.
    pub versions: Vec<Version>,
    /// The document that has the rule.
    pub document: String,
    /// Where in the document.
    pub section: String,
    /// Revision of the document, year and month.
    pub revision: String,
    /// The rule in our words.
    pub text: String,
    /// What the texts leave open and how implementations differ.
    #[serde(default)]
    pub note: Option<String>,
    /// Why no check covers it.
    #[serde(default)]
    pub excluded: Option<String>,
}

impl Requirement {
    /// Document, section and revision in one line.
    #[must_use]
    pub fn source(&self) -> String {
        format!("{} {}, {}", self.document, self.section, self.revision)
    }

    /// The class of a violation that a payment of this version shows.
    #[must_use]
    pub fn class_for(&self, version: Option<Version>) -> Class {
        match version {
            Some(Version::V1) => self.class_v1.unwrap_or(self.class),
            _ => self.class,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    requirement: Vec<Requirement>,
}

/// Every requirement, by id.
#[derive(Debug)]
pub struct Catalogue {
    by_id: BTreeMap<String, Requirement>,
}

/// The files, in the order of reading.
const FILES: &[(&str, &str)] = &[
    ("core-v2", include_str!("../../../fixtures/requirements/core-v2.toml")),
    ("core-v1", include_str!("../../../fixtures/requirements/core-v1.toml")),
    ("facilitator-v2", include_str!("../../../fixtures/requirements/facilitator-v2.toml")),
    ("facilitator-v1", include_str!("../../../fixtures/requirements/facilitator-v1.toml")),
    ("errors", include_str!("../../../fixtures/requirements/errors.toml")),
    ("exact-eip3009", include_str!("../../../fixtures/requirements/exact-eip3009.toml")),
    ("exact-permit2", include_str!("../../../fixtures/requirements/exact-permit2.toml")),
    ("upto", include_str!("../../../fixtures/requirements/upto.toml")),
    ("b402", include_str!("../../../fixtures/requirements/b402.toml")),
    ("gateway", include_str!("../../../fixtures/requirements/gateway.toml")),
    ("gas-sponsoring", include_str!("../../../fixtures/requirements/gas-sponsoring.toml")),
    ("sizes", include_str!("../../../fixtures/requirements/sizes.toml")),
    ("smart-wallets", include_str!("../../../fixtures/requirements/smart-wallets.toml")),
    ("tokens", include_str!("../../../fixtures/requirements/tokens.toml")),
    ("search", include_str!("../../../fixtures/requirements/search.toml")),
    ("invariants", include_str!("../../../fixtures/requirements/invariants.toml")),
    ("server-core-v2", include_str!("../../../fixtures/requirements/server-core-v2.toml")),
    ("server-core-v1", include_str!("../../../fixtures/requirements/server-core-v1.toml")),
    ("server-http-v2", include_str!("../../../fixtures/requirements/server-http-v2.toml")),
    ("server-http-v1", include_str!("../../../fixtures/requirements/server-http-v1.toml")),
    ("server-flows", include_str!("../../../fixtures/requirements/server-flows.toml")),
    ("server-idempotent", include_str!("../../../fixtures/requirements/server-idempotent.toml")),
    ("server-permit2", include_str!("../../../fixtures/requirements/server-permit2.toml")),
    (
        "server-payment-identifier",
        include_str!("../../../fixtures/requirements/server-payment-identifier.toml"),
    ),
    ("server-gauntlet", include_str!("../../../fixtures/requirements/server-gauntlet.toml")),
    ("scenarios", include_str!("../../../fixtures/requirements/scenarios.toml")),
];

static CATALOGUE: LazyLock<Result<Catalogue, String>> = LazyLock::new(|| {
    let mut by_id = BTreeMap::new();
    for (name, text) in FILES {
        let file: File =
            toml::from_str(text).map_err(|error| format!("fixtures/requirements/{name}.toml: {error}"))?;
        for requirement in file.requirement {
            if let Some(twice) = by_id.insert(requirement.id.clone(), requirement) {
                return Err(format!("fixtures/requirements/{name}.toml: {} stands there twice", twice.id));
            }
        }
    }
    Ok(Catalogue { by_id })
});

impl Catalogue {
    /// The catalogue that is compiled in.
    ///
    /// # Panics
    /// When a fixture file is broken, which a test of this crate excludes.
    #[must_use]
    #[expect(clippy::panic, reason = "the data is compiled in, and a test reads it")]
    pub fn get() -> &'static Self {
        match &*CATALOGUE {
            Ok(catalogue) => catalogue,
            Err(error) => panic!("{error}"),
        }
    }

    /// A requirement by its id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Requirement> {
        self.by_id.get(id)
    }

    /// All requirements, sorted by id.
    pub fn all(&self) -> impl Iterator<Item = &Requirement> {
        self.by_id.values()
    }
}
