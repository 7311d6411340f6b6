//! One payment in many spellings: to a facilitator that knows it by nonce, payer and network all are the same.

use crate::check::Stop;
use crate::server::buyer::{Purchase, ask};
use gauntlet_probe::Request;
use gauntlet_wire::header::{encode, encode_bytes, payment_header};
use serde_json::{Value, json};

/// A way to write a payment down: what it does, and the header that it makes of the payload.
type Spelling = (&'static str, fn(Value) -> String);

const SPELLINGS: &[Spelling] = &[
    ("with its members in another order", |payload| encode(&reversed(&payload))),
    ("with blanks between its members", |payload| encode_bytes(format!(" {payload:#}\n").as_bytes())),
    ("with a member that no document knows", |mut payload| {
        payload["zzUnknown"] = json!(1);
        encode(&payload)
    }),
    ("with addresses and numbers in other letters", |mut payload| {
        relettered(&mut payload["payload"]["authorization"]["from"], str::to_lowercase);
        relettered(&mut payload["payload"]["authorization"]["nonce"], str::to_uppercase);
        relettered(&mut payload["payload"]["signature"], str::to_uppercase);
        encode(&payload)
    }),
];

/// Good for nothing when it comes first; whoever knows the payment already does not look at its signature.
const FORGED: Spelling = ("with another signature", |mut payload| {
    relettered(&mut payload["payload"]["signature"], |digits| {
        let last = if digits.ends_with('0') { "1" } else { "0" };
        format!("{}{last}", &digits[..digits.len() - 1])
    });
    encode(&payload)
});

/// The request of a purchase once for each spelling, with what is done to it.
pub(super) fn requests(purchase: &Purchase) -> Result<Vec<(&'static str, Request)>, Stop> {
    written(purchase, SPELLINGS)
}

/// The request of a purchase that has been spent, with a signature that is wrong.
pub(super) fn forged(purchase: &Purchase) -> Result<Vec<(&'static str, Request)>, Stop> {
    written(purchase, &[FORGED])
}

fn written(purchase: &Purchase, spellings: &[Spelling]) -> Result<Vec<(&'static str, Request)>, Stop> {
    let payload = purchase.payment.draft.present()?.body["paymentPayload"].clone();
    let request = |write: fn(Value) -> String| {
        ask(&purchase.route).header(payment_header(purchase.version()), write(payload.clone()))
    };
    Ok(spellings.iter().map(|(how, write)| (*how, request(*write))).collect())
}

fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            members.iter().rev().map(|(name, value)| (name.clone(), reversed(value))).collect()
        }
        other => other.clone(),
    }
}

/// Changes the digits behind `0x`.
fn relettered(value: &mut Value, change: impl Fn(&str) -> String) {
    if let Some(digits) = value.as_str().and_then(|text| text.strip_prefix("0x")).filter(|it| !it.is_empty())
    {
        *value = json!(format!("0x{}", change(digits)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gauntlet_wire::header::decode_lenient;

    #[test]
    fn every_spelling_is_another_and_names_the_same_payment() {
        let payload = json!({
            "x402Version": 2,
            "payload": {
                "signature": "0xab01",
                "authorization": { "from": "0xAbCd", "nonce": "0xefef" },
            },
        });
        let plain = encode(&payload);
        for (how, write) in SPELLINGS.iter().chain([&FORGED]) {
            let text = write(payload.clone());
            assert_ne!(text, plain, "{how}");
            let read = decode_lenient(&text).expect("JSON").value;
            let same = |member: &str| {
                let of =
                    |payload: &Value| payload["payload"]["authorization"][member].to_string().to_lowercase();
                of(&read) == of(&payload)
            };
            assert!(same("from") && same("nonce"), "{how}");
        }
    }
}
