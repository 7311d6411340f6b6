//! The page about compatibility: a grid, and behind it every finding.

use super::result::{Found, Tried};
use gauntlet_engine::LiesWith;
use std::fmt::Write as _;

/// Longest text of a peer that is quoted, characters.
const QUOTED: usize = 200;

/// A table with one line a peer; `link` goes before the anchor of its findings.
pub(super) fn grid(tried: &[Tried], link: &str) -> String {
    let mut text = String::from(
        "| peer | role | published version | passed | known | red | warned | not claimed | tried on |\n\
         | --- | --- | --- | --: | --: | --: | --: | --: | --- |\n",
    );
    for peer in tried {
        let of = |outcome: &str| peer.counts.get(outcome).copied().unwrap_or_default();
        let red = peer.findings.iter().filter(|it| it.reason.is_none() && it.outcome != "warn").count();
        let warned = peer.findings.iter().filter(|it| it.reason.is_none() && it.outcome == "warn").count();
        let _ = writeln!(
            text,
            "| [{}]({link}#{}) | {} | {} | {} | {} | {red} | {warned} | {} | {} |",
            peer.name,
            peer.name,
            peer.role,
            peer.version,
            of("pass"),
            of("known"),
            of("not-applicable"),
            peer.on,
        );
    }
    text
}

pub(super) fn page(tried: &[Tried]) -> String {
    let mut text = String::from("# How published implementations answer\n\n");
    let _ = writeln!(
        text,
        "Made by `cargo xtask peers`, which tries every peer in fixtures/targets with a release build; the same as data stands\n\
         beside this page, one file for each peer. A peer is the published package, unmodified, wired as its authors' example\n\
         wires it. *Known* findings stand in the peer's `.known.toml` with their reason; what is *red* does not; *not claimed*\n\
         are checks of versions, schemes or extensions that the peer does not offer. Set {}, seed {}.\n\n{}",
        tried.first().map_or("", |peer| &peer.set),
        tried.first().map_or(0, |peer| peer.seed),
        grid(tried, ""),
    );
    for peer in tried {
        one(&mut text, peer);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn one(text: &mut String, peer: &Tried) {
    let _ = writeln!(
        text,
        "## {}\n\n{} · {} · {} s\n\n```console\n$ {}\n```\n",
        peer.name,
        peer.role,
        peer.version,
        peer.took_ms / 1000,
        peer.command
    );
    if peer.findings.is_empty() {
        text.push_str("Nothing was found.\n\n");
        return;
    }
    // What has one reason and one requirement is one finding, however many checks show it.
    let mut groups: Vec<Vec<&Found>> = Vec::new();
    for found in &peer.findings {
        let same = |group: &&mut Vec<&Found>| {
            let first = group[0];
            first.requirement == found.requirement
                && first.outcome == found.outcome
                && first.reason == found.reason
                && first.lies_with == found.lies_with
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(found),
            None => groups.push(vec![found]),
        }
    }
    groups.sort_by_key(|group| (rank(group[0]), group[0].requirement.clone()));
    for group in groups {
        finding(text, &group);
    }
}

/// Worst first.
fn rank(found: &Found) -> usize {
    let outcome = ["fail", "inconclusive", "warn"].iter().position(|it| *it == found.outcome).unwrap_or(3);
    outcome * 2 + usize::from(found.reason.is_some())
}

fn finding(text: &mut String, group: &[&Found]) {
    let first = group[0];
    let lies = match first.lies_with {
        Some(LiesWith::Specification) => "the specification",
        Some(LiesWith::Implementation) => "the implementation",
        Some(LiesWith::Both) => "both the specification and the implementation",
        None => "nobody yet: not triaged",
    };
    let known = match (&first.reason, first.outcome.as_str()) {
        (Some(_), _) => "known",
        (None, "warn") => "not known",
        (None, _) => "red",
    };
    let reason = first.reason.as_deref().unwrap_or("It is in no file of known issues.");
    let _ = writeln!(
        text,
        "**{}** ({}, {}) · {} · {known} · lies with {lies}\n\n{}\n",
        first.requirement,
        first.level,
        first.source,
        first.outcome,
        capital(reason),
    );
    let sent = first
        .sent
        .as_deref()
        .filter(|sent| !sent.is_empty())
        .map(|sent| format!("sent {}; ", quoted(sent)))
        .unwrap_or_default();
    let _ = writeln!(text, "- {sent}wanted {}; got {}", quoted(&first.want), quoted(&first.got));
    let _ = writeln!(text, "- shown by `{}`", first.again);
    if group.len() > 1 {
        let more: Vec<String> = group[1..].iter().map(|found| format!("`{}`", found.check)).collect();
        let _ = writeln!(text, "- and by {}", more.join(", "));
    }
    text.push('\n');
}

fn capital(sentence: &str) -> String {
    let mut chars = sentence.chars();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    let end = if sentence.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

/// A peer's own words between backticks, in one line and not endless.
fn quoted(words: &str) -> String {
    let line: String = words
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .map(|c| if c == '`' { '\'' } else { c })
        .collect();
    let cut: String = line.chars().take(QUOTED).collect();
    let more = if cut.len() < line.len() { "…" } else { "" };
    format!("`{cut}{more}`")
}
