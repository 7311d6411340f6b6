//! The scenarios that are compiled in.

use super::{Scenario, ScenarioError};
use crate::check::Check;
use gauntlet_probe::{Manifest, Role};
use std::path::Path;
use std::sync::{Arc, LazyLock};

macro_rules! files {
    ($($name:literal),+ $(,)?) => {
        &[$((
            concat!("scenarios/", $name, ".toml"),
            include_str!(concat!("../../../../scenarios/", $name, ".toml")),
        )),+]
    };
}

/// Every scenario that is compiled in, in the order in which they are listed.
pub(super) const FILES: &[(&str, &str)] = files![
    "attacks/cross-resource",
    "attacks/discovery",
    "attacks/duplicate-race",
    "attacks/preemption",
    "attacks/replay",
    "attacks/replay-neighbour",
    "attacks/replay-restart",
    "attacks/revert-dropped",
    "attacks/revert-grant",
    "attacks/silent-token",
    "attacks/sponsor-drain",
    "attacks/web-cache",
    "attacks/web-headers",
    "facilitator/accept.large-amount",
    "facilitator/accept.lower-case-addresses",
    "facilitator/accept.unknown-fields",
    "facilitator/accept.upper-case-hex",
    "facilitator/accept.without-resource",
    "facilitator/edge.accepted-amount",
    "facilitator/edge.accepted-payee",
    "facilitator/edge.amount-hexadecimal",
    "facilitator/edge.amount-leading-blank",
    "facilitator/edge.amount-leading-zero",
    "facilitator/edge.amount-zero",
    "facilitator/edge.envelope-without-version",
    "facilitator/edge.long-window",
    "facilitator/edge.pays-itself",
    "facilitator/edge.signature-compact",
    "facilitator/edge.signature-high-s",
    "facilitator/edge.signature-parity-v",
    "facilitator/edge.value-over",
    "facilitator/settle.cancelled",
    "facilitator/settle.preempted",
    "facilitator/settle.replay",
    "facilitator/settle.replay-compact",
    "facilitator/settle.replay-high-s",
    "facilitator/settle.replay-reordered",
    "facilitator/settle.replay-upper-case",
    "facilitator/settle.token-boastful",
    "facilitator/settle.token-decoy",
    "facilitator/settle.token-diverting",
    "facilitator/settle.token-fee",
    "facilitator/settle.token-greedy",
    "facilitator/settle.token-phantom",
    "facilitator/settle.token-rebasing",
    "facilitator/settle.token-reentrant",
    "facilitator/settle.token-refusing",
    "facilitator/settle.token-reverting",
    "facilitator/settle.token-silent",
    "facilitator/settle.token-tolerant",
    "facilitator/verify.settled",
    "flows/dear-then-cheap",
    "flows/paid-fetch",
    "flows/refused-then-refilled",
    "flows/two-clients-at-once",
    "server/replay.after-restart",
    "server/replay.header-case",
    "server/replay.high-s",
    "server/replay.in-sequence",
    "server/replay.preempted",
    "server/replay.refilled",
    "server/replay.reordered",
    "server/replay.spent-at-twin",
    "server/replay.unpadded",
    "server/replay.upper-case",
];

/// The folders of the files that are compiled in, and the first words of their ids.
pub(super) const FOLDERS: &[(&str, &str)] =
    &[("attacks", "attack"), ("flows", "flow"), ("facilitator", "facilitator"), ("server", "server")];

static SCENARIOS: LazyLock<Result<Vec<Scenario>, ScenarioError>> =
    LazyLock::new(|| FILES.iter().map(|(path, text)| Scenario::parse(text, Path::new(path))).collect());

/// The scenarios that are compiled in.
///
/// # Panics
/// When one of them is broken, which a test of this crate excludes.
#[must_use]
#[expect(clippy::panic, reason = "the data is compiled in, and a test reads it")]
pub fn all() -> &'static [Scenario] {
    match &*SCENARIOS {
        Ok(scenarios) => scenarios,
        Err(error) => panic!("{}", error.picture()),
    }
}

/// The checks of all scenarios of a role that are compiled in. Where a client buys, it is our own buyer.
#[must_use]
pub fn checks(role: Role) -> Vec<Check> {
    checks_bought_by(role, None)
}

/// As [`checks`], with a client of somebody else's where a scenario has one buy.
#[must_use]
pub fn checks_bought_by(role: Role, client: Option<&Arc<Manifest>>) -> Vec<Check> {
    all()
        .iter()
        .filter(|scenario| scenario.role == role)
        .flat_map(|scenario| scenario.checks(client))
        .collect()
}

/// The glob over check ids that a scenario is meant by: `attacks/replay`, `attacks/*`, or the path of its file.
/// Nothing for every other text.
#[must_use]
pub fn as_glob(text: &str) -> Option<String> {
    let name = text.strip_suffix(".toml").unwrap_or(text);
    let name = name.rsplit_once("scenarios/").map_or(name, |(_, name)| name);
    let (folder, name) = name.split_once('/').unwrap_or((name, "*"));
    let (_, kind) = FOLDERS.iter().find(|(known, _)| *known == folder)?;
    // The version 1 twin belongs to the same file.
    (!name.is_empty() && !name.contains('/')).then(|| format!("{kind}.{name}{{,.v1}}"))
}
