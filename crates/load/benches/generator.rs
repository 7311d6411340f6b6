//! What a payment costs the generator, beside a bare Goose request and a bare hyper request of the same size, against the
//! same trivial 402 server in one run.
//!
//! ```sh
//! cargo bench -p gauntlet-load --bench generator
//! ```
//!
//! Each generator is a process of its own, and so is the server; what counts is the CPU time of the generator's process,
//! signing included, for each request that was answered. The figures are ratios to bare Goose with its own metrics. A paced
//! generator sleeps and wakes for every request, which bare Goose at full speed does not, and throttled Goose does.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a bench")]

use bytes::Bytes;
use gauntlet_load::job::{Job, Order, Payments, Word, Work};
use gauntlet_load::plan::{Method, Pace, Shard, SignatureKind, Stage};
use gauntlet_wire::{Address, Network, Terms, Token, U256, Version};
use goose::config::GooseConfiguration;
use goose::goose::{GooseMethod, GooseRequest, GooseUser, Scenario, Transaction};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};

const USERS: usize = 32;
const LASTS: Duration = Duration::from_secs(4);
/// The body of a payment has about this length.
const BODY: usize = 1_150;

fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    match (args.next().as_deref(), args.next()) {
        (Some("serve"), _) => runtime().block_on(serve()),
        (Some("worker"), _) => {
            gauntlet_load::worker::runtime().unwrap().block_on(gauntlet_load::worker::run()).unwrap();
            tell(0);
        }
        (Some("goose"), Some(url)) => tell(runtime().block_on(bare_goose(url, false, None))),
        (Some("goose-without-metrics"), Some(url)) => tell(runtime().block_on(bare_goose(url, true, None))),
        (Some("goose-throttled"), Some(url)) => {
            let rate = args.next().and_then(|rate| rate.parse().ok());
            tell(runtime().block_on(bare_goose(url, false, rate)));
        }
        (Some("hyper"), Some(url)) => tell(runtime().block_on(bare_hyper(url))),
        // A test run of all benches only has to see that this one starts.
        (Some("--test"), _) => {}
        _ => compare(),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

/// The last line of a generator: how many requests were answered, and the CPU time that took, µs.
fn tell(requests: u64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    // User and system time, hundredths of a second: proc(5).
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    println!("\n{requests} {}", ticks * 10_000);
    std::process::exit(0);
}

/// What a request of a generator cost.
struct Cost {
    name: &'static str,
    requests: u64,
    cpu_us: u64,
}

impl Cost {
    #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
    fn each(&self) -> f64 {
        self.cpu_us as f64 / self.requests as f64
    }
}

fn compare() {
    let mut server = itself(&["serve"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let url = url.trim().to_owned();
    let mut costs: Vec<Cost> = Vec::new();
    for name in ["hyper", "goose-without-metrics", "goose"] {
        costs.push(bare(name, &[name, &url]));
    }
    let half = costs[2].requests / LASTS.as_secs() / 2;
    costs.push(bare("goose throttled to half of that", &["goose-throttled", &url, &half.to_string()]));
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let half = Pace::Rate { from: half as f64, to: half as f64 };
    costs.push(gauntlet("gauntlet at half of that", &url, half));
    costs.push(gauntlet("gauntlet, users in a closed loop", &url, Pace::Users(32)));
    server.kill().unwrap();
    let _ = server.wait();
    let goose = costs[2].each();
    println!("{:32} {:>9} {:>12} {:>14}", "generator", "requests", "CPU µs each", "of bare Goose");
    for cost in &costs {
        println!(
            "{:32} {:>9} {:>12.1} {:>13.2}×",
            cost.name,
            cost.requests,
            cost.each(),
            cost.each() / goose
        );
    }
}

fn itself(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(args);
    command
}

/// Runs one of the bare generators to its end.
fn bare(name: &'static str, args: &[&str]) -> Cost {
    let output = itself(args).stderr(Stdio::null()).output().unwrap();
    let (requests, cpu_us) = last_line(&String::from_utf8_lossy(&output.stdout));
    Cost { name, requests, cpu_us }
}

fn last_line(text: &str) -> (u64, u64) {
    let (requests, cpu) = text.trim().lines().last().unwrap().split_once(' ').unwrap();
    (requests.parse().unwrap(), cpu.parse().unwrap())
}

/// Runs our worker, as `gauntlet load` does.
fn gauntlet(name: &'static str, url: &str, pace: Pace) -> Cost {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut child = itself(&["worker"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let job = job(url, pace, listener.local_addr().unwrap().port());
    send(&mut child, &serde_json::to_string(&job).unwrap());
    let (stream, _) = listener.accept().unwrap();
    let mut answered = 0;
    for line in BufReader::new(stream).lines() {
        match serde_json::from_str(&line.unwrap()).unwrap() {
            Word::Ready => {
                let now = gauntlet_report::clock::unix_millis();
                send(&mut child, &serde_json::to_string(&Order::Begin(now + 100)).unwrap());
            }
            Word::Second(second) => {
                let measured = second.lines.iter().map(|line| &line.measured);
                let verified = measured.filter(|it| it.phase == gauntlet_load::Phase::Verify);
                answered += verified.flat_map(|it| &it.response).map(|(_, times)| times).sum::<u64>();
            }
            Word::Answers(_) => {}
            Word::Done => break,
            Word::Failed(reason) => panic!("{reason}"),
        }
    }
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    let (_, cpu_us) = last_line(&String::from_utf8_lossy(&output.stdout));
    Cost { name, requests: answered, cpu_us }
}

fn send(child: &mut Child, line: &str) {
    writeln!(child.stdin.as_mut().unwrap(), "{line}").unwrap();
}

fn job(url: &str, pace: Pace, port: u16) -> Job {
    Job {
        base_url: url.to_owned(),
        work: Work::Verify,
        sold: None,
        version: Version::V2,
        stages: vec![Stage { length: LASTS, pace, warm_up: false }],
        shard: Shard::WHOLE,
        copies: 1,
        timeout: Duration::from_secs(5),
        users: USERS,
        payments: Payments {
            seed: "bench".into(),
            method: Method::Eip3009,
            facilitator: Address::ZERO,
            signature: SignatureKind::Ecdsa,
            payers: 10_000,
            terms: Terms {
                scheme: "exact".into(),
                network: Network::new(84532),
                token: Token {
                    address: Address::repeat_byte(1),
                    name: "USDC".into(),
                    version: "2".into(),
                    decimals: 6,
                },
                amount: U256::from(10_000),
                pay_to: Address::repeat_byte(2),
                max_timeout_seconds: 120,
                resource: "https://gauntlet.test/load".into(),
            },
            echo: None,
            wrong: None,
            ready: 20_000,
        },
        port,
    }
}

// ---- the server --------------------------------------------------------------------------------------------------

/// Answers everything with a 402 that has a header of 600 bytes.
async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let _ = stream.set_nodelay(true);
        tokio::spawn(async move {
            let service =
                hyper::service::service_fn(|request: hyper::Request<hyper::body::Incoming>| async {
                    let _ = request.into_body().collect().await;
                    let answer = hyper::Response::builder()
                        .status(402)
                        .header("PAYMENT-REQUIRED", "a".repeat(600))
                        .body(Full::new(Bytes::from_static(b"{\"isValid\":false}")));
                    Ok::<_, Infallible>(answer.unwrap())
                });
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

// ---- the others --------------------------------------------------------------------------------------------------

async fn bare_goose(url: String, no_metrics: bool, throttle: Option<usize>) -> u64 {
    let answered = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&answered);
    let until = Instant::now() + Duration::from_secs(1) + LASTS;
    let ask = Transaction::new(Arc::new(move |user: &mut GooseUser| {
        let counted = Arc::clone(&counted);
        Box::pin(async move {
            if Instant::now() > until {
                goose::trigger_killswitch("the time is up");
            }
            let builder = user.get_request_builder(&GooseMethod::Post, "/verify")?;
            let builder = builder.header("Content-Type", "application/json").body("a".repeat(BODY));
            let request = GooseRequest::builder()
                .method(GooseMethod::Post)
                .path("/verify")
                .expect_status_code(402)
                .set_request_builder(builder)
                .build();
            if let Ok(response) = user.request(request).await?.response {
                let _ = response.bytes().await;
                counted.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        })
    }));
    let mut configuration = GooseConfiguration::default();
    configuration.host = Some(url);
    configuration.users = Some(USERS);
    configuration.increase_rate = Some(USERS.to_string());
    configuration.no_metrics = no_metrics;
    configuration.no_print_metrics = true;
    configuration.quiet = 3;
    configuration.throttle_requests = throttle;
    let attack = goose::GooseAttack::initialize_with_config(configuration).unwrap();
    let scenario = Scenario::new("bare").register_transaction(ask);
    attack.register_scenario(scenario).execute().await.unwrap();
    answered.load(Ordering::Relaxed)
}

async fn bare_hyper(url: String) -> u64 {
    let host = url.trim_start_matches("http://").to_owned();
    let until = Instant::now() + LASTS;
    let users = (0..USERS).map(|_| {
        let host = host.clone();
        tokio::spawn(async move {
            let stream = TcpStream::connect(&host).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (mut sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            let mut answered = 0;
            while Instant::now() < until {
                let request = hyper::Request::post("/verify")
                    .header("Host", &host)
                    .header("Content-Type", "application/json")
                    .body(Full::new(Bytes::from("a".repeat(BODY))))
                    .unwrap();
                let answer = sender.send_request(request).await.unwrap();
                answer.into_body().collect().await.unwrap();
                answered += 1;
            }
            answered
        })
    });
    let mut answered = 0;
    for user in users.collect::<Vec<_>>() {
        answered += user.await.unwrap();
    }
    answered
}
