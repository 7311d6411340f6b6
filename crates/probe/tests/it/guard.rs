use crate::support::{gone, runs};
use gauntlet_probe::Guard;
use std::{
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
};

const CHILD: &str = "GAUNTLET_TEST_GUARD";

fn sleeper() -> Child {
    Command::new("sleep").arg("1000").spawn().unwrap()
}

/// A harness that is about to be killed: starts two sleepers, registers them, says so and waits.
#[test]
#[ignore = "started by the other tests, to be killed"]
#[expect(clippy::print_stdout, reason = "read by the test that started it")]
fn harness() {
    if std::env::var(CHILD).is_err() {
        return;
    }
    let guard = Guard::start();
    let (watched, forgotten) = (sleeper(), sleeper());
    // A leader that is gone, so that only the group can be killed.
    let mut leader = Command::new("sh");
    leader.args(["-c", "sleep 1000 & echo $!"]).process_group(0).stdout(Stdio::piped());
    let mut leader = leader.spawn().unwrap();
    let group = leader.id();
    let mut member = String::new();
    BufReader::new(leader.stdout.take().unwrap()).read_line(&mut member).unwrap();
    leader.wait().unwrap();
    guard.watch_group(group);
    guard.watch_pid(forgotten.id());
    guard.watch_pid(watched.id());
    guard.forget_pid(forgotten.id());
    println!("\nready {} {} {}", watched.id(), forgotten.id(), member.trim());
    std::thread::park();
}

#[tokio::test]
async fn nothing_registered_survives_a_kill() {
    let mut harness = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "guard::harness", "--nocapture"])
        .env(CHILD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let ready = BufReader::new(harness.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("ready ").map(str::to_owned))
        .unwrap();
    let pids: Vec<u32> = ready.split(' ').map(|pid| pid.parse().unwrap()).collect();
    assert!(pids.iter().all(|pid| runs(*pid)), "{pids:?}");
    harness.kill().unwrap();
    harness.wait().unwrap();
    gone(pids[0]).await;
    gone(pids[2]).await;
    assert!(runs(pids[1]), "what was forgotten is left alone");
    Command::new("kill").arg(pids[1].to_string()).status().unwrap();
    gone(pids[1]).await;
}

#[tokio::test]
async fn the_last_clone_kills() {
    let guard = Guard::start();
    let mut child = sleeper();
    guard.watch_pid(child.id());
    let clone = guard.clone();
    drop(guard);
    assert!(runs(child.id()));
    drop(clone);
    gone(child.id()).await;
    child.wait().unwrap();
}
