//! What is presented to a server, and requests of a scenario's own making to either.

use super::actor::Seen;
use super::form;
use super::stage::{Came, Job, Stage};
use crate::check::{Judged, Stop};
use crate::cx::Cx;
use crate::history::Endpoint;
use crate::scenario::model::{Action, Copies, Form, Pay, Step};
use crate::server::buyer::{Purchase, ask};
use crate::server::money::{Expected, judge_crowd};
use crate::server::visit::Visit;
use futures::future::FutureExt as _;
use gauntlet_probe::{Client, Request};
use gauntlet_wire::{Address, U256};

impl Stage {
    /// Presents a payment. Its money and content are judged at once, or with those of a crowd.
    pub(super) async fn pay(&mut self, pay: &'static Pay, crowded: bool) -> Result<Job, Stop> {
        let client = match pay.neighbour {
            true => self.cx.shop()?.neighbour(&self.cx.world.client).await?.client.clone(),
            false => self.client.clone(),
        };
        let cx = self.cx.clone();
        let mut purchase = self.purchase(&pay.name)?.clone();
        for change in &pay.change {
            purchase.payment.change(change, &cx);
        }
        if let Some(route) = pay.at {
            purchase.route = cx.route(route)?;
        }
        let judging = match (self.scenario.is_beyond_the_server(&pay.name), crowded) {
            (true, _) => Judging::Never,
            (false, true) => Judging::WithTheCrowd,
            (false, false) => Judging::AtOnce,
        };
        let (price, payee) = self.actor(&pay.name)?.costs(pay.at);
        let showing = Showing { purchase, client, form: pay.form, copies: pay.copies, judging, price, payee };
        Ok(async move { Ok(Came::Seen(showing.present(&cx).await?)) }.boxed())
    }

    /// Judges money and content of what was presented at one instant, together with what was presented before.
    pub(super) async fn judge_crowd(&self, steps: &[Step]) -> Judged {
        let mut purchases = Vec::new();
        let mut visits = Vec::new();
        let mut taken = Vec::new();
        for step in steps {
            let Action::Pay(pay) = &step.action else { continue };
            if taken.contains(&&pay.name) || self.scenario.is_beyond_the_server(&pay.name) {
                continue;
            }
            taken.push(&pay.name);
            let seen = self.actors.get(pay.name.as_str()).map_or(&[][..], |actor| &actor.seen);
            for (purchase, visit) in
                seen.iter().filter_map(|seen| seen.purchase.as_ref().zip(seen.visit.as_ref()))
            {
                purchases.push(purchase.as_ref().clone());
                visits.push(visit.clone());
            }
        }
        if purchases.is_empty() { Ok(()) } else { judge_crowd(&self.cx, &purchases, &visits).await }
    }
}

/// When money and content are judged.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Judging {
    AtOnce,
    WithTheCrowd,
    /// The money is not the server's doing; the scenario's own expectations judge.
    Never,
}

/// One way of presenting a payment.
struct Showing {
    purchase: Purchase,
    client: Client,
    form: Option<Form>,
    copies: Copies,
    judging: Judging,
    price: U256,
    payee: Address,
}

impl Showing {
    async fn present(self, cx: &Cx) -> Result<Vec<Seen>, Stop> {
        let times = match self.copies {
            Copies::AtOnce(copies) => {
                let copies = usize::try_from(copies).unwrap_or(usize::MAX);
                let visits = cx.buy_together(&vec![self.purchase.clone(); copies]).await?;
                return Ok(visits.into_iter().map(|visit| self.seen(visit)).collect());
            }
            Copies::InSequence(times) => times,
        };
        let mut seen = Vec::new();
        for _ in 0..times {
            let visit = self.once(cx).await?;
            seen.push(self.seen(visit));
        }
        Ok(seen)
    }

    async fn once(&self, cx: &Cx) -> Result<Visit, Stop> {
        let request = form::request(&self.purchase, self.form)?;
        if self.judging == Judging::AtOnce {
            return Ok(cx.buy_at(&self.client, &self.purchase, request, Expected::Plain).await?.0);
        }
        let visit = super::lies::show(cx, &self.client, &self.purchase, request).await?;
        if self.judging == Judging::WithTheCrowd {
            cx.keep_facts(&self.purchase, &visit, Expected::Plain)?;
        }
        Ok(visit)
    }

    fn seen(&self, visit: Visit) -> Seen {
        Seen {
            served: visit.served(),
            silent: visit.is_silence(),
            complaint: String::new(),
            price: self.price,
            payee: self.payee,
            purchase: Some(Box::new(self.purchase.clone())),
            visit: Some(visit),
        }
    }
}

/// A stranger asks without paying.
pub(super) fn unpaid(cx: Cx, client: Client, route: &'static str, times: u64) -> Result<Job, Stop> {
    let route = cx.route(route)?;
    Ok(async move {
        let mut answers = Vec::new();
        for _ in 0..times {
            let sent = format!("{} {} by a stranger who pays nothing", route.method, route.path);
            let visit = cx.knock_at(&client, ask(&route), &sent).await?;
            let content = visit.served();
            answers.push((visit.reply.exchange, Some(content)));
        }
        Ok(Came::Answers(answers))
    }
    .boxed())
}

/// A request of the scenario's own making.
pub(super) fn request(cx: Cx, client: Client, request: Request, times: u64) -> Job {
    async move {
        let sent = format!("{} {} of the scenario's own making", request.method, request.path);
        let mut answers = Vec::new();
        for _ in 0..times {
            answers.push(send(&cx, &client, request.clone(), &sent).await?);
        }
        Ok(Came::Answers(answers))
    }
    .boxed()
}

async fn send(
    cx: &Cx,
    client: &Client,
    request: Request,
    sent: &str,
) -> Result<(gauntlet_report::Exchange, Option<bool>), Stop> {
    if let Some(shop) = &cx.world.shop {
        let exchange = cx.exchange_at(client, request).await?;
        let visit = cx.visited(exchange, sent.to_owned())?;
        // Without a token that marks content, whatever a free page says would be content.
        if shop.canary().is_some() {
            cx.nothing_for_nothing(&visit);
        }
        let content = visit.served();
        return Ok((visit.reply.exchange, Some(content)));
    }
    let endpoint = [Endpoint::Verify, Endpoint::Settle, Endpoint::Supported]
        .into_iter()
        .find(|endpoint| request.path.split('?').next() == Some(endpoint.path()));
    let Some(endpoint) = endpoint else {
        let exchange = cx.exchange(request).await?;
        cx.tell_case(&exchange, sent);
        cx.collected().exchanges.push(exchange.clone());
        return Ok((exchange, None));
    };
    let is_json = serde_json::from_slice::<serde_json::Value>(&request.body).is_ok();
    Ok((cx.send_raw(endpoint, request, sent, is_json).await?.exchange, None))
}
