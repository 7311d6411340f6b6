//! A payment buys exactly when it is valid: changes of the vocabulary carried in the header.

use super::{LANES, buys, refuses, versions};
use crate::check::Stop;
use crate::cx::{Cx, Violation};
use crate::search::facilitator::verdict::{Walk, drawn, walk};
use crate::search::payment::{CENT, Company, Made, Sketch, dress};
use crate::search::run::{self, Told};
use crate::search::{class_of, hunt, name};
use crate::server::buyer::Purchase;
use crate::server::refused::{Demand, judge};
use futures::future::BoxFuture;
use gauntlet_probe::Role;
use gauntlet_wire::{Verdict, Version};
use proptest::prelude::*;
use serde_json::Value;

/// The property.
pub(super) struct Property {
    versions: Vec<Version>,
    walk: Walk,
}

impl Property {
    pub(super) fn of(cx: &Cx) -> Self {
        let versions = versions(cx);
        let price = CENT;
        // The price is the server's own, and so is who bought before.
        let fits = |case: &Sketch| case.amount == price && case.company == Company::None;
        let cases = versions.iter().flat_map(|version| walk(*version)).filter(fits).collect();
        Self { walk: Walk::new(cases, cx), versions }
    }
}

impl run::Property for Property {
    type Case = Sketch;

    fn role(&self) -> Role {
        Role::Server
    }

    fn lanes(&self) -> usize {
        LANES
    }

    fn classes(&self) -> &'static [&'static str] {
        &["valid", "invalid", "open"]
    }

    fn strategy(&self, number: u64) -> BoxedStrategy<Sketch> {
        match self.walk.case(number) {
            Some(case) => Just(case.clone()).boxed(),
            None => drawn(&self.versions).prop_map(|case| Sketch { company: Company::None, ..case }).boxed(),
        }
    }

    fn version(&self, case: &Sketch) -> Option<Version> {
        Some(case.version)
    }

    fn play<'a>(&'a self, cx: &'a Cx, case: &'a Sketch, _: u64) -> BoxFuture<'a, Result<Told, Stop>> {
        Box::pin(play(cx, case))
    }
}

async fn play(cx: &Cx, case: &Sketch) -> Result<Told, Stop> {
    let mut purchase = cx.purchase("cheap").await?;
    let plain = purchase.payment.draft.present()?.body["paymentPayload"].clone();
    let Some(made) = dress(cx, case, purchase.payment.clone()).await? else { return Ok(Told::not_made()) };
    purchase.payment = made.payment.clone();
    let (verdict, faults) = made.judged(cx)?;
    let verdict = as_a_server_sees_it(verdict, &plain, &purchase)?;
    let class = faults.first().copied().map_or_else(|| "none".into(), name);
    let mut told = Told {
        made: class_of(&verdict, &faults),
        class,
        chain: made.recipe(),
        script: script(&made, &verdict),
    };
    let judged = match verdict {
        Verdict::Valid => {
            let (visit, _) = cx.buy(&purchase).await?;
            if !visit.served() && !visit.is_silence() {
                cx.find(Violation {
                    requirement: buys(case.version),
                    kind: "refused-valid",
                    want: "content for a valid payment".into(),
                    got: visit.got(),
                    reply: Some(&visit.reply),
                    ..Violation::default()
                });
            }
            cx.must_have_come(&visit)
        }
        Verdict::Invalid(_) => judge(&cx.about(refuses(case.version)), &purchase, Demand::Refused).await,
        Verdict::Open(_) => judge(&cx.about(refuses(case.version)), &purchase, Demand::Graded).await,
    };
    match judged {
        Err(Stop::Inconclusive(reason)) if cx.world.down().is_none() => {
            told.made = hunt::Made::Unanswered(reason);
            Ok(told)
        }
        judged => judged.map(|()| told),
    }
}

/// A server may compare what the payload says of the offer letter by letter, and an unpaid facilitator never hears of it.
fn as_a_server_sees_it(verdict: Verdict, plain: &Value, purchase: &Purchase) -> Result<Verdict, Stop> {
    let payload: Value = serde_json::from_str(&purchase.payment.draft.payload()?).unwrap_or_default();
    let members = ["x402Version", "scheme", "network", "accepted", "resource"];
    let same = members.iter().all(|member| plain.get(member) == payload.get(member));
    Ok(match verdict {
        Verdict::Valid if !same => {
            Verdict::Open("servers may compare the echo of their offer letter by letter")
        }
        verdict => verdict,
    })
}

fn script(made: &Made, verdict: &Verdict) -> String {
    let before = made.moved_before();
    let (canary, served, moved) = match verdict {
        Verdict::Valid => ("expect = { canary = true }\n", "1", "1".to_owned()),
        Verdict::Invalid(_) => ("expect = { canary = false }\n", "0", before.to_string()),
        Verdict::Open(_) => ("", "[0, 1]", format!("[{before}, 1]")),
    };
    let (given, others) = (made.script(Some("cheap")), made.other_transfers());
    format!(
        "{given}\n[[steps]]\npay = \"p\"\n{canary}\n[expect]\nserved = {{ p = {served}{others} }}\ntransfers = {{ p = {moved}{others} }}\n"
    )
}
