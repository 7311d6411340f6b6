//! Dialects: each that comes with Gauntlet, and one that a user has written; keys from the environment, and nowhere else.

use crate::background::Background;
use crate::chain_up::up;
use crate::gauntlet::{BINARY, Gauntlet, Said, finish};
use gauntlet_probe::dialect::{Keys, built_in, throwaway_keys};
use std::fs;
use std::path::Path;

/// Somebody's own: a bearer token and a prefix.
const MINE: &str = r#"
name = "mine"
about = "x402 below a prefix, with a token of ours"
supported = { method = "GET", path = "/pay/supported" }
verify = { method = "POST", path = "/pay/verify" }
settle = { method = "POST", path = "/pay/settle" }

[headers]
Authorization = "Bearer {key:MINE_TOKEN}"
"#;
const TOKEN: &str = "a-token-that-nobody-may-see";
const CHECKS: [&str; 2] = ["facilitator.control", "facilitator.settle.replay"];

/// Variables of a process.
type Variables<'a> = [(&'a str, &'a str)];

fn with(gauntlet: &Gauntlet, args: &[&str], variables: &Variables<'_>) -> Said {
    let mut command = gauntlet.command(args);
    command.envs(variables.iter().copied());
    finish(command, &format!("gauntlet {}", args.join(" ")))
}

/// A facilitator that speaks a dialect, and knows the caller with these keys.
fn served(gauntlet: &Gauntlet, rpc: &str, args: &[&str], variables: &Variables<'_>) -> Background {
    let mut command = gauntlet.command(&[&["serve", "facilitator", "--rpc-url", rpc], args].concat());
    command.envs(variables.iter().copied());
    let mut facilitator = Background::start(command);
    facilitator.until("Ctrl-C stops it");
    facilitator
}

#[track_caller]
fn assert_passed(said: Said, checks: &[&str]) {
    let report = said.exits(0).json();
    let all = report["checks"].as_array().unwrap();
    for id in checks {
        assert!(
            all.iter().any(|check| check["check"] == *id && check["outcome"] == "pass"),
            "{id}: {report}"
        );
    }
}

/// Asserts that a text stands in no file of a folder.
#[track_caller]
fn assert_nowhere(folder: &Path, text: &str) {
    let mut files = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = fs::read(&path).unwrap();
            let stands = bytes.windows(text.len()).any(|part| part == text.as_bytes());
            assert!(!stands, "a key stands in {}", path.display());
        }
    }
    assert!(files > 0, "there is no record");
}

fn double(dialect: &str, network: &str, own: &[&str]) {
    let gauntlet = Gauntlet::new();
    let spoken = ["--dialect", dialect, "--network", network, "--format", "json"];
    let checks = [&CHECKS[..], own].concat();
    assert_passed(gauntlet.trial("double:facilitator", &[&spoken[..], &checks].concat()), &checks);
}

#[test]
fn b402_of_partners() {
    double("b402-partner", "bsc", &["facilitator.b402.auth.signature", "facilitator.b402.partner.clock"]);
}

#[test]
fn b402_of_the_portal() {
    double("b402-web3", "bsc", &["facilitator.b402.envelope", "facilitator.b402.web3.request-again"]);
}

#[test]
fn aeon() {
    double("aeon", "bsc", &[]);
}

#[test]
fn pieverse() {
    double("pieverse", "bsc", &[]);
}

#[test]
fn cdp() {
    double("cdp", "base-sepolia", &["facilitator.upto.settle.zero"]);
}

#[test]
fn circle_gateway() {
    let own = ["validity", "token-domain", "one-unit", "money", "again", "supported"];
    let own = own.map(|check| format!("facilitator.gateway.{check}"));
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    double("circle-gateway", "base-sepolia", &own);
}

#[test]
fn one_that_a_user_has_written() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let rpc = chain.value("GAUNTLET_RPC_URL");
    // Beside the manifest, which is not where the user stands.
    gauntlet.write("targets/mine.toml", MINE);
    let key = [("MINE_TOKEN", TOKEN)];
    let mut facilitator = served(&gauntlet, &rpc, &["--dialect", "targets/mine.toml"], &key);
    let url = facilitator.value("GAUNTLET_FACILITATOR_URL");
    let manifest =
        format!("name = \"mine\"\nrole = \"facilitator\"\nurl = \"{url}\"\ndialect = \"./mine.toml\"\n");
    gauntlet.write("targets/facilitator.toml", &manifest);
    let file = gauntlet.write("token.txt", &format!("{TOKEN}\n")).display().to_string();

    let run = |out: &str, variables: &Variables<'_>| {
        let fixed = ["run", "--target", "targets/facilitator.toml", "--rpc-url", &rpc, "--format", "json"];
        with(&gauntlet, &[&fixed[..], &["--out", out], &CHECKS].concat(), variables)
    };
    assert_passed(run("by-variable", &key), &CHECKS);
    assert_passed(run("by-file", &[("MINE_TOKEN_FILE", &file)]), &CHECKS);
    run("without", &[]).exits(2).remarks("MINE_TOKEN").remarks("MINE_TOKEN_FILE");
    for out in ["by-variable", "by-file"] {
        assert_nowhere(&gauntlet.dir().join(out), TOKEN);
    }
    // A key that the facilitator does not know lets nobody in.
    let said = run("stranger", &[("MINE_TOKEN", "another")]);
    assert_ne!(said.code, 0, "{said}");
}

#[test]
fn keys_of_b402_stand_in_no_record() {
    for name in ["b402-partner", "b402-web3"] {
        let gauntlet = Gauntlet::new();
        let mut chain = up(&gauntlet, &["--network", "bsc"]);
        let rpc = chain.value("GAUNTLET_RPC_URL");
        let keys: Keys = throwaway_keys(&built_in(name).unwrap());
        let variables: Vec<(&str, &str)> = keys.iter().collect();
        let spoken = ["--dialect", name, "--network", "bsc"];
        let mut facilitator = served(&gauntlet, &rpc, &spoken, &variables);
        let url = facilitator.value("GAUNTLET_FACILITATOR_URL");
        let fixed = ["run", "--target", &url, "--role", "facilitator", "--rpc-url", &rpc, "--format", "json"];
        let args = [&fixed[..], &spoken, &["--out", "run"], &CHECKS].concat();
        assert_passed(with(&gauntlet, &args, &variables), &CHECKS);
        for (_, key) in &variables {
            assert_nowhere(&gauntlet.dir().join("run"), key);
        }
        let (missing, _) = variables[0];
        with(&gauntlet, &args, &variables[1..]).exits(2).remarks(missing);
    }
}

/// The checks of merchants, and what must work before them.
const OF_SERVERS: [&str; 3] = ["server.control", "server.b402.*", "server.idempotent.again"];

#[test]
fn a_merchant_speaks_b402_to_the_facilitator_behind_it() {
    for name in ["b402-partner", "b402-web3"] {
        let gauntlet = Gauntlet::new();
        let spoken = ["run", "--target", "double:server", "--dialect", name, "--network", "bsc"];
        let passed = ["server.b402.charge", "server.b402.extra", "server.b402.replay", "server.b402.signed"];
        let args = [&spoken[..], &["--format", "json"], &OF_SERVERS].concat();
        assert_passed(gauntlet.run(&args), &passed);
    }
}

/// A process of somebody else's is told where its facilitator is and with which keys it speaks to it.
#[test]
fn a_merchant_that_is_started_is_given_its_keys() {
    let gauntlet = Gauntlet::new();
    let spoken = ["--dialect", "b402-partner", "--network", "bsc"];
    let serve = format!("exec {} serve server {} --port $PORT", BINARY, spoken.join(" "));
    let fixed = ["run", "--role", "server", "--route", "cheap=/cheap", "--route", "metered=/metered"];
    let selected = ["server.control", "server.b402.*", "--format", "json"];
    let args = [&fixed[..], &spoken, &selected, &["--", "sh", "-c", &serve]].concat();
    assert_passed(gauntlet.run(&args), &["server.b402.charge", "server.b402.replay"]);
}

#[test]
fn a_dialect_with_a_domain_of_its_own_is_for_facilitators_only() {
    let gauntlet = Gauntlet::new();
    let args = ["run", "--target", "double:server", "--dialect", "circle-gateway"];
    gauntlet.run(&args).exits(2).remarks("is for facilitators only");
}

/// Checks of clients, and the outcome of each with a client.
fn of_client(client: &str) -> Vec<(String, String)> {
    let gauntlet = Gauntlet::new();
    let spoken = ["run", "--target", "double:server", "--dialect", "b402-partner", "--network", "bsc"];
    let said = gauntlet.run(&[&spoken[..], &["--client", client, "--format", "json", "client.*"]].concat());
    let report = said.json();
    let checks = report["checks"].as_array().unwrap().iter();
    let text = |check: &serde_json::Value, member: &str| check[member].as_str().unwrap().to_owned();
    let own = checks.filter(|check| text(check, "check").starts_with("client."));
    own.map(|check| (text(check, "check"), text(check, "outcome"))).collect()
}

#[test]
fn a_client_of_b402_is_seen_through_by_what_it_signs() {
    for (mutant, caught) in [
        ("", &[][..]),
        ("+first-entry", &["client.b402.choice", "client.b402.permit2"]),
        ("+six-decimals", &["client.b402.choice", "client.b402.signs"]),
        ("+names-by-symbol", &["client.b402.choice", "client.b402.signs"]),
        ("+any-spender", &["client.b402.spender"]),
        ("+versioned-permit2", &["client.b402.permit2"]),
        ("+signs-again", &["client.b402.pending"]),
    ] {
        let outcomes = of_client(&format!("double:client{mutant}"));
        assert_eq!(outcomes.len(), 5, "{mutant}: {outcomes:?}");
        let mut broken: Vec<&str> = outcomes
            .iter()
            .filter(|(_, outcome)| matches!(outcome.as_str(), "fail" | "warn"))
            .map(|(check, _)| check.as_str())
            .collect();
        broken.sort_unstable();
        assert_eq!(broken, caught, "{mutant}: {outcomes:?}");
        if mutant.is_empty() {
            assert!(outcomes.iter().all(|(_, outcome)| outcome == "pass"), "{outcomes:?}");
        }
    }
}

#[test]
fn checks_of_clients_need_a_client() {
    let gauntlet = Gauntlet::new();
    gauntlet.run(&["run", "--target", "double:server", "client.*"]).exits(4);
    let unknown = ["run", "--target", "double:server", "--client", "double:client+nobody"];
    gauntlet.run(&unknown).exits(2).remarks("nobody");
}
