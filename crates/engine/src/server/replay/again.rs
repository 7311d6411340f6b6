//! A spent payment at its own route, in another request.

use super::{once_more, spent};
use crate::check::{Judged, Stop};
use crate::cx::{Cx, Violation};
use crate::server::buyer::{Purchase, ask};
use crate::server::offer::Offer;
use gauntlet_probe::Request;
use gauntlet_wire::Version;
use gauntlet_wire::header::{payment_header, receipt_header};

fn carrying(purchase: &Purchase, value: String) -> Request {
    ask(&purchase.route).header(payment_header(purchase.version()), value)
}

pub(super) async fn other_requests(cx: Cx) -> Judged {
    let purchase = spent(&cx).await?;
    let path = &purchase.route.path;
    let separator = if path.contains('?') { '&' } else { '?' };
    let query = Request { path: format!("{path}{separator}again=1"), ..purchase.request()? };
    once_more(&cx, &purchase, query).await?;
    for method in ["HEAD", "POST"] {
        let request = Request { method: method.into(), ..purchase.request()? };
        once_more(&cx, &purchase, request).await?;
    }
    Ok(())
}

pub(super) async fn receipt_as_payment(cx: Cx) -> Judged {
    let purchase = cx.purchase("cheap").await?;
    let (bought, _) = cx.buy(&purchase).await?;
    let own = bought.header(receipt_header(cx.version()));
    let Some(receipt) = own.or_else(|| bought.header(receipt_header(Version::V2))) else {
        return Err(Stop::Inconclusive(format!("there is no receipt to present: {}", bought.got())));
    };
    let request = carrying(&purchase, receipt.to_owned());
    let visit = cx.knock(request, "the receipt of a payment in the place of a payment").await?;
    cx.must_have_come(&visit)?;
    if visit.status() >= 500 {
        cx.find(Violation {
            requirement: "INV-008-RS",
            kind: "server-error",
            want: "a refusal".into(),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

/// The signature covers neither the version nor the header, so that it is good in both.
pub(super) async fn other_version(cx: Cx) -> Judged {
    let mut purchase = spent(&cx).await?;
    let other = match purchase.version() {
        Version::V1 => Version::V2,
        Version::V2 => Version::V1,
    };
    let unpaid = cx.unpaid("cheap").await?;
    let draft = &mut purchase.payment.draft;
    // A server that does not speak the other version gets the payment in our own words.
    let offer = Offer::read(&cx, &unpaid, other).ok();
    draft.echo = offer.as_ref().map(|offer| Box::new(offer.echo()));
    draft.version = other;
    purchase.offer.version = other;
    purchase.payment.changes.push(format!("the same authorization as a {other} payment"));
    once_more(&cx, &purchase, purchase.request()?).await
}
