//! A scenario: what is given, what happens, and what must have come of it.

use super::error::line_of;
use gauntlet_report::Class;
use gauntlet_wire::Version;
use std::ops::Range;
use std::path::PathBuf;

/// One scenario, read and checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// The file that it was read from.
    pub path: PathBuf,
    /// Id of its check: `attack.replay`, `flow.paid-fetch`.
    pub id: String,
    /// The rule that it tests, as a sentence.
    pub title: String,
    /// Where the idea was published.
    pub source: String,
    /// Ids of the requirements that it covers, the deciding one of each version first.
    pub covers: Vec<String>,
    /// What is at risk when the rule does not hold.
    pub risk: String,
    /// What is lost when it does not hold: content, money, gas.
    pub lost: String,
    /// Whose loss it is.
    pub by: Party,
    /// The protocol versions that it is played in.
    pub versions: Vec<Version>,
    /// Whether nothing else may happen meanwhile.
    pub alone: bool,
    /// What stands before the server, if anything does.
    pub front: Option<Front>,
    /// The payments, or the payers.
    pub given: Vec<Given>,
    /// What happens.
    pub steps: Vec<Step>,
    /// What must have come of it.
    pub expect: Expect,
    /// What should have come of it, and what it weighs when it has not.
    pub graded: Option<(Class, Expect)>,
}

/// Whose loss it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// Delivers content that nobody paid for.
    Seller,
    /// Pays for content that never comes.
    Buyer,
    /// Pays the gas of transactions that move nothing.
    Facilitator,
}

impl Party {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] =
        &[("the seller", Self::Seller), ("the buyer", Self::Buyer), ("the facilitator", Self::Facilitator)];
}

/// What stands before the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Front {
    /// A shared HTTP cache.
    Cache,
}

impl Front {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] = &[("cache", Self::Cache)];
}

/// A payment that is ready to be presented; or a payer, who makes a new payment at every purchase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What steps call it.
    pub name: String,
    /// The route that it is for.
    pub route: &'static str,
    /// What the payer owns.
    pub funds: Funds,
}

/// What a payer owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Funds {
    /// Nothing.
    None,
    /// The price, once.
    Once,
    /// Much more than the price.
    Plenty,
}

impl Funds {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] =
        &[("none", Self::None), ("once", Self::Once), ("plenty", Self::Plenty)];
}

/// A step and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What happens.
    pub action: Action,
    /// Where it stands in the file, bytes.
    pub span: Range<usize>,
    /// The same as a line, from 1.
    pub line: usize,
}

impl Step {
    pub(super) fn new(action: Action, span: Range<usize>, text: &str) -> Self {
        let line = line_of(text, span.start);
        Self { action, span, line }
    }
}

/// What happens in a step. A name is that of something given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A payment is presented.
    Pay(Pay),
    /// A payer buys in the way of a client: asks, signs what is asked, presents it once.
    Buy {
        /// The payer.
        name: String,
        /// Another route than its own.
        at: Option<&'static str>,
        /// Whether the next step waits for the answer.
        wait: bool,
    },
    /// A stranger asks for a route without paying.
    Unpaid {
        /// The route.
        route: &'static str,
        /// How often.
        times: u64,
    },
    /// The facilitator keeps the calls about a payment waiting.
    Hold {
        /// The payment.
        name: String,
        /// Which calls.
        call: Call,
    },
    /// The facilitator goes on.
    Release(String),
    /// The facilitator lies, or refuses, about a payment and asks nobody.
    Answer {
        /// The payment.
        name: String,
        /// What it is asked.
        call: Call,
        /// What it says.
        with: Line,
    },
    /// Waits until something has come of a payment.
    Await {
        /// The payment.
        name: String,
        /// What.
        until: Moment,
    },
    /// The payer cancels the authorization.
    Cancel(String),
    /// The payer moves the whole balance away.
    Drain(String),
    /// The payer gets plenty.
    Refill(String),
    /// An observer submits the authorization.
    Preempt(String),
    /// The transaction that settles a payment is lost before it is in a block.
    Drop(String),
    /// The lost transaction comes back.
    Resend(String),
    /// Whether blocks are made.
    Mining {
        /// One for each transaction, or none.
        automatic: bool,
    },
    /// The server loses its memory.
    Restart,
    /// What the route of a payment says now, what the facilitator was told and what was charged are compared with
    /// what was offered.
    Compare(String),
}

/// How a payment is presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pay {
    /// The payment.
    pub name: String,
    /// Another route than its own.
    pub at: Option<&'static str>,
    /// Another way of writing it.
    pub form: Option<Form>,
    /// How many copies, and when.
    pub copies: Copies,
    /// Whether it goes to a second instance of the server.
    pub neighbour: bool,
    /// Whether the next step waits for the answers.
    pub wait: bool,
}

/// How many copies of a payment are presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    /// One after the other.
    InSequence(u64),
    /// At one instant.
    AtOnce(u64),
}

/// Another way of writing a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The members of its JSON in reverse order, with white space between them.
    Reencoded,
    /// Base64 without padding.
    Unpadded,
    /// Hexadecimal digits of nonce and signature in upper case.
    UpperCase,
    /// The high-s twin of the signature.
    HighS,
    /// The signature in 64 bytes.
    Compact,
    /// The name of the header in lower case.
    LowerCaseHeader,
    /// Two header lines.
    Twice,
    /// Two copies in one header line, with a comma between, as proxies merge them.
    Merged,
}

impl Form {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] = &[
        ("reencoded", Self::Reencoded),
        ("unpadded", Self::Unpadded),
        ("upper-case", Self::UpperCase),
        ("high-s", Self::HighS),
        ("compact", Self::Compact),
        ("lower-case-header", Self::LowerCaseHeader),
        ("twice", Self::Twice),
        ("merged", Self::Merged),
    ];
}

/// A call to the facilitator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Is the payment valid?
    Verify,
    /// Make it move.
    Settle,
}

impl Call {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] = &[("verify", Self::Verify), ("settle", Self::Settle)];
}

/// What a scripted facilitator says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// The payment is refused.
    Refused,
    /// Success without a transaction.
    NoTransaction,
    /// Success in a transaction that is on no chain.
    InventedTransaction,
    /// Success in a transaction that succeeded and moved nothing, as some tokens let a spent nonce pass.
    EmptyTransaction,
}

impl Line {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] = &[
        ("refused", Self::Refused),
        ("no-transaction", Self::NoTransaction),
        ("invented-transaction", Self::InventedTransaction),
        ("empty-transaction", Self::EmptyTransaction),
    ];

    /// Whether it claims money that never moved.
    #[must_use]
    pub const fn is_lie(self) -> bool {
        !matches!(self, Self::Refused)
    }
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The server has asked the facilitator, or answered without asking.
    Called(Call),
    /// All answers under way have come.
    Answered,
}

impl Moment {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] = &[
        ("verify", Self::Called(Call::Verify)),
        ("settle", Self::Called(Call::Settle)),
        ("answer", Self::Answered),
    ];
}

/// What comes of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expect {
    /// How often content came.
    pub served: Vec<Bound>,
    /// How often the price reached the payee.
    pub transfers: Vec<Bound>,
    /// How often the facilitator was asked to settle.
    pub settles: Vec<Bound>,
    /// How many transactions of the facilitator reverted.
    pub reverted: Vec<Bound>,
}

/// The least and the most of something, for one payment or payer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// Whose.
    pub name: String,
    /// The least.
    pub least: u64,
    /// The most.
    pub most: u64,
    /// The line of the file.
    pub line: usize,
}

impl Scenario {
    /// Something given, by its name.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<&Given> {
        self.given.iter().find(|given| given.name == name)
    }

    /// Whether a name is that of a payer who makes new payments, and not of one payment.
    #[must_use]
    pub fn is_payer(&self, name: &str) -> bool {
        self.steps.iter().any(|step| matches!(&step.action, Action::Buy { name: buyer, .. } if buyer == name))
    }

    /// Whether the money of a payment is not the server's doing: the facilitator lies about it, or an observer submits
    /// it. Only the scenario's own expectations judge what comes of such a payment.
    #[must_use]
    pub fn is_beyond_the_server(&self, name: &str) -> bool {
        self.steps.iter().any(|step| match &step.action {
            Action::Answer { name: other, with, .. } => other == name && with.is_lie(),
            Action::Preempt(other) => other == name,
            _ => false,
        })
    }
}
