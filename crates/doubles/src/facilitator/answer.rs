//! The answers to `/verify` and `/settle`.
//!
//! Source: core v2 §5.3.2 and §5.4.2, core v1 §5.3 and §5.4.

use super::findings::reason;
use super::misshape;
use super::payment::{Payment, Seen, Unreadable};
use super::service::{Refusal, Service};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gauntlet_wire::{B256, U256, Version};
use serde_json::{Map, Value, json};

/// Which question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Verify,
    Settle,
}

impl Call {
    /// The member that says yes or no.
    pub(super) const fn verdict(self) -> &'static str {
        match self {
            Self::Verify => "isValid",
            Self::Settle => "success",
        }
    }

    /// The member that says why not.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Verify => "invalidReason",
            Self::Settle => "errorReason",
        }
    }

    /// The member that says why not, for people.
    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::Verify => "invalidMessage",
            Self::Settle => "errorMessage",
        }
    }

    const fn unexpected(self) -> &'static str {
        match self {
            Self::Verify => reason::VERIFY_ERROR,
            Self::Settle => reason::SETTLE_ERROR,
        }
    }
}

/// An answer before it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) call: Call,
    pub(super) status: StatusCode,
    /// Why not; `None` for yes.
    pub(super) reason: Option<&'static str>,
    pub(super) message: Option<String>,
    pub(super) seen: Seen,
    pub(super) transaction: Option<B256>,
    /// Atomic token units that were moved; version 2 only.
    pub(super) amount: Option<U256>,
}

impl Answer {
    /// Yes.
    pub(super) fn good(call: Call, seen: Seen) -> Self {
        Self {
            call,
            status: StatusCode::OK,
            reason: None,
            message: None,
            seen,
            transaction: None,
            amount: None,
        }
    }

    /// Settled, with this transaction.
    pub(super) fn settled(seen: Seen, payment: Option<&Payment>, transaction: B256) -> Self {
        let amount = payment
            .filter(|payment| payment.request.version == Version::V2)
            .map(|payment| payment.request.authorization.value);
        Self { transaction: Some(transaction), amount, ..Self::good(Call::Settle, seen) }
    }

    /// No, for a reason.
    pub(super) fn no(call: Call, seen: Seen, reason: &'static str, message: Option<String>) -> Self {
        Self { reason: Some(reason), message, ..Self::good(call, seen) }
    }

    /// No, for what was found.
    pub(super) fn refused(call: Call, seen: Seen, refusal: Refusal, transaction: Option<B256>) -> Self {
        let version = seen.version.unwrap_or(Version::V2);
        let (reason, message) = match refusal {
            Refusal::Finding(finding) => (finding.reason(version), None),
            Refusal::Chain(error) => (call.unexpected(), Some(error.to_string())),
            Refusal::Reason(reason) => (reason, None),
        };
        Self { transaction, ..Self::no(call, seen, reason, message) }
    }

    /// The body was no request.
    pub(super) fn unreadable(call: Call, seen: Seen, unreadable: &Unreadable) -> Self {
        let message = Some(unreadable.problem.to_owned());
        Self { status: unreadable.status, ..Self::no(call, seen, unreadable.reason, message) }
    }

    /// Writes the answer down, as a mutant does when there is a fault in that.
    pub(super) fn write(self, service: &Service) -> Response {
        let mut body = Map::new();
        body.insert(self.call.verdict().into(), json!(self.reason.is_none()));
        if let Some(reason) = self.reason {
            body.insert(self.call.reason().into(), json!(reason));
        }
        if let Some(message) = &self.message {
            body.insert(self.call.message().into(), json!(message));
        }
        if let Some(payer) = self.seen.payer {
            body.insert("payer".into(), json!(payer.to_checksum(None)));
        }
        if self.call == Call::Settle {
            let transaction = self.transaction.map_or_else(String::new, |hash| hash.to_string());
            body.insert("transaction".into(), json!(transaction));
            body.insert("network".into(), json!(self.seen.network));
            if let Some(amount) = self.amount {
                body.insert("amount".into(), json!(amount.to_string()));
            }
        }
        let status = misshape::misshape(&self, &mut body, service);
        (status, Json(Value::Object(body))).into_response()
    }
}
