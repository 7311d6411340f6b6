//! What can be sent again: a check of a run, or a case that a search of it has written down.

use super::super::keep;
use super::super::run::unreadable;
use crate::failure::Failure;
use gauntlet_engine::search::case::Facts;
use gauntlet_engine::{Check, scenario, select};
use gauntlet_report::record::Record;
use gauntlet_report::{CheckReport, ExitCode, Outcome};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A case and the run that it comes from.
pub(super) struct Stored {
    /// The run.
    pub(super) record: Record,
    what: What,
}

enum What {
    /// A check and how it ended, and the folder of its run.
    Check(Box<CheckReport>, PathBuf),
    /// A folder below `RUN/cases`.
    Case { folder: PathBuf, facts: Box<Facts> },
}

/// What came of sending it again.
pub(super) struct Verdict {
    /// FIXED, SAME, CHANGED or ERROR.
    pub(super) word: &'static str,
    /// Before and now.
    pub(super) text: String,
    /// The exit code.
    pub(super) code: ExitCode,
}

impl Stored {
    /// Finds a case: `RUN/CHECK`, or the folder of one, `RUN/cases/0001`.
    pub(super) fn find(name: &str) -> Result<Self, Failure> {
        let folder = Path::new(name.strip_suffix("/scenario.toml").unwrap_or(name));
        if folder.join("case.json").is_file() {
            return Self::of_folder(folder);
        }
        let Some((run, check)) = name.rsplit_once('/') else {
            return Err(Failure::usage(format!("{name:?} is no case"))
                .with_help("write RUN/CHECK or RUN/cases/NNNN, as a failure prints it"));
        };
        let record = Record::read(Path::new(run)).map_err(|error| unreadable(&error))?;
        let Some(report) = record.check(check).cloned() else {
            let ids = record.checks.iter().map(|report| report.check.as_str());
            let near =
                select::closest(check, ids).map(|id| format!(" (did you mean {id}?)")).unwrap_or_default();
            return Err(Failure::usage(format!("the run in {run} has no check {check:?}{near}")));
        };
        let folder = if Path::new(run).is_dir() { PathBuf::from(run) } else { PathBuf::new() };
        Ok(Self { record, what: What::Check(Box::new(report), folder) })
    }

    fn of_folder(folder: &Path) -> Result<Self, Failure> {
        let file = folder.join("case.json");
        let broken = |error: String| {
            Failure::usage(format!("{}: {error}", file.display()))
                .with_help("the folder of a case is made by a run with --cases; run it again")
        };
        let text = gauntlet_report::file::written(&file).map_err(|error| broken(error.to_string()))?;
        let facts = serde_json::from_str(&text).map_err(|error| broken(error.to_string()))?;
        let run = folder.parent().and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
        let record = Record::read(&run).map_err(|error| unreadable(&error))?;
        Ok(Self { record, what: What::Case { folder: folder.to_owned(), facts } })
    }

    /// The checks that send it.
    pub(super) fn checks(&self, mut known: Vec<Check>) -> Result<Vec<Check>, Failure> {
        match &self.what {
            What::Check(old, run) => {
                let own = keep::checks_of(run)?;
                known.retain(|check| own.iter().all(|other| other.id != check.id));
                known.extend(own);
                Ok(select::select(known, std::slice::from_ref(&old.check), &[])?)
            }
            What::Case { folder, .. } => Ok(scenario::load(&folder.join("scenario.toml"))?),
        }
    }

    /// Unix seconds from which its windows were counted.
    pub(super) fn now(&self) -> u64 {
        match &self.what {
            What::Check(old, _) => old.now,
            What::Case { facts, .. } => facts.now,
        }
    }

    /// Before and now; `None` when it could not be sent.
    pub(super) fn compare(&self, again: &Record) -> Option<Verdict> {
        match &self.what {
            What::Check(old, _) => compare_checks(old, again.check(&old.check)?),
            What::Case { folder, facts } => compare_cases(folder, facts, again),
        }
    }
}

fn compare_checks(old: &CheckReport, new: &CheckReport) -> Option<Verdict> {
    let fingerprint = |report: &CheckReport| {
        let mut kinds: Vec<&str> = report.findings.iter().map(|finding| finding.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        (report.outcome, kinds.join(","))
    };
    let (before, after) = (fingerprint(old), fingerprint(new));
    let text = format!("{}: {} before, {} now", old.check, before.0, after.0);
    Some(match (before == after, after.0) {
        (_, Outcome::HarnessError) => return None,
        (true, Outcome::Fail) => Verdict { word: "SAME", text, code: ExitCode::Failure },
        (true, Outcome::Inconclusive) => Verdict { word: "SAME", text, code: ExitCode::Inconclusive },
        (true, _) => Verdict { word: "SAME", text, code: ExitCode::Success },
        (false, Outcome::Pass | Outcome::NotApplicable) => {
            Verdict { word: "FIXED", text, code: ExitCode::Success }
        }
        (false, Outcome::Warn) if before.0 > Outcome::Warn => {
            Verdict { word: "CHANGED", text, code: ExitCode::Success }
        }
        (false, Outcome::Inconclusive) => Verdict { word: "CHANGED", text, code: ExitCode::Inconclusive },
        (false, _) => Verdict {
            word: "CHANGED",
            text: format!("{text}; {} before, {} now", before.1, after.1),
            code: ExitCode::Failure,
        },
    })
}

/// The scenario of a case expects what the rule wants, so a target that has been mended passes it. One that does not is
/// told by the answer to the deciding request.
fn compare_cases(folder: &Path, facts: &Facts, again: &Record) -> Option<Verdict> {
    let reports: Vec<&CheckReport> =
        again.checks.iter().filter(|report| report.check.starts_with("case.")).collect();
    let worst = reports.iter().max_by_key(|report| report.outcome)?;
    let name = format!("{} ({}/{})", folder.display(), facts.kind, facts.class);
    let code = match worst.outcome {
        Outcome::HarnessError => return None,
        Outcome::Pass => {
            let text = format!("{name}: violated before, holds now");
            return Some(Verdict { word: "FIXED", text, code: ExitCode::Success });
        }
        Outcome::Inconclusive | Outcome::NotApplicable => ExitCode::Inconclusive,
        Outcome::Warn => ExitCode::Success,
        Outcome::Fail => ExitCode::Failure,
    };
    let before = gauntlet_report::file::recorded(&folder.join("response.http")).unwrap_or_default();
    let before = if before.is_empty() { String::new() } else { said(&String::from_utf8_lossy(&before)) };
    let deciding = worst.findings.iter().find_map(|finding| finding.exchange);
    let answer = deciding.and_then(|seq| again.exchange(seq)).and_then(|exchange| exchange.response.as_ref());
    let after = answer.map_or_else(String::new, |answer| {
        said(&format!("{}\r\n\r\n{}", answer.head.trim_end(), String::from_utf8_lossy(&answer.body)))
    });
    let text = format!("{name}: {} before, {} now", in_words(&before), in_words(&after));
    let word = if before == after && worst.outcome >= Outcome::Warn { "SAME" } else { "CHANGED" };
    Some(Verdict { word, text, code })
}

/// What an answer says that does not differ from one account or transaction to the next: its status, and its verdict.
fn said(answer: &str) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = head.split_whitespace().nth(1).unwrap_or_default();
    let json: Value = serde_json::from_str(body).unwrap_or_default();
    let verdict = ["isValid", "success", "invalidReason", "errorReason"]
        .iter()
        .filter_map(|member| Some(format!(" {member} {}", json.get(member)?)))
        .collect::<String>();
    format!("{status}{verdict}")
}

fn in_words(said: &str) -> &str {
    if said.is_empty() { "no answer" } else { said }
}
