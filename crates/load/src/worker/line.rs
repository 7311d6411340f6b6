//! The worker's life: it is told its job over stdin, says what it sees over a socket, and ends with its plan or with the
//! process that started it.

use super::desk::Desk;
use super::notes::Notes;
use super::{payments, users};
use crate::job::{Job, Order, Word};
use gauntlet_report::clock;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines, Stdin};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval_at, sleep};

/// How often what was measured is said.
const SAID_EVERY: Duration = Duration::from_secs(1);
/// How long the timer sleeps whose lateness is measured.
const BEAT: Duration = Duration::from_millis(20);
/// How often it is looked whether all users are here.
const LOOK: Duration = Duration::from_millis(10);

/// Does the job that comes over stdin.
///
/// # Errors
/// When nobody tells a job or nobody listens. Everything else is said over the socket.
pub async fn run() -> io::Result<()> {
    let mut orders = BufReader::new(tokio::io::stdin()).lines();
    let line = orders.next_line().await?.ok_or_else(|| io::Error::other("no job came over stdin"))?;
    let job: Job = serde_json::from_str(&line).map_err(io::Error::other)?;
    let mut mouth = TcpStream::connect(("127.0.0.1", job.port)).await?;
    mouth.set_nodelay(true)?;
    let last = match work(Arc::new(job), orders, &mut mouth).await {
        Ok(()) => Word::Done,
        Err(reason) => Word::Failed(reason),
    };
    say(&mut mouth, &last).await?;
    mouth.shutdown().await
}

async fn say(mouth: &mut TcpStream, word: &Word) -> io::Result<()> {
    let mut line = serde_json::to_vec(word)?;
    line.push(b'\n');
    mouth.write_all(&line).await
}

async fn work(job: Arc<Job>, orders: Lines<BufReader<Stdin>>, mouth: &mut TcpStream) -> Result<(), String> {
    let (begin, begun) = watch::channel(None);
    let (stop, stopped) = watch::channel(false);
    let notes = Arc::new(Notes::default());
    let (ready, failed) = if job.sold.is_some() && job.work == crate::job::Work::Challenge {
        (None, None)
    } else {
        let (ready, failed) = payments::begin(&job);
        (Some(ready), Some(failed))
    };
    let desk = Arc::new(Desk::new(&job, ready, begun, stopped, Arc::clone(&notes)));
    let listening = tokio::spawn(listen(orders, begin, stop));
    let beating = tokio::spawn(beat(Arc::clone(&notes)));
    let goose = tokio::spawn(users::work(Arc::clone(&job), Arc::clone(&desk), Arc::clone(&notes)));
    let told = report(&desk, &notes, goose, mouth).await;
    listening.abort();
    beating.abort();
    if let Some(error) = failed.and_then(|failed| failed.try_recv().ok()) {
        return Err(format!("no payments can be made for this target: {error}"));
    }
    told
}

/// Says what is written down, once a second and at the end.
async fn report(
    desk: &Desk,
    notes: &Notes,
    mut goose: tokio::task::JoinHandle<Result<(), goose::GooseError>>,
    mouth: &mut TcpStream,
) -> Result<(), String> {
    let deaf = |error: io::Error| format!("nobody listens any more: {error}");
    let is_ready = || desk.is_full() && desk.has_payments();
    while !is_ready() && !goose.is_finished() {
        sleep(LOOK).await;
    }
    say(mouth, &Word::Ready).await.map_err(deaf)?;
    let began = loop {
        match desk.began() {
            Some(began) => break began,
            None if goose.is_finished() => break Instant::now(),
            None => sleep(LOOK).await,
        }
    };
    let mut clock = interval_at((began + SAID_EVERY).into(), SAID_EVERY);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ended = None;
    while ended.is_none() {
        tokio::select! {
            _ = clock.tick() => {}
            result = &mut goose => ended = Some(result),
        }
        let (answers, second) = notes.read(began.elapsed(), desk.ready());
        if !answers.is_empty() {
            say(mouth, &Word::Answers(answers)).await.map_err(deaf)?;
        }
        say(mouth, &Word::Second(second)).await.map_err(deaf)?;
    }
    match ended {
        Some(Ok(Ok(()))) | None => Ok(()),
        Some(Ok(Err(error))) => Err(format!("Goose: {error}")),
        Some(Err(error)) => Err(format!("Goose ended in a panic: {error}")),
    }
}

/// Does as it is told. When nobody can tell anything any more, the work ends too.
async fn listen(
    mut orders: Lines<BufReader<Stdin>>,
    begin: watch::Sender<Option<Instant>>,
    stop: watch::Sender<bool>,
) {
    while let Ok(Some(line)) = orders.next_line().await {
        match serde_json::from_str(&line) {
            Ok(Order::Begin(at_ms)) => {
                let in_ms = at_ms.saturating_sub(clock::unix_millis());
                let _ = begin.send(Some(Instant::now() + Duration::from_millis(in_ms)));
            }
            Ok(Order::Stop) => break,
            Err(_) => {}
        }
    }
    let _ = stop.send(true);
}

/// Measures how punctual timers are on this machine, now.
async fn beat(notes: Arc<Notes>) {
    loop {
        let due = Instant::now() + BEAT;
        tokio::time::sleep_until(due.into()).await;
        notes.timer(due.elapsed());
    }
}
