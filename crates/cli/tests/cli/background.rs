//! A `gauntlet` that runs until it is told to stop, and the processes below it.

use crate::gauntlet::{PATIENCE, poll, wait};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

/// A process whose lines can be waited for. It is killed when this is dropped.
pub(crate) struct Background {
    child: Child,
    lines: Receiver<(Stream, String)>,
    /// The lines of stdout and stderr that have been seen so far.
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

enum Stream {
    Stdout,
    Stderr,
}

impl Background {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let (sender, lines) = mpsc::channel();
        let other = sender.clone();
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        thread::spawn(move || forward(stdout, &sender, || Stream::Stdout));
        thread::spawn(move || forward(stderr, &other, || Stream::Stderr));
        Self { child, lines, stdout: String::new(), stderr: String::new() }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a text on either stream. The streams are read at once: what the process wrote to the other one before it
    /// may not have come yet.
    #[track_caller]
    pub(crate) fn until(&mut self, part: &str) {
        while !self.stdout.contains(part) && !self.stderr.contains(part) {
            self.next(part);
        }
    }

    #[track_caller]
    fn next(&mut self, wanted: &str) {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => self.take(line),
            Err(_) => panic!("no {wanted:?} in\n{}\n{}", self.stdout, self.stderr),
        }
    }

    fn take(&mut self, (stream, line): (Stream, String)) {
        let text = match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        };
        text.push_str(&line);
        text.push('\n');
    }

    /// Waits for a line `NAME=value` on stdout: its value.
    #[track_caller]
    pub(crate) fn value(&mut self, name: &str) -> String {
        loop {
            let line = self.stdout.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            if let Some(value) = line {
                return value.to_owned();
            }
            self.next(name);
        }
    }

    /// Sends a signal, as `INT` or `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        let sent =
            Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end: the exit code, or `None` when a signal ended it. All lines have been seen then.
    pub(crate) fn end(&mut self) -> Option<i32> {
        let status = wait(&mut self.child).expect("it ends");
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.take(line);
        }
        status.code()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Anvil and the rest go with it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn forward(stream: impl Read, lines: &Sender<(Stream, String)>, name: impl Fn() -> Stream) {
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        if lines.send((name(), line)).is_err() {
            return;
        }
    }
}

/// The processes below one, by number, with their names. Linux only; elsewhere there are none to be seen.
pub(crate) fn below(pid: u32) -> BTreeMap<u32, String> {
    let all = processes();
    let mut found = BTreeMap::new();
    let mut parents = vec![pid];
    while let Some(parent) = parents.pop() {
        for process in all.iter().filter(|process| process.parent == parent) {
            found.insert(process.pid, process.name.clone());
            parents.push(process.pid);
        }
    }
    found
}

/// Waits until all of these are gone. A zombie that nobody has collected yet is gone.
#[track_caller]
pub(crate) fn assert_gone(pids: &BTreeMap<u32, String>) {
    let alive = || processes().into_iter().filter(|it| pids.get(&it.pid) == Some(&it.name)).map(|it| it.pid);
    let gone = poll(|| alive().next().is_none().then_some(()));
    assert!(gone.is_some(), "{:?} of {pids:?} are still there", alive().collect::<Vec<_>>());
}

struct Process {
    pid: u32,
    parent: u32,
    name: String,
}

fn processes() -> Vec<Process> {
    let Ok(folder) = fs::read_dir("/proc") else { return Vec::new() };
    let stats = folder.flatten().filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok());
    stats.filter_map(|stat| process(&stat)).collect()
}

/// Reads `pid (name) state parent …`.
fn process(stat: &str) -> Option<Process> {
    let (pid, rest) = stat.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let alive = !matches!(fields.next()?, "Z" | "X");
    let parent = fields.next()?.parse().ok()?;
    alive.then_some(Process { pid: pid.parse().ok()?, parent, name: name.to_owned() })
}
