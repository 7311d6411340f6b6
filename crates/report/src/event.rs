//! The events of a run: one line each in `run.ndjson`.

use crate::sizes::Rung;
use crate::{Asked, Bought, ChainFact, Class, Exchange, Ledger, Level, Outcome, Profile, Severity};
use serde::{Deserialize, Serialize};

/// Version of the record's format. A reader refuses a greater one.
///
/// 2 brought [`Event::Bought`] and [`Event::Ledger`], which a reader of 1 does not know; whatever reads 2 reads 1 too.
pub const SCHEMA: u32 = 2;

/// One line of `run.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// First line.
    RunStarted(Box<RunStarted>),
    /// A check begins.
    CheckStarted(CheckEvent),
    /// A request was sent and answered, or not.
    CaseSent(Box<CaseSent>),
    /// A payment was presented to a server, in an exchange that was told before.
    Bought(Box<Bought>),
    /// Something was read from the chain for a check.
    ChainRead {
        /// The check that it belongs to.
        check: String,
        /// The fact.
        fact: ChainFact,
    },
    /// A check ended.
    CheckFinished(Box<CheckReport>),
    /// What the chain says of the whole run; missing when it did not answer any more.
    Ledger(Box<Ledger>),
    /// Last line; missing when the run was killed.
    RunFinished(Box<RunFinished>),
}

/// What was put on trial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetInfo {
    /// Name of the manifest, URL, or `double:…`.
    pub name: String,
    /// `facilitator`, `server` or `client`.
    pub role: String,
    /// Base URL under which it answered.
    pub url: String,
    /// Version that the manifest gives or the target told.
    pub version: Option<String>,
    /// How to name the target on the command line again, for replay.
    pub spec: String,
    /// The command that started it, when it was given on the command line; otherwise empty.
    #[serde(default)]
    pub command: Vec<String>,
    /// RPC URL of a chain that is not ours; replay uses it again.
    #[serde(default)]
    pub rpc_url: Option<String>,
    /// The dialect in which it was spoken to; none: the foundation's x402.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialect: Option<String>,
    /// Paid routes that the command line named, as `name=/path`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<String>,
    /// The manifest of the client that bought in the flows; none: our own buyer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The facilitator behind a server on trial, as the command line names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facilitator: Option<String>,
}

/// The head of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunStarted {
    /// Format of the record, see [`SCHEMA`].
    pub schema: u32,
    /// Id of the run, also the name of its folder.
    pub run: String,
    /// Version of Gauntlet.
    pub gauntlet: String,
    /// Start, Unix milliseconds.
    pub started_ms: u64,
    /// Seed of the run: accounts and nonces follow from it.
    pub seed: u64,
    /// What was put on trial.
    pub target: TargetInfo,
    /// Name of the network profile.
    pub network: String,
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Version of Anvil.
    pub anvil: String,
    /// Which violations fail.
    pub profile: Profile,
    /// Name of the set of checks: `v2-2026-06` and so on.
    pub set: String,
    /// Number of checks that will run.
    pub selected: usize,
    /// The command line, without secrets.
    pub command: Vec<String>,
}

/// A check begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckEvent {
    /// Id of the check.
    pub check: String,
    /// Unix seconds from which its time windows are counted.
    pub now: u64,
}

/// One exchange, and why it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseSent {
    /// The check that sent it.
    pub check: String,
    /// The exchange as a change to a valid payment: `authorization.value 10000 → 9999`.
    pub sent: String,
    /// What it was about, when it went to a facilitator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// The wire.
    pub exchange: Exchange,
}

/// One violation that a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Id of the violated requirement.
    pub requirement: String,
    /// Level of that requirement.
    pub level: Level,
    /// Class of that requirement.
    pub class: Class,
    /// Weight under the run's profile.
    pub severity: Severity,
    /// Fingerprint: what kind of violation it is, e.g. `accepted-invalid`.
    pub kind: String,
    /// What the requirement says, in our words.
    pub rule: String,
    /// Where that stands: document, section and revision.
    pub source: String,
    /// What should have come.
    pub want: String,
    /// What came.
    pub got: String,
    /// The change to a valid payment that provoked it.
    pub sent: String,
    /// Number of the exchange that shows it, when one does.
    pub exchange: Option<u64>,
    /// What the chain says about it.
    pub chain: Vec<String>,
    /// The case that a search has made of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<MadeCase>,
    /// The line of the scenario that says what should have come, with a caret below the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// A case that a search has made up and written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeCase {
    /// Its folder.
    pub folder: String,
    /// How often it failed in the same way when it was tried again, on other accounts: `same 3 of 3`.
    pub again: String,
}

/// A known issue that covers a check's outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownUse {
    /// The reason that the file gives.
    pub reason: String,
    /// The public link that the file gives.
    pub link: Option<String>,
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    /// Id of the check.
    pub check: String,
    /// Its title: the rule that it tests, as a sentence.
    pub title: String,
    /// Outcome.
    pub outcome: Outcome,
    /// Level of the most demanding requirement that it covers.
    pub level: Level,
    /// Class of the most severe requirement that it covers.
    pub class: Class,
    /// Requirements that it covers.
    pub requirements: Vec<String>,
    /// What is at risk when the rule does not hold.
    pub risk: String,
    /// Violations, most severe first.
    pub findings: Vec<Finding>,
    /// Why it is inconclusive, not applicable or a harness error.
    pub reason: Option<String>,
    /// Remarks that weigh nothing: which of several legal answers came.
    pub notes: Vec<String>,
    /// Payments of many lengths and what became of them, when the check is about that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sizes: Vec<Rung>,
    /// Known issue that makes this outcome expected.
    pub known: Option<KnownUse>,
    /// From start to end, milliseconds.
    pub took_ms: u64,
    /// Unix seconds from which its time windows were counted.
    #[serde(default)]
    pub now: u64,
    /// Id for `gauntlet replay`.
    pub case: String,
    /// A shell line that sends the deciding request again, when there is one.
    pub curl: Option<String>,
}

/// The foot of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFinished {
    /// End, Unix milliseconds.
    pub ended_ms: u64,
    /// Whether the user stopped it.
    pub interrupted: bool,
    /// Why the run is inconclusive as a whole: the positive control failed, the target died.
    pub inconclusive: Option<String>,
    /// Our own fault that ended the run.
    pub harness_error: Option<String>,
    /// Known issues that did not happen, with the reason why that is red.
    pub stale: Vec<String>,
    /// Exit code of the process.
    pub exit: u8,
    /// Remarks on the whole run: gas, reverted transactions, reason codes seen.
    pub notes: Vec<String>,
    /// How often a target that we started died, in the order in which it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deaths: Vec<Death>,
}

/// A death of the target that no check provoked to see whether it survives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Death {
    /// How it showed, and how the process ended when it did.
    pub reason: String,
    /// The last lines that the process printed, when it ended; otherwise empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub last_lines: String,
    /// Ids of the checks that were under way.
    pub under_way: Vec<String>,
    /// Whether it was started again.
    pub again: bool,
}
