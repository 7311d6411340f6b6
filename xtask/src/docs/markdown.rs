//! Texts as Markdown.

/// A text in which only what stands in backticks is Markdown.
pub(super) fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut in_code = false;
    for letter in text.chars() {
        if letter == '`' {
            in_code = !in_code;
        }
        let special = matches!(letter, '<' | '*' | '[' | ']') || (letter == '_' && !in_code);
        if special && !in_code {
            escaped.push('\\');
        }
        // A line of a list or a heading must not begin by accident.
        escaped.push(if letter == '\n' { ' ' } else { letter });
    }
    escaped
}

/// The same in a cell of a table.
pub(super) fn cell(text: &str) -> String {
    plain(text).replace('|', "\\|")
}

/// The anchor of a heading, as forges and mdBook make it.
pub(super) fn anchor(heading: &str) -> String {
    let letters = heading.trim().to_lowercase();
    letters
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// A text as a file's name: small letters, digits and single hyphens.
pub(super) fn file_name(text: &str) -> String {
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("-")
}

/// `1 check`, `2 checks`.
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_backticks_mean_something() {
        assert_eq!(plain("a `x_<y>*` b_c <d> *e* [f]"), "a `x_<y>*` b\\_c \\<d> \\*e\\* \\[f\\]");
        assert_eq!(cell("`a|b`"), "`a\\|b`");
        assert_eq!(anchor("facilitator.settle.replay"), "facilitatorsettlereplay");
        assert_eq!(anchor("X402V2-FA_1 `so`"), "x402v2-fa_1-so");
        assert_eq!(file_name("B402 partner API; Web3 portal"), "b402-partner-api-web3-portal");
    }
}
