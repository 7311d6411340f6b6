//! How a trial can end.

use crate::gauntlet::{Gauntlet, MUTANT, PAYEE, assert_said};

#[test]
fn success() {
    assert_said!(
        Gauntlet::new().trial("double:facilitator", &["--jobs", "1", PAYEE, "facilitator.supported.kinds"])
    );
}

#[test]
fn failure() {
    let gauntlet = Gauntlet::new();
    let said = gauntlet.trial(MUTANT, &[PAYEE]);
    // The curl line must be good when it is pasted.
    let body = said.stdout.split("--data-binary @").nth(1).unwrap().lines().next().unwrap();
    let body: serde_json::Value = serde_json::from_str(&gauntlet.read(body)).unwrap();
    assert_eq!(body["x402Version"], 2);
    assert!(gauntlet.read("run/report.txt").contains("FAIL  facilitator.verify.payee-other"));
    assert_said!(said);
}

#[test]
fn a_control_that_fails_is_inconclusive() {
    assert_said!(Gauntlet::new().trial("double:facilitator+refuses-everything", &[PAYEE]));
}

#[test]
fn strict_fails_what_reference_only_warns_of() {
    let (gauntlet, target, check) = (
        Gauntlet::new(),
        "double:facilitator+no-transaction-on-failure",
        "facilitator.answers.settle-failure",
    );
    // The check judges what others have been answered.
    let others = "facilitator.settle.replay";
    gauntlet.trial(target, &[check, others]).exits(0).prints("WARN");
    let strict =
        ["run", "-t", target, "--seed", "402", "--out", "strict", "--profile", "strict", check, others];
    gauntlet.run(&strict).exits(1).prints("FAIL  facilitator.answers.settle-failure");
}

#[test]
fn nothing_matched() {
    assert_said!(Gauntlet::new().trial("double:facilitator", &["facilitator.verify.paye-other"]));
}

#[test]
fn nothing_left_after_exclusion() {
    Gauntlet::new().trial("double:facilitator", &["--exclude", "*"]).exits(4).prints("NOTHING RAN");
}

#[test]
fn a_dry_run_starts_nothing() {
    let gauntlet = Gauntlet::new();
    assert_said!(gauntlet.trial("double:facilitator", &["--dry-run", "facilitator.control*"]));
    assert!(!gauntlet.dir().join("run").exists());
}

#[test]
fn the_same_seed_sends_the_same_accounts() {
    let gauntlet = Gauntlet::new();
    let accounts = |said: String| {
        let sent = said.lines().find(|line| line.trim_start().starts_with("sent ")).unwrap().to_owned();
        let start = said.find(&sent).unwrap();
        said[start..].split("want").next().unwrap().to_owned()
    };
    let first = gauntlet.trial(MUTANT, &[PAYEE]).exits(1);
    let other = gauntlet.run(&[
        "run",
        "-t",
        MUTANT,
        "--seed",
        "402",
        "--out",
        "again",
        PAYEE,
        "facilitator.supported.*",
    ]);
    assert_eq!(accounts(first.stdout), accounts(other.exits(1).stdout));
}
