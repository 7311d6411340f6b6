//! What is shown of one check that did not simply pass.

use super::style::{Paint, Style};
use crate::text::{self, escape, escape_lines, shorten};
use crate::{CheckReport, Exchange, Finding, Message, Record, Severity};

/// Where the text of a field begins.
const INDENT: usize = 10;
/// About as much of a body as can be taken in at a glance.
const BODY: usize = 300;
/// Reasons and notes may quote a target that wants to flood the screen.
const FIELD: usize = 1500;

/// Lines with labels in front.
pub(crate) struct Block {
    style: Style,
    lines: Vec<String>,
}

impl Block {
    pub(crate) fn new(style: Style) -> Self {
        Self { style, lines: Vec::new() }
    }

    pub(crate) fn text(self) -> String {
        self.lines.join("\n")
    }

    pub(crate) fn line(&mut self, line: String) {
        self.lines.push(line);
    }

    /// `LABEL  name`, with a remark at the right end.
    pub(crate) fn head(&mut self, paint: Paint, label: &str, name: &str, remark: &str) {
        let used = label.chars().count() + 2 + name.chars().count() + remark.chars().count();
        let gap = self.style.columns().saturating_sub(used).max(2);
        let line = format!(
            "{}  {}{:gap$}{}",
            self.style.paint(paint, label),
            self.style.paint(Paint::Strong, &escape(name)),
            "",
            self.style.paint(Paint::Label, remark)
        );
        self.lines.push(line.trim_end().to_owned());
    }

    /// A labelled text of our own or a short one of the target's, broken at blanks.
    pub(crate) fn field(&mut self, label: &str, text: &str) {
        let width = self.style.columns().saturating_sub(INDENT);
        self.raw(label, text::wrap(&shorten(&escape_lines(text), FIELD), width));
    }

    /// A labelled text whose lines are not broken.
    fn whole(&mut self, label: &str, text: &str) {
        self.raw(label, escape_lines(text).lines().map(str::to_owned).collect());
    }

    fn raw(&mut self, label: &str, lines: Vec<String>) {
        for (index, line) in lines.into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let label = self.style.paint(Paint::Label, &format!("{label:<8}"));
            self.lines.push(format!("  {label}{line}"));
        }
    }
}

/// A check that failed, with everything that is needed to believe it and to see it again.
pub(crate) fn failure(record: &Record, report: &CheckReport, style: Style) -> String {
    let mut block = Block::new(style);
    block.head(Paint::Bad, "FAIL", &report.check, &remark(report));
    let (failing, lighter): (Vec<_>, Vec<_>) =
        report.findings.iter().partition(|finding| finding.severity == Severity::Failure);
    if failing.is_empty() {
        headline(&mut block, report, None);
        block.field("risk", &report.risk);
    }
    for (index, finding) in failing.iter().enumerate() {
        if index == 0 {
            headline(&mut block, report, Some(&finding.kind));
        } else {
            block.line(format!("  {} also {}", style.paint(Paint::Bad, "×"), escape(&finding.kind)));
        }
        whole_finding(&mut block, record, finding, (index == 0).then_some(report.risk.as_str()));
    }
    for finding in lighter {
        brief_finding(&mut block, finding);
    }
    if let Some(reason) = &report.reason {
        block.field("why", reason);
    }
    for note in &report.notes {
        block.field("note", note);
    }
    again(&mut block, report);
    block.text()
}

/// A check that could not tell, or in which we failed.
pub(crate) fn doubt(report: &CheckReport, paint: Paint, label: &str, style: Style) -> String {
    let mut block = Block::new(style);
    block.head(paint, label, &report.check, &remark(report));
    block.field("about", &report.title);
    block.field("why", report.reason.as_deref().unwrap_or("no reason given"));
    for finding in &report.findings {
        brief_finding(&mut block, finding);
    }
    for note in &report.notes {
        block.field("note", note);
    }
    again(&mut block, report);
    block.text()
}

/// A warning or a known deviation: a line or two.
pub(crate) fn warning(report: &CheckReport, style: Style) -> String {
    let mut block = Block::new(style);
    block.head(Paint::Warning, "WARN", &report.check, &remark(report));
    for finding in &report.findings {
        brief_finding(&mut block, finding);
    }
    if let Some(reason) = &report.reason {
        block.field("why", reason);
    }
    if report.findings.is_empty() && report.reason.is_none() {
        block.field("", &report.title);
    }
    block.text()
}

/// A failure that a known issue expects.
pub(crate) fn known(report: &CheckReport, style: Style) -> String {
    let mut block = Block::new(style);
    block.head(Paint::Label, "KNOWN", &report.check, &remark(report));
    let kinds: Vec<&str> = report.findings.iter().map(|finding| finding.kind.as_str()).collect();
    let what = if kinds.is_empty() { report.outcome.word().to_owned() } else { kinds.join(", ") };
    if let Some(known) = &report.known {
        let link = known.link.as_deref().map(|link| format!(" ({link})")).unwrap_or_default();
        block.field("", &format!("{what}: {}{link}", known.reason));
    }
    block.text()
}

pub(super) fn remark(report: &CheckReport) -> String {
    format!("{} · {}", report.level, text::millis(report.took_ms))
}

fn headline(block: &mut Block, report: &CheckReport, kind: Option<&str>) {
    let kind = kind.map(|kind| format!(" ({kind})")).unwrap_or_default();
    let text = escape(&format!("does not hold: {}{kind}", report.title));
    let mut mark = block.style.paint(Paint::Bad, "×");
    for line in text::wrap(&text, block.style.columns().saturating_sub(4)) {
        block.line(format!("  {mark} {line}"));
        mark = " ".to_owned();
    }
}

fn whole_finding(block: &mut Block, record: &Record, finding: &Finding, risk: Option<&str>) {
    let exchange = finding.exchange.and_then(|seq| record.exchange(seq));
    let Finding { requirement, level, class, source, .. } = finding;
    block.field("rule", &format!("{requirement} ({level}, {class})  {source}"));
    block.field("", &finding.rule);
    if let Some(risk) = risk.filter(|risk| !risk.is_empty()) {
        block.field("risk", risk);
    }
    block.field("sent", &sent(&finding.sent, exchange));
    block.field("want", &finding.want);
    if let Some(place) = &finding.place {
        block.whole("", place);
    }
    got(block, finding, exchange);
    chain(block, &finding.chain);
    if let Some(case) = &finding.case {
        block.field("case", &format!("{}: gauntlet replay {}", case.again, case.folder));
    }
}

/// A finding that fails nobody, in one line.
fn brief_finding(block: &mut Block, finding: &Finding) {
    let (label, word) = match finding.severity {
        Severity::Failure => ("×", "violation"),
        Severity::Deviation => ("!", "known deviation"),
        Severity::Warning => ("!", "warning"),
        Severity::Info => ("i", "information"),
    };
    let Finding { requirement, kind, want, got, .. } = finding;
    block.field(label, &format!("{word} {requirement} {kind}: want {want}; got {}", shorten(got, BODY / 2)));
}

pub(super) fn sent(change: &str, exchange: Option<&Exchange>) -> String {
    let request = exchange.map(|exchange| format!("{} {}   ", exchange.method, path(&exchange.url)));
    format!("{}{}", request.unwrap_or_default(), shorten(change, BODY))
}

fn path(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    shorten(rest.find('/').map_or("/", |at| &rest[at..]), 120)
}

fn got(block: &mut Block, finding: &Finding, exchange: Option<&Exchange>) {
    let mut label = "got";
    if !finding.got.is_empty() {
        block.field(label, &shorten(&finding.got, BODY));
        label = "";
    }
    let Some(exchange) = exchange else { return };
    block.whole(label, &answer(exchange));
    if let Some(response) = &exchange.response {
        for header in payment_headers(response) {
            block.whole("", &header);
        }
    }
}

/// `200  {"isValid":true}   in 12 ms`; of a target that speaks a dialect, as it came.
pub(super) fn answer(exchange: &Exchange) -> String {
    let took = match exchange.took_us / 1000 {
        0 => "under 1 ms".to_owned(),
        millis => text::millis(millis),
    };
    let wire = exchange.response.as_ref().and_then(|response| response.wire.as_ref());
    let status = wire.map(|wire| wire.status).or(exchange.status);
    let status = status.map(|status| format!("{status}  ")).unwrap_or_default();
    let body = exchange.response.as_ref().map(|response| {
        let dropped = match response.dropped {
            0 => String::new(),
            bytes => format!(" (and {bytes} bytes that were not kept)"),
        };
        text::body(wire.map_or(&response.body, |wire| &wire.body), BODY) + &dropped
    });
    let fault = exchange.fault.as_ref().map(ToString::to_string);
    let parts: Vec<String> = body.into_iter().chain(fault).collect();
    format!("{status}{}   in {took}", parts.join("; "))
}

/// The payment headers of an answer, opened: in x402 they carry what other protocols put in the body.
pub(super) fn payment_headers(response: &Message) -> Vec<String> {
    ["PAYMENT-REQUIRED", "PAYMENT-RESPONSE", "X-PAYMENT-RESPONSE"]
        .into_iter()
        .filter_map(|name| {
            let value = response.header(name)?;
            let opened = gauntlet_wire::header::decode_strict(value).map(|json| json.to_string());
            let shown = opened.unwrap_or_else(|error| format!("{value} ({error})"));
            Some(format!("{name}: {}", text::body(shown.as_bytes(), BODY)))
        })
        .collect()
}

fn chain(block: &mut Block, facts: &[String]) {
    let mut label = "chain";
    for fact in facts {
        block.field(label, &text::shorten_hex(fact));
        label = "";
    }
}

fn again(block: &mut Block, report: &CheckReport) {
    block.whole("again", &format!("gauntlet replay {}", report.case));
    if let Some(curl) = &report.curl {
        block.whole("", curl);
    }
}
