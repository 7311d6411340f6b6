//! Plays what a sequence says against a facilitator: the payments, and each operation without a judgement.

use super::model::{BURST, Copy, Fate, Operation, PLENTY, PRICE, Plan, Purse, State};
use crate::cast::Part;
use crate::check::Stop;
use crate::cx::Cx;
use crate::payment::{Payment, price};
use crate::reply::Reply;
use gauntlet_wire::{Mutation, U256, Version};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

/// How often it is looked whether a transaction waits for a block, and how long a time apart.
const LOOKS: u32 = 30;
const LOOK: Duration = Duration::from_millis(10);

/// The payments of one sequence.
pub(super) struct Player {
    pub(super) cx: Cx,
    pub(super) payments: Vec<Payment>,
    /// Whether the target can be started again.
    restarts: bool,
    bursts: AtomicU32,
}

impl Player {
    pub(super) async fn new(cx: &Cx, state: &State) -> Result<Self, Stop> {
        let mut payments = Vec::new();
        for (number, plan) in state.plans.iter().enumerate() {
            payments.push(cx.play(version(cx, plan), &part(cx, state, number)).await?);
        }
        Ok(Self { cx: cx.clone(), payments, restarts: cx.world.ours, bursts: AtomicU32::default() })
    }

    /// The context for a payment: its version decides what a violation weighs.
    pub(super) fn cx_of(&self, payment: usize) -> Cx {
        self.cx.in_version(self.payments[payment].draft.version)
    }

    /// A payment as the target will meet it.
    pub(super) fn prepared(&self, state: &State, number: usize) -> Payment {
        let mut payment = self.payments[number].clone();
        let happened = match state.fates[number] {
            Fate::Paid => Some("it has been settled"),
            Fate::Cancelled => Some("the payer has taken it back"),
            Fate::Unused | Fate::Open => None,
        };
        payment.ledger.nonce_used = happened.is_some();
        payment.changes.extend(happened.map(str::to_owned));
        if let Some(units) = state.purses[state.plans[number].payer] {
            payment.ledger.balance = U256::from(units) * scale(&self.cx);
            if units < State::price(number) {
                payment.changes.push(format!("the payer owns {} units", payment.ledger.balance));
            }
        }
        payment
    }

    /// Presents payments to `/settle` at one instant.
    pub(super) async fn settle(&self, payments: &[Payment]) -> Result<Vec<Reply>, Stop> {
        self.cx.settle_together(payments).await
    }

    /// Settles a payment while no blocks are made; as soon as its transaction waits, or it is answered, they are made
    /// again.
    pub(super) async fn settle_slowly(&self, payment: &Payment) -> Result<Reply, Stop> {
        let chain = &self.cx.world.chain;
        chain.stop_mining().await?;
        let answered = AtomicBool::new(false);
        let asking = async {
            let replies = self.settle(std::slice::from_ref(payment)).await;
            answered.store(true, Ordering::SeqCst);
            replies
        };
        let mining = async {
            for _ in 0..LOOKS {
                let waits = matches!(chain.pending_with(payment.key().nonce).await, Ok(Some(_)));
                if waits || answered.load(Ordering::SeqCst) {
                    break;
                }
                tokio::time::sleep(LOOK).await;
            }
            chain.set_automine().await?;
            chain.mine(1).await
        };
        let (replies, mined) = tokio::join!(asking, mining);
        mined?;
        replies?.pop().ok_or_else(|| Stop::Harness("one payment, and no answer for it".into()))
    }

    /// Does to the chain or the target what an operation says, when it is none that asks the target.
    pub(super) async fn arrange(&self, state: &State, operation: &Operation) -> Result<(), Stop> {
        match operation {
            Operation::Fund(payer, purse) => self.fund(state, *payer, *purse).await,
            Operation::Cancel(payment) => self.cancel(*payment).await,
            Operation::Restart if self.restarts => self
                .cx
                .world
                .restart_target()
                .await
                .map_err(|reason| Stop::Inconclusive(format!("the target did not come back: {reason}"))),
            _ => Ok(()),
        }
    }

    async fn fund(&self, state: &State, payer: usize, purse: Purse) -> Result<(), Stop> {
        let chain = &self.cx.world.chain;
        let account = self.cx.key(&format!("payer{payer}")).address();
        let units = U256::from(state.units(purse)) * scale(&self.cx);
        Ok(chain.set_balance(chain.tokens().usdc.address, account, units).await?)
    }

    /// A payment that was settled meanwhile, beside this, cannot be taken back any more.
    async fn cancel(&self, number: usize) -> Result<(), Stop> {
        let (chain, payment) = (&self.cx.world.chain, &self.payments[number]);
        let key = payment.key();
        let authority = self.cx.world.authority(&payment.token);
        match chain.cancel(&authority, &payment.payer, key.nonce).await {
            Ok(_) => Ok(()),
            Err(_) if chain.authorization_used(authority.address, key.payer, key.nonce).await? => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Settles many payments of somebody else's, one after the other.
    pub(super) async fn burst(&self) -> Result<Vec<Reply>, Stop> {
        let burst = self.bursts.fetch_add(1, Ordering::SeqCst);
        let mut replies = Vec::with_capacity(BURST);
        for number in 0..BURST {
            let part = Part {
                payer: Some("others".into()),
                payee: Some("others-payee".into()),
                purse: Some(U256::from(PLENTY) * scale(&self.cx)),
                ..Part::named(format!("other{burst}-{number}"))
            };
            let payment = self.cx.play(self.cx.version(), &part).await?;
            replies.extend(self.settle(&[payment]).await?);
        }
        Ok(replies)
    }

    /// Reads from the chain what could not be told beforehand.
    pub(super) async fn look(&self, state: &mut State) -> Result<(), Stop> {
        let chain = &self.cx.world.chain;
        for (number, fate) in state.fates.iter_mut().enumerate().filter(|(_, fate)| **fate == Fate::Open) {
            let key = self.payments[number].key();
            let authority = self.cx.world.authority(&self.payments[number].token);
            let used = chain.authorization_used(authority.address, key.payer, key.nonce).await?;
            *fate = if used { Fate::Paid } else { Fate::Unused };
        }
        for (payer, purse) in state.purses.iter_mut().enumerate().filter(|(_, purse)| purse.is_none()) {
            let account = self.cx.key(&format!("payer{payer}")).address();
            let owned = chain.balance(chain.tokens().usdc.address, account).await?;
            *purse = u64::try_from(owned / scale(&self.cx)).ok();
        }
        Ok(())
    }

    /// How the chain was arranged, for the case on disk.
    pub(super) fn arranged(&self) -> Value {
        let nonces = self.payments.iter().map(|payment| payment.key().nonce.to_string());
        let scale = scale(&self.cx);
        let purse = U256::from(PLENTY) * scale;
        json!({
            "nonces": nonces.collect::<Vec<_>>(),
            "purse": purse.to_string(),
            "scale": scale.to_string(),
        })
    }
}

/// The version of a payment: its own where the target claims that, otherwise what it can be paid in.
pub(super) fn version(cx: &Cx, plan: &Plan) -> Version {
    let claimed = cx.world.claims.versions.contains(&plan.version);
    if claimed { plan.version } else { cx.world.payable().unwrap_or(Version::V2) }
}

/// How many atomic units one of the model's units is: it counts as a token with six decimals does.
pub(super) fn scale(cx: &Cx) -> U256 {
    (price(&cx.world.chain.tokens().usdc) / U256::from(PRICE)).max(U256::ONE)
}

fn part(cx: &Cx, state: &State, number: usize) -> Part {
    let plan = &state.plans[number];
    Part {
        payer: Some(format!("payer{}", plan.payer)),
        amount: Some(U256::from(State::price(number)) * scale(cx)),
        purse: Some(U256::from(PLENTY) * scale(cx)),
        nonce: Some(state.nonce(cx, number)),
        ..Part::named(format!("p{number}"))
    }
}

/// The mutation that writes a payment in another way.
pub(super) fn mutation(copy: Copy) -> Mutation {
    match copy {
        Copy::Reordered => Mutation::Reordered,
        Copy::Spaced => Mutation::Spaced,
        Copy::Escaped => Mutation::Escaped,
        Copy::LowerCase => Mutation::LowerCaseAddresses,
        Copy::UpperCase => Mutation::UpperCaseHex,
    }
}
