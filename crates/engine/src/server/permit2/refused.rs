//! Payments over Permit2 with one fault, carried in the header: never content, never money.

use super::Rule;
use super::money::pays;
use super::purchase::Purchase;
use super::table::{Fault, NEGATIVES, Negative};
use crate::check::{Check, Judged};
use crate::cx::{Cx, Violation};
use crate::server::refused::{is_a_refusal, settles_nothing};
use gauntlet_doubles::scripted::Call;
use gauntlet_report::Class;
use gauntlet_wire::permit2::Permit2Scheme;

pub(super) fn checks() -> Vec<Check> {
    let mut checks = Vec::new();
    for scheme in Permit2Scheme::ALL {
        for row in NEGATIVES.iter().filter(|row| row.schemes.contains(&scheme)) {
            let rule = Rule {
                slug: format!("refused.{}", row.slug),
                title: format!("{} buys nothing and costs nothing ({scheme} over Permit2)", row.what),
                covers: row.covers,
                risk: row.risk,
                needs: &[],
            };
            checks.push(rule.check(scheme, move |cx| refuses(cx, row, scheme)));
        }
    }
    checks
}

async fn refuses(cx: Cx, row: &'static Negative, scheme: Permit2Scheme) -> Judged {
    let mut purchase = Purchase::of(&cx, scheme).await?;
    match &row.fault {
        Fault::Change(mutation) => purchase.mutate(&cx, &mutation()),
        Fault::Arrange(arrange) => arrange(&cx, &mut purchase).await?,
    }
    let bought = purchase.present(&cx).await?;
    let calls = purchase.calls(&cx)?;
    asked_for_the_servers_terms(&cx, &purchase, &bought.visit, &calls);
    let violation = Violation {
        requirement: cx.rule(),
        reply: Some(&bought.visit.reply),
        chain: bought.moved.iter().map(ToString::to_string).collect(),
        ..Violation::default()
    };
    if bought.visit.served() {
        // Content without money has been found when it was presented.
        if bought.moved.iter().any(|transfer| pays(transfer, &purchase)) {
            cx.find(Violation {
                kind: "accepted-invalid",
                want: "a refusal".into(),
                got: "content, for a price that was paid all the same".into(),
                // Everybody has got what is his.
                class: Some(Class::W),
                ..violation
            });
        }
        return Ok(());
    }
    if !bought.moved.is_empty() {
        let want = "no Transfer for a payment that is refused".into();
        cx.find(Violation { kind: "moved-money", want, ..violation });
    }
    settles_nothing(&cx, &bought.visit, &calls);
    is_a_refusal(&cx, &bought.visit, &calls);
    Ok(())
}

/// Whatever the payment says, the facilitator is asked about the offer of the server; what `upto` charges apart.
fn asked_for_the_servers_terms(
    cx: &Cx,
    purchase: &Purchase,
    visit: &crate::server::visit::Visit,
    calls: &[Call],
) {
    let entry = &purchase.offer.entry;
    let members: &[&str] = match purchase.draft.scheme {
        Permit2Scheme::Exact => &["scheme", "network", "amount", "payTo", "asset"],
        Permit2Scheme::Upto => &["scheme", "network", "payTo", "asset"],
    };
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_ascii_lowercase();
    for call in calls {
        let Some(asked) = call.request.as_ref().map(|request| &request["paymentRequirements"]) else {
            continue;
        };
        if let Some(member) = members.iter().find(|member| text(&entry[**member]) != text(&asked[**member])) {
            cx.find(Violation {
                requirement: "X402V2-HTTP-RS-017",
                kind: "asks-for-the-buyers-terms",
                want: format!("{member} {} in what the facilitator is asked", entry[*member]),
                got: format!("{} with {member} {}", call.endpoint, asked[*member]),
                reply: Some(&visit.reply),
                ..Violation::default()
            });
            return;
        }
    }
}
