//! The grammar of the language: every key and verb, what it takes and what it means. The reader allows what stands
//! here, the JSON Schema is made of it, and `gauntlet explain` tells it.

mod verbs;

pub use verbs::VERBS;

use super::model::{Call, Form, Front, Funds, Kind, Line, Moment, Party, Trouble};
use crate::cast::TOKENS;
use gauntlet_probe::{Role, shop::ROUTES};

/// How often something may happen in one step.
pub const MOST: u64 = 100;
/// The longest wait in one step, seconds.
pub const LONGEST: u64 = 600;

/// A key of a table.
#[derive(Debug)]
pub struct Key {
    /// How it is written.
    pub name: &'static str,
    /// What stands behind it.
    pub takes: Takes,
    /// What it means, as a sentence without its full stop.
    pub what: &'static str,
    /// Whether it must be there.
    pub needed: bool,
}

/// A verb: the key of a step that says what happens.
#[derive(Debug)]
pub struct Verb {
    /// How it is written.
    pub name: &'static str,
    /// What stands behind it.
    pub takes: Takes,
    /// The keys that may stand beside it.
    pub beside: &'static [&'static str],
    /// Whose scenarios may have it.
    pub roles: &'static [Role],
    /// Whether it may stand in `parallel`.
    pub parallel: bool,
    /// What happens, as a sentence without its full stop.
    pub what: &'static str,
    /// A step, as it is written in a file.
    pub example: &'static str,
}

/// What stands behind a key.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// True or false.
    Flag,
    /// A whole number within a range.
    Count(u64, u64),
    /// Protocol versions.
    Versions,
    /// Atomic units, as a text of decimal digits.
    Amount,
    /// 32 bytes, as a text of hexadecimal digits.
    Word32,
    /// The name of something given.
    Name,
    /// A list of such names.
    Names,
    /// The name of an account.
    Account,
    /// One of these words.
    OneOf(fn() -> Vec<&'static str>),
    /// What a payer owns.
    Funds,
    /// When blocks are made.
    Mining,
    /// What the node does to calls, or `none`.
    Fault,
    /// A list of what the node does to calls.
    Faults,
    /// A list of changes of the vocabulary of mutations.
    Changes,
    /// Any value, which goes out as JSON.
    Json,
    /// A table of texts.
    Headers,
    /// What a value must be like.
    Matcher,
    /// A table of what values must be like.
    Matchers,
    /// A table of counts, by names.
    Counts,
    /// A table of `used` or `unused`, by names.
    Uses,
    /// Steps.
    Steps,
    /// A table with these keys.
    Table(&'static [Key]),
    /// A table of such tables, by names, and perhaps these keys.
    Tables(&'static [Key], &'static [Key]),
}

const fn key(name: &'static str, takes: Takes, what: &'static str) -> Key {
    Key { name, takes, what, needed: false }
}

const fn needed(name: &'static str, takes: Takes, what: &'static str) -> Key {
    Key { name, takes, what, needed: true }
}

fn words<T>(table: &[(&'static str, T)]) -> Vec<&'static str> {
    table.iter().map(|(word, _)| *word).collect()
}

/// The keys of a file.
pub const FILE: &[Key] = &[
    needed("id", Takes::Text, "the name of its check: words with dots, at the end the name of the file"),
    needed("title", Takes::Text, "the rule that it tests, as a sentence"),
    key(
        "role",
        Takes::OneOf(roles),
        "whom it tries; left out: a facilitator when the id begins so, otherwise a server",
    ),
    key("covers", Takes::Texts, "the requirements that it covers, the deciding one of each version first"),
    key("source", Takes::Text, "where the idea was published"),
    key("risk", Takes::Text, "what is at risk when the rule does not hold"),
    key("lost", Takes::Text, "what is lost when it does not hold: content, money, gas; with `by`"),
    key("by", Takes::OneOf(|| words(Party::WORDS)), "whose loss it is; with `lost`"),
    key("versions", Takes::Versions, "the protocol versions that it is played in; left out: both"),
    key("alone", Takes::Flag, "whether no other check may run meanwhile"),
    key(
        "accounts",
        Takes::Text,
        "what its accounts are derived from, when they must be those of an earlier run",
    ),
    key("chain", Takes::Table(CHAIN), "the chain, from the start"),
    key("given", Takes::Tables(GIVEN, ABOUT_GIVEN), "the payments by name, or the payers"),
    needed("steps", Takes::Steps, "what happens, in order"),
    needed("expect", Takes::Table(EXPECT), "what must have come of it"),
    key("graded", Takes::Table(GRADED), "what should have come of it, and what it weighs when it has not"),
];

/// The keys of `[chain]`.
pub const CHAIN: &[Key] = &[
    key("mining", Takes::Mining, "when blocks are made"),
    key("faults", Takes::Faults, "what the node does to the target's calls; for facilitators"),
];

/// The keys of `[given]` itself.
pub const ABOUT_GIVEN: &[Key] = &[key(
    "front",
    Takes::OneOf(|| words(Front::WORDS)),
    "what stands before the server; everything but `neighbour` goes through it",
)];

/// The keys of `[given.NAME]`.
pub const GIVEN: &[Key] = &[
    key("route", Takes::OneOf(routes), "the route that it is for; servers: needed"),
    key("amount", Takes::Amount, "the price; facilitators; left out: one cent of the token"),
    key("token", Takes::OneOf(|| words(TOKENS)), "the token; facilitators; left out: usdc"),
    key("payer", Takes::Account, "the account that pays; left out: one of its own"),
    key("payee", Takes::Account, "the account that is paid; facilitators; left out: one of its own"),
    key(
        "funds",
        Takes::Funds,
        "what the payer owns: none, once (the price), plenty, or { units = \"12345\" }",
    ),
    key("allowance", Takes::Amount, "what the payer lets Permit2 take; left out: nothing"),
    key("nonce", Takes::Word32, "its nonce; left out: one of its own"),
    key(
        "change",
        Takes::Changes,
        "changes to a valid payment, in order: `gauntlet explain value-below` tells of each word",
    ),
];

/// The keys of a fault.
pub const FAULT: &[Key] = &[
    key("method", Takes::Text, "the JSON-RPC method; left out: every method"),
    key("with", Takes::OneOf(|| words(Trouble::WORDS)), "what happens to the call"),
    key("answer", Takes::Json, "what the call is answered, in place of `with`"),
    key("times", Takes::Count(1, MOST), "for how many calls; left out: for all"),
];

/// The keys of a request.
pub const REQUEST: &[Key] = &[
    key("method", Takes::Text, "the HTTP method; left out: GET, or POST with a body"),
    needed("path", Takes::Text, "the path below the target's URL, with its query"),
    key("headers", Takes::Headers, "header lines"),
    key("body", Takes::Text, "the body, sent as it stands here"),
    key("json", Takes::Json, "the body as JSON, in place of `body`"),
    key("base64", Takes::Text, "the body's bytes in base64, in place of `body`: for what is no text"),
];

/// The keys of `expect` and `require` in a step.
pub const ANSWER: &[Key] = &[
    key("status", Takes::Matcher, "the status code"),
    key("json", Takes::Matchers, "members of the body; others may be there"),
    key("headers", Takes::Matchers, "headers, each by its name in any case"),
    key("body", Takes::Matcher, "the body as text"),
    key("canary", Takes::Flag, "whether content came that must be paid for; servers"),
];

/// The keys of `[expect]`.
pub const EXPECT: &[Key] = &[
    key("served", Takes::Counts, "answers with content; servers: needed"),
    key("transfers", Takes::Counts, "Transfers of the payment on the chain; needed"),
    key("settles", Takes::Counts, "calls to settle that the facilitator got; servers"),
    key("reverted", Takes::Counts, "transactions of the facilitator that reverted"),
    key("valid", Takes::Counts, "answers with isValid true; facilitators"),
    key("settled", Takes::Counts, "answers with success true; facilitators"),
    key("agree", Takes::Names, "payments about which /verify and /settle must say the same; facilitators"),
    key(
        "balance",
        Takes::Matchers,
        "what an account owns at the end, atomic units; a payment means its payer",
    ),
    key(
        "received",
        Takes::Matchers,
        "what an account got from the scenario's payers, atomic units; a payment means its payee",
    ),
    key("authorization", Takes::Uses, "whether the authorization of a payment is `used` or `unused`"),
];

/// The keys of `[graded]`: one more than those of `[expect]`.
pub const GRADED: &[Key] = &[
    needed("class", Takes::OneOf(|| vec!["D", "W", "I"]), "D a known deviation, W a warning, I information"),
    key("served", Takes::Counts, "as in [expect]"),
    key("transfers", Takes::Counts, "as in [expect]"),
    key("settles", Takes::Counts, "as in [expect]"),
    key("reverted", Takes::Counts, "as in [expect]"),
    key("valid", Takes::Counts, "as in [expect]"),
    key("settled", Takes::Counts, "as in [expect]"),
    key("agree", Takes::Names, "as in [expect]"),
    key("balance", Takes::Matchers, "as in [expect]"),
    key("received", Takes::Matchers, "as in [expect]"),
    key("authorization", Takes::Uses, "as in [expect]"),
];

/// The words of a matcher.
pub const MATCHERS: &[Key] = &[
    key("any", Takes::Json, "like one of these"),
    key("not", Takes::Json, "not like this"),
    key("matches", Takes::Text, "a text in which this regular expression is found"),
    key("gte", Takes::Amount, "this much or more: a number, or a text of decimal digits"),
    key("lte", Takes::Amount, "this much or less"),
    key("absent", Takes::Flag, "not there"),
    key("type", Takes::OneOf(|| words(Kind::WORDS)), "of this kind"),
];

/// The keys that may stand beside a verb.
pub const BESIDE: &[Key] = &[
    key("times", Takes::Count(1, MOST), "so often, one after the other"),
    key("together", Takes::Count(2, MOST), "so many copies at one instant"),
    key("at", Takes::OneOf(routes), "another route than its own"),
    key("as", Takes::OneOf(|| words(Form::WORDS)), "another way of writing it"),
    key("change", Takes::Changes, "further changes, for this time only"),
    key("background", Takes::Flag, "whether the next step goes on without the answer"),
    key("call", Takes::OneOf(|| words(Call::WORDS)), "which calls to the facilitator; left out: settle"),
    key("with", Takes::OneOf(|| words(Line::WORDS)), "what the facilitator says"),
    key("until", Takes::OneOf(|| words(Moment::WORDS)), "what is waited for; left out: answer"),
    key("steps", Takes::Steps, "the steps that are repeated"),
    key(
        "expect",
        Takes::Table(ANSWER),
        "what each answer must be like; what misses it violates the first requirement",
    ),
    key(
        "require",
        Takes::Table(ANSWER),
        "what each answer must be like for the scenario to say anything; what misses it leaves it without a verdict",
    ),
];

fn routes() -> Vec<&'static str> {
    words(ROUTES)
}

fn roles() -> Vec<&'static str> {
    vec!["facilitator", "server"]
}

/// The names of keys.
#[must_use]
pub fn names(keys: &[Key]) -> Vec<&'static str> {
    keys.iter().map(|key| key.name).collect()
}

/// A verb by its name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Verb> {
    VERBS.iter().find(|verb| verb.name == name)
}

/// A key that stands beside verbs, by its name.
#[must_use]
pub fn beside(name: &str) -> Option<&'static Key> {
    BESIDE.iter().find(|key| key.name == name)
}

impl Verb {
    /// The keys that may stand in its step.
    #[must_use]
    pub fn keys(&self) -> Vec<&'static str> {
        [&[self.name], self.beside].concat()
    }

    /// Whether scenarios of a role may have it.
    #[must_use]
    pub fn is_for(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// The words that say what a payer owns.
#[must_use]
pub fn funds() -> Vec<&'static str> {
    words(Funds::WORDS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_verb_is_written_once_and_what_stands_beside_it_is_known() {
        let mut seen = BTreeSet::new();
        for verb in VERBS {
            assert!(seen.insert(verb.name), "{} stands there twice", verb.name);
            assert!(verb.beside.iter().all(|name| beside(name).is_some()), "{}", verb.name);
            assert!(verb.example.starts_with(verb.name), "{}", verb.name);
            assert!(verb.what.len() > 10 && !verb.what.ends_with('.'), "{}", verb.name);
        }
        let used: BTreeSet<&str> = VERBS.iter().flat_map(|verb| verb.beside).copied().collect();
        assert_eq!(used, names(BESIDE).into_iter().collect());
    }
}
