//! The mutants that leave out a step of a sale, or make the steps in another order.

use super::deal::{Deal, Refused, Sold};
use super::handlers::Handled;
use super::mutants::Fault;
use super::payment::LARGE;
use super::receipts;
use super::settling;
use gauntlet_wire::Version;

/// The whole sale in disorder; `None` for everybody who keeps the order.
pub(super) async fn steps(deal: &Deal) -> Option<Result<Sold, Refused>> {
    let outcome = match deal.service.fault? {
        Fault::NeverSettles => unsettled(deal).await,
        Fault::CreditForRegulars if purchases(deal) > 0 => unsettled(deal).await,
        Fault::ThirdIsFree if purchases(deal) >= 2 => unsettled(deal).await,
        Fault::LargeServedUnsettled if deal.payment.length > LARGE => unsettled(deal).await,
        Fault::ServesBeforeSettle => settled_later(deal).await,
        Fault::SettlesWithoutVerify => unverified(deal).await,
        Fault::V1NeverVerified if deal.payment.version == Version::V1 => unverified(deal).await,
        Fault::SettlesBeforeVerify => settled_first(deal).await,
        Fault::HandlerBeforeVerify => handled_first(deal).await,
        Fault::HandlerRunsTwice => handled_twice(deal).await,
        _ => return None,
    };
    Some(outcome)
}

/// How often the payer has bought something before.
fn purchases(deal: &Deal) -> usize {
    deal.service.quirks.purchases(deal.payment.authorization.from)
}

/// Whether a failed handler is charged for.
pub(super) fn charges_for(deal: &Deal, handled: &Handled) -> bool {
    (deal.is(Fault::ChargesFailingHandler) && handled.status.is_server_error())
        || (deal.is(Fault::ChargesMissingContent) && handled.status.is_client_error())
}

async fn unsettled(deal: &Deal) -> Result<Sold, Refused> {
    deal.verify().await?;
    Ok(Sold { handled: deal.handle().await, receipt: None })
}

async fn settled_later(deal: &Deal) -> Result<Sold, Refused> {
    deal.verify().await?;
    let handled = deal.handle().await;
    let settling = deal.clone();
    // Nobody waits for the outcome: that is the fault.
    tokio::spawn(async move { settling::settle(&settling).await });
    Ok(Sold { handled, receipt: None })
}

async fn unverified(deal: &Deal) -> Result<Sold, Refused> {
    let handled = deal.handle().await;
    deal.charge(handled).await
}

async fn settled_first(deal: &Deal) -> Result<Sold, Refused> {
    let answer = settling::settle(deal).await?;
    // The nonce is spent by now, so that no facilitator can say yes.
    let _ = deal.verify().await;
    Ok(Sold { handled: deal.handle().await, receipt: Some(receipts::of_success(deal, &answer)) })
}

async fn handled_first(deal: &Deal) -> Result<Sold, Refused> {
    let handled = deal.handle().await;
    deal.verify().await?;
    deal.charge(handled).await
}

async fn handled_twice(deal: &Deal) -> Result<Sold, Refused> {
    deal.verify().await?;
    deal.handle().await;
    let handled = deal.handle().await;
    deal.charge(handled).await
}
