//! What a run is made of, and what is shown of it.
//!
//! [`Event`]s are written to `run.ndjson` as they happen ([`record`]); every report is rendered from them.
//! This crate knows nothing of checks and targets, and reads no chain: only ids, outcomes, evidence, what was asked and
//! what a chain said, and text.

pub mod clock;
pub mod compare;
mod decimal;
pub mod event;
pub mod evidence;
pub mod exit;
pub mod file;
pub mod gas;
pub mod history;
pub mod ledger;
pub mod outcome;
pub mod record;
pub mod redact;
pub mod render;
pub mod rules;
pub mod sizes;
pub mod summary;
pub mod text;

pub use event::{
    CaseSent, CheckEvent, CheckReport, Death, Event, Finding, KnownUse, MadeCase, RunFinished, RunStarted,
    TargetInfo,
};
pub use evidence::{ChainFact, Exchange, Message, NetFault, Wire};
pub use exit::ExitCode;
pub use gas::Gas;
pub use history::{Asked, Bought, Endpoint, PaymentFacts, PaymentKey, Said};
pub use ledger::{AuthorizationUse, Ledger, SentTx, Transfer};
pub use outcome::{Class, Level, Outcome, Profile, Severity};
pub use record::{FactRead, Record, RecordError, Writer};
pub use rules::{Rule, Rules};
pub use sizes::Rung;
pub use summary::Summary;
