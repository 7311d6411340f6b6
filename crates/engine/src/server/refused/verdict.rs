//! What the answer to a faulty payment, the chain and the facilitator's calls must agree with.

use super::super::buyer::Purchase;
use super::super::visit::Visit;
use super::table::Demand;
use crate::check::Judged;
use crate::cx::{Cx, Violation};
use gauntlet_doubles::scripted::{Call, Endpoint};
use gauntlet_report::Class;
use gauntlet_wire::Version;
use gauntlet_wire::message::amount_field;
use serde_json::Value;

/// What servers refuse with: 412 where an allowance is missing, 422 as some frameworks say of bodies.
const REFUSALS: [u16; 4] = [400, 402, 412, 422];

/// Presents a faulty payment once and judges everything about it.
pub(crate) async fn judge(cx: &Cx, purchase: &Purchase, demand: Demand) -> Judged {
    let before = cx.money(&purchase.payment).await?.transfers.len();
    let (visit, money) = cx.buy(purchase).await?;
    let calls = calls_about(cx, purchase)?;
    asked_for_the_servers_terms(cx, purchase, &visit, &calls);
    let moved = money.transfers.len() > before;
    match (visit.served(), demand) {
        (true, Demand::Graded) if moved => cx.note("served, and the price was paid"),
        (true, Demand::Refused) if moved => cx.find(Violation {
            requirement: cx.rule(),
            kind: "accepted-invalid",
            want: "a refusal".into(),
            got: "content, for a price that was paid all the same".into(),
            reply: Some(&visit.reply),
            chain: money.lines,
            // Everybody has got what is his.
            class: Some(Class::W),
            ..Violation::default()
        }),
        // Content without money has been found when it was bought.
        (true, _) => {}
        (false, Demand::Graded) => {
            cx.note("refused");
            no_server_error(cx, &visit, &calls);
        }
        (false, Demand::Refused) => {
            if moved {
                cx.find(Violation {
                    requirement: cx.rule(),
                    kind: "moved-money",
                    want: "no Transfer for a payment that is refused".into(),
                    reply: Some(&visit.reply),
                    chain: money.lines,
                    ..Violation::default()
                });
            }
            settles_nothing(cx, &visit, &calls);
            is_a_refusal(cx, &visit, &calls);
        }
    }
    cx.must_have_come(&visit)
}

/// What the facilitator was asked about a payment: by its nonce, or by its payer where the nonce is illegible.
fn calls_about(cx: &Cx, purchase: &Purchase) -> Result<Vec<Call>, crate::check::Stop> {
    let Some(scripted) = &cx.shop()?.facilitator else { return Ok(Vec::new()) };
    let key = purchase.payment.key();
    let by_nonce = scripted.calls_for(key.nonce);
    if !by_nonce.is_empty() {
        return Ok(by_nonce);
    }
    Ok(scripted.calls().into_iter().filter(|call| call.payer == Some(key.payer)).collect())
}

/// Whatever the payment says, the facilitator is asked about the offer of the server.
fn asked_for_the_servers_terms(cx: &Cx, purchase: &Purchase, visit: &Visit, calls: &[Call]) {
    let entry = &purchase.offer.entry;
    let members = ["scheme", "network", amount_field(purchase.version()), "payTo", "asset"];
    for call in calls {
        let Some(asked) = call.request.as_ref().map(|request| &request["paymentRequirements"]) else {
            continue;
        };
        let differs = members.iter().find(|member| !same(&entry[**member], &asked[**member]));
        if let Some(member) = differs {
            cx.find(Violation {
                requirement: "X402V2-HTTP-RS-017",
                kind: "asks-for-the-buyers-terms",
                want: format!("{member} {} in what the facilitator is asked", entry[*member]),
                got: format!("{:?} with {member} {}", call.endpoint, asked[*member]),
                reply: Some(&visit.reply),
                ..Violation::default()
            });
            return;
        }
    }
}

/// Equal values; the letters of addresses may be written anew.
fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours.as_str(), theirs.as_str()) {
        (Some(ours), Some(theirs)) => ours.eq_ignore_ascii_case(theirs),
        _ => ours == theirs,
    }
}

/// `/settle` is for payments that `/verify` has called valid.
pub(in crate::server) fn settles_nothing(cx: &Cx, visit: &Visit, calls: &[Call]) {
    let is_valid = |call: &&Call| {
        let answer = call.answered.as_ref().and_then(|(_, body)| serde_json::from_slice::<Value>(body).ok());
        call.endpoint == Endpoint::Verify && answer.is_some_and(|answer| answer["isValid"] == true)
    };
    let settles = calls.iter().filter(|call| call.endpoint == Endpoint::Settle).count();
    if settles > 0 && !calls.iter().any(|call| is_valid(&call)) {
        cx.find(Violation {
            requirement: match cx.version() {
                Version::V2 => "X402V2-HTTP-RS-012",
                Version::V1 => "X402V1-HTTP-RS-007",
            },
            kind: "settle-asked",
            want: "no /settle for a payment that /verify has not called valid".into(),
            got: format!("{settles} calls of /settle"),
            reply: Some(&visit.reply),
            class: Some(Class::H),
            ..Violation::default()
        });
    }
}

/// A refusal is legible as one, and says again what has to be paid.
pub(in crate::server) fn is_a_refusal(cx: &Cx, visit: &Visit, calls: &[Call]) {
    if visit.is_silence() {
        return;
    }
    let status = visit.status();
    no_server_error(cx, visit, calls);
    if status < 500 && !REFUSALS.contains(&status) {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "not-a-refusal",
            want: "status 402, or 400".into(),
            reply: Some(&visit.reply),
            // Nothing was sold. A 2xx says otherwise; any other status is only less clear than it could be.
            class: (status >= 400).then_some(Class::W),
            ..Violation::default()
        });
    }
    let settled = calls.iter().any(|call| call.endpoint == Endpoint::Settle);
    if status != 402 || settled {
        return;
    }
    let (requirement, want) = match cx.version() {
        Version::V2 if visit.challenge(Version::V2).is_none() => {
            ("X402V2-HTTP-RS-013", "a legible PAYMENT-REQUIRED header")
        }
        Version::V1 if !is_error_body(visit) => {
            ("X402V1-HTTP-RS-006", "a JSON body with x402Version, error and accepts")
        }
        _ => return,
    };
    cx.find(Violation {
        requirement,
        kind: "offers-not-repeated",
        want: want.into(),
        got: format!("status 402 without, body {:?}", visit.body().chars().take(200).collect::<String>()),
        reply: Some(&visit.reply),
        ..Violation::default()
    });
}

fn is_error_body(visit: &Visit) -> bool {
    visit.json().is_some_and(|body| {
        body["x402Version"].is_number() && body["error"].is_string() && body["accepts"].is_array()
    })
}

/// Whatever is wrong with a payment is the buyer's fault; a facilitator that fails is excused.
pub(in crate::server) fn no_server_error(cx: &Cx, visit: &Visit, calls: &[Call]) {
    let failed = |call: &Call| call.answered.as_ref().is_none_or(|(status, _)| !(200..500).contains(status));
    if visit.status() >= 500 && !calls.iter().any(failed) {
        cx.find(Violation {
            requirement: "INV-008-RS",
            kind: "server-error",
            want: "a status below 500".into(),
            got: format!("status {}", visit.status()),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
}
