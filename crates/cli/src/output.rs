//! Everything that is printed: results on stdout, the rest on stderr.

#![expect(clippy::print_stderr, reason = "this is where the binary prints")]

use crate::failure::Failure;
use gauntlet_report::{Record, render, text};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report, Severity,
};
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether what is printed may have colours. Nothing else that steers a terminal is ever printed.
static COLOURS: AtomicBool = AtomicBool::new(false);

/// Lets what is printed have colours, or not.
pub(crate) fn allow_colours(wanted: bool) {
    COLOURS.store(wanted, Ordering::Relaxed);
}

/// The one place that all text for a terminal or a log goes through.
pub(crate) fn visible(text: &str) -> String {
    text::harmless(text, COLOURS.load(Ordering::Relaxed))
}

/// Prints a result.
///
/// A reader that has gone away (`| head`) is no error of ours.
pub(crate) fn result(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(visible(text).as_bytes());
    if !text.ends_with('\n') {
        let _ = stdout.write_all(b"\n");
    }
    let _ = stdout.flush();
}

/// The JSON report of a run. It is written to files, too, which somebody will look at in a terminal.
pub(crate) fn json(record: &Record) -> String {
    text::harmless(&render::json(record), false)
}

/// Stdout for the lines of a record, which come whole.
pub(crate) struct RecordLines;

impl Write for RecordLines {
    fn write(&mut self, lines: &[u8]) -> std::io::Result<usize> {
        let mut stdout = std::io::stdout().lock();
        match std::str::from_utf8(lines) {
            Ok(text) => stdout.write_all(visible(text).as_bytes())?,
            Err(_) => stdout.write_all(lines)?,
        }
        Ok(lines.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stdout().flush()
    }
}

/// Prints a line for whoever watches.
pub(crate) fn remark(text: &str) {
    eprintln!("{}", visible(text));
}

/// Prints an error, with the place in the user's file when it has one.
pub(crate) fn error(failure: &Failure, color: bool) {
    match picture(failure, color) {
        Some(text) => remark(&format!("Error:{text}")),
        None => remark(&format!("Error: {}", failure.message)),
    }
}

/// A line of a file that is longer than this is not drawn, bytes: where the fault is in it is told by numbers.
const DRAWN: usize = 1_000;
/// What is wrong is told in so many characters, about: some of it may be quoted from a file without line ends.
const TOLD: usize = 3_000;

/// An error with the place in the user's file; nothing when it cannot be drawn.
pub(crate) fn picture(failure: &Failure, color: bool) -> Option<String> {
    let mut message = text::shorten(&text::harmless(&failure.message, false), TOLD);
    let place = failure.place.as_ref().filter(|place| {
        let can_be_drawn = place.text.lines().all(|line| line.len() <= DRAWN);
        if !can_be_drawn {
            let (line, column) = place.position();
            message = format!("{}, line {line}, column {column}: {message}", place.file);
        }
        can_be_drawn
    });
    let mut diagnostic = MietteDiagnostic::new(message).with_severity(Severity::Error);
    if let Some(help) = &failure.help {
        diagnostic = diagnostic.with_help(help);
    }
    let report = match place {
        Some(place) => {
            let label = LabeledSpan::new_with_span(None, place.span.clone());
            Report::new(diagnostic.with_label(label))
                .with_source_code(NamedSource::new(&place.file, place.text.clone()))
        }
        None => Report::new(diagnostic),
    };
    let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let mut text = String::new();
    let handler = GraphicalReportHandler::new_themed(theme).with_width(110).with_wrap_lines(false);
    handler.render_report(&mut text, report.as_ref()).ok().map(|()| text)
}

/// Whether stderr is a terminal that a bar can be drawn on.
pub(crate) fn can_draw() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("CI").is_none()
}

/// Writes a file for people, who will look at it in a terminal, or show it in the log of a CI job.
pub(crate) fn to_text_file(path: &Path, text: &str) -> Result<(), Failure> {
    to_file(path, &text::harmless(text, false))
}

/// Writes a file, or stdout for `-`.
pub(crate) fn to_file(path: &Path, text: &str) -> Result<(), Failure> {
    if path == Path::new("-") {
        result(text);
        return Ok(());
    }
    std::fs::write(path, text)
        .map_err(|error| Failure::harness(format!("{} cannot be written: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Place;

    #[test]
    fn a_line_without_an_end_is_not_drawn() {
        let place = |text: &str| Place { file: "a.toml".into(), text: text.into(), span: 4..5 };
        let failure = |text| Failure { place: Some(place(text)), ..Failure::usage("so wrong") };
        assert!(picture(&failure("é\nb = 1"), false).unwrap().contains("b = 1"));
        let long = picture(&failure(&format!("é\nb{}", "=".repeat(DRAWN))), false).unwrap();
        assert!(long.contains("a.toml, line 2, column 2: so wrong") && !long.contains("=="), "{long}");
    }
}
