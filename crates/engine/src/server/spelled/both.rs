//! Payments of both versions in one request, and of one version in the header of the other.

use super::super::buyer::{Purchase, ask};
use super::super::methods::look;
use super::super::money::{Expected, pays};
use super::super::refused::no_server_error;
use super::super::visit::Visit;
use super::goes_on;
use crate::check::{Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::row::{Row, Scope, Topic};
use gauntlet_probe::Request;
use gauntlet_report::Class;
use gauntlet_wire::header::payment_header;
use gauntlet_wire::{Echo, Mutation, SignatureForm, Version};

const TWO: &str =
    "a server that reads one header and pays from the other serves for nothing, or takes two payments";

pub(super) const VALID_AND_GARBAGE: Row = both(
    "server.spelled.both-first-valid",
    "a payment of one version beside garbage of the other is paid at most once",
    |cx| Box::pin(together(cx, Halves { newer: Half::Valid, older: Half::Garbage })),
);
pub(super) const GARBAGE_AND_VALID: Row = both(
    "server.spelled.both-last-valid",
    "garbage beside a payment of the older version buys nothing for nothing",
    |cx| Box::pin(together(cx, Halves { newer: Half::Garbage, older: Half::Valid })),
);
pub(super) const BOTH_VALID: Row =
    both("server.spelled.both-valid", "payments of both versions in one request are taken once", |cx| {
        Box::pin(together(cx, Halves { newer: Half::Valid, older: Half::Valid }))
    });
pub(super) const BOTH_FORGED: Row =
    both("server.spelled.both-forged", "forged payments of both versions buy nothing", |cx| {
        Box::pin(together(cx, Halves { newer: Half::Forged, older: Half::Forged }))
    });

pub(super) const OTHER_VERSION: Row = Row {
    id: "server.spelled.other-version",
    title: "a payment of one version in the header of the other is refused, or paid for as what it is",
    v2: &["X402V2-HTTP-RS-020", "GAUNTLET-RS-001", "INV-008-RS", "INV-009-RS"],
    v1: &["X402V2-HTTP-RS-020", "GAUNTLET-RS-001", "INV-008-RS", "INV-009-RS"],
    risk: TWO,
    scope: Scope::Version2,
    lane: Lane::Parallel,
    needs: &[],
    body: |cx| Box::pin(other_version(cx)),
};

const fn both(
    id: &'static str,
    title: &'static str,
    body: fn(Cx) -> futures::future::BoxFuture<'static, Judged>,
) -> Row {
    Topic { lane: Lane::Parallel, risk: TWO }.row(
        id,
        title,
        &["X402V2-HTTP-RS-028", "INV-003", "INV-004", "INV-008-RS", "INV-009-RS"],
        body,
    )
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Valid,
    Forged,
    Garbage,
}

#[derive(Debug, Clone, Copy)]
struct Halves {
    /// Of version 2.
    newer: Half,
    /// Of version 1.
    older: Half,
}

/// A purchase of the same thing by another payer, in a version of choice.
async fn in_version(cx: &Cx, like: &Purchase, version: Version) -> Result<Purchase, Stop> {
    let mut offer = like.offer.clone();
    if offer.version != version {
        // The server's own words for the other version are not known: its terms, written as our doubles do.
        offer.version = version;
        offer.entry = offer.terms.requirements(version);
        let mut payment = cx.payment_of_terms(version, offer.terms.clone(), like.payment.now).await?;
        let echo =
            Echo { entry: offer.entry.clone(), terms: offer.terms.clone(), resource: None, extensions: None };
        payment.draft = payment.draft.answering(echo);
        return Ok(Purchase { payment, offer, route: like.route.clone() });
    }
    cx.purchase_of(offer, like.route.clone()).await
}

async fn together(cx: Cx, halves: Halves) -> Judged {
    let like = cx.purchase("cheap").await?;
    let mut request = ask(&like.route);
    let mut payers = Vec::new();
    for (version, half) in [(Version::V2, halves.newer), (Version::V1, halves.older)] {
        let mut purchase = in_version(&cx, &like, version).await?;
        if half == Half::Forged {
            purchase.payment.mutate(&Mutation::Signature(SignatureForm::BitFlipped));
        }
        let value = if half == Half::Garbage { "%%%".to_owned() } else { purchase.header()? };
        request = request.header(payment_header(version), value);
        if half != Half::Garbage {
            payers.push(purchase);
        }
    }
    let sent =
        format!("PAYMENT-SIGNATURE {:?} and X-PAYMENT {:?}", halves.newer, halves.older).to_lowercase();
    let visit = buy_with(&cx, request, &sent, &payers).await?;
    no_server_error(&cx, &visit, &[]);
    cx.note(format!("{sent}: {}", visit.got()));
    goes_on(&cx, "a request with both payment headers").await
}

/// Sends a request that several payers have signed for, and judges content and money of all of them together: as
/// much content as there are Transfers, and no more than one of either.
async fn buy_with(cx: &Cx, request: Request, sent: &str, payers: &[Purchase]) -> Result<Visit, Stop> {
    let _turn = cx.shop()?.lane.acquire().await.map_err(|error| Stop::Harness(error.to_string()))?;
    let visit = look(cx, request, sent).await?;
    let (mut paid, mut lines) = (0_usize, Vec::new());
    for payer in payers {
        let money = cx.money(&payer.payment).await?;
        let has_paid = money.transfers.iter().any(|transfer| pays(transfer, payer));
        paid += usize::from(has_paid);
        lines.extend(money.lines);
        // The content, if any, is that of whoever has paid for it.
        let share = Visit { content: visit.content.filter(|_| has_paid), ..visit.clone() };
        cx.keep_facts(payer, &share, Expected::Plain)?;
    }
    let violated = |requirement, kind, want: &str| {
        cx.find(Violation {
            requirement,
            kind,
            want: want.into(),
            got: format!("{}, {paid} Transfers of the price", visit.got()),
            reply: Some(&visit.reply),
            chain: lines.clone(),
            class: Some(Class::H),
            ..Violation::default()
        });
    };
    match (visit.served(), paid) {
        (true, 0) => {
            violated("INV-003", "served-without-payment", "content only for a Transfer of the price")
        }
        (_, 2..) => violated("INV-004", "charged-twice", "one Transfer for one answer"),
        (false, 1) if !visit.is_silence() => {
            violated("INV-004", "taken-not-served", "content for a payment that was taken");
        }
        _ => {}
    }
    Ok(visit)
}

async fn other_version(cx: Cx) -> Judged {
    let like = cx.purchase("cheap").await?;
    let (header, other) = match cx.version() {
        Version::V2 => (payment_header(Version::V2), Version::V1),
        Version::V1 => (payment_header(Version::V1), Version::V2),
    };
    for forged in [true, false] {
        let mut purchase = in_version(&cx, &like, other).await?;
        if forged {
            purchase.payment.mutate(&Mutation::Signature(SignatureForm::BitFlipped));
        }
        purchase.payment.money_rule = "GAUNTLET-RS-001";
        purchase.payment.changes.push(format!("sent in {header}"));
        let request = ask(&purchase.route).header(header, purchase.header()?);
        let (visit, _) = cx.buy_as(&purchase, request, Expected::Plain).await?;
        cx.must_have_come(&visit)?;
        no_server_error(&cx, &visit, &[]);
        cx.note(format!("{}: {}", purchase.payment.sent(), visit.got()));
    }
    goes_on(&cx, "a payment of another version").await
}
