//! The harness as a buyer: asks, reads the offer, pays, and looks at what came back. Money and content are judged at
//! every purchase, whatever the check is about.

use super::money::{Expected, judge_crowd, judge_purchase};
use super::offer::Offer;
use super::rules;
use super::shop::Shop;
use super::visit::Visit;
use crate::check::Stop;
use crate::cx::{Cx, Violation, this_second};
use crate::payment::Payment;
use crate::reply::Money;
use gauntlet_probe::{Client, Request, Route, send_together};
use gauntlet_report::{Bought, Event, Exchange};
use gauntlet_wire::Version;
use gauntlet_wire::header::{encode_bytes, payment_header};

/// How stale the check's own start may be before windows are counted from now.
const FRESH_SECONDS: u64 = 20;

/// Routes whose handlers are meant to fail.
const MEANT_TO_FAIL: [&str; 2] = ["failing", "missing"];

/// A payment for a route.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// The payment. Its mutations change what goes into the header, never the server's own requirements.
    pub payment: Payment,
    /// What it answers.
    pub offer: Offer,
    /// The route that it was made for.
    pub route: Route,
}

impl Purchase {
    /// The value of the payment header.
    ///
    /// # Errors
    /// [`Stop::Harness`] when a mutation does not fit the payment.
    pub fn header(&self) -> Result<String, Stop> {
        Ok(encode_bytes(self.payment.draft.payload()?.as_bytes()))
    }

    /// The paid request: that of the route, with the payment in the header of its version.
    ///
    /// # Errors
    /// [`Stop::Harness`] when a mutation does not fit the payment.
    pub fn request(&self) -> Result<Request, Stop> {
        Ok(ask(&self.route).header(payment_header(self.version()), self.header()?))
    }

    /// Protocol version.
    #[must_use]
    pub fn version(&self) -> Version {
        self.offer.version
    }
}

/// The unpaid request of a route.
#[must_use]
pub fn ask(route: &Route) -> Request {
    let mut request = Request::get(&route.path);
    request.method.clone_from(&route.method);
    if !route.body.is_empty() {
        request = request.header("Content-Type", "application/json");
        request.body = route.body.clone().into_bytes();
    }
    request
}

impl Cx {
    /// What the server sells.
    ///
    /// # Errors
    /// [`Stop::Harness`] when the target is no server.
    pub fn shop(&self) -> Result<&Shop, Stop> {
        self.world.shop.as_ref().ok_or_else(|| Stop::Harness("this check is for resource servers".into()))
    }

    /// A route by its name.
    ///
    /// # Errors
    /// [`Stop::NotApplicable`] when the server has none of that name.
    pub fn route(&self, name: &str) -> Result<Route, Stop> {
        self.shop()?.routes.get(name).cloned().ok_or_else(|| {
            Stop::NotApplicable(format!(
                "the server has no route called {name}; name it under [server.routes]"
            ))
        })
    }

    // ---- without a payment ----------------------------------------------------------------------------------

    /// Sends a request that pays for nothing. Content in its answer is found here, whatever the check is about.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] when the target is dead.
    pub async fn knock(&self, request: Request, sent: &str) -> Result<Visit, Stop> {
        let client = self.world.client.clone();
        self.knock_at(&client, request, sent).await
    }

    /// As [`Cx::knock`], at another instance of the server or through something in front of it.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] when the target is dead.
    pub async fn knock_at(&self, client: &Client, request: Request, sent: &str) -> Result<Visit, Stop> {
        let exchange = self.exchange_at(client, request).await?;
        let visit = self.visited(exchange, sent.to_owned())?;
        self.nothing_for_nothing(&visit);
        Ok(visit)
    }

    /// Asks for a route without paying.
    ///
    /// # Errors
    /// [`Stop`] when the server has no such route or is dead.
    pub async fn unpaid(&self, route: &str) -> Result<Visit, Stop> {
        let route = self.route(route)?;
        // Whoever takes trailers is sent what stands in them.
        let request = ask(&route).header("TE", "trailers");
        self.knock(request, &format!("{} {} without a payment", route.method, route.path)).await
    }

    /// A finding when an answer that was not paid for has content.
    pub fn nothing_for_nothing(&self, visit: &Visit) {
        if let Some(place) = visit.content {
            self.find(Violation {
                requirement: rules::NO_CONTENT_UNPAID,
                kind: "content-unpaid",
                want: "no content without a payment".into(),
                got: format!("status {}, with content in {}", visit.status(), place.as_str()),
                reply: Some(&visit.reply),
                ..Violation::default()
            });
        }
    }

    // ---- the offer ------------------------------------------------------------------------------------------

    /// What a route offers in the check's version.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] when its 402 cannot be paid: what is wrong with it is the subject of checks of their own.
    pub async fn offer(&self, route: &str) -> Result<Offer, Stop> {
        let visit = self.unpaid(route).await?;
        Offer::read(self, &visit, self.version()).map_err(|problem| {
            Stop::Inconclusive(format!("the 402 of {route} cannot be answered: {problem}"))
        })
    }

    /// A valid payment for a route, by a fresh payer, ready to be presented.
    ///
    /// # Errors
    /// [`Stop`] when the server has no such route, its offer cannot be paid, or the chain does not obey.
    pub async fn purchase(&self, route: &str) -> Result<Purchase, Stop> {
        let offer = self.offer(route).await?;
        self.purchase_of(offer, self.route(route)?).await
    }

    /// A valid payment of an offer.
    ///
    /// # Errors
    /// [`Stop::Harness`] when the chain does not obey.
    pub async fn purchase_of(&self, offer: Offer, route: Route) -> Result<Purchase, Stop> {
        let present = this_second();
        let now = if present.saturating_sub(self.now) < FRESH_SECONDS { self.now } else { present };
        let mut payment = self.payment_of_terms(offer.version, offer.terms.clone(), now).await?;
        payment.draft = payment.draft.answering(offer.echo());
        payment.money_rule = rules::CONTENT_NEEDS_MONEY;
        Ok(Purchase { payment, offer, route })
    }

    // ---- with a payment -------------------------------------------------------------------------------------

    /// Presents a payment at its route, once, and judges money and content.
    ///
    /// # Errors
    /// [`Stop`] when target or chain are dead.
    pub async fn buy(&self, purchase: &Purchase) -> Result<(Visit, Money), Stop> {
        let request = purchase.request()?;
        self.buy_as(purchase, request, Expected::Plain).await
    }

    /// Presents a payment in a request of the check's own making.
    ///
    /// # Errors
    /// [`Stop`] when target or chain are dead.
    pub async fn buy_as(
        &self,
        purchase: &Purchase,
        request: Request,
        expected: Expected,
    ) -> Result<(Visit, Money), Stop> {
        let client = self.world.client.clone();
        self.buy_at(&client, purchase, request, expected).await
    }

    /// As [`Cx::buy_as`], at another instance of the server or through something in front of it.
    ///
    /// # Errors
    /// [`Stop`] when target or chain are dead.
    pub async fn buy_at(
        &self,
        client: &Client,
        purchase: &Purchase,
        request: Request,
        expected: Expected,
    ) -> Result<(Visit, Money), Stop> {
        let _turn = self.turn().await?;
        let before = self.money(&purchase.payment).await?;
        let exchange = self.exchange_at(client, request).await?;
        let visit = self.visited(exchange, self.sent(purchase)?)?;
        let money = self.money(&purchase.payment).await?;
        judge_purchase(self, purchase, &visit, &before, &money, expected);
        self.keep_facts(purchase, &visit, expected)?;
        Ok((visit, money))
    }

    /// Presents payments at one instant, and judges money and content of all of them together.
    ///
    /// # Errors
    /// [`Stop`] when target or chain are dead.
    pub async fn buy_together(&self, purchases: &[Purchase]) -> Result<Vec<Visit>, Stop> {
        self.refuse_when_down()?;
        let _turn = self.turn().await?;
        let requests = purchases.iter().map(Purchase::request).collect::<Result<Vec<_>, Stop>>()?;
        let exchanges = send_together(&self.world.client, requests).await;
        let mut visits = Vec::new();
        for (purchase, exchange) in purchases.iter().zip(exchanges) {
            let visit = self.visited(exchange, purchase.payment.sent())?;
            self.keep_facts(purchase, &visit, Expected::Plain)?;
            visits.push(visit);
        }
        judge_crowd(self, purchases, &visits).await?;
        Ok(visits)
    }

    /// The payment as a change to a valid one, and what the facilitator does with it when a script says so.
    fn sent(&self, purchase: &Purchase) -> Result<String, Stop> {
        let scripts = match &self.shop()?.facilitator {
            Some(facilitator) => facilitator.told(purchase.payment.key().nonce),
            None => Vec::new(),
        };
        let parts: Vec<String> = std::iter::once(purchase.payment.sent()).chain(scripts).collect();
        Ok(parts.join("; "))
    }

    pub(crate) async fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Stop> {
        self.shop()?.lane.acquire().await.map_err(|error| Stop::Harness(error.to_string()))
    }

    pub(crate) async fn exchange_at(&self, client: &Client, request: Request) -> Result<Exchange, Stop> {
        if client.url("") == self.world.client.url("") {
            return self.exchange(request).await;
        }
        Ok(client.send(request).await)
    }

    /// Takes an exchange apart and keeps it in the record.
    pub(crate) fn visited(&self, exchange: Exchange, sent: String) -> Result<Visit, Stop> {
        self.tell_case(&exchange, &sent);
        self.collected().exchanges.push(exchange.clone());
        Ok(Visit::of(exchange, sent, self.shop()?.canary()))
    }

    pub(crate) fn keep_facts(
        &self,
        purchase: &Purchase,
        visit: &Visit,
        expected: Expected,
    ) -> Result<(), Stop> {
        let shop = self.shop()?;
        let path = &purchase.route.path;
        let fails =
            MEANT_TO_FAIL.iter().any(|name| shop.routes.get(*name).is_some_and(|route| route.path == *path));
        let bought = Bought {
            check: self.check.id.clone(),
            exchange: visit.reply.exchange.seq,
            payment: Some(purchase.payment.key()),
            path: path.clone(),
            fails,
            plain: purchase.payment.changes.is_empty(),
            payee: purchase.offer.terms.pay_to,
            price: purchase.offer.terms.amount,
            served: visit.served(),
            status: visit.reply.exchange.status,
            transaction: visit.transaction(purchase.version()),
            sent: visit.reply.sent.clone(),
            disturbed: expected != Expected::Plain,
        };
        self.world.tell(&Event::Bought(Box::new(bought.clone())));
        shop.keep(bought);
        Ok(())
    }

    // ---- common ends ----------------------------------------------------------------------------------------

    /// `Err(Inconclusive)` when no answer came.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`].
    pub fn must_have_come(&self, visit: &Visit) -> Result<(), Stop> {
        self.must_have_answered(&visit.reply)
    }

    /// A plain payment must still buy the cheap route: shows that the server works after what was done to it.
    ///
    /// # Errors
    /// [`Stop`] when target or chain are dead.
    pub async fn still_sells(&self) -> Result<Option<Visit>, Stop> {
        let purchase = self.purchase("cheap").await?;
        let (visit, _) = self.buy(&purchase).await?;
        Ok((!visit.served()).then_some(visit))
    }
}
