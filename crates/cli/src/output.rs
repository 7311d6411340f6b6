//! Everything that is printed: results on stdout, the rest on stderr.

#![expect(clippy::print_stderr, reason = "this is where the binary prints")]

use crate::failure::Failure;
use gauntlet_report::{Record, render, text};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report, Severity,
};
use std::io::{IsTerminal, Write};
use std::path::Path;

/// Prints a result.
///
/// A reader that has gone away (`| head`) is no error of ours.
pub(crate) fn result(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes());
    if !text.ends_with('\n') {
        let _ = stdout.write_all(b"\n");
    }
    let _ = stdout.flush();
}

/// The JSON report of a run.
pub(crate) fn json(record: &Record) -> String {
    visible_json(&render::json(record))
}

/// JSON in which no character can steer a terminal. JSON itself asks for that below U+0020 only, but a terminal obeys
/// U+009B, and marks of direction hide text, too. Such characters stand within strings, so that nothing changes for
/// whoever parses it.
pub(crate) fn visible_json(json: &str) -> String {
    let mut visible = String::with_capacity(json.len());
    for letter in json.chars() {
        let harmless = letter.is_ascii() || text::escape(letter.encode_utf8(&mut [0; 4])).starts_with(letter);
        if harmless {
            visible.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            visible.push_str(&format!("\\u{unit:04x}"));
        }
    }
    visible
}

/// Stdout for the lines of a record, which come whole.
pub(crate) struct RecordLines;

impl Write for RecordLines {
    fn write(&mut self, lines: &[u8]) -> std::io::Result<usize> {
        let mut stdout = std::io::stdout().lock();
        match std::str::from_utf8(lines) {
            Ok(text) => stdout.write_all(visible_json(text).as_bytes())?,
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
    eprintln!("{text}");
}

/// Prints an error, with the place in the user's file when it has one.
pub(crate) fn error(failure: &Failure, color: bool) {
    match picture(failure, color) {
        Some(text) => eprintln!("Error:{text}"),
        None => eprintln!("Error: {}", failure.message),
    }
}

/// An error with the place in the user's file; nothing when it cannot be drawn.
pub(crate) fn picture(failure: &Failure, color: bool) -> Option<String> {
    let mut diagnostic = MietteDiagnostic::new(&failure.message).with_severity(Severity::Error);
    if let Some(help) = &failure.help {
        diagnostic = diagnostic.with_help(help);
    }
    let report = match &failure.place {
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
    use serde_json::Value;

    #[test]
    fn json_says_the_same_with_visible_characters() {
        let said = Value::from("é 🦀 \u{1b}[2J \u{9b}31m \u{202e}gnp \u{e0041}");
        let visible = visible_json(&said.to_string());
        assert_eq!(visible, r#""é 🦀 \u001b[2J \u009b31m \u202egnp \udb40\udc41""#);
        assert_eq!(serde_json::from_str::<Value>(&visible).unwrap(), said);
    }
}
