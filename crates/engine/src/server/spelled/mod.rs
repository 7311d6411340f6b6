//! The payment header written in other ways than the documents show: never content without money, and the server
//! goes on.

mod both;
mod content;
mod lines;
mod size;
mod unreadable;

use super::buyer::{Purchase, ask};
use super::money::{Expected, judge_purchase};
use super::refused::no_server_error;
use super::visit::Visit;
use crate::check::{Check, Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::row::{Row, versioned};
use gauntlet_probe::Request;
use gauntlet_wire::header::{encode, payment_header};
use gauntlet_wire::{Mutation, SignatureForm, Version};
use serde_json::Value;
use std::sync::Arc;

/// What is no table of spellings.
pub const ROWS: &[Row] = &[
    size::KIB_8,
    size::KIB_16,
    size::KIB_32,
    size::KIB_64,
    size::KIB_256,
    both::VALID_AND_GARBAGE,
    both::GARBAGE_AND_VALID,
    both::BOTH_VALID,
    both::BOTH_FORGED,
    both::OTHER_VERSION,
    unreadable::STATUS,
    unreadable::HANDLER_IDLE,
];

/// What a spelling is made of.
struct Parts {
    /// The name of the payment header.
    name: &'static str,
    /// A valid payment.
    payload: Value,
    /// The same with a forged signature.
    forged: Value,
}

impl Parts {
    fn of(purchase: &Purchase) -> Result<Self, Stop> {
        let mut forged = purchase.payment.clone();
        forged.mutate(&Mutation::Signature(SignatureForm::BitFlipped));
        Ok(Self {
            name: payment_header(purchase.version()),
            payload: purchase.payment.draft.present()?.body["paymentPayload"].clone(),
            forged: forged.draft.present()?.body["paymentPayload"].clone(),
        })
    }

    /// The valid header, as it ought to be.
    fn valid(&self) -> String {
        encode(&self.payload)
    }

    /// One line under the right name.
    fn line(&self, value: impl Into<String>) -> Vec<(String, String)> {
        vec![(self.name.to_owned(), value.into())]
    }
}

/// What is demanded besides that nothing is sold without money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Demand {
    /// Either a refusal, or the payment is read as what it is.
    Either,
    /// The payment is written in an unusual and right way.
    Served,
    /// The first line is forged: a server that serves has judged by another one.
    NotByTheLast,
}

/// One way to write the header.
struct Spelling {
    slug: &'static str,
    /// At the head of a sentence.
    what: &'static str,
    v2: &'static [&'static str],
    v1: &'static [&'static str],
    demand: Demand,
    /// The header lines that it makes of a payment.
    write: fn(&Parts) -> Vec<(String, String)>,
}

const RISK: &str =
    "a header that is no payment to one reader is one to another, or makes the server fall over";

fn spellings() -> impl Iterator<Item = &'static Spelling> {
    [lines::SPELLINGS, content::SPELLINGS].into_iter().flatten()
}

/// One check for each row and version.
pub(super) fn checks() -> Vec<Check> {
    spellings()
        .flat_map(|row| [(row, Version::V2, row.v2), (row, Version::V1, row.v1)])
        .map(|(row, version, covers)| Check {
            id: versioned(&format!("server.spelled.{}", row.slug), version),
            title: match row.demand {
                Demand::Served => format!("{} buys as any other does", row.what),
                Demand::Either | Demand::NotByTheLast => {
                    format!("{} buys nothing without money, and the server goes on", row.what)
                }
            },
            version: Some(version),
            covers: covers.to_vec(),
            risk: RISK,
            // Alone: who makes the server fall over is known, and the other checks do not fall with it.
            lane: Lane::Exclusive,
            needs: &[],
            body: Arc::new(move |cx| Box::pin(present(cx, row))),
        })
        .collect()
}

async fn present(cx: Cx, row: &Spelling) -> Judged {
    let mut purchase = cx.purchase("cheap").await?;
    purchase.payment.money_rule = "GAUNTLET-RS-001";
    purchase.payment.changes.push(format!("sent as {}", lower_first(row.what)));
    let lines = (row.write)(&Parts::of(&purchase)?);
    let visit = survives(&cx, &purchase, with_lines(&purchase, lines)).await?;
    cx.note(visit.got());
    let violation = Violation { reply: Some(&visit.reply), ..Violation::default() };
    match (row.demand, visit.served()) {
        (Demand::NotByTheLast, true) => cx.find(Violation {
            requirement: "X402V2-HTTP-RS-028",
            kind: "judged-by-another-line",
            want: "a refusal, or a judgement by the first line, which is forged".into(),
            ..violation
        }),
        (Demand::Served, false) => cx.find(Violation {
            requirement: cx.rule(),
            kind: "refused-valid",
            want: "content for a valid payment".into(),
            got: visit.got(),
            ..violation
        }),
        _ => {}
    }
    goes_on(&cx, row.what).await
}

/// Presents a payment in an odd request, and judges money, content and whether the server has survived it.
///
/// Not through the paths that give the target up when it does not answer: that is what is judged here.
pub(crate) async fn survives(cx: &Cx, purchase: &Purchase, request: Request) -> Result<Visit, Stop> {
    let before = cx.money(&purchase.payment).await?;
    cx.refuse_when_down()?;
    let exchange = cx.world.client.send(request).await;
    let visit = cx.visited(exchange, purchase.payment.sent())?;
    let money = cx.money(&purchase.payment).await?;
    // What was paid for while the connection broke has been served as far as it could be.
    let expected = if visit.is_silence() { Expected::Disturbed } else { Expected::Plain };
    judge_purchase(cx, purchase, &visit, &before, &money, expected);
    cx.keep_facts(purchase, &visit, expected)?;
    no_server_error(cx, &visit, &[]);
    if !cx.world.target_answers().await {
        cx.find(Violation {
            requirement: "INV-009-RS",
            kind: "ended-by-a-header",
            want: "a server that goes on".into(),
            got: format!("it answers nothing any more after {}", purchase.payment.sent()),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
        cx.start_again().await?;
    }
    Ok(visit)
}

/// After what it was sent, the server still sells to a buyer with a plain payment.
pub(crate) async fn goes_on(cx: &Cx, after: &str) -> Judged {
    if let Some(visit) = cx.still_sells().await? {
        cx.find(Violation {
            requirement: "INV-009-RS",
            kind: "sells-no-more",
            want: "content for a plain valid payment".into(),
            got: format!("{} after {}", visit.got(), lower_first(after)),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

/// The unpaid request of a purchase with these lines at its end.
fn with_lines(purchase: &Purchase, lines: Vec<(String, String)>) -> Request {
    lines.into_iter().fold(ask(&purchase.route), |request, (name, value)| request.header(name, value))
}

fn lower_first(text: &str) -> String {
    match text.split_once(' ') {
        Some((article @ ("A" | "An" | "The"), rest)) => format!("{} {rest}", article.to_lowercase()),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::HashSet;

    fn parts(name: &'static str) -> Parts {
        let payload = |signature: &str| {
            json!({
                "x402Version": 2,
                "accepted": { "scheme": "exact", "amount": "10000", "extra": { "name": "USDC" } },
                "payload": {
                    "signature": signature,
                    "authorization": { "value": "10000", "nonce": "0xab", "validAfter": "0" },
                },
            })
        };
        Parts { name, payload: payload("0x1234"), forged: payload("0x1235") }
    }

    #[test]
    fn no_spelling_is_the_plain_one() {
        for row in spellings() {
            let parts = parts("PAYMENT-SIGNATURE");
            let lines = (row.write)(&parts);
            assert_ne!(lines, parts.line(parts.valid()), "{}", row.slug);
            for (name, value) in &lines {
                assert!(!name.contains(['\r', '\n', ':']), "{} breaks the request", row.slug);
                let folded = value.replace("\r\n ", "").replace("\r\n\t", "");
                assert!(!folded.contains(['\r', '\n']), "{} breaks the request", row.slug);
            }
        }
    }

    #[test]
    fn no_two_spellings_are_the_same() {
        let parts = parts("X-PAYMENT");
        let all: Vec<_> = spellings().map(|row| (row.write)(&parts)).collect();
        assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
        let slugs: HashSet<&str> = spellings().map(|row| row.slug).collect();
        assert_eq!(slugs.len(), all.len());
    }

    #[test]
    fn sentences_go_on_in_lower_case() {
        assert_eq!(lower_first("A header"), "a header");
        assert_eq!(lower_first("UTF-16"), "UTF-16");
    }
}
