//! A recorded run, judged again by today's invariants, without chain and target.

use super::{Breach, Seen, all};
use crate::check::Stop;
use crate::history::Entry;
use crate::requirements::Catalogue;
use gauntlet_probe::Role;
use gauntlet_report::{Class, ExitCode, Record, Severity};
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;

/// What today's invariants say, compared with what the run itself said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Word {
    /// The same.
    Same,
    /// There is a breach that the run did not tell.
    More,
    /// The run told a violation that today's invariant does not find.
    Less,
}

impl Word {
    /// For people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "SAME",
            Self::More => "MORE",
            Self::Less => "LESS",
        }
    }
}

/// One invariant over the recorded run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// The check by which a run applies it, or a name of its own.
    pub invariant: &'static str,
    /// The requirement that a breach violates.
    pub requirement: &'static str,
    /// Compared with the run; `null` when it could not be judged.
    pub word: Option<Word>,
    /// Where it does not hold.
    pub breaches: Vec<Weighed>,
    /// Remarks that weigh nothing.
    pub notes: Vec<String>,
    /// Why it could not be judged.
    pub reason: Option<String>,
    /// Violations that the run told and that are not found again.
    pub lost: Vec<String>,
}

/// A breach and what it weighs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Weighed {
    /// Fingerprint.
    pub kind: &'static str,
    /// Class of the violated requirement.
    pub class: Class,
    /// Weight under the run's profile.
    pub severity: Severity,
    /// What should have come.
    pub want: &'static str,
    /// What came.
    pub got: String,
    /// What the chain says.
    pub chain: Vec<String>,
    /// Numbers of the exchanges that show it.
    pub exchanges: Vec<u64>,
    /// Whether the run told it too.
    pub told: bool,
    /// Whether a known issue of the run covers it.
    pub known: bool,
}

/// A recorded run, judged again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recheck {
    /// Id of the run.
    pub run: String,
    /// Name of the target.
    pub target: String,
    /// Its role.
    pub role: String,
    /// Requests that are judged.
    pub requests: usize,
    /// Transfers of the ledger.
    pub transfers: usize,
    /// Why nothing can be judged.
    pub reason: Option<String>,
    /// Each invariant of the role.
    pub invariants: Vec<Judged>,
    /// Exit code.
    #[serde(serialize_with = "number")]
    pub exit: ExitCode,
}

fn number<S: Serializer>(code: &ExitCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(code.number())
}

impl Recheck {
    /// Judges a record.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let entries: Vec<Entry> = record.cases.iter().filter_map(Entry::of).collect();
        let mut recheck = Self {
            run: record.started.run.clone(),
            target: record.started.target.name.clone(),
            role: record.started.target.role.clone(),
            requests: entries.len() + record.bought.len(),
            transfers: record.ledger.as_ref().map(|ledger| ledger.transfers.len()).unwrap_or_default(),
            reason: None,
            invariants: Vec::new(),
            exit: ExitCode::Inconclusive,
        };
        let Some(ledger) = &record.ledger else {
            recheck.reason = Some(without_a_ledger(record).into());
            return recheck;
        };
        let deaths = record.finished.as_ref().map(|finished| finished.deaths.as_slice()).unwrap_or_default();
        let seen = Seen::new(&entries, &record.bought, ledger).with_deaths(deaths);
        let role: Option<Role> = recheck.role.parse().ok();
        let mine = all().filter(|invariant| Some(invariant.role) == role);
        recheck.invariants = mine
            .map(|invariant| {
                let ruling = (invariant.judge)(&seen);
                let (ruling, reason) = match ruling {
                    Ok(ruling) => (ruling, None),
                    Err(Stop::Inconclusive(reason) | Stop::NotApplicable(reason) | Stop::Harness(reason)) => {
                        (super::Ruling::default(), Some(reason))
                    }
                };
                let weighed: Vec<Weighed> = ruling
                    .breaches
                    .into_iter()
                    .map(|breach| weigh(record, invariant.check, invariant.requirement, breach))
                    .collect();
                let lost =
                    if reason.is_none() { lost(record, invariant.check, &weighed) } else { Vec::new() };
                let word = if weighed.iter().any(|breach| !breach.told) {
                    Word::More
                } else if lost.is_empty() {
                    Word::Same
                } else {
                    Word::Less
                };
                Judged {
                    invariant: invariant.check,
                    requirement: invariant.requirement,
                    word: reason.is_none().then_some(word),
                    breaches: weighed,
                    notes: ruling.notes,
                    reason,
                    lost,
                }
            })
            .collect();
        recheck.exit = recheck.verdict();
        if recheck.exit == ExitCode::Inconclusive {
            recheck.reason = Some("the run asked nothing that an invariant could judge".into());
        }
        recheck
    }

    fn verdict(&self) -> ExitCode {
        let fails = |breach: &Weighed| breach.severity == Severity::Failure && !breach.known;
        if self.invariants.iter().flat_map(|judged| &judged.breaches).any(fails) {
            ExitCode::Failure
        } else if self.requests == 0 || self.invariants.iter().all(|judged| judged.reason.is_some()) {
            ExitCode::Inconclusive
        } else {
            ExitCode::Success
        }
    }
}

fn without_a_ledger(record: &Record) -> &'static str {
    if record.started.schema < 2 {
        "the record was written by a Gauntlet that kept no ledger; run again to have one"
    } else if record.finished.is_none() {
        "the record has no ledger: the run was killed before its end"
    } else {
        "the record has no ledger: the chain was not there, or had ended before it could be read"
    }
}

/// What a breach weighs, and whether the run told it: by the same check in the same way, or about the same exchange.
fn weigh(record: &Record, check: &str, requirement: &str, breach: Breach) -> Weighed {
    let catalogued = Catalogue::get().find(requirement).map_or(Class::H, |found| found.class);
    let class = breach.class.unwrap_or(catalogued);
    let telling: Vec<_> = record
        .checks
        .iter()
        .filter(|report| {
            // Of a death also the twin in the other version tells, or the search in which it happened.
            let is_told_here = report.check == check || breach.kind == "died";
            let by_kind = is_told_here && report.findings.iter().any(|it| it.kind == breach.kind);
            let by_exchange =
                report.findings.iter().filter_map(|it| it.exchange).any(|it| breach.exchanges.contains(&it));
            by_kind || by_exchange
        })
        .collect();
    Weighed {
        kind: breach.kind,
        class,
        severity: Severity::of(class, record.started.profile),
        want: breach.want,
        got: breach.got,
        chain: breach.chain,
        exchanges: breach.exchanges,
        told: !telling.is_empty(),
        known: telling.iter().any(|report| report.is_known()),
    }
}

/// The kinds of violations that the run's own check told and that are not there today.
fn lost(record: &Record, check: &str, today: &[Weighed]) -> Vec<String> {
    let reports = record.checks.iter().filter(|report| report.check == check);
    let told: BTreeSet<&str> =
        reports.flat_map(|report| &report.findings).map(|finding| finding.kind.as_str()).collect();
    told.into_iter()
        .filter(|kind| today.iter().all(|breach| breach.kind != *kind))
        .map(str::to_owned)
        .collect()
}
