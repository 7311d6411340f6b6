//! The echo of the extensions that a server offers: it may grow and must not change.

use super::super::buyer::Purchase;
use crate::check::{Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::row::{Row, Scope};
use gauntlet_wire::Mutation;
use serde_json::{Value, json};

pub(super) const ECHO_CHANGED: Row = Row {
    id: "server.refused.extension-changed",
    title: "a payment whose echo of an extension changes what the server has said is refused",
    v2: &["X402V2-CORE-020"],
    v1: &[],
    risk: "a buyer rewrites what the server has told him about the sale",
    scope: Scope::Version2,
    lane: Lane::Parallel,
    needs: &[],
    body: |cx| Box::pin(changed(cx)),
};

pub(super) const ECHO_GROWN: Row = Row {
    id: "server.refused.extension-grown",
    title: "a payment whose echo of an extension only adds to it is accepted",
    v2: &["X402V2-CORE-021"],
    v1: &[],
    risk: "clients that fill in an extension cannot buy",
    scope: Scope::Version2,
    lane: Lane::Parallel,
    needs: &[],
    body: |cx| Box::pin(grown(cx)),
};

/// The member of some extension's `info` that can be changed: its JSON pointer below the payment.
fn member_of_info(purchase: &Purchase) -> Result<(String, String), Stop> {
    let none = || Stop::NotApplicable("the server offers no extension with an info to echo".into());
    let extensions = purchase.offer.challenge["extensions"].as_object().ok_or_else(none)?;
    extensions
        .iter()
        .find_map(|(name, extension)| {
            let info = extension["info"].as_object()?;
            let (member, _) = info.iter().find(|(_, value)| value.is_string())?;
            Some((name.replace('~', "~0").replace('/', "~1"), member.replace('~', "~0").replace('/', "~1")))
        })
        .ok_or_else(none)
}

async fn changed(cx: Cx) -> Judged {
    let mut purchase = cx.purchase("cheap").await?;
    let (extension, member) = member_of_info(&purchase)?;
    echo(&mut purchase, &format!("{extension}/info/{member}"), json!("changed by the buyer"));
    let (visit, _) = cx.buy(&purchase).await?;
    cx.must_have_come(&visit)?;
    if visit.served() {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "accepted-changed-echo",
            want: "a refusal".into(),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

async fn grown(cx: Cx) -> Judged {
    let mut purchase = cx.purchase("cheap").await?;
    let (extension, _) = member_of_info(&purchase)?;
    echo(&mut purchase, &format!("{extension}/info/zzAdded"), json!("added by the buyer"));
    let (visit, _) = cx.buy(&purchase).await?;
    cx.must_have_come(&visit)?;
    if !visit.served() {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "refused-grown-echo",
            want: "content".into(),
            reply: Some(&visit.reply),
            ..Violation::default()
        });
    }
    Ok(())
}

fn echo(purchase: &mut Purchase, member: &str, value: Value) {
    purchase.payment.mutate(&Mutation::Set(format!("/paymentPayload/extensions/{member}"), value));
}
