//! Factories that nobody knows (ERC-6492). Whoever a signature names is called from the facilitator's account.

use super::accepted::agrees;
use super::payers;
use super::{Row, Topic, transactions};
use crate::check::{Judged, Lane};
use crate::cx::{Cx, Violation};

const FACTORIES: Topic = Topic {
    lane: Lane::Parallel,
    risk: "anybody can have the facilitator call any contract from its own account, and pay for it",
};

/// The rows.
pub(super) const ROWS: &[Row] = &[FACTORIES.twins(
    "facilitator.wallets.unknown-factory",
    "what a signature names as the factory of its wallet is not called when it is not known",
    &["X402-EVMSW-004", "INV-005"],
    &["X402-EVMSW-004", "INV-005"],
    |cx| Box::pin(unknown_factory(cx)),
)];

/// What the factory's own log says of it is proof: a call that is only simulated leaves none.
async fn unknown_factory(cx: Cx) -> Judged {
    let (payment, rogue) = payers::unborn_of_rogue(&cx, false).await?;
    let block = cx.world.chain.block_number().await?;
    let judged = agrees(&cx, payment).await;
    let calls = cx.world.chain.calls_of(rogue, block).await?;
    let lines: Vec<String> = calls.iter().map(ToString::to_string).collect();
    cx.tell_chain(calls.last().map_or(block, |call| call.block), &lines);
    if calls.is_empty() {
        cx.note(format!("factory {rogue} was called in no transaction"));
    } else {
        cx.find(Violation {
            requirement: cx.rule(),
            kind: "factory-called",
            want: "no transaction that calls a factory that nobody knows".into(),
            got: format!("it was called in {}", transactions(calls.len())),
            chain: lines,
            ..Violation::default()
        });
    }
    judged
}
