use crate::support::{eventually, gone, runs};
use gauntlet_probe::{
    Client, ClientConfig, Guard, Manifest, Request, Role, RunningTarget, Target, TargetError, free_port,
};
use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    path::PathBuf,
    time::Duration,
};

const MODE: &str = "GAUNTLET_TEST_TARGET";

/// The target of the other tests: this program again, with a mode in its environment.
#[test]
#[ignore = "started by the other tests as their target"]
#[expect(clippy::zombie_processes, reason = "its parent is killed before it")]
#[expect(clippy::print_stdout, reason = "read by the test that started it")]
fn target() {
    let Ok(mode) = std::env::var(MODE) else { return };
    println!("mode {mode}\npid {}", std::process::id());
    match mode.as_str() {
        "exits" => {
            println!("cannot go on");
            std::process::exit(7);
        }
        "mute" => std::thread::sleep(Duration::from_secs(1000)),
        _ => {}
    }
    if mode == "family" {
        let child = std::process::Command::new("sleep").arg("1000").spawn().unwrap();
        println!("child {}", child.id());
    }
    let port: u16 = std::env::var("PORT").unwrap().parse().unwrap();
    let listener = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let mut answered = 0;
    loop {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let length = stream.read(&mut request).unwrap();
        if request[..length].starts_with(b"GET /die ") {
            std::process::exit(9);
        }
        answered += 1;
        let status = if mode == "warms-up" && answered < 3 { 503 } else { 404 };
        let body = format!("answer {answered}");
        let _ = write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    }
}

struct World {
    folder: tempfile::TempDir,
    guard: Guard,
}

impl World {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), guard: Guard::start() }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("target.log")
    }

    async fn start(&self, mode: &str, ready_seconds: u64) -> Result<RunningTarget, TargetError> {
        let program = std::env::current_exe().unwrap();
        let argv = [program.to_str().unwrap(), "--ignored", "--exact", "process::target", "--nocapture"];
        let mut manifest = Manifest::for_command(argv.map(str::to_owned).to_vec(), Role::Facilitator);
        manifest.ready.timeout = Duration::from_secs(ready_seconds);
        manifest.start.as_mut().unwrap().env.insert(MODE.to_owned(), mode.to_owned());
        Target::start(&manifest, &BTreeMap::new(), &self.log(), &self.guard).await
    }
}

async fn get(target: &RunningTarget, path: &str) -> gauntlet_report::Exchange {
    Client::new(target.base_url(), ClientConfig::default()).unwrap().send(Request::get(path)).await
}

#[tokio::test]
async fn starts_waits_stops() {
    let world = World::new();
    let mut target = world.start("warms-up", 60).await.unwrap();
    assert_eq!(
        get(&target, "/").await.response.unwrap().body,
        b"answer 4",
        "two were 503, the third meant ready"
    );
    let pid = target.pid().unwrap();
    assert!(runs(pid));
    assert_eq!(target.exited(), None);
    assert!(target.log_tail(50).contains("mode warms-up"), "{}", target.log_tail(50));
    target.stop().await;
    assert!(!runs(pid));
    assert_eq!((target.pid(), target.exited()), (None, None));
}

#[tokio::test]
async fn a_restart_keeps_the_port_and_forgets_the_rest() {
    let world = World::new();
    let mut target = world.start("plain", 60).await.unwrap();
    let (url, pid) = (target.base_url().to_owned(), target.pid().unwrap());
    assert_eq!(get(&target, "/").await.response.unwrap().body, b"answer 2");
    target.restart().await.unwrap();
    assert_eq!(target.base_url(), url);
    assert_ne!(target.pid().unwrap(), pid);
    assert_eq!(get(&target, "/").await.response.unwrap().body, b"answer 2");
}

#[tokio::test]
async fn an_end_by_itself_is_noticed() {
    let world = World::new();
    let target = world.start("plain", 60).await.unwrap();
    get(&target, "/die").await;
    eventually("the target has exited", || target.exited().is_some()).await;
    assert_eq!(target.exited().unwrap(), "exit status: 9");
}

#[tokio::test]
async fn an_end_before_it_is_ready_shows_why() {
    let error = World::new().start("exits", 60).await.unwrap_err();
    let TargetError::Exited { status, tail, .. } = &error else { panic!("{error}") };
    assert_eq!(status, "exit status: 7");
    assert!(tail.ends_with("cannot go on"), "{tail}");
}

#[tokio::test]
async fn never_ready_is_an_error_and_leaves_nothing_behind() {
    let world = World::new();
    let error = world.start("mute", 2).await.unwrap_err();
    let TargetError::NotReady { url, last, tail, .. } = &error else { panic!("{error}") };
    assert!(url.ends_with("/supported") && last.starts_with("no connection"), "{error}");
    let pid =
        tail.lines().find_map(|line| line.strip_prefix("pid ")).expect("printed at once").parse().unwrap();
    gone(pid).await;
}

#[tokio::test]
async fn a_dropped_target_takes_its_children_with_it() {
    let world = World::new();
    let target = world.start("family", 60).await.unwrap();
    let log = target.log_tail(50);
    let child = log.lines().find_map(|line| line.strip_prefix("child ")).unwrap().parse().unwrap();
    let pid = target.pid().unwrap();
    assert!(runs(child));
    drop(target);
    gone(pid).await;
    gone(child).await;
}

#[tokio::test]
async fn a_program_that_is_not_there() {
    let world = World::new();
    let manifest = Manifest::for_command(vec!["no-such-program-here".to_owned()], Role::Server);
    let error = Target::start(&manifest, &BTreeMap::new(), &world.log(), &world.guard).await.unwrap_err();
    assert!(matches!(error, TargetError::Spawn { .. }), "{error}");
}

#[tokio::test]
async fn a_url_is_only_waited_for() {
    let world = World::new();
    let running = world.start("plain", 60).await.unwrap();
    let manifest = Manifest::for_url(running.base_url(), Role::Facilitator);
    let mut target = Target::start(&manifest, &BTreeMap::new(), &world.log(), &world.guard).await.unwrap();
    assert_eq!((target.base_url(), target.pid()), (running.base_url(), None));
    target.stop().await;
    assert!(matches!(target.restart().await, Err(TargetError::NoCommand)));
    assert_eq!(get(&running, "/").await.status, Some(404), "what we did not start goes on");

    let mut manifest = Manifest::for_url(&format!("http://127.0.0.1:{}", free_port().unwrap()), Role::Server);
    manifest.ready.timeout = Duration::from_millis(50);
    let error = Target::start(&manifest, &BTreeMap::new(), &world.log(), &world.guard).await.unwrap_err();
    assert!(matches!(error, TargetError::NotReady { .. }), "{error}");
}
