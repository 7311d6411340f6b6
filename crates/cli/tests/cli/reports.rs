//! Reports into files, of a run as it ends and of one that is over.

use crate::gauntlet::{Gauntlet, MUTANT, PAYEE, Said};
use serde_json::Value;
use std::fs;
use std::path::Path;

const FLAGS: [(&str, &str); 7] = [
    ("--html", "out/report.html"),
    ("--md", "out/report.md"),
    ("--tap", "out/report.tap"),
    ("--badge", "out/badge.svg"),
    ("--har", "out/report.har"),
    ("--junit", "out/junit.xml"),
    ("--json", "out/report.json"),
];

/// The flags with files in a folder.
fn flags(folder: &str) -> Vec<String> {
    FLAGS.iter().flat_map(|(flag, path)| [(*flag).to_owned(), path.replacen("out", folder, 1)]).collect()
}

fn with<'a>(fixed: &[&'a str], flags: &'a [String]) -> Vec<&'a str> {
    fixed.iter().copied().chain(flags.iter().map(String::as_str)).collect()
}

/// Runs with a file for the summary of a CI job.
fn in_ci(gauntlet: &Gauntlet, step: &Path, args: &[&str]) -> Said {
    let mut command = gauntlet.command(args);
    command.env("GITHUB_STEP_SUMMARY", step);
    crate::gauntlet::finish(command, &format!("gauntlet {}", args.join(" ")))
}

#[test]
fn every_report_is_written_with_the_run_and_again_from_its_record() {
    let gauntlet = Gauntlet::new();
    let now = flags("now");
    let said = gauntlet.trial(MUTANT, &with(&[PAYEE], &now)).exits(1).prints("FAIL");
    assert!(said.stdout.contains(PAYEE), "the result is still on stdout: {said}");
    let again = flags("again");
    assert_eq!(gauntlet.run(&with(&["report", "run"], &again)).exits(1).stdout, "");
    for (_, path) in FLAGS {
        let text = gauntlet.read(&path.replacen("out", "now", 1));
        assert_eq!(text, gauntlet.read(&path.replacen("out", "again", 1)), "{path}");
        assert!(!text.contains('\u{1b}') && text.ends_with('\n'), "{path}");
    }

    let page = gauntlet.read("now/report.html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("</html>") && page.contains(PAYEE));
    // The places of requirements come from the catalogue.
    assert!(page.contains("scheme exact on EVM") && !page.contains("other requirements"));
    let markdown = gauntlet.read("now/report.md");
    assert!(markdown.starts_with("# ❌ FAILED: 1 of 2 checks of set "), "{markdown}");
    assert!(markdown.contains(&format!("### ❌ `{PAYEE}`")), "{markdown}");
    assert!(gauntlet.read("now/report.tap").starts_with("TAP version 14\n1..2\n"));
    assert!(gauntlet.read("now/badge.svg").contains(": 1 of 2 checks</title>"));
    let archive: Value = serde_json::from_str(&gauntlet.read("now/report.har")).unwrap();
    let comments =
        archive["log"]["entries"].as_array().unwrap().iter().map(|entry| entry["comment"].as_str());
    assert!(comments.flatten().any(|comment| comment.starts_with(PAYEE)), "{archive}");
    assert_eq!(gauntlet.read("now/report.json").trim_end(), gauntlet.read("run/report.json").trim_end());
    assert_eq!(gauntlet.read("now/junit.xml"), gauntlet.read("run/junit.xml"));

    let badge = gauntlet.run(&["report", "run", "--badge", "badge.json"]).exits(1);
    assert_eq!(badge.stdout, "");
    let badge: Value = serde_json::from_str(&gauntlet.read("badge.json")).unwrap();
    assert_eq!((&badge["schemaVersion"], &badge["color"]), (&Value::from(1), &Value::from("red")));
    let tap = gauntlet.run(&["report", "run", "--tap", "-"]).exits(1);
    assert_eq!(tap.stdout, gauntlet.read("now/report.tap"));
}

#[test]
fn the_page_of_a_ci_job_gets_the_summary_once() {
    let gauntlet = Gauntlet::new();
    let step = gauntlet.write("step.md", "what an earlier command wrote\n");
    let target = ["run", "-t", "double:facilitator", PAYEE, "--quiet"];
    let run = |more: &[&str]| in_ci(&gauntlet, &step, &[&target[..], more].concat());
    run(&["--out", "one", "--tap", "-"]).exits(0).remarks("summary appended").prints("TAP version 14");
    let once = gauntlet.read("step.md");
    assert!(once.starts_with("what an earlier command wrote\n# ✅ PASSED"), "{once}");
    assert_eq!(once.matches("PASSED").count(), 1, "{once}");

    // Whoever names the same file does not get it twice, nor loses what is there.
    run(&["--out", "two", "--md", "step.md"]).exits(0);
    assert_eq!(gauntlet.read("step.md").matches("PASSED").count(), 2);
    // A report of a run that is over is no part of the job that ran it.
    in_ci(&gauntlet, &step, &["report", "one"]).exits(0);
    assert_eq!(gauntlet.read("step.md").matches("PASSED").count(), 2);

    let full = "x".repeat(999_000);
    fs::write(&step, &full).unwrap();
    run(&["--out", "three"]).exits(0).remarks("is full");
    assert_eq!(gauntlet.read("step.md"), full);
    let folder = gauntlet.dir().to_owned();
    in_ci(&gauntlet, &folder, &[&target[..], &["--out", "four"]].concat())
        .exits(0)
        .remarks("cannot be written");
}

#[test]
fn what_cannot_be_written_is_said_before_anything_starts() {
    let gauntlet = Gauntlet::without_anvil();
    gauntlet.write("file", "");
    let run = |args: &[&str]| {
        let said =
            gauntlet.run(&[&["run", "-t", "double:facilitator", "--out", "run"], args].concat()).exits(2);
        assert!(!gauntlet.dir().join("run/run.ndjson").exists(), "{said}");
        said
    };
    run(&["--html", "file/report.html"]).remarks("--html: file/report.html cannot be written");
    run(&["--har", "."]).remarks("--har: . cannot be written");
    run(&["--badge", "badge.png"]).remarks("neither .svg nor .json");
    run(&["--badge", "-"]).remarks("neither .svg nor .json");
    run(&["--md", "-", "--tap", "-"]).remarks("--md and --tap both write to -");
    run(&["--md", "-", "--format", "ndjson"]).remarks("cannot both go to stdout");
    run(&["-t", "double:facilitator+no-payee-check", "--md", "x.md"]).remarks("several targets");
    gauntlet.run(&["report", "nothing", "--tap", "file/x"]).exits(2).remarks("--tap: file/x");
    // A try leaves nothing behind.
    run(&["--tap", "new.tap", "--html", "file/x"]);
    assert!(!gauntlet.dir().join("new.tap").exists());
}
