//! The known-issues file, brought up to a run.

use super::*;
use gauntlet_engine::known::{Update, UpdateError, Wanted, updated};

const REPLAY: &str = "facilitator.settle.replay";
const RACE: &str = "facilitator.settle.race";
const SLOW: &str = "facilitator.settle.slow";

const FILE: &str = "# What ours is known to answer.\n# Looked at in June.\n\n\
    # they are at it\n[[known]]\ncheck = \"facilitator.verify.payee-other\" # the worst one\noutcome = \"fail\"\nreason = \"we know\"\nlink = \"https://example.org/7\"\n\n\
    # --- replays ---\n\n# mended in 1.4\n[[known]]\ncheck = \"facilitator.settle.replay\"\noutcome = \"fail\"\nkind   = \"spent-twice\"\nreason = \"\"\"a cached\nanswer\"\"\"\n\n\
    [[known]]\ncheck = \"facilitator.settle.race\"\noutcome = \"fail\"\nflaky = true\nreason = \"a race\"\n\n# the end\n";

fn report(check: &str, outcome: &str, kinds: &[(&str, &str)]) -> CheckReport {
    let finding = |(kind, class): &(&str, &str)| {
        json!({
            "requirement": "X402-EVM3009-010", "level": "DESC", "class": class, "severity": "failure",
            "kind": kind, "rule": "", "source": "", "want": "", "got": "", "sent": "", "exchange": null, "chain": [],
        })
    };
    let report = json!({
        "check": check, "title": "", "outcome": outcome, "level": "DESC", "class": "H", "requirements": [],
        "risk": "", "findings": kinds.iter().map(finding).collect::<Vec<Value>>(), "reason": null, "notes": [],
        "known": null, "took_ms": 1, "now": 1, "case": "", "curl": null,
    });
    serde_json::from_value(report).unwrap()
}

fn known(text: &str) -> KnownIssues {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known.toml");
    std::fs::write(&path, text).unwrap();
    KnownIssues::load(&path, &[PAYEE, REPLAY, RACE, SLOW]).unwrap()
}

fn update(text: &str, reports: &[CheckReport]) -> Update {
    with(text, reports, Wanted::default())
}

fn with(text: &str, reports: &[CheckReport], wanted: Wanted) -> Update {
    let update = updated(text, &known(text), reports, TODAY, wanted).unwrap();
    // Whatever came of it can be read, and says the same again.
    let again = updated(&update.text, &known(&update.text), reports, TODAY, wanted).unwrap();
    assert_eq!((again.text.as_str(), again.is_change()), (update.text.as_str(), false));
    update
}

#[test]
fn what_is_new_is_added_and_what_is_over_removed() {
    let reports = [
        report(PAYEE, "fail", &[("accepted-invalid", "H")]),
        report(REPLAY, "pass", &[]),
        report(RACE, "pass", &[]),
        report(SLOW, "fail", &[("late", "H"), ("late", "H"), ("odd", "W")]),
    ];
    let update = update(FILE, &reports);
    assert_eq!(update.added, ["facilitator.settle.slow: fail"]);
    assert_eq!(update.removed, ["facilitator.settle.replay: fail (spent-twice): a cached\nanswer"]);
    insta::assert_snapshot!(update.text);
    // A line that nobody has given a reason excuses nothing, and is red.
    let mut slow = report(SLOW, "fail", &[("late", "H")]);
    let issues = known(&update.text);
    issues.mark(&mut slow, TODAY);
    assert!(slow.known.is_none());
    let stale = issues.stale(&[slow], TODAY);
    assert!(stale.len() == 1 && stale[0].contains("has no reason yet"), "{stale:?}");
}

#[test]
fn only_what_ran_is_touched() {
    let unrun = update(FILE, &[report(PAYEE, "fail", &[("accepted-invalid", "H")])]);
    assert_eq!((unrun.text.as_str(), unrun.is_change()), (FILE, false));
    let doubtful = update(FILE, &[report(REPLAY, "inconclusive", &[]), report(PAYEE, "harness-error", &[])]);
    assert!(!doubtful.is_change(), "of what could not be told nobody knows");
    let first = update(FILE, &[report(PAYEE, "pass", &[])]);
    assert!(
        first.text.starts_with("# What ours is known to answer.\n# Looked at in June.\n\n"),
        "{}",
        first.text
    );
    assert!(!first.text.contains("they are at it") && first.text.ends_with("# the end\n"), "{}", first.text);
}

#[test]
fn another_kind_of_failure_takes_the_place_of_the_old_one() {
    let update = update(FILE, &[report(REPLAY, "fail", &[("other", "H")])]);
    assert_eq!((update.added.len(), update.removed.len()), (1, 1));
    assert!(
        update.text.contains("kind = \"other\"") && update.text.contains("# --- replays ---"),
        "{}",
        update.text
    );
}

#[test]
fn a_file_may_be_empty_and_become_so() {
    let one = update("", &[report(PAYEE, "fail", &[("a", "H"), ("b", "H")])]);
    let line = format!(
        "[[known]]\ncheck = \"{PAYEE}\"\noutcome = \"fail\"\nrequirement = \"X402-EVM3009-010\"\nreason = \"TODO: why is this expected?\"\n"
    );
    assert_eq!(one.text, line, "two kinds are no fingerprint");
    let none = update(&format!("# ours\n\n{line}"), &[report(PAYEE, "pass", &[])]);
    assert_eq!(none.text, "# ours\n");
}

#[test]
fn warnings_and_doubts_are_written_when_they_are_asked_for() {
    let reports = [report(PAYEE, "warn", &[("odd", "W")]), report(SLOW, "inconclusive", &[])];
    assert!(!update("", &reports).is_change());
    let warnings = with("", &reports, Wanted { warnings: true, inconclusive: false });
    assert_eq!(warnings.added, [format!("{PAYEE}: warn")]);
    let doubts = with("", &reports, Wanted { warnings: false, inconclusive: true });
    assert_eq!(doubts.added, [format!("{SLOW}: inconclusive")]);
    // What fails under another profile only is written as it is under this one.
    let strict = update("", &[report(PAYEE, "fail", &[("deviation", "D")])]);
    assert_eq!(strict.added, [format!("{PAYEE}: warn")]);
}

#[test]
fn what_has_expired_is_left_to_people() {
    let expired = FILE.replace("reason = \"we know\"", "reason = \"we know\"\nuntil = \"2026-01-01\"");
    let happens = update(&expired, &[report(PAYEE, "fail", &[("accepted-invalid", "H")])]);
    assert_eq!((happens.expired.len(), happens.is_change()), (1, false));
    let over = update(&expired, &[report(PAYEE, "pass", &[])]);
    assert_eq!(over.removed.len(), 1);
}

#[test]
fn lines_are_about_some_targets_only() {
    let line = |target: &str| {
        format!(
            "[[known]]\ncheck = \"{PAYEE}\"\noutcome = \"fail\"\ntarget = \"{target}\"\nreason = \"why\"\n"
        )
    };
    let excused = |target: &str, name: &str, version: Option<&str>| {
        let issues = known(&line(target)).of_target(name.into(), version.map(Into::into));
        let mut failed = report(PAYEE, "fail", &[("accepted-invalid", "H")]);
        issues.mark(&mut failed, TODAY);
        let stale = issues.stale(&[report(PAYEE, "pass", &[])], TODAY).len();
        assert_eq!(stale, usize::from(failed.known.is_some()), "a line about others is left alone");
        failed.known.is_some()
    };
    assert!(excused("x402-rs", "x402-rs", None));
    assert!(excused("x402-rs@2.0.*", "x402-rs", Some("2.0.2")));
    assert!(excused("*@2.*", "@scope/name", Some("2.1")));
    assert!(!excused("x402-rs@2.0.*", "x402-rs", Some("2.1.0")));
    assert!(!excused("x402-rs@2.0.*", "x402-rs", None), "nobody knows its version");
    assert!(!excused("x402-rs", "another", Some("2.0.2")));
    // A line about another target is not removed either.
    let issues = known(&line("x402-rs")).of_target("another".into(), None);
    let text = line("x402-rs");
    let update = updated(&text, &issues, &[report(PAYEE, "pass", &[])], TODAY, Wanted::default()).unwrap();
    assert!(!update.is_change());
}

#[test]
fn what_cannot_be_brought_up_is_told() {
    let inline = format!("known = [{{ check = \"{PAYEE}\", outcome = \"fail\", reason = \"why\" }}]\n");
    let error = updated(&inline, &known(&inline), &[], TODAY, Wanted::default()).unwrap_err();
    assert!(matches!(error, UpdateError::Inline), "{error}");
    let error = updated("", &known(FILE), &[], TODAY, Wanted::default()).unwrap_err();
    assert!(matches!(error, UpdateError::Changed { there: 0, were: 3 }), "{error}");
}

#[test]
fn lint_finds_reasons_that_nobody_has_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known.toml");
    let faults = |text: &str| {
        std::fs::write(&path, text).unwrap();
        KnownIssues::lint(&path, &[PAYEE, REPLAY, RACE])
    };
    assert!(faults(FILE).is_empty());
    let unwritten = faults(&FILE.replace("\"we know\"", "\"todo\"").replace("\"a race\"", "\" \""));
    assert_eq!(unwritten.len(), 2);
    let fault = &unwritten[0];
    assert_eq!(&fault.text[fault.span.clone().unwrap()], "\"todo\"");
    let nowhere = FILE.replace("reason = \"we know\"", "reason = \"we know\"\ntarget = \"x402-rs@\"");
    assert!(faults(&nowhere)[0].message.contains("names no target"));
    assert_eq!(faults(&FILE.replace(PAYEE, "facilitator.verify.payee")).len(), 1);
}
