//! A payment, or a payer, and what has become of it.

use super::stage::{Asked, Came, Job};
use crate::cast::Part;
use crate::check::Stop;
use crate::cx::Cx;
use crate::payment::{Payment, price};
use crate::scenario::model::{Action, Funds, Given, Pay, Scenario};
use crate::server::buyer::Purchase;
use crate::server::visit::Visit;
use alloy_primitives::Bytes;
use futures::future::FutureExt as _;
use gauntlet_wire::{Address, Key, U256};
use std::collections::BTreeMap;

/// A payment, or a payer, and what has become of it.
pub(super) struct Actor {
    pub(super) given: &'static Given,
    /// The account that pays.
    pub(super) payer: Key,
    /// The token that is paid in.
    pub(super) token: Address,
    ware: Ware,
    /// What its route asks for, or the facilitator is told.
    pub(super) price: U256,
    /// Who is paid.
    pub(super) payee: Address,
    /// The other routes that it is presented at: price and payee.
    pub(super) elsewhere: BTreeMap<&'static str, (U256, Address)>,
    /// The answers of a server.
    pub(super) seen: Vec<Seen>,
    /// The answers of a facilitator.
    pub(super) replies: Vec<Asked>,
    /// How many presentations are under way.
    pub(super) under_way: usize,
    /// The transaction that was lost, as it was sent.
    pub(super) lost: Option<Bytes>,
}

/// What is presented.
enum Ware {
    /// A payment for a route.
    Purchase(Box<Purchase>),
    /// A payment for a facilitator.
    Payment(Box<Payment>),
    /// A new payment at every purchase.
    New,
}

/// One answer of a server to a payment.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Whether content came.
    pub(super) served: bool,
    /// Whether no whole answer came.
    pub(super) silent: bool,
    /// What a client that said nothing legible complained about; empty otherwise.
    pub(super) complaint: String,
    /// What the content costs, and who should have been paid.
    pub(super) price: U256,
    pub(super) payee: Address,
    /// What was presented; none when a client bought.
    pub(super) purchase: Option<Box<Purchase>>,
    /// The answer; none when a client command asked.
    pub(super) visit: Option<Visit>,
}

impl Actor {
    pub(super) async fn new(
        cx: &Cx,
        scenario: &'static Scenario,
        given: &'static Given,
    ) -> Result<Self, Stop> {
        let actor = match given.route {
            Some(route) => Self::at_a_counter(cx, scenario, given, route).await?,
            None => Self::at_a_desk(cx, given).await?,
        };
        if let Some(allowance) = given.allowance {
            cx.world.chain.allow_permit2(actor.token, &actor.payer, allowance).await?;
        }
        Ok(actor)
    }

    /// Whoever deals with a facilitator.
    async fn at_a_desk(cx: &Cx, given: &'static Given) -> Result<Self, Stop> {
        let token = crate::cast::token(cx.world.chain.tokens(), given.token);
        let price = given.amount.or_else(|| token.map(price)).unwrap_or_default();
        let part = part(given, given.funds.units(price));
        let mut payment = cx.play(cx.version(), &part).await?;
        if given.token != "usdc" {
            // In an awkward token a success without the exact Transfer is what the scenario is about.
            payment.money_rule = cx.rule();
        }
        for change in &given.change {
            payment.change(change, cx);
        }
        Ok(Self {
            given,
            payer: payment.payer.clone(),
            token: payment.token.address,
            price,
            payee: cx.key(&part.payee_name()).address(),
            ware: Ware::Payment(Box::new(payment)),
            elsewhere: BTreeMap::new(),
            seen: Vec::new(),
            replies: Vec::new(),
            under_way: 0,
            lost: None,
        })
    }

    /// Whoever deals with a server.
    async fn at_a_counter(
        cx: &Cx,
        scenario: &'static Scenario,
        given: &'static Given,
        route: &'static str,
    ) -> Result<Self, Stop> {
        let offer = cx.offer(route).await?;
        let (price, payee) = (offer.terms.amount, offer.terms.pay_to);
        let part = part(given, given.funds.units(price));
        let payer = cx.key(&part.payer_name());
        let ware = if scenario.is_payer(&given.name) {
            Ware::New
        } else {
            let mut purchase = cx.purchase_of(offer, cx.route(route)?).await?;
            let payment = &mut purchase.payment;
            payment.payer = payer.clone();
            payment.draft.signer = payer.clone();
            payment.draft.authorization.from = payer.address();
            payment.draft.authorization.nonce = part.nonce(cx);
            payment.ledger.balance = given.funds.units(price);
            for change in &given.change {
                payment.change(change, cx);
            }
            Ware::Purchase(Box::new(purchase))
        };
        let actor = Self {
            given,
            payer,
            token: cx.world.chain.tokens().usdc.address,
            ware,
            price,
            payee,
            elsewhere: elsewhere(cx, scenario, given).await?,
            seen: Vec::new(),
            replies: Vec::new(),
            under_way: 0,
            lost: None,
        };
        actor.funding(cx.clone(), given.funds).await?;
        Ok(actor)
    }

    /// The payment; none for a payer who makes a new one at every purchase.
    pub(super) fn payment(&self) -> Option<&Payment> {
        match &self.ware {
            Ware::Purchase(purchase) => Some(&purchase.payment),
            Ware::Payment(payment) => Some(payment),
            Ware::New => None,
        }
    }

    /// The payment, when it is for a route.
    pub(super) fn purchase(&self) -> Option<&Purchase> {
        match &self.ware {
            Ware::Purchase(purchase) => Some(purchase),
            Ware::Payment(_) | Ware::New => None,
        }
    }

    /// What its route costs, or another one that it is presented at, and who is paid for it.
    pub(super) fn costs(&self, at: Option<&'static str>) -> (U256, Address) {
        let other = at.and_then(|route| self.elsewhere.get(route)).copied();
        other.unwrap_or((self.price, self.payee))
    }

    /// Gives the payer so much.
    pub(super) fn funding(&self, cx: Cx, funds: Funds) -> Job {
        let (token, payer, units) = (self.token, self.payer.address(), funds.units(self.price));
        async move {
            cx.world.chain.set_balance(token, payer, units).await?;
            Ok(Came::Nothing)
        }
        .boxed()
    }

    /// How often content came.
    pub(super) fn served(&self) -> usize {
        self.seen.iter().filter(|seen| seen.served).count()
    }
}

/// What is given, as a part in a cast.
fn part(given: &Given, purse: U256) -> Part {
    Part {
        payer: given.payer.clone(),
        payee: given.payee.clone(),
        token: given.token.into(),
        amount: given.amount,
        purse: Some(purse),
        nonce: given.nonce,
        ..Part::named(given.name.clone())
    }
}

/// The other routes that a payment is presented at: price and payee.
async fn elsewhere(
    cx: &Cx,
    scenario: &'static Scenario,
    given: &Given,
) -> Result<BTreeMap<&'static str, (U256, Address)>, Stop> {
    let mut elsewhere = BTreeMap::new();
    for step in scenario.every_step() {
        if let Action::Pay(Pay { name, at: Some(route), .. }) | Action::Fetch { name, at: Some(route), .. } =
            &step.action
            && *name == given.name
            && !elsewhere.contains_key(route)
        {
            let terms = cx.offer(route).await?.terms;
            elsewhere.insert(*route, (terms.amount, terms.pay_to));
        }
    }
    Ok(elsewhere)
}
