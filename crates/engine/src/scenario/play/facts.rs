//! What became of each payment and payer, from the answers and from the chain.

use super::actor::Actor;
use super::stage::Stage;
use crate::check::Stop;
use crate::facilitator::money::{carries, is_exact, is_pending, transactions_for};
use crate::history::Said;
use crate::scenario::model::{Call, Expect};
use crate::server::money::pays;
use gauntlet_chain::{SentTx, Transfer};
use gauntlet_doubles::scripted::Endpoint;
use gauntlet_probe::Role;

/// What became of one payment or payer.
pub(super) struct Facts {
    /// Answers with content.
    pub(super) served: u64,
    /// Transfers to the payee: of the price, or exactly what was signed.
    pub(super) transfers: Vec<Transfer>,
    /// Everything that left the payer's account.
    pub(super) lines: Vec<String>,
    /// Calls to settle, where the facilitator is ours.
    pub(super) settles: Option<u64>,
    /// Transactions of the facilitator that reverted.
    pub(super) reverted: Vec<SentTx>,
    /// Answers with `isValid: true`, and with `success: true`.
    pub(super) valid: u64,
    pub(super) settled: u64,
    /// Whether every answer came whole.
    pub(super) is_whole: bool,
}

impl Facts {
    pub(super) async fn of(stage: &Stage, actor: &Actor) -> Result<Self, Stop> {
        let world = &stage.cx.world;
        let out = match actor.payment() {
            Some(payment) => stage.cx.money(payment).await?.transfers,
            None => {
                world.chain.transfers(actor.token, world.start_block, Some(actor.payer.address())).await?
            }
        };
        let reverted = reverted(stage, actor).await?;
        let mut lines: Vec<String> = out.iter().map(ToString::to_string).collect();
        if lines.is_empty() {
            lines.push(format!("no Transfer from {}", actor.payer.address()));
        }
        lines.extend(reverted.iter().map(ToString::to_string));
        let said = |call: Call| {
            let yes =
                actor.replies.iter().filter(|asked| asked.call == call && asked.reply.said == Said::Yes);
            yes.count() as u64
        };
        let silent = actor.replies.iter().any(|asked| {
            matches!(asked.reply.said, Said::Nothing(_))
                || (asked.call == Call::Settle && is_pending(&asked.reply))
        });
        Ok(Self {
            served: actor.served() as u64,
            transfers: out.iter().filter(|transfer| is_the_payment(actor, transfer)).cloned().collect(),
            lines,
            settles: settles(stage, actor),
            reverted,
            valid: said(Call::Verify),
            settled: said(Call::Settle),
            is_whole: !silent && !actor.seen.iter().any(|seen| seen.silent),
        })
    }
}

fn is_the_payment(actor: &Actor, transfer: &Transfer) -> bool {
    match (actor.purchase(), actor.payment()) {
        (Some(purchase), _) => pays(transfer, purchase),
        (None, Some(payment)) => is_exact(transfer, payment),
        // What each purchase cost was compared when it was made.
        (None, None) => {
            transfer.to == actor.payee || actor.elsewhere.values().any(|(_, payee)| transfer.to == *payee)
        }
    }
}

fn settles(stage: &Stage, actor: &Actor) -> Option<u64> {
    let key = actor.payment()?.key();
    let facilitator = stage.cx.world.shop.as_ref()?.facilitator.as_ref()?;
    let calls = facilitator.calls_for(key.nonce);
    Some(calls.iter().filter(|call| call.endpoint == Endpoint::Settle).count() as u64)
}

async fn reverted(stage: &Stage, actor: &Actor) -> Result<Vec<SentTx>, Stop> {
    let graded = stage.scenario.graded.as_ref().map(|(_, graded)| graded);
    let counts = |expect: &&Expect| !expect.reverted.is_empty();
    let is_asked_for = [Some(&stage.scenario.expect), graded].into_iter().flatten().any(|it| counts(&it));
    let Some(key) = actor.payment().map(crate::payment::Payment::key).filter(|_| is_asked_for) else {
        return Ok(Vec::new());
    };
    let chain = &stage.cx.world.chain;
    let sent = match stage.scenario.role {
        Role::Facilitator => transactions_for(&stage.cx, &key, stage.block).await?,
        _ => chain.sent_by(chain.roles().facilitator.address(), stage.block).await?,
    };
    Ok(sent.into_iter().filter(|sent| !sent.status && carries(sent, &key)).collect())
}
