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

/// The last look at what goes to a terminal or into the log of a CI job, whoever wrote it: line feeds and tabs stay, every
/// other character that could steer or hide becomes visible, and so does what GitHub and Azure take for a command in a log
/// (`::error::` where a line begins, `##[…]` and `##vso[…]` anywhere). Colours stay when they are `wanted`.
///
/// Such characters become `\u` and four hexadecimal digits, so that JSON stays the JSON that it was: there they can stand
/// within strings only.
#[must_use]
pub fn harmless(text: &str, wanted: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    let mut begins_line = true;
    while let Some(c) = rest.chars().next() {
        let is_command = (begins_line && rest.starts_with("::"))
            || ["##[", "##vso["].iter().any(|command| rest.starts_with(command));
        let colour = if wanted { colour(rest) } else { 0 };
        if colour > 0 {
            shown.push_str(&rest[..colour]);
        } else if is_command || (is_hidden(c) && !matches!(c, '\n' | '\t')) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
        begins_line = c == '\n' || (begins_line && (c.is_whitespace() || colour > 0));
        rest = &rest[colour.max(c.len_utf8())..];
    }
    shown
}

/// How many bytes at the beginning of a text choose a colour or a weight of letters, and nothing else (`ESC [ 1 ; 31 m`).
fn colour(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("\u{1b}[") else { return 0 };
    let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';').count();
    if rest[length..].starts_with('m') { 2 + length + 1 } else { 0 }
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
    fn the_last_look_leaves_colours_and_takes_everything_else() {
        let hostile =
            "\u{1b}[1;31mred\u{1b}[0m\u{1b}[2J\u{1b}]52;c;eA==\u{7}\r\u{9b}31m\u{202e}\u{e0041}\tgrüße\n";
        assert_eq!(
            harmless(hostile, true),
            "\u{1b}[1;31mred\u{1b}[0m\\u001b[2J\\u001b]52;c;eA==\\u0007\\u000d\\u009b31m\\u202e\\udb40\\udc41\tgrüße\n"
        );
        assert_eq!(harmless("\u{1b}[31", true), "\\u001b[31", "half a colour is none");
        assert_eq!(harmless("\u{1b}[31m", false), "\\u001b[31m", "no colours are wanted");
    }

    #[test]
    fn no_line_is_a_command_of_a_ci_job() {
        let log = "::error::a\n  \u{1b}[31m::add-mask::b\na::b ##[error]c ##vso[d]e\n## f";
        assert_eq!(
            harmless(log, true),
            "\\u003a:error::a\n  \u{1b}[31m\\u003a:add-mask::b\na::b \\u0023#[error]c \\u0023#vso[d]e\n## f"
        );
    }

    proptest::proptest! {
        #[test]
        fn the_last_look_changes_no_json(said in ".*", more in "\\PC*") {
            let json = serde_json::json!({ said.clone(): [more.clone(), "##[group]\u{9b}"] });
            for text in [json.to_string(), serde_json::to_string_pretty(&json).unwrap()] {
                let shown = harmless(&text, false);
                proptest::prop_assert!(shown.chars().all(|c| !is_hidden(c) || c == '\n'));
                proptest::prop_assert_eq!(&serde_json::from_str::<serde_json::Value>(&shown).unwrap(), &json);
                proptest::prop_assert_eq!(harmless(&shown, false), shown);
            }
        }
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
