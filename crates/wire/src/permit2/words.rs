//! The mutations of Permit2 payments by name, written as those of EIP-3009 payments are: `"spender-facilitator"`,
//! `{ permitted-below = 1 }`. Words that both vocabularies have mean the same in both.

use super::Permit2Mutation as M;
use super::draft::Permit2Draft;
use crate::SignatureForm;
use crate::mutation::words::{
    Cast, ChangeError, FORM_WORDS, FORMS, Takes, Written, amount, count, no_such_word, one_of, text, wrong,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A word of the vocabulary.
#[derive(Debug)]
pub struct Permit2Word {
    /// How it is written.
    pub name: &'static str,
    /// What stands beside it.
    pub takes: Takes,
    /// What it does to a valid payment, as a sentence without a subject.
    pub what: &'static str,
    make: fn(&Value) -> M,
}

/// One change to a valid Permit2 payment, by name.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct Permit2Change {
    word: &'static Permit2Word,
    argument: Value,
}

impl PartialEq for Permit2Change {
    fn eq(&self, other: &Self) -> bool {
        self.word.name == other.word.name && self.argument == other.argument
    }
}

impl Permit2Change {
    /// A word that stands alone.
    ///
    /// # Errors
    /// [`ChangeError`] when there is no such word, or it needs something beside it.
    pub fn word(name: &str) -> Result<Self, ChangeError> {
        Self::with(name, Value::Null)
    }

    /// A word with what stands beside it.
    ///
    /// # Errors
    /// [`ChangeError`] when there is no such word, or the argument does not fit it.
    pub fn with(name: &str, argument: impl Into<Value>) -> Result<Self, ChangeError> {
        let argument = argument.into();
        let known = PERMIT2_WORDS.iter().find(|word| word.name == name);
        let word = known.ok_or_else(|| no_such_word(name))?;
        match word.takes.problem(&argument) {
            Some(wanted) => Err(wrong(format!("`{name}` takes {wanted}"))),
            None => Ok(Self { word, argument }),
        }
    }

    /// Its word.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.word.name
    }

    /// The mutation that it names.
    #[must_use]
    pub fn mutation(&self) -> M {
        (self.word.make)(&self.argument)
    }

    /// Changes a draft, with the accounts and tokens of a cast, and says how.
    pub fn apply(&self, draft: &mut Permit2Draft, cast: &dyn Cast) -> String {
        self.mutation().apply(draft, cast)
    }
}

impl TryFrom<Value> for Permit2Change {
    type Error = ChangeError;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let Written { name, argument, to } = Written::try_from(value)?;
        let change = Self::with(&name, argument)?;
        match to {
            None => Ok(change),
            Some(_) => Err(wrong(format!("`{name}` has no `to`"))),
        }
    }
}

impl From<Permit2Change> for Value {
    fn from(change: Permit2Change) -> Self {
        match change.word.takes {
            Takes::Nothing => Self::from(change.word.name),
            _ => Self::Object(Map::from_iter([(change.word.name.to_owned(), change.argument)])),
        }
    }
}

macro_rules! words {
    ($($name:literal, $takes:expr, $what:literal, $make:expr;)+) => {
        /// The vocabulary, in the order in which it is explained.
        pub const PERMIT2_WORDS: &[Permit2Word] =
            &[$(Permit2Word { name: $name, takes: $takes, what: $what, make: $make }),+];
    };
}

words! {
    // Who may spend, and for whom
    "spender", Takes::Account, "lets another account spend it", |a| M::Spender(text(a));
    "spender-facilitator", Takes::Nothing, "lets the facilitator spend it past the proxy", |_| M::SpenderFacilitator;
    "spender-other-proxy", Takes::Nothing, "lets the other scheme's proxy spend it", |_| M::SpenderOtherProxy;
    "spender-unsigned", Takes::Account, "names another spender than the signed one", |a| M::SpenderUnsigned(text(a));
    "witness-to", Takes::Account, "authorizes a payment to another account", |a| M::WitnessTo(text(a));
    "witness-to-unsigned", Takes::Account, "names another payee than the signed one",
        |a| M::WitnessToUnsigned(text(a));
    "witness-facilitator", Takes::Account, "lets another facilitator settle it (upto)",
        |a| M::WitnessFacilitator(text(a));
    "witness-facilitator-unsigned", Takes::Account, "names another facilitator than the signed one (upto)",
        |a| M::WitnessFacilitatorUnsigned(text(a));
    "witness-missing-facilitator", Takes::Nothing, "does not name the facilitator that is signed (upto)",
        |_| M::WitnessMissingFacilitator;
    // What may be spent, and when
    "permitted-token", Takes::Token, "permits another token", |a| M::PermittedToken(text(a));
    "permitted-above", Takes::Count, "permits so many units more than the price", |a| M::PermittedAbove(count(a));
    "permitted-below", Takes::Count, "permits so many units less than the price", |a| M::PermittedBelow(count(a));
    "permitted-zero", Takes::Nothing, "permits nothing", |_| M::PermittedZero;
    "permitted-of-purse", Takes::Nothing, "permits all that the payer owns", |_| M::PermittedPurse;
    "expired", Takes::Count, "ended so many seconds ago", |a| M::Expired(count(a));
    "not-yet-valid", Takes::Count, "begins in so many seconds", |a| M::NotYetValid(count(a));
    "nonce", Takes::Amount, "has this nonce, that of another authorization", |a| M::Nonce(amount(a));
    // Who signs, and under which domain
    "signed-by", Takes::Account, "is signed by another account", |a| M::SignedBy(text(a));
    "signature", Takes::OneOf(FORM_WORDS), "has its signature in another form",
        |a| M::Signature(one_of(a, FORMS, SignatureForm::Plain));
    "domain-version", Takes::Text, "is signed under a domain with a version", |a| M::DomainVersion(text(a));
    "domain-chain", Takes::Count, "is signed for another chain id", |a| M::DomainChain(count(a));
    "domain-of-token", Takes::Nothing, "is signed under the domain of the token", |_| M::DomainOfToken;
    // How it is written
    "both-authorizations", Takes::Nothing, "has an EIP-3009 authorization as well", |_| M::BothAuthorizations;
    "eip3009-instead", Takes::Nothing, "has a good EIP-3009 authorization instead", |_| M::Eip3009Instead;
    "without", Takes::Place, "lacks a member", |a| M::Without(text(a));
    "nonce-hexadecimal", Takes::Nothing, "writes its nonce in hexadecimal digits", |_| M::NonceHexadecimal;
    "amount-number", Takes::Nothing, "writes its permitted amount as a JSON number", |_| M::AmountNumber;
    "scheme-swapped", Takes::Nothing, "names the other scheme on both sides and is no payment of that",
        |_| M::SchemeSwapped;
    "transfer-method-missing", Takes::Nothing, "does not say in extra that it goes through Permit2 (exact)",
        |_| M::TransferMethodMissing;
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeSet;

    fn sample(takes: Takes) -> Value {
        match takes {
            Takes::Nothing => Value::Null,
            Takes::Count => json!(3),
            Takes::Amount => json!("10001"),
            Takes::OneOf(words) => json!(words[0]),
            Takes::Place => json!("/paymentPayload/payload/signature"),
            _ => json!("stranger"),
        }
    }

    #[test]
    fn every_word_is_read_as_it_is_written_and_does_something_of_its_own() {
        let mut made = BTreeSet::new();
        for word in PERMIT2_WORDS {
            let change = Permit2Change::with(word.name, sample(word.takes));
            let change = change.unwrap_or_else(|error| panic!("{}: {error}", word.name));
            let written = Value::from(change.clone());
            assert_eq!(Permit2Change::try_from(written.clone()), Ok(change.clone()), "{written}");
            assert_eq!(change.name(), word.name);
            made.insert(format!("{:?}", change.mutation()));
            assert!(word.what.len() > 8 && !word.what.ends_with('.'), "{}", word.name);
        }
        assert_eq!(made.len(), PERMIT2_WORDS.len());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (refused, said) in [
            (json!("value-below"), "there is no mutation `value-below`"),
            (json!("permitted-below"), "`permitted-below` takes a whole number from 0 to 2^53 - 1"),
            (json!({ "permitted-zero": 1 }), "`permitted-zero` takes nothing"),
            (json!({ "without": "/paymentPayload", "to": 1 }), "`without` has no `to`"),
            (json!({ "signature": "low-s" }), "`signature` takes one of high-s, "),
            (json!({ "expired": 1, "nonce": "1" }), "a mutation is one word, or one word with what it takes"),
            (json!(3), "a mutation is a text, or a table with one word"),
        ] {
            let error = Permit2Change::try_from(refused.clone()).expect_err(&refused.to_string());
            assert!(error.to_string().starts_with(said), "{refused}: {error}");
        }
    }
}
