//! Payments with one fault, carried in the header: never content, never money.

mod accepted;
mod authorization;
mod extensions;
mod shape;
mod summary;
mod table;
mod verdict;
mod world;

use self::table::{Fault, Ground, Refusal};
use crate::check::{Check, Judged, Lane, Stop};
use crate::cx::Cx;
use crate::requirements::Catalogue;
use crate::row::{Row, versioned};
use gauntlet_report::Class;
use gauntlet_wire::Version;
use std::sync::Arc;

pub(crate) use self::table::Demand;
pub(crate) use self::verdict::judge;
pub(super) use self::verdict::{is_a_refusal, no_server_error, settles_nothing};

/// What is told of refusals as such, and what concerns many of them at once.
pub const ROWS: &[Row] =
    &[summary::HANDLER_IDLE, summary::TOLD_APART, extensions::ECHO_CHANGED, extensions::ECHO_GROWN];

/// Every single fault that is carried in the header.
fn refusals() -> impl Iterator<Item = &'static Refusal> {
    [authorization::REFUSALS, accepted::REFUSALS, shape::REFUSALS].into_iter().flatten()
}

/// One check for each row and version.
pub(super) fn checks() -> Vec<Check> {
    refusals()
        .flat_map(|row| [(row, Version::V2, row.v2), (row, Version::V1, row.v1)])
        .filter(|(_, _, covers)| !covers.is_empty())
        .map(|(row, version, covers)| Check {
            id: versioned(&format!("server.refused.{}", row.slug), version),
            title: match row.demand {
                table::Demand::Refused => format!("{} buys nothing and costs nothing", row.what),
                table::Demand::Graded => format!("{} buys no content without the money", row.what),
            },
            version: Some(version),
            covers: covers.to_vec(),
            risk: row.risk,
            lane: Lane::Parallel,
            needs: &[],
            body: Arc::new(move |cx| Box::pin(refuses(cx, row))),
        })
        .collect()
}

async fn refuses(cx: Cx, row: &Refusal) -> Judged {
    let mut purchase = cx.purchase("cheap").await?;
    // Where implementations may differ about the rule itself, theft is still theft.
    if Catalogue::get().find(cx.rule()).is_some_and(|rule| rule.class_for(cx.check.version) == Class::H) {
        purchase.payment.money_rule = cx.rule();
    }
    match row.fault {
        Fault::Change(change) => {
            let ground = Ground::of(&cx);
            change(&ground, &mut purchase.payment);
        }
        Fault::World(preparation) => world::prepare(&cx, &mut purchase.payment, preparation).await?,
    }
    world::fund_what_is_signed(&cx, &purchase.payment).await?;
    if let Err(missing) = purchase.payment.draft.present() {
        return Err(Stop::NotApplicable(format!("the offer has nothing to change there: {missing}")));
    }
    verdict::judge(&cx, &purchase, row.demand).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payment::Payment;
    use gauntlet_wire::{
        Address, B256, Draft, Echo, Key, LedgerView, Network, Terms, Token, TokenView, U256,
    };
    use serde_json::{Value, json};
    use std::collections::HashSet;

    const NOW: u64 = 1_800_000_000;

    fn token(name: &str) -> Token {
        Token { address: Address::repeat_byte(7), name: name.into(), version: "2".into(), decimals: 6 }
    }

    /// A payment as a buyer makes it of an offer.
    fn payment(version: Version) -> Payment {
        let terms = Terms {
            scheme: "exact".into(),
            network: Network::new(84532),
            token: token("USDC"),
            amount: U256::from(10_000),
            pay_to: Key::derive("payee").address(),
            max_timeout_seconds: 60,
            resource: String::new(),
        };
        let payer = Key::derive("payer");
        let echo = Echo {
            entry: terms.requirements(version),
            terms: terms.clone(),
            resource: Some(json!({ "url": "http://shop.example/cheap" })),
            extensions: None,
        };
        let draft = Draft::valid(version, terms, payer.clone(), B256::repeat_byte(0xab), NOW).answering(echo);
        let token = token("USDC");
        let view =
            TokenView::Eip3009 { name: token.name.clone(), version: token.version.clone(), paused: false };
        Payment {
            draft,
            payer,
            ledger: LedgerView {
                chain_id: 84532,
                token: view,
                balance: U256::from(10_000),
                nonce_used: false,
                blocked: false,
            },
            token,
            changes: Vec::new(),
            money_rule: "",
            raw: None,
            judged: None,
            now: NOW,
        }
    }

    fn rendered(payment: &Payment) -> Value {
        payment.draft.present().unwrap().body
    }

    #[test]
    fn no_change_is_inert_in_a_version_that_it_names() {
        let ground = Ground { stranger: Key::derive("stranger"), other: token("Other") };
        for row in refusals() {
            let Fault::Change(change) = row.fault else { continue };
            for (version, covers) in [(Version::V2, row.v2), (Version::V1, row.v1)] {
                if covers.is_empty() {
                    continue;
                }
                let valid = payment(version);
                let mut changed = valid.clone();
                change(&ground, &mut changed);
                let (before, after) = (rendered(&valid), rendered(&changed));
                assert_ne!(before["paymentPayload"], after["paymentPayload"], "{} in {version}", row.slug);
                assert_eq!(
                    before["paymentRequirements"], after["paymentRequirements"],
                    "{} in {version} changes what is the server's",
                    row.slug
                );
                assert!(!changed.changes.is_empty(), "{} does not say what it changes", row.slug);
            }
        }
    }

    #[test]
    fn ids_are_unique() {
        let ids: Vec<String> = checks().into_iter().map(|check| check.id).collect();
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        assert!(ids.len() > 100, "{} checks", ids.len());
    }
}
