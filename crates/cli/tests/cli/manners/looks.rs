//! What must hold for the outputs of any run.

use super::watched::Watched;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

/// All reports that a run writes when it is asked to.
pub(super) const REPORTS: [(&str, &str); 7] = [
    ("--html", "out/page.html"),
    ("--md", "out/page.md"),
    ("--tap", "out/run.tap"),
    ("--junit", "out/junit.xml"),
    ("--json", "out/report.json"),
    ("--har", "out/run.har"),
    ("--badge", "out/badge.svg"),
];

/// Looks at all of it.
pub(super) fn at(run: &Watched) {
    let Watched { gauntlet, said, .. } = run;
    for text in [&said.stdout, &said.stderr] {
        quiet("the terminal", text);
        no_command(text);
    }
    for (_, file) in REPORTS {
        quiet(file, &gauntlet.read(file));
    }
    quiet("run/report.txt", &gauntlet.read("run/report.txt"));
    no_command(&gauntlet.read("run/report.txt"));
    record(&gauntlet.read("run/run.ndjson"), said.code);
    junit(&gauntlet.read("out/junit.xml"));
    tap(&gauntlet.read("out/run.tap"));
    for file in ["out/report.json", "out/run.har"] {
        let text = gauntlet.read(file);
        assert!(serde_json::from_str::<Value>(&text).is_ok(), "{file}: {text:.2000}");
    }
    html(&gauntlet.read("out/page.html"));
    let there: BTreeSet<String> = fs::read_dir(gauntlet.dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, ["out", "run"].map(str::to_owned).into(), "nothing is written elsewhere");
}

/// No character steers a terminal or hides text.
pub(super) fn quiet(what: &str, text: &str) {
    let bad = |c: &char| {
        (c.is_control() && *c != '\n')
            || matches!(*c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let found: Vec<String> =
        text.chars().filter(bad).take(5).map(|c| c.escape_unicode().to_string()).collect();
    assert!(
        found.is_empty(),
        "{what} has {found:?}: {}",
        text.escape_debug().take(4_000).collect::<String>()
    );
}

/// No line is a command for GitHub or Azure.
fn no_command(text: &str) {
    let bad = text
        .lines()
        .find(|line| line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso["));
    assert_eq!(bad, None);
}

fn record(text: &str, code: i32) {
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["exit"]), (&Value::from("run-finished"), &Value::from(code)));
}

fn junit(text: &str) {
    let report = quick_junit::Report::deserialize_from_str(text);
    assert!(report.is_ok(), "{:?} in {text:.4000}", report.err());
}

/// No more tests than the plan says, each with a number of its own, and every line one that TAP knows. Checks that never began
/// have a number and no line.
fn tap(text: &str) {
    let plan = text.lines().find_map(|line| line.strip_prefix("1..")).expect("a plan");
    let plan: usize = plan.split(' ').next().unwrap().parse().unwrap();
    let tests = text.lines().filter_map(|line| line.strip_prefix("not ").unwrap_or(line).strip_prefix("ok "));
    let numbers: Vec<usize> = tests.map(|test| test.split(' ').next().unwrap().parse().unwrap()).collect();
    assert!(
        numbers.is_sorted_by(|one, next| one < next) && numbers.iter().all(|number| *number <= plan),
        "{text:.4000}"
    );
    let known = ["TAP version 14", "1..", "ok ", "not ok ", "  ", "#", "pragma", "Bail out!"];
    let odd =
        text.lines().find(|line| !line.is_empty() && !known.iter().any(|known| line.starts_with(known)));
    assert_eq!(odd, None);
    assert!(text.lines().filter(|line| line.starts_with("Bail out!")).count() <= 1);
}

/// One page whose scripts are ours.
fn html(text: &str) {
    assert!(text.trim_end().ends_with("</html>"), "{text:.2000}");
    for bad in ["<script>alert", "<img src=x", "javascript:alert"] {
        assert!(!text.contains(bad), "{bad}");
    }
}
