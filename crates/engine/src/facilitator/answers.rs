//! Answers: shape, reasons and hygiene of everything that the target has said in the run.
//!
//! Each of these provokes a few refusals of its own, so that it has something to judge when it runs alone, and then
//! looks at all answers of the run.

use super::{Row, Topic};
use crate::check::{Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::history::{Endpoint, Entry, Said};
use gauntlet_report::Class;
use gauntlet_wire::mutation::KeyBox;
use gauntlet_wire::{Mutation, Version, reason};
use serde_json::Value;
use std::collections::BTreeSet;

const GUESS: Topic = Topic { lane: Lane::Last, risk: "a server cannot tell its buyer what was wrong" };

/// The rows.
pub const ROWS: &[Row] = &[
    GUESS.row(
        "facilitator.answers.reason-given",
        "a refusal names its reason",
        &["X402V2-FA-VERIFY-014", "X402V2-CORE-025"],
        |cx| {
            Box::pin(each(cx, "X402V2-FA-VERIFY-014", "no-reason", "a non-empty reason", |entry| {
                is_business_refusal(entry) && entry.reason().is_none_or(|reason| reason.trim().is_empty())
            }))
        },
    ),
    GUESS.row(
        "facilitator.answers.verify-shape",
        "/verify answers a boolean isValid",
        &["X402V2-CORE-028"],
        |cx| {
            Box::pin(each(cx, "X402V2-CORE-028", "shape", "JSON with a boolean isValid", |entry| {
                entry.endpoint == Endpoint::Verify
                    && is_payment_answer(entry)
                    && entry.verify().is_none_or(|a| a.is_valid.is_none())
            }))
        },
    ),
    GUESS.row(
        "facilitator.answers.verify-status",
        "a payment that /verify refuses is answered with status 200",
        &["X402V2-FA-VERIFY-004"],
        |cx| {
            Box::pin(each(cx, "X402V2-FA-VERIFY-004", "status", "status 200 with isValid false", |entry| {
                entry.endpoint == Endpoint::Verify && is_business_refusal(entry) && entry.status != Some(200)
            }))
        },
    ),
    GUESS.row(
        "facilitator.answers.settle-status",
        "a payment that /settle refuses is answered with status 200",
        &["X402V2-FA-SETTLE-011"],
        |cx| {
            Box::pin(each(cx, "X402V2-FA-SETTLE-011", "status", "status 200 with success false", |entry| {
                entry.endpoint == Endpoint::Settle && is_business_refusal(entry) && entry.status != Some(200)
            }))
        },
    ),
    GUESS.row(
        "facilitator.answers.settle-success",
        "a successful settle names success, transaction and network",
        &["X402V2-CORE-023"],
        |cx| {
            Box::pin(each(
                cx,
                "X402V2-CORE-023",
                "shape",
                "success true, transaction and network as texts",
                |entry| {
                    settled(entry)
                        && entry.settle().is_none_or(|a| a.transaction.is_none() || a.network.is_none())
                },
            ))
        },
    ),
    Row {
        v2: &[],
        v1: &["X402V1-CORE-006"],
        ..GUESS.row(
            "facilitator.answers.settle-success-payer",
            "a successful v1 settle names its payer",
            &[],
            |cx| {
                Box::pin(each(cx, "X402V1-CORE-006", "no-payer", "payer as text", |entry| {
                    settled(entry)
                        && entry.version == Some(Version::V1)
                        && entry.settle().is_none_or(|a| a.payer.is_none())
                }))
            },
        )
    },
    GUESS.row(
        "facilitator.answers.settle-failure",
        "a failed settle still has transaction and network",
        &["X402V2-CORE-024"],
        |cx| {
            Box::pin(each(
                cx,
                "X402V2-CORE-024",
                "shape",
                "success false, transaction (may be empty) and network as texts",
                |entry| {
                    entry.endpoint == Endpoint::Settle
                        && is_business_refusal(entry)
                        && entry.version == Some(Version::V2)
                        && entry.settle().is_none_or(|a| a.transaction.is_none() || a.network.is_none())
                },
            ))
        },
    ),
    Row {
        v2: &[],
        v1: &["X402V1-CORE-007"],
        ..GUESS.row(
            "facilitator.answers.settle-failure-members",
            "a failed v1 settle has transaction, network and payer",
            &[],
            |cx| {
                Box::pin(each(
                    cx,
                    "X402V1-CORE-007",
                    "shape",
                    "success false with transaction, network and payer",
                    |entry| {
                        entry.endpoint == Endpoint::Settle
                            && is_business_refusal(entry)
                            && entry.version == Some(Version::V1)
                            && entry.settle().is_none_or(|a| {
                                a.transaction.is_none() || a.network.is_none() || a.payer.is_none()
                            })
                    },
                ))
            },
        )
    },
    GUESS.row(
        "facilitator.answers.failure-transaction",
        "the transaction of a failed settle is empty or a hash",
        &["X402V2-FA-SETTLE-008"],
        |cx| {
            Box::pin(each(
                cx,
                "X402V2-FA-SETTLE-008",
                "odd-transaction",
                "\"\" or a hash of 32 bytes",
                |entry| {
                    let named = entry.settle().and_then(|answer| answer.transaction);
                    is_business_refusal(entry)
                        && named.is_some_and(|text| {
                            !text.is_empty() && text.parse::<gauntlet_wire::B256>().is_err()
                        })
                },
            ))
        },
    ),
    GUESS.row(
        "facilitator.answers.success-without-reason",
        "an acceptance carries no reason for a refusal",
        &["X402V2-CORE-025"],
        |cx| {
            Box::pin(each(
                cx,
                "X402V2-CORE-025",
                "reason-on-success",
                "no errorReason, no invalidReason",
                |entry| {
                    entry.said == Said::Yes
                        && entry.endpoint != Endpoint::Supported
                        && entry.reason().is_some_and(|r| !r.is_empty())
                },
            ))
        },
    ),
    GUESS.row(
        "facilitator.answers.payer",
        "the payer that is named is the payer",
        &["X402V2-FA-VERIFY-013", "X402V2-CORE-026"],
        |cx| {
            Box::pin(each(
                cx,
                "X402V2-FA-VERIFY-013",
                "another-payer",
                "authorization.from, or no payer",
                |entry| {
                    let named = match entry.endpoint {
                        Endpoint::Verify => entry.verify().and_then(|answer| answer.payer),
                        _ => entry.settle().and_then(|answer| answer.payer),
                    };
                    let payer = entry.payment.as_ref().map(|payment| payment.key.payer.to_string());
                    matches!((named, payer), (Some(named), Some(payer)) if !named.is_empty() && !named.eq_ignore_ascii_case(&payer))
                },
            ))
        },
    ),
    GUESS.row(
        "facilitator.answers.network",
        "the network of a settle answer is the network of the request",
        &["X402V2-FA-SETTLE-012"],
        |cx| {
            Box::pin(each(
                cx,
                "X402V2-FA-SETTLE-012",
                "another-network",
                "the network of the request",
                |entry| {
                    let named = entry.settle().and_then(|answer| answer.network);
                    let asked = entry.payment.as_ref().map(|payment| payment.network.clone());
                    is_payment_answer(entry)
                        && !has_envelope_fault(entry)
                        && matches!((named, asked), (Some(named), Some(asked)) if named != asked)
                },
            ))
        },
    ),
    GUESS.row(
        "facilitator.answers.amount",
        "an amount in a settle answer is what was moved",
        &["X402V2-CORE-027"],
        |cx| {
            Box::pin(each(cx, "X402V2-CORE-027", "another-amount", "the moved amount, or none", |entry| {
                let named = entry.settle().and_then(|answer| answer.amount);
                let value = entry.payment.as_ref().map(|payment| payment.value.to_string());
                settled(entry)
                    && matches!((named, value), (Some(named), Some(value)) if !named.is_empty() && named != value)
            }))
        },
    ),
    GUESS.row("facilitator.answers.reason-form", "reasons are stable machine strings", &["X402V2-ERR-002"], |cx| {
        Box::pin(each(cx, "X402V2-ERR-002", "free-text", "^[a-z0-9_]+$", |entry| {
            is_business_refusal(entry)
                && entry.reason().is_some_and(|text| !text.is_empty() && !reason::is_machine_string(&text))
        }))
    }),
    GUESS.row(
        "facilitator.answers.reason-class",
        "a reason fits the one fault of its payment",
        &["X402V2-ERR-003"],
        |cx| Box::pin(reason_class(cx)),
    ),
    GUESS.row(
        "facilitator.answers.reason-vocabulary",
        "reasons come from the published lists",
        &["X402V2-ERR-001"],
        |cx| Box::pin(vocabulary(cx, Version::V2)),
    ),
    Row {
        v2: &[],
        v1: &["X402V1-FA-004"],
        ..GUESS.row("facilitator.answers.reason-vocabulary", "reasons come from the published lists", &[], |cx| {
            Box::pin(vocabulary(cx, Version::V1))
        })
    },
    Row {
        risk: "an error text gives away keys, addresses of nodes or the inside of the program",
        ..GUESS.row(
            "facilitator.answers.no-leaks",
            "no answer shows a stack trace, a key or the address of the node",
            &["X402V2-ERR-005"],
            |cx| Box::pin(no_leaks(cx)),
        )
    },
    Row {
        risk: "bad input looks like an outage, and the other way round",
        ..GUESS.row(
            "facilitator.answers.no-5xx",
            "no well-formed request is answered with a server error",
            &["INV-008"],
            |cx| {
                Box::pin(each(cx, "INV-008", "server-error", "a status below 500", |entry| {
                    entry.well_formed
                        && entry.chain_healthy
                        && entry.status.is_some_and(|status| status >= 500)
                }))
            },
        )
    },
    Row {
        risk: "one request makes the facilitator fall over",
        lane: Lane::Last,
        ..GUESS.row(
            "facilitator.service.alive",
            "a plain valid payment still works after everything that was sent",
            &["INV-009"],
            |cx| Box::pin(alive(cx)),
        )
    },
];

/// An answer to a whole payment, legible as JSON, while the chain was well.
fn is_payment_answer(entry: &Entry) -> bool {
    entry.payment.is_some()
        && entry.chain_healthy
        && entry.status.is_some()
        && !matches!(entry.said, Said::Nothing(_))
}

/// A refusal of a payment that could be read, in the shape that the documents have for it. An error text of the web
/// framework is a complaint about the message, whatever it was that could not be read.
fn is_business_refusal(entry: &Entry) -> bool {
    let verdict = |json: &Value| ["isValid", "success"].iter().any(|member| json[member].is_boolean());
    is_payment_answer(entry)
        && entry.said != Said::Yes
        && !has_envelope_fault(entry)
        && entry.json().as_ref().is_some_and(verdict)
}

/// Whether the payment was meant to be illegible, or to name what the target does not serve.
fn has_envelope_fault(entry: &Entry) -> bool {
    use reason::ReasonClass as C;
    let of_the_envelope = |class: &C| matches!(class, C::Payload | C::Version | C::Scheme | C::Network);
    entry.payment.as_ref().is_some_and(|payment| payment.faults.iter().any(of_the_envelope))
}

fn settled(entry: &Entry) -> bool {
    entry.endpoint == Endpoint::Settle && entry.said == Said::Yes
}

/// Makes sure that there is something to judge. A target that died has answered before, and that is judged.
async fn provoke(cx: &Cx) -> Judged {
    let entries = cx.world.history.entries();
    if entries.iter().any(|entry| entry.check.starts_with("facilitator.answers.")) {
        return Ok(());
    }
    match provoke_refusals(cx).await {
        Err(Stop::Inconclusive(_)) if entries.iter().any(is_business_refusal) => Ok(()),
        judged => judged,
    }
}

/// Provokes an acceptance and two refusals at each endpoint, in every version that the target claims.
async fn provoke_refusals(cx: &Cx) -> Judged {
    for version in cx.world.claims.versions.clone() {
        let good = cx.payment_of(version).await?;
        cx.verify(&good).await?;
        cx.settle(&good).await?;
        let stranger = Mutation::SignedBy(Box::new(KeyBox(cx.key("stranger"))));
        for fault in [stranger, Mutation::Expired(120)] {
            let bad = cx.payment_of(version).await?.with(&fault);
            cx.verify(&bad).await?;
            cx.settle(&bad).await?;
        }
    }
    Ok(())
}

/// Finds the entries for which a rule is broken; one finding, however many there are.
async fn each(
    cx: Cx,
    requirement: &'static str,
    kind: &'static str,
    want: &'static str,
    broken: fn(&Entry) -> bool,
) -> Judged {
    provoke(&cx).await?;
    let entries = cx.world.history.entries();
    let bad: Vec<&Entry> = entries.iter().filter(|entry| broken(entry)).collect();
    let Some(first) = bad.first() else {
        return Ok(());
    };
    cx.find(Violation {
        requirement,
        kind,
        want: want.into(),
        got: format!("{} of {} answers; the first: {}", bad.len(), entries.len(), show(first)),
        ..Violation::default()
    });
    Ok(())
}

fn show(entry: &Entry) -> String {
    let status = entry.status.map_or_else(|| "no status".into(), |status| status.to_string());
    let body = entry.json().map_or_else(|| entry.text.clone(), |json| json.to_string());
    format!("{status} {body} — {} {} in {}", entry.endpoint.path(), entry.sent, entry.check)
}

async fn reason_class(cx: Cx) -> Judged {
    provoke(&cx).await?;
    let entries = cx.world.history.entries();
    let mut misfits = BTreeSet::new();
    // A dialect may have one answer for a transaction that is under way and one that has reverted.
    let pending = cx.world.dialect().is_some_and(|dialect| dialect.settling.pending.is_some());
    let is_open = |entry: &Entry| pending && entry.settle().is_some_and(|answer| answer.is_pending());
    let refused = |entry: &&Entry| is_payment_answer(entry) && entry.said == Said::No && !is_open(entry);
    for entry in entries.iter().filter(refused) {
        let (Some(payment), Some(text)) = (&entry.payment, entry.reason()) else {
            continue;
        };
        // What cannot be read may be misread in any way, and then be refused for whatever it was taken for.
        use reason::ReasonClass as C;
        let malformed = payment.faults.contains(&C::Payload) && payment.faults.contains(&C::Requirements);
        let unknown = malformed || reason::classify(&text) == [C::Other];
        if !payment.faults.is_empty() && !unknown && !reason::fits(&text, &payment.faults) {
            misfits.insert(format!("{text} for {} ({})", entry.sent, entry.check));
        }
    }
    if let Some(first) = misfits.first() {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "misleading-reason",
            want: "a reason of the class of the fault".into(),
            got: format!("{} reasons that do not fit; the first: {first}", misfits.len()),
            ..Violation::default()
        });
    }
    Ok(())
}

async fn vocabulary(cx: Cx, version: Version) -> Judged {
    if !cx.world.claims.versions.contains(&version) {
        return Err(Stop::NotApplicable(format!("the target does not claim {version}")));
    }
    provoke(&cx).await?;
    let entries = cx.world.history.entries();
    let given: BTreeSet<String> = entries
        .iter()
        .filter(|entry| entry.version == Some(version) && entry.said != Said::Yes)
        .filter_map(Entry::reason)
        .filter(|text| !text.is_empty())
        .collect();
    let foreign: Vec<&String> =
        given.iter().filter(|text| !reason::SPECIFIED.contains(&text.as_str())).collect();
    if given.is_empty() {
        return Err(Stop::Inconclusive(format!("no {version} refusal of the run gave a reason")));
    }
    cx.note(format!(
        "{} reasons seen, {} of them in the published lists",
        given.len(),
        given.len() - foreign.len()
    ));
    if let Some(first) = foreign.first() {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "unpublished-reason",
            want: "reasons of the published lists".into(),
            got: format!("{} others, such as {first}", foreign.len()),
            ..Violation::default()
        });
    }
    Ok(())
}

async fn no_leaks(cx: Cx) -> Judged {
    provoke(&cx).await?;
    let key = cx.world.chain.roles().facilitator.to_bytes().to_string();
    let key = key.trim_start_matches("0x");
    let node =
        cx.world.target_rpc.as_deref().map(|url| url.trim_start_matches("http://").trim_end_matches('/'));
    let mut markers = vec![(key, "its private key")];
    markers.extend(node.map(|node| (node, "the address of its node")));
    markers.extend(STACK_TRACES.iter().map(|marker| (*marker, "the inside of its program")));
    let entries = cx.world.history.entries();
    let mut told = BTreeSet::new();
    for entry in &entries {
        // Express writes its stack traces in HTML.
        let text = entry.text.replace("&nbsp;", " ");
        for (marker, what) in markers.iter().filter(|(marker, _)| text.contains(marker)) {
            if told.insert(*what) {
                cx.find(Violation {
                    requirement: cx.rule(),
                    kind: "leak",
                    want: "an error text without internals".into(),
                    got: format!(
                        "{what} ({:?}) in the answer to {} ({})",
                        marker.trim(),
                        entry.sent,
                        entry.check
                    ),
                    class: (*marker == key).then_some(Class::H),
                    ..Violation::default()
                });
            }
        }
    }
    Ok(())
}

/// What stack traces of the usual languages look like.
const STACK_TRACES: &[&str] =
    &["    at ", "node_modules/", "Traceback (most", "site-packages/", "panicked at", "/.cargo/registry"];

async fn alive(cx: Cx) -> Judged {
    if cx.world.down().is_none() {
        match cx.still_works().await {
            Ok(None) => {
                cx.tell_deaths();
                return Ok(());
            }
            Ok(Some(reply)) => {
                cx.tell_deaths();
                cx.find(Violation {
                    requirement: cx.rule(),
                    kind: "does-not-work-any-more",
                    want: "isValid true and success true for a plain valid payment".into(),
                    reply: Some(&reply),
                    ..Violation::default()
                });
                return Ok(());
            }
            // That it died of this very payment is told below.
            Err(Stop::Inconclusive(_)) if cx.outlived() || cx.world.down().is_some() => {}
            Err(stop) => return Err(stop),
        }
    }
    if cx.tell_deaths() {
        return Ok(());
    }
    let reason = cx.world.down().unwrap_or_default().to_owned();
    if cx.world.target_answers().await {
        return Err(Stop::Inconclusive(format!("it answers again, after this: {reason}")));
    }
    cx.find(Violation {
        requirement: cx.rule(),
        kind: "died",
        want: "a target that still answers".into(),
        got: reason,
        ..Violation::default()
    });
    Ok(())
}
