//! Payments that are written a little otherwise and are as good as any.

use super::must_be_served;
use crate::check::Judged;
use crate::cx::Cx;
use crate::server::buyer::ask;
use crate::server::challenge::Wrong;
use crate::server::money::Expected;
use gauntlet_wire::header::payment_header;
use gauntlet_wire::{Mutation, Version, draft};
use serde_json::json;

/// A member that no document defines.
const UNKNOWN: &str = "zzGauntlet";

pub(super) async fn header_in_any_case(cx: Cx) -> Judged {
    for name in spellings(payment_header(cx.version())) {
        let mut purchase = cx.purchase("cheap").await?;
        purchase.payment.changes.push(format!("in the header {name}"));
        let request = ask(&purchase.route).header(name.as_str(), purchase.header()?);
        let (visit, _) = cx.buy_as(&purchase, request, Expected::Plain).await?;
        must_be_served(&cx, &visit, |got| {
            let got = format!("{got} for {name}");
            Wrong::new("header-case-matters", "the content, in whatever case the name is written", got)
        })?;
    }
    Ok(())
}

/// `PAYMENT-SIGNATURE`, `payment-signature`, `Payment-Signature`.
fn spellings(name: &str) -> [String; 3] {
    let title = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{}", first.to_ascii_uppercase(), rest.to_ascii_lowercase())
    };
    let titled: Vec<String> = name.split('-').map(title).collect();
    [name.to_ascii_uppercase(), name.to_ascii_lowercase(), titled.join("-")]
}

pub(super) async fn unknown_members(cx: Cx) -> Judged {
    let payload = "/paymentPayload/payload";
    for parent in ["/paymentPayload", payload, draft::AUTHORIZATION] {
        let mutation = Mutation::Set(format!("{parent}/{UNKNOWN}"), json!({ "a": [1, null] }));
        bought_with(&cx, &mutation, "unknown-member-refused").await?;
    }
    Ok(())
}

pub(super) async fn unknown_extension(cx: Cx) -> Judged {
    let offer = cx.offer("cheap").await?;
    let mut extensions = offer.challenge.get("extensions").filter(|own| own.is_object()).cloned();
    let extensions = extensions.get_or_insert_with(|| json!({}));
    extensions[UNKNOWN] = json!({ "info": { "a": 1 }, "schema": {} });
    let mutation = Mutation::Set("/paymentPayload/extensions".into(), extensions.clone());
    bought_with(&cx, &mutation, "unknown-extension-refused").await
}

pub(super) async fn without_resource(cx: Cx) -> Judged {
    debug_assert_eq!(cx.version(), Version::V2, "version 1 payments have no resource");
    let offer = cx.offer("cheap").await?;
    if offer.challenge.get("resource").is_none_or(serde_json::Value::is_null) {
        let why = "the server's 402 has no resource that a payment could repeat";
        return Err(crate::check::Stop::NotApplicable(why.into()));
    }
    let mutation = Mutation::Without("/paymentPayload/resource".into());
    bought_with(&cx, &mutation, "resource-demanded").await
}

/// Buys the cheap route with a payment that is changed in one place and still good.
async fn bought_with(cx: &Cx, mutation: &Mutation, kind: &'static str) -> Judged {
    let mut purchase = cx.purchase("cheap").await?;
    purchase.payment.mutate(mutation);
    let (visit, _) = cx.buy(&purchase).await?;
    must_be_served(cx, &visit, |got| Wrong::new(kind, "the content: nothing that counts was changed", got))
}

#[cfg(test)]
mod tests {
    use super::spellings;

    #[test]
    fn headers_in_three_cases() {
        assert_eq!(spellings("X-PAYMENT"), ["X-PAYMENT", "x-payment", "X-Payment"]);
        let [_, lower, title] = spellings("PAYMENT-SIGNATURE");
        assert_eq!((lower.as_str(), title.as_str()), ("payment-signature", "Payment-Signature"));
    }
}
