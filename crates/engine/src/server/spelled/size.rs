//! Payment headers that are too large: answered, and survived.

use super::{goes_on, survives, with_lines};
use crate::check::{Judged, Lane};
use crate::cx::{Cx, Violation};
use crate::row::{Row, Scope};
use gauntlet_wire::header::{encode, payment_header};

pub(super) const KIB_8: Row =
    of_size("server.spelled.kib-8", "a payment header of 8 KiB is answered, and the server goes on", |cx| {
        Box::pin(of_kib(cx, 8))
    });
pub(super) const KIB_16: Row = of_size(
    "server.spelled.kib-16",
    "a payment header of 16 KiB is answered, and the server goes on",
    |cx| Box::pin(of_kib(cx, 16)),
);
pub(super) const KIB_32: Row = of_size(
    "server.spelled.kib-32",
    "a payment header of 32 KiB is answered, and the server goes on",
    |cx| Box::pin(of_kib(cx, 32)),
);
pub(super) const KIB_64: Row = of_size(
    "server.spelled.kib-64",
    "a payment header of 64 KiB is answered, and the server goes on",
    |cx| Box::pin(of_kib(cx, 64)),
);
pub(super) const KIB_256: Row = of_size(
    "server.spelled.kib-256",
    "a payment header of 256 KiB is answered, and the server goes on",
    |cx| Box::pin(of_kib(cx, 256)),
);

/// Alone: a server that dies of it must not take the other checks with it.
const fn of_size(
    id: &'static str,
    title: &'static str,
    body: fn(Cx) -> futures::future::BoxFuture<'static, Judged>,
) -> Row {
    Row {
        id,
        title,
        v2: &["X402V2-HTTP-RS-029", "INV-009-RS", "INV-008-RS", "GAUNTLET-RS-001"],
        v1: &["X402V2-HTTP-RS-029", "INV-009-RS", "INV-008-RS", "GAUNTLET-RS-001"],
        risk: "one request ends the server for everybody",
        scope: Scope::Version2,
        lane: Lane::Exclusive,
        needs: &[],
        body,
    }
}

/// A valid payment that an unknown member makes as long as that.
async fn of_kib(cx: Cx, kib: usize) -> Judged {
    let mut purchase = cx.purchase("cheap").await?;
    purchase.payment.money_rule = "GAUNTLET-RS-001";
    purchase.payment.changes.push(format!("an unknown member makes the header {kib} KiB long"));
    let mut payload = purchase.payment.draft.present()?.body["paymentPayload"].clone();
    // Four characters of base64 for three bytes.
    let missing = (kib * 1024 * 3 / 4).saturating_sub(payload.to_string().len());
    payload["zzPadding"] = "p".repeat(missing).into();
    let line = (payment_header(purchase.version()).to_owned(), encode(&payload));
    let visit = survives(&cx, &purchase, with_lines(&purchase, vec![line])).await?;
    // A server that has answered may end the connection while the rest of the request is still on its way.
    if visit.status() == 0 {
        cx.find(Violation {
            requirement: "X402V2-HTTP-RS-029",
            kind: "no-answer",
            want: "an answer, whatever it says".into(),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    } else {
        cx.note(format!("{kib} KiB: {}", visit.got()));
    }
    goes_on(&cx, &format!("a payment header of {kib} KiB")).await
}
