//! Other ways of writing a payment that is the same to the token.

use crate::check::Stop;
use crate::scenario::model::Form;
use crate::server::buyer::{Purchase, ask};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gauntlet_probe::Request;
use gauntlet_wire::header::payment_header;
use gauntlet_wire::{Mutation, SignatureForm};
use serde_json::Value;

/// The request that presents a purchase in a form.
pub(super) fn request(purchase: &Purchase, form: Option<Form>) -> Result<Request, Stop> {
    let (name, value) = (payment_header(purchase.version()), purchase.header()?);
    let request = ask(&purchase.route);
    Ok(match form {
        None => request.header(name, value),
        Some(Form::UpperCase) => changed(purchase, &Mutation::UpperCaseHex)?,
        Some(Form::HighS) => changed(purchase, &Mutation::Signature(SignatureForm::HighS))?,
        Some(Form::Compact) => changed(purchase, &Mutation::Signature(SignatureForm::Compact))?,
        Some(Form::Reencoded) => request.header(name, base64(&reordered(&payload(purchase)?)?)),
        Some(Form::Unpadded) => request.header(name, unpadded(&payload(purchase)?.to_string())),
        Some(Form::LowerCaseHeader) => request.header(name.to_ascii_lowercase(), value),
        Some(Form::Twice) => request.header(name, value.clone()).header(name, value),
        Some(Form::Merged) => request.header(name, format!("{value}, {value}")),
    })
}

fn changed(purchase: &Purchase, mutation: &Mutation) -> Result<Request, Stop> {
    let payment = purchase.payment.clone().with(mutation);
    Purchase { payment, ..purchase.clone() }.request()
}

fn payload(purchase: &Purchase) -> Result<Value, Stop> {
    Ok(purchase.payment.draft.present()?.body["paymentPayload"].clone())
}

/// The same JSON with the members of every object in reverse order and white space between them.
fn reordered(payload: &Value) -> Result<String, Stop> {
    fn reverse(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                members.iter().rev().map(|(key, value)| (key.clone(), reverse(value))).collect()
            }
            other => other.clone(),
        }
    }
    Ok(serde_json::to_string_pretty(&reverse(payload))?)
}

/// Base64 without padding; a blank after the JSON sees to it that padding was due.
fn unpadded(text: &str) -> String {
    let text = if text.len().is_multiple_of(3) { format!("{text} ") } else { text.to_owned() };
    base64(&text).trim_end_matches('=').to_owned()
}

fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gauntlet_wire::header::{decode_lenient, decode_strict};
    use serde_json::json;

    #[test]
    fn a_reordered_payload_means_the_same() {
        let payload = json!({ "x402Version": 2, "payload": { "signature": "0x1", "authorization": {} } });
        let text = reordered(&payload).unwrap();
        assert_ne!(text, payload.to_string());
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), payload);
        assert_eq!(decode_strict(&base64(&text)), Ok(payload));
    }

    #[test]
    fn padding_was_due() {
        for text in ["[1]", "[12]", "[123]"] {
            let value = unpadded(text);
            assert!(decode_strict(&value).is_err(), "{text} needs no padding");
            assert_eq!(decode_lenient(&value).unwrap().oddities, ["missing padding"]);
        }
    }
}
