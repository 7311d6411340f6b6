//! A scenario: what is given, what happens, and what must have come of it.

mod answer;
mod matcher;
mod words;

pub use answer::{Answer, Miss, Told};
pub use matcher::{Kind, Matcher};
pub use words::{Call, Form, Front, Line, Moment, Party, Trouble};

use super::error::line_of;
use gauntlet_chain::Mining;
use gauntlet_probe::{Request, Role, Rule};
use gauntlet_report::Class;
use gauntlet_wire::{B256, Change, U256, Version};
use std::ops::Range;
use std::path::PathBuf;

/// One scenario, read and checked.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The file that it was read from.
    pub path: PathBuf,
    /// Its text, for pictures of its lines.
    pub text: String,
    /// Id of its check: `attack.replay`, `facilitator.settle.replay`.
    pub id: String,
    /// The rule that it tests, as a sentence.
    pub title: String,
    /// Whom it tries.
    pub role: Role,
    /// Where the idea was published.
    pub source: Option<String>,
    /// Ids of the requirements that it covers, the deciding one of each version first.
    pub covers: Vec<String>,
    /// What is at risk when the rule does not hold.
    pub risk: String,
    /// What is lost when it does not hold (content, money, gas), and whose loss it is.
    pub loss: Option<(String, Party)>,
    /// The protocol versions that it is played in.
    pub versions: Vec<Version>,
    /// Whether nothing else may happen meanwhile.
    pub alone: bool,
    /// What its accounts are derived from, when they must be those of an earlier run.
    pub accounts: Option<String>,
    /// When blocks are made, from the start.
    pub mining: Mining,
    /// What the node does to the target's calls, from the start.
    pub faults: Vec<Rule>,
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

/// A payment that is ready to be presented; or a payer, who makes a new payment at every purchase.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// What steps call it.
    pub name: String,
    /// The route that it is for; none when it goes to a facilitator.
    pub route: Option<&'static str>,
    /// The price, atomic units, when it is not a cent; that of the route counts where there is one.
    pub amount: Option<U256>,
    /// The token, by its name.
    pub token: &'static str,
    /// The account that pays, when others pay from it too.
    pub payer: Option<String>,
    /// The account that is paid, when others are paid to it too.
    pub payee: Option<String>,
    /// What the payer owns.
    pub funds: Funds,
    /// What Permit2 may take of it, atomic units.
    pub allowance: Option<U256>,
    /// The nonce, when it is not one of its own.
    pub nonce: Option<B256>,
    /// The changes to a valid payment, in order.
    pub change: Vec<Change>,
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
    /// So many atomic units.
    Units(U256),
}

/// The least that is plenty, atomic units.
const PLENTY: u64 = 1_000_000;

impl Funds {
    /// The words of the language.
    pub const WORDS: &[(&str, Self)] =
        &[("none", Self::None), ("once", Self::Once), ("plenty", Self::Plenty)];

    /// The same in atomic units, for a price.
    #[must_use]
    pub fn units(self, price: U256) -> U256 {
        match self {
            Self::None => U256::ZERO,
            Self::Once => price,
            Self::Plenty => price.saturating_mul(U256::from(100)).max(U256::from(PLENTY)),
            Self::Units(units) => units,
        }
    }
}

/// A step and where it stands.
#[derive(Debug, Clone)]
pub struct Step {
    /// What happens.
    pub action: Action,
    /// What must come back, and what must come back for the scenario to say anything.
    pub answers: Answers,
    /// Where it stands in the file, bytes.
    pub span: Range<usize>,
    /// The same as a line, from 1.
    pub line: usize,
}

/// What a step says of the answers that it gets.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// What misses it violates the scenario's first requirement.
    pub expect: Option<Answer>,
    /// What misses it leaves the scenario without a verdict.
    pub require: Option<Answer>,
}

impl Step {
    pub(super) fn new(action: Action, answers: Answers, span: Range<usize>, text: &str) -> Self {
        let line = line_of(text, span.start);
        Self { action, answers, span, line }
    }
}

/// What happens in a step. A name is that of something given.
#[derive(Debug, Clone)]
pub enum Action {
    /// A payment is presented to a facilitator.
    Ask(Ask),
    /// A facilitator is asked what it supports.
    Supported,
    /// A request of the scenario's own making.
    Request {
        /// What is sent.
        request: Box<Request>,
        /// How often.
        times: u64,
    },
    /// A payment is presented to a server.
    Pay(Pay),
    /// A payer buys in the way of a client: asks, signs what is asked, presents it once.
    Fetch {
        /// The payer.
        name: String,
        /// Another route than its own.
        at: Option<&'static str>,
        /// Whether the next step goes on without the answer.
        background: bool,
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
    /// When blocks are made from now on.
    Mining(Mining),
    /// So many blocks are made now.
    Mine(u64),
    /// So many blocks are taken back.
    Reorg(u64),
    /// What the node does to the target's calls from now on.
    Fault(Vec<Rule>),
    /// The target loses its memory.
    Restart,
    /// Nothing happens for so many seconds.
    Wait(u64),
    /// What the route of a payment says now, what the facilitator was told and what was charged are compared with
    /// what was offered.
    Compare(String),
    /// All of these begin at one instant.
    Parallel(Vec<Step>),
    /// These, so often.
    Repeat {
        /// How often.
        times: u64,
        /// What.
        steps: Vec<Step>,
    },
}

/// How a payment is presented to a facilitator.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// What it is asked.
    pub call: Call,
    /// The payment.
    pub name: String,
    /// Further changes, for this time only.
    pub change: Vec<Change>,
    /// Another way of writing it.
    pub form: Option<Form>,
    /// How many copies, and when.
    pub copies: Copies,
    /// Whether the next step goes on without the answers.
    pub background: bool,
}

/// How a payment is presented to a server.
#[derive(Debug, Clone, PartialEq)]
pub struct Pay {
    /// The payment.
    pub name: String,
    /// Another route than its own.
    pub at: Option<&'static str>,
    /// Further changes, for this time only.
    pub change: Vec<Change>,
    /// Another way of writing it.
    pub form: Option<Form>,
    /// How many copies, and when.
    pub copies: Copies,
    /// Whether it goes to a second instance of the server.
    pub neighbour: bool,
    /// Whether the next step goes on without the answers.
    pub background: bool,
}

/// How many copies of a payment are presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copies {
    /// One after the other.
    InSequence(u64),
    /// At one instant.
    AtOnce(u64),
}

/// What comes of a scenario.
#[derive(Debug, Clone, Default)]
pub struct Expect {
    /// How often content came.
    pub served: Vec<Bound>,
    /// How often the money reached the payee, exactly as it is due.
    pub transfers: Vec<Bound>,
    /// How often the facilitator was asked to settle.
    pub settles: Vec<Bound>,
    /// How many transactions of the facilitator reverted.
    pub reverted: Vec<Bound>,
    /// How often `/verify` called it valid.
    pub valid: Vec<Bound>,
    /// How often `/settle` called it settled.
    pub settled: Vec<Bound>,
    /// Payments about which `/verify` and `/settle` must say the same.
    pub agree: Vec<Named<()>>,
    /// What an account owns at the end, atomic units.
    pub balance: Vec<Named<Matcher>>,
    /// What an account got from the scenario's payers, atomic units.
    pub received: Vec<Named<Matcher>>,
    /// Whether the token knows the authorization of a payment as spent or cancelled.
    pub authorization: Vec<Named<bool>>,
}

impl Expect {
    /// The counts, by the key that they stand under.
    #[must_use]
    pub fn counts(&self) -> [(&'static str, &[Bound]); 6] {
        [
            ("served", &self.served),
            ("transfers", &self.transfers),
            ("settles", &self.settles),
            ("reverted", &self.reverted),
            ("valid", &self.valid),
            ("settled", &self.settled),
        ]
    }

    /// Whether nothing is expected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts().iter().all(|(_, bounds)| bounds.is_empty())
            && self.agree.is_empty()
            && self.balance.is_empty()
            && self.received.is_empty()
            && self.authorization.is_empty()
    }
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
    /// Where it stands, bytes.
    pub span: Range<usize>,
}

/// Something about a payment or an account.
#[derive(Debug, Clone, PartialEq)]
pub struct Named<T> {
    /// Whose.
    pub name: String,
    /// What.
    pub what: T,
    /// Where it stands, bytes.
    pub span: Range<usize>,
}

impl Scenario {
    /// Something given, by its name.
    #[must_use]
    pub fn given(&self, name: &str) -> Option<&Given> {
        self.given.iter().find(|given| given.name == name)
    }

    /// Every step, also those inside others, in the order of the file.
    #[must_use]
    pub fn every_step(&self) -> Vec<&Step> {
        fn walk<'a>(steps: &'a [Step], all: &mut Vec<&'a Step>) {
            for step in steps {
                all.push(step);
                if let Action::Parallel(inner) | Action::Repeat { steps: inner, .. } = &step.action {
                    walk(inner, all);
                }
            }
        }
        let mut all = Vec::new();
        walk(&self.steps, &mut all);
        all
    }

    /// Whether any step is like this.
    pub fn does(&self, like: impl Fn(&Action) -> bool) -> bool {
        self.every_step().iter().any(|step| like(&step.action))
    }

    /// Whether a name is that of a payer who makes new payments, and not of one payment.
    #[must_use]
    pub fn is_payer(&self, name: &str) -> bool {
        self.does(|action| matches!(action, Action::Fetch { name: buyer, .. } if buyer == name))
    }

    /// Whether the money of a payment is not the server's doing: the facilitator lies about it, or an observer submits
    /// it. Only the scenario's own expectations judge what comes of such a payment.
    #[must_use]
    pub fn is_beyond_the_server(&self, name: &str) -> bool {
        self.does(|action| match action {
            Action::Answer { name: other, with, .. } => other == name && with.is_lie(),
            Action::Preempt(other) => other == name,
            _ => false,
        })
    }

    /// `file:line` of a place.
    #[must_use]
    pub fn place(&self, span: &Range<usize>) -> String {
        format!("{}:{}", self.path.display(), line_of(&self.text, span.start))
    }
}
