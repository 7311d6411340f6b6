//! What B402 looks at before anything else, in the order of its documents.

use super::{Asked, Endpoint, Tongue};
use crate::facilitator::findings::reason;
use crate::facilitator::mutants::Fault;
use gauntlet_wire::Version;
use serde_json::Value;

const PAYLOAD: &str = "/paymentPayload/payload";

/// Why a request goes no further.
pub(super) fn look(tongue: &Tongue, asked: Asked, body: &[u8]) -> Result<(), &'static str> {
    let body: Value = serde_json::from_slice(body).map_err(|_| reason::PAYLOAD)?;
    let version = || {
        let right = body.get("x402Version").and_then(Value::as_u64) == Some(asked.version.number().into());
        if right { Ok(()) } else { Err(reason::VERSION) }
    };
    let schemes = || {
        let served = |place: &str| matches!(text(&body, place), Some("exact" | "upto"));
        let accepted = asked.version == Version::V1 || served("/paymentPayload/accepted/scheme");
        if served("/paymentRequirements/scheme") && accepted { Ok(()) } else { Err("invalid_scheme") }
    };
    if tongue.is(Fault::B402SchemeBeforeVersion) {
        schemes()?;
        version()?;
    } else {
        version()?;
        schemes()?;
    }
    members(tongue, asked, &body)
}

/// The members that B402 wants and x402 leaves open.
fn members(tongue: &Tongue, asked: Asked, body: &Value) -> Result<(), &'static str> {
    if asked.version == Version::V1 {
        return Ok(());
    }
    let method = text(body, "/paymentRequirements/extra/assetTransferMethod");
    let methods = &tongue.setup.dialect().names.methods;
    let known = [&methods.eip3009, &methods.permit2_exact, &methods.permit2_upto];
    let is_known = known.iter().any(|known| known.as_deref() == method && method.is_some());
    if !is_known && !tongue.is(Fault::B402WithoutMethod) {
        return Err(reason::REQUIREMENTS);
    }
    let has =
        |member: &str| body.pointer(&format!("{PAYLOAD}/{member}")).is_some_and(|value| !value.is_null());
    if has("authorization") && has("permit2Authorization") && !tongue.is(Fault::B402TakesBoth) {
        return Err(reason::PAYLOAD);
    }
    let is_upto = method.is_some() && method == methods.permit2_upto.as_deref();
    if is_upto && !has("permit2Authorization/witness/facilitator") {
        return Err(reason::PAYLOAD);
    }
    let charged = tongue.setup.dialect().settling.charge.as_ref().and_then(|member| body.get(member));
    let must_charge = is_upto && asked.endpoint == Endpoint::Settle && !tongue.is(Fault::B402ChargesTheCap);
    if must_charge && !charged.is_some_and(is_decimal) {
        return Err(reason::PAYLOAD);
    }
    if charged.is_some() && !is_upto && tongue.is(Fault::B402RefusesIdleCharge) {
        return Err(reason::PAYLOAD);
    }
    Ok(())
}

/// Whether a member is an amount as text.
pub(super) fn is_decimal(member: &Value) -> bool {
    member.as_str().is_some_and(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
}

fn text<'a>(body: &'a Value, place: &str) -> Option<&'a str> {
    body.pointer(place).and_then(Value::as_str)
}
