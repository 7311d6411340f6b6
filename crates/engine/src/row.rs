//! Checks as rows of plain tables: a row becomes one check for each protocol version that it names; the v1 twin has
//! `.v1` at the end of its id.

use crate::check::{Check, Judged, Lane, Need};
use crate::cx::Cx;
use futures::future::BoxFuture;
use gauntlet_wire::Version;
use std::sync::Arc;

/// One row of a table: a check, or a check and its v1 twin.
pub struct Row {
    /// Id without version.
    pub id: &'static str,
    /// The rule as a sentence.
    pub title: &'static str,
    /// Requirements of the v2 check, the deciding one first.
    pub v2: &'static [&'static str],
    /// Requirements of the v1 twin; none means no twin.
    pub v1: &'static [&'static str],
    /// What the first check is about.
    pub scope: Scope,
    /// What is at risk.
    pub risk: &'static str,
    /// When it may run.
    pub lane: Lane,
    /// What it needs.
    pub needs: &'static [Need],
    /// What it does.
    pub body: fn(Cx) -> BoxFuture<'static, Judged>,
}

/// What the check without `.v1` in its id is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Payments of version 2.
    Version2,
    /// The target, whatever versions it claims.
    Target,
}

/// What the rows of one subject have in common.
#[derive(Debug, Clone, Copy)]
pub struct Topic {
    /// When they run.
    pub lane: Lane,
    /// What is at risk.
    pub risk: &'static str,
}

impl Topic {
    /// A row about the target, which needs nothing but its answers.
    pub const fn row(
        self,
        id: &'static str,
        title: &'static str,
        v2: &'static [&'static str],
        body: fn(Cx) -> BoxFuture<'static, Judged>,
    ) -> Row {
        Row { scope: Scope::Target, ..self.twins(id, title, v2, &[], body) }
    }

    /// A row about payments of each version that has rules.
    pub const fn twins(
        self,
        id: &'static str,
        title: &'static str,
        v2: &'static [&'static str],
        v1: &'static [&'static str],
        body: fn(Cx) -> BoxFuture<'static, Judged>,
    ) -> Row {
        let Self { lane, risk } = self;
        Row { id, title, v2, v1, scope: Scope::Version2, risk, lane, needs: &[], body }
    }
}

impl Row {
    /// The checks that the row stands for.
    #[must_use]
    pub fn checks(&self) -> Vec<Check> {
        let body = self.body;
        [(Version::V2, self.v2), (Version::V1, self.v1)]
            .into_iter()
            .filter(|(_, covers)| !covers.is_empty())
            .map(|(version, covers)| Check {
                id: versioned(self.id, version),
                title: self.title.to_owned(),
                version: Some(version)
                    .filter(|version| *version == Version::V1 || self.scope == Scope::Version2),
                covers: covers.to_vec(),
                risk: self.risk,
                lane: self.lane,
                needs: self.needs,
                body: Arc::new(body),
            })
            .collect()
    }
}

/// The id of a check for one version.
#[must_use]
pub fn versioned(id: &str, version: Version) -> String {
    match version {
        Version::V2 => id.to_owned(),
        Version::V1 => format!("{id}.v1"),
    }
}
