//! What `/supported` says: merchants copy it into every 402.

use super::{check, violated};
use crate::check::{Check, Judged, Stop};
use crate::cx::Cx;
use crate::history::Endpoint;
use crate::reply::Reply;
use gauntlet_probe::Request;
use gauntlet_wire::{Address, SupportedAnswer};
use serde_json::Value;

const RISK: &str = "merchants copy what is wrong into every 402, and nobody can pay them";

pub(super) fn checks() -> Vec<Check> {
    vec![
        check(
            "b402.supported.kinds",
            "each kind pairs its scheme with its transfer method",
            &["B402-SUPP-001"],
            RISK,
            pairs,
        ),
        check(
            "b402.supported.spender",
            "kinds over Permit2 name the contract that spends, others none",
            &["B402-SUPP-002"],
            RISK,
            spenders,
        ),
        check("b402.supported.signers", "signers are keyed by eip155:*", &["B402-SUPP-003"], RISK, signers),
        check(
            "b402.supported.names",
            "kinds name tokens as the EIP-712 domain of their contracts does",
            &["B402-SUPP-004"],
            "whoever signs with the name that is told makes signatures that no token takes",
            names,
        ),
    ]
}

async fn ask(cx: &Cx) -> Result<(Reply, SupportedAnswer), Stop> {
    let reply = cx.send_raw(Endpoint::Supported, Request::get("/supported"), "/supported", true).await?;
    cx.must_have_answered(&reply)?;
    let body = reply.exchange.response.as_ref().map(|response| response.body.clone()).unwrap_or_default();
    let answer = SupportedAnswer::read(&body).map_err(Stop::Inconclusive)?;
    if answer.kinds.as_ref().is_none_or(Vec::is_empty) {
        return Err(Stop::Inconclusive("/supported lists no kinds".into()));
    }
    Ok((reply, answer))
}

fn kinds(answer: &SupportedAnswer) -> impl Iterator<Item = &Value> {
    answer.raw.get("kinds").and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(kind: &'a Value, place: &str) -> &'a str {
    kind.pointer(place).and_then(Value::as_str).unwrap_or_default()
}

async fn pairs(cx: Cx) -> Judged {
    let (reply, answer) = ask(&cx).await?;
    for kind in kinds(&answer) {
        let scheme = match text(kind, "/extra/assetTransferMethod") {
            "eip3009" | "permit2-exact" => Some("exact"),
            "permit2-upto" => Some("upto"),
            _ => None,
        };
        let has_signer = text(kind, "/extra/signerAddress").parse::<Address>().is_ok();
        let has_domain = !text(kind, "/extra/name").is_empty() && !text(kind, "/extra/version").is_empty();
        if scheme != Some(text(kind, "/scheme")) || !has_signer || !has_domain || kind["x402Version"] != 2 {
            let want = "x402Version 2; exact for eip3009 and permit2-exact, upto for permit2-upto; name, version and signerAddress in extra";
            violated(&cx, "odd-kind", want, &reply);
            return Ok(());
        }
    }
    Ok(())
}

async fn spenders(cx: Cx) -> Judged {
    let (reply, answer) = ask(&cx).await?;
    for kind in kinds(&answer) {
        let is_permit2 = text(kind, "/extra/assetTransferMethod").starts_with("permit2");
        let named = kind.pointer("/extra/spenderAddress").is_some_and(|it| !it.is_null());
        let is_address = text(kind, "/extra/spenderAddress").parse::<Address>().is_ok();
        if is_permit2 != named || (named && !is_address) {
            violated(&cx, "spender", "spenderAddress in every kind over Permit2, and in no other", &reply);
            return Ok(());
        }
    }
    Ok(())
}

async fn signers(cx: Cx) -> Judged {
    let (reply, answer) = ask(&cx).await?;
    let keyed = answer
        .signers
        .iter()
        .flatten()
        .any(|(family, accounts)| family == "eip155:*" && !accounts.is_empty());
    if !keyed {
        violated(&cx, "signers", "signers: {\"eip155:*\": [an account]}", &reply);
    }
    Ok(())
}

async fn names(cx: Cx) -> Judged {
    let (reply, answer) = ask(&cx).await?;
    let profile = cx.world.chain.profile();
    let tokens = profile.more.iter().map(|more| &more.token).chain([&profile.usdc]);
    let known: Vec<&str> = tokens.map(|token| token.name.as_str()).collect();
    let caip2 = profile.network.caip2();
    for kind in kinds(&answer).filter(|kind| text(kind, "/network") == caip2) {
        let name = text(kind, "/extra/name");
        if !known.contains(&name) {
            violated(&cx, "another-name", &format!("one of {}", known.join(", ")), &reply);
            return Ok(());
        }
    }
    Ok(())
}
