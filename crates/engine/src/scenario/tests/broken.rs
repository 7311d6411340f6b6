//! Broken files, and what their authors are told.

use super::*;
use std::fmt::Write as _;

/// A scenario for facilitators that is in order.
const DESK: &str = r#"id = "mine.small"
title = "a payment settles once"
role = "facilitator"

[given.p]
payer = "alice"
change = ["spaced"]

[[steps]]
verify = "p"

[[steps]]
settle = "p"
expect = { status = 200, json = { success = true } }

[expect]
valid = { p = 1 }
transfers = { p = 1 }
balance = { alice = "990000" }
"#;

/// A scenario for servers that is in order.
const COUNTER: &str = r#"id = "mine.small"
title = "a payment buys once"

[given.p]
route = "cheap"

[[steps]]
pay = "p"

[expect]
served = { p = 1 }
transfers = { p = 1 }
"#;

fn told(text: &str) -> String {
    match Scenario::parse_all(text, Path::new("small.toml")) {
        Ok(_) => "nothing is wrong".into(),
        Err(faults) => faults.iter().map(ScenarioError::picture).collect::<Vec<_>>().join("\n"),
    }
}

/// What is told of each of these replacements.
fn replaced(whole: &str, replacements: &[(&str, &str)]) -> String {
    assert_eq!(told(whole), "nothing is wrong");
    let mut said = String::new();
    for (old, new) in replacements {
        assert!(whole.contains(old), "{old}");
        let told = told(&whole.replacen(old, new, 1));
        assert_ne!(told, "nothing is wrong", "{old} → {new}");
        let _ = writeln!(said, "{told}\n");
    }
    said
}

#[test]
fn values_are_told_where_they_stand() {
    insta::assert_snapshot!(replaced(
        DESK,
        &[
            ("\"spaced\"", "\"spacde\""),
            ("\"spaced\"", "{ value-below = \"1\" }"),
            ("\"spaced\"", "{ value-below = 9007199254740993 }"),
            ("\"spaced\"", "{ set = \"/paymentRequirements\" }"),
            ("[\"spaced\"]", "\"spaced\""),
            ("change =", "amount = 10000\nchange ="),
            ("change =", "token = \"usdt\"\nchange ="),
            ("change =", "funds = \"lots\"\nchange ="),
            ("change =", "funds = { unit = \"1\" }\nchange ="),
            ("change =", "nonce = \"0x12\"\nchange ="),
            ("change =", "payee = \"The Shop\"\nchange ="),
            ("change =", "route = \"cheap\"\nchange ="),
            ("status = 200", "status = { gt = 200 }"),
            ("status = 200", "status = { any = [] }"),
            ("success = true", "success = { matches = \"(\" }"),
            ("success = true", "success = { type = \"bool\" }"),
            ("success = true", "amount = 18446744073709551616"),
            ("{ status = 200, json = { success = true } }", "{}"),
            ("{ status = 200, json = { success = true } }", "{ canary = true }"),
            ("\"990000\"", "990000"),
        ],
    ));
}

#[test]
fn steps_are_told_where_they_stand() {
    insta::assert_snapshot!(replaced(
        DESK,
        &[
            ("verify = \"p\"", "pay = \"p\""),
            ("verify = \"p\"", "buy = \"p\""),
            ("verify = \"p\"", "verify = \"p\"\nwait = false"),
            ("verify = \"p\"", "verify = \"p\"\nat = \"dear\""),
            ("verify = \"p\"", "verify = \"p\"\nas = \"merged\""),
            ("verify = \"p\"", "verify = \"p\"\ntimes = 2\ntogether = 2"),
            ("verify = \"p\"", "verify = \"p\"\nbackground = true\nrequire = { status = 200 }"),
            ("verify = \"p\"", "request = { path = \"verify\" }"),
            ("verify = \"p\"", "request = { path = \"/verify\", body = \"\", json = 1 }"),
            ("verify = \"p\"", "request = { path = \"/verify\", json = 1, base64 = \"\" }"),
            ("verify = \"p\"", "request = { path = \"/verify\", base64 = \"/w\" }"),
            ("verify = \"p\"", "fault = { method = \"eth_call\" }"),
            ("verify = \"p\"", "fault = \"nothing\""),
            ("verify = \"p\"", "mining = { every = 0 }"),
            ("verify = \"p\"", "mine = 0"),
            ("verify = \"p\"", "wait = 601"),
            ("verify = \"p\"", "await = \"p\"\nuntil = \"settle\""),
            ("verify = \"p\"", "parallel = [{ verify = \"p\" }]"),
            ("verify = \"p\"", "parallel = [{ verify = \"p\" }, { mine = 1 }]"),
            ("verify = \"p\"", "parallel = [{ verify = \"p\" }, { settle = \"p\", background = true }]"),
            ("verify = \"p\"", "repeat = 2"),
            (
                "verify = \"p\"",
                "repeat = 2\nsteps = [{ repeat = 2, steps = [{ repeat = 2, steps = [{ mine = 1 }] }] }]"
            ),
            ("verify = \"p\"", "repeat = 2\nsteps = [{ settle = \"q\" }]"),
        ],
    ));
}

#[test]
fn what_makes_no_sense_is_told_where_it_stands() {
    insta::assert_snapshot!(replaced(
        DESK,
        &[
            ("id = \"mine.small\"", "id = \"mine.smal\""),
            ("id = \"mine.small\"", "id = \"small\""),
            ("role = \"facilitator\"", "role = \"client\""),
            ("role =", "accounts = \"402/mine/1\"\nrole ="),
            ("role =", "lost = \"content\"\nrole ="),
            ("role =", "covers = [\"INV-05\"]\nrole ="),
            ("[given.p]", "[chain]\nmining = \"stopped\"\n\n[given.p]"),
            ("[given.p]", "[chain]\nfaults = \"none\"\n\n[given.p]"),
            ("[given.p]", "[given.q]\npayer = \"alice\"\nfunds = \"none\"\n\n[given.p]"),
            ("payer = \"alice\"", "payer = \"p\""),
            ("verify = \"p\"", "drop = \"p\""),
            ("verify = \"p\"", "verify = \"p\"\nbackground = true\n\n[[steps]]\nreorg = 1"),
            ("verify = \"p\"", "supported = \"ask\""),
            ("transfers = { p = 1 }\n", ""),
            ("transfers = { p = 1 }", "transfers = { p = 1 }\nserved = { p = 1 }"),
            ("valid = { p = 1 }", "agree = [\"q\"]"),
            ("{ alice = \"990000\" }", "{ alcie = \"990000\" }"),
            ("balance = { alice = \"990000\" }", "authorization = { p = \"spent\" }"),
        ],
    ));
    insta::assert_snapshot!(
        "a_server",
        replaced(
            COUNTER,
            &[
                ("pay = \"p\"", "settle = \"p\""),
                ("route = \"cheap\"", "route = \"cheap\"\namount = \"1\""),
                ("route = \"cheap\"\n", ""),
                ("pay = \"p\"", "fetch = \"p\"\n\n[[steps]]\nfetch = \"p\"\n\n[[steps]]\ncancel = \"p\""),
                ("[given.p]", "[chain]\nfaults = [{ with = \"error\" }]\n\n[given.p]"),
            ],
        )
    );
}

/// One look at a file tells all that is wrong in its parts.
#[test]
fn every_fault_of_a_file_is_told() {
    let broken = DESK
        .replace("title", "titel")
        .replace("\"spaced\"", "\"spacde\"")
        .replace("verify =", "verfiy =")
        .replace("valid = { p = 1 }", "valid = { p = -1 }");
    insta::assert_snapshot!(told(&broken));
}
