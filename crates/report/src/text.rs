//! Text that comes from a target, made fit to be shown.
//!
//! Whatever a target sends may reach a terminal, a CI log or an XML file. [`escape`] takes away its power over them,
//! [`shorten`] its length.

use std::fmt::Write as _;

/// Makes every character visible that could steer a terminal or hide text: control characters, line and paragraph
/// separators, bidirectional overrides, zero-width characters and tags.
///
/// The result is one line. Line feed, carriage return and tab become `\n`, `\r`, `\t`, all others `\u{…}`. Backslashes
/// are left alone, so that JSON stays readable.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if is_hidden(c) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    shown
}

/// As [`escape`], but line feeds stay line feeds: for texts of our own that have several lines.
#[must_use]
pub fn escape_lines(text: &str) -> String {
    text.lines().map(escape).collect::<Vec<_>>().join("\n")
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            u32::from(c),
            0xad | 0x61c
                | 0x180e
                | 0x200b..=0x200f
                | 0x2028..=0x202e
                | 0x2060..=0x206f
                | 0xfe00..=0xfe0f
                | 0xfeff
                | 0xfff9..=0xfffb
                | 0xfffe..=0xffff
                | 0xe0000..=0xe0fff
        )
}

/// Shortens a text to about `limit` characters: keeps its beginning and its end, and says how much is missing.
///
/// A text that is only a little longer than the limit stays whole, since the remark would be as long as what it stands
/// for.
#[must_use]
pub fn shorten(text: &str, limit: usize) -> String {
    const REMARK: usize = 32;
    let length = text.chars().count();
    if length <= limit.saturating_add(REMARK) {
        return text.to_owned();
    }
    let tail = limit / 4;
    let head = limit - tail;
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(length - tail).collect();
    format!("{start} …[{} characters]… {end}", length - limit)
}

/// Shortens addresses, hashes and signatures inside a text: `0x` and at least 40 hexadecimal digits become
/// `0x7099…79C8`. What is needed in full is in the record.
#[must_use]
pub fn shorten_hex(text: &str) -> String {
    const LONG: usize = 40;
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("0x") {
        let (before, found) = rest.split_at(at);
        let digits = &found[2..];
        let count = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
        shown.push_str(before);
        if count >= LONG {
            let _ = write!(shown, "0x{}…{}", &digits[..4], &digits[count - 4..count]);
        } else {
            shown.push_str(&found[..2 + count]);
        }
        rest = &digits[count..];
    }
    shown + rest
}

/// A body as one safe line of about `limit` characters; bytes that are not UTF-8 are shown as such.
#[must_use]
pub fn body(bytes: &[u8], limit: usize) -> String {
    match std::str::from_utf8(bytes) {
        Ok("") => "(empty body)".to_owned(),
        Ok(text) => shorten(&escape(&shorten_hex(text)), limit),
        Err(_) => {
            let shown = shorten(&escape(&String::from_utf8_lossy(bytes)), limit);
            format!("{shown} ({} bytes that are not UTF-8)", bytes.len())
        }
    }
}

/// Breaks a text into lines of at most `width` characters at blanks. A word that is longer gets a line of its own.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let fits = line.chars().count() + 1 + word.chars().count() <= width;
            if !line.is_empty() && !fits {
                lines.push(std::mem::take(&mut line).trim_end().to_owned());
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// A time span in the unit in which a person would say it.
#[must_use]
pub fn millis(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        _ => format!("{} min {} s", millis / 60_000, millis % 60_000 / 1000),
    }
}

/// A number and its noun: `1 check`, `3 checks`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_survives() {
        let hostile =
            "ok\u{1b}[2J\u{1b}]0;owned\u{7}\r\n\u{0}\u{9b}31m\u{202e}evil\u{200b}\u{feff}\u{e0041}\u{2028}\t";
        let shown = escape(hostile);
        assert_eq!(
            shown,
            r"ok\u{1b}[2J\u{1b}]0;owned\u{7}\r\n\u{0}\u{9b}31m\u{202e}evil\u{200b}\u{feff}\u{e0041}\u{2028}\t"
        );
        assert!(shown.chars().all(|c| !is_hidden(c)));
    }

    #[test]
    fn letters_of_all_scripts_and_json_stay_as_they_are() {
        let text = r#"{"grüße":"支付 ✓ → \u001b \\ 'x'"}"#;
        assert_eq!(escape(text), text);
    }

    #[test]
    fn lines_of_ours_stay_lines() {
        assert_eq!(escape_lines("a\u{1b}\nb\r\nc"), "a\\u{1b}\nb\nc");
    }

    #[test]
    fn a_long_text_keeps_both_ends() {
        let text = format!("{}{}{}", "a".repeat(300), "b".repeat(400), "c".repeat(300));
        let short = shorten(&text, 300);
        assert!(short.starts_with(&"a".repeat(225)) && short.ends_with(&"c".repeat(75)), "{short}");
        assert!(short.contains("…[700 characters]…"), "{short}");
        assert_eq!(shorten("äöü", 300), "äöü");
        let nearly = "x".repeat(310);
        assert_eq!(shorten(&nearly, 300), nearly);
        assert_eq!(shorten(&"é".repeat(100), 0), " …[100 characters]… ");
    }

    #[test]
    fn addresses_are_shortened_and_amounts_are_not() {
        let address = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
        assert_eq!(
            shorten_hex(&format!("{{\"payer\":\"{address}\",\"v\":\"0x1b\"}} 0x")),
            "{\"payer\":\"0x7099…79C8\",\"v\":\"0x1b\"} 0x"
        );
        assert_eq!(shorten_hex("0x0x€"), "0x0x€");
    }

    #[test]
    fn bodies_are_one_line() {
        assert_eq!(body(b"", 10), "(empty body)");
        assert_eq!(body(b"a\nb", 10), "a\\nb");
        assert_eq!(body(b"\xff\x1b", 10), "\u{fffd}\\u{1b} (2 bytes that are not UTF-8)");
    }

    #[test]
    fn wrapping_keeps_the_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("averyverylongword x", 4), ["averyverylongword", "x"]);
        assert_eq!(wrap("a\nb", 10), ["a", "b"]);
    }

    #[test]
    fn spans_are_said_as_people_say_them() {
        assert_eq!(millis(41), "41 ms");
        assert_eq!(millis(11_249), "11.2 s");
        assert_eq!(millis(61_000), "1 min 1 s");
        assert_eq!((count(1, "check").as_str(), count(0, "check").as_str()), ("1 check", "0 checks"));
    }
}
