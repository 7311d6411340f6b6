//! `/supported`: what is claimed is what is served.

use super::{Row, Topic};
use crate::check::{Judged, Lane, Stop};
use crate::cx::{Cx, Violation};
use crate::history::{Endpoint, Said};
use gauntlet_probe::Request;
use gauntlet_wire::{Network, SupportedAnswer, SupportedKind, Version};

const PROMISE: Topic =
    Topic { lane: Lane::Parallel, risk: "a server offers its buyers a way to pay that does not work" };

/// The rows.
pub const ROWS: &[Row] = &[
    PROMISE.row(
        "facilitator.supported.kinds",
        "/supported answers JSON with a list of kinds",
        &["X402V2-FA-SUPP-001"],
        |cx| Box::pin(kinds(cx)),
    ),
    PROMISE.row(
        "facilitator.supported.kind-fields",
        "each kind names version, scheme and network",
        &["X402V2-FA-SUPP-003"],
        |cx| Box::pin(kind_fields(cx)),
    ),
    PROMISE.row(
        "facilitator.supported.kind-networks",
        "v2 kinds name networks by CAIP-2, v1 kinds by short names",
        &["X402V2-FA-SUPP-003", "X402V1-FA-003"],
        |cx| Box::pin(kind_networks(cx)),
    ),
    PROMISE.row(
        "facilitator.supported.members",
        "/supported has extensions and signers",
        &["X402V2-FA-SUPP-002"],
        |cx| Box::pin(members(cx)),
    ),
    PROMISE.row(
        "facilitator.supported.signer-keys",
        "signers are keyed by CAIP-2 patterns",
        &["X402V2-FA-SUPP-004"],
        |cx| Box::pin(signer_keys(cx)),
    ),
    PROMISE.row(
        "facilitator.supported.served",
        "every kind on this network that is offered verifies a valid payment",
        &["X402V2-FA-SUPP-005"],
        |cx| Box::pin(served(cx)),
    ),
    PROMISE.row(
        "facilitator.supported.stable",
        "/supported says the same five times over",
        &["X402V2-FA-SUPP-007", "X402V2-FA-SUPP-001"],
        |cx| Box::pin(stable(cx)),
    ),
    Row {
        risk: "nobody can tell whose transaction paid",
        ..PROMISE.row(
            "facilitator.supported.signer-settles",
            "settlements are sent by an account that /supported names",
            &["X402V2-FA-SUPP-006"],
            |cx| Box::pin(signer_settles(cx)),
        )
    },
    PROMISE.row(
        "facilitator.supported.short-name",
        "v1 kinds name networks by short names",
        &["X402V1-FA-003"],
        |cx| Box::pin(short_name(cx)),
    ),
];

async fn ask(cx: &Cx) -> Result<(crate::reply::Reply, SupportedAnswer), Stop> {
    let reply = cx
        .send_raw(Endpoint::Supported, Request::get(Endpoint::Supported.path()), "GET /supported", true)
        .await?;
    if matches!(reply.exchange.status, Some(404 | 405)) {
        return Err(Stop::NotApplicable("the target has no /supported".into()));
    }
    cx.must_have_answered(&reply)?;
    let body = reply.exchange.response.as_ref().map(|response| response.body.clone()).unwrap_or_default();
    match SupportedAnswer::read(&body) {
        Ok(answer) => Ok((reply, answer)),
        Err(error) => {
            cx.find(Violation {
                requirement: "X402V2-FA-SUPP-001",
                kind: "not-json",
                want: format!("JSON with kinds ({error})"),
                reply: Some(&reply),
                ..Violation::default()
            });
            Err(Stop::Inconclusive("/supported does not answer JSON".into()))
        }
    }
}

fn violated(cx: &Cx, kind: &str, want: &str, reply: &crate::reply::Reply) {
    cx.find(Violation {
        requirement: cx.rule(),
        kind,
        want: want.into(),
        reply: Some(reply),
        ..Violation::default()
    });
}

async fn kinds(cx: Cx) -> Judged {
    let (reply, answer) = ask(&cx).await?;
    if answer.kinds.as_ref().is_none_or(Vec::is_empty) {
        violated(&cx, "no-kinds", "kinds: a list of at least one", &reply);
    }
    Ok(())
}

async fn kind_fields(cx: Cx) -> Judged {
    let (reply, answer) = ask(&cx).await?;
    for kind in listed(&answer)? {
        if kind.version.is_none() || kind.scheme.is_none() || kind.network.is_none() {
            violated(
                &cx,
                "incomplete-kind",
                "x402Version (a number), scheme and network (texts) in every kind",
                &reply,
            );
        }
    }
    Ok(())
}

fn listed(answer: &SupportedAnswer) -> Result<&[SupportedKind], Stop> {
    answer.kinds.as_deref().ok_or_else(|| Stop::Inconclusive("/supported has no list of kinds".into()))
}

fn is_caip2(name: &str) -> bool {
    let fits = |text: &str, most: usize| {
        !text.is_empty()
            && text.len() <= most
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_*".contains(c))
    };
    name.split_once(':').is_some_and(|(namespace, reference)| fits(namespace, 32) && fits(reference, 64))
}

async fn kind_networks(cx: Cx) -> Judged {
    let (reply, answer) = ask(&cx).await?;
    for kind in listed(&answer)? {
        let name = kind.network.as_deref().unwrap_or_default();
        if kind.version == Some(2) && !is_caip2(name) {
            violated(&cx, "not-caip2", "v2 kinds with networks such as eip155:84532", &reply);
        }
    }
    Ok(())
}

async fn members(cx: Cx) -> Judged {
    if !cx.world.claims.versions.contains(&Version::V2) {
        return Err(Stop::NotApplicable("version 1 knows kinds only, and the target claims no other".into()));
    }
    let (reply, answer) = ask(&cx).await?;
    if !answer.has_extensions || answer.signers.is_none() {
        violated(&cx, "incomplete", "extensions (a list) and signers (an object)", &reply);
    }
    Ok(())
}

async fn signer_keys(cx: Cx) -> Judged {
    let (reply, answer) = ask(&cx).await?;
    let Some(signers) = answer.signers else {
        return Err(Stop::NotApplicable("/supported has no signers".into()));
    };
    if signers.iter().any(|(pattern, _)| !is_caip2(pattern)) {
        violated(&cx, "odd-signer-key", "keys such as eip155:* or eip155:84532", &reply);
    }
    Ok(())
}

async fn served(cx: Cx) -> Judged {
    let (reply, answer) = ask(&cx).await?;
    let ours = cx.world.chain.profile().network;
    let mut tried = 0;
    for kind in listed(&answer)? {
        let version = kind.version.and_then(|number| u8::try_from(number).ok()).map(Version::try_from);
        let (Some(Ok(version)), Some(network)) = (version, kind.network.as_deref()) else {
            continue;
        };
        if Network::parse(network) != Some(ours) || kind.scheme.as_deref() != Some("exact") {
            continue;
        }
        if network != ours.name(version) {
            violated(&cx, "not-this-name", &format!("{} for {version}", ours.name(version)), &reply);
        }
        tried += 1;
        let verified = cx.verify(&cx.payment_of(version).await?).await?;
        if verified.said != Said::Yes {
            violated(
                &cx,
                "offered-not-served",
                &format!("isValid true for a valid {version} payment"),
                &verified,
            );
        }
    }
    if tried == 0 {
        return Err(Stop::NotApplicable("/supported offers no exact payment on this network by name".into()));
    }
    Ok(())
}

async fn stable(cx: Cx) -> Judged {
    let (_, first) = ask(&cx).await?;
    let kinds = |answer: &SupportedAnswer| {
        let mut kinds: Vec<String> = answer.kinds.iter().flatten().map(|kind| format!("{kind:?}")).collect();
        kinds.sort();
        kinds
    };
    for _ in 0..4 {
        let (reply, again) = ask(&cx).await?;
        if kinds(&again) != kinds(&first) {
            // The documents do not say that it must be stable; that kinds come and go breaks what they do say.
            cx.find(Violation {
                requirement: "X402V2-FA-SUPP-001",
                kind: "kinds-come-and-go",
                want: "the same kinds in every answer".into(),
                reply: Some(&reply),
                ..Violation::default()
            });
            return Ok(());
        }
        if again.raw != first.raw {
            cx.note("/supported changes between two calls, its kinds do not");
        }
    }
    Ok(())
}

async fn signer_settles(cx: Cx) -> Judged {
    let named = cx.world.claims.supported.as_ref().and_then(|answer| answer.signers.as_ref());
    if named.is_none_or(Vec::is_empty) {
        return Err(Stop::NotApplicable("/supported names no signers".into()));
    }
    let payment = cx.payment().await?;
    let (reply, money) = cx.settle(&payment).await?;
    let Some(transfer) = money.transfers.last() else {
        return Err(Stop::Inconclusive(format!("a valid payment did not settle: {}", reply.got())));
    };
    let sender = cx.world.chain.transaction(transfer.tx).await?.map(|fact| fact.from);
    if sender.is_none_or(|sender| !cx.world.claims.signers.contains(&sender)) {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "sent-by-stranger",
            want: "a transaction from one of the signers".into(),
            got: sender.map_or_else(|| "an unknown sender".into(), |sender| format!("sent by {sender}")),
            reply: Some(&reply),
            chain: money.lines,
            ..Violation::default()
        });
    }
    Ok(())
}

async fn short_name(cx: Cx) -> Judged {
    let (reply, answer) = ask(&cx).await?;
    let v1: Vec<&SupportedKind> = listed(&answer)?.iter().filter(|kind| kind.version == Some(1)).collect();
    if v1.is_empty() {
        return Err(Stop::NotApplicable("/supported offers no v1 kind".into()));
    }
    if v1.iter().any(|kind| kind.network.as_deref().is_some_and(is_caip2)) {
        violated(&cx, "caip2-in-v1", "v1 kinds with networks such as base-sepolia", &reply);
    }
    Ok(())
}
