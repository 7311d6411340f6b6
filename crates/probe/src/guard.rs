//! Nothing that we started outlives us, not even when we are killed without a chance to clean up.
//!
//! A small `sh` in a process group of its own keeps the list of what is to be killed. It is told over its standard
//! input, and the end of that input is how it learns that we are gone.

use std::sync::Arc;

/// Keeps a list of processes and groups, and kills those still on it when its last clone is dropped or when this
/// process dies in whatever way. On systems other than Unix it does nothing.
#[derive(Debug, Clone)]
pub struct Guard {
    watcher: Option<Arc<imp::Watcher>>,
}

impl Guard {
    /// Starts the watcher. Where there is no `sh`, the guard does nothing.
    #[must_use]
    pub fn start() -> Self {
        Self { watcher: imp::Watcher::start().map(Arc::new) }
    }

    /// Kill this process at the end.
    pub fn watch_pid(&self, pid: u32) {
        self.tell(&format!("+{pid}"));
    }

    /// Kill every process of this group at the end.
    pub fn watch_group(&self, group: u32) {
        self.tell(&format!("+-{group}"));
    }

    /// This process is gone: its number may belong to somebody else soon.
    pub fn forget_pid(&self, pid: u32) {
        self.tell(&format!("-{pid}"));
    }

    /// This group is gone.
    pub fn forget_group(&self, group: u32) {
        self.tell(&format!("--{group}"));
    }

    fn tell(&self, line: &str) {
        if let Some(watcher) = &self.watcher {
            watcher.tell(line);
        }
    }
}

#[cfg(unix)]
mod imp {
    use std::{
        io::Write as _,
        os::unix::process::CommandExt as _,
        process::{Child, ChildStdin, Command, Stdio},
        sync::{Mutex, PoisonError},
    };

    /// Keeps the list in `$list`, with a space around each entry.
    const SCRIPT: &str = r#"
trap '' HUP INT TERM
list=' '
while IFS= read -r line; do
  case $line in
    +*) list="$list${line#+} " ;;
    -*) entry=${line#-}; case $list in *" $entry "*) list="${list%%" $entry "*} ${list#*" $entry "}" ;; esac ;;
  esac
done
for entry in $list; do kill -9 "$entry"; done
"#;

    #[derive(Debug)]
    pub(super) struct Watcher {
        child: Child,
        input: Mutex<Option<ChildStdin>>,
    }

    impl Watcher {
        pub(super) fn start() -> Option<Self> {
            let mut child = Command::new("sh")
                .args(["-c", SCRIPT])
                .process_group(0)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .ok()?;
            let input = Mutex::new(child.stdin.take());
            Some(Self { child, input })
        }

        pub(super) fn tell(&self, line: &str) {
            if let Some(input) = self.input.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
                // One write, so that a line is never torn when we die. A watcher that is gone cannot be helped.
                let _ = input.write_all(format!("{line}\n").as_bytes());
            }
        }
    }

    impl Drop for Watcher {
        fn drop(&mut self) {
            self.input.lock().unwrap_or_else(PoisonError::into_inner).take();
            let _ = self.child.wait();
        }
    }
}

#[cfg(not(unix))]
mod imp {
    #[derive(Debug)]
    pub(super) struct Watcher;

    impl Watcher {
        pub(super) fn start() -> Option<Self> {
            None
        }

        pub(super) fn tell(&self, _line: &str) {}
    }
}
