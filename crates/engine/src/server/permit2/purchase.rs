//! A payment over Permit2 for a route, and what comes of presenting it.

use super::money::judge;
use super::offer::{self, Offer};
use crate::check::Stop;
use crate::cx::{Cx, this_second};
use crate::server::buyer::ask;
use crate::server::visit::Visit;
use gauntlet_chain::Transfer;
use gauntlet_doubles::scripted::Call;
use gauntlet_probe::{Request, Route};
use gauntlet_wire::header::{encode_bytes, payment_header};
use gauntlet_wire::permit2::{Permit2Draft, Permit2Mutation, Permit2Scheme};
use gauntlet_wire::{B256, Key, U256, Version};

/// A payment over Permit2 for a route.
#[derive(Debug, Clone)]
pub(super) struct Purchase {
    pub(super) draft: Permit2Draft,
    pub(super) payer: Key,
    pub(super) offer: Offer,
    pub(super) route: Route,
    changes: Vec<String>,
}

/// An answer, and the money since the payer's account was made.
pub(super) struct Bought {
    pub(super) visit: Visit,
    /// What had left the payer's account before.
    pub(super) before: Vec<Transfer>,
    /// What has left it since.
    pub(super) moved: Vec<Transfer>,
}

impl Purchase {
    /// A valid one of the server's offer in a scheme.
    ///
    /// # Errors
    /// [`Stop::NotApplicable`] when it makes none.
    pub(super) async fn of(cx: &Cx, scheme: Permit2Scheme) -> Result<Self, Stop> {
        let (offer, route) = offer::find(cx, scheme).await?;
        Self::answering(cx, scheme, offer, route).await
    }

    /// A valid one by a fresh payer, who lets Permit2 take ten times the price.
    pub(super) async fn answering(
        cx: &Cx,
        scheme: Permit2Scheme,
        offer: Offer,
        route: Route,
    ) -> Result<Self, Stop> {
        let number = cx.next_number();
        let payer = cx.key(&format!("payer/{number}"));
        let terms = offer.terms.clone();
        fund(cx, terms.token.address, &payer, terms.amount).await?;
        let named = offer::settler(cx, &offer.entry);
        if scheme == Permit2Scheme::Upto && named.is_none() {
            return Err(Stop::Inconclusive("the upto offer does not name the account that settles".into()));
        }
        let nonce = U256::from_be_bytes(cx.key(&format!("nonce/{number}")).to_bytes().0);
        let facilitator = named.unwrap_or_default();
        let mut draft = Permit2Draft::valid(scheme, terms, payer.clone(), nonce, facilitator, this_second())
            .answering(offer.echo());
        if let Some(spender) = offer::spender(cx, &offer.entry) {
            draft.authorization.spender = spender;
        }
        Ok(Self { draft, payer, offer, route, changes: Vec::new() })
    }

    /// Applies one mutation.
    pub(super) fn mutate(&mut self, cx: &Cx, mutation: &Permit2Mutation) {
        let change = mutation.apply(&mut self.draft, cx);
        self.changes.push(change);
    }

    /// Tells the reader of a change.
    pub(super) fn told(&mut self, change: impl Into<String>) {
        self.changes.push(change.into());
    }

    pub(super) fn is_plain(&self) -> bool {
        self.changes.is_empty()
    }

    /// The payment as a change to a valid one, for people.
    pub(super) fn sent(&self) -> String {
        let plain = format!("a valid {} payment over Permit2", self.draft.scheme);
        match self.changes.as_slice() {
            [] => plain,
            changes => format!("{plain}, but: {}", changes.join("; ")),
        }
    }

    pub(super) fn nonce(&self) -> B256 {
        self.draft.authorization.nonce.into()
    }

    /// The paid request.
    ///
    /// # Errors
    /// [`Stop::Harness`] when a mutation does not fit the payment.
    pub(super) fn request(&self) -> Result<Request, Stop> {
        let header = encode_bytes(self.draft.payload()?.as_bytes());
        Ok(ask(&self.route).header(payment_header(Version::V2), header))
    }

    /// What has left the payer's account, in the token of the offer.
    ///
    /// # Errors
    /// [`Stop::Harness`] when the chain does not answer.
    pub(super) async fn transfers(&self, cx: &Cx) -> Result<Vec<Transfer>, Stop> {
        let token = self.offer.terms.token.address;
        Ok(cx.world.chain.transfers(token, cx.began_at(), Some(self.payer.address())).await?)
    }

    /// What our facilitator was asked about the payment.
    pub(super) fn calls(&self, cx: &Cx) -> Result<Vec<Call>, Stop> {
        let facilitator = cx.shop()?.facilitator.as_ref();
        Ok(facilitator.map(|facilitator| facilitator.calls_for(self.nonce())).unwrap_or_default())
    }

    /// Presents it once, and judges content and money.
    ///
    /// # Errors
    /// [`Stop`] when target or chain are dead.
    pub(super) async fn present(&self, cx: &Cx) -> Result<Bought, Stop> {
        let _turn = cx.turn().await?;
        let before = self.transfers(cx).await?;
        let client = cx.world.client.clone();
        let exchange = cx.exchange_at(&client, self.request()?).await?;
        let visit = cx.visited(exchange, self.sent())?;
        let moved = self.transfers(cx).await?.split_off(before.len());
        let bought = Bought { visit, before, moved };
        judge(cx, self, &bought);
        cx.must_have_come(&bought.visit)?;
        Ok(bought)
    }
}

/// Gives a payer ten times an amount, and lets Permit2 take it.
pub(super) async fn fund(
    cx: &Cx,
    token: gauntlet_wire::Address,
    payer: &Key,
    amount: U256,
) -> Result<(), Stop> {
    let purse = amount.saturating_mul(U256::from(10));
    let chain = &cx.world.chain;
    chain.set_balance(token, payer.address(), purse).await?;
    chain.set_permit2_allowance(token, payer.address(), purse).await?;
    Ok(())
}
