//! The steps of a sale that is paid before its handler runs: settle, handler. Nobody is asked to verify.
//!
//! Source: core v2 §6.1, newest text.

use super::deal::{Deal, Refused, Sold};
use super::mutants::Fault;
use super::routes::Flow;
use super::settling;
use gauntlet_wire::Version;

/// The whole sale; `None` when it is paid after its handler.
pub(super) async fn steps(deal: &Deal) -> Option<Result<Sold, Refused>> {
    let is_upfront = deal.order.place.route.flow == Flow::Upfront && deal.payment.version == Version::V2;
    let in_name_only = deal.is(Fault::UpfrontInNameOnly) || deal.is(Fault::EscrowInNameOnly);
    if !is_upfront || in_name_only {
        return None;
    }
    Some(sale(deal).await)
}

async fn sale(deal: &Deal) -> Result<Sold, Refused> {
    if deal.is(Fault::UpfrontVerifies) {
        deal.verify().await?;
    }
    match settling::settle(deal).await {
        Ok(answer) => {
            let receipt = deal.receipt(&answer).await;
            Ok(Sold { handled: deal.handle().await, receipt: Some(receipt) })
        }
        Err(why) => {
            if deal.is(Fault::HandlerAfterFailedUpfront) {
                deal.handle().await;
            }
            Err(why.into())
        }
    }
}
