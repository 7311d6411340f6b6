//! A command in a process group of its own, with its output in a log file.

use crate::{Guard, TargetError, log};
#[cfg(unix)]
use process_wrap::tokio::ProcessGroup;
use process_wrap::tokio::{ChildWrapper, CommandWrap};
use std::{
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

#[cfg(unix)]
const SIGTERM: i32 = 15;

/// A child and all that it starts; killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Group {
    child: Box<dyn ChildWrapper>,
    pid: u32,
    guard: Guard,
}

impl Group {
    pub(crate) fn spawn<'a>(
        command: &[String],
        dir: Option<&Path>,
        env: impl IntoIterator<Item = (&'a String, &'a String)>,
        log: &Path,
        guard: &Guard,
    ) -> Result<Self, TargetError> {
        let (program, arguments) = command.split_first().ok_or(TargetError::NoCommand)?;
        let output = log::open(log).map_err(|source| TargetError::io("write", log, source))?;
        let errors = output.try_clone().map_err(|source| TargetError::io("write", log, source))?;
        let mut wrap = CommandWrap::with_new(program, |command| {
            command.args(arguments).envs(env).stdin(Stdio::null()).stdout(output).stderr(errors);
            if let Some(dir) = dir {
                command.current_dir(dir);
            }
        });
        #[cfg(unix)]
        wrap.wrap(ProcessGroup::leader());
        let child = wrap.spawn().map_err(|source| TargetError::Spawn {
            program: program.clone(),
            dir: dir.unwrap_or(Path::new(".")).to_owned(),
            source,
        })?;
        let pid = child.id().unwrap_or_default();
        guard.watch_group(pid);
        Ok(Self { child, pid, guard: guard.clone() })
    }

    /// The number of the child, which is that of its group too.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// How the child ended, when it has.
    pub(crate) fn try_wait(&mut self) -> std::io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    pub(crate) async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// SIGTERM to the group; SIGKILL to what is left of it once the child has ended, or after `grace`.
    pub(crate) async fn stop(mut self, grace: Duration) {
        #[cfg(not(unix))]
        let _ = grace;
        #[cfg(unix)]
        if self.child.signal(SIGTERM).is_ok() {
            let _ = tokio::time::timeout(grace, self.child.wait()).await;
        }
        let _ = self.child.start_kill();
        let _ = self.child.wait().await;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Also when the child itself is gone: what it started may not be.
        let _ = self.child.start_kill();
        self.guard.forget_group(self.pid);
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn sh(script: &str, log: &Path) -> Group {
        let command = ["sh", "-c", script].map(str::to_owned);
        Group::spawn(&command, None, [], log, &Guard::start()).unwrap()
    }

    async fn printed(log: &Path, word: &str) {
        while !log::tail(log, 1).contains(word) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn stop_asks_first() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("sub/target.log");
        let group = sh("trap 'echo asked; exit 0' TERM; echo up; while :; do sleep 0.01; done", &log);
        printed(&log, "up").await;
        group.stop(Duration::from_secs(60)).await;
        assert_eq!(log::tail(&log, 1), "asked");
    }

    #[tokio::test]
    async fn stop_insists_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("target.log");
        let group = sh("trap '' TERM; echo up; while :; do sleep 0.01; done", &log);
        printed(&log, "up").await;
        let stopped =
            tokio::time::timeout(Duration::from_secs(60), group.stop(Duration::from_millis(50))).await;
        assert!(stopped.is_ok(), "the child outlived SIGTERM for good");
    }
}
