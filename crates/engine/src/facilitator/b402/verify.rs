//! What `/verify` looks at, in which order, and what it calls it.

use super::{check, must_not_be_taken, post, violated};
use crate::check::{Check, Judged, Stop};
use crate::cx::Cx;
use crate::history::{Endpoint, Said};
use crate::payment::Payment;
use gauntlet_wire::{Key, U256};
use serde_json::{Value, json};

const RISK: &str = "a client cannot tell why a payment was refused, and pays again or gives up";

pub(super) fn checks() -> Vec<Check> {
    let reasons = REASONS.iter().map(|row| {
        check(
            &format!("b402.reason.{}", row.id),
            &format!("{} is refused as {}", row.what, row.code),
            &["B402-VERIFY-001"],
            RISK,
            move |cx| reason(cx, row),
        )
    });
    reasons
        .chain([
            check(
                "b402.verify.version-first",
                "a wrong version is told before a wrong scheme",
                &["B402-VERIFY-002"],
                RISK,
                version_first,
            ),
            check(
                "b402.verify.two-authorizations",
                "a payload with two authorizations is refused",
                &["B402-VERIFY-005"],
                "what is verified is not what is settled",
                two_authorizations,
            ),
            check(
                "b402.verify.no-method",
                "requirements without a transfer method are refused",
                &["B402-VERIFY-006"],
                "what is verified is not what is settled",
                no_method,
            ),
        ])
        .collect()
}

/// One change to a valid payment, and what it is called.
struct Row {
    id: &'static str,
    what: &'static str,
    code: &'static str,
    change: fn(&mut Payment, &Cx),
    /// A change to the body as it goes over the wire.
    body: Option<fn(&mut Value)>,
}

const REASONS: &[Row] = &[
    Row {
        id: "signature",
        what: "a signature by somebody else",
        code: "invalid_exact_evm_payload_signature",
        change: |payment, cx| payment.draft.signer = stranger(cx),
        body: None,
    },
    Row {
        id: "valid-after",
        what: "a payment that is not good yet",
        code: "invalid_exact_evm_payload_authorization_valid_after",
        change: |payment, cx| payment.draft.authorization.valid_after = U256::from(cx.now + 300),
        body: None,
    },
    Row {
        id: "valid-before",
        what: "a payment that is past",
        code: "invalid_exact_evm_payload_authorization_valid_before",
        change: |payment, cx| payment.draft.authorization.valid_before = U256::from(cx.now - 60),
        body: None,
    },
    Row {
        id: "value",
        what: "a payment below the price",
        code: "invalid_exact_evm_payload_authorization_value_mismatch",
        change: |payment, _| payment.draft.authorization.value -= U256::ONE,
        body: None,
    },
    Row {
        id: "recipient",
        what: "a payment to somebody else",
        code: "invalid_exact_evm_payload_recipient_mismatch",
        change: |payment, cx| payment.draft.authorization.to = cx.stranger(),
        body: None,
    },
    Row {
        id: "version",
        what: "a request without a version",
        code: "invalid_x402_version",
        change: |_, _| {},
        body: Some(|body| {
            body.as_object_mut().and_then(|members| members.shift_remove("x402Version"));
        }),
    },
    Row {
        id: "scheme",
        what: "a scheme that is neither exact nor upto",
        code: "invalid_scheme",
        change: |_, _| {},
        body: Some(|body| body["paymentRequirements"]["scheme"] = json!("deferred")),
    },
    Row {
        id: "payload",
        what: "a payload without an authorization",
        code: "invalid_payload",
        change: |_, _| {},
        body: Some(|body| body["paymentPayload"]["payload"] = json!({ "signature": "0x" })),
    },
    Row {
        id: "network",
        what: "a payment for another network",
        code: "invalid_network",
        change: |_, _| {},
        body: Some(|body| {
            body["paymentRequirements"]["network"] = json!("eip155:1");
            body["paymentPayload"]["accepted"]["network"] = json!("eip155:1");
        }),
    },
];

fn stranger(cx: &Cx) -> Key {
    cx.key("stranger")
}

async fn reason(cx: Cx, row: &'static Row) -> Judged {
    let mut payment = cx.payment().await?;
    (row.change)(&mut payment, &cx);
    let mut body = value(&payment.body()?)?;
    if let Some(change) = row.body {
        change(&mut body);
    }
    let reply = post(&cx, Endpoint::Verify, body.to_string(), row.what).await?;
    let said = reply.reason();
    if reply.said == Said::Yes {
        violated(&cx, "taken", &format!("isValid false, {}", row.code), &reply);
    } else if said.as_deref() != Some(row.code) {
        violated(&cx, "another-reason", &format!("invalidReason {}", row.code), &reply);
    }
    Ok(())
}

fn value(body: &[u8]) -> Result<Value, Stop> {
    serde_json::from_slice(body).map_err(|error| Stop::Harness(error.to_string()))
}

async fn version_first(cx: Cx) -> Judged {
    let mut body = value(&super::valid_body(&cx).await?)?;
    body["x402Version"] = json!(3);
    body["paymentRequirements"]["scheme"] = json!("deferred");
    let sent = "a payment of version 3 under a scheme that does not exist";
    let reply = post(&cx, Endpoint::Verify, body.to_string(), sent).await?;
    if reply.reason().as_deref() != Some("invalid_x402_version") {
        violated(&cx, "another-order", "invalidReason invalid_x402_version", &reply);
    }
    Ok(())
}

async fn two_authorizations(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    let mut body = value(&payment.body()?)?;
    let signed = &payment.draft.authorization;
    body["paymentPayload"]["payload"]["permit2Authorization"] = json!({
        "permitted": { "token": payment.token.address, "amount": signed.value.to_string() },
        "from": signed.from,
        "spender": cx.world.spender(gauntlet_wire::permit2::Permit2Scheme::Exact, &payment.token),
        "nonce": U256::from_be_bytes(signed.nonce.0).to_string(),
        "deadline": signed.valid_before.to_string(),
        "witness": { "to": signed.to, "validAfter": signed.valid_after.to_string() },
    });
    let sent = "a valid payment over EIP-3009 with an authorization of Permit2 beside its own";
    let reply = post(&cx, Endpoint::Verify, body.to_string(), sent).await?;
    must_not_be_taken(&cx, "taken", "isValid false: only one authorization may be there", &reply);
    Ok(())
}

async fn no_method(cx: Cx) -> Judged {
    let mut body = value(&super::valid_body(&cx).await?)?;
    for place in ["/paymentRequirements/extra", "/paymentPayload/accepted/extra"] {
        if let Some(extra) = body.pointer_mut(place).and_then(Value::as_object_mut) {
            extra.shift_remove("assetTransferMethod");
        }
    }
    let reply = post(
        &cx,
        Endpoint::Verify,
        body.to_string(),
        "a valid payment whose extra has no assetTransferMethod",
    )
    .await?;
    must_not_be_taken(&cx, "taken", "isValid false: extra is mandatory", &reply);
    Ok(())
}
