//! What a verb of the language or a word of the vocabulary of mutations means, for people.

use super::grammar::{self, Key, Takes, Verb};
use gauntlet_wire::mutation::words::Takes as WordTakes;
use gauntlet_wire::mutation::{WORDS, Word};
use std::fmt::Write as _;

/// What a verb, a key of `[expect]` or a mutation means; nothing for every other word.
#[must_use]
pub fn explain(word: &str) -> Option<String> {
    let verb = grammar::find(word).map(verb_text);
    let mutation = WORDS.iter().find(|known| known.name == word).map(mutation_text);
    let expected = grammar::EXPECT.iter().find(|key| key.name == word).map(expect_text);
    let texts: Vec<String> = [verb, mutation, expected].into_iter().flatten().collect();
    (!texts.is_empty()).then(|| texts.join("\n\n"))
}

/// Every word that [`explain`] knows.
pub fn words() -> impl Iterator<Item = &'static str> {
    let verbs = grammar::VERBS.iter().map(|verb| verb.name);
    verbs.chain(WORDS.iter().map(|word| word.name)).chain(grammar::EXPECT.iter().map(|key| key.name))
}

fn verb_text(verb: &Verb) -> String {
    let roles: Vec<String> = verb.roles.iter().map(|role| format!("{role}s")).collect();
    let mut text =
        format!("{}  a verb of scenarios for {}\n  {}\n", verb.name, roles.join(" and "), verb.what);
    let _ = writeln!(text, "  takes {}", takes(verb.takes));
    for key in verb.beside.iter().filter_map(|name| grammar::beside(name)) {
        let _ = writeln!(text, "  beside it: {}  {} ({})", key.name, key.what, takes(key.takes));
    }
    if verb.parallel {
        text.push_str("  may stand in `parallel`\n");
    }
    text.push_str("\n  [[steps]]\n");
    for line in verb.example.lines() {
        let _ = writeln!(text, "  {line}");
    }
    text
}

fn mutation_text(word: &Word) -> String {
    let mut text = format!("{}  a change to a valid payment: the payment {}\n", word.name, word.what);
    let _ = writeln!(text, "  takes {}", word.takes);
    let example = match word.takes {
        WordTakes::Nothing => format!("\"{}\"", word.name),
        WordTakes::Count => format!("{{ {} = 1 }}", word.name),
        WordTakes::Amount => format!("{{ {} = \"10001\" }}", word.name),
        WordTakes::Text => format!("{{ {} = \"other\" }}", word.name),
        WordTakes::Account => format!("{{ {} = \"stranger\" }}", word.name),
        WordTakes::Token => format!("{{ {} = \"other\" }}", word.name),
        WordTakes::OneOf(words) => format!("{{ {} = \"{}\" }}", word.name, words.first().unwrap_or(&"")),
        WordTakes::Anything => format!("{{ {} = 3 }}", word.name),
        WordTakes::Place => format!("{{ {} = \"/paymentRequirements/extra\" }}", word.name),
        WordTakes::PlaceAndValue => {
            format!("{{ {} = \"/paymentRequirements/extra\", to = {{}} }}", word.name)
        }
    };
    let _ = write!(text, "\n  [given.p]\n  change = [{example}]\n");
    text
}

fn expect_text(key: &Key) -> String {
    let example = match key.takes {
        Takes::Names => format!("{} = [\"p\"]", key.name),
        Takes::Matchers => format!("{} = {{ alice = \"990000\" }}", key.name),
        Takes::Uses => format!("{} = {{ p = \"used\" }}", key.name),
        _ => format!("{} = {{ p = 1, q = [0, 2] }}", key.name),
    };
    format!("{}  a key of [expect] in scenarios\n  {}\n\n  [expect]\n  {example}\n", key.name, key.what)
}

/// What stands behind a key, for people.
fn takes(takes: Takes) -> String {
    match takes {
        Takes::Text => "a text".into(),
        Takes::Texts => "a list of texts".into(),
        Takes::Flag => "true or false".into(),
        Takes::Count(from, to) => format!("a whole number from {from} to {to}"),
        Takes::Versions => "a list of 1 and 2".into(),
        Takes::Amount => "atomic units, a text of decimal digits".into(),
        Takes::Word32 => "0x and 64 hexadecimal digits".into(),
        Takes::Name => "the name of something given".into(),
        Takes::Names => "a list of names of things given".into(),
        Takes::Account => "the name of an account".into(),
        Takes::OneOf(words) => {
            let words: Vec<String> = words().iter().map(|word| format!("\"{word}\"")).collect();
            words.join(" or ")
        }
        Takes::Funds => "none, once, plenty or { units = \"12345\" }".into(),
        Takes::Mining => "\"automatic\", \"stopped\" or { every = 2 }".into(),
        Takes::Fault => "\"none\", or a table like { method = \"eth_call\", with = \"error\" }".into(),
        Takes::Faults => "a list of tables like { method = \"eth_call\", with = \"error\" }".into(),
        Takes::Changes => "a list of changes like \"value-zero\" or { value-below = 1 }".into(),
        Takes::Json => "any value".into(),
        Takes::Headers => "a table of texts".into(),
        Takes::Matcher => "a value, or a matcher like { any = [200, 201] }".into(),
        Takes::Matchers => "a table of values and matchers".into(),
        Takes::Counts => "a table of counts by name: 1, or the least and the most like [0, 1]".into(),
        Takes::Uses => "a table of \"used\" and \"unused\" by name".into(),
        Takes::Steps => "a list of steps".into(),
        Takes::Table(keys) | Takes::Tables(keys, _) => {
            format!("a table of {}", grammar::names(keys).join(", "))
        }
    }
}
