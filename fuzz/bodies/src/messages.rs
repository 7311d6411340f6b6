//! Messages of x402.

use gauntlet_wire::erc6492::Wrapped;
use gauntlet_wire::header::{bytes_lenient, decode_lenient, decode_strict, encode, encode_bytes};
use gauntlet_wire::message::{Malformed, Reading, read_request};
use gauntlet_wire::oracle::TokenView;
use gauntlet_wire::{
    LedgerView, Network, SettleAnswer, SupportedAnswer, U256, Verdict, VerifyAnswer, Version, judge,
    read_permit2, repeats,
};
use serde_json::Value;

/// Base64 headers: PAYMENT-REQUIRED, payments, receipts.
pub(crate) fn header(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok((read, oddities)) = bytes_lenient(&text) else {
        assert!(decode_strict(&text).is_err(), "what is strict is also read leniently");
        return;
    };
    assert!(read.len() <= text.len());
    assert_eq!(
        bytes_lenient(&encode_bytes(&read)),
        Ok((read.clone(), Vec::new())),
        "what is written is read again"
    );
    if let Ok(strict) = decode_strict(&text) {
        let lenient = decode_lenient(&text).unwrap();
        assert_eq!(lenient.value, strict);
        assert!(lenient.oddities.is_empty() && oddities.is_empty(), "{:?}", lenient.oddities);
        if !has_floats(&strict) {
            assert_eq!(decode_strict(&encode(&strict)), Ok(strict));
        }
    }
}

/// serde_json reads numbers with a fraction to the nearest that is quickly found, which need not be what was written.
fn has_floats(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_floats),
        Value::Object(members) => members.values().any(has_floats),
        _ => false,
    }
}

/// What facilitators are asked, and the oracle over it.
pub(crate) fn request(body: &[u8]) {
    let strict = read_request(body, Reading::Strict);
    let lenient = read_request(body, Reading::Lenient);
    match (&strict, &lenient) {
        (Ok(strict), lenient) => {
            assert_eq!(Ok(strict), lenient.as_ref(), "what is strict is read the same leniently")
        }
        (Err(fault), _) => is_placed(fault),
    }
    for reading in [Reading::Strict, Reading::Lenient] {
        if let Err(fault) = read_permit2(body, reading) {
            is_placed(&fault);
        }
    }
    let ledger = LedgerView {
        chain_id: 84_532,
        token: TokenView::Eip3009 { name: "USDC".into(), version: "2".into(), paused: false },
        balance: U256::from(1_000_000),
        nonce_used: false,
        blocked: false,
    };
    let verdict = judge(body, &ledger, 1_770_000_000);
    if let Verdict::Invalid(reasons) = &verdict {
        assert!(!reasons.is_empty(), "a refusal has a reason");
    }
    if verdict == Verdict::Valid {
        assert!(strict.is_ok(), "what must be taken is written as the documents say");
    }
}

fn is_placed(fault: &Malformed) {
    assert!(fault.at.is_empty() || fault.at.starts_with('/'), "{:?} is no JSON pointer", fault.at);
    assert!(!fault.problem.is_empty());
}

/// What facilitators answer.
pub(crate) fn answers(body: &[u8]) {
    let settled = SettleAnswer::read(body);
    if let Ok(settled) = &settled {
        let _ = settled.is_pending();
    }
    if let Ok(supported) = SupportedAnswer::read(body) {
        for version in Version::ALL {
            let _ = supported.offers(version, "exact", Network::new(84_532));
        }
    }
    let is_json = serde_json::from_slice::<Value>(body).is_ok();
    assert!(is_json || (settled.is_err() && VerifyAnswer::read(body).is_err()), "only JSON is an answer");
}

/// Names of networks.
pub(crate) fn network(bytes: &[u8]) {
    let name = String::from_utf8_lossy(bytes);
    if let Some(network) = Network::parse(&name) {
        assert!(network.caip2() == name || network.v1_name() == name, "{name:?} is read as {network:?}");
        assert_eq!(Network::parse(&network.caip2()), Some(network));
    }
}

/// Signatures of wallets that do not exist yet.
pub(crate) fn signature(bytes: &[u8]) {
    if let Some(wrapped) = Wrapped::unwrap(bytes) {
        assert!(Wrapped::is_marked(bytes));
        assert_eq!(Wrapped::unwrap(&wrapped.wrap()), Some(wrapped));
    }
}

/// Names that stand twice.
pub(crate) fn repeats(text: &[u8]) {
    let value = serde_json::from_slice::<Value>(text);
    assert!(value.is_ok() || !repeats::has_repeats(text), "what is no JSON repeats nothing");
    if let Ok(value) = value {
        assert!(!repeats::has_repeats(value.to_string().as_bytes()), "a value has each name once");
    }
}
