//! `gauntlet explain`: what an id means and where it comes from.

use crate::args::ExplainArgs;
use crate::failure::Failure;
use crate::output;
use gauntlet_engine::scenario::explain;
use gauntlet_engine::selftest::all_mutants;
use gauntlet_engine::target::Double;
use gauntlet_engine::{Catalogue, Check, Requirement, all_checks, select};
use gauntlet_report::{ExitCode, Outcome};
use std::fmt::Write;

pub(crate) fn run(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let checks = all_checks();
    let text = checks
        .iter()
        .find(|check| check.id == args.id)
        .map(check_text)
        .or_else(|| Catalogue::get().find(&args.id).map(|requirement| requirement_text(requirement, &checks)))
        .or_else(|| named_text(&args.id))
        .or_else(|| outcome_text(&args.id))
        .or_else(|| exit_text(&args.id));
    match text {
        Some(text) => {
            output::result(&text);
            Ok(ExitCode::Success)
        }
        None => Err(unknown(&args.id, &checks)),
    }
}

fn unknown(id: &str, checks: &[Check]) -> Failure {
    let mutants = all_mutants();
    let words: Vec<&str> = explain::words().collect();
    let candidates = checks
        .iter()
        .map(|check| check.id.as_str())
        .chain(Catalogue::get().all().map(|requirement| requirement.id.as_str()))
        .chain(mutants.iter().filter_map(|mutant| mutant.mutant()))
        .chain(words);
    let near =
        select::closest(id, candidates).map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
    Failure::usage(format!(
        "{id:?} is neither a check, a requirement, a mutant, a word of the scenario language, an outcome nor an exit \
         code{near}"
    ))
    .with_help("`gauntlet list`, `gauntlet list requirements` and `gauntlet list mutants` show them")
}

fn check_text(check: &Check) -> String {
    let mut text = format!("{}\n  {}\n", check.id, check.title);
    let _ = writeln!(text, "  at risk: {}", check.risk);
    for id in &check.covers {
        if let Some(requirement) = Catalogue::get().find(id) {
            let _ = write!(text, "\n{}", rule_text(requirement));
        }
    }
    text
}

fn rule_text(requirement: &Requirement) -> String {
    let mut text = format!(
        "{}  {} {}  {}\n  {}\n",
        requirement.id,
        requirement.level,
        class_text(requirement),
        requirement.source(),
        requirement.text
    );
    if let Some(note) = &requirement.note {
        let _ = writeln!(text, "  note: {note}");
    }
    text
}

fn class_text(requirement: &Requirement) -> String {
    match requirement.class_v1 {
        Some(v1) => format!("class {} (v1: {v1})", requirement.class),
        None => format!("class {}", requirement.class),
    }
}

fn requirement_text(requirement: &Requirement, checks: &[Check]) -> String {
    let mut text = rule_text(requirement);
    if let Some(why) = &requirement.excluded {
        let _ = writeln!(text, "  no check: {why}");
    }
    for check in checks.iter().filter(|check| check.covers.contains(&requirement.id.as_str())) {
        let _ = writeln!(text, "  checked by {}", check.id);
    }
    text
}

/// Mutants and words of the scenario language may have the same name.
fn named_text(id: &str) -> Option<String> {
    let texts: Vec<String> = [mutant_text(id), explain::explain(id)].into_iter().flatten().collect();
    (!texts.is_empty()).then(|| texts.join("\n\n"))
}

/// The mutants of that name: each role has its own list.
fn mutant_text(id: &str) -> Option<String> {
    let named = |mutant: &Double| mutant.mutant() == Some(id) || mutant.spec() == id;
    let texts: Vec<String> = all_mutants()
        .into_iter()
        .filter(named)
        .map(|mutant| {
            format!("{}\n  {}\n  concerns: {}", mutant.spec(), mutant.title(), mutant.concerns().join(", "))
        })
        .collect();
    (!texts.is_empty()).then(|| texts.join("\n\n"))
}

fn outcome_text(word: &str) -> Option<String> {
    let meaning = match Outcome::ALL.into_iter().find(|outcome| outcome.word() == word)? {
        Outcome::Pass => "the rule holds",
        Outcome::Fail => "the rule does not hold, and it is one that fails",
        Outcome::Warn => {
            "the rule does not hold, but it is a warning (class W) or a known deviation of stock implementations \
             (class D), which fails only in profile strict"
        }
        Outcome::Inconclusive => "the check could not tell: never green, exit code 5",
        Outcome::NotApplicable => "the target never claimed what the check is about",
        Outcome::HarnessError => "our own fault, never the target's: exit code 3",
    };
    Some(format!("{word}: {meaning}"))
}

fn exit_text(number: &str) -> Option<String> {
    let code = ExitCode::from_number(number.parse().ok()?)?;
    let meaning = match code {
        ExitCode::Success => "all that counts passed, or is a known issue exactly as written",
        ExitCode::Failure => "an unexpected failure, or a stale known issue",
        ExitCode::Usage => "wrong usage, or a broken file",
        ExitCode::Harness => {
            "our own fault: Anvil missing or died, a panic, a message that we did not mean to send"
        }
        ExitCode::NothingRan => "nothing matched, nothing ran",
        ExitCode::Inconclusive => "no failure, but something that counts could not be told",
        ExitCode::Threshold => "a threshold was missed, or a comparison found a regression",
        ExitCode::Interrupted => "interrupted; the reports are written",
    };
    Some(format!("exit code {number}: {meaning}"))
}
