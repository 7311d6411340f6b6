//! Targets that run: started, waited for, watched and stopped.

use crate::port::free_port;
use crate::{
    Client, ClientConfig, Filled, Guard, Manifest, ManifestError, Request, install, log, spawn::Group,
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// How often a target is asked whether it is ready.
const POLL: Duration = Duration::from_millis(20);
/// How long a target has to end by itself when it is stopped.
const GRACE: Duration = Duration::from_secs(3);
const TAIL: usize = 20;

/// A target that could not be installed or started. `tail` is the end of its log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// The manifest does not fit.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// There is nothing to start.
    #[error("the target has no command; give `[start]` in its manifest or a command after `--`")]
    NoCommand,
    /// The program could not be run.
    #[error("`{program}` cannot be run in {}: {source}; is it installed, and is the folder right?", dir.display())]
    Spawn {
        /// First word of the command.
        program: String,
        /// The folder it was to run in.
        dir: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file could not be used.
    #[error("cannot {what} {}: {source}", path.display())]
    Io {
        /// What was to be done.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The installation ended with an error.
    #[error("the installation `{command}` failed ({status}); run it by hand to see more\n{tail}")]
    InstallFailed {
        /// The command.
        command: String,
        /// How it ended.
        status: String,
        /// Its last output.
        tail: String,
    },
    /// The installation did not end.
    #[error(
        "the installation `{command}` did not end within {seconds} s; raise `timeout_seconds` in [install]\n{tail}"
    )]
    InstallTimedOut {
        /// The command.
        command: String,
        /// The limit.
        seconds: u64,
        /// Its last output.
        tail: String,
    },
    /// The installation succeeded without making what it should.
    #[error("the installation `{command}` did not make {}; correct `creates` in [install]", path.display())]
    NothingCreated {
        /// The command.
        command: String,
        /// What is missing.
        path: PathBuf,
    },
    /// No port is free.
    #[error("no free local port for the target: {0}")]
    NoPort(std::io::Error),
    /// The target ended before it was ready.
    #[error("`{command}` ended before it was ready ({status})\n{tail}")]
    Exited {
        /// The command.
        command: String,
        /// How it ended.
        status: String,
        /// Its last output.
        tail: String,
    },
    /// The target did not become ready.
    #[error(
        "nothing answers at {url} after {seconds} s ({last}); a target listens on the port that it is given as PORT, or in the way that its manifest says under \
         [start] and [ready]\n{tail}"
    )]
    NotReady {
        /// The URL that was asked.
        url: String,
        /// How long.
        seconds: u64,
        /// What came of the last attempt.
        last: String,
        /// Its last output.
        tail: String,
    },
}

impl TargetError {
    pub(crate) fn io(what: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io { what, path: path.to_owned(), source }
    }
}

/// Starts targets.
#[derive(Debug, Clone, Copy)]
pub struct Target;

impl Target {
    /// Installs the target if needed, starts it on a free port and waits until it is ready.
    ///
    /// `values` are those of the placeholders, without braces; `port` is added unless it is among them. Output goes to
    /// the end of the file `log`. A manifest without `[start]` is only waited for.
    ///
    /// # Errors
    /// [`TargetError`]; nothing is left running then.
    pub async fn start(
        manifest: &Manifest,
        values: &BTreeMap<String, String>,
        log: &Path,
        guard: &Guard,
    ) -> Result<RunningTarget, TargetError> {
        let mut values = values.clone();
        if !values.contains_key("port") {
            values.insert("port".to_owned(), free_port().map_err(TargetError::NoPort)?.to_string());
        }
        let filled = manifest.fill(&values)?;
        if let Some(install) = &manifest.install {
            install::install_if_needed(install, log, guard).await?;
        }
        let mut target = RunningTarget {
            filled,
            ready_timeout: manifest.ready.timeout,
            log: log.to_owned(),
            guard: guard.clone(),
            process: Mutex::new(None),
        };
        target.spawn().await?;
        Ok(target)
    }
}

/// A target that answers. Dropping it kills its process and all that this started.
#[derive(Debug)]
pub struct RunningTarget {
    filled: Filled,
    ready_timeout: Duration,
    log: PathBuf,
    guard: Guard,
    process: Mutex<Option<Group>>,
}

impl RunningTarget {
    /// `http://host:port[/prefix]`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.filled.url
    }

    /// Process id, which is that of its process group too; `None` for a target that we did not start or have stopped.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.process().as_ref().map(Group::pid)
    }

    /// How the target ended, when it did so by itself: `exit status: 1`, `signal: 11 (SIGSEGV)`.
    #[must_use]
    pub fn exited(&self) -> Option<String> {
        let status = self.process().as_mut()?.try_wait().ok()??;
        Some(status.to_string())
    }

    /// The last `lines` lines that the target printed.
    #[must_use]
    pub fn log_tail(&self, lines: usize) -> String {
        log::tail(&self.log, lines)
    }

    /// The file with everything that it printed.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Ends the target: SIGTERM to its group, SIGKILL three seconds later. Without effect when we did not start it.
    pub async fn stop(&mut self) {
        let process = self.process().take();
        if let Some(process) = process {
            process.stop(GRACE).await;
        }
    }

    /// Stops the target and starts it again, with the same port and environment.
    ///
    /// # Errors
    /// [`TargetError::NoCommand`] for a target that we did not start; otherwise as [`Target::start`].
    pub async fn restart(&mut self) -> Result<(), TargetError> {
        if self.filled.command.is_empty() {
            return Err(TargetError::NoCommand);
        }
        self.stop().await;
        self.spawn().await
    }

    async fn spawn(&mut self) -> Result<(), TargetError> {
        let Filled { command, dir, env, .. } = &self.filled;
        if !command.is_empty() {
            let group = Group::spawn(command, dir.as_deref(), env, &self.log, &self.guard)?;
            *self.process() = Some(group);
        }
        let ready = self.wait_until_ready().await;
        if ready.is_err() {
            self.stop().await;
        }
        ready
    }

    async fn wait_until_ready(&self) -> Result<(), TargetError> {
        let config = ClientConfig { timeout: Duration::from_secs(2), max_body: 64 * 1024 };
        let client = Client::new(&self.filled.url, config)
            .map_err(|error| ManifestError::new(Path::new(&self.filled.url), "", None, error.to_string()))?;
        let began = Instant::now();
        loop {
            let exchange = client.send(Request::get(&self.filled.ready_path)).await;
            // A process that died may have left its port to somebody who answers in its place.
            if let Some(status) = self.exited() {
                let (command, tail) = (self.filled.command.join(" "), self.log_tail(TAIL));
                return Err(TargetError::Exited { command, status, tail });
            }
            let last = match (exchange.status, exchange.fault) {
                (Some(status), None) if status < 500 => return Ok(()),
                (_, Some(fault)) => fault.to_string(),
                (status, None) => format!("status {}", status.unwrap_or_default()),
            };
            if began.elapsed() >= self.ready_timeout {
                return Err(TargetError::NotReady {
                    url: exchange.url,
                    seconds: self.ready_timeout.as_secs(),
                    last,
                    tail: self.log_tail(TAIL),
                });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    fn process(&self) -> MutexGuard<'_, Option<Group>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
