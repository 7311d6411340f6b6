//! The process that makes the load, from outside.

use crate::config::LoadError;
use crate::job::{Job, Order, Word};
use gauntlet_probe::Guard;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;

/// The subcommand of this program that makes load.
pub const SUBCOMMAND: &str = "load-worker";
/// How long it may take to come up.
const STARTS_WITHIN: Duration = Duration::from_secs(30);
/// How long it may take to end.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// The process.
pub(crate) struct Crew {
    child: Child,
    orders: Option<ChildStdin>,
    words: Lines<BufReader<TcpStream>>,
    guard: Guard,
}

impl Crew {
    /// Starts it and tells it its job; the port in the job is filled in here.
    pub(crate) async fn start(
        program: &Path,
        mut job: Job,
        folder: &Path,
        guard: &Guard,
    ) -> Result<Self, LoadError> {
        let failed = |error: std::io::Error| LoadError::Worker(format!("it cannot be started: {error}"));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
        job.port = listener.local_addr().map_err(failed)?.port();
        let log = folder.join("worker.log");
        let log = std::fs::File::create(&log).map_err(LoadError::file(&log))?;
        let mut child = Command::new(program)
            .arg(SUBCOMMAND)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(log)
            // Ctrl-C goes to us, and we tell it to stop.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        if let Some(pid) = child.id() {
            guard.watch_pid(pid);
        }
        let mut orders = child.stdin.take();
        let mut line = serde_json::to_vec(&job).map_err(|error| LoadError::Worker(error.to_string()))?;
        line.push(b'\n');
        if let Some(orders) = &mut orders {
            orders.write_all(&line).await.map_err(failed)?;
        }
        let (stream, _) = tokio::select! {
            accepted = timeout(STARTS_WITHIN, listener.accept()) => match accepted {
                Ok(accepted) => accepted.map_err(failed)?,
                Err(_) => return Err(LoadError::Worker("it did not come up; its log is worker.log".into())),
            },
            status = child.wait() => {
                let status = status.map_err(failed)?;
                return Err(LoadError::Worker(format!("it ended at once ({status}); its log is worker.log")));
            }
        };
        let words = BufReader::new(stream).lines();
        Ok(Self { child, orders, words, guard: guard.clone() })
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// What it says next. May be called again after it was dropped half way.
    pub(crate) async fn word(&mut self) -> Result<Word, LoadError> {
        match self.words.next_line().await {
            Ok(Some(line)) => serde_json::from_str(&line)
                .map_err(|error| LoadError::Worker(format!("it says something odd: {error}"))),
            Ok(None) => Err(LoadError::Worker("it ended before it was done; its log is worker.log".into())),
            Err(error) => Err(LoadError::Worker(format!("it cannot be heard any more: {error}"))),
        }
    }

    /// Tells it something. Whether it hears is seen by what it says.
    pub(crate) async fn tell(&mut self, order: Order) {
        let Ok(mut line) = serde_json::to_vec(&order) else { return };
        line.push(b'\n');
        if let Some(orders) = &mut self.orders {
            let _ = orders.write_all(&line).await;
        }
    }

    /// Waits for its end, and kills it when that takes too long.
    pub(crate) async fn end(mut self) {
        self.orders.take();
        let pid = self.child.id();
        if timeout(ENDS_WITHIN, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
        if let Some(pid) = pid {
            self.guard.forget_pid(pid);
        }
    }
}
