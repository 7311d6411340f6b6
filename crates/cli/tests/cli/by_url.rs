//! A facilitator that the user runs, on a chain that the user runs.

use crate::background::Background;
use crate::chain_up::up;
use crate::gauntlet::{Gauntlet, PAYEE, assert_said};

fn serve(gauntlet: &Gauntlet, chain: &mut Background, args: &[&str]) -> Background {
    let rpc = chain.value("GAUNTLET_RPC_URL");
    let mut facilitator = gauntlet.start(&[&["serve", "facilitator", "--rpc-url", &rpc], args].concat());
    facilitator.until("Ctrl-C stops it");
    facilitator.until("GAUNTLET_RPC_URL=");
    facilitator
}

fn trial(
    gauntlet: &Gauntlet,
    chain: &mut Background,
    facilitator: &mut Background,
    out: &str,
    checks: &[&str],
) -> crate::gauntlet::Said {
    let (url, rpc) = (facilitator.value("GAUNTLET_FACILITATOR_URL"), chain.value("GAUNTLET_RPC_URL"));
    let run =
        ["run", "--target", &url, "--role", "facilitator", "--rpc-url", &rpc, "--seed", "402", "--out", out];
    gauntlet.run(&[&run, checks].concat())
}

#[test]
fn one_that_conforms() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let mut facilitator = serve(&gauntlet, &mut chain, &[]);
    // The chain remembers: the same seed must work again.
    for out in ["first", "second"] {
        let checks = [
            PAYEE,
            "facilitator.settle.replay",
            "facilitator.rpc.errors",
            "facilitator.rpc.too-many-requests",
        ];
        let report = trial(
            &gauntlet,
            &mut chain,
            &mut facilitator,
            out,
            &[&checks[..], &["--format", "json"]].concat(),
        );
        let report = report.exits(0).json();
        let passed = |id: &str| {
            let checks = report["checks"].as_array().unwrap();
            checks.iter().any(|check| check["check"] == id && check["outcome"] == "pass")
        };
        assert!(checks.into_iter().all(passed), "{report}");
    }
    facilitator.signal("INT");
    assert_eq!(facilitator.end(), Some(0));
}

#[test]
fn one_that_does_not() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let mut facilitator = serve(&gauntlet, &mut chain, &["--mutant", "no-payee-check"]);
    trial(&gauntlet, &mut chain, &mut facilitator, "run", &[PAYEE]).exits(1).prints("accepted-invalid");
    // A replay needs the chain too, and this chain remembers the accounts of the run.
    let case = "run/facilitator.verify.payee-other";
    assert_said!(gauntlet.run(&["replay", case]));
    let rpc = chain.value("GAUNTLET_RPC_URL");
    let again = gauntlet.run(&["replay", case, "--rpc-url", &rpc, "--out", "again"]).exits(1);
    again.prints("SAME").prints("(signed anew)");
}

#[test]
fn on_the_wrong_chain() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &["--network", "base"]);
    let mut facilitator = serve(&gauntlet, &mut chain, &["--network", "base"]);
    assert_said!(trial(&gauntlet, &mut chain, &mut facilitator, "run", &[PAYEE]));
}

#[test]
fn one_that_is_down() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let rpc = chain.value("GAUNTLET_RPC_URL");
    let run = ["--role", "facilitator", "--rpc-url", &rpc, PAYEE];
    assert_said!(gauntlet.trial("http://127.0.0.1:1", &run).replaced(&format!(" {rpc}"), " RPC"));
}

#[test]
fn a_chain_that_is_down() {
    let said = Gauntlet::new()
        .trial("http://127.0.0.1:1", &["--role", "facilitator", "--rpc-url", "http://127.0.0.1:1", PAYEE]);
    said.exits(3).remarks("127.0.0.1:1");
}

#[test]
fn an_unknown_mutant_is_not_served() {
    assert_said!(Gauntlet::without_anvil().run(&["serve", "facilitator", "--mutant", "no-paye-check"]));
}
