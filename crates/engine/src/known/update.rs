//! `--update-known`: the known-issues file of a target, brought up to a run.
//!
//! The file stays the user's: comments, reasons and links that somebody wrote are kept, lines of checks that did not run are
//! not touched, and a new line has a reason that still has to be written, so that it excuses nothing by itself.

use super::{KnownIssue, KnownIssues, deciding, plain_outcome};
use gauntlet_report::{CheckReport, Outcome};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

/// The reason of a new line.
const UNWRITTEN: &str = "TODO: why is this expected?";

/// What is written down besides failures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Warnings, which fail nobody.
    pub warnings: bool,
    /// Checks that could not tell.
    pub inconclusive: bool,
}

/// A file that was brought up to a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// The text of the file.
    pub text: String,
    /// The lines that are new, in words.
    pub added: Vec<String>,
    /// The lines that are not there any more, in words.
    pub removed: Vec<String>,
    /// Lines that have expired and still happen: whether they are expected any longer is for people to say.
    pub expired: Vec<String>,
}

impl Update {
    /// Whether anything was added or removed.
    #[must_use]
    pub fn is_change(&self) -> bool {
        !self.added.is_empty() || !self.removed.is_empty()
    }
}

/// Why a file cannot be brought up to a run.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// It is no TOML.
    #[error("{0}")]
    Toml(#[from] toml_edit::TomlError),
    /// Its lines are written in another way.
    #[error("the known issues are one array: write each as a table of its own, under [[known]]")]
    Inline,
    /// Text and lines are of different files.
    #[error(
        "the file has changed while the run went on: {there} known issues are there now, and there were {were}"
    )]
    Changed {
        /// How many are there.
        there: usize,
        /// How many there were.
        were: usize,
    },
}

/// Brings a text, whose lines are `known`, up to these reports.
///
/// # Errors
/// [`UpdateError`]; nothing is lost, since nothing is written here.
pub fn updated(
    text: &str,
    known: &KnownIssues,
    reports: &[CheckReport],
    today: &str,
    wanted: Wanted,
) -> Result<Update, UpdateError> {
    let mut document: DocumentMut = text.parse()?;
    let tables = match document.remove("known") {
        None => ArrayOfTables::new(),
        Some(Item::ArrayOfTables(tables)) => tables,
        Some(_) => return Err(UpdateError::Inline),
    };
    if tables.len() != known.issues.len() {
        return Err(UpdateError::Changed { there: tables.len(), were: known.issues.len() });
    }
    let mut update = Update::default();
    let mut file = File::new(tables, &mut document);
    let mut standing: Vec<&KnownIssue> = Vec::new();
    for (at, issue) in known.issues.iter().enumerate() {
        let report = reports.iter().find(|report| &report.check == issue.check.as_ref());
        match report.filter(|_| known.applies(issue)).map(|report| is_over(issue, report)) {
            Some(true) => {
                file.remove(at);
                update.removed.push(in_words(issue));
            }
            Some(false) if issue.expired(today) => {
                update.expired.push(in_words(issue));
                standing.push(issue);
            }
            _ => standing.push(issue),
        }
    }
    for report in reports {
        let excused = standing.iter().any(|issue| known.applies(issue) && issue.matches(report));
        if is_wanted(report, wanted) && !excused {
            let table = line(report);
            update.added.push(format!("{}: {}", report.check, plain_outcome(report)));
            file.add(&report.check, table);
        }
    }
    update.text = if update.is_change() { file.write(document) } else { text.to_owned() };
    Ok(update)
}

/// Whether a line says what did not happen. Of a check that could not tell nobody knows, and a flaky line waits.
fn is_over(issue: &KnownIssue, report: &CheckReport) -> bool {
    let is_told = !matches!(report.outcome, Outcome::Inconclusive | Outcome::HarnessError);
    is_told && !issue.flaky && !issue.matches(report)
}

fn is_wanted(report: &CheckReport, wanted: Wanted) -> bool {
    match plain_outcome(report) {
        Outcome::Fail => true,
        Outcome::Warn => wanted.warnings || report.outcome == Outcome::Fail,
        Outcome::Inconclusive => wanted.inconclusive,
        Outcome::NotApplicable | Outcome::Pass | Outcome::HarnessError => false,
    }
}

fn in_words(issue: &KnownIssue) -> String {
    let kind = issue.kind.as_deref().map(|kind| format!(" ({kind})")).unwrap_or_default();
    format!("{}: {}{kind}: {}", issue.check.as_ref(), issue.outcome, issue.reason.as_ref())
}

/// A new line, with the fingerprint where all that decides has the same.
fn line(report: &CheckReport) -> Table {
    let outcome = plain_outcome(report);
    let mut table = Table::new();
    table.insert("check", value(&report.check));
    table.insert("outcome", value(outcome.word()));
    let only = |of: fn(&gauntlet_report::Finding) -> &String| {
        let mut texts = deciding(report, outcome).map(of);
        let first = texts.next()?;
        texts.all(|text| text == first).then(|| first.clone())
    };
    if let Some(kind) = only(|finding| &finding.kind) {
        table.insert("kind", value(kind));
    }
    if let Some(requirement) = only(|finding| &finding.requirement) {
        table.insert("requirement", value(requirement));
    }
    table.insert("reason", value(UNWRITTEN));
    table
}

// --- the text -------------------------------------------------------------------------------------------------------

/// The tables of a file with the comments above them.
struct File {
    /// What stands above everything.
    head: String,
    /// By place in the old file; `None` where a line was removed.
    lines: Vec<Option<Line>>,
    /// Comments that stood apart and whose following line was removed.
    tail: String,
}

struct Line {
    check: String,
    table: Table,
    /// Comments above it with an empty line in between: about more than this line.
    apart: String,
    /// Comments directly above it.
    own: String,
}

impl File {
    fn new(tables: ArrayOfTables, document: &mut DocumentMut) -> Self {
        let mut head = String::new();
        let mut lines = Vec::with_capacity(tables.len());
        for table in tables {
            let prefix = table.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
            let (mut apart, own) = split(prefix);
            // The comment at the top is about the whole file, whatever line comes first.
            if lines.is_empty() {
                head = std::mem::take(&mut apart);
            }
            let check = table.get("check").and_then(Item::as_str).unwrap_or_default().to_owned();
            lines.push(Some(Line { check, table, apart, own }));
        }
        let tail = document.trailing().as_str().unwrap_or_default().trim().to_owned();
        Self { head, lines, tail }
    }

    /// Takes a line out with its own comments; what stands apart goes on to the next one, or to the end.
    fn remove(&mut self, at: usize) {
        let Some(line) = self.lines.get_mut(at).and_then(Option::take) else { return };
        let next =
            self.lines[at..].iter_mut().flatten().next().map_or(&mut self.tail, |next| &mut next.apart);
        *next = joined(&line.apart, next);
    }

    fn add(&mut self, check: &str, table: Table) {
        let (apart, own) = (String::new(), String::new());
        self.lines.push(Some(Line { check: check.to_owned(), table, apart, own }));
    }

    /// The file, sorted by check.
    fn write(self, mut document: DocumentMut) -> String {
        let mut lines: Vec<Line> = self.lines.into_iter().flatten().collect();
        lines.sort_by(|one, other| one.check.cmp(&other.check));
        let mut tables = ArrayOfTables::new();
        for (at, mut line) in lines.into_iter().enumerate() {
            let above = if at == 0 { joined(&self.head, &line.apart) } else { line.apart };
            let gap = if at == 0 { "" } else { "\n" };
            let above = if above.is_empty() { above } else { format!("{above}\n\n") };
            line.table.decor_mut().set_prefix(format!("{gap}{above}{}", line.own));
            line.table.set_position(isize::try_from(at).ok());
            tables.push(line.table);
        }
        let is_empty = tables.is_empty();
        if !is_empty {
            document.insert("known", Item::ArrayOfTables(tables));
        }
        let tail = if is_empty { joined(&self.head, &self.tail) } else { self.tail };
        document.set_trailing(match (tail.is_empty(), is_empty) {
            (true, _) => String::new(),
            (false, true) => format!("{tail}\n"),
            (false, false) => format!("\n{tail}\n"),
        });
        document.to_string()
    }
}

/// What stands above a table: comments apart from it, and its own with the line feed after each.
fn split(prefix: &str) -> (String, String) {
    let lines: Vec<&str> = prefix.lines().collect();
    let own = lines.iter().rposition(|line| line.trim().is_empty()).map_or(0, |at| at + 1);
    let apart = lines[..own].join("\n").trim().to_owned();
    (apart, lines[own..].iter().map(|line| format!("{}\n", line.trim())).collect())
}

/// Two blocks of comments with an empty line in between.
fn joined(one: &str, other: &str) -> String {
    let blocks = [one, other].into_iter().filter(|block| !block.is_empty());
    blocks.collect::<Vec<_>>().join("\n\n")
}
