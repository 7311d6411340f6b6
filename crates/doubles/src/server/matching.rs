//! Which of our offers a payment answers: the facilitator is asked with these requirements, never with the buyer's.

use super::misprint;
use super::mutants::Fault;
use super::offer::Offer;
use super::order::Order;
use super::payment::{Payment, is_known_only};
use super::permit2;
use super::refusal::Why;
use super::routes::{self, Means, ROUTES};
use super::service::Service;
use axum::http::Uri;
use gauntlet_wire::Version;
use serde_json::{Value, json};

/// The requirements that a payment has to meet.
pub(super) fn requirements(service: &Service, order: &Order, payment: &Payment) -> Result<Value, Why> {
    let means = order.offer.means_in(payment.version);
    if permit2::is_meant(&payment.payload) != (means != Means::Eip3009) {
        return Err(Why::NoOffer);
    }
    let own = order.offer.requirements(payment.version);
    let found = match service.fault {
        Some(Fault::CheapBuysDear | Fault::AnyPayeeBuys | Fault::TrustsClientResource) => {
            of_another_route(service, order, payment)
        }
        Some(fault) => dictated(fault, &own, payment),
        None => None,
    };
    match found {
        Some(found) => Ok(found),
        None if service.is(Fault::IgnoresAccepted) || answers(service, &own, payment) => Ok(own),
        None if service.is(Fault::B402AnyExtra) && differs_in_extra(&own, payment) => Ok(own),
        None => Err(Why::NoOffer),
    }
}

/// Version 2 repeats the whole offer, version 1 names scheme and network.
fn answers(service: &Service, offer: &Value, payment: &Payment) -> bool {
    let payload = &payment.payload;
    match payment.version {
        Version::V1 => ["scheme", "network"].iter().all(|name| payload[name] == offer[name]),
        Version::V2 => {
            let accepted = &payload["accepted"];
            let printed = misprint::entry(service.fault, offer.clone());
            let (theirs, ours) = (accepted.to_string(), offer.to_string());
            let in_order = theirs == ours || !service.is(Fault::KeyOrderMatters);
            // The order of members means nothing in JSON.
            (accepted == offer || *accepted == printed) && in_order
        }
    }
}

/// Whether nothing but `extra` is other than offered.
fn differs_in_extra(own: &Value, payment: &Payment) -> bool {
    let mut accepted = payment.payload["accepted"].clone();
    accepted["extra"] = own["extra"].clone();
    accepted == *own
}

/// The offer of another route that fits the payment, for the mutants that take it.
fn of_another_route(service: &Service, order: &Order, payment: &Payment) -> Option<Value> {
    let (asked, signed) = (&order.offer.terms, &payment.authorization);
    let named = payment.payload["resource"]["url"].as_str().and_then(|url| url.parse::<Uri>().ok());
    let named = named.and_then(|url| routes::find(url.path()));
    let mut offers = ROUTES.iter().filter_map(|route| {
        let offer = Offer::of(service, route, route.price?, asked.resource.clone(), order.offer.told.clone());
        if offer.means_in(payment.version) != order.offer.means_in(payment.version) {
            return None;
        }
        let terms = &offer.terms;
        let is_taken = match service.fault {
            Some(Fault::CheapBuysDear) => terms.pay_to == asked.pay_to,
            Some(Fault::AnyPayeeBuys) => terms.amount == asked.amount,
            _ => named.as_ref().is_some_and(|named| named.route == route),
        };
        (is_taken && terms.amount == signed.value && terms.pay_to == signed.to)
            .then(|| offer.requirements(payment.version))
    });
    offers.find(|offer| answers(service, offer, payment))
}

/// Requirements in which the payment has its say, for the mutants that let it.
fn dictated(fault: Fault, own: &Value, payment: &Payment) -> Option<Value> {
    let accepted = payment.payload.get("accepted")?;
    let member = match fault {
        Fault::UnknownFieldsDictate if !is_known_only(&payment.payload) => return Some(accepted.clone()),
        Fault::TrustsClientAmount => "amount",
        Fault::TrustsClientPayee => "payTo",
        Fault::TrustsClientAsset => "asset",
        Fault::SendsClientRequirements => {
            let names = ["scheme", "network"];
            return names.iter().all(|name| accepted[name] == own[name]).then(|| accepted.clone());
        }
        Fault::PriceFlickers => {
            let raised = misprint::raised(own.clone(), "amount");
            return (*accepted == raised).then_some(raised);
        }
        _ => return None,
    };
    let mut dictated = own.clone();
    dictated[member] = json!(accepted.get(member)?);
    (*accepted == dictated).then_some(dictated)
}
