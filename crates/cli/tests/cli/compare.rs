//! Two runs side by side, and two targets.

use crate::gauntlet::{Gauntlet, MUTANT, PAYEE, Said, finish};
use serde_json::{Value, json};

const DOUBLE: &str = "double:facilitator";
const VALUE: &str = "facilitator.verify.value-under";

/// A run of a few checks, in a folder of this name.
fn run(gauntlet: &Gauntlet, target: &str, out: &str, checks: &[&str]) -> Said {
    let fixed = ["run", "--target", target, "--seed", "402", "--out", out, "--quiet"];
    gauntlet.run(&[&fixed, checks].concat())
}

/// A run of our double, and one of a mutant.
fn two() -> Gauntlet {
    let gauntlet = Gauntlet::new();
    run(&gauntlet, DOUBLE, "before", &[PAYEE, VALUE]).exits(0);
    run(&gauntlet, MUTANT, "after", &[PAYEE, VALUE]).exits(1);
    gauntlet
}

fn compare(gauntlet: &Gauntlet, args: &[&str]) -> Said {
    gauntlet.run(&[&["compare"], args].concat())
}

/// What differs from run to run: ids of runs, and gas.
fn shown() -> insta::Settings {
    let mut settings = crate::gauntlet::filters();
    settings.add_filter(r"run [0-9]{8}-[0-9]{6}-[0-9a-f]{4}", "run RUN");
    settings.add_filter(r"[0-9]+ (before|after) \(of", "GAS $1 (of");
    settings
}

#[test]
fn a_check_that_fails_now_is_a_regression() {
    let gauntlet = two();
    let said = compare(&gauntlet, &["before", "after", "--md", "comment.md"]).exits(6);
    shown().bind(|| insta::assert_snapshot!(gauntlet.read("comment.md")));
    shown().bind(|| insta::assert_snapshot!(said));

    let said = compare(&gauntlet, &["before", "after", "--format", "json"]).exits(6).json();
    assert_eq!((&said["verdict"], &said["exit"]), (&json!("regressed"), &json!(6)));
    let changes = said["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{said:#}");
    assert_eq!((&changes[0]["check"], &changes[0]["kind"]), (&json!(PAYEE), &json!("now-failing")));
    assert_eq!(changes[0]["after"]["case"], json!(format!("after/{PAYEE}")));
    assert_eq!((&said["unchanged"], &said["b"]["counts"]["fail"]), (&json!(2), &json!(1)));

    let lines = compare(&gauntlet, &["before", "after", "--format", "ndjson"]).exits(6).stdout;
    let events: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (events.len(), &events[0]["event"], &events[1]["verdict"]),
        (2, &json!("change"), &json!("regressed"))
    );

    compare(&gauntlet, &["after", "before"]).exits(0).prints("IMPROVED").prints("NOW PASSING");
    compare(&gauntlet, &["before", "before"]).exits(0).prints("UNCHANGED  3 checks the same");
    compare(&gauntlet, &["after", "after/run.ndjson"]).exits(0).prints("UNCHANGED");
    // The JSON report says as much as the record.
    compare(&gauntlet, &["before/report.json", "after/report.json"]).exits(6).prints("NOW FAILING");
}

#[test]
fn the_page_of_a_ci_job_gets_it_once() {
    let gauntlet = two();
    let step = gauntlet.write("step.md", "");
    for (md, count) in [("step.md", 1), ("other.md", 2)] {
        let args = ["compare", "before", "after", "--md", md];
        let mut command = gauntlet.command(&args);
        command.env("GITHUB_STEP_SUMMARY", &step);
        finish(command, &args.join(" ")).exits(6);
        assert_eq!(gauntlet.read("step.md").matches("# ❌ REGRESSED").count(), count);
    }
    let said = compare(&gauntlet, &["before", "after", "--md", "-"]).exits(6);
    assert!(said.stdout.starts_with("# ❌ REGRESSED") && !said.stdout.contains("NOW FAILING"), "{said}");
}

#[test]
fn a_record_without_its_end_is_never_green() {
    let gauntlet = two();
    let whole = gauntlet.read("before/run.ndjson");
    let lines: Vec<&str> = whole.lines().collect();
    gauntlet.write("cut.ndjson", &(lines[..lines.len() - 1].join("\n") + "\n"));
    compare(&gauntlet, &["before", "cut.ndjson"])
        .exits(5)
        .prints("NOT WHOLE")
        .prints("the record has no end");
    compare(&gauntlet, &["cut.ndjson", "before"]).exits(5).prints("before: the record has no end");
    // Half a line, in the middle of the run.
    let at = lines.iter().position(|line| line.contains("check-finished")).unwrap();
    gauntlet.write("half.ndjson", &(lines[..=at].join("\n") + "\n{\"event\":\"check-fin"));
    let said = compare(&gauntlet, &["before", "half.ndjson"]).exits(5);
    said.prints("NOT REACHED").prints("the last line of the record is broken").prints("INCONCLUSIVE");
}

#[test]
fn what_cannot_be_compared() {
    let gauntlet = Gauntlet::new();
    run(&gauntlet, DOUBLE, "before", &[PAYEE]).exits(0);
    compare(&gauntlet, &["before"]).exits(2).remarks("two runs are compared");
    compare(&gauntlet, &["before", "nowhere"]).exits(2).remarks("nowhere");
    gauntlet.write("empty/x", "");
    compare(&gauntlet, &["before", "empty"]).exits(2).remarks("no run is in this folder");
    gauntlet.write("text.json", "hello");
    compare(&gauntlet, &["before", "text.json"]).exits(2).remarks("text.json");
    gauntlet.write("newer.json", r#"{"schema": 99, "checks": []}"#);
    compare(&gauntlet, &["before", "newer.json"]).exits(2).remarks("schema 99");
    compare(&gauntlet, &["before", "before", "--tolerance", "much"]).exits(2).remarks("write per cent");
    compare(&gauntlet, &["--target", DOUBLE, PAYEE]).exits(2).remarks("two targets are compared");
    compare(&gauntlet, &["before", "before", "--exclude", "*"]).exits(2).remarks("--target");
    compare(&gauntlet, &["--target", DOUBLE, "--target", "double:server"])
        .exits(2)
        .remarks("no rule in common");

    let server =
        gauntlet.read("before/run.ndjson").replacen("\"role\":\"facilitator\"", "\"role\":\"server\"", 1);
    gauntlet.write("server.ndjson", &server);
    compare(&gauntlet, &["before", "server.ndjson"]).exits(2).remarks("no rule in common");
    // Another selection, and other conditions: said, not refused.
    run(&gauntlet, DOUBLE, "other", &["--profile", "strict", "--network", "bsc", VALUE]).exits(0);
    let said = compare(&gauntlet, &["before", "other"]).exits(6).prints("GONE").prints("NEW");
    said.prints("network: base-sepolia before, bsc after").prints("profile: reference before, strict after");
}

#[test]
fn two_targets_are_tried_one_after_the_other() {
    let gauntlet = Gauntlet::new();
    let args = ["--target", DOUBLE, "--target", MUTANT, PAYEE, "--seed", "402", "--out", "pair", "--quiet"];
    let said = compare(&gauntlet, &args)
        .exits(6)
        .prints("NOW FAILING")
        .prints("differs target: double:facilitator before");
    said.prints(&format!("gauntlet replay pair/after/{PAYEE}"));
    for side in ["before", "after"] {
        assert!(gauntlet.dir().join("pair").join(side).join("run.ndjson").is_file());
    }
    compare(&gauntlet, &["pair/before", "pair/after"]).exits(6);
}

// --- load -----------------------------------------------------------------------------------------------------------

fn edited(gauntlet: &Gauntlet, name: &str, change: impl FnOnce(&mut Value)) {
    let mut report: Value = serde_json::from_str(&gauntlet.read("load/load.json")).unwrap();
    change(&mut report);
    gauntlet.write(name, &report.to_string());
}

#[test]
fn load_runs_are_compared_by_money_and_by_numbers() {
    let gauntlet = Gauntlet::new();
    let plan = "title = \"A test\"\n[payments]\npayers = 60\n[[stages]]\nfor = \"6s\"\nrate = 5\n";
    gauntlet.write("plan.toml", plan);
    let fixed = ["load", "plan.toml", "--target", DOUBLE, "--seed", "402", "--out", "load", "--no-ceiling"];
    let files = ["--html", "now/page.html", "--md", "now/summary.md", "--json", "now/load.json"];
    let said = gauntlet.run(&[&fixed[..], &files].concat());
    let report: Value = serde_json::from_str(&gauntlet.read("load/load.json")).unwrap();
    // A machine that is too busy to measure anything says so, and nothing is compared.
    let word = report["verdict"]["word"].as_str().unwrap();
    assert!(["passed", "generator-bound"].contains(&word), "{said}");
    let is_measured = word == "passed";

    // Rendered again, the same.
    let again = ["--html", "again/page.html", "--md", "again/summary.md", "--json", "again/load.json"];
    assert_eq!(gauntlet.run(&[&["report", "load"], &again[..]].concat()).exits(said.code).stdout, "");
    for file in ["page.html", "summary.md"] {
        let text = gauntlet.read(&format!("now/{file}"));
        assert_eq!(text, gauntlet.read(&format!("again/{file}")), "{file}");
    }
    for folder in ["now", "again"] {
        let written: Value = serde_json::from_str(&gauntlet.read(&format!("{folder}/load.json"))).unwrap();
        assert_eq!(written["books"]["counts"], report["books"]["counts"]);
    }
    let page = gauntlet.read("now/page.html");
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.contains("</svg>") && page.contains("double:facilitator")
    );
    assert_eq!(gauntlet.run(&["report", "load"]).exits(said.code).stdout, said.stdout);
    gauntlet.run(&["report", "load", "--tap", "-"]).exits(2).remarks("--tap is for trials");
    gauntlet
        .run(&[&fixed[..], &["--rounds", "2", "--html", "x.html"]].concat())
        .exits(2)
        .remarks("several runs");
    gauntlet.run(&[&fixed[..], &["--html", "plan.toml/x"]].concat()).exits(2).remarks("--html");

    let same = compare(&gauntlet, &["load", "load/load.json"]).exits(if is_measured { 0 } else { 4 });
    same.prints(if is_measured { "no difference that these runs can tell" } else { "NOTHING COMPARED" });
    edited(&gauntlet, "lossy.json", |report| {
        report["books"]["counts"]["served-not-taken"] = json!(2);
        report["verdict"] =
            json!({ "word": "failed", "reasons": ["\u{1b}[31m<b>2 lost</b>"], "notes": [], "exit": 1 });
    });
    let said = compare(&gauntlet, &["load", "lossy.json", "--md", "comment.md"]);
    let said = if is_measured { said.exits(6).prints("WORSE  served-not-taken") } else { said };
    assert!(!said.stdout.contains('\u{1b}') && !gauntlet.read("comment.md").contains("<b>"), "{said}");
    edited(&gauntlet, "slow.json", |report| {
        for point in report["series"].as_array_mut().unwrap() {
            for pair in point["good_times"].as_array_mut().unwrap() {
                pair[0] = json!(pair[0].as_u64().unwrap() * 3);
            }
        }
    });
    if is_measured {
        compare(&gauntlet, &["load", "slow.json"]).exits(6).prints("regressed");
        compare(&gauntlet, &["slow.json", "load"]).exits(0).prints("improved");
        compare(&gauntlet, &["load", "slow.json", "--tolerance", "500%"])
            .exits(0)
            .prints("within the tolerance");
    }
    edited(&gauntlet, "elsewhere.json", |report| report["machine"]["cores"] = json!(77));
    let said = compare(&gauntlet, &["load", "elsewhere.json", "--format", "json"]).exits(4).json();
    assert!(said["numbers"]["reasons"].to_string().contains("machine.cores"), "{said:#}");

    gauntlet.write("cut/answers.ndjson", "");
    compare(&gauntlet, &["load", "cut"]).exits(2).remarks("killed before its end");
    run(&gauntlet, DOUBLE, "trial", &[PAYEE]).exits(0);
    compare(&gauntlet, &["trial", "load"]).exits(2).remarks("these are not compared");
}
