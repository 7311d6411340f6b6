//! The world of one scenario while it is played: its payments, what is under way, and what came back.

use super::form;
use super::front::Standing;
use super::model::{Action, Copies, Form, Funds, Given, Pay, Scenario};
use crate::check::Stop;
use crate::cx::Cx;
use crate::server::buyer::Purchase;
use crate::server::money::Expected;
use crate::server::visit::Visit;
use alloy_primitives::Bytes;
use gauntlet_probe::{Client, Manifest};
use gauntlet_wire::{Address, B256, Key, U256};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::JoinSet;

/// One scenario in one version, being played.
pub(super) struct Stage {
    pub(super) cx: Cx,
    pub(super) scenario: &'static Scenario,
    pub(super) actors: BTreeMap<&'static str, Actor>,
    /// The server, or what stands before it.
    pub(super) client: Client,
    /// Who buys when the scenario has a client; none means our own buyer.
    pub(super) buyer: Option<Arc<Manifest>>,
    /// Keeps what stands before the server alive.
    _front: Option<Standing>,
    pub(super) under_way: JoinSet<Ended>,
    /// Block after which the scenario began.
    pub(super) block: u64,
}

/// What came of something that was under way.
pub(super) struct Ended {
    pub(super) name: &'static str,
    pub(super) seen: Result<Vec<Seen>, Stop>,
}

/// A payment, or a payer, and what has become of it.
pub(super) struct Actor {
    pub(super) given: &'static Given,
    /// The account that pays.
    pub(super) payer: Key,
    /// The payment; none for a payer who makes a new one at every purchase.
    pub(super) purchase: Option<Purchase>,
    /// What its route asks for.
    pub(super) price: U256,
    /// Who is paid for its route.
    pub(super) payee: Address,
    /// The other routes that it is presented at: price and payee.
    pub(super) elsewhere: BTreeMap<&'static str, (U256, Address)>,
    pub(super) seen: Vec<Seen>,
    /// How many presentations are under way.
    pub(super) under_way: usize,
    /// The transaction that was lost, as it was sent.
    pub(super) lost: Option<Bytes>,
}

/// One answer to a payment.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// Whether content came.
    pub(super) served: bool,
    /// Whether no whole answer came.
    pub(super) silent: bool,
    /// What the content costs, and who should have been paid.
    pub(super) price: U256,
    pub(super) payee: Address,
    /// The answer; none when a client command asked.
    pub(super) visit: Option<Visit>,
}

impl Stage {
    /// Makes everything that is given.
    pub(super) async fn set(
        cx: &Cx,
        scenario: &'static Scenario,
        buyer: Option<Arc<Manifest>>,
    ) -> Result<Self, Stop> {
        let front = match scenario.front {
            Some(front) => Some(Standing::before(cx, front).await?),
            None => None,
        };
        let client = match &front {
            Some(front) => cx.world.client.at(&front.url())?,
            None => cx.world.client.clone(),
        };
        let mut actors = BTreeMap::new();
        for given in &scenario.given {
            actors.insert(given.name.as_str(), Actor::new(cx, scenario, given).await?);
        }
        let block = cx.world.chain.block_number().await?;
        Ok(Self {
            cx: cx.clone(),
            scenario,
            actors,
            client,
            buyer,
            _front: front,
            under_way: JoinSet::new(),
            block,
        })
    }

    pub(super) fn actor(&mut self, name: &str) -> Result<&mut Actor, Stop> {
        self.actors.get_mut(name).ok_or_else(|| Stop::Harness(format!("nothing called {name} is given")))
    }

    /// The payment of a name.
    pub(super) fn purchase(&self, name: &str) -> Result<&Purchase, Stop> {
        let purchase = self.actors.get(name).and_then(|actor| actor.purchase.as_ref());
        purchase.ok_or_else(|| Stop::Harness(format!("{name} is no payment")))
    }

    pub(super) fn nonce(&self, name: &str) -> Result<B256, Stop> {
        Ok(self.purchase(name)?.payment.key().nonce)
    }

    /// Presents a payment, and waits for the answers unless the step says otherwise.
    pub(super) async fn pay(&mut self, pay: &'static Pay) -> Result<(), Stop> {
        let client = match pay.neighbour {
            true => self.cx.shop()?.neighbour(&self.cx.world.client).await?.client.clone(),
            false => self.client.clone(),
        };
        let cx = self.cx.clone();
        let is_beyond = self.scenario.is_beyond_the_server(&pay.name);
        let actor = self.actor(&pay.name)?;
        let (price, payee) = actor.costs(pay.at);
        let mut purchase =
            actor.purchase.clone().ok_or_else(|| Stop::Harness(format!("{} is no payment", pay.name)))?;
        if let Some(route) = pay.at {
            purchase.route = cx.route(route)?;
        }
        let showing = Showing { purchase, client, form: pay.form, copies: pay.copies, is_judged: !is_beyond };
        actor.under_way += 1;
        let name = pay.name.as_str();
        self.under_way.spawn(async move {
            let visits = showing.present(&cx).await;
            let seen = |visit: Visit| Seen {
                served: visit.served(),
                silent: visit.is_silence(),
                price,
                payee,
                visit: Some(visit),
            };
            Ended { name, seen: visits.map(|visits| visits.into_iter().map(seen).collect()) }
        });
        if pay.wait { self.wait_for_answers(name).await } else { Ok(()) }
    }

    /// Waits until nothing of a payment is under way.
    pub(super) async fn wait_for_answers(&mut self, name: &str) -> Result<(), Stop> {
        while self.actor(name)?.under_way > 0 {
            if !self.take_next().await? {
                return Err(Stop::Harness(format!("nothing of {name} is under way")));
            }
        }
        Ok(())
    }

    /// Waits until nothing is under way.
    pub(super) async fn wait_for_all(&mut self) -> Result<(), Stop> {
        while self.take_next().await? {}
        Ok(())
    }

    /// Takes what ends next; false when nothing is under way.
    pub(super) async fn take_next(&mut self) -> Result<bool, Stop> {
        let Some(ended) = self.under_way.join_next().await else { return Ok(false) };
        let Ended { name, seen } = ended.map_err(|error| Stop::Harness(error.to_string()))?;
        let actor = self.actor(name)?;
        actor.under_way -= 1;
        actor.seen.extend(seen?);
        Ok(true)
    }
}

impl Actor {
    async fn new(cx: &Cx, scenario: &'static Scenario, given: &'static Given) -> Result<Self, Stop> {
        let mut elsewhere = BTreeMap::new();
        for step in &scenario.steps {
            if let Action::Pay(Pay { name, at: Some(route), .. }) | Action::Buy { name, at: Some(route), .. } =
                &step.action
                && *name == given.name
                && !elsewhere.contains_key(route)
            {
                let terms = cx.offer(route).await?.terms;
                elsewhere.insert(*route, (terms.amount, terms.pay_to));
            }
        }
        let offer = cx.offer(given.route).await?;
        let (price, payee) = (offer.terms.amount, offer.terms.pay_to);
        let purchase = match scenario.is_payer(&given.name) {
            true => None,
            false => Some(cx.purchase_of(offer, cx.route(given.route)?).await?),
        };
        let payer = match &purchase {
            Some(purchase) => purchase.payment.payer.clone(),
            None => cx.key(&format!("payer/{}", given.name)),
        };
        let actor = Self {
            given,
            payer,
            purchase,
            price,
            payee,
            elsewhere,
            seen: Vec::new(),
            under_way: 0,
            lost: None,
        };
        actor.fund(cx, given.funds).await?;
        Ok(actor)
    }

    /// What its route costs, or another one that it is presented at, and who is paid for it.
    pub(super) fn costs(&self, at: Option<&'static str>) -> (U256, Address) {
        let other = at.and_then(|route| self.elsewhere.get(route)).copied();
        other.unwrap_or((self.price, self.payee))
    }

    /// Gives the payer so much.
    pub(super) async fn fund(&self, cx: &Cx, funds: Funds) -> Result<(), Stop> {
        let balance = match funds {
            Funds::None => U256::ZERO,
            Funds::Once => self.price,
            Funds::Plenty => self.price.saturating_mul(U256::from(100)),
        };
        let usdc = cx.world.chain.tokens().usdc.address;
        Ok(cx.world.chain.set_balance(usdc, self.payer.address(), balance).await?)
    }

    /// How often content came.
    pub(super) fn served(&self) -> usize {
        self.seen.iter().filter(|seen| seen.served).count()
    }
}

/// One way of presenting a payment.
struct Showing {
    purchase: Purchase,
    client: Client,
    form: Option<Form>,
    copies: Copies,
    /// Whether its money and content are judged at once.
    is_judged: bool,
}

impl Showing {
    async fn present(self, cx: &Cx) -> Result<Vec<Visit>, Stop> {
        let times = match self.copies {
            Copies::AtOnce(copies) => {
                let copies = usize::try_from(copies).unwrap_or(usize::MAX);
                return cx.buy_together(&vec![self.purchase; copies]).await;
            }
            Copies::InSequence(times) => times,
        };
        let mut visits = Vec::new();
        for _ in 0..times {
            let request = form::request(&self.purchase, self.form)?;
            visits.push(if self.is_judged {
                cx.buy_at(&self.client, &self.purchase, request, Expected::Plain).await?.0
            } else {
                super::lies::show(cx, &self.client, &self.purchase, request).await?
            });
        }
        Ok(visits)
    }
}
