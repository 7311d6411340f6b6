//! What comes back: an answer of the target, and what the chain says.

use crate::history::{Endpoint, Said};
use gauntlet_chain::Transfer;
use gauntlet_report::Exchange;
use gauntlet_wire::{B256, SettleAnswer, U256, VerifyAnswer};
use serde_json::Value;

/// An answer of the target, taken apart.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The exchange.
    pub exchange: Exchange,
    /// What it amounts to.
    pub said: Said,
    /// What was sent, for people.
    pub sent: String,
}

impl Reply {
    /// The answer in one line: status, body, time.
    #[must_use]
    pub fn got(&self) -> String {
        let millis = self.exchange.took_us / 1000;
        match (&self.exchange.status, &self.exchange.response, &self.exchange.fault) {
            (Some(status), Some(response), None) => {
                let body = String::from_utf8_lossy(&response.body);
                format!("{status}  {}   in {millis} ms", body.trim())
            }
            (_, _, Some(fault)) => fault.to_string(),
            _ => "no answer".into(),
        }
    }

    /// What the answer amounts to, beside which reports show the exchange itself.
    #[must_use]
    pub fn in_short(&self) -> String {
        let status = self.exchange.status.unwrap_or_default();
        let yes = [("/settle", "success true"), ("/verify", "isValid true")];
        let yes = yes.iter().find(|(path, _)| self.exchange.url.ends_with(path)).map(|(_, yes)| *yes);
        match &self.said {
            Said::Yes => yes.map_or_else(|| format!("status {status}"), str::to_owned),
            Said::No => {
                let reason = self.reason().unwrap_or_else(|| "no reason code".into());
                format!("status {status}, {reason}")
            }
            Said::Unclear(what) => what.clone(),
            Said::Nothing(fault) => fault.clone(),
        }
    }

    /// The body as `/verify` answer.
    #[must_use]
    pub fn verify(&self) -> Option<VerifyAnswer> {
        VerifyAnswer::read(&self.exchange.response.as_ref()?.body).ok()
    }

    /// The body as `/settle` answer.
    #[must_use]
    pub fn settle(&self) -> Option<SettleAnswer> {
        SettleAnswer::read(&self.exchange.response.as_ref()?.body).ok()
    }

    /// The transaction that a `/settle` answer names, when it is a hash.
    #[must_use]
    pub fn transaction(&self) -> Option<B256> {
        self.settle()?.transaction?.parse().ok()
    }

    /// The reason that the answer gives.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        self.verify()
            .and_then(|answer| answer.reason)
            .or_else(|| self.settle().and_then(|answer| answer.reason))
    }
}

/// What a whole answer of a facilitator amounts to, whatever it was about.
#[must_use]
pub fn says(endpoint: Endpoint, status: u16, json: Option<&Value>) -> Said {
    let field = match endpoint {
        Endpoint::Verify => "isValid",
        Endpoint::Settle => "success",
        Endpoint::Supported => "kinds",
    };
    match json.and_then(|json| json.get(field)) {
        Some(Value::Bool(true)) => Said::Yes,
        Some(Value::Bool(false)) => Said::No,
        Some(Value::Array(_)) if endpoint == Endpoint::Supported => Said::Yes,
        _ if status >= 400 => Said::No,
        Some(other) => Said::Unclear(format!("{field} is {other}")),
        None => Said::Unclear(format!("a {status} answer without {field}")),
    }
}

/// What the chain says of one payment.
#[derive(Debug, Clone, Default)]
pub struct Money {
    /// Transfers out of the payer's account in the payment's token, all of the run.
    pub transfers: Vec<Transfer>,
    /// The same as lines for people.
    pub lines: Vec<String>,
    /// What payTo owns of a token whose events may lie, atomic units; none for a token that tells the truth.
    pub owned: Option<U256>,
}
