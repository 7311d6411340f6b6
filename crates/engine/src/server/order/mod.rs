//! The order of work, and what the facilitator's answers are worth: verify, handler, settle, content. Nothing is
//! given away for an answer that is no yes, and what was settled is served or reported.

mod held;
mod lost;
mod pending;
mod settle;
mod success;
mod verify;
mod work;
mod world;

use crate::check::{Judged, Lane, Need, Stop};
use crate::cx::{Cx, Violation};
use crate::row::{Row, Scope};
use crate::server::buyer::Purchase;
use crate::server::money::Expected;
use crate::server::visit::Visit;
use futures::future::BoxFuture;
use gauntlet_doubles::scripted::{Act, Answer, Call, Endpoint};
use gauntlet_report::Class;
use serde_json::{Value, json};

pub(super) use held::{Hold, PATIENCE, POLL, held, settled_by_upstream};

type Body = fn(Cx) -> BoxFuture<'static, Judged>;

const UNPAID: &str = "content is given away for a payment that was refused, or that nobody settled";
const LOST: &str = "the buyer has paid, is told to pay, and pays again";
const DISORDER: &str = "the handler works unpaid, or the buyer pays for what fails";

/// A facilitator that gives no usable answer.
const UNUSABLE: &[&str] = &["GAUNTLET-RS-011", "X402V2-HTTP-RS-016"];
const UNUSABLE_V1: &[&str] = &["GAUNTLET-RS-011", "X402V1-HTTP-RS-007", "X402V2-HTTP-RS-016"];
/// A settlement that failed.
const UNSETTLED: &[&str] = &["X402V2-HTTP-RS-011", "X402V2-HTTP-RS-016", "GAUNTLET-RS-011"];
const UNSETTLED_V1: &[&str] = &["X402V1-HTTP-RS-007", "X402V2-HTTP-RS-016", "GAUNTLET-RS-011"];
/// A success that cannot be about this payment.
const STRANGE: &[&str] = &["GAUNTLET-RS-018"];
/// A settlement whose answer got lost.
const UNTOLD: &[&str] = &["GAUNTLET-RS-014", "X402V2-HTTP-RS-016"];

/// A check that scripts the facilitator for payments of its own.
const fn row(
    id: &'static str,
    title: &'static str,
    (v2, v1): (&'static [&'static str], &'static [&'static str]),
    body: Body,
) -> Row {
    Row {
        id,
        title,
        v2,
        v1,
        risk: UNPAID,
        scope: Scope::Version2,
        lane: Lane::Parallel,
        needs: &[Need::ScriptedFacilitator],
        body,
    }
}

const fn verify(id: &'static str, title: &'static str, body: Body) -> Row {
    row(id, title, (UNUSABLE, UNUSABLE_V1), body)
}

const fn settle(id: &'static str, title: &'static str, body: Body) -> Row {
    row(id, title, (UNSETTLED, UNSETTLED_V1), body)
}

const fn strange(id: &'static str, title: &'static str, body: Body) -> Row {
    row(id, title, (STRANGE, STRANGE), body)
}

const fn lost(id: &'static str, title: &'static str, body: Body) -> Row {
    Row { risk: LOST, ..row(id, title, (UNTOLD, UNTOLD), body) }
}

/// The rows.
pub const ROWS: &[Row] = &[
    row(
        "server.order.verify-false",
        "a payment that /verify calls invalid is answered 402, and neither served nor settled",
        (&["X402V2-HTTP-RS-012"], &["X402V1-HTTP-RS-007", "X402V1-HTTP-RS-006"]),
        |cx| Box::pin(verify::refused(cx)),
    ),
    verify("server.order.verify-500", "a /verify that answers 500 opens nothing", |cx| {
        Box::pin(verify::unusable(cx, |_| vec![error(500)]))
    }),
    verify("server.order.verify-html", "a /verify that answers with a web page opens nothing", |cx| {
        Box::pin(verify::unusable(cx, |_| vec![page(200)]))
    }),
    verify("server.order.verify-empty", "a /verify that answers with an empty body opens nothing", |cx| {
        Box::pin(verify::unusable(cx, |_| vec![Act::Answer(Answer::empty(200))]))
    }),
    verify("server.order.verify-truncated", "a /verify whose answer breaks off opens nothing", |cx| {
        Box::pin(verify::unusable(cx, |_| vec![Act::Truncate]))
    }),
    verify("server.order.verify-reset", "a /verify that ends the connection opens nothing", |cx| {
        Box::pin(verify::unusable(cx, |_| vec![Act::Reset]))
    }),
    verify(
        "server.order.verify-without-verdict",
        "a /verify that does not say isValid opens nothing",
        |cx| Box::pin(verify::unusable(cx, |_| vec![Act::Answer(Answer::json(200, &json!({})))])),
    ),
    verify("server.order.verify-text", "an isValid that is the text \"false\" opens nothing", |cx| {
        Box::pin(verify::false_as_text(cx))
    }),
    verify(
        "server.order.verify-redirected",
        "a /verify that redirects is not followed to wherever it says",
        |cx| Box::pin(verify::redirected(cx)),
    ),
    Row {
        v1: &[],
        ..verify("server.order.verify-silent", "a buyer gets an answer although /verify gives none", |cx| {
            Box::pin(verify::silent(cx))
        })
    },
    row(
        "server.order.settle-false",
        "a settlement that fails is answered 402 with the reason, and nothing of the content",
        (
            &["X402V2-HTTP-RS-011", "X402V2-HTTP-RS-010", "X402V2-HTTP-RS-033"],
            &["X402V1-HTTP-RS-007", "X402V1-HTTP-RS-004", "X402V2-HTTP-RS-033"],
        ),
        |cx| Box::pin(settle::refused(cx, 200)),
    ),
    row(
        "server.order.settle-false-400",
        "a settlement that fails with status 400 is answered 402 with the reason, and nothing of the content",
        (
            &["X402V2-HTTP-RS-011", "X402V2-HTTP-RS-010", "X402V2-HTTP-RS-033"],
            &["X402V1-HTTP-RS-007", "X402V1-HTTP-RS-004", "X402V2-HTTP-RS-033"],
        ),
        |cx| Box::pin(settle::refused(cx, 400)),
    ),
    settle("server.order.settle-500", "a /settle that answers 500 sells nothing", |cx| {
        Box::pin(settle::unusable(cx, |_| vec![error(500)]))
    }),
    settle("server.order.settle-503", "a /settle that answers 503 with a web page sells nothing", |cx| {
        Box::pin(settle::unusable(cx, |_| vec![page(503)]))
    }),
    settle("server.order.settle-html", "a /settle that answers 200 with a web page sells nothing", |cx| {
        Box::pin(settle::unusable(cx, |_| vec![page(200)]))
    }),
    settle(
        "server.order.settle-empty",
        "a /settle that answers 200 with an empty body sells nothing",
        |cx| Box::pin(settle::unusable(cx, |_| vec![Act::Answer(Answer::empty(200))])),
    ),
    settle("server.order.settle-truncated", "a /settle whose answer breaks off sells nothing", |cx| {
        Box::pin(settle::unusable(cx, |_| vec![Act::Truncate]))
    }),
    settle("server.order.settle-reset", "a /settle that ends the connection sells nothing", |cx| {
        Box::pin(settle::unusable(cx, |_| vec![Act::Reset]))
    }),
    settle(
        "server.order.settle-nonsense",
        "a /settle whose JSON does not say success true sells nothing",
        |cx| Box::pin(settle::nonsense(cx, settle::NONSENSE)),
    ),
    settle("server.order.settle-text", "a success that is the text \"false\" sells nothing", |cx| {
        Box::pin(settle::nonsense(cx, settle::FALSE_AS_TEXT))
    }),
    settle(
        "server.order.settle-silent",
        "a /settle that does not answer sells nothing, and the buyer is told",
        |cx| Box::pin(settle::silent(cx)),
    ),
    row(
        "server.order.settle-slow",
        "a settlement that takes two seconds is waited for, and served then",
        (&["INV-004", "INV-003", "X402V2-HTTP-RS-008"], &["INV-004", "INV-003", "X402V1-HTTP-RS-003"]),
        |cx| Box::pin(success::slow(cx)),
    ),
    row(
        "server.order.settle-unknown-fields",
        "a success with members that no document knows is served",
        (&["X402V2-HTTP-RS-008"], &["X402V1-HTTP-RS-002"]),
        |cx| Box::pin(success::unknown_fields(cx)),
    ),
    row(
        "server.order.settle-mirrored",
        "the receipt of a payment says what the facilitator said of it",
        (&["X402V2-HTTP-RS-033"], &["X402V2-HTTP-RS-033"]),
        |cx| Box::pin(success::mirrored(cx)),
    ),
    strange("server.order.settle-other-payer", "a success for another payer is not believed", |cx| {
        Box::pin(success::strange(cx, success::other_payer))
    }),
    strange("server.order.settle-other-network", "a success on another network is not believed", |cx| {
        Box::pin(success::strange(cx, success::other_network))
    }),
    strange(
        "server.order.settle-empty-transaction",
        "a success with an empty transaction is not believed",
        |cx| Box::pin(success::strange(cx, |_, answer| answer["transaction"] = json!(""))),
    ),
    strange("server.order.settle-no-transaction", "a success without a transaction is not believed", |cx| {
        Box::pin(success::strange(cx, |_, answer| {
            answer.as_object_mut().map(|members| members.shift_remove("transaction"));
        }))
    }),
    strange("server.order.settle-no-hash", "a success whose transaction is no hash is not believed", |cx| {
        Box::pin(success::strange(cx, |_, answer| answer["transaction"] = json!("settled")))
    }),
    lost(
        "server.order.lost-reset",
        "a settlement whose answer is lost is not called a payment that failed",
        |cx| Box::pin(lost::answer(cx, || Act::Reset)),
    ),
    lost(
        "server.order.lost-500",
        "a settlement that is answered 500 is not called a payment that failed",
        |cx| Box::pin(lost::answer(cx, || error(500))),
    ),
    lost(
        "server.order.lost-half",
        "a settlement whose answer breaks off is not called a payment that failed",
        |cx| Box::pin(lost::answer(cx, || Act::Truncate)),
    ),
    row(
        "server.order.pending-once",
        "a settlement that is pending is asked for once more with the same payment, and served when it succeeds",
        (&["X402V2-HTTP-RS-035", "X402V2-HTTP-RS-034"], &[]),
        |cx| Box::pin(pending::once(cx)),
    ),
    row(
        "server.order.pending-for-ever",
        "a settlement that stays pending is not served, not asked for without end, and its transaction is told",
        (&["X402V2-HTTP-RS-034", "X402V2-HTTP-RS-035"], &[]),
        |cx| Box::pin(pending::for_ever(cx)),
    ),
    Row {
        risk: DISORDER,
        // The handler's runs are counted, and everybody counts on the same counter.
        lane: Lane::Exclusive,
        ..row(
            "server.order.work",
            "a payment is verified, then the handler runs, then it is settled, each of them once",
            (
                &["X402V2-HTTP-RS-021", "X402V2-FLOW-001", "X402V2-FLOW-004", "X402V2-FLOW-006"],
                &["X402V2-HTTP-RS-021"],
            ),
            |cx| Box::pin(work::in_order(cx)),
        )
    },
    Row {
        risk: DISORDER,
        needs: &[Need::Route("failing")],
        ..row(
            "server.order.failing-handler",
            "a handler that fails costs nothing, and no receipt says otherwise",
            (&["X402V2-HTTP-RS-022", "X402V2-HTTP-RS-023"], &["X402V2-HTTP-RS-022", "X402V2-HTTP-RS-023"]),
            |cx| Box::pin(work::uncharged(cx, "failing")),
        )
    },
    Row {
        risk: DISORDER,
        needs: &[Need::Route("missing")],
        ..row(
            "server.order.missing-content",
            "what is not found costs nothing, and no receipt says otherwise",
            (&["X402V2-HTTP-RS-022", "X402V2-HTTP-RS-023"], &["X402V2-HTTP-RS-022", "X402V2-HTTP-RS-023"]),
            |cx| Box::pin(work::uncharged(cx, "missing")),
        )
    },
    row(
        "server.order.own-receipt",
        "two buyers at once get their own receipts, although one settlement takes longer",
        (&["GAUNTLET-RS-009", "X402V2-HTTP-RS-009"], &["GAUNTLET-RS-009", "X402V1-HTTP-RS-003"]),
        |cx| Box::pin(work::own_receipts(cx)),
    ),
    row(
        "server.order.cancelled",
        "a payer who cancels the authorization before it is settled gets no content",
        (&["X402V2-HTTP-RS-011", "INV-003"], &["X402V1-HTTP-RS-007", "INV-003"]),
        |cx| Box::pin(world::cancelled(cx)),
    ),
    row(
        "server.order.drained",
        "a payer who moves the balance away before the payment is settled gets no content",
        (&["X402V2-HTTP-RS-011", "INV-003"], &["X402V1-HTTP-RS-007", "INV-003"]),
        |cx| Box::pin(world::drained(cx)),
    ),
    row(
        "server.order.preempted",
        "a payment that somebody else submits while it is being settled is served once at most",
        (&["X402V2-HTTP-RS-025", "INV-003"], &["X402V1-HTTP-RS-008", "INV-003"]),
        |cx| Box::pin(world::preempted(cx)),
    ),
    row(
        "server.order.outlasted",
        "a payment whose window closes before it is settled buys no content",
        (&["X402V2-HTTP-RS-036", "X402V2-HTTP-RS-011"], &["X402V2-HTTP-RS-036", "X402V1-HTTP-RS-007"]),
        |cx| Box::pin(world::outlasted(cx)),
    ),
    row(
        "server.order.hang-up",
        "a buyer who hangs up while the payment is being settled leaves a server that sells to others",
        (&["INV-009-RS", "INV-004"], &["INV-009-RS", "INV-004"]),
        |cx| Box::pin(world::hang_up(cx)),
    ),
];

/// What a server may answer when its facilitator is no help: section 5 of no document settles on one of them.
const TROUBLE: [u16; 5] = [402, 500, 502, 503, 504];

fn error(status: u16) -> Act {
    Act::Answer(Answer::json(status, &json!({ "error": "the facilitator is out of order" })))
}

fn page(status: u16) -> Act {
    Act::Answer(Answer::html(status, "<!doctype html><title>Maintenance</title><p>Back soon."))
}

/// What `/settle` may say of a purchase.
fn settled(purchase: &Purchase, success: impl Into<Value>, transaction: &str) -> Value {
    let terms = &purchase.offer.terms;
    json!({
        "success": success.into(),
        "transaction": transaction,
        "network": terms.network.name(purchase.version()),
        "payer": purchase.payment.draft.authorization.from.to_checksum(None),
    })
}

/// A purchase of the cheap route; content without money violates the rule that the check is about.
async fn purchase(cx: &Cx) -> Result<Purchase, Stop> {
    let mut purchase = cx.purchase("cheap").await?;
    purchase.payment.money_rule = cx.rule();
    Ok(purchase)
}

/// Presents a payment about which the facilitator says what the script says. Gives the answer, and the calls that
/// were made for the payment.
async fn scripted(
    cx: &Cx,
    purchase: &Purchase,
    (endpoint, acts): (Endpoint, Vec<Act>),
    expected: Expected,
) -> Result<(Visit, Vec<Call>), Stop> {
    let scripted = cx.shop()?.scripted()?;
    let nonce = purchase.payment.key().nonce;
    scripted.script(nonce, endpoint, acts);
    let (visit, _) = cx.buy_as(purchase, purchase.request()?, expected).await?;
    Ok((visit, scripted.calls_for(nonce)))
}

fn count(calls: &[Call], endpoint: Endpoint) -> usize {
    calls.iter().filter(|call| call.endpoint == endpoint).count()
}

/// The buyer gets an answer that speaks of trouble.
fn speaks_of_trouble(cx: &Cx, visit: &Visit) {
    if visit.served() || TROUBLE.contains(&visit.status()) {
        return;
    }
    let (kind, got) = if visit.is_silence() {
        ("no-answer", format!("no answer within {:?}", cx.world.timeout))
    } else {
        ("other-status", format!("status {}", visit.status()))
    };
    cx.find(Violation {
        requirement: "X402V2-HTTP-RS-016",
        kind,
        want: "an answer with status 402, 500, 502, 503 or 504".into(),
        got,
        reply: Some(&visit.reply),
        class: Some(Class::W),
        ..Violation::default()
    });
}
