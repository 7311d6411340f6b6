//! A request body becomes a payment, or is refused as unreadable.

use super::findings::reason;
use super::mutants::Fault;
use super::rewrite;
use crate::claims::PaymentId;
use crate::json::{self, Repeats};
use alloy_primitives::keccak256;
use axum::http::{HeaderMap, StatusCode, header};
use gauntlet_wire::message::{Malformed, Reading, Request, read_request};
use gauntlet_wire::{Address, B256, Network, Version};
use serde_json::Value;

/// A payment that could be read.
#[derive(Debug, Clone)]
pub(super) struct Payment {
    pub(super) request: Request,
    /// Hash of the body as it came.
    pub(super) body: B256,
    /// The two texts that name the payee: in the authorization and in the requirements.
    pub(super) payee_texts: [String; 2],
    /// Something that is signed was missing and has been made up; only with
    /// [`Fault::DefaultsMissingFields`].
    pub(super) made_up: bool,
    /// The body has members that no document names, escapes, or white space between its tokens.
    pub(super) is_oddly_written: bool,
    /// The body writes some letters as escapes.
    pub(super) has_escapes: bool,
}

impl Payment {
    pub(super) fn id(&self) -> PaymentId {
        let Request { authorization, requirements, .. } = &self.request;
        (requirements.asset, authorization.from, authorization.nonce)
    }
}

/// What an answer repeats of its request, as far as it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) payer: Option<Address>,
    /// The request's own name of the network; ours when it gives none.
    pub(super) network: String,
    pub(super) version: Option<Version>,
}

impl Seen {
    /// Nothing could be read.
    pub(super) fn nothing(network: Network) -> Self {
        Self { payer: None, network: network.caip2(), version: None }
    }

    fn of(root: &Value, network: Network) -> Self {
        let text = |pointer: &str| root.pointer(pointer).and_then(Value::as_str);
        let version = root.pointer("/paymentPayload/x402Version").and_then(Value::as_u64);
        let version =
            version.and_then(|number| u8::try_from(number).ok()).and_then(|number| number.try_into().ok());
        let named =
            ["/paymentRequirements/network", "/paymentPayload/accepted/network", "/paymentPayload/network"]
                .into_iter()
                .find_map(text);
        Self {
            payer: text("/paymentPayload/payload/authorization/from").and_then(|from| from.parse().ok()),
            network: named.map_or_else(|| network.name(version.unwrap_or(Version::V2)), str::to_owned),
            version,
        }
    }
}

/// A body that is no request at all: answered with a 4xx.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable {
    pub(super) status: StatusCode,
    pub(super) reason: &'static str,
    pub(super) problem: &'static str,
    /// Nested too deeply or too large: what a careless reader dies of.
    pub(super) deadly: bool,
}

/// What became of a body.
#[derive(Debug)]
pub(super) enum Body {
    Unreadable(Unreadable),
    /// A request whose payment breaks the field tables.
    Malformed(Seen, Malformed),
    Payment(Seen, Box<Payment>),
}

/// Reads the body of `/verify` or `/settle`.
pub(super) fn read(
    headers: &HeaderMap,
    body: &[u8],
    network: Network,
    fault: Option<Fault>,
    repeats: Repeats,
) -> Body {
    let root = match envelope(headers, body, repeats) {
        Ok(root) => root,
        Err(unreadable) => return Body::Unreadable(unreadable),
    };
    let seen = Seen::of(&root, network);
    let rewritten = match rewrite::rewrite(root, network, fault) {
        Ok(rewritten) => rewritten,
        Err(malformed) => return Body::Malformed(seen, malformed),
    };
    let reading = match fault {
        Some(Fault::LenientNumbers | Fault::VerifyReadsLeniently | Fault::AcceptsEverything) => {
            Reading::Lenient
        }
        _ => Reading::Strict,
    };
    let text = |pointer: &str| {
        rewritten.root.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    match read_request(rewritten.root.to_string().as_bytes(), reading) {
        Ok(request) => {
            let payee_texts =
                [text("/paymentPayload/payload/authorization/to"), text("/paymentRequirements/payTo")];
            let payment = Payment {
                request,
                body: keccak256(body),
                payee_texts,
                made_up: rewritten.made_up,
                is_oddly_written: rewrite::refuse_unknown(&rewritten.root).is_err()
                    || rewritten.root.to_string().as_bytes() != body,
                has_escapes: body.windows(2).any(|two| two == b"\\u"),
            };
            Body::Payment(seen, Box::new(payment))
        }
        Err(malformed) => Body::Malformed(seen, malformed),
    }
}

fn envelope(headers: &HeaderMap, body: &[u8], repeats: Repeats) -> Result<Value, Unreadable> {
    let refuse =
        |reason, problem, deadly| Unreadable { status: StatusCode::BAD_REQUEST, reason, problem, deadly };
    if !is_json(headers) {
        return Err(refuse(reason::PAYLOAD, "the content type must be application/json", false));
    }
    let root = json::read(body, repeats).map_err(|error| {
        let too_deep = error.to_string().contains("recursion limit");
        refuse(reason::PAYLOAD, "the body must be one JSON document", too_deep)
    })?;
    for (member, reason, problem) in [
        ("paymentPayload", reason::PAYLOAD, "the body must be an object with an object paymentPayload"),
        (
            "paymentRequirements",
            reason::REQUIREMENTS,
            "the body must be an object with an object paymentRequirements",
        ),
    ] {
        if !root.get(member).is_some_and(Value::is_object) {
            return Err(refuse(reason, problem, false));
        }
    }
    Ok(root)
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}
