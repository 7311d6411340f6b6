//! The vocabulary drawn: every mutation with the values at which implementations go wrong.

use gauntlet_wire::mutation::{Change, WORDS};
use gauntlet_wire::{U256, Version};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// Changes after which a valid payment is still one, and means the same.
pub const HARMLESS: [&str; 6] =
    ["unknown-fields", "lower-case-addresses", "upper-case-hex", "reordered", "spaced", "escaped"];

/// Prices at which numbers stop fitting: into a byte count, a double, 64 and 128 bits.
#[must_use]
pub fn amounts() -> Vec<U256> {
    let bit = |places: usize| U256::ONE << places;
    vec![
        U256::from(10_000),
        U256::ONE,
        bit(53),
        bit(53) + U256::ONE,
        bit(64) - U256::ONE,
        bit(64),
        bit(128),
        bit(128) + U256::ONE,
    ]
}

/// What the payer signs, and what is asked for: nothing here says how it is written.
fn meant(version: Version) -> Vec<Value> {
    let bit = |places: usize| U256::ONE << places;
    let price = U256::from(10_000);
    let texts = |word: &str, texts: &[&str]| texts.iter().map(|it| json!({ word: it })).collect::<Vec<_>>();
    let counts = |word: &str, counts: &[u64]| counts.iter().map(|it| json!({ word: it })).collect::<Vec<_>>();
    let values = [
        U256::ZERO,
        U256::ONE,
        price + bit(64),
        price + bit(128),
        bit(64) - U256::ONE,
        bit(128),
        bit(255),
        U256::MAX,
    ];
    let prices = [U256::ZERO, U256::ONE, bit(53), bit(53) + U256::ONE, bit(64), bit(128), U256::MAX];
    let mut all = vec![json!("value-zero"), json!("value-of-purse"), json!("extra-missing")];
    all.extend(values.iter().map(|value| json!({ "value": value.to_string() })));
    all.extend(prices.iter().map(|value| json!({ "price": value.to_string() })));
    all.extend(counts("value-below", &[1, 2, 9_999]));
    all.extend(counts("value-above", &[1, 2, 256, 65_536, 4_294_967_296]));
    all.extend(texts("payee", &["stranger", "p-payer"]));
    all.extend(counts("payee-near", &(0..20).collect::<Vec<_>>()));
    all.extend(texts("payer", &["stranger"]));
    all.extend(counts("expired", &[0, 1, 2, 5, 29, 31, 60, 3600, 86_400]));
    let far = [0, 1, 2, 5, 29, 31, 60, 120, 600, 630, 86_400, 31_536_000, (1 << 53) - 1];
    all.extend(counts("expires-in", &far));
    all.extend(counts("not-yet-valid", &[0, 1, 2, 29, 30, 31, 60, 3600, 315_360_000, (1 << 53) - 1]));
    all.extend(counts("begins-in-milliseconds", &[0, 60, 3600]));
    all.extend(texts("signed-by", &["stranger", "p-payee"]));
    let forms =
        ["high-s", "parity-v", "compact", "bit-flipped", "zero", "empty", "truncated", "overlong", "wrong-v"];
    all.extend(texts("signature", &forms));
    all.extend(texts("domain-name", &["", "USD Coin", "usdc", "USDC "]));
    all.extend(texts("domain-version", &["", "1", "2.0", "3"]));
    all.extend(counts("domain-chain", &[0, 1, 8453, 84_531, 43_114, 4_294_967_296 + 84_532]));
    all.extend(texts("domain-contract", &["stranger"]));
    all.extend(texts("extra-name", &["", "USD Coin", "usdc", "USDC "]));
    all.extend(texts("extra-version", &["", "1", "2.0", "3"]));
    for word in ["network", "network-of-payload"] {
        all.extend(counts(word, &[1, 8453, 43_114, 4_294_967_296 + 84_532]));
    }
    for word in ["scheme", "scheme-of-payload"] {
        all.extend(texts(word, &["foo", "", "Exact", "exact ", "upto"]));
    }
    all.extend(texts("asset", &["other", "paused", "plain", "nowhere"]));
    if version == Version::V2 {
        all.extend(counts("accepted-amount", &[0, 1, 9_999, 10_001, 100_000]));
        all.extend(texts("accepted-payee", &["stranger"]));
    }
    all
}

/// How it is written.
fn written(version: Version) -> Vec<Value> {
    let mut all = vec![json!("value-wraps"), json!("value-wraps-128")];
    all.extend(HARMLESS.iter().map(|word| json!(word)));
    let spellings = [
        "negative",
        "fraction",
        "exponent",
        "hexadecimal",
        "leading-blank",
        "leading-zero",
        "other-digits",
        "empty",
        "number",
    ];
    all.extend(spellings.iter().map(|spelling| json!({ "spelled": spelling })));
    all.extend([0, 1, 31, 33, 64].map(|bytes| json!({ "nonce-bytes": bytes })));
    all.extend(["", "0x", "not-a-nonce", "1"].map(|text| json!({ "nonce-text": text })));
    let versions =
        [json!(0), json!(1), json!(2), json!(3), json!(-1), json!("2"), json!(1.5), json!(true), json!({})];
    all.extend(versions.iter().map(|number| json!({ "version": number })));
    for place in places(version) {
        all.push(json!({ "without": place }));
        for odd in [json!(""), json!(0), json!("0x"), json!(true), json!([]), json!({})] {
            all.push(json!({ "set": place, "to": odd }));
        }
        for other in [json!("1"), json!("0x0000000000000000000000000000000000000001")] {
            all.push(json!({ "repeated": place, "to": other }));
            all.push(json!({ "repeated-last": place, "to": other }));
        }
    }
    all
}

/// The members of a facilitator request.
fn places(version: Version) -> Vec<String> {
    let mut places: Vec<String> = ["/x402Version", "/paymentPayload", "/paymentPayload/x402Version"]
        .iter()
        .chain(&["/paymentPayload/payload", "/paymentPayload/payload/signature"])
        .chain(&["/paymentPayload/payload/authorization", "/paymentRequirements"])
        .map(|place| (*place).to_owned())
        .collect();
    let signed = ["from", "to", "value", "validAfter", "validBefore", "nonce"];
    places.extend(signed.iter().map(|member| format!("/paymentPayload/payload/authorization/{member}")));
    let price = gauntlet_wire::message::amount_field(version);
    let asked = [
        "scheme",
        "network",
        price,
        "asset",
        "payTo",
        "maxTimeoutSeconds",
        "extra",
        "extra/name",
        "extra/version",
    ];
    places.extend(asked.iter().map(|member| format!("/paymentRequirements/{member}")));
    match version {
        Version::V2 => {
            places.extend(["/paymentPayload/accepted", "/paymentPayload/resource"].map(str::to_owned));
            places.extend(asked.iter().map(|member| format!("/paymentPayload/accepted/{member}")));
        }
        Version::V1 => {
            places.extend(["/paymentPayload/scheme", "/paymentPayload/network"].map(str::to_owned));
        }
    }
    places
}

fn read(values: Vec<Value>) -> Vec<Change> {
    values.into_iter().filter_map(|value| Change::try_from(value).ok()).collect()
}

/// Each change with each of its values, the meaning before the writing.
#[must_use]
pub fn singles(version: Version) -> Vec<Change> {
    read([meant(version), written(version)].concat())
}

/// The changes of what is meant: whatever is written anew after them does not undo them.
#[must_use]
pub fn singles_of_meaning(version: Version) -> Vec<Change> {
    read(meant(version))
}

/// One of these changes, any word as likely as any other.
fn of_any_word(all: &[Change]) -> BoxedStrategy<Change> {
    let of_a_word = WORDS
        .iter()
        .map(|word| all.iter().filter(|change| change.name() == word.name).cloned().collect::<Vec<_>>())
        .filter(|of_word| !of_word.is_empty())
        .map(|of_word| select(of_word).boxed())
        .collect::<Vec<_>>();
    proptest::strategy::Union::new(of_a_word).no_shrink().boxed()
}

/// One change, any word as likely as any other.
pub fn any_change(version: Version) -> BoxedStrategy<Change> {
    let boundary = of_any_word(&singles(version));
    let counted = |word: &'static str, below: u64| {
        (0..below).prop_filter_map("a count that fits", move |count| Change::with(word, count).ok())
    };
    let anywhere = prop_oneof![
        counted("value-below", 10_000),
        counted("value-above", 1 << 40),
        counted("expired", 1 << 31),
        counted("expires-in", 1 << 31),
        counted("not-yet-valid", 1 << 40),
        any::<u128>().prop_filter_map("an amount", |value| Change::with("value", value.to_string()).ok()),
    ];
    prop_oneof![9 => boundary, 1 => anywhere].boxed()
}

/// Harmless changes, so few of them that most cases have one or none.
pub fn harmless() -> BoxedStrategy<Vec<Change>> {
    let words: Vec<Change> = HARMLESS.iter().filter_map(|word| Change::word(word).ok()).collect();
    vec(select(words).no_shrink(), 0..3).boxed()
}

/// One change of what is meant behind up to two of how it is written, which may be what hides it.
pub fn hidden(version: Version) -> BoxedStrategy<Vec<Change>> {
    let words: Vec<Change> = HARMLESS.iter().filter_map(|word| Change::word(word).ok()).collect();
    let meant = of_any_word(&singles_of_meaning(version));
    (vec(select(words).no_shrink(), 0..3), meant)
        .prop_map(|(mut changes, meant)| {
            changes.push(meant);
            changes
        })
        .boxed()
}

/// Changes in the order in which they have to be applied: what is meant before how it is written.
#[must_use]
pub fn in_order(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by_key(|change| WORDS.iter().position(|word| word.name == change.name()));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    use std::collections::BTreeSet;

    #[test]
    fn every_value_fits_its_word_and_every_word_is_there() {
        for version in Version::ALL {
            let values = [meant(version), written(version)].concat();
            let all = singles(version);
            assert_eq!(all.len(), values.len(), "a value does not fit its word in {version}");
            let named: BTreeSet<&str> = all.iter().map(Change::name).collect();
            let missing: Vec<&str> =
                WORDS.iter().map(|word| word.name).filter(|name| !named.contains(name)).collect();
            let of_v2: &[&str] =
                if version == Version::V2 { &[] } else { &["accepted-amount", "accepted-payee"] };
            assert_eq!(missing, of_v2);
        }
    }

    #[test]
    fn every_word_is_drawn() {
        let mut runner = TestRunner::deterministic();
        let strategy = any_change(Version::V2);
        let drawn: BTreeSet<&str> =
            (0..2000).map(|_| strategy.new_tree(&mut runner).unwrap().current().name()).collect();
        assert_eq!(drawn.len(), WORDS.len());
    }

    #[test]
    fn how_it_is_written_comes_last() {
        let change = |value: Value| Change::try_from(value).unwrap();
        let mixed =
            vec![change(json!("reordered")), change(json!({ "expired": 60 })), change(json!("value-zero"))];
        let names: Vec<&str> = in_order(mixed).iter().map(Change::name).collect();
        assert_eq!(names, ["value-zero", "expired", "reordered"]);
    }
}
