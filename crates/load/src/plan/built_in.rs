//! The plans that are compiled in.

use super::{Plan, PlanError};
use std::path::Path;
use std::sync::LazyLock;

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$((
            concat!("scenarios/load/", $name, ".toml"),
            include_str!(concat!("../../../../scenarios/load/", $name, ".toml")),
        )),+]
    };
}

/// Path and text of each, in the order in which they are listed: from the quick to the long.
pub(super) const FILES: &[(&str, &str)] = files![
    "smoke",
    "baseline",
    "throughput",
    "ramp",
    "spike",
    "replay-storm",
    "distinct-burst",
    "mixed-invalid",
    "slow-chain",
    "hostile-tokens",
    "permit2",
    "upto",
    "post-quantum",
    "soak",
];

static PLANS: LazyLock<Result<Vec<Plan>, PlanError>> =
    LazyLock::new(|| FILES.iter().map(|(path, text)| Plan::read(Path::new(path), text)).collect());

impl Plan {
    /// The plans that are compiled in.
    ///
    /// # Panics
    /// When one of them is broken, which a test of this crate excludes.
    #[must_use]
    #[expect(clippy::panic, reason = "the data is compiled in, and a test reads it")]
    pub fn built_ins() -> &'static [Self] {
        match &*PLANS {
            Ok(plans) => plans,
            Err(error) => panic!("{}", error.picture()),
        }
    }

    /// A plan that is compiled in, by its name: `smoke`.
    #[must_use]
    pub fn built_in(name: &str) -> Option<&'static Self> {
        Self::built_ins().iter().find(|plan| plan.name == name)
    }
}
