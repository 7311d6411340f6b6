//! Load, as a user makes it. What is asserted is money and answers, never how fast this machine is.

use crate::background::{assert_gone, below};
use crate::chain_up::up;
use crate::gauntlet::{Gauntlet, Said, poll};
use crate::rpc::{call, contract};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A short plan: `top` is what stands before its tables, `rest` after them.
fn plan(top: &str, rest: &str) -> String {
    format!("title = \"A test\"\n{top}\n{rest}\n[[stages]]\nfor = \"2s\"\nrate = 10\n")
}

const FEW: &str = "[payments]\npayers = 40\nwindow = \"10s\"\n";

fn load(gauntlet: &Gauntlet, target: &str, plan: &str, more: &[&str]) -> Said {
    gauntlet.write("plan.toml", plan);
    let fixed =
        ["load", "plan.toml", "--target", target, "--seed", "402", "--out", "run", "--format", "json"];
    gauntlet.run(&[&fixed[..], &["--no-ceiling"], more].concat())
}

fn count(report: &Value, class: &str) -> u64 {
    report["books"]["counts"][class].as_u64().unwrap_or_default()
}

/// Ends with 0, or is told to be inconclusive because this machine is too busy to measure anything.
fn passes(said: Said) -> Value {
    let report = said.json();
    let word = report["verdict"]["word"].as_str().unwrap();
    assert!(["passed", "generator-bound"].contains(&word), "{:#}", report["verdict"]);
    report
}

#[test]
fn every_payment_to_a_conforming_facilitator_is_in_the_books_as_paid() {
    let gauntlet = Gauntlet::new();
    let report = passes(load(&gauntlet, "double:facilitator", &plan("facilitator = \"both\"", FEW), &[]));
    assert_eq!(count(&report, "paid"), 20, "{:#}", report["books"]);
    assert_eq!(report["books"]["counts"].as_object().unwrap().len(), 1);
    assert_eq!(report["books"]["chain"]["settling"], 20);
    assert!(gauntlet.read("run/report.txt").contains("20  paid"));
    assert!(gauntlet.read("run/series.csv").lines().count() > 2);
    assert_eq!(gauntlet.read("run/answers.ndjson").lines().count(), 20, "one line for each settlement");
    let again = load(&gauntlet, "double:facilitator", &plan("", FEW), &[]);
    again.exits(2).remarks("holds a run already");
}

#[test]
fn every_purchase_of_a_conforming_server_is_in_the_books_as_paid() {
    let gauntlet = Gauntlet::new();
    let report = passes(load(&gauntlet, "double:server", &plan("", FEW), &[]));
    assert_eq!(count(&report, "paid"), 20, "{:#}", report["books"]);
    let phases: Vec<&str> =
        report["measured"].as_array().unwrap().iter().map(|it| it["phase"].as_str().unwrap()).collect();
    assert_eq!(phases, ["challenge", "paid", "payment"]);
}

/// A facilitator, a plan, and the class of the loss that it must be convicted of.
fn convicts(mutant: &str, top: &str, rest: &str, class: &str) {
    let gauntlet = Gauntlet::new();
    let said = load(&gauntlet, mutant, &plan(top, rest), &[]);
    let said = said.exits(1);
    let report = said.json();
    assert!(count(&report, class) > 0, "{mutant}: {:#}", report["books"]["counts"]);
    let shown = &report["books"]["shown"][class][0];
    assert!(shown["nonce"].as_str().unwrap().starts_with("0x"), "{shown:#}");
    let text = gauntlet.read("run/report.txt");
    assert!(text.contains("FAILED") && text.contains(class) && text.contains("risk: "), "{text}");
}

const BLOCKS: &str = "[chain]\nblocks = \"1s\"\n[payments]\npayers = 40\nwindow = \"10s\"\n";

#[test]
fn success_without_a_transfer_is_found() {
    convicts("double:facilitator+settle-lies-without-transaction", "", FEW, "served-not-taken");
}

#[test]
fn the_transaction_of_another_payment_is_found() {
    convicts("double:facilitator+settle-names-another-transaction", "", FEW, "another-transaction");
}

#[test]
fn money_that_moves_after_a_no_is_found() {
    let gauntlet = Gauntlet::new();
    let said = load(&gauntlet, "double:facilitator+forgets-payment", &plan("", BLOCKS), &[]).exits(1);
    let verdict = &said.json()["verdict"];
    assert!(verdict["reasons"][1].as_str().unwrap().contains("moved all the same"), "{verdict:#}");
}

#[test]
fn money_that_a_verify_moves_is_found() {
    convicts("double:facilitator+verify-settles", "facilitator = \"verify\"", FEW, "taken-not-served");
}

#[test]
fn a_forged_payment_that_is_taken_is_found() {
    let wrong = format!("{FEW}wrong = {{ share = 0.5, changes = [\"value-zero\"] }}\n");
    convicts("double:facilitator+accepts-zero-value", "", &wrong, "wrong-accepted");
}

/// The token lets a nonce pass twice, so that nothing but the facilitator's care keeps the money from moving twice.
#[test]
fn money_that_moves_twice_is_found() {
    let forgetful = format!("{FEW}token = \"forgetful\"\n");
    let gauntlet = Gauntlet::new();
    let report = passes(load(&gauntlet, "double:facilitator", &plan("", &forgetful), &[]));
    assert_eq!(count(&report, "paid"), 20, "{:#}", report["books"]);
    convicts("double:facilitator+double-broadcast", "", &forgetful, "taken-twice");
}

/// The token is paused while the load runs: what was taken until then is paid, and what is called settled after it is not.
#[test]
fn success_for_a_transaction_that_reverted_is_found() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let (rpc, usdc) = (chain.value("GAUNTLET_RPC_URL"), chain.value("GAUNTLET_USDC"));
    let mutant = ["serve", "facilitator", "--mutant", "settle-claims-reverted", "--rpc-url", &rpc];
    let mut facilitator = gauntlet.start(&mutant);
    let url = facilitator.value("GAUNTLET_FACILITATOR_URL");
    gauntlet.write("plan.toml", &plan("", FEW));
    let target = ["--target", &url, "--role", "facilitator", "--rpc-url", &rpc];
    let fixed = ["load", "plan.toml", "--seed", "402", "--out", "run", "--format", "json", "--no-ceiling"];
    let mut run = gauntlet.start(&[&fixed[..], &target].concat());
    let settled = || transfers(&rpc, &usdc) > 5;
    assert!(poll(|| settled().then_some(())).is_some(), "nothing is settled");
    pause(&rpc, &usdc);
    assert_eq!(run.end(), Some(1), "{}\n{}", run.stdout, run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(count(&report, "paid") >= 5, "{:#}", report["books"]["counts"]);
    assert!(count(&report, "reverted-success") > 0, "{:#}", report["books"]["counts"]);
}

/// How many Transfer events the token has emitted.
fn transfers(rpc: &str, token: &str) -> usize {
    const TRANSFER: &str = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
    let filter = json!([{ "address": token, "fromBlock": "0x0", "topics": [TRANSFER] }]);
    call(rpc, "eth_getLogs", filter).as_array().unwrap().len()
}

/// Pauses a token of ours: the flag is the second byte from the right of its fourth word.
fn pause(rpc: &str, token: &str) {
    let word = call(rpc, "eth_getStorageAt", json!([token, "0x3", "latest"]));
    let word = word.as_str().unwrap();
    assert_eq!(&word[62..64], "00", "not paused yet: {word}");
    let paused = format!("{}01{}", &word[..62], &word[64..]);
    call(rpc, "anvil_setStorageAt", json!([token, "0x3", paused]));
    assert!(contract(rpc, token, "0x5c975abb").ends_with('1'), "paused() is true");
}

#[test]
fn content_twice_for_one_payment_is_found() {
    convicts("double:server+copies-share-settlement", "copies = 4", FEW, "served-twice");
}

/// The payer gives up after 300 ms, and the money moves with the next block: nobody's answer, and yet paid.
#[test]
fn money_that_moves_after_the_payer_gave_up_is_found() {
    convicts("double:facilitator", "timeout = \"300ms\"", BLOCKS, "late");
}

#[test]
fn wrong_payments_are_refused_and_counted_apart() {
    let gauntlet = Gauntlet::new();
    let wrong =
        format!("{FEW}wrong = {{ share = 0.5, changes = [\"value-zero\", {{ value-below = 1 }}] }}\n");
    let report = passes(load(&gauntlet, "double:facilitator", &plan("", &wrong), &[]));
    let (paid, refused) = (count(&report, "paid"), count(&report, "wrong-refused"));
    assert_eq!(paid + refused, 20, "{:#}", report["books"]);
    assert!(paid > 5 && refused > 5, "{paid} {refused}");
    let lots =
        |lot: &str| report["measured"].as_array().unwrap().iter().filter(|it| it["lot"] == lot).count();
    assert_eq!((lots("right"), lots("wrong")), (2, 2), "{:#}", report["measured"]);
}

#[test]
fn thresholds_are_judged_and_a_missed_one_has_an_exit_code_of_its_own() {
    let gauntlet = Gauntlet::new();
    let said = load(
        &gauntlet,
        "double:facilitator",
        &plan("thresholds = [\"gas-per-settle < 10\"]", FEW),
        &["--threshold", "settle rate >= 1/s"],
    );
    let report = said.json();
    let word = report["verdict"]["word"].as_str().unwrap();
    assert!(
        word == "missed" && said.code == 6 || word == "generator-bound" && said.code == 5,
        "{}",
        report["verdict"]
    );
    let held: Vec<bool> =
        report["thresholds"].as_array().unwrap().iter().map(|it| it["held"].as_bool().unwrap()).collect();
    assert_eq!(held, [false, true]);
}

#[test]
fn what_cannot_be_done_is_said_before_anything_starts() {
    let gauntlet = Gauntlet::without_anvil();
    let run = |args: &[&str]| gauntlet.run(&[&["load", "--target", "double:facilitator"], args].concat());
    run(&["smok"]).exits(2).remarks("neither a plan that comes with Gauntlet nor a file");
    run(&["smoke", "--threshold", "paymnt p99 < 1s"]).exits(2).remarks("payment");
    run(&["smoke", "--threshold", "verify p99 < 1s"]).exits(2).remarks("settle");
    run(&["smoke", "--blocks", "never"]).exits(2).remarks("automine");
    gauntlet.write("broken.toml", "title = \"x\"\n[[stage]]\nfor = \"1s\"\nrate = 1\n");
    run(&["broken.toml"]).exits(2).remarks("stages");
    gauntlet.run(&["load-worker"]).exits(3).remarks("gauntlet load");
    gauntlet.run(&["load", "--plans"]).exits(0).prints("replay-storm");
}

/// A target that is not there, or that cannot handle a single payment, is not put under load.
#[test]
fn a_target_that_cannot_pay_once_is_no_verdict() {
    let gauntlet = Gauntlet::new();
    let said = load(&gauntlet, "double:facilitator+refuses-everything", &plan("", FEW), &[]);
    let report = said.exits(5).json();
    let reason = report["verdict"]["reasons"][0].as_str().unwrap();
    assert!(reason.contains("one plain payment by itself was not accepted by /settle"), "{reason}");
}

/// A facilitator that verifies everything, and whose 50th answer takes a second in which nobody else is answered either.
struct Staller {
    url: String,
}

impl Staller {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answered = Arc::new(Mutex::new(0));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let answered = Arc::clone(&answered);
                thread::spawn(move || while answer(&stream, &answered).is_some() {});
            }
        });
        Self { url }
    }
}

/// Answers one request of a connection; nothing at its end.
fn answer(stream: &TcpStream, answered: &Mutex<u32>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut answered = answered.lock().unwrap();
    *answered += 1;
    if *answered == 50 {
        // The stall itself: it is what the latencies have to show.
        thread::sleep(Duration::from_secs(1));
    }
    let answer = r#"{"isValid":true,"payer":"0x0000000000000000000000000000000000000000"}"#;
    let mut stream = stream;
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length";
    write!(stream, "{head}: {}\r\n\r\n{answer}", answer.len()).ok()
}

/// A single user who waits for its answer would see one slow answer among 150. Whoever came in that second waited too,
/// and that is what counts from the intended start.
#[test]
fn a_target_that_stands_still_for_a_second_cannot_hide_it() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let staller = Staller::start();
    let text = "title = \"x\"\nfacilitator = \"verify\"\nusers = 1\n[payments]\npayers = 40\n[[stages]]\nfor = \"3s\"\nrate = 50\n";
    let rpc = chain.value("GAUNTLET_RPC_URL");
    let said = load(&gauntlet, &staller.url, text, &["--role", "facilitator", "--rpc-url", &rpc]);
    let report = said.json();
    let slow = |time: &str| -> u64 {
        let measured = report["measured"].as_array().unwrap();
        let verify = measured.iter().find(|it| it["phase"] == "verify" && it["mark"] == "good").unwrap();
        let pairs = verify[time].as_array().unwrap();
        let slow = pairs.iter().filter(|pair| pair[0].as_u64().unwrap() > 500_000);
        slow.map(|pair| pair[1].as_u64().unwrap()).sum()
    };
    assert!(slow("service") >= 1, "{:#}", report["measured"]);
    // Those that were due in the first half of the second.
    assert!(slow("response") >= 20, "only {} responses are slow", slow("response"));
}

#[test]
fn what_was_saved_is_only_compared_with_what_is_like_it() {
    let gauntlet = Gauntlet::new();
    let saved =
        load(&gauntlet, "double:facilitator", &plan("", FEW), &["--rounds", "1", "--save", "base.json"]);
    assert!([0, 5].contains(&saved.code), "{saved}");
    gauntlet.write("base-copy.json", &gauntlet.read("base.json"));
    let again = ["load", "plan.toml", "--target", "double:facilitator", "--seed", "402", "--no-ceiling"];
    let compare = |out: &str, more: &[&str]| {
        gauntlet.run(&[&again[..], &["--rounds", "1", "--format", "json", "--out", out], more].concat())
    };
    compare("other", &["--baseline", "base.json", "--blocks", "1s"]).exits(2).remarks("blocks");
    compare("none", &["--baseline", "plan.toml"]).exits(2);
    // Two seconds are too few to say anything, and that is said.
    let said = compare("run-2", &["--baseline", "base.json"]).exits(5).json();
    assert_eq!(said["comparison"]["overall"], "inconclusive", "{:#}", said["comparison"]);
    assert_eq!(said["runs"].as_array().unwrap().len(), 1);
}

#[test]
fn two_targets_are_run_in_turn() {
    let gauntlet = Gauntlet::new();
    let said = load(
        &gauntlet,
        "double:facilitator",
        &plan("", FEW),
        &["--rounds", "2", "--against", "double:facilitator+accepts-zero-value"],
    );
    let report = said.json();
    let began = |folder: &str| -> u64 {
        let text = gauntlet.read(&format!("run/{folder}/load.json"));
        serde_json::from_str::<Value>(&text).unwrap()["began_ms"].as_u64().unwrap()
    };
    assert!(began("a-1") < began("b-1") && began("b-1") < began("b-2") && began("b-2") < began("a-2"));
    assert_eq!(report["comparison"]["a"]["target"], "double:facilitator+accepts-zero-value", "{report:#}");
    assert!(gauntlet.read("run/b-2/report.txt").contains("paid"));
}

/// Ctrl-C ends the load, and all that came until then is in the report.
#[test]
fn an_interrupted_run_has_its_reports() {
    let gauntlet = Gauntlet::new();
    gauntlet.write("plan.toml", &format!("title = \"A test\"\n{FEW}\n[[stages]]\nfor = \"5m\"\nrate = 10\n"));
    let args = ["load", "plan.toml", "--target", "double:facilitator", "--no-ceiling", "--out", "run"];
    let mut run = gauntlet.start(&args);
    let answers = gauntlet.dir().join("run/answers.ndjson");
    let some = || std::fs::metadata(&answers).is_ok_and(|file| file.len() > 0).then_some(());
    crate::gauntlet::poll(some).expect("payments are made");
    let started = below(run.pid());
    assert!(started.len() >= 3, "the chain, the target and the load: {started:?}");
    run.signal("INT");
    assert_eq!(run.end(), Some(130));
    assert_gone(&started);
    let report: Value = serde_json::from_str(&gauntlet.read("run/load.json")).unwrap();
    assert_eq!(report["verdict"]["word"], "interrupted");
    assert!(count(&report, "paid") > 0, "{:#}", report["books"]);
    assert!(gauntlet.read("run/report.txt").contains("INTERRUPTED"));
}

#[test]
fn a_lost_cause_is_given_up_when_asked_to() {
    let gauntlet = Gauntlet::new();
    let wrong = format!("{FEW}wrong = {{ share = 0.5, changes = [\"value-zero\"] }}\n");
    let text = format!("title = \"A test\"\n{wrong}\n[[stages]]\nfor = \"5m\"\nrate = 10\n");
    let said = load(&gauntlet, "double:facilitator+accepts-zero-value", &text, &["--abort-on-fail"]).exits(1);
    assert!(said.json()["took_ms"].as_u64().unwrap() < 200_000, "the plan takes 300 s");
}
