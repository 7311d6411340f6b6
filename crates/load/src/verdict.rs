//! What a run amounts to: the books come first, then whether the measurement can be trusted, then the thresholds.

use crate::books::{Class, Closed};
use crate::measure::Times;
use crate::result::Ruled;
use crate::vitals::Vitals;
use gauntlet_report::ExitCode;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A generator that is later than this at its 99th percentile measures itself.
const LATE: Duration = Duration::from_millis(10);
/// The share of the machine that the generator may take.
const BUSY: f64 = 0.85;
/// The share of the chain's ceiling from which on the chain is the limit.
const NEAR_THE_CEILING: f64 = 0.8;
/// How a reason begins that says how the target ended under load.
const DIED: &str = "the target did not live through it: ";
/// The note to a failure after which the user stopped the run.
const STOPPED: &str = "the run was stopped by the user";

/// What a run amounts to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Verdict {
    /// The word for it.
    pub word: Outcome,
    /// Why, as sentences, the heaviest first.
    pub reasons: Vec<String>,
    /// What is to be known besides.
    pub notes: Vec<String>,
    /// Exit code.
    pub exit: u8,
}

/// The word for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The books balance and every threshold was held.
    Passed,
    /// Somebody lost money, or the target broke down.
    Failed,
    /// A threshold was missed.
    Missed,
    /// A threshold was missed, but the chain was the limit.
    ChainBound,
    /// The generator was the limit.
    GeneratorBound,
    /// Something that counts could not be told.
    Inconclusive,
    /// The target was given nothing.
    NothingRan,
    /// The user stopped it.
    Interrupted,
}

impl Outcome {
    /// For people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Failed => "FAILED",
            Self::Missed => "THRESHOLD MISSED",
            Self::ChainBound => "INCONCLUSIVE (chain-bound)",
            Self::GeneratorBound => "INCONCLUSIVE (generator-bound)",
            Self::Inconclusive => "INCONCLUSIVE",
            Self::NothingRan => "NOTHING RAN",
            Self::Interrupted => "INTERRUPTED",
        }
    }

    const fn exit(self) -> ExitCode {
        match self {
            Self::Passed => ExitCode::Success,
            Self::Failed => ExitCode::Failure,
            Self::Missed => ExitCode::Threshold,
            Self::ChainBound | Self::GeneratorBound | Self::Inconclusive => ExitCode::Inconclusive,
            Self::NothingRan => ExitCode::NothingRan,
            Self::Interrupted => ExitCode::Interrupted,
        }
    }
}

/// What the verdict is made of.
pub(crate) struct Evidence<'a> {
    pub(crate) books: &'a Closed,
    pub(crate) thresholds: &'a [Ruled],
    pub(crate) presented: u64,
    pub(crate) late: &'a Times,
    pub(crate) timer: &'a Times,
    pub(crate) queued: &'a Times,
    pub(crate) begun: u64,
    pub(crate) ran_dry: u64,
    pub(crate) generator: Option<Vitals>,
    pub(crate) cores: usize,
    pub(crate) settled_per_second: Option<f64>,
    pub(crate) ceiling: Option<f64>,
    pub(crate) interrupted: bool,
    /// How the target ended under load, when it did.
    pub(crate) died: Option<String>,
}

impl Verdict {
    /// A run that could not be held.
    pub(crate) fn inconclusive(reason: String) -> Self {
        Self::of(Outcome::Inconclusive, vec![reason], Vec::new())
    }

    /// The one payment before the load was not served, and its money moved.
    pub(crate) fn taken_at_once(reason: String) -> Self {
        let taken = "the money of that payment moved all the same: a customer pays and gets nothing".into();
        Self::of(Outcome::Failed, vec![reason, taken], Vec::new())
    }

    pub(crate) fn interrupted() -> Self {
        Self::of(Outcome::Interrupted, vec!["stopped before the load began".into()], Vec::new())
    }

    fn of(word: Outcome, reasons: Vec<String>, notes: Vec<String>) -> Self {
        Self { word, reasons, notes, exit: word.exit().number() }
    }

    /// Whether the user stopped the run, whatever else became of it.
    pub(crate) fn was_interrupted(&self) -> bool {
        self.word == Outcome::Interrupted || self.notes.iter().any(|note| note == STOPPED)
    }

    /// How the target ended under load, when it did.
    pub(crate) fn death(&self) -> Option<&str> {
        self.reasons.iter().find_map(|reason| reason.strip_prefix(DIED))
    }

    pub(crate) fn judge(evidence: &Evidence<'_>) -> Self {
        let losses = losses(evidence);
        let trouble = generator_trouble(evidence);
        let missed = missed(evidence.thresholds);
        let inexcusable = is_inexcusable(evidence.thresholds);
        let chain_bound = chain_bound(evidence);
        let mut notes = Vec::new();
        notes.extend(chain_bound.clone());
        notes.extend(saturated(evidence));
        let unresolved = evidence.books.count(Class::Unresolved);
        let (word, reasons) = if !losses.is_empty() {
            let mut reasons = losses;
            reasons.extend(missed);
            (Outcome::Failed, reasons)
        } else if evidence.interrupted {
            (Outcome::Interrupted, vec!["stopped by the user; what came until then is judged".into()])
        } else if evidence.presented == 0 {
            (Outcome::NothingRan, vec!["the target was given nothing".into()])
        } else if inexcusable {
            notes.extend(trouble);
            (Outcome::Missed, missed)
        } else if !trouble.is_empty() {
            (Outcome::GeneratorBound, trouble)
        } else if !missed.is_empty() && chain_bound.is_some() {
            (Outcome::ChainBound, missed)
        } else if !missed.is_empty() {
            (Outcome::Missed, missed)
        } else if unresolved > 0 {
            let reason = format!("of {unresolved} payments nobody can say yet whether they will be taken");
            (Outcome::Inconclusive, vec![reason])
        } else if !any_as_it_should_be(evidence.books) {
            let reason =
                "not one payment was answered as it should be: a load that nobody served measures nothing";
            (Outcome::Inconclusive, vec![reason.into()])
        } else {
            (Outcome::Passed, Vec::new())
        };
        let mut verdict = Self::of(word, reasons, notes);
        if evidence.interrupted && word == Outcome::Failed {
            verdict.notes.push(STOPPED.into());
        }
        verdict
    }
}

/// Whether a good payment was served or a wrong one refused. A target that only lets everybody wait loses nobody's money,
/// and is not green for that.
fn any_as_it_should_be(books: &Closed) -> bool {
    [Class::Paid, Class::Pending, Class::WrongRefused].into_iter().any(|class| books.count(class) > 0)
}

/// Money first: none of this is excused by anything.
fn losses(evidence: &Evidence<'_>) -> Vec<String> {
    let books = evidence.books;
    let mut losses: Vec<String> = Class::ALL
        .into_iter()
        .filter(|class| class.is_loss() && books.count(*class) > 0)
        .map(|class| {
            let risk = class.risk().unwrap_or_default();
            format!("{} {}: {} — {risk}", books.count(class), class.as_str(), class.meaning())
        })
        .collect();
    if books.chain.strays > 0 {
        let first = books.chain.first_strays.first().map(String::as_str).unwrap_or_default();
        losses.push(format!(
            "{} Transfers by our payers that no payment explains; the first: {first}",
            books.chain.strays
        ));
    }
    losses.extend(evidence.died.as_ref().map(|how| format!("{DIED}{how}")));
    losses
}

/// Why what was measured says more about ourselves than about the target.
fn generator_trouble(evidence: &Evidence<'_>) -> Vec<String> {
    let mut trouble = Vec::new();
    let late = |times: &Times| times.quantile(0.99).filter(|late| *late > LATE);
    if let Some(late) = late(evidence.late) {
        trouble.push(format!("requests were sent late: p99 {late:.1?} after their time, with users free"));
    }
    if let Some(late) = late(evidence.timer) {
        trouble.push(format!("this machine is too busy to measure: timers wake up {late:.1?} late (p99)"));
    }
    if evidence.ran_dry > 0 {
        trouble.push(format!("{} times no payment was ready when one was due", evidence.ran_dry));
    }
    #[expect(clippy::cast_precision_loss, reason = "a number of cores")]
    let most = evidence.cores as f64 * BUSY;
    if let Some(vitals) = evidence.generator.filter(|vitals| vitals.cores_mean > most) {
        trouble.push(format!("the generator took {:.1} of {} cores", vitals.cores_mean, evidence.cores));
    }
    trouble
}

/// Whether a threshold was missed that neither a late generator nor a full chain can excuse.
fn is_inexcusable(thresholds: &[Ruled]) -> bool {
    thresholds.iter().any(|ruled| !ruled.judged.held && !ruled.threshold.is_about_time())
}

fn missed(thresholds: &[Ruled]) -> Vec<String> {
    let missed = thresholds.iter().filter(|ruled| !ruled.judged.held);
    missed
        .map(|ruled| match &ruled.judged.observed {
            Some(observed) => format!("{} was not held: {observed}", ruled.threshold),
            None => format!("{} was not held: there is nothing to measure it by", ruled.threshold),
        })
        .collect()
}

fn chain_bound(evidence: &Evidence<'_>) -> Option<String> {
    let (settled, ceiling) = (evidence.settled_per_second?, evidence.ceiling?);
    (settled >= ceiling * NEAR_THE_CEILING).then(|| {
        format!(
            "chain-bound: {settled:.1} settled a second are {:.0} % of the {ceiling:.1} that the chain itself carries",
            settled / ceiling * 100.0
        )
    })
}

/// More was due than could be under way at once: the target's doing, and in the response times.
fn saturated(evidence: &Evidence<'_>) -> Option<String> {
    #[expect(clippy::cast_precision_loss, reason = "counts of payments")]
    let share = evidence.queued.count() as f64 / evidence.begun.max(1) as f64;
    let waited = evidence.queued.quantile(0.99)?;
    (share > 0.01 && waited > LATE).then(|| {
        format!(
            "saturated: {:.0} % of the payments waited for a free user (p99 {waited:.1?}), since all of them waited for the target; response times include it",
            share * 100.0
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::ChainBook;
    use crate::plan::{Judged, Threshold};
    use std::collections::BTreeMap;

    fn closed(counts: &[(Class, u64)]) -> Closed {
        Closed { counts: counts.iter().copied().collect(), ..Closed::default() }
    }

    fn evidence<'a>(books: &'a Closed, thresholds: &'a [Ruled], times: &'a Times) -> Evidence<'a> {
        Evidence {
            books,
            thresholds,
            presented: 100,
            late: times,
            timer: times,
            queued: times,
            begun: 100,
            ran_dry: 0,
            generator: None,
            cores: 2,
            settled_per_second: Some(50.0),
            ceiling: Some(100.0),
            interrupted: false,
            died: None,
        }
    }

    fn missed_one() -> Vec<Ruled> {
        let threshold = Threshold::parse("payment p99 < 1s").expect("a threshold");
        vec![Ruled { threshold, judged: Judged { held: false, observed: Some("2s".into()) } }]
    }

    #[test]
    fn money_outweighs_everything() {
        let (fine, lost) = (closed(&[(Class::Paid, 100)]), closed(&[(Class::Paid, 99), (Class::Late, 1)]));
        let (times, missed) = (Times::new(), missed_one());
        let mut late = Times::new();
        late.record(Duration::from_millis(50));
        assert_eq!(Verdict::judge(&evidence(&fine, &[], &times)).word, Outcome::Passed);
        let failed =
            Evidence { ran_dry: 7, interrupted: true, late: &late, ..evidence(&lost, &missed, &times) };
        let verdict = Verdict::judge(&failed);
        assert_eq!((verdict.word, verdict.exit), (Outcome::Failed, 1));
        let strays = ChainBook { strays: 1, ..ChainBook::default() };
        let strays = Closed { counts: BTreeMap::new(), chain: strays, ..Closed::default() };
        assert_eq!(Verdict::judge(&evidence(&strays, &[], &times)).word, Outcome::Failed);
        let died = Evidence { died: Some("exit 1".into()), ..evidence(&fine, &[], &times) };
        assert_eq!(Verdict::judge(&died).word, Outcome::Failed);
    }

    #[test]
    fn a_load_that_nobody_served_is_not_green() {
        let times = Times::new();
        let word = |books: &Closed| Verdict::judge(&evidence(books, &[], &times)).word;
        assert_eq!(word(&closed(&[(Class::Lost, 60), (Class::Refused, 40)])), Outcome::Inconclusive);
        assert_eq!(word(&closed(&[(Class::Lost, 99), (Class::Paid, 1)])), Outcome::Passed);
        assert_eq!(word(&closed(&[(Class::WrongRefused, 100)])), Outcome::Passed);
    }

    #[test]
    fn nobody_is_blamed_for_our_own_lateness_or_for_the_chain() {
        let fine = closed(&[(Class::Paid, 100)]);
        let (times, missed) = (Times::new(), missed_one());
        let word = |evidence: Evidence<'_>| Verdict::judge(&evidence).word;
        assert_eq!(word(evidence(&fine, &missed, &times)), Outcome::Missed);
        let bound = Evidence { settled_per_second: Some(81.0), ..evidence(&fine, &missed, &times) };
        assert_eq!(word(bound), Outcome::ChainBound);
        let bound = Evidence { settled_per_second: Some(81.0), ..evidence(&fine, &[], &times) };
        assert_eq!(word(bound), Outcome::Passed, "being at the limit of the chain is no fault");
        let mut late = Times::new();
        late.record(Duration::from_millis(50));
        assert_eq!(
            word(Evidence { late: &late, ..evidence(&fine, &missed, &times) }),
            Outcome::GeneratorBound
        );
        assert_eq!(word(Evidence { timer: &late, ..evidence(&fine, &[], &times) }), Outcome::GeneratorBound);
        assert_eq!(word(Evidence { ran_dry: 1, ..evidence(&fine, &[], &times) }), Outcome::GeneratorBound);
        assert_eq!(word(Evidence { queued: &late, ..evidence(&fine, &missed, &times) }), Outcome::Missed);
        let answers = Threshold::parse("error-rate < 1%").expect("a threshold");
        let missed =
            [Ruled { threshold: answers, judged: Judged { held: false, observed: Some("2%".into()) } }];
        let late_and_full =
            Evidence { late: &late, settled_per_second: Some(81.0), ..evidence(&fine, &missed, &times) };
        assert_eq!(word(late_and_full), Outcome::Missed, "errors are nobody else's fault");
    }

    #[test]
    fn what_cannot_be_told_is_not_passed() {
        let times = Times::new();
        let open = closed(&[(Class::Paid, 99), (Class::Unresolved, 1)]);
        assert_eq!(Verdict::judge(&evidence(&open, &[], &times)).exit, 5);
        let nothing = closed(&[]);
        let nothing = Evidence { presented: 0, ..evidence(&nothing, &[], &times) };
        assert_eq!(Verdict::judge(&nothing).exit, 4);
    }
}
