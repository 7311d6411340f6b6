//! The manifest that `gauntlet init` writes.

use super::answers::{Answers, Start};
use super::look::Looked;
use crate::failure::Failure;
use gauntlet_engine::trial::placeholder_names;
use gauntlet_probe::{Manifest, Role};
use std::fmt::Write;
use std::path::Path;

/// What a facilitator that we start is told.
const FACILITATOR: &[(&str, &str)] = &[
    ("PORT", "{port}"),
    ("GAUNTLET_RPC_URL", "{rpc_url}"),
    ("GAUNTLET_CHAIN_ID", "{chain_id}"),
    ("GAUNTLET_NETWORK", "{network_name}"),
    ("GAUNTLET_USDC", "{asset}"),
    ("GAUNTLET_FACILITATOR_KEY", "{facilitator_key}"),
];
/// What a server that we start is told.
const SERVER: &[(&str, &str)] = &[
    ("PORT", "{port}"),
    ("GAUNTLET_FACILITATOR_URL", "{facilitator_url}"),
    ("GAUNTLET_CAIP2", "{network}"),
    ("GAUNTLET_NETWORK", "{network_name}"),
    ("GAUNTLET_USDC", "{asset}"),
    ("GAUNTLET_PAYEE", "{payee}"),
    ("GAUNTLET_CANARY", "{canary}"),
];

/// The whole manifest.
pub(super) fn text(answers: &Answers, looked: &Looked) -> String {
    let mut text =
        String::from("# What Gauntlet tries; the book explains every key, in the chapter Manifests.\n");
    let _ = writeln!(text, "name = {}", quoted(&answers.name));
    let _ = writeln!(text, "role = {}", quoted(answers.role.as_str()));
    if let Start::Url(url) = &answers.start {
        let _ = writeln!(text, "url = {}", quoted(url));
    }
    if let Some(dialect) = &answers.dialect {
        let _ = writeln!(text, "dialect = {}", quoted(dialect));
    }
    if let Start::Command(command) = &answers.start {
        let words: Vec<String> = command.iter().map(|word| quoted(word)).collect();
        let _ = writeln!(text, "\n[start]\ncommand = [{}]", words.join(", "));
        environment(answers.role, &mut text);
    }
    if !looked.versions.is_empty() {
        let versions: Vec<String> = looked.versions.iter().map(u8::to_string).collect();
        let _ = writeln!(text, "\n[claims]\nversions = [{}]", versions.join(", "));
        if !looked.schemes.is_empty() {
            let schemes: Vec<String> = looked.schemes.iter().map(|scheme| quoted(scheme)).collect();
            let _ = writeln!(text, "schemes = [{}]", schemes.join(", "));
        }
    }
    if !answers.shop.routes.is_empty() {
        text.push_str("\n[server.routes]\n");
        for (name, route) in &answers.shop.routes {
            let _ = writeln!(text, "{name} = {}", quoted(&route.path));
        }
    }
    text
}

fn environment(role: Role, text: &mut String) {
    text.push_str(
        "\n# Rename these to what your program reads; what stands in braces is filled in.\n[start.env]\n",
    );
    let names = if role == Role::Server { SERVER } else { FACILITATOR };
    for (name, value) in names {
        let _ = writeln!(text, "{name} = \"{value}\"");
    }
}

/// A text as a TOML string on one line, in which nothing is hidden.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            ' '..='~' => quoted.push(letter),
            letter if letter.is_alphanumeric() => quoted.push(letter),
            letter => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(letter));
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Reads what will be written: a manifest that a run refuses is not worth a file.
pub(super) fn must_read(text: &str, path: &Path) -> Result<(), Failure> {
    let manifest = Manifest::parse(text, path)?;
    Ok(manifest.check_placeholders(placeholder_names())?)
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn every_text_comes_back_and_stands_on_one_line() {
        for text in
            ["", "a\"b\\c", "x\"\n[start]\ncommand = [\"sh\"]", "é 🦀 \u{202e}\u{7f}\u{0}\t'''", "{port}"]
        {
            let line = format!("key = {}", quoted(text));
            assert!(!line.chars().any(char::is_control), "{line:?}");
            let read: toml::Table = line.parse().unwrap();
            assert_eq!(read["key"].as_str(), Some(text));
        }
    }
}
