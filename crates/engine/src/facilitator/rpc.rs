//! The target's RPC fails, stalls or lies: no answer may claim what cannot be known, and the target recovers.

use super::money::is_pending;
use super::{Row, Scope};
use crate::check::{Judged, Lane, Need, Stop};
use crate::cx::{Cx, Violation};
use crate::history::Said;
use crate::reply::Reply;
use gauntlet_probe::{Action, Rule};
use gauntlet_wire::reason::{self, ReasonClass};
use std::future::Future;
use std::time::Duration;

const BLIND: &str = "a server serves on the word of a facilitator that cannot see the chain";

const fn row(
    id: &'static str,
    title: &'static str,
    body: fn(Cx) -> futures::future::BoxFuture<'static, Judged>,
) -> Row {
    Row {
        id,
        title,
        v2: &["X402V2-FA-VERIFY-015", "X402V2-FA-SETTLE-002", "INV-009"],
        v1: &[],
        risk: BLIND,
        scope: Scope::Target,
        lane: Lane::Exclusive,
        needs: &[Need::FaultProxy],
        body,
    }
}

/// The rows.
pub const ROWS: &[Row] = &[
    row(
        "facilitator.rpc.errors",
        "while every RPC call answers an error nothing is called valid or settled, and the target recovers",
        |cx| Box::pin(outage(cx, Action::RpcError { code: -32000, message: "the node is unwell".into() })),
    ),
    row(
        "facilitator.rpc.too-many-requests",
        "while the RPC answers 429 nothing is called valid or settled, and the target recovers",
        |cx| Box::pin(outage(cx, Action::Status(429))),
    ),
    row(
        "facilitator.rpc.gone",
        "while the RPC closes every connection nothing is called valid or settled, and the target recovers",
        |cx| Box::pin(outage(cx, Action::Close)),
    ),
    row(
        "facilitator.rpc.silent",
        "while the RPC does not answer nothing is called valid or settled, and the target recovers",
        |cx| Box::pin(silence(cx)),
    ),
    Row {
        v2: &["INV-005", "X402V2-FA-VERIFY-001"],
        risk: "a slow node turns good payments away",
        ..row(
            "facilitator.rpc.slow",
            "a payment still verifies and settles when every RPC call takes 150 ms",
            |cx| Box::pin(slow(cx)),
        )
    },
    Row {
        v2: &["INV-009", "X402V2-FA-SETTLE-003"],
        risk: "one refused transaction stops the facilitator for good",
        ..row(
            "facilitator.rpc.submit-refused",
            "after one transaction that the node refused the next payment settles",
            |cx| Box::pin(submit_refused(cx)),
        )
    },
];

/// Runs with fault rules and takes them away whatever comes of it.
async fn with_rules<T>(
    cx: &Cx,
    rules: Vec<Rule>,
    work: impl Future<Output = Result<T, Stop>>,
) -> Result<T, Stop> {
    cx.world.set_rpc_faults(rules).await.map_err(Stop::Harness)?;
    let result = work.await;
    cx.world.set_rpc_faults(Vec::new()).await.map_err(Stop::Harness)?;
    result
}

fn all(action: Action) -> Vec<Rule> {
    vec![Rule { methods: Vec::new(), action, times: None }]
}

async fn outage(cx: Cx, action: Action) -> Judged {
    let payment = cx.payment().await?;
    with_rules(&cx, all(action), async {
        let verified = cx.verify(&payment).await?;
        judge_blind_verify(&cx, &verified);
        let (settled, _) = cx.settle(&payment).await?;
        judge_blind_settle(&cx, &settled);
        Ok(())
    })
    .await?;
    recovers(&cx).await
}

/// The node takes connections and never answers. After a while the connections are closed, so that a target
/// without a limit of its own is not waited for for ever.
async fn silence(cx: Cx) -> Judged {
    const PATIENCE: Duration = Duration::from_secs(3);
    let (to_verify, to_settle) = (cx.payment().await?, cx.payment().await?);
    cx.world.set_rpc_faults(all(Action::Silence)).await.map_err(Stop::Harness)?;
    let ask = async { tokio::join!(cx.verify(&to_verify), cx.settle(&to_settle)) };
    tokio::pin!(ask);
    let mut closed = false;
    let answers = loop {
        tokio::select! {
            answers = &mut ask => break answers,
            () = tokio::time::sleep(PATIENCE), if !closed => {
                cx.note("no answer while the node was silent; its connections were then closed");
                cx.world.set_rpc_faults(all(Action::Close)).await.map_err(Stop::Harness)?;
                closed = true;
            }
        }
    };
    cx.world.set_rpc_faults(Vec::new()).await.map_err(Stop::Harness)?;
    let verified = answers.0?;
    judge_blind_verify(&cx, &verified);
    judge_blind_settle(&cx, &answers.1?.0);
    cx.must_have_answered(&verified)?;
    recovers(&cx).await
}

fn judge_blind_verify(cx: &Cx, reply: &Reply) {
    if reply.said == Said::Yes {
        cx.find(Violation {
            requirement: "X402V2-FA-VERIFY-015",
            kind: "valid-without-chain",
            want: "an error, never isValid true".into(),
            reply: Some(reply),
            ..Violation::default()
        });
    }
    judge_blame(cx, reply);
}

/// Success without money is found where every settle is judged; here only the reason is of interest.
fn judge_blind_settle(cx: &Cx, reply: &Reply) {
    if reply.said == Said::No && !is_pending(reply) {
        cx.note(format!("/settle says {}", reply.reason().unwrap_or_else(|| reply.got())));
    }
    judge_blame(cx, reply);
}

/// A payer of whom nothing could be found out must not be told that his payment is bad: he would sign another one.
fn judge_blame(cx: &Cx, reply: &Reply) {
    use ReasonClass as C;
    let Some(text) = reply.reason().filter(|_| reply.said == Said::No) else {
        return;
    };
    let blames = |class: &C| {
        matches!(class, C::Signature | C::Funds | C::Nonce | C::Amount | C::Recipient | C::Expired | C::Early)
    };
    if reason::classify(&text).iter().any(blames) {
        cx.find(Violation {
            requirement: "X402V2-FA-VERIFY-015",
            kind: "blames-the-payer",
            want: "a reason that says that the facilitator could not tell, such as unexpected_verify_error"
                .into(),
            got: format!("{text}, for a good payment that it could not look up"),
            reply: Some(reply),
            ..Violation::default()
        });
    }
}

/// Some targets need a moment (a back-off, a cached provider): one second try is fair, more is not.
async fn recovers(cx: &Cx) -> Judged {
    let mut failed = None;
    for _ in 0..2 {
        failed = match cx.still_works().await {
            // The node is well again, so a target that does not answer now has only itself to blame.
            Err(Stop::Inconclusive(silence)) => return does_not_recover(cx, None, silence),
            other => other?,
        };
        if failed.is_none() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    match failed {
        Some(reply) => does_not_recover(cx, Some(&reply), reply.got()),
        None => Ok(()),
    }
}

fn does_not_recover(cx: &Cx, reply: Option<&Reply>, got: String) -> Judged {
    cx.find(Violation {
        requirement: "INV-009",
        kind: "does-not-recover",
        want: "a plain valid payment verifies and settles once the node is well again".into(),
        got,
        reply,
        ..Violation::default()
    });
    Ok(())
}

async fn slow(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    let failed = with_rules(&cx, all(Action::Delay(Duration::from_millis(150))), async {
        let verified = cx.verify(&payment).await?;
        if verified.said != Said::Yes {
            return Ok(Some(verified));
        }
        let (settled, _) = cx.settle(&payment).await?;
        Ok((settled.said != Said::Yes && !is_pending(&settled)).then_some(settled))
    })
    .await?;
    if let Some(reply) = failed {
        cx.find(Violation {
            requirement: "INV-005",
            kind: "refused-valid",
            want: "a slow node changes no verdict".into(),
            reply: Some(&reply),
            ..Violation::default()
        });
        cx.must_have_answered(&reply)?;
    }
    Ok(())
}

async fn submit_refused(cx: Cx) -> Judged {
    let payment = cx.payment().await?;
    let rule = Rule {
        methods: vec!["eth_sendRawTransaction".into(), "eth_sendTransaction".into()],
        action: Action::RpcError { code: -32000, message: "txpool is full".into() },
        times: Some(1),
    };
    let (first, _) = with_rules(&cx, vec![rule], async { cx.settle(&payment).await }).await?;
    cx.note(format!(
        "with the transaction refused once /settle says {}",
        if first.said == Said::Yes { "success" } else { "failure" }
    ));
    recovers(&cx).await
}
