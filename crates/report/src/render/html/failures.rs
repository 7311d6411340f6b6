//! The failures, with everything that is needed to believe them, and the exchanges behind them.

use crate::render::block;
use crate::render::story::{self, Story, story};
use crate::text::{count, escape_lines, shorten};
use crate::{CaseSent, CheckReport, Exchange, Finding, Message, Outcome, Record, Severity, redact};

/// Failures that are told whole; the rest is named.
const WHOLE: usize = 100;
/// Violations of one check that are told whole.
const VIOLATIONS: usize = 8;
/// Exchanges of one check in its wire log.
const EXCHANGES: usize = 6;
/// Characters of a message in the wire log.
const MESSAGE: usize = 4000;

/// A check that failed.
pub(super) struct Failure {
    pub(super) anchor: String,
    pub(super) check: String,
    /// Level and duration.
    pub(super) remark: String,
    pub(super) title: String,
    pub(super) risk: String,
    pub(super) stories: Vec<Story>,
    /// Lighter findings, reasons and notes: a line each.
    pub(super) remarks: Vec<String>,
    /// The commands that send it again: several lines.
    pub(super) again: String,
    pub(super) wire_title: String,
    pub(super) wire: Vec<OnTheWire>,
}

/// One exchange.
pub(super) struct OnTheWire {
    /// Number, status and duration.
    pub(super) title: String,
    /// The change to a valid payment.
    pub(super) sent: String,
    pub(super) request: String,
    pub(super) response: String,
}

/// The failures that are told whole, and the ids of the others.
pub(super) fn failures(record: &Record) -> (Vec<Failure>, Vec<String>) {
    let failed = story::unexpected(record, Outcome::Fail);
    let whole = failed.iter().take(WHOLE).enumerate().map(|(at, report)| failure(record, report, at));
    let rest = failed.iter().skip(WHOLE).map(|report| story::field(&report.check));
    (whole.collect(), rest.collect())
}

/// Where a failure is told whole. Ids of checks are not made for this, so that it is a number.
pub(super) fn anchor(record: &Record, report: &CheckReport) -> Option<String> {
    if report.outcome != Outcome::Fail || report.is_known() {
        return None;
    }
    let failed = story::unexpected(record, Outcome::Fail);
    let at = failed.iter().position(|other| std::ptr::eq(*other, report))?;
    (at < WHOLE).then(|| numbered(at))
}

fn numbered(at: usize) -> String {
    format!("failure-{}", at + 1)
}

fn failure(record: &Record, report: &CheckReport, at: usize) -> Failure {
    let (failing, lighter): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|finding| finding.severity == Severity::Failure);
    let mut remarks: Vec<String> = Vec::new();
    if failing.len() > VIOLATIONS {
        remarks.push(format!("And {} more violations of the same check.", failing.len() - VIOLATIONS));
    }
    for finding in lighter.iter().take(VIOLATIONS) {
        let Story { weight, requirement, kind, want, got, .. } = story(record, finding);
        let got = got.first().map_or("", String::as_str).to_owned();
        remarks.push(format!("{weight} {requirement} {kind}: want {want}; got {got}"));
    }
    remarks.extend(report.reason.as_deref().map(|reason| format!("Why: {}", story::field(reason))));
    remarks.extend(report.notes.iter().take(VIOLATIONS).map(|note| format!("Note: {}", story::field(note))));
    let curl = report.curl.as_deref().map(|curl| format!("\n{}", shorten(&escape_lines(curl), MESSAGE)));
    let exchanges = exchanges(record, report);
    Failure {
        anchor: numbered(at),
        check: story::field(&report.check),
        remark: block::remark(report),
        title: story::field(&report.title),
        risk: story::field(&report.risk),
        stories: failing.iter().take(VIOLATIONS).map(|finding| story(record, finding)).collect(),
        remarks,
        again: story::again(report) + &curl.unwrap_or_default(),
        wire_title: count(exchanges.len().min(EXCHANGES), "exchange"),
        wire: exchanges.into_iter().take(EXCHANGES).map(on_the_wire).collect(),
    }
}

/// The exchanges of a check, first those that show a violation.
fn exchanges<'a>(record: &'a Record, report: &CheckReport) -> Vec<&'a CaseSent> {
    let shows = |case: &CaseSent| report.findings.iter().any(|f| f.exchange == Some(case.exchange.seq));
    let mut cases: Vec<&CaseSent> =
        record.cases.iter().filter(|case| case.check == report.check || shows(case)).collect();
    cases.sort_by_key(|case| (!shows(case), case.exchange.seq));
    cases
}

fn on_the_wire(case: &CaseSent) -> OnTheWire {
    let exchange = &case.exchange;
    OnTheWire {
        title: format!("Exchange {}: {}", exchange.seq, ending(exchange)),
        sent: story::field(&case.sent),
        request: message(&exchange.request),
        response: exchange.response.as_ref().map_or_else(|| "(no answer)".to_owned(), message),
    }
}

fn ending(exchange: &Exchange) -> String {
    let status = exchange.status.map(|status| format!("status {status}"));
    let fault = exchange.fault.as_ref().map(|fault| story::field(&fault.to_string()));
    let parts: Vec<String> = status.into_iter().chain(fault).collect();
    format!("{} in {} ms", parts.join(", "), exchange.took_us / 1000)
}

/// A message as it stands in the record, but for secrets.
fn message(message: &Message) -> String {
    let head = message.head.lines().filter(|line| !line.is_empty()).enumerate().map(|(at, line)| match line
        .split_once(':')
        .filter(|_| at > 0)
    {
        Some((name, value)) => format!("{name}: {}", redact::header(name, value.trim())),
        None => line.to_owned(),
    });
    let head = head.collect::<Vec<_>>().join("\n");
    let mut parts = vec![shorten(&escape_lines(&head), MESSAGE)];
    parts.extend(body("", &message.body));
    if let Some(wire) = &message.wire {
        parts.extend(body(&format!("as it came, status {}:\n", wire.status), &wire.body));
    }
    if message.dropped > 0 {
        parts.push(format!("({} bytes more were not kept)", message.dropped));
    }
    if !message.trailers.is_empty() {
        parts.push(shorten(&escape_lines(&message.trailers), MESSAGE));
    }
    parts.join("\n\n")
}

fn body(title: &str, bytes: &[u8]) -> Option<String> {
    let shown = shorten(&escape_lines(&String::from_utf8_lossy(bytes)), MESSAGE);
    let remark = match std::str::from_utf8(bytes) {
        Ok(_) => String::new(),
        Err(_) => format!("\n({} bytes that are not UTF-8)", bytes.len()),
    };
    (!bytes.is_empty()).then(|| format!("{title}{shown}{remark}"))
}
