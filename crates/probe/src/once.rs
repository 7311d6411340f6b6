//! Commands that do one thing and end: the clients that buy something.

use crate::{Guard, Manifest, TargetError, install};
#[cfg(unix)]
use process_wrap::tokio::ProcessGroup;
use process_wrap::tokio::{ChildWrapper, CommandWrap};
use std::{
    collections::BTreeMap,
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// More than this of each output is not kept, bytes.
const LONGEST: u64 = 1 << 20;

/// What a command said and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// How it ended: `exit status: 0`; none when it was killed for taking too long.
    pub status: Option<ExitStatus>,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

/// Installs what a manifest describes if needed, runs its command to its end and gives what it printed.
///
/// `values` are those of the placeholders, without braces. After `patience` the command and all that it started are
/// killed. `log` gets the output of the installation.
///
/// # Errors
/// [`TargetError`] when the command cannot be run at all; that it fails is no error.
pub async fn run_once(
    manifest: &Manifest,
    values: &BTreeMap<String, String>,
    log: &Path,
    guard: &Guard,
    patience: Duration,
) -> Result<Ran, TargetError> {
    let mut values = values.clone();
    // A client has no port; its base URL is never used.
    values.entry("port".to_owned()).or_insert_with(|| "1".to_owned());
    let filled = manifest.fill(&values)?;
    if let Some(install) = &manifest.install {
        install::install_if_needed(install, log, guard).await?;
    }
    let (program, arguments) = filled.command.split_first().ok_or(TargetError::NoCommand)?;
    let mut wrap = CommandWrap::with_new(program, |command| {
        command.args(arguments).envs(&filled.env);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(dir) = &filled.dir {
            command.current_dir(dir);
        }
    });
    #[cfg(unix)]
    wrap.wrap(ProcessGroup::leader());
    let mut command = Command {
        child: wrap.spawn().map_err(|source| TargetError::Spawn {
            program: program.clone(),
            dir: filled.dir.clone().unwrap_or_else(|| ".".into()),
            source,
        })?,
        pid: 0,
        guard: guard.clone(),
    };
    command.pid = command.child.id().unwrap_or_default();
    guard.watch_group(command.pid);
    let (mut stdout, mut stderr) = (String::new(), String::new());
    let (out, complaints) = (command.child.stdout().take(), command.child.stderr().take());
    let ended = tokio::time::timeout(patience, async {
        // All at once: whoever fills one pipe while nobody reads it never ends.
        let all = tokio::join!(command.child.wait(), read(out, &mut stdout), read(complaints, &mut stderr));
        all.0
    });
    let status = match ended.await {
        Ok(status) => Some(status.map_err(|source| TargetError::io("wait for", Path::new(program), source))?),
        Err(_) => None,
    };
    Ok(Ran { status, stdout, stderr })
}

async fn read(from: Option<impl AsyncRead + Unpin>, text: &mut String) {
    let Some(mut from) = from else { return };
    let mut buffer = [0; 8 * 1024];
    // Read to the end whatever is kept, and what has come stands there even when this is broken off.
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        if (text.len() as u64) < LONGEST {
            text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
    }
}

/// A child and all that it starts; killed when this is dropped.
struct Command {
    child: Box<dyn ChildWrapper>,
    pid: u32,
    guard: Guard,
}

impl Drop for Command {
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

    async fn run(script: &str, patience: Duration) -> Ran {
        let text = format!(
            "name = \"shell\"\nrole = \"client\"\n[start]\ncommand = [\"sh\", \"-c\", {script:?}]\n[start.env]\nKEY = \"{{payer_key}}\"\n"
        );
        let folder = tempfile::tempdir().unwrap();
        let manifest = Manifest::parse(&text, &folder.path().join("shell.toml")).unwrap();
        let values = BTreeMap::from([("payer_key".to_owned(), "0x2a".to_owned())]);
        let log = folder.path().join("log");
        run_once(&manifest, &values, &log, &Guard::start(), patience).await.unwrap()
    }

    #[tokio::test]
    async fn what_is_printed_is_kept_apart() {
        let ran = run("echo $KEY; echo oh >&2; exit 3", Duration::from_secs(60)).await;
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("0x2a\n", "oh\n"));
        assert_eq!(ran.status.and_then(|status| status.code()), Some(3));
    }

    #[tokio::test]
    async fn much_output_does_not_stop_it() {
        let ran = run("head -c 3000000 /dev/zero | tr '\\0' x; echo end >&2", Duration::from_secs(60)).await;
        assert!(ran.status.is_some_and(|status| status.success()));
        assert!(ran.stdout.len() >= 1 << 20 && ran.stdout.len() < 2_000_000, "{}", ran.stdout.len());
        assert_eq!(ran.stderr, "end\n");
    }

    #[tokio::test]
    async fn what_takes_too_long_is_killed_with_all_that_it_started() {
        // Long enough for a busy machine to start a shell.
        let ran = run("sleep 1000 & echo $!; wait", Duration::from_secs(10)).await;
        assert!(ran.status.is_none());
        let started: u32 = ran.stdout.trim().parse().unwrap();
        for _ in 0..600 {
            if !is_alive(started) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("what it started outlived it");
    }

    /// A process that has ended and that nobody has waited for is not alive.
    fn is_alive(pid: u32) -> bool {
        let ps =
            std::process::Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
        let state = String::from_utf8_lossy(&ps.stdout);
        !state.trim().is_empty() && !state.trim().starts_with('Z')
    }
}
