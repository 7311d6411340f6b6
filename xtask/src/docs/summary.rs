//! The table of contents: its head is written by hand, its tail lists the generated chapters.

use super::Chapters;
use anyhow::{Context as _, ensure};
use std::fmt::Write;

/// The tail begins here.
const TAIL: &str = "\n# Lists\n";
/// Folder and title of each list.
const LISTS: &[(&str, &str)] = &[
    ("checks", "Every check"),
    ("requirements", "Every requirement"),
    ("mutants", "Every mutant"),
    ("language", "The language of scenarios"),
    ("fields", "Every field of records and reports"),
];

/// The table of contents with its tail made anew.
pub(super) fn text(written: &str, chapters: &Chapters) -> anyhow::Result<String> {
    let (head, _) = written.split_once(TAIL).context("SUMMARY.md has no heading `# Lists`")?;
    let mut text = format!("{head}{TAIL}\n");
    for (folder, title) in LISTS {
        let _ = writeln!(text, "- [{title}]({folder}/README.md)");
        let own = chapters.iter().filter(|(path, _)| {
            path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') && rest != "/README.md")
        });
        for (path, chapter) in own {
            let title = chapter.lines().next().and_then(|line| line.strip_prefix("# "));
            let _ =
                writeln!(text, "  - [{}]({path})", title.with_context(|| format!("{path} has no title"))?);
        }
    }
    ensure!(!text.contains("\n\n\n"), "SUMMARY.md has two empty lines");
    Ok(text)
}
