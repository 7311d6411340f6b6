//! The trial of resource servers, as a user starts it.

use crate::background::Background;
use crate::chain_up::up;
use crate::gauntlet::{Gauntlet, assert_said};

const THIEF: &str = "double:server+serves-on-settle-false";
const REFUSED: &str = "server.order.settle-false";

#[test]
fn a_thief_is_told_with_what_was_lost() {
    assert_said!(Gauntlet::new().trial(THIEF, &["--jobs", "1", REFUSED]));
}

#[test]
fn an_attack_is_named_by_its_file() {
    let gauntlet = Gauntlet::new();
    gauntlet.trial("double:server", &["attacks/replay"]).exits(0).prints("attack.replay");
    let said = gauntlet.run(&[
        "run",
        "--target",
        "double:server+serves-same-bytes-again",
        "--out",
        "broken",
        "--seed",
        "402",
        "scenarios/attacks/replay.toml",
    ]);
    said.exits(1).prints("the seller delivered");
}

#[test]
fn two_servers_stand_side_by_side() {
    let gauntlet = Gauntlet::new();
    let targets = ["run", "--target", "double:server", "--target", THIEF, "--seed", "402", "--out", "run"];
    let targets = [&targets[..], &["--jobs", "1"]].concat();
    let said = gauntlet.run(&[&targets[..], &[REFUSED, "server.replay.in-sequence*"]].concat());
    let grid: serde_json::Value = serde_json::from_str(&gauntlet.read("run/grid.json")).unwrap();
    assert_eq!(grid["targets"].as_array().unwrap().len(), 2);
    assert_eq!(gauntlet.read("run/grid.txt").trim(), said.stdout.trim());
    assert!(gauntlet.read("run/double-server/report.txt").contains("passed"));
    assert_said!(said);
}

#[test]
fn a_command_that_serves() {
    let gauntlet = Gauntlet::new();
    let run = ["run", "--role", "server", "--route", "/cheap", "--route", "dear=/dear", "--seed", "402"];
    let command = ["--", env!("CARGO_BIN_EXE_gauntlet"), "serve", "server"];
    let checks = ["server.control*", "server.replay.in-sequence", REFUSED, "server.replay.spent-at-twin"];
    let said = gauntlet.run(&[&run[..], &["--format", "json"], &checks, &command].concat()).exits(0).json();
    let outcome = |id: &str| {
        let checks = said["checks"].as_array().unwrap();
        checks.iter().find(|check| check["check"] == id).unwrap()["outcome"].clone()
    };
    assert_eq!(outcome("server.control"), "pass", "{said}");
    assert_eq!(outcome("server.control.v1"), "pass", "{said}");
    assert_eq!(outcome(REFUSED), "pass", "{said}");
    assert_eq!(outcome("server.replay.spent-at-twin"), "not-applicable", "{said}");
}

fn serve(gauntlet: &Gauntlet, chain: &mut Background) -> Background {
    let rpc = chain.value("GAUNTLET_RPC_URL");
    let mut server = gauntlet.start(&["serve", "server", "--rpc-url", &rpc]);
    server.until("Ctrl-C stops it");
    server.until("GAUNTLET_SERVER_URL=");
    server
}

/// A server with a facilitator of its own gets every check that needs none of ours.
#[test]
fn one_that_runs_already_and_cannot_be_pointed_anywhere() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let mut server = serve(&gauntlet, &mut chain);
    let (url, rpc) = (server.value("GAUNTLET_SERVER_URL"), chain.value("GAUNTLET_RPC_URL"));
    let run = ["run", "--target", &url, "--role", "server", "--route", "/cheap", "--rpc-url", &rpc];
    let checks = ["server.control", "server.replay.in-sequence", "server.replay.after-restart", REFUSED];
    let said = gauntlet.run(&[&run[..], &["--format", "json"], &checks].concat()).exits(0).json();
    let report = |id: &str| {
        let checks = said["checks"].as_array().unwrap();
        checks.iter().find(|check| check["check"] == id).unwrap().clone()
    };
    assert_eq!(report("server.replay.in-sequence")["outcome"], "pass", "{said}");
    for (check, why) in [(REFUSED, "--facilitator-port"), ("server.replay.after-restart", "runs already")] {
        assert_eq!(report(check)["outcome"], "not-applicable", "{said}");
        assert!(report(check)["reason"].as_str().unwrap().contains(why), "{said}");
    }
}

#[test]
fn a_client_of_somebody_elses_buys_in_the_flows() {
    let gauntlet = Gauntlet::new();
    // It never pays, and says so.
    let says = r#"printf '{"status":402,"body":"","paymentResponse":null}\n'"#;
    gauntlet.script("client.sh", says);
    gauntlet
        .write("client.toml", "name = \"poor\"\nrole = \"client\"\n[start]\ncommand = [\"./client.sh\"]\n");
    let flow = ["--client", "client.toml", "flows/paid-fetch"];
    gauntlet.trial("double:server", &flow).exits(1).prints("flow.paid-fetch");
    let not_a_client = "name = \"x\"\nrole = \"facilitator\"\nurl = \"http://127.0.0.1:1\"\n";
    gauntlet.write("other.toml", not_a_client);
    let said = gauntlet.run(&["run", "--target", "double:server", "--client", "other.toml", "flows/*"]);
    said.exits(2).remarks("describes a facilitator, not a client");
}
