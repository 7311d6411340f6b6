//! The language of scenarios, word by word: the tables that the reader of scenarios goes by.

use super::Chapters;
use super::markdown::cell;
use gauntlet_engine::scenario::explain::explain;
use gauntlet_engine::scenario::grammar::{self, Key, VERBS};
use gauntlet_wire::mutation::WORDS;
use std::fmt::Write;

/// Tables of keys: the heading, what it is about, the keys.
const TABLES: &[(&str, &str, &[Key])] = &[
    ("The head", "Keys and tables of the file.", grammar::FILE),
    ("chain", "`[chain]`: how the chain is from the start.", grammar::CHAIN),
    ("given", "`[given]`: about everything that is given.", grammar::ABOUT_GIVEN),
    ("given.NAME", "`[given.NAME]`: a payment, valid unless it is changed.", grammar::GIVEN),
    ("Beside a verb", "What may stand in a step beside its verb.", grammar::BESIDE),
    ("request", "In a `request`.", grammar::REQUEST),
    ("fault", "What the node does to the target's calls.", grammar::FAULT),
    ("What an answer must be like", "In `expect` and `require` of a step.", grammar::ANSWER),
    ("Matchers", "What may stand in the place of a value there.", grammar::MATCHERS),
    ("expect", "`[expect]`: what must have come of it.", grammar::EXPECT),
    ("graded", "`[graded]`: the same, for what fails nobody under the usual profile.", grammar::GRADED),
];

pub(super) fn chapters() -> Chapters {
    Chapters::from([
        ("language/README.md".to_owned(), keys()),
        ("language/verbs.md".to_owned(), verbs()),
        ("language/changes.md".to_owned(), changes()),
    ])
}

fn keys() -> String {
    let mut text = String::from(
        "# The language of scenarios\n\nEvery key of a scenario, from the tables that its reader goes by. [Writing \
         scenarios](../scenarios.md) is an introduction; [verbs](verbs.md) and [changes](changes.md) have chapters of their \
         own.\n",
    );
    for (heading, about, keys) in TABLES {
        let _ = writeln!(text, "\n## {heading}\n\n{about}\n\n| key | what it says |\n| --- | --- |");
        for key in *keys {
            let needed = if key.needed { "; needed" } else { "" };
            let _ = writeln!(text, "| `{}` | {}{needed} |", key.name, cell(key.what));
        }
    }
    text
}

fn verbs() -> String {
    let mut text = String::from("# Verbs\n\nA step has one of these, and says with it what happens.\n");
    for verb in VERBS {
        entry(&mut text, verb.name);
    }
    text
}

fn changes() -> String {
    let mut text = String::from(
        "# Changes\n\nEach is one fault of a payment, or one other way of saying the same. What is signed is changed before it \
         is signed.\n",
    );
    for word in WORDS {
        entry(&mut text, word.name);
    }
    text
}

/// What `gauntlet explain` says of a word; another word of the same name is told as well.
fn entry(text: &mut String, name: &str) {
    let said = explain(name).unwrap_or_default();
    let _ = writeln!(text, "\n## {name}\n\n```text\n{}\n```", said.trim_end().replace("\n\n\n", "\n\n"));
}
