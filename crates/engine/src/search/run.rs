//! A search as a check: cases on accounts of their own, findings with their smallest case, and the count of the classes.

use super::Budget;
use super::case::{Case, Facts};
use super::hunt::{Attempt, Bag, Ended, Fingerprint, Game, Limits, Made, Played, Prey, on_a_thread};
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation, this_second};
use crate::scene::Scene;
use futures::future::BoxFuture;
use gauntlet_probe::Role;
use gauntlet_report::{Exchange, Finding, MadeCase};
use gauntlet_wire::Version;
use proptest::strategy::BoxedStrategy;
use serde_json::{Value, json};
use std::fmt::Debug;
use std::sync::Arc;

/// The requirement of our own that a search makes cases of every class.
pub const MAKES_EVERY_CLASS: &str = "GAUNTLET-SEARCH-001";
/// The same for servers.
pub const SERVER_MAKES_EVERY_CLASS: &str = "GAUNTLET-SEARCH-002";
/// With fewer cases a class may be missing by chance.
const ENOUGH_FOR_CLASSES: u64 = 100;

/// What is searched for.
pub trait Property: Send + Sync + 'static {
    /// A case.
    type Case: Clone + Debug + Send + Sync + 'static;

    /// The role on trial.
    fn role(&self) -> Role;

    /// Cases that may be played beside one another.
    fn lanes(&self) -> usize;

    /// How far the search goes.
    fn limits(&self, budget: Budget) -> Limits {
        Limits::of(budget, budget.cases, self.lanes())
    }

    /// Classes of which there must be cases.
    fn classes(&self) -> &'static [&'static str];

    /// How the case of a number is drawn.
    fn strategy(&self, number: u64) -> BoxedStrategy<Self::Case>;

    /// The version of a case's payments; `None` when it has several.
    fn version(&self, case: &Self::Case) -> Option<Version>;

    /// Plays a case: violations are told to the context, which is the case's own.
    fn play<'a>(&'a self, cx: &'a Cx, case: &'a Self::Case, number: u64)
    -> BoxFuture<'a, Result<Told, Stop>>;
}

/// What came of playing a case, besides its violations.
#[derive(Debug, Clone)]
pub struct Told {
    /// What the case turned out to be.
    pub made: Made,
    /// What tells its violations from those of the same kind: the class of a reason or of a status.
    pub class: String,
    /// How the chain was arranged.
    pub chain: Value,
    /// The case as a scenario behind its head: given, steps and expectations, in TOML.
    pub script: String,
}

impl Told {
    /// A case that our side could not make.
    #[must_use]
    pub fn not_made() -> Self {
        Self { made: Made::Not, class: String::new(), chain: Value::Null, script: String::new() }
    }
}

/// What shows a violation.
#[derive(Debug)]
pub struct Evidence {
    finding: Finding,
    exchange: Option<Exchange>,
    told: Told,
    accounts: String,
    now: u64,
}

/// A property in the hands of a check.
struct Searcher<P> {
    cx: Cx,
    property: P,
}

/// Searches as far as the run's budget goes.
///
/// # Errors
/// [`Stop::Inconclusive`] when nothing was searched or something could not be told, [`Stop::Harness`] when our side
/// failed.
pub async fn search<P: Property>(cx: Cx, property: P) -> Judged {
    let budget = cx.world.budget;
    if budget.cases == 0 {
        return Err(Stop::Inconclusive("nothing was searched: say how far with --cases".into()));
    }
    let limits = property.limits(budget);
    let seed = cx.accounts().to_owned();
    let searcher = Arc::new(Searcher { cx: cx.clone(), property });
    let bag = on_a_thread(Arc::clone(&searcher), seed, limits).await?;
    searcher.report(bag)
}

impl<P: Property> Game for Searcher<P> {
    type Case = P::Case;
    type Evidence = Box<Evidence>;

    fn strategy(&self, number: u64) -> BoxedStrategy<P::Case> {
        self.property.strategy(number)
    }

    fn play(self: Arc<Self>, attempt: Attempt, case: P::Case) -> BoxFuture<'static, Played<Box<Evidence>>> {
        Box::pin(async move {
            let since = match self.cx.world.chain.block_number().await {
                Ok(block) => block,
                Err(error) => return played(Err(error.into()), &self.cx, 0),
            };
            let (name, now) = (format!("case/{attempt}"), this_second());
            let version = self.property.version(&case);
            let cx = self.cx.for_case(Scene { name: &name, version, since, now });
            let told = self.property.play(&cx, &case, attempt.case).await;
            played(told, &cx, now)
        })
    }
}

/// What a case showed, by the findings that its context has collected.
fn played(told: Result<Told, Stop>, cx: &Cx, now: u64) -> Played<Box<Evidence>> {
    let collected = cx.take();
    let (told, stop) = match told {
        Ok(told) => (told, None),
        Err(stop) => (Told::not_made(), Some(stop)),
    };
    let exchange_of = |finding: &Finding| {
        let of_number = |seq| collected.exchanges.iter().find(|exchange| exchange.seq == seq).cloned();
        finding.exchange.and_then(of_number)
    };
    let faults = collected
        .findings
        .into_iter()
        .map(|finding| {
            let fingerprint = Fingerprint { kind: finding.kind.clone(), class: told.class.clone() };
            let exchange = exchange_of(&finding);
            let evidence =
                Evidence { exchange, told: told.clone(), accounts: cx.accounts().to_owned(), now, finding };
            (fingerprint, Box::new(evidence))
        })
        .collect();
    let requests = u64::try_from(collected.exchanges.len()).unwrap_or(u64::MAX);
    Played { made: told.made, requests, faults, stop }
}

impl<P: Property> Searcher<P> {
    /// Tells the check what was found, with a case on disk for each, and what was searched.
    fn report(&self, bag: Bag<P::Case, Box<Evidence>>) -> Judged {
        let summary = summary(&bag);
        self.cx.note(summary.clone());
        self.misses_no_class(&bag, &summary);
        let (cases, unanswered) = (bag.cases(), bag.unanswered.clone());
        for prey in bag.prey {
            self.tell(prey)?;
        }
        match bag.ended {
            Ended::Stopped(stop) => return Err(stop),
            Ended::Enough => {
                self.cx.note("the search ended early: there may be more to find when this is mended")
            }
            Ended::Time => self.cx.note("the search ended early: its time was over"),
            Ended::Cases => {}
        }
        match unanswered {
            _ if cases == 0 => Err(Stop::Inconclusive("no case was played".into())),
            (0, _) => Ok(()),
            (count, first) => {
                Err(Stop::Inconclusive(format!("{count} cases got no whole answer; the first: {first}")))
            }
        }
    }

    /// A search that has made no case of a class says nothing about it.
    fn misses_no_class(&self, bag: &Bag<P::Case, Box<Evidence>>, summary: &str) {
        if bag.cases() < ENOUGH_FOR_CLASSES {
            return;
        }
        for class in self.property.classes().iter().filter(|class| bag.of_class(class) == 0) {
            self.cx.find(Violation {
                requirement: every_class(self.property.role()),
                kind: "class-without-a-case",
                want: format!("cases that are {class}"),
                got: summary.to_owned(),
                ..Violation::default()
            });
        }
    }

    fn tell(&self, prey: Prey<P::Case, Box<Evidence>>) -> Judged {
        let Evidence { mut finding, mut exchange, told, accounts, now } = *prey.evidence;
        let world = &self.cx.world;
        let again = again(prey.same, prey.of);
        if let Some(response) = exchange.as_mut().and_then(|exchange| exchange.response.as_mut())
            && let Ok(text) = std::str::from_utf8(&response.body)
        {
            response.body = world.redact(text).into_bytes();
        }
        let case = Case {
            title: format!("{}: {}", finding.kind, finding.want),
            role: self.property.role(),
            version: self.property.version(&prey.minimum),
            accounts,
            script: told.script,
            chain: json!({ "arranged": told.chain, "said": finding.chain }),
            facts: Facts {
                seed: world.seed,
                check: self.cx.check.id.clone(),
                case: prey.number,
                target: world.target.clone(),
                network: world.chain.profile().name.into(),
                now,
                requirement: finding.requirement.clone(),
                kind: finding.kind.clone(),
                class: prey.fingerprint.class,
                reproduced: again.clone(),
                sent: finding.sent.clone(),
            },
            exchange: exchange.clone(),
        };
        let folder = case.write(&world.folder)?.display().to_string();
        finding.case = Some(MadeCase { folder, again });
        let mut collected = self.cx.collected();
        collected.findings.push(finding);
        collected.exchanges.extend(exchange);
        Ok(())
    }
}

fn every_class(role: Role) -> &'static str {
    match role {
        Role::Server => SERVER_MAKES_EVERY_CLASS,
        Role::Facilitator | Role::Client => MAKES_EVERY_CLASS,
    }
}

fn again(same: u32, of: u32) -> String {
    match (same, of) {
        (_, 0) => "not tried again".into(),
        (same, of) if same == of => format!("same {same} of {of}"),
        (same, of) => format!("flaky {same} of {of}"),
    }
}

/// `2000 cases: 640 valid, 1120 invalid (amount 300, signature 210), 230 open, 10 not made; 7 other repetitions of what
/// was found`.
fn summary<C, E>(bag: &Bag<C, E>) -> String {
    let class = |(class, kinds): (&&str, &std::collections::BTreeMap<String, u64>)| {
        let mut named: Vec<_> = kinds.iter().filter(|(kind, _)| !kind.is_empty()).collect();
        named.sort_by_key(|(kind, count)| (std::cmp::Reverse(**count), *kind));
        let named: Vec<String> = named.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        let count: u64 = kinds.values().sum();
        match named.as_slice() {
            [] => format!("{count} {class}"),
            named => format!("{count} {class} ({})", named.join(", ")),
        }
    };
    let mut parts: Vec<String> = bag.classes.iter().rev().map(class).collect();
    for (count, what) in [(bag.not_made, "not made"), (bag.unanswered.0, "not answered")] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    let repeated = match bag.repeated {
        0 => String::new(),
        count => format!("; {count} other repetitions of what was found"),
    };
    format!("{} cases: {}{repeated}", bag.cases(), parts.join(", "))
}
