//! The mutations by name, as scenarios, properties and vectors write them: `"value-zero"`, `{ value-below = 1 }`,
//! `{ set = "/paymentRequirements/extra", to = {} }`.

use super::{KeyBox, Mutation, Spelling};
use crate::{Address, Key, Network, SignatureForm, Token, U256};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A word of the vocabulary.
#[derive(Debug)]
pub struct Word {
    /// How it is written.
    pub name: &'static str,
    /// What stands beside it.
    pub takes: Takes,
    /// What it does to a valid payment, as a sentence without a subject.
    pub what: &'static str,
    make: fn(&Value, &dyn Cast) -> Mutation,
}

/// What stands beside a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A count of units, seconds, bytes or a chain id, from 0 to 2^53 − 1.
    Count,
    /// An amount: a text of decimal digits below 2^256, atomic token units.
    Amount,
    /// A text.
    Text,
    /// The name of an account.
    Account,
    /// The name of a token of the chain.
    Token,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Any value.
    Anything,
    /// A place, as JSON pointer.
    Place,
    /// A place, and under `to` a value.
    PlaceAndValue,
}

/// The greatest count: beyond it readers that keep numbers as doubles disagree.
const GREATEST: u64 = (1 << 53) - 1;

/// Who plays the accounts and tokens that a change names.
pub trait Cast {
    /// The key of an account; always the same for the same name.
    fn account(&self, name: &str) -> Key;
    /// A token of the chain; `None` when the chain has none of that name.
    fn token(&self, name: &str) -> Option<Token>;
    /// What the payer owns, atomic units.
    fn purse(&self) -> U256;
}

/// One change to a valid payment, by name.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Change {
    word: &'static Word,
    argument: Value,
    to: Value,
}

impl PartialEq for Change {
    fn eq(&self, other: &Self) -> bool {
        self.word.name == other.word.name && self.argument == other.argument && self.to == other.to
    }
}

/// A change that is not in the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ChangeError {
    /// What is wrong.
    pub message: String,
    /// The unknown word, for whoever wants to look for a near one.
    pub unknown: Option<String>,
}

impl Change {
    /// A word that stands alone.
    ///
    /// # Errors
    /// [`ChangeError`] when there is no such word, or it needs something beside it.
    pub fn word(name: &str) -> Result<Self, ChangeError> {
        Self::new(name, Value::Null, Value::Null)
    }

    /// A word with what stands beside it.
    ///
    /// # Errors
    /// [`ChangeError`] when there is no such word, or the argument does not fit it.
    pub fn with(name: &str, argument: impl Into<Value>) -> Result<Self, ChangeError> {
        Self::new(name, argument.into(), Value::Null)
    }

    /// A word about a place and a value: `set`, `repeated`, `repeated-last`.
    ///
    /// # Errors
    /// [`ChangeError`] when there is no such word, or the arguments do not fit it.
    pub fn at(name: &str, place: &str, to: impl Into<Value>) -> Result<Self, ChangeError> {
        Self::new(name, place.into(), to.into())
    }

    fn new(name: &str, argument: Value, to: Value) -> Result<Self, ChangeError> {
        let word = WORDS.iter().find(|word| word.name == name).ok_or_else(|| no_such_word(name))?;
        match word.takes.problem(&argument) {
            Some(wanted) => Err(wrong(format!("`{name}` takes {wanted}"))),
            None => Ok(Self { word, argument, to }),
        }
    }

    /// Its word.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.word.name
    }

    /// The mutation, with the accounts and tokens of a cast.
    #[must_use]
    pub fn mutation(&self, cast: &dyn Cast) -> Mutation {
        let both = json!({ "at": self.argument, "to": self.to });
        match self.word.takes {
            Takes::PlaceAndValue => (self.word.make)(&both, cast),
            _ => (self.word.make)(&self.argument, cast),
        }
    }
}

impl TryFrom<Value> for Change {
    type Error = ChangeError;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let Written { name, argument, to } = Written::try_from(value)?;
        let change = Self::new(&name, argument, to.clone().unwrap_or_default())?;
        match (change.word.takes, to) {
            (Takes::PlaceAndValue, None) => Err(wrong(format!("`{name}` needs `to` beside it"))),
            (Takes::PlaceAndValue, Some(_)) | (_, None) => Ok(change),
            (_, Some(_)) => Err(wrong(format!("`{name}` has no `to`"))),
        }
    }
}

/// A change as it is written, before its word is looked up.
pub(crate) struct Written {
    pub(crate) name: String,
    pub(crate) argument: Value,
    pub(crate) to: Option<Value>,
}

impl TryFrom<Value> for Written {
    type Error = ChangeError;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        match value {
            Value::String(name) => Ok(Self { name, argument: Value::Null, to: None }),
            Value::Object(mut members) => {
                let to = members.shift_remove("to");
                let mut words = members.into_iter();
                let (Some((name, argument)), None) = (words.next(), words.next()) else {
                    return Err(wrong("a mutation is one word, or one word with what it takes"));
                };
                Ok(Self { name, argument, to })
            }
            _ => Err(wrong("a mutation is a text, or a table with one word")),
        }
    }
}

pub(crate) fn wrong(message: impl Into<String>) -> ChangeError {
    ChangeError { message: message.into(), unknown: None }
}

pub(crate) fn no_such_word(name: &str) -> ChangeError {
    ChangeError { message: format!("there is no mutation `{name}`"), unknown: Some(name.to_owned()) }
}

impl From<Change> for Value {
    fn from(change: Change) -> Self {
        if change.word.takes == Takes::Nothing {
            return Self::from(change.word.name);
        }
        let mut members = Map::new();
        members.insert(change.word.name.to_owned(), change.argument);
        if change.word.takes == Takes::PlaceAndValue {
            members.insert("to".to_owned(), change.to);
        }
        Self::Object(members)
    }
}

impl Takes {
    /// What it takes, for people; `None` when the argument is that.
    pub(crate) fn problem(self, argument: &Value) -> Option<String> {
        let fits = match self {
            Self::Nothing => argument.is_null(),
            Self::Count => argument.as_u64().is_some_and(|count| count <= GREATEST),
            Self::Amount => argument.as_str().is_some_and(is_amount),
            Self::Text => argument.is_string(),
            Self::Account | Self::Token => argument.as_str().is_some_and(|name| !name.is_empty()),
            Self::OneOf(words) => argument.as_str().is_some_and(|word| words.contains(&word)),
            Self::Anything => true,
            Self::Place | Self::PlaceAndValue => {
                argument.as_str().is_some_and(|place| place.starts_with('/'))
            }
        };
        (!fits).then(|| self.to_string())
    }
}

fn is_amount(text: &str) -> bool {
    text.bytes().all(|digit| digit.is_ascii_digit()) && text.parse::<U256>().is_ok()
}

impl std::fmt::Display for Takes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => write!(f, "nothing"),
            Self::Count => write!(f, "a whole number from 0 to 2^53 - 1"),
            Self::Amount => write!(f, "a text of decimal digits, atomic units below 2^256"),
            Self::Text => write!(f, "a text"),
            Self::Account => write!(f, "the name of an account"),
            Self::Token => write!(f, "the name of a token"),
            Self::OneOf(words) => write!(f, "one of {}", words.join(", ")),
            Self::Anything => write!(f, "any value"),
            Self::Place => write!(f, "a place, such as \"/paymentRequirements/extra\""),
            Self::PlaceAndValue => write!(f, "a place, and under `to` a value"),
        }
    }
}

// ---- what the arguments say; they have been looked at when the change was made -----------------------------------

pub(crate) fn count(argument: &Value) -> u64 {
    argument.as_u64().unwrap_or_default()
}

fn size(argument: &Value) -> usize {
    usize::try_from(count(argument)).unwrap_or(usize::MAX)
}

pub(crate) fn text(argument: &Value) -> String {
    argument.as_str().unwrap_or_default().to_owned()
}

pub(crate) fn amount(argument: &Value) -> U256 {
    text(argument).parse().unwrap_or_default()
}

fn address(argument: &Value, cast: &dyn Cast) -> Address {
    cast.account(&text(argument)).address()
}

pub(crate) fn one_of<T: Copy>(argument: &Value, words: &[(&str, T)], otherwise: T) -> T {
    let word = argument.as_str().unwrap_or_default();
    words.iter().find(|(known, _)| *known == word).map_or(otherwise, |(_, meaning)| *meaning)
}

fn token(argument: &Value, cast: &dyn Cast) -> Token {
    token_named(text(argument), cast)
}

/// A token that no chain has stands at an account without code.
pub(crate) fn token_named(name: String, cast: &dyn Cast) -> Token {
    cast.token(&name).unwrap_or_else(|| Token {
        address: cast.account(&name).address(),
        name,
        version: "1".into(),
        decimals: 6,
    })
}

fn repeated(both: &Value, first: bool) -> Mutation {
    Mutation::Repeated { at: text(&both["at"]), value: both["to"].clone(), first }
}

macro_rules! names {
    ($constant:ident, $table:ident, $type:ident { $($word:literal => $variant:ident),+ $(,)? }) => {
        pub(crate) const $constant: &[&str] = &[$($word),+];
        pub(crate) const $table: &[(&str, $type)] = &[$(($word, $type::$variant)),+];
    };
}

names!(FORM_WORDS, FORMS, SignatureForm {
    "high-s" => HighS, "parity-v" => ParityV, "compact" => Compact, "bit-flipped" => BitFlipped, "zero" => Zero,
    "empty" => Empty, "truncated" => Truncated, "overlong" => Overlong, "wrong-v" => WrongV,
});

names!(SPELLING_WORDS, SPELLINGS, Spelling {
    "negative" => Negative, "fraction" => Fraction, "exponent" => Exponent, "hexadecimal" => Hexadecimal,
    "leading-blank" => LeadingBlank, "leading-zero" => LeadingZero, "other-digits" => OtherDigits, "empty" => Empty,
    "number" => Number,
});

macro_rules! words {
    ($($name:literal, $takes:expr, $what:literal, $make:expr;)+) => {
        /// The vocabulary, in the order in which it is explained.
        pub const WORDS: &[Word] = &[$(Word { name: $name, takes: $takes, what: $what, make: $make }),+];
    };
}

words! {
    // What the payer signs
    "value", Takes::Amount, "authorizes this value", |a, _| Mutation::Value(amount(a));
    "value-below", Takes::Count, "authorizes so many units less than the price", |a, _| Mutation::ValueBelow(count(a));
    "value-above", Takes::Count, "authorizes so many units more than the price", |a, _| Mutation::ValueAbove(count(a));
    "value-zero", Takes::Nothing, "authorizes nothing", |_, _| Mutation::ValueZero;
    "value-of-purse", Takes::Nothing, "authorizes all that the payer owns", |_, cast| Mutation::Value(cast.purse());
    "price", Takes::Amount, "asks for and authorizes this amount", |a, _| Mutation::Price(amount(a));
    "payee", Takes::Account, "authorizes a payment to another account", |a, cast| Mutation::PayeeOther(address(a, cast));
    "payee-near", Takes::Count, "authorizes a payment to an account that shares only so many first bytes with the payee",
        |a, _| Mutation::PayeeNear(size(a));
    "payer", Takes::Account, "takes the money of another account, signed by the payer",
        |a, cast| Mutation::PayerOther(address(a, cast));
    "expired", Takes::Count, "ended so many seconds ago", |a, _| Mutation::Expired(count(a));
    "expires-in", Takes::Count, "ends in so many seconds", |a, _| Mutation::ExpiresIn(count(a));
    "not-yet-valid", Takes::Count, "begins in so many seconds", |a, _| Mutation::NotYetValid(count(a));
    "begins-in-milliseconds", Takes::Count, "begins so many seconds ago, written in milliseconds",
        |a, _| Mutation::BeginsInMilliseconds(count(a));
    // Who signs, and under which domain
    "signed-by", Takes::Account, "is signed by another account",
        |a, cast| Mutation::SignedBy(Box::new(KeyBox(cast.account(&text(a)))));
    "signature", Takes::OneOf(FORM_WORDS), "has its signature in another form",
        |a, _| Mutation::Signature(one_of(a, FORMS, SignatureForm::Plain));
    "domain-name", Takes::Text, "is signed under another domain name", |a, _| Mutation::DomainName(text(a).into());
    "domain-version", Takes::Text, "is signed under another domain version",
        |a, _| Mutation::DomainVersion(text(a).into());
    "domain-chain", Takes::Count, "is signed for another chain id", |a, _| Mutation::DomainChain(count(a));
    "domain-contract", Takes::Account, "is signed for another contract",
        |a, cast| Mutation::DomainContract(address(a, cast));
    // What is asked for
    "extra-name", Takes::Text, "names the domain wrongly in extra", |a, _| Mutation::ExtraName(text(a).into());
    "extra-version", Takes::Text, "versions the domain wrongly in extra", |a, _| Mutation::ExtraVersion(text(a).into());
    "extra-missing", Takes::Nothing, "has no extra on either side", |_, _| Mutation::ExtraMissing;
    "network", Takes::Count, "names the network of another chain id on both sides",
        |a, _| Mutation::NetworkOther(Network::new(count(a)));
    "network-of-payload", Takes::Count, "names the network of another chain id in the payload",
        |a, _| Mutation::NetworkDisagrees(Network::new(count(a)));
    "scheme", Takes::Text, "names another scheme on both sides", |a, _| Mutation::SchemeOther(text(a).into());
    "scheme-of-payload", Takes::Text, "names another scheme in the payload",
        |a, _| Mutation::SchemeDisagrees(text(a).into());
    "asset", Takes::Token, "asks for another token than the one that is signed for",
        |a, cast| Mutation::AssetSwapped(Box::new(token(a, cast)));
    "accepted-amount", Takes::Count, "has another price in accepted (v2)", |a, _| Mutation::AcceptedAmount(count(a));
    "accepted-payee", Takes::Account, "has another payee in accepted (v2)",
        |a, cast| Mutation::AcceptedPayee(address(a, cast));
    // How it is written
    "value-wraps", Takes::Nothing, "has 2^256 added to the value, behind the signer's back", |_, _| Mutation::ValueWraps;
    "value-wraps-128", Takes::Nothing, "has 2^128 added to the value, behind the signer's back",
        |_, _| Mutation::ValueWraps128;
    "spelled", Takes::OneOf(SPELLING_WORDS), "spells its amounts in another way",
        |a, _| Mutation::Spelled(one_of(a, SPELLINGS, Spelling::LeadingZero));
    "nonce-bytes", Takes::Count, "has a nonce of so many bytes", |a, _| Mutation::NonceBytes(size(a));
    "nonce-text", Takes::Text, "has this for a nonce", |a, _| Mutation::NonceText(text(a).into());
    "version", Takes::Anything, "has another x402Version", |a, _| Mutation::VersionIs(a.clone());
    "without", Takes::Place, "lacks a member", |a, _| Mutation::Without(text(a));
    "set", Takes::PlaceAndValue, "has another value at a place",
        |both, _| Mutation::Set(text(&both["at"]), both["to"].clone());
    "unknown-fields", Takes::Nothing, "has fields that no document knows", |_, _| Mutation::UnknownFields;
    "lower-case-addresses", Takes::Nothing, "has its addresses in lower case", |_, _| Mutation::LowerCaseAddresses;
    "upper-case-hex", Takes::Nothing, "has nonce and signature in upper case", |_, _| Mutation::UpperCaseHex;
    "reordered", Takes::Nothing, "has the members of its objects in reverse order", |_, _| Mutation::Reordered;
    "spaced", Takes::Nothing, "has white space between all tokens", |_, _| Mutation::Spaced;
    "escaped", Takes::Nothing, "has every letter as an escape", |_, _| Mutation::Escaped;
    "repeated", Takes::PlaceAndValue, "has a member twice, first with another value", |both, _| repeated(both, true);
    "repeated-last", Takes::PlaceAndValue, "has a member twice, last with another value",
        |both, _| repeated(both, false);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    struct Nobody;

    impl Cast for Nobody {
        fn account(&self, name: &str) -> Key {
            Key::derive(name)
        }

        fn token(&self, _: &str) -> Option<Token> {
            None
        }

        fn purse(&self) -> U256 {
            U256::from(7)
        }
    }

    fn sample(takes: Takes) -> Value {
        match takes {
            Takes::Nothing => Value::Null,
            Takes::Count => json!(3),
            Takes::Amount => json!("10001"),
            Takes::Text | Takes::Account | Takes::Token => json!("stranger"),
            Takes::OneOf(words) => json!(words[0]),
            Takes::Anything => json!({ "a": 1 }),
            Takes::Place | Takes::PlaceAndValue => json!("/paymentPayload/payload/authorization/value"),
        }
    }

    #[test]
    fn every_word_is_read_as_it_is_written_and_does_something_of_its_own() {
        let mut made = BTreeSet::new();
        for word in WORDS {
            let change = Change::new(word.name, sample(word.takes), json!("1"));
            let change = change.unwrap_or_else(|error| panic!("{}: {error}", word.name));
            let written = Value::from(change.clone());
            let read = Change::try_from(written.clone()).unwrap_or_else(|error| panic!("{written}: {error}"));
            assert_eq!(Value::from(read), written);
            made.insert(format!("{:?}", change.mutation(&Nobody)));
            assert!(word.what.len() > 8 && !word.what.ends_with('.'), "{}", word.name);
        }
        assert_eq!(made.len(), WORDS.len());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let refusals = [
            json!("value-belo"),
            json!("value-below"),
            json!({ "value-below": -1 }),
            json!({ "value-below": 9_007_199_254_740_992_u64 }),
            json!({ "value": 10_000 }),
            json!({ "value": "0x10" }),
            json!({ "signature": "low-s" }),
            json!({ "without": "payload" }),
            json!({ "set": "/paymentPayload" }),
            json!({ "without": "/paymentPayload", "to": 1 }),
            json!({ "value-below": 1, "value-above": 1 }),
            json!(3),
        ];
        let said: Vec<String> = refusals
            .into_iter()
            .map(|value| Change::try_from(value.clone()).expect_err(&value.to_string()).to_string())
            .collect();
        insta::assert_snapshot!(said.join("\n"));
    }
}
