//! A made-up payment: changes to a valid one, and a world around it.

use crate::cast::{Part, view};
use crate::check::Stop;
use crate::cx::{Cx, this_second};
use crate::payment::{self, Payment, price};
use crate::search::case::text;
use gauntlet_chain::ChainError;
use gauntlet_wire::message::{Reading, read_request};
use gauntlet_wire::mutation::Change;
use gauntlet_wire::{Address, Clock, LedgerView, ReasonClass, U256, Verdict, Version};
use gauntlet_wire::{faults_at, judge_at};
use serde_json::{Value, json};

/// The price that stands for a cent of the token, however many decimals that has.
pub(super) const CENT: U256 = U256::from_limbs([10_000, 0, 0, 0]);

/// What a payment is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sketch {
    /// Version.
    pub(super) version: Version,
    /// Price, atomic units, or [`CENT`].
    pub(super) amount: U256,
    /// Changes, in the order in which they are applied.
    pub(super) changes: Vec<Change>,
    /// What the payer owns.
    pub(super) purse: Purse,
    /// What has become of the nonce.
    pub(super) nonce: Nonce,
    /// Who has paid before.
    pub(super) company: Company,
}

/// What a payer owns, seen from the value that was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purse {
    /// More than enough.
    Plenty,
    /// Exactly the value.
    Exact,
    /// One unit less.
    Short,
    /// Nothing.
    Empty,
}

/// What has become of a nonce before the target hears of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nonce {
    /// Nothing.
    Unused,
    /// The payer has cancelled it.
    Cancelled,
    /// Somebody else has submitted the authorization.
    Spent,
}

/// Another payment that the target has settled just before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Company {
    /// None.
    None,
    /// One of the same payer.
    OfPayer,
    /// One to the same payee.
    ToPayee,
}

impl Sketch {
    /// A valid payment of one cent.
    #[must_use]
    pub(super) fn plain(version: Version) -> Self {
        Self {
            version,
            amount: CENT,
            changes: Vec::new(),
            purse: Purse::Plenty,
            nonce: Nonce::Unused,
            company: Company::None,
        }
    }
}

/// A sketch made, with the world around it.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) payment: Payment,
    /// What the account that the money comes from owns, atomic units.
    pub(super) purse: U256,
    nonce: Nonce,
    company: Option<Payment>,
    amount: U256,
    changes: Vec<Change>,
    funds_another: bool,
}

/// Makes a payment for a facilitator and arranges the world. `None` when a change has no place in it.
pub(super) async fn make(cx: &Cx, sketch: &Sketch) -> Result<Option<Made>, Stop> {
    let usdc = &cx.world.chain.tokens().usdc;
    let amount = if sketch.amount == CENT { price(usdc) } else { sketch.amount };
    let plenty = amount.saturating_mul(U256::from(10)).max(payment::purse(usdc));
    let part = Part { amount: Some(amount), purse: Some(plenty), ..Part::named("p") };
    let company = company(cx, sketch, &part).await?;
    let payment = cx.play(sketch.version, &part).await?;
    let made = dress(cx, sketch, payment).await?;
    Ok(made.map(|made| Made { company, ..made }))
}

/// Makes what is sketched out of a valid, funded payment. `None` when a change has no place in it.
pub(super) async fn dress(cx: &Cx, sketch: &Sketch, mut payment: Payment) -> Result<Option<Made>, Stop> {
    let chain = &cx.world.chain;
    let (plenty, terms) = (payment.ledger.balance, payment.draft.terms.clone());
    for change in &sketch.changes {
        payment.change(change, cx);
    }
    if payment.draft.echo.is_some() {
        // What a server asks for is its own, and so is the token in which the money is looked for.
        payment.draft.terms = terms;
    }
    if payment.draft.body().is_err() || payment.draft.payload().is_err() {
        return Ok(None);
    }
    let from = payment.draft.authorization.from;
    let nonce = arrange_nonce(cx, sketch, &payment).await?;
    let purse = purse(sketch, &payment, plenty);
    let funds_another = from != payment.payer.address();
    if purse != plenty || funds_another || nonce == Nonce::Spent {
        chain.set_balance(payment.token.address, from, purse).await?;
    }
    match nonce {
        Nonce::Unused => {}
        Nonce::Cancelled => payment.changes.push("the payer has cancelled the nonce".into()),
        Nonce::Spent => payment.changes.push("somebody else has submitted the authorization already".into()),
    }
    if sketch.purse != Purse::Plenty {
        payment.changes.push(format!("the payer owns {purse} units"));
    }
    let (amount, changes) = (payment.draft.terms.amount, sketch.changes.clone());
    in_a_block(cx).await?;
    let mut made = Made { payment, purse, nonce, company: None, amount, changes, funds_another };
    made.payment.ledger = ledger(cx, &made).await?;
    Ok(Some(made))
}

/// Puts into a block what was written past the chain.
///
/// While another case makes a block, Anvil may answer a call with the state of the block before, which has only what
/// was there when it was made: a payer would seem to own nothing.
pub(super) async fn in_a_block(cx: &Cx) -> Result<(), Stop> {
    Ok(cx.world.chain.mine(1).await?)
}

/// What the payer shall own.
fn purse(sketch: &Sketch, payment: &Payment, plenty: U256) -> U256 {
    let value = payment.draft.authorization.value;
    let is_of_purse = sketch.changes.iter().any(|change| change.name() == "value-of-purse");
    match sketch.purse {
        Purse::Plenty if value > plenty => value.saturating_mul(U256::from(2)),
        Purse::Plenty => plenty,
        // What is authorized is what was owned: with less it would be another value.
        Purse::Short if is_of_purse => value,
        Purse::Exact => value,
        Purse::Short => value.saturating_sub(U256::ONE),
        Purse::Empty => U256::ZERO,
    }
}

/// Settles another payment first.
async fn company(cx: &Cx, sketch: &Sketch, part: &Part) -> Result<Option<Payment>, Stop> {
    let other = match sketch.company {
        Company::None => return Ok(None),
        Company::OfPayer => Part { payer: Some(part.payer_name()), ..Part::named("other") },
        Company::ToPayee => Part { payee: Some(part.payee_name()), ..Part::named("other") },
    };
    let payment = cx.play(sketch.version, &other).await?;
    let _ = cx.settle(&payment).await?;
    Ok(Some(payment))
}

/// Cancels or spends the nonce. Only what the token takes can be spent; anything else is cancelled instead.
async fn arrange_nonce(cx: &Cx, sketch: &Sketch, payment: &Payment) -> Result<Nonce, Stop> {
    let chain = &cx.world.chain;
    match sketch.nonce {
        Nonce::Unused => return Ok(Nonce::Unused),
        Nonce::Spent => {
            let presented = payment.draft.present()?;
            let valid = payment.draft.terms.amount <= payment::purse(&payment.token)
                && chain
                    .relay(
                        cx.world.authority(&payment.token).address,
                        &presented.authorization,
                        &presented.signature,
                    )
                    .await?
                    .status;
            if valid {
                cx.world.history.relay(payment.key());
                return Ok(Nonce::Spent);
            }
        }
        Nonce::Cancelled => {}
    }
    chain.cancel(&cx.world.authority(&payment.token), &payment.payer, payment.key().nonce).await?;
    Ok(Nonce::Cancelled)
}

/// What the chain says about the account, the nonce and the token that the bytes name.
async fn ledger(cx: &Cx, made: &Made) -> Result<LedgerView, Stop> {
    let (payment, chain) = (&made.payment, &cx.world.chain);
    let Ok(read) = read_request(&payment.body()?, Reading::Lenient) else {
        return Ok(payment.ledger.clone());
    };
    let (asset, from) = (read.requirements.asset, read.authorization.from);
    let usdc = chain.tokens().usdc.address;
    let balance = if asset == usdc && from == payment.draft.authorization.from {
        made.purse
    } else {
        balance(cx, asset, from).await?
    };
    let nonce = read.authorization.nonce;
    let of_the_payer = from == payment.payer.address() && nonce == payment.draft.authorization.nonce;
    Ok(LedgerView {
        token: view(cx.world.chain.tokens(), asset),
        balance,
        nonce_used: made.nonce != Nonce::Unused && of_the_payer && asset == usdc,
        ..payment.ledger.clone()
    })
}

async fn balance(cx: &Cx, token: Address, account: Address) -> Result<U256, Stop> {
    if !cx.world.chain.tokens().all().iter().any(|known| known.address == token) {
        return Ok(U256::ZERO);
    }
    match cx.world.chain.balance(token, account).await {
        Err(ChainError::UnknownToken(_)) => Ok(U256::ZERO),
        balance => Ok(balance?),
    }
}

impl Made {
    /// What the oracle says now, and the violated rules.
    pub(super) fn judged(&self, cx: &Cx) -> Result<(Verdict, Vec<ReasonClass>), Stop> {
        let clock = Clock { now: this_second(), shared: cx.world.ours };
        let body = self.payment.plain()?;
        let ledger = &self.payment.ledger;
        Ok((self.payment.in_dialect(judge_at(&body, ledger, clock)), faults_at(&body, ledger, clock)))
    }

    /// Whether the requirements name another token than the one that was signed for.
    pub(super) fn asks_for_another_token(&self) -> bool {
        let signed = self.payment.token.address;
        let read = self.payment.body().ok().and_then(|body| read_request(&body, Reading::Lenient).ok());
        read.is_some_and(|read| read.requirements.asset != signed)
    }

    /// Whether the nonce was spent, and not cancelled.
    pub(super) fn is_spent(&self) -> bool {
        self.nonce == Nonce::Spent
    }

    /// How the chain was arranged.
    pub(super) fn recipe(&self) -> Value {
        let signed = &self.payment.draft.authorization;
        json!({
            "token": self.payment.token.address,
            "payer": signed.from,
            "payee": self.payment.draft.terms.pay_to,
            "balance": self.purse.to_string(),
            "nonce": signed.nonce,
            "nonce_is": format!("{:?}", self.nonce).to_lowercase(),
            "settled_before": self.company.as_ref().map(Payment::key).map(|key| key.nonce),
        })
    }

    /// The given payments of a scenario, and the steps that arrange the world.
    pub(super) fn script(&self, route: Option<&str>) -> String {
        let (given, steps) = self.script_with(route, "");
        given + &steps
    }

    /// The given payments of a scenario and, apart, the steps that arrange the world; `more` stands in that of `p`.
    pub(super) fn script_with(&self, route: Option<&str>, more: &str) -> (String, String) {
        let mut given = format!("[given.p]\n{more}");
        match route {
            Some(route) => given.push_str(&format!("route = {}\n", text(route))),
            None => given.push_str(&format!("amount = \"{}\"\n", self.amount)),
        }
        if !self.funds_another {
            given.push_str(&format!("funds = {{ units = \"{}\" }}\n", self.purse));
        }
        if !self.changes.is_empty() {
            given.push_str(&format!("change = {}\n", list(&self.changes)));
        }
        let mut steps = String::new();
        if let Some(other) = &self.company {
            let dollar = payment::purse(&other.token);
            let shared = match other.payer.address() == self.payment.payer.address() {
                true => "payer = \"p-payer\"",
                false => "payee = \"p-payee\"",
            };
            given.push_str(&format!("\n[given.other]\n{shared}\nfunds = {{ units = \"{dollar}\" }}\n"));
            steps.push_str("\n[[steps]]\nsettle = \"other\"\n");
        }
        if self.funds_another {
            given.push_str("\n[given.bystander]\npayer = \"stranger\"\n");
            given.push_str(&format!("funds = {{ units = \"{}\" }}\n", self.purse));
            if let Some(route) = route {
                given.push_str(&format!("route = {}\n", text(route)));
            }
            // A payment that no step uses would be a mistake.
            steps.push_str("\n[[steps]]\nrefill = \"bystander\"\n");
        }
        match self.nonce {
            Nonce::Unused => {}
            Nonce::Cancelled => steps.push_str("\n[[steps]]\ncancel = \"p\"\n"),
            Nonce::Spent => steps.push_str("\n[[steps]]\npreempt = \"p\"\n"),
        }
        (given, steps)
    }

    /// What the other payments of the script move on the chain, behind `p`.
    pub(super) fn other_transfers(&self) -> String {
        let other = self.company.as_ref().map_or("", |_| ", other = 1");
        let bystander = if self.funds_another { ", bystander = 0" } else { "" };
        format!("{other}{bystander}")
    }

    /// Transfers of the payment itself before the target hears of it.
    pub(super) fn moved_before(&self) -> u8 {
        u8::from(self.is_spent())
    }
}

/// Changes as scenarios write them: a list.
pub(super) fn list(changes: &[Change]) -> String {
    let changes: Vec<String> = changes.iter().map(as_toml).collect();
    format!("[{}]", changes.join(", "))
}

/// A change as scenarios write it.
fn as_toml(change: &Change) -> String {
    let value = Value::from(change.clone());
    toml::Value::try_from(&value).map_or_else(|_| text(change.name()), |value| value.to_string())
}
