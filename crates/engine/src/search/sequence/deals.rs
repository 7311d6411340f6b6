//! Sequences against a server: what content and money say after each deal, or of all of them when they went on at once.

use super::awake::drawn;
use super::model::{BURST, Fate, PLENTY, Purse, State};
use super::player::{mutation, scale, version};
use super::script;
use super::shop::{DEALS, Deal, ROUTES, Shop, step};
use super::{Counts, by_invariants, count, limits};
use crate::check::Stop;
use crate::cx::{Cx, Violation};
use crate::search::Budget;
use crate::search::hunt::{Limits, Made};
use crate::search::run::{Property, Told};
use crate::server::buyer::{Purchase, ask};
use crate::server::money::Expected;
use crate::server::rules;
use crate::server::visit::Visit;
use futures::future::{BoxFuture, try_join_all};
use gauntlet_doubles::scripted::{Act, Answer, Endpoint};
use gauntlet_probe::Role;
use gauntlet_wire::header::payment_header;
use gauntlet_wire::{Draft, U256, Version};
use proptest::strategy::{BoxedStrategy, Strategy};
use serde_json::json;
use std::collections::BTreeSet;

/// The invariants that a made-up case can be judged by.
const INVARIANTS: &[&str] = &[
    "server.books.content-means-money",
    "server.books.money-means-content",
    "server.books.transactions",
    "server.books.no-server-error",
];
/// Deals of a sequence before it is made smaller.
const SHORTEST: usize = 4;
const LONGEST: usize = 12;
/// How many there are on the average.
const AVERAGE: u64 = 8;

/// Sequences against a server.
pub(super) struct Deals {
    pub(super) crowd: bool,
    pub(super) counts: Counts,
}

impl Property for Deals {
    type Case = (State, Vec<Deal>);

    fn role(&self) -> Role {
        Role::Server
    }

    /// Alone: the target is started again.
    fn lanes(&self) -> usize {
        1
    }

    fn limits(&self, budget: Budget) -> Limits {
        limits(budget, AVERAGE)
    }

    fn classes(&self) -> &'static [&'static str] {
        &["sequences"]
    }

    fn strategy(&self, _: u64) -> BoxedStrategy<Self::Case> {
        drawn::<Shop>(SHORTEST..=LONGEST).boxed()
    }

    fn version(&self, case: &Self::Case) -> Option<Version> {
        case.0.version(&script::server::needed(&case.0, &case.1, self.crowd))
    }

    fn play<'a>(&'a self, cx: &'a Cx, case: &'a Self::Case, _: u64) -> BoxFuture<'a, Result<Told, Stop>> {
        Box::pin(self.play_through(cx, case))
    }
}

impl Deals {
    async fn play_through(&self, cx: &Cx, (began, deals): &(State, Vec<Deal>)) -> Result<Told, Stop> {
        let mut selling = Selling::new(cx, began).await?;
        let nonces: Vec<String> =
            selling.purchases.iter().map(|purchase| purchase.payment.key().nonce.to_string()).collect();
        let mut told = Told {
            made: Made::Of { class: "sequences", kind: String::new() },
            class: "in the end".into(),
            chain: json!({ "purse": (U256::from(PLENTY) * scale(cx)).to_string() }),
            script: script::server::script(began, deals, &json!(nonces), self.crowd),
        };
        if self.crowd {
            for deal in deals.iter().filter(|deal| **deal != Deal::Restart) {
                count(&self.counts, deal.kind(began));
            }
            selling.at_once(deals).await?;
        } else {
            for deal in deals {
                let kind = deal.kind(&selling.state);
                count(&self.counts, kind);
                let silence = selling.deal(deal).await?;
                if silence.is_some() || !cx.collected().findings.is_empty() {
                    told.class = kind.into();
                    told.made = silence.map_or(told.made, Made::Unanswered);
                    break;
                }
            }
        }
        if cx.collected().findings.is_empty() {
            by_invariants(cx, INVARIANTS).await?;
        }
        let story = began.story(
            &deals.iter().flat_map(Deal::payments).collect(),
            deals.iter().map(ToString::to_string).collect(),
            self.crowd,
        );
        for finding in &mut cx.collected().findings {
            finding.sent = format!("{story}. Seen at: {}", finding.sent);
        }
        Ok(told)
    }
}

/// A sequence that is being played.
struct Selling {
    cx: Cx,
    purchases: Vec<Purchase>,
    state: State,
    /// Payments that the facilitator has refused once: whether they may be tried again is the server's choice.
    refused: BTreeSet<usize>,
}

impl Selling {
    async fn new(cx: &Cx, began: &State) -> Result<Self, Stop> {
        let mut purchases = Vec::new();
        for (number, plan) in began.plans.iter().enumerate() {
            let version = version(cx, plan);
            let route = route_of(cx, number);
            let offer = cx.in_version(version).offer(route).await?;
            let payer = cx.key(&format!("payer{}", plan.payer));
            let nonce = began.nonce(cx, number);
            let draft = Draft::valid(version, offer.terms.clone(), payer, nonce, cx.now);
            let mut payment = cx.funded(draft, U256::from(PLENTY) * scale(cx), cx.now).await?;
            payment.draft = payment.draft.answering(offer.echo());
            payment.money_rule = rules::CONTENT_NEEDS_MONEY;
            purchases.push(Purchase { payment, offer, route: cx.route(route)? });
        }
        Ok(Self { cx: cx.clone(), purchases, state: began.clone(), refused: BTreeSet::new() })
    }

    fn cx_of(&self, number: usize) -> Cx {
        self.cx.in_version(self.purchases[number].version())
    }

    fn copy(&self, number: usize, deal: &Deal) -> Purchase {
        let mut purchase = self.purchases[number].clone();
        if let Deal::Copied(_, copy) = deal {
            purchase.payment.mutate(&mutation(*copy));
        }
        purchase
    }

    /// Does one deal and judges it. Money and content are judged at every purchase; here it is whether what can be paid
    /// is served. Answers why it could not be told, when it could not.
    async fn deal(&mut self, deal: &Deal) -> Result<Option<String>, Stop> {
        let silence = match deal {
            Deal::Pay(number) | Deal::Copied(number, _) => {
                let payable = self.state.payable(*number) == Some(true) && !self.refused.contains(number);
                let cx = self.cx_of(*number);
                let (visit, _) = cx.buy(&self.copy(*number, deal)).await?;
                if payable && !visit.served() && !visit.is_silence() {
                    cx.find(Violation {
                        requirement: rules::receipt(self.purchases[*number].version()),
                        kind: "refused-valid",
                        want: "content for a valid payment".into(),
                        got: visit.got(),
                        reply: Some(&visit.reply),
                        ..Violation::default()
                    });
                }
                silence(&[visit])
            }
            Deal::Together(numbers) => {
                let purchases: Vec<Purchase> =
                    numbers.iter().map(|number| self.purchases[*number].clone()).collect();
                // What was bought before is judged in the end, by the invariants.
                if numbers.iter().all(|number| self.state.fates[*number] == Fate::Unused) {
                    silence(&self.cx.buy_together(&purchases).await?)
                } else {
                    try_join_all(purchases.iter().map(|purchase| unjudged(&self.cx, purchase))).await?;
                    None
                }
            }
            other => {
                self.arrange(other).await?;
                None
            }
        };
        if let Deal::Refused(number) = deal {
            self.refused.insert(*number);
        }
        step(&mut self.state, deal);
        self.look().await?;
        Ok(silence)
    }

    /// All deals, spread over the lanes of the sequence; nothing is judged by itself.
    async fn at_once(&self, deals: &[Deal]) -> Result<(), Stop> {
        let lanes = self.state.lanes.max(1);
        let lane = |first: usize| async move {
            for deal in deals.iter().skip(first).step_by(lanes) {
                match deal {
                    Deal::Pay(number) | Deal::Copied(number, _) => {
                        unjudged(&self.cx, &self.copy(*number, deal)).await?;
                    }
                    Deal::Together(numbers) => {
                        let all = numbers.iter().map(|number| unjudged(&self.cx, &self.purchases[*number]));
                        try_join_all(all).await?;
                    }
                    // Requests that are under way would break off, and what one lane has the facilitator say is
                    // heard by another.
                    Deal::Restart | Deal::Refused(_) | Deal::Elsewhere(_) => {}
                    other => self.arrange(other).await?,
                }
            }
            Ok::<(), Stop>(())
        };
        try_join_all((0..lanes).map(lane)).await.map(drop)
    }

    /// Does what needs no model to be judged.
    async fn arrange(&self, deal: &Deal) -> Result<(), Stop> {
        let (cx, chain) = (&self.cx, &self.cx.world.chain);
        match deal {
            Deal::Unpaid(number) => cx.unpaid(route_of(cx, *number)).await.map(drop),
            Deal::Elsewhere(number) => {
                let (purchase, cx) = (&self.purchases[*number], self.cx_of(*number));
                let other = cx.route(route_of(&cx, number + 1))?;
                let request = ask(&other).header(payment_header(purchase.version()), purchase.header()?);
                let expected = Expected::Plain;
                cx.buy_as(&Purchase { route: other, ..purchase.clone() }, request, expected).await.map(drop)
            }
            Deal::Refused(number) => self.refuse(*number).await,
            Deal::Burst => {
                let cx = cx.in_version(cx.world.payable().unwrap_or(Version::V2));
                for _ in 0..BURST {
                    unjudged(&cx, &cx.purchase(ROUTES[0]).await?).await?;
                }
                Ok(())
            }
            Deal::Fund(payer, purse) => {
                let account = cx.key(&format!("payer{payer}")).address();
                let units = U256::from(if *purse == Purse::Drained { 0 } else { PLENTY }) * scale(&self.cx);
                Ok(chain.set_balance(chain.tokens().usdc.address, account, units).await?)
            }
            Deal::Cancel(number) => {
                let payment = &self.purchases[*number].payment;
                let key = payment.key();
                match chain.cancel(&payment.token, &payment.payer, key.nonce).await {
                    Ok(_) => Ok(()),
                    // It was settled meanwhile, beside this.
                    Err(_) if chain.authorization_used(key.token, key.payer, key.nonce).await? => Ok(()),
                    Err(error) => Err(error.into()),
                }
            }
            Deal::Restart if cx.world.ours => cx
                .world
                .restart_target()
                .await
                .map_err(|reason| Stop::Inconclusive(format!("the server did not come back: {reason}"))),
            Deal::Restart | Deal::Pay(_) | Deal::Copied(..) | Deal::Together(_) => Ok(()),
        }
    }

    /// The facilitator says once that the settlement failed, and moves nothing. Without one of ours this is a plain
    /// purchase that is not looked at.
    async fn refuse(&self, number: usize) -> Result<(), Stop> {
        let (purchase, cx) = (&self.purchases[number], self.cx_of(number));
        let Ok(scripted) = cx.shop()?.scripted() else { return Ok(()) };
        let nonce = purchase.payment.key().nonce;
        let network = cx.world.chain.profile().network.name(purchase.version());
        let failure = json!({ "success": false, "errorReason": "unexpected_settle_error", "transaction": "", "network": network });
        scripted.script(nonce, Endpoint::Settle, vec![Act::Answer(Answer::json(200, &failure))]);
        let bought = cx.buy(purchase).await;
        scripted.script(nonce, Endpoint::Settle, Vec::new());
        bought.map(drop)
    }

    /// Reads from the chain what could not be told beforehand.
    async fn look(&mut self) -> Result<(), Stop> {
        let chain = &self.cx.world.chain;
        for (purchase, fate) in self.purchases.iter().zip(&mut self.state.fates) {
            let key = purchase.payment.key();
            if *fate == Fate::Open {
                let used = chain.authorization_used(key.token, key.payer, key.nonce).await?;
                *fate = if used { Fate::Paid } else { Fate::Unused };
            }
        }
        for (payer, purse) in self.state.purses.iter_mut().enumerate().filter(|(_, purse)| purse.is_none()) {
            let account = self.cx.key(&format!("payer{payer}")).address();
            *purse = u64::try_from(chain.balance(chain.tokens().usdc.address, account).await?).ok();
        }
        Ok(())
    }
}

/// The routes take turns; a server that has only one sells everything there.
fn route_of(cx: &Cx, number: usize) -> &'static str {
    let route = ROUTES[number % ROUTES.len()];
    if cx.route(route).is_ok() { route } else { ROUTES[0] }
}

/// Presents a payment and keeps what it bought, for the invariants.
async fn unjudged(cx: &Cx, purchase: &Purchase) -> Result<Visit, Stop> {
    let exchange = cx.exchange(purchase.request()?).await?;
    let visit = cx.visited(exchange, purchase.payment.sent())?;
    cx.keep_facts(purchase, &visit, Expected::Plain)?;
    Ok(visit)
}

fn silence(visits: &[Visit]) -> Option<String> {
    visits.iter().find(|visit| visit.is_silence()).map(Visit::got)
}

/// Every kind of deal that can be told apart, as the note counts them.
pub(super) fn kinds(crowd: bool) -> Vec<&'static str> {
    let alone = ["pay again", "pay elsewhere", "pay, and the facilitator refuses", "restart"];
    DEALS.into_iter().filter(|kind| !crowd || !alone.contains(kind)).collect()
}
