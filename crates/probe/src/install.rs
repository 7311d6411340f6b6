//! `[install]` of a manifest: run when what it makes is missing or out of date, by one process at a time.

use crate::{Guard, Install, TargetError, log, spawn};
use std::{
    fs::{File, TryLockError},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    time::Duration,
};

const POLL: Duration = Duration::from_millis(100);

/// Installs unless that has been done with the same command and the same inputs.
pub(crate) async fn install_if_needed(
    install: &Install,
    log: &Path,
    guard: &Guard,
) -> Result<(), TargetError> {
    if is_done(install)? {
        return Ok(());
    }
    tokio::time::timeout(install.timeout, async {
        let _lock = lock(install).await?;
        // Another process may have done it while this one waited.
        if is_done(install)? { Ok(()) } else { run(install, log, guard).await }
    })
    .await
    .unwrap_or_else(|_| {
        Err(TargetError::InstallTimedOut {
            command: install.command.join(" "),
            seconds: install.timeout.as_secs(),
            tail: log::tail(log, 20),
        })
    })
}

async fn run(install: &Install, log: &Path, guard: &Guard) -> Result<(), TargetError> {
    let mut child = spawn::Group::spawn(&install.command, Some(&install.dir), [], log, guard)?;
    let status = child.wait().await.map_err(|source| TargetError::io("wait for", &install.dir, source))?;
    if !status.success() {
        return Err(TargetError::InstallFailed {
            command: install.command.join(" "),
            status: status.to_string(),
            tail: log::tail(log, 20),
        });
    }
    if let Some(missing) = install.creates.as_ref().filter(|path| !install.dir.join(path).exists()) {
        return Err(TargetError::NothingCreated {
            command: install.command.join(" "),
            path: install.dir.join(missing),
        });
    }
    let stamp = stamp_file(install);
    std::fs::write(&stamp, fingerprint(install)?).map_err(|source| TargetError::io("write", &stamp, source))
}

fn is_done(install: &Install) -> Result<bool, TargetError> {
    let wanted = fingerprint(install)?;
    let there = install.creates.as_ref().is_none_or(|path| install.dir.join(path).exists());
    Ok(there && std::fs::read_to_string(stamp_file(install)).unwrap_or_default() == wanted)
}

/// In the folder that is created, so that it goes when that goes; otherwise beside the inputs.
fn stamp_file(install: &Install) -> PathBuf {
    let created = install.creates.as_ref().map(|path| install.dir.join(path)).filter(|path| path.is_dir());
    created.unwrap_or_else(|| install.dir.clone()).join(".gauntlet-install")
}

/// Of the command and the contents of its inputs. Need not be the same for another build of Gauntlet: then it is
/// installed once more.
fn fingerprint(install: &Install) -> Result<String, TargetError> {
    let mut hasher = DefaultHasher::new();
    install.command.hash(&mut hasher);
    for input in &install.inputs {
        let path = install.dir.join(input);
        let content = std::fs::read(&path)
            .map_err(|source| TargetError::io("read the file in `inputs` of [install],", &path, source))?;
        (input, content).hash(&mut hasher);
    }
    Ok(format!("{:016x}\n", hasher.finish()))
}

/// Held by one installing process at a time for each folder; given back when the file is dropped.
async fn lock(install: &Install) -> Result<File, TargetError> {
    let path = &install.dir;
    // The folder itself can be locked on Unix, which leaves no file behind.
    let opened = if cfg!(unix) {
        File::open(path)
    } else {
        File::options().create(true).append(true).open(path.join(".gauntlet-install.lock"))
    };
    let file = opened.map_err(|source| TargetError::io("open", path, source))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(POLL).await,
            Err(TryLockError::Error(source)) => return Err(TargetError::io("lock", path, source)),
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    struct Place {
        folder: tempfile::TempDir,
        install: Install,
    }

    impl Place {
        fn new(script: &str) -> Self {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("lock"), "1").unwrap();
            let install = Install {
                command: ["sh", "-c", script].map(str::to_owned).into(),
                dir: folder.path().to_owned(),
                inputs: vec!["lock".into()],
                creates: Some("made".into()),
                timeout: Duration::from_secs(60),
            };
            Self { folder, install }
        }

        async fn install(&self) -> Result<(), TargetError> {
            install_if_needed(&self.install, &self.path("log"), &Guard::start()).await
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn runs(&self) -> usize {
            std::fs::read_to_string(self.path("runs")).unwrap_or_default().lines().count()
        }
    }

    #[tokio::test]
    async fn installs_again_only_when_something_changed() {
        let mut place = Place::new("echo run >> runs; mkdir -p made");
        place.install().await.unwrap();
        place.install().await.unwrap();
        assert_eq!(place.runs(), 1);

        std::fs::write(place.path("lock"), "2").unwrap();
        place.install().await.unwrap();
        assert_eq!(place.runs(), 2, "an input changed");

        std::fs::remove_dir_all(place.path("made")).unwrap();
        place.install().await.unwrap();
        assert_eq!(place.runs(), 3, "what it creates is gone");

        place.install.command.push("unused".to_owned());
        place.install().await.unwrap();
        assert_eq!(place.runs(), 4, "the command changed");
    }

    #[tokio::test]
    async fn two_at_once_install_once() {
        let place = Place::new("echo run >> runs; sleep 0.05; mkdir -p made");
        let (first, second) = tokio::join!(place.install(), place.install());
        first.unwrap();
        second.unwrap();
        assert_eq!(place.runs(), 1);
    }

    #[tokio::test]
    async fn a_failure_shows_the_last_lines() {
        let place =
            Place::new("i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i; done; echo bad >&2; exit 3");
        let error = place.install().await.unwrap_err().to_string();
        assert!(error.contains("(exit status: 3)"), "{error}");
        assert!(error.ends_with("line 29\nline 30\nbad"), "{error}");
        assert!(!error.contains("line 11\n"), "only twenty lines: {error}");
        assert!(!place.path("made").exists());
    }

    #[tokio::test]
    async fn success_without_a_result_is_a_failure() {
        let error = Place::new("true").install().await.unwrap_err();
        assert!(matches!(error, TargetError::NothingCreated { .. }), "{error}");
    }

    #[tokio::test]
    async fn an_installation_that_hangs_is_killed() {
        let mut place = Place::new("echo waiting; sleep 1000");
        place.install.timeout = Duration::from_millis(300);
        let error = place.install().await.unwrap_err();
        assert!(matches!(error, TargetError::InstallTimedOut { .. }), "{error}");
    }

    #[tokio::test]
    async fn a_missing_input_is_named() {
        let place = Place::new("true");
        std::fs::remove_file(place.path("lock")).unwrap();
        let error = place.install().await.unwrap_err().to_string();
        assert!(error.starts_with("cannot read the file in `inputs`") && error.contains("lock"), "{error}");
    }
}
