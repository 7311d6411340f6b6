//! Scenarios of users: files that are not compiled in are linted, explained and played.

use crate::gauntlet::{Gauntlet, assert_said};
use std::fs;
use std::path::{Path, PathBuf};

/// What does not hold of a good facilitator.
const FAILS: &str = r#"id = "mine.fails"
title = "what does not hold is shown with its line"
role = "facilitator"

[given.p]

[[steps]]
verify = "p"
expect = { status = 201, json = { isValid = false } }

[[steps]]
settle = "p"

[expect]
transfers = { p = 2 }
settled = { p = 0 }
received = { p = "1" }
"#;

/// Most of what can be done to a facilitator, in one file.
const WORLD: &str = r#"id = "mine.world"
title = "everything that a facilitator's scenario can do"
role = "facilitator"

[chain]
mining = { every = 1 }

[given.p]
[given.q]
payer = "bob"
[given.r]
payer = "bob"
allowance = "77"
[given.late]
[given.lost]
[given.gone]

[[steps]]
parallel = [{ settle = "p" }, { settle = "p", as = "reencoded" }, { settle = "q" }, { settle = "r" }, { verify = "p" }, { cancel = "gone" }]

[[steps]]
mining = "stopped"

[[steps]]
settle = "late"
background = true

[[steps]]
mine = 2

[[steps]]
await = "late"

[[steps]]
settle = "lost"
background = true

[[steps]]
drop = "lost"

[[steps]]
mining = "automatic"

[[steps]]
resend = "lost"

[[steps]]
await = "lost"

[[steps]]
fault = { with = "error" }

[[steps]]
verify = "gone"
expect = { json = { isValid = { not = true } } }

[[steps]]
fault = "none"

[[steps]]
repeat = 2
steps = [{ verify = "gone" }, { settle = "gone" }, { wait = 1 }]

[expect]
transfers = { p = 1, q = 1, r = 1, late = 1, lost = 1, gone = 0 }
settled = { p = [1, 2], q = 1, r = 1, late = 1, gone = 0 }
valid = { gone = 0 }
reverted = { p = [0, 1] }
balance = { bob = { gte = "980000", lte = 980000 }, gone = "1000000" }
"#;

/// The chain forgets a settlement.
const REORG: &str = r#"id = "mine.reorg"
title = "a payment that is taken back"
role = "facilitator"
[given.p]
[[steps]]
settle = "p"
[[steps]]
reorg = 1
[[steps]]
verify = "p"
expect = { json = { isValid = true } }
[expect]
transfers = { p = 0 }
authorization = { p = "unused" }
balance = { p = "1000000" }
"#;

/// Payments beside one another, memory lost, requests and limits of a server.
const SHOP: &str = r#"id = "mine.shop"
title = "what a server's scenario can do"

[given.one]
route = "cheap"
[given.two]
route = "cheap"
payer = "bob"
funds = { units = "100000" }
[given.three]
route = "cheap"
payer = "bob"
funds = { units = "100000" }

[[steps]]
parallel = [{ pay = "one" }, { pay = "one" }, { pay = "two" }, { unpaid = "cheap", expect = { status = 402 } }]

[[steps]]
restart = "target"

[[steps]]
repeat = 2
steps = [{ pay = "two", expect = { canary = false } }, { request = { path = "/none" }, expect = { status = 404 } }]

[[steps]]
pay = "three"
expect = { status = 200, headers = { Content-Type = { matches = "json" }, X-None = { absent = true } }, body = { matches = "." } }

[expect]
served = { one = 1, two = 1, three = 1 }
transfers = { one = 1, two = 1, three = 1 }
balance = { bob = { lte = "80000" } }
received = { three = { gte = 30000 } }
authorization = { two = "used" }
"#;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

#[test]
fn the_examples_hold() {
    let examples = repository().join("scenarios/examples");
    for (target, left_out) in [("double:facilitator", "paid-api.toml"), ("double:server", "verdicts.toml")] {
        let gauntlet = Gauntlet::new();
        let said = gauntlet.trial(target, &[examples.to_str().unwrap()]);
        said.exits(0).remarks(left_out).prints("4 checks: 4 passed");
    }
}

#[test]
fn whatever_a_file_does_to_a_facilitator_is_played() {
    let gauntlet = Gauntlet::new();
    gauntlet.write("world.toml", WORLD);
    gauntlet.trial("double:facilitator", &["world.toml"]).exits(0).prints("mine.world           2 passed");
}

#[test]
fn blocks_are_taken_back() {
    let gauntlet = Gauntlet::new();
    gauntlet.write("reorg.toml", REORG);
    gauntlet.trial("double:facilitator", &["reorg.toml"]).exits(0).prints("mine.reorg           2 passed");
}

#[test]
fn whatever_a_file_does_to_a_server_is_played() {
    let gauntlet = Gauntlet::new();
    gauntlet.write("shop.toml", SHOP);
    gauntlet.trial("double:server", &["shop.toml"]).exits(0).prints("mine.shop       2 passed");
}

#[test]
fn what_does_not_hold_is_shown_with_its_line() {
    let gauntlet = Gauntlet::new();
    gauntlet.write("fails.toml", &FAILS.replace("role =", "versions = [2]\nrole ="));
    assert_said!(gauntlet.trial("double:facilitator", &["fails.toml"]).exits(1));
}

#[test]
fn a_mutant_misses_what_an_example_expects() {
    let gauntlet = Gauntlet::new();
    let example = repository().join("scenarios/examples/verdicts.toml");
    let said = gauntlet.trial("double:facilitator+accepts-underpayment", &[example.to_str().unwrap()]);
    said.exits(1).prints("accepted-invalid").prints("verdicts.toml:");
}

#[test]
fn a_broken_file_ends_it_before_anything_starts() {
    let gauntlet = Gauntlet::without_anvil();
    gauntlet.write("fails.toml", &FAILS.replace("settle =", "setle ="));
    let said = gauntlet.trial("double:facilitator", &["fails.toml"]);
    assert_said!(said.exits(2));
    assert!(!gauntlet.dir().join("run").exists());
}

#[test]
fn a_file_is_for_its_role() {
    let gauntlet = Gauntlet::without_anvil();
    gauntlet.write("mine/fails.toml", FAILS);
    let said = gauntlet.trial("double:server", &["mine/fails.toml"]);
    said.exits(2).remarks("mine/fails.toml tries a facilitator, and the target is a server");
    gauntlet.trial("double:server", &["mine"]).exits(2).remarks("no scenario in mine tries a server");
    fs::create_dir(gauntlet.dir().join("empty")).unwrap();
    gauntlet.trial("double:server", &["empty"]).exits(2).remarks("there is no scenario in this folder");
    let said = gauntlet.trial("double:facilitator", &["mine", "--dry-run"]);
    said.exits(0).prints("mine.fails  what does not hold").remarks("2 checks would run");
}

#[test]
fn two_files_of_one_id_are_refused() {
    let gauntlet = Gauntlet::without_anvil();
    gauntlet.write("a/fails.toml", FAILS);
    gauntlet.write("b/fails.toml", FAILS);
    gauntlet.trial("double:facilitator", &["a", "b"]).exits(2).remarks("are both called `mine.fails`");
    gauntlet.trial("double:facilitator", &["a", "a/fails.toml", "--dry-run"]).exits(0);
}

#[test]
fn lint_tells_every_fault_of_every_file() {
    let gauntlet = Gauntlet::without_anvil();
    gauntlet.write("fails.toml", &FAILS.replace("verify =", "verfiy =").replace("settled =", "setled ="));
    gauntlet.write("sub/shop.toml", &SHOP.replace("\"cheap\"", "\"chaep\""));
    gauntlet.write("sub/good.toml", &FAILS.replace("mine.fails", "mine.good"));
    gauntlet.write("sub/target.toml", "name = \"x\"\nrole = \"server\"\n[start]\ncomand = [\"x\"]\n");
    gauntlet.write("sub/known.toml", "[[known]]\ncheck = \"mine.god\"\noutcome = \"fail\"\nreason = \"x\"\n");
    gauntlet.write("sub/other.toml", "[package]\n");
    assert_said!(gauntlet.run(&["lint", "."]).exits(2));
    let json = gauntlet.run(&["lint", "--format", "json", "fails.toml"]).exits(2).json();
    assert_eq!((&json["faults"], &json["files"][0]["faults"][0]["line"]), (&2.into(), &8.into()));
}

#[test]
fn lint_says_what_it_looked_at() {
    let gauntlet = Gauntlet::without_anvil();
    let root = repository();
    let said = gauntlet.run(&["lint", root.join("scenarios").to_str().unwrap()]);
    said.exits(0).prints("14 load plans), 0 faults");
    gauntlet
        .run(&["lint", root.join("fixtures/targets").to_str().unwrap()])
        .exits(0)
        .prints("target manifests");
    gauntlet.write("other/package.toml", "[package]\n");
    gauntlet.run(&["lint", "other"]).exits(4).prints("NOTHING LINTED");
    gauntlet.run(&["lint", "other/package.toml"]).exits(2).prints("neither a scenario nor");
    gauntlet.run(&["lint", "none.toml"]).exits(2).prints("cannot be read");
    gauntlet.run(&["lint"]).exits(2);
    let schema = gauntlet.run(&["lint", "--schema"]).exits(0).stdout;
    assert_eq!(schema, fs::read_to_string(root.join("fixtures/schema/scenario.schema.json")).unwrap());
}

#[test]
fn words_of_the_language_are_explained() {
    let gauntlet = Gauntlet::without_anvil();
    let words = ["settle", "parallel", "value-below", "repeated", "agree"];
    let told: Vec<String> =
        words.iter().map(|word| gauntlet.run(&["explain", word]).exits(0).stdout).collect();
    insta::assert_snapshot!(told.join("----\n"));
    gauntlet.run(&["explain", "setle"]).exits(2).remarks("did you mean settle?");
}
