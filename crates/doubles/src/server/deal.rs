//! The steps of a sale: verify, handler, settle. Nothing is given away before the last one.
//!
//! Source: core v2 §2 and §6, core v1 §2.

use super::handlers::Handled;
use super::mutants::Fault;
use super::order::Order;
use super::payment::{LARGE, Payment};
use super::receipts;
use super::refusal::{Trouble, Why};
use super::service::Service;
use super::{disorder, doubled, memory, permit2, settling, upfront};
use crate::claims::{Known, PaymentId};
use gauntlet_wire::{SettleAnswer, U256, Version};
use serde_json::{Value, json};
use std::sync::Arc;

/// A payment that answers an offer.
#[derive(Debug, Clone)]
pub(super) struct Deal {
    pub(super) service: Arc<Service>,
    pub(super) order: Arc<Order>,
    pub(super) payment: Arc<Payment>,
    /// Our own, never the buyer's.
    pub(super) requirements: Value,
    /// What is charged, atomic units; none for the price.
    pub(super) due: Option<U256>,
}

/// What a request gets.
#[derive(Debug, Clone)]
pub(super) struct Sold {
    pub(super) handled: Handled,
    /// What `PAYMENT-RESPONSE` says; none when nothing was taken.
    pub(super) receipt: Option<Value>,
}

/// What a request gets instead of content.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) why: Why,
    /// What the handler had answered when the sale failed.
    pub(super) produced: Option<Handled>,
}

impl From<Why> for Refused {
    fn from(why: Why) -> Self {
        Self { why, produced: None }
    }
}

impl Deal {
    pub(super) fn is(&self, fault: Fault) -> bool {
        self.service.is(fault)
    }

    /// Makes the sale, or does not.
    pub(super) async fn close(&self) -> Result<Sold, Refused> {
        if self.is(Fault::OneReceiptForAPayer)
            && let Some(other) = self.service.claims.beside(self.payment.id)
        {
            return self.share(other).await;
        }
        // Held to the end, so that a copy of the payment that comes meanwhile does nothing.
        let claim = match memory::claim(self) {
            Ok(claim) => claim,
            Err(Why::InFlight) if self.is(Fault::CopiesShareSettlement) => {
                return self.share(self.payment.id).await;
            }
            Err(why) => return Err(why.into()),
        };
        let outcome = self.steps().await;
        if let Err(refused) = &outcome {
            self.service.quirks.note_lost(self.service.fault, self.payment.id, &refused.why);
        }
        match &outcome {
            Ok(sold) if !sold.handled.is_failure() => memory::spend(self, claim),
            Err(refused) if memory::is_kept_from(self, &refused.why) => memory::spend(self, claim),
            _ => drop(claim),
        }
        outcome
    }

    pub(super) fn spent(&self) -> Known {
        Known::Settled { body: self.payment.bytes }
    }

    async fn steps(&self) -> Result<Sold, Refused> {
        self.service.facilitator.takes(self.payment.version).await.map_err(Why::Unsupported)?;
        if let Some(outcome) = disorder::steps(self).await {
            return outcome;
        }
        if let Some(outcome) = upfront::steps(self).await {
            return outcome;
        }
        self.verify().await?;
        let handled = self.handle().await;
        self.charge(handled).await
    }

    /// The body of a call to the facilitator about this payload.
    pub(super) fn body(&self, payload: &Value) -> Value {
        let mut payload = payload.clone();
        if self.is(Fault::IgnoresAccepted) || self.is(Fault::B402AnyExtra) {
            match self.payment.version {
                Version::V2 => payload["accepted"] = self.requirements.clone(),
                Version::V1 => {
                    for name in ["scheme", "network"] {
                        payload[name] = self.requirements[name].clone();
                    }
                }
            }
        }
        json!({
            "x402Version": self.payment.version.number(),
            "paymentPayload": payload,
            "paymentRequirements": self.requirements,
        })
    }

    pub(super) async fn verify(&self) -> Result<(), Why> {
        let body = self.body(doubled::verified(self.service.fault, &self.payment));
        let reply = self.service.facilitator.verify(&body).await.map_err(Why::Unverified)?;
        self.service.quirks.overhear(self.service.fault, self.payment.id, &reply.headers);
        match reply.answer.is_valid {
            Some(true) => Ok(()),
            Some(false) if self.is(Fault::IgnoresVerifyVerdict) => Ok(()),
            Some(false) => {
                if self.is(Fault::SettlesRefused) {
                    // Whatever comes of it: the refusal stands.
                    let _ = settling::settle(self).await;
                }
                Err(Why::Invalid(reply.answer.reason.unwrap_or_default()))
            }
            None => Err(Why::Unverified(Trouble::Unreadable)),
        }
    }

    pub(super) async fn handle(&self) -> Handled {
        self.service.handlers.run(&self.order.place, &self.order.body).await
    }

    /// Settles, unless the handler failed: then there is nothing to be paid for.
    pub(super) async fn charge(&self, handled: Handled) -> Result<Sold, Refused> {
        if handled.is_failure() && !disorder::charges_for(self, &handled) {
            let receipt = self.is(Fault::ClaimsSuccessOnFailure).then(|| receipts::invented(self));
            return Ok(Sold { handled, receipt });
        }
        let deal = permit2::charging(self, &handled);
        match settling::settle(&deal).await {
            Ok(_) if self.is(Fault::LargeSettledAndRefused) && self.payment.length > LARGE => {
                Err(Why::TooLarge.into())
            }
            Ok(answer) => Ok(Sold { handled, receipt: Some(deal.receipt(&answer).await) }),
            Err(Why::NotSettled(_)) if doubled::is_served(self) => Ok(Sold { handled, receipt: None }),
            Err(why) => Err(Refused { why, produced: Some(handled) }),
        }
    }

    /// The receipt of a settlement that succeeded.
    pub(super) async fn receipt(&self, answer: &SettleAnswer) -> Value {
        let mut receipt = receipts::of_success(self, answer);
        if self.is(Fault::ReceiptOfAnotherRequest) {
            receipt = self.service.quirks.mix_up(receipt).await;
        }
        self.service.quirks.note_paid(self, &receipt);
        receipt
    }

    /// The mutants' way with a payment that is on its way, or what they take for it.
    async fn share(&self, under_way: PaymentId) -> Result<Sold, Refused> {
        self.service.claims.finished(under_way).await;
        match self.service.quirks.receipt(under_way) {
            Some(receipt) => Ok(Sold { handled: self.handle().await, receipt: Some(receipt) }),
            None => Err(Why::InFlight.into()),
        }
    }
}
