//! The same check seen otherwise: one of its made-up cases, one version, one requirement.

use crate::check::Check;
use crate::cx::Cx;
use gauntlet_wire::Version;
use std::sync::Arc;

/// Where one made-up case of a check takes place.
#[derive(Debug, Clone)]
pub struct Scene<'a> {
    /// Its name among the cases of the check: `case/17`.
    pub name: &'a str,
    /// The version of its payments; `None` when it has several.
    pub version: Option<Version>,
    /// A block before which its accounts did not exist.
    pub since: u64,
    /// Unix seconds from which its windows are counted.
    pub now: u64,
}

impl Cx {
    /// The same check as it is for payments of one version, for those that have payments of both.
    #[must_use]
    pub fn in_version(&self, version: Version) -> Self {
        self.seen_as(Check { version: Some(version), ..(*self.check).clone() })
    }

    /// The same context about one requirement, which then decides.
    #[must_use]
    pub fn about(&self, requirement: &'static str) -> Self {
        self.seen_as(Check { covers: vec![requirement], ..(*self.check).clone() })
    }

    fn seen_as(&self, check: Check) -> Self {
        let mut seen = self.clone();
        seen.check = Arc::new(check);
        seen
    }
}
