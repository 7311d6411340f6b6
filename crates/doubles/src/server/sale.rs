//! One request for a route that has to be paid for, from its payment header to its answer.

use super::deal::{Deal, Refused, Sold};
use super::identifier::{self, Found};
use super::mutants::Fault;
use super::order::Order;
use super::payment::Presented;
use super::refusal::{Trouble, Why};
use super::service::Service;
use super::{delivery, extension, lenience, matching, payment, quirks, refusing};
use crate::claims::PaymentId;
use crate::listener::HangUp;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gauntlet_wire::Version;
use gauntlet_wire::permit2::PERMIT2;
use std::sync::Arc;

/// A mutant hangs up on payment headers that are larger, bytes.
const PATIENCE: usize = 16 << 10;

/// Who asks, as far as the payment tells.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Buyer {
    /// The version of the payment header.
    pub(super) version: Option<Version>,
    pub(super) payment: Option<PaymentId>,
}

impl Buyer {
    /// Whether the payment goes through Permit2.
    pub(super) fn is_over_permit2(&self) -> bool {
        self.payment.is_some_and(|(contract, ..)| contract == PERMIT2)
    }
}

/// Sells, or refuses.
pub(super) async fn sell(service: &Arc<Service>, order: Order) -> Response {
    if service.is(Fault::HangsUpOnLargeHeader) && payment::is_larger(&order.headers, PATIENCE) {
        let mut response = StatusCode::OK.into_response();
        response.extensions_mut().insert(HangUp);
        return response;
    }
    let waiting = quirks::Waiting::of(service, &order);
    // In a task of its own: a buyer that goes away must not leave a payment half settled.
    let task = tokio::spawn({
        let (service, order) = (Arc::clone(service), Arc::new(order));
        async move {
            tokio::select! {
                response = answer(&service, &order) => response,
                () = service.closed() => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            }
        }
    });
    let response = task.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    waiting.ends();
    response
}

async fn answer(service: &Arc<Service>, order: &Arc<Order>) -> Response {
    let mut buyer = Buyer::default();
    let refused = match attempt(service, order, &mut buyer).await {
        Ok(sold) => return delivery::deliver(service, &buyer, sold),
        Err(refused) => refused,
    };
    quirks::suffer(service, order, &refused.why).await;
    if !lenience::serves_anyway(service, &buyer, &refused.why) {
        return refusing::refuse(service, order, &buyer, &refused.why);
    }
    let handled = match refused.produced {
        Some(handled) => handled,
        None => service.handlers.run(&order.place, &order.body).await,
    };
    let receipt = refusing::receipt(service, &buyer, &refused.why)
        .filter(|_| matches!(refused.why, Why::NotSettled(_) | Why::Pending(_)));
    delivery::deliver(service, &buyer, Sold { handled, receipt })
}

async fn attempt(service: &Arc<Service>, order: &Arc<Order>, buyer: &mut Buyer) -> Result<Sold, Refused> {
    if let Some([one, other]) = payment::both(service, &order.headers) {
        let sold = close(service, order, buyer, &one).await?;
        // Whatever becomes of it: the answer is there.
        let _ = close(service, order, &mut Buyer::default(), &other).await;
        return Ok(sold);
    }
    let presented = payment::presented(service, &order.headers)?;
    close(service, order, buyer, &presented).await
}

async fn close(
    service: &Arc<Service>,
    order: &Arc<Order>,
    buyer: &mut Buyer,
    presented: &Presented,
) -> Result<Sold, Refused> {
    buyer.version = Some(presented.version);
    if service.quirks.is_wedged() {
        return Err(Why::Unverified(Trouble::Unreachable).into());
    }
    let payment = Arc::new(payment::read(service, presented)?);
    buyer.payment = Some(payment.id);
    if let Some(receipt) = service.quirks.sells_again(service.fault, order, &payment) {
        let handled = service.handlers.run(&order.place, &order.body).await;
        return Ok(Sold { handled, receipt: Some(receipt) });
    }
    let ticket = match identifier::look_up(service, order, &payment)? {
        Found::New(ticket) => ticket,
        Found::OnItsWay if service.is(Fault::IdAnswersInFlight) => {
            let handled = service.handlers.run(&order.place, &order.body).await;
            return Ok(Sold { handled, receipt: None });
        }
        Found::OnItsWay => return Err(Why::InFlight.into()),
        Found::Answer(sold) => {
            if service.is(Fault::IdRunsAgain) {
                service.handlers.run(&order.place, &order.body).await;
            }
            return Ok(*sold);
        }
    };
    let requirements = matching::requirements(service, order, &payment)?;
    if payment.version == Version::V2
        && !extension::is_kept(service.fault, order.offer.extensions.as_ref(), &payment.payload)
    {
        return Err(Why::OtherExtension.into());
    }
    if refuses(service, order) {
        return Err(Why::Invalid(String::new()).into());
    }
    if service.is(Fault::EveryTenthIs502) && service.quirks.is_nth(10) {
        return Err(Why::Unverified(Trouble::Unreachable).into());
    }
    let turn = service.quirks.turn.try_lock();
    if service.is(Fault::OneAtATime) && turn.is_err() {
        return Err(Why::InFlight.into());
    }
    let deal =
        Deal { service: Arc::clone(service), order: Arc::clone(order), payment, requirements, due: None };
    let outcome = deal.close().await;
    identifier::keep(ticket, &outcome);
    outcome
}

/// Whether a mutant does not sell this to anybody.
fn refuses(service: &Service, order: &Order) -> bool {
    match service.fault {
        Some(Fault::RefusesEverything) => true,
        Some(Fault::OnlyCheapSells) => order.place.route.name != "cheap",
        Some(Fault::QueryBreaksPayment) => order.has_query,
        _ => false,
    }
}
