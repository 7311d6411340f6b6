//! Known issues: a ratchet that is red when it is wrong in either direction.

use crate::gauntlet::{Gauntlet, MUTANT, PAYEE, Said, assert_said};

fn trial(target: &str, known: &str) -> Said {
    let gauntlet = Gauntlet::new();
    gauntlet.write("known.toml", known);
    gauntlet.trial(target, &["--known", "known.toml", PAYEE])
}

fn line(rest: &str) -> String {
    format!(
        "[[known]]\ncheck = \"{PAYEE}\"\noutcome = \"fail\"\nreason = \"they are at it\"\n\
         link = \"https://example.org/issues/7\"\n{rest}\n"
    )
}

#[test]
fn one_that_happens_is_no_failure() {
    assert_said!(trial(MUTANT, &line("kind = \"accepted-invalid\"")));
}

#[test]
fn one_that_does_not_happen_is_stale() {
    assert_said!(trial("double:facilitator", &line("")));
}

#[test]
fn one_that_may_not_happen_is_not_stale() {
    trial("double:facilitator", &line("flaky = true")).exits(0);
}

#[test]
fn one_that_has_expired_excuses_nothing() {
    assert_said!(trial(MUTANT, &line("until = \"2020-01-31\"")));
}

#[test]
fn another_fingerprint_is_another_failure() {
    let said = trial(MUTANT, &line("kind = \"server-error\"")).exits(1);
    said.prints("FAIL  facilitator.verify.payee-other").prints("accepted-invalid");
}

#[test]
fn one_about_a_check_that_did_not_run_is_left_alone() {
    trial("double:facilitator", &line("").replace(PAYEE, "facilitator.settle.replay")).exits(0);
}

#[test]
fn an_unknown_check() {
    assert_said!(trial(MUTANT, &line("").replace("payee-other", "paye-other")));
}

#[test]
fn a_day_that_is_none() {
    assert_said!(trial(MUTANT, &line("until = \"next week\"")));
}

#[test]
fn a_file_that_is_missing() {
    Gauntlet::without_anvil().trial(MUTANT, &["--known", "none.toml"]).exits(2).remarks("none.toml");
}
