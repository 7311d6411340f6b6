//! Members that are missing, of the wrong type, or of another version: there is no payment in such a header.

use super::table::{FALLS, FORGED, Ground, Refusal, UNREADABLE, UNREADABLE_V1, change, set, without, write};
use crate::payment::Payment;
use serde_json::json;

pub(super) const REFUSALS: &[Refusal] = &[
    // ---- the version
    shape("version-3", "x402Version 3", |_, payment| set(payment, "x402Version", json!(3))),
    shape("version-0", "x402Version 0", |_, payment| set(payment, "x402Version", json!(0))),
    shape("version-negative", "x402Version -1", |_, payment| set(payment, "x402Version", json!(-1))),
    shape("version-text", "x402Version as text", |_, payment| {
        let text = payment.draft.version.number().to_string();
        set(payment, "x402Version", json!(text));
    }),
    shape("version-null", "x402Version null", |_, payment| set(payment, "x402Version", json!(null))),
    shape("version-fraction", "x402Version with a fraction", |_, payment| {
        set(payment, "x402Version", json!(f64::from(payment.draft.version.number()) + 0.5));
    }),
    shape("version-missing", "a payment without x402Version", |_, payment| without(payment, "x402Version")),
    // ---- missing members
    missing("without-signature", "a payment without signature", |_, payment| {
        without(payment, "payload/signature");
    }),
    missing("without-authorization", "a payment without authorization", |_, payment| {
        without(payment, "payload/authorization");
    }),
    missing("without-from", "an authorization without from", |_, payment| {
        without(payment, "payload/authorization/from");
    }),
    missing("without-to", "an authorization without to", |_, payment| {
        without(payment, "payload/authorization/to");
    }),
    missing("without-value", "an authorization without value", |_, payment| {
        without(payment, "payload/authorization/value");
    }),
    missing("without-valid-after", "an authorization without validAfter", |_, payment| {
        without(payment, "payload/authorization/validAfter");
    }),
    missing("without-valid-before", "an authorization without validBefore", |_, payment| {
        without(payment, "payload/authorization/validBefore");
    }),
    missing("without-nonce", "an authorization without nonce", |_, payment| {
        without(payment, "payload/authorization/nonce");
    }),
    missing("without-payload", "a payment without payload", |_, payment| without(payment, "payload")),
    missing("without-accepted", "a payment without accepted", |_, payment| without(payment, "accepted"))
        .only_v2(),
    missing("without-accepted-amount", "an accepted without amount", |_, payment| {
        without(payment, "accepted/amount");
    })
    .only_v2(),
    missing("without-accepted-payee", "an accepted without payTo", |_, payment| {
        without(payment, "accepted/payTo");
    })
    .only_v2(),
    missing("without-accepted-asset", "an accepted without asset", |_, payment| {
        without(payment, "accepted/asset");
    })
    .only_v2(),
    missing("without-accepted-network", "an accepted without network", |_, payment| {
        without(payment, "accepted/network");
    })
    .only_v2(),
    missing("without-accepted-scheme", "an accepted without scheme", |_, payment| {
        without(payment, "accepted/scheme");
    })
    .only_v2(),
    missing("without-network", "a payment without network", |_, payment| without(payment, "network"))
        .only_v1(),
    missing("without-scheme", "a payment without scheme", |_, payment| without(payment, "scheme")).only_v1(),
    // ---- wrong types
    shape("signature-boolean", "a boolean in place of the signature", |_, payment| {
        set(payment, "payload/signature", json!(true));
    }),
    shape("signature-null", "null in place of the signature", |_, payment| {
        set(payment, "payload/signature", json!(null));
    }),
    shape("signature-nul", "a signature of NUL characters", |_, payment| {
        set(payment, "payload/signature", json!("\0\0\0\0"));
    }),
    shape("authorization-list", "a list in place of the authorization", |_, payment| {
        set(payment, "payload/authorization", json!([]));
    }),
    shape("authorization-null", "null in place of the authorization", |_, payment| {
        set(payment, "payload/authorization", json!(null));
    }),
    shape("authorization-text", "text in place of the authorization", |_, payment| {
        set(payment, "payload/authorization", json!("{}"));
    }),
    shape("value-object", "an object in place of the value", |_, payment| {
        write(payment, "value", json!({ "amount": "10000" }));
    }),
    shape("value-list", "the value in a list", |_, payment| {
        let value = payment.draft.authorization.value.to_string();
        write(payment, "value", json!([value]));
    }),
    shape("from-object", "an object in place of the payer", |_, payment| write(payment, "from", json!({}))),
    shape("to-short", "a payee of 19 bytes", |_, payment| {
        let address = payment.draft.authorization.to.to_string();
        write(payment, "to", json!(address[..40].to_owned()));
    }),
    shape("payload-list", "a list in place of the payload", |_, payment| set(payment, "payload", json!([]))),
    shape("payload-null", "null in place of the payload", |_, payment| set(payment, "payload", json!(null))),
    shape("payload-text", "text in place of the payload", |_, payment| {
        set(payment, "payload", json!("e30="));
    }),
    shape("accepted-null", "null in place of accepted", |_, payment| set(payment, "accepted", json!(null)))
        .only_v2(),
    shape("accepted-list", "a list in place of accepted", |_, payment| set(payment, "accepted", json!([])))
        .only_v2(),
    shape("accepted-text", "text in place of accepted", |_, payment| {
        set(payment, "accepted", json!("exact"));
    })
    .only_v2(),
    shape("network-object", "an object in place of the network", |_, payment| {
        let member =
            if payment.draft.version == gauntlet_wire::Version::V2 { "accepted/network" } else { "network" };
        set(payment, member, json!({ "chain": 1 }));
    }),
];

/// A member that nobody can do without.
const fn missing(slug: &'static str, what: &'static str, edit: fn(&Ground, &mut Payment)) -> Refusal {
    change(slug, what, FORGED, edit).by(UNREADABLE, UNREADABLE_V1)
}

/// A member that is not what it should be.
const fn shape(slug: &'static str, what: &'static str, edit: fn(&Ground, &mut Payment)) -> Refusal {
    change(slug, what, FALLS, edit).by(UNREADABLE, UNREADABLE_V1)
}
