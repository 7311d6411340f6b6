//! Fenced blocks of a chapter. The word behind the fence says what a block is, the words after it what to do with it:
//!
//! - `console`: commands behind `$`, and what they print. Run by a test.
//! - `console ignore: WHY`: not run; the commands must be ones that there are.
//! - `toml KIND`: a whole file of ours (manifest, scenario, known, plan, dialect), which must be free of faults.
//!   `file=NAME` puts it where the commands of the chapter find it.
//! - anything with `source=PATH`: lines of a file of this repository, as they stand there.

/// One block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// Line of the fence, from 1.
    pub(crate) line: usize,
    /// The first word behind the fence; empty when there is none.
    pub(crate) language: String,
    /// The other words.
    pub(crate) words: Vec<String>,
    /// What stands in it.
    pub(crate) text: String,
}

impl Block {
    /// The value of `NAME=value` behind the fence.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }

    /// Whether a test leaves it out.
    pub(crate) fn is_ignored(&self) -> bool {
        self.words.first().is_some_and(|word| word == "ignore:")
    }
}

/// The blocks of a chapter, in order.
pub(crate) fn of(chapter: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (at, line) in chapter.lines().enumerate() {
        let fence = line.strip_prefix("```");
        match (&mut open, fence) {
            (None, Some(info)) => {
                let mut words = info.split_whitespace().map(str::to_owned);
                let language = words.next().unwrap_or_default();
                open = Some(Block { line: at + 1, language, words: words.collect(), text: String::new() });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks.extend(open);
    blocks
}

/// The chapter without its blocks.
pub(crate) fn prose(chapter: &str) -> String {
    let mut inside = false;
    let mut prose = String::new();
    for line in chapter.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if !inside {
            prose.push_str(line);
        }
        prose.push('\n');
    }
    prose
}

/// Rows of tables below a heading, or of the whole chapter: the texts of their cells. Heads of tables are left out.
pub(crate) fn rows(chapter: &str, heading: Option<&str>) -> Vec<Vec<String>> {
    let mut inside = heading.is_none();
    let mut rows: Vec<Vec<String>> = Vec::new();
    for line in prose(chapter).lines() {
        if line.starts_with('#') {
            inside = heading.is_none_or(|heading| line.trim_start_matches(['#', ' ']) == heading);
        }
        if !inside || !line.starts_with('|') {
            continue;
        }
        if line.starts_with("| ---") {
            // The row above was the head.
            rows.pop();
            continue;
        }
        let cells = line.trim_matches('|').replace("\\|", "\u{0}");
        rows.push(cells.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect());
    }
    rows
}
