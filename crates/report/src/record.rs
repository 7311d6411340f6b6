//! The record of a run: `run.ndjson` in the run's folder, one JSON object a line, one line an [`Event`].
//!
//! The first line is [`Event::RunStarted`] and carries the version of the format; the last is
//! [`Event::RunFinished`]. A run that was killed has no last line, and perhaps half of one: a reader copes with both
//! and says so.

use crate::event::SCHEMA;
use crate::file;
use crate::{Bought, CaseSent, ChainFact, CheckReport, Event, Exchange, Ledger, RunFinished, RunStarted};
use serde::Deserialize;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Name of the record inside a run's folder.
pub const FILE_NAME: &str = "run.ndjson";

/// So much of a record may be exchanges that are long, bytes as they are written. A target that sends a megabyte whenever it
/// is asked would fill the disk, and the memory of whoever reads the record. A whole trial of a target that does not has less
/// than a tenth of it.
const ROOM: u64 = 128 << 20;
/// An exchange whose line is longer than this is a long one, bytes.
const LONG: usize = 64 * 1024;
/// How much of each part of a long exchange is kept when there is no room for all of it, bytes.
const KEPT: usize = 4 * 1024;

/// Why a record cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The folder or the file cannot be made.
    #[error("cannot create {path}: {source}; choose another folder with --out")]
    Create {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The folder already holds a run.
    #[error("{0} already holds the record of a run; choose another folder with --out")]
    Exists(PathBuf),
    /// A line could not be written.
    #[error("cannot write {path}: {source}; the record ends here: make room and run again")]
    Write {
        /// The record.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// An earlier line could not be written, so that this one would stand behind a broken one.
    #[error("{0} could not be written earlier and takes no more events: make room and run again")]
    Broken(PathBuf),
    /// The file cannot be read.
    #[error("cannot read {path}: {source}; name the folder of a run or its {FILE_NAME}")]
    Read {
        /// The record.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no whole line in it.
    #[error("{0} holds no event: the run ended before it began; run it again")]
    Empty(PathBuf),
    /// The first line is something else.
    #[error(
        "{0} does not begin with the start of a run: it is no record of Gauntlet's, or its first line is lost"
    )]
    NoStart(PathBuf),
    /// The record was written by a newer Gauntlet.
    #[error(
        "{path} has format {found}, this Gauntlet reads up to {SCHEMA}: use the version that wrote it, or newer"
    )]
    Newer {
        /// The record.
        path: PathBuf,
        /// The format that it names.
        found: u32,
    },
    /// A line is not what it should be.
    #[error("{path}, line {line}: {detail}; restore the file or run again")]
    Line {
        /// The record.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        detail: String,
    },
}

/// Writes the record of a run. Can be shared between threads: every event is one write, and is with the operating
/// system before [`Writer::write`] returns.
pub struct Writer {
    path: PathBuf,
    sinks: Mutex<Sinks>,
}

struct Sinks {
    file: File,
    /// A line of the file is incomplete.
    broken: bool,
    tee: Option<Box<dyn Write + Send>>,
    tee_failure: Option<String>,
    /// What is left for long exchanges, bytes.
    room: u64,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Writer {
    /// Makes the run's folder, with all folders above it, and an empty record in it.
    ///
    /// # Errors
    /// [`RecordError::Create`], or [`RecordError::Exists`] when the folder already has a record.
    pub fn create(dir: &Path) -> Result<Self, RecordError> {
        let failed = |path: &Path, source| RecordError::Create { path: path.to_owned(), source };
        std::fs::create_dir_all(dir).map_err(|source| failed(dir, source))?;
        let path = dir.join(FILE_NAME);
        let file =
            OpenOptions::new().append(true).create_new(true).open(&path).map_err(|source| {
                match source.kind() {
                    io::ErrorKind::AlreadyExists => RecordError::Exists(path.clone()),
                    _ => failed(&path, source),
                }
            })?;
        let sinks = Sinks { file, broken: false, tee: None, tee_failure: None, room: ROOM };
        Ok(Self { path, sinks: Mutex::new(sinks) })
    }

    /// Sends every line to a second place too, after the record: standard output under `--format ndjson`.
    ///
    /// When the second place fails (a closed pipe), it gets no more lines, the record goes on, and
    /// [`Writer::tee_failure`] tells why.
    #[must_use]
    pub fn tee(self, second: Box<dyn Write + Send>) -> Self {
        self.lock().tee = Some(second);
        self
    }

    /// Where the record is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Why the second place got no more lines, if it failed.
    #[must_use]
    pub fn tee_failure(&self) -> Option<String> {
        self.lock().tee_failure.clone()
    }

    /// Appends one event.
    ///
    /// # Errors
    /// [`RecordError::Write`] when the record cannot be written; [`RecordError::Broken`] for every event after that.
    pub fn write(&self, event: &Event) -> Result<(), RecordError> {
        let failed = |source| RecordError::Write { path: self.path.clone(), source };
        let line_of = |event: &Event| serde_json::to_vec(event).map_err(|error| failed(error.into()));
        let mut line = line_of(event)?;

        let mut sinks = self.lock();
        if sinks.broken {
            return Err(RecordError::Broken(self.path.clone()));
        }
        if let Event::CaseSent(case) = event
            && line.len() > LONG
            && !sinks.has_room_for(line.len())
        {
            line = line_of(&Event::CaseSent(Box::new(shortened(case))))?;
        }
        line.push(b'\n');
        if let Err(source) = sinks.file.write_all(&line).and_then(|()| sinks.file.flush()) {
            sinks.broken = true;
            return Err(failed(source));
        }
        sinks.pass_on(&line);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Sinks> {
        // A line is written whole or marks the record as broken, so a panic elsewhere does no harm here.
        self.sinks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same exchange with the beginnings of what came. What was sent is ours, and stays.
fn shortened(case: &CaseSent) -> CaseSent {
    let mut case = case.clone();
    if let Some(response) = &mut case.exchange.response {
        for text in [&mut response.head, &mut response.trailers] {
            text.truncate(text.floor_char_boundary(KEPT));
        }
        response.dropped += response.body.len().saturating_sub(KEPT) as u64;
        response.body.truncate(KEPT);
        if let Some(wire) = &mut response.wire {
            wire.body.truncate(KEPT);
        }
    }
    case
}

impl Sinks {
    fn has_room_for(&mut self, line: usize) -> bool {
        let left = self.room.checked_sub(line as u64);
        self.room = left.unwrap_or(self.room);
        left.is_some()
    }

    fn pass_on(&mut self, line: &[u8]) {
        let Some(tee) = &mut self.tee else { return };
        if let Err(error) = tee.write_all(line).and_then(|()| tee.flush()) {
            self.tee_failure = Some(error.to_string());
            self.tee = None;
        }
    }
}

/// Something that was read from the chain for a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactRead {
    /// Id of the check.
    pub check: String,
    /// The fact.
    pub fact: ChainFact,
}

/// A run, read back.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The head of the run.
    pub started: RunStarted,
    /// Finished checks, in the order in which they ended.
    pub checks: Vec<CheckReport>,
    /// Ids of checks that began and did not end.
    pub started_checks: Vec<String>,
    /// Exchanges, in the order in which they ended.
    pub cases: Vec<CaseSent>,
    /// Payments that were presented to a server.
    pub bought: Vec<Bought>,
    /// What the chain says of the whole run.
    pub ledger: Option<Ledger>,
    /// What was read from the chain.
    pub facts: Vec<FactRead>,
    /// The foot of the run; `None` when it was killed, or still goes on.
    pub finished: Option<RunFinished>,
    /// Whether the last line is broken and was left out.
    pub truncated: bool,
}

/// As much of any line as every version of the format has.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    event: String,
    #[serde(default)]
    schema: Option<u32>,
}

impl Record {
    /// Reads the record of a run from its folder or from the file itself.
    ///
    /// # Errors
    /// [`RecordError`]: the file cannot be read, does not begin with [`Event::RunStarted`], has a newer format, or has
    /// a line that is not an event. Only the last line may be broken off: that sets [`Record::truncated`].
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        let path = if path.is_dir() { path.join(FILE_NAME) } else { path.to_owned() };
        let bytes =
            file::recorded(&path).map_err(|source| RecordError::Read { path: path.clone(), source })?;
        Self::parse(&path, &bytes)
    }

    /// Reads a record that stands, or could stand, in the file `path`.
    ///
    /// # Errors
    /// As [`Record::read`], but for those of the file.
    pub fn parse(path: &Path, bytes: &[u8]) -> Result<Self, RecordError> {
        parse(path, bytes)
    }

    /// A record that has only its head.
    #[must_use]
    pub fn new(started: RunStarted) -> Self {
        Self {
            started,
            checks: Vec::new(),
            started_checks: Vec::new(),
            cases: Vec::new(),
            bought: Vec::new(),
            ledger: None,
            facts: Vec::new(),
            finished: None,
            truncated: false,
        }
    }

    /// Takes in one event, for callers that follow a run as it goes. A second [`Event::RunStarted`] replaces the head.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::RunStarted(started) => self.started = *started,
            Event::CheckStarted(check) => self.started_checks.push(check.check),
            Event::CaseSent(case) => self.cases.push(*case),
            Event::Bought(bought) => self.bought.push(*bought),
            Event::Ledger(ledger) => self.ledger = Some(*ledger),
            Event::ChainRead { check, fact } => self.facts.push(FactRead { check, fact }),
            Event::CheckFinished(report) => {
                self.started_checks.retain(|check| *check != report.check);
                self.checks.push(*report);
            }
            Event::RunFinished(finished) => self.finished = Some(*finished),
        }
    }

    /// The exchange with this number.
    #[must_use]
    pub fn exchange(&self, seq: u64) -> Option<&Exchange> {
        self.cases.iter().map(|case| &case.exchange).find(|exchange| exchange.seq == seq)
    }

    /// The report of a finished check.
    #[must_use]
    pub fn check(&self, id: &str) -> Option<&CheckReport> {
        self.checks.iter().find(|report| report.check == id)
    }

    /// Number of checks that were selected and never began.
    #[must_use]
    pub fn not_begun(&self) -> usize {
        self.started.selected.saturating_sub(self.checks.len() + self.started_checks.len())
    }

    /// How long the run took, milliseconds; `None` when it has no end.
    #[must_use]
    pub fn took_ms(&self) -> Option<u64> {
        let finished = self.finished.as_ref()?;
        Some(finished.ended_ms.saturating_sub(self.started.started_ms))
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Record, RecordError> {
    let mut lines: Vec<(usize, &[u8])> = bytes
        .split(|byte| *byte == b'\n')
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.iter().all(u8::is_ascii_whitespace))
        .collect();
    // What was broken off is no JSON, whereas a whole line of a wrong shape is a fault that is told.
    let truncated =
        lines.pop_if(|(_, line)| serde_json::from_slice::<serde_json::Value>(line).is_err()).is_some();

    let mut lines = lines.into_iter();
    let (number, first) = lines.next().ok_or_else(|| RecordError::Empty(path.to_owned()))?;
    refuse_foreign(path, first)?;
    let Event::RunStarted(started) = event(path, number, first)? else {
        return Err(RecordError::NoStart(path.to_owned()));
    };

    let mut record = Record { truncated, ..Record::new(*started) };
    for (number, line) in lines {
        match event(path, number, line)? {
            Event::RunStarted(_) => {
                let detail = "a second run begins here".to_owned();
                return Err(RecordError::Line { path: path.to_owned(), line: number, detail });
            }
            event => record.take(event),
        }
    }
    Ok(record)
}

/// Looks at the version before anything else, since a newer head need not have our shape.
fn refuse_foreign(path: &Path, first: &[u8]) -> Result<(), RecordError> {
    let head: Head = serde_json::from_slice(first).map_err(|_| RecordError::NoStart(path.to_owned()))?;
    match head.schema {
        Some(found) if found > SCHEMA => Err(RecordError::Newer { path: path.to_owned(), found }),
        _ if head.event != "run-started" => Err(RecordError::NoStart(path.to_owned())),
        _ => Ok(()),
    }
}

fn event(path: &Path, line: usize, text: &[u8]) -> Result<Event, RecordError> {
    serde_json::from_slice(text).map_err(|error| RecordError::Line {
        path: path.to_owned(),
        line,
        detail: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn case(body: &str) -> Event {
        let exchange = json!({
            "seq": 1, "url": "http://h/", "method": "GET", "started_ms": 1, "took_us": 1, "status": 200, "fault": null,
            "request": { "head": "GET / HTTP/1.1\r\n", "body": { "text": "" } },
            "response": { "head": "HTTP/1.1 200 OK\r\n", "body": { "text": body } },
        });
        serde_json::from_value(
            json!({ "event": "case-sent", "check": "a.b", "sent": "x", "exchange": exchange }),
        )
        .unwrap()
    }

    #[test]
    fn long_answers_are_kept_until_there_is_no_room_and_short_ones_always() {
        let folder = tempfile::tempdir().unwrap();
        let writer = Writer::create(folder.path()).unwrap();
        writer.lock().room = 2 * LONG as u64 + 10_000;
        let (long, short) = ("é".repeat(LONG / 2 + 1), "x".repeat(LONG / 2));
        for body in [&long, &long, &long, &short, &long] {
            writer.write(&case(body)).unwrap();
        }
        let text = std::fs::read_to_string(writer.path()).unwrap();
        let told: Vec<(usize, u64)> = text
            .lines()
            .map(|line| {
                let Event::CaseSent(case) = serde_json::from_str(line).unwrap() else { panic!("{line}") };
                let response = case.exchange.response.unwrap();
                (response.body.len(), response.dropped)
            })
            .collect();
        let (whole, left) = (long.len(), (long.len() - KEPT) as u64);
        assert_eq!(told, [(whole, 0), (whole, 0), (KEPT, left), (short.len(), 0), (KEPT, left)]);
    }
}
