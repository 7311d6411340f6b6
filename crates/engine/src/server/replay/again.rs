//! A spent payment at its own route, in other words.

use super::{once_more, spent};
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::buyer::{Purchase, ask};
use crate::server::offer::Offer;
use gauntlet_probe::Request;
use gauntlet_wire::header::{encode_bytes, payment_header, receipt_header};
use gauntlet_wire::{Mutation, Version};
use serde_json::Value;

pub(super) async fn in_sequence(cx: Cx) -> Judged {
    let purchase = spent(&cx).await?;
    for _ in 0..2 {
        once_more(&cx, &purchase, purchase.request()?).await?;
    }
    Ok(())
}

/// Presents a spent payment in the request that `write` makes of it.
pub(super) async fn presented(cx: Cx, write: fn(&mut Purchase) -> Result<Request, Stop>) -> Judged {
    let mut purchase = spent(&cx).await?;
    let request = write(&mut purchase)?;
    once_more(&cx, &purchase, request).await
}

pub(super) async fn mutated(cx: Cx, mutation: Mutation) -> Judged {
    let mut purchase = spent(&cx).await?;
    purchase.payment.mutate(&mutation);
    once_more(&cx, &purchase, purchase.request()?).await
}

fn payload(purchase: &Purchase) -> Result<Value, Stop> {
    Ok(purchase.payment.draft.present()?.body["paymentPayload"].take())
}

fn carrying(purchase: &Purchase, value: String) -> Request {
    ask(&purchase.route).header(payment_header(purchase.version()), value)
}

pub(super) fn reordered(purchase: &mut Purchase) -> Result<Request, Stop> {
    purchase.payment.changes.push("keys in reverse order, white space between them".into());
    Ok(carrying(purchase, in_reverse(payload(purchase)?)?))
}

fn in_reverse(payload: Value) -> Result<String, Stop> {
    fn reverse(value: Value) -> Value {
        match value {
            Value::Object(members) => {
                members.into_iter().rev().map(|(key, value)| (key, reverse(value))).collect()
            }
            other => other,
        }
    }
    Ok(encode_bytes(&serde_json::to_vec_pretty(&reverse(payload))?))
}

pub(super) fn unpadded(purchase: &mut Purchase) -> Result<Request, Stop> {
    purchase.payment.changes.push("base64 without padding".into());
    let value = without_padding(&payload(purchase)?);
    Ok(carrying(purchase, value))
}

fn without_padding(payload: &Value) -> String {
    let mut text = payload.to_string();
    // Three bytes fill four letters, and then there would be no padding to leave out.
    if text.len().is_multiple_of(3) {
        text.push(' ');
    }
    encode_bytes(text.as_bytes()).trim_end_matches('=').to_owned()
}

pub(super) fn lower_case_name(purchase: &mut Purchase) -> Result<Request, Stop> {
    let name = payment_header(purchase.version()).to_ascii_lowercase();
    Ok(ask(&purchase.route).header(name, purchase.header()?))
}

pub(super) async fn other_requests(cx: Cx) -> Judged {
    let purchase = spent(&cx).await?;
    let path = &purchase.route.path;
    let separator = if path.contains('?') { '&' } else { '?' };
    let query = Request { path: format!("{path}{separator}again=1"), ..purchase.request()? };
    once_more(&cx, &purchase, query).await?;
    for method in ["HEAD", "POST"] {
        let request = Request { method: method.into(), ..purchase.request()? };
        once_more(&cx, &purchase, request).await?;
    }
    Ok(())
}

pub(super) async fn receipt_as_payment(cx: Cx) -> Judged {
    let purchase = cx.purchase("cheap").await?;
    let (bought, _) = cx.buy(&purchase).await?;
    let own = bought.header(receipt_header(cx.version()));
    let Some(receipt) = own.or_else(|| bought.header(receipt_header(Version::V2))) else {
        return Err(Stop::Inconclusive(format!("there is no receipt to present: {}", bought.got())));
    };
    let request = carrying(&purchase, receipt.to_owned());
    let visit = cx.knock(request, "the receipt of a payment in the place of a payment").await?;
    cx.must_have_come(&visit)?;
    if visit.status() >= 500 {
        cx.find(Violation {
            requirement: "INV-008-RS",
            kind: "server-error",
            want: "a refusal".into(),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

/// The signature covers neither the version nor the header, so that it is good in both.
pub(super) async fn other_version(cx: Cx) -> Judged {
    let mut purchase = spent(&cx).await?;
    let other = match purchase.version() {
        Version::V1 => Version::V2,
        Version::V2 => Version::V1,
    };
    let unpaid = cx.unpaid("cheap").await?;
    let draft = &mut purchase.payment.draft;
    // A server that does not speak the other version gets the payment in our own words.
    let offer = Offer::read(&cx, &unpaid, other).ok();
    draft.echo = offer.as_ref().map(|offer| Box::new(offer.echo()));
    draft.version = other;
    purchase.offer.version = other;
    purchase.payment.changes.push(format!("the same authorization as a {other} payment"));
    once_more(&cx, &purchase, purchase.request()?).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use gauntlet_wire::header::{decode_lenient, decode_strict, encode};
    use serde_json::json;

    #[test]
    fn padding_is_missing_whatever_the_length() {
        for text in ["", "a", "ab", "abc"] {
            let payload = json!({ "text": text });
            let read = decode_lenient(&without_padding(&payload)).unwrap();
            assert_eq!((read.value, read.oddities), (payload, vec!["missing padding"]));
        }
    }

    #[test]
    fn what_is_reordered_says_the_same_in_other_bytes() {
        let payload = json!({ "a": 1, "b": { "c": [2, { "d": 3, "e": 4 }], "f": 5 } });
        let written = in_reverse(payload.clone()).unwrap();
        assert_ne!(written, encode(&payload));
        let read = decode_strict(&written).unwrap();
        assert_eq!(read, payload);
        assert_eq!(read.as_object().unwrap().keys().collect::<Vec<_>>(), ["b", "a"]);
    }
}
