//! A check: one verdict with a stable id.

use crate::Cx;
use crate::requirements::Catalogue;
use futures::future::BoxFuture;
use gauntlet_report::{Class, Level};
use gauntlet_wire::Version;

/// When a check may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// Before all others: without it nothing is scored.
    Control,
    /// Beside other checks, also when the control fails: it looks at what is told without a payment, and that may be
    /// the very reason why none can be made.
    Unpaid,
    /// Beside other checks.
    Parallel,
    /// Alone: it needs the signer, the chain or the target for itself.
    Exclusive,
    /// At the end of what was written by somebody: it judges all that these have seen.
    Last,
    /// Alone and after everything else, when a search was asked for.
    Search,
}

/// What a check needs besides a target that answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The fault proxy between target and chain.
    FaultProxy,
    /// Our scripted facilitator between the server and the real one.
    ScriptedFacilitator,
    /// A target that we start, and can start again.
    Restart,
    /// A route of the server, by its name in the manifest.
    Route(&'static str),
}

/// Why a check ends without a verdict of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// It could not tell.
    Inconclusive(String),
    /// The target never claimed it.
    NotApplicable(String),
    /// Our own fault.
    Harness(String),
}

impl<E: std::error::Error> From<E> for Stop {
    /// Every error that a check does not handle is ours: the chain, a draft, a file.
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        Self::Harness(text)
    }
}

/// What a check's body answers. Violations are told to the [`Cx`] as they are found.
pub type Judged = Result<(), Stop>;

/// The body of a check.
pub type Body = std::sync::Arc<dyn Fn(Cx) -> BoxFuture<'static, Judged> + Send + Sync>;

/// One verdict.
#[derive(Clone)]
pub struct Check {
    /// Stable id: role, topic, rule; `.v1` at the end for the v1 twin.
    pub id: String,
    /// The rule that it tests, as a sentence.
    pub title: String,
    /// The protocol version of its payments; `None` when it concerns none or all.
    pub version: Option<Version>,
    /// Ids of the requirements that it covers, the deciding one first.
    pub covers: Vec<&'static str>,
    /// What is at risk when the rule does not hold.
    pub risk: &'static str,
    /// When it may run.
    pub lane: Lane,
    /// What it needs.
    pub needs: &'static [Need],
    /// What it does.
    pub body: Body,
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Check").field("id", &self.id).field("covers", &self.covers).finish_non_exhaustive()
    }
}

/// A check of version 2 that runs beside others and needs nothing.
pub(crate) fn check<F>(
    id: &str,
    title: &str,
    covers: &[&'static str],
    risk: &'static str,
    body: impl Fn(Cx) -> F + Send + Sync + 'static,
) -> Check
where
    F: Future<Output = Judged> + Send + 'static,
{
    Check {
        id: id.to_owned(),
        title: title.to_owned(),
        version: Some(Version::V2),
        covers: covers.to_vec(),
        risk,
        lane: Lane::Parallel,
        needs: &[],
        body: std::sync::Arc::new(move |cx| Box::pin(body(cx))),
    }
}

impl Check {
    /// The most severe class among the requirements that it covers.
    #[must_use]
    pub fn class(&self) -> Class {
        let requirements = self.covers.iter().filter_map(|id| Catalogue::get().find(id));
        requirements.map(|requirement| requirement.class_for(self.version)).max().unwrap_or(Class::I)
    }

    /// The level of the requirement that decides.
    #[must_use]
    pub fn level(&self) -> Level {
        self.covers.first().and_then(|id| Catalogue::get().find(id)).map_or(Level::Open, |r| r.level)
    }
}
