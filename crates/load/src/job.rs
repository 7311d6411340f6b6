//! What the process that makes the load is told, and what it says: lines of JSON.

use crate::measure::{Lot, Mark, Pairs};
use crate::phase::Phase;
use crate::plan::{Method, Shard, SignatureKind, Stage};
use crate::tally::Measured;
use gauntlet_wire::{Address, B256, Change, Echo, Terms, Version};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What the users do with a payment, for one role of target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// `/verify`.
    Verify,
    /// `/settle`.
    Settle,
    /// `/verify`, and `/settle` when that was good.
    Both,
    /// One payment in so many and one more is settled, the others are verified.
    Mix {
        /// How many are verified for one that is settled.
        verifies_per_settle: u32,
    },
    /// A request without a payment.
    Challenge,
    /// A request without a payment, and the paid one when a 402 came.
    Purchase,
}

impl Work {
    /// The phases that it is made of, without the whole.
    #[must_use]
    pub const fn phases(self) -> &'static [Phase] {
        match self {
            Self::Verify => &[Phase::Verify],
            Self::Settle => &[Phase::Settle],
            Self::Both | Self::Mix { .. } => &[Phase::Verify, Phase::Settle],
            Self::Challenge => &[Phase::Challenge],
            Self::Purchase => &[Phase::Challenge, Phase::Paid],
        }
    }

    /// Whether it moves no money when the target is honest.
    #[must_use]
    pub const fn only_asks(self) -> bool {
        matches!(self, Self::Verify | Self::Challenge)
    }
}

/// Payments that are to be made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Payments {
    /// Names payers, nonces and signatures.
    pub seed: String,
    /// How many payers there are.
    pub payers: usize,
    /// What is paid.
    pub terms: Terms,
    /// What a server offered, as it wrote it; none for a facilitator.
    pub echo: Option<Echo>,
    /// How they move the money.
    pub method: Method,
    /// Who may charge payments of scheme `upto`; zero for others.
    pub facilitator: Address,
    /// How they are signed.
    pub signature: SignatureKind,
    /// Share of the payments that are wrong, and in what ways.
    pub wrong: Option<(f64, Vec<Change>)>,
    /// How many are kept ready at most.
    pub ready: usize,
}

/// The route of a resource server.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sold {
    /// HTTP method.
    pub method: String,
    /// Path with query.
    pub path: String,
    /// Body; empty for none.
    pub body: String,
    /// A text that stands in what is sold and nowhere else; none: any 2xx answer is what is sold.
    pub canary: Option<String>,
}

/// All that the process is told before it begins.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// Base URL of the target.
    pub base_url: String,
    /// What is done.
    pub work: Work,
    /// Where it is done, for a resource server.
    pub sold: Option<Sold>,
    /// Protocol version.
    pub version: Version,
    /// When how much is done.
    pub stages: Vec<Stage>,
    /// Which part of it.
    pub shard: Shard,
    /// How often each payment is presented at one instant.
    pub copies: u32,
    /// The longest wait for one answer.
    pub timeout: Duration,
    /// How many users there are: that many requests can be under way at once.
    pub users: usize,
    /// What is paid with.
    pub payments: Payments,
    /// Port on the loopback interface where the process says what it has to say.
    pub port: u16,
}

/// What the process is told on the way, a line each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Begin at this moment, ms since 1970.
    Begin(u64),
    /// Present nothing more.
    Stop,
}

/// What the process says, a line each.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// Every user stands ready and payments are made.
    Ready,
    /// What became of payments.
    Answers(Vec<Answer>),
    /// What was measured since the last such word.
    Second(Second),
    /// The plan has ended, all has been said.
    Done,
    /// It cannot go on. Our own fault.
    Failed(String),
}

/// What came back for one presentation of a payment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// Number of the payment, from 1.
    pub number: u64,
    /// Nonce of the payment.
    pub nonce: B256,
    /// Which of its payers pays.
    pub payer: u32,
    /// Where it was presented.
    pub phase: Phase,
    /// Whether it is right, wrong, or a copy of another.
    pub lot: Lot,
    /// What was changed in a wrong one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
    /// What the answer amounts to.
    pub mark: Mark,
    /// Status code; 0 when there is none.
    pub status: u16,
    /// The transaction that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<B256>,
    /// When it was sent, µs since the begin.
    pub sent_us: u64,
    /// When it was answered or given up, µs since the begin.
    pub done_us: u64,
    /// The beginning of the answer's body, or what went wrong.
    pub text: String,
}

/// What was measured in about a second.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Second {
    /// When it ended, ms since the begin.
    pub at_ms: u64,
    /// Latencies.
    pub lines: Vec<Line>,
    /// How late requests were sent that a free user waited for, µs.
    pub late: Pairs,
    /// How long payments that were due waited for a user, µs.
    pub queued: Pairs,
    /// How much later than asked a timer woke up, µs: what this machine does to any measurement.
    pub timer: Pairs,
    /// How often no payment was ready when one was due.
    pub ran_dry: u64,
    /// Payments that had been made and were too old when their time came.
    pub stale: u64,
    /// How many payments are ready.
    pub ready: u64,
    /// How many users wait for an answer.
    pub under_way: u64,
    /// Payments, copies included, whose time had come.
    pub begun: u64,
}

/// The latencies of one kind of answer in one stage.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    /// Number of the stage.
    pub stage: usize,
    /// What was measured in it.
    pub measured: Measured,
}
