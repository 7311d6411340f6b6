//! Running `gauntlet` in a folder of its own.

use crate::background::Background;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Once;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The binary under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_gauntlet");
/// Only a process that hangs takes as long as this.
pub(crate) const PATIENCE: Duration = Duration::from_secs(900);
/// The control and one check that `double:facilitator+no-payee-check` fails.
pub(crate) const MUTANT: &str = "double:facilitator+no-payee-check";
pub(crate) const PAYEE: &str = "facilitator.verify.payee-other";

/// A folder in which `gauntlet` is run.
pub(crate) struct Gauntlet {
    dir: TempDir,
}

/// What a run of the binary left behind.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    command: String,
}

impl Gauntlet {
    /// A new folder, once Anvil is there.
    pub(crate) fn new() -> Self {
        static INSTALLED: Once = Once::new();
        let gauntlet = Self::without_anvil();
        INSTALLED.call_once(|| {
            let said = gauntlet.run(&["doctor", "--install"]);
            assert_eq!(said.code, 0, "{said}");
        });
        gauntlet
    }

    /// A new folder, for tests that need no chain.
    pub(crate) fn without_anvil() -> Self {
        Self { dir: TempDir::new().unwrap() }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// A shell script that can be run.
    pub(crate) fn script(&self, name: &str, body: &str) -> PathBuf {
        let path = self.write(name, &format!("#!/bin/sh\n{body}\n"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.dir().join(name)).unwrap()
    }

    /// The command, in the folder and without what the tester's own environment would change.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.program(BINARY);
        command.args(args);
        command
    }

    /// Another program, in the folder and in the same environment.
    pub(crate) fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GAUNTLET_") {
                command.env_remove(name);
            }
        }
        command.current_dir(self.dir());
        command.env("CI", "1").env("NO_COLOR", "1").env_remove("COLUMNS").env_remove("GITHUB_STEP_SUMMARY");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs to the end.
    pub(crate) fn run(&self, args: &[&str]) -> Said {
        finish(self.command(args), &format!("gauntlet {}", args.join(" ")))
    }

    /// `gauntlet run` of a target with a fixed seed and the folder `run` for its record.
    pub(crate) fn trial(&self, target: &str, args: &[&str]) -> Said {
        let fixed = ["run", "--target", target, "--seed", "402", "--out", "run"];
        self.run(&[&fixed, args].concat())
    }

    /// Starts something that runs until it is told to stop.
    pub(crate) fn start(&self, args: &[&str]) -> Background {
        Background::start(self.command(args))
    }
}

/// Runs a command to its end.
pub(crate) fn finish(command: Command, shown: &str) -> Said {
    finish_with(command, shown, |_| {})
}

/// As [`finish`], for those who look at the process, by its id, again and again while it runs.
pub(crate) fn finish_with(mut command: Command, shown: &str, mut look: impl FnMut(u32)) -> Said {
    let mut child = command.spawn().unwrap();
    let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let (stdout, stderr) = (thread::spawn(|| text(stdout)), thread::spawn(|| text(stderr)));
    let pid = child.id();
    let status = wait_with(&mut child, || look(pid)).unwrap_or_else(|| panic!("`{shown}` hangs"));
    Said {
        code: status.code().unwrap_or(-1),
        stdout: stdout.join().unwrap(),
        stderr: stderr.join().unwrap(),
        command: shown.to_owned(),
    }
}

/// Waits for the end of a child; one that hangs is killed.
pub(crate) fn wait(child: &mut Child) -> Option<ExitStatus> {
    wait_with(child, || {})
}

fn wait_with(child: &mut Child, mut look: impl FnMut()) -> Option<ExitStatus> {
    let ended = poll(|| {
        look();
        child.try_wait().unwrap()
    });
    if ended.is_none() {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    ended
}

/// Asks until there is an answer; `None` only when there never will be one.
pub(crate) fn poll<T>(mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        thread::sleep(Duration::from_millis(10));
    }
    None
}

fn text(mut stream: impl Read) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

impl Said {
    /// The JSON document on stdout.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// The same with one text in the place of another, for what a filter cannot know.
    pub(crate) fn replaced(mut self, what: &str, with: &str) -> Self {
        for text in [&mut self.stdout, &mut self.stderr, &mut self.command] {
            *text = text.replace(what, with);
        }
        self
    }

    /// Asserts the exit code, and shows everything when it is another.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self}");
        self
    }

    /// Asserts that stdout has a text.
    #[track_caller]
    pub(crate) fn prints(self, part: &str) -> Self {
        assert!(self.stdout.contains(part), "no {part:?} in {self}");
        self
    }

    /// Asserts that stderr has a text.
    #[track_caller]
    pub(crate) fn remarks(self, part: &str) -> Self {
        assert!(self.stderr.contains(part), "no {part:?} in {self}");
        self
    }
}

impl Display for Said {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { code, stdout, stderr, command } = self;
        write!(f, "$ {command}\nexit code {code}\n-- stdout\n{stdout}\n-- stderr\n{stderr}")
    }
}

/// Compares everything that was said with a snapshot, without what differs from run to run.
macro_rules! assert_said {
    ($said:expr) => {
        $crate::gauntlet::filters().bind(|| insta::assert_snapshot!($said))
    };
}
pub(crate) use assert_said;

/// What differs from run to run.
pub(crate) fn filters() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    for (what, with) in [
        (r" +(MUST|SHOULD|REQ|DESC|DERIVED|MAY|OPEN) · [0-9.]+ m?s", "  $1 · TIME"),
        (r"[0-9]+(\.[0-9]+)? m?s\b", "TIME"),
        (r"\s+in TIME", " in TIME"),
        (r"127\.0\.0\.1:[0-9]+", "127.0.0.1:PORT"),
        (r"0x[0-9a-fA-F]{64}", "HASH"),
        (r"0x[0-9a-fA-F]{40}", "ADDRESS"),
        (r"0x[0-9a-fA-F]{4}…[0-9a-fA-F]{4}", "ADDRESS"),
        (r"bodies/[0-9]{5}\.json", "bodies/N.json"),
        (r"eyJ[A-Za-z0-9+/=]{20,}", "BASE64"),
        (r"Anvil [0-9]+\.[0-9]+\.[0-9]+", "Anvil VERSION"),
        (r"runs/[0-9]{8}-[0-9]{6}-[0-9a-f]{4}", "runs/RUN"),
        (r"seed [0-9]{4,}", "seed SEED"),
        // Which requirements a check covers may change.
        (r"[0-9]+ of [0-9]+ requirements hold", "N of N requirements hold"),
        (r"\(os error [0-9]+\)", "(os error N)"),
    ] {
        settings.add_filter(what, with);
    }
    settings
}
