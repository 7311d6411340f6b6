//! A payment over Permit2 that a check is about to present, and what the chain will say of it.

use crate::check::Stop;
use crate::cx::Cx;
use crate::dialect::{Kind, spelling};
use crate::history::{Endpoint, PaymentFacts, PaymentKey};
use crate::payment::{TIMEOUT_SECONDS, price, purse};
use crate::reply::Reply;
use gauntlet_chain::Transfer;
use gauntlet_probe::Request;
use gauntlet_wire::permit2::{
    Permit2Draft, Permit2Mutation, Permit2Scheme, Permit2View, Stage, judge_permit2,
};
use gauntlet_wire::{Clock, Key, Terms, Token, U256, Verdict};

/// A payment over Permit2.
#[derive(Debug, Clone)]
pub(in crate::facilitator) struct Payment {
    pub(in crate::facilitator) draft: Permit2Draft,
    pub(super) payer: Key,
    /// What the chain will say, as far as the check has arranged it.
    pub(super) view: Permit2View,
    /// What the oracle cannot say, because it knows nothing of who or what the payer is.
    pub(super) judged: Option<Verdict>,
    changes: Vec<String>,
}

impl Payment {
    /// A valid one of a fresh payer, who owns [`purse`] and lets Permit2 take all of it, to a fresh payee.
    pub(super) async fn of(cx: &Cx, scheme: Permit2Scheme) -> Result<Self, Stop> {
        let usdc = cx.world.chain.tokens().usdc.clone();
        let amount = price(&usdc);
        Self::in_token(cx, scheme, usdc, amount).await
    }

    /// A valid one in a token of choice.
    pub(super) async fn in_token(
        cx: &Cx,
        scheme: Permit2Scheme,
        token: Token,
        amount: U256,
    ) -> Result<Self, Stop> {
        let number = cx.next_number();
        let payer = cx.key(&format!("payer/{number}"));
        let purse = amount.saturating_mul(U256::from(10)).max(purse(&token));
        let chain = &cx.world.chain;
        chain.set_balance(token.address, payer.address(), purse).await?;
        chain.set_permit2_allowance(token.address, payer.address(), purse).await?;
        let facilitators = super::facilitators(cx);
        let spender = cx.world.spender(scheme, &token);
        let terms = Terms {
            scheme: scheme.name().into(),
            network: chain.profile().network,
            token,
            amount,
            pay_to: cx.key(&format!("payee/{number}")).address(),
            max_timeout_seconds: TIMEOUT_SECONDS,
            resource: "http://127.0.0.1:4021/weather".into(),
        };
        let nonce = U256::from_be_bytes(cx.key(&format!("nonce/{number}")).to_bytes().0);
        let facilitator = facilitators.first().copied().unwrap_or_default();
        let view = Permit2View {
            chain_id: chain.chain_id(),
            token_has_code: true,
            paused: false,
            blocked: false,
            balance: purse,
            allowance_to_permit2: purse,
            nonce_used: false,
            facilitators,
            proxy: spender,
            proxy_has_code: true,
            permits: None,
        };
        let mut draft = Permit2Draft::valid(scheme, terms, payer.clone(), nonce, facilitator, cx.now);
        draft.authorization.spender = spender;
        Ok(Self { draft, payer, view, judged: None, changes: Vec::new() })
    }

    /// Another valid one of the same payer, with a nonce and a payee of its own.
    pub(super) fn another(&self, cx: &Cx) -> Self {
        let number = cx.next_number();
        let mut other = self.clone();
        let payee = cx.key(&format!("payee/{number}")).address();
        let nonce = U256::from_be_bytes(cx.key(&format!("nonce/{number}")).to_bytes().0);
        (other.draft.terms.pay_to, other.draft.accepted.pay_to) = (payee, payee);
        (other.draft.authorization.witness.to, other.draft.authorization.nonce) = (payee, nonce);
        other
    }

    /// Applies one mutation.
    pub(super) fn mutate(&mut self, cx: &Cx, mutation: &Permit2Mutation) {
        let change = mutation.apply(&mut self.draft, cx);
        self.changes.push(change);
    }

    /// Asks for another amount than was signed: at `/settle` of scheme `upto` it is what is charged.
    pub(super) fn charging(&self, amount: U256) -> Self {
        let mut charged = self.clone();
        charged.changes.push(format!("charged {} → {amount}", self.draft.terms.amount));
        charged.draft = self.draft.clone().charging(amount);
        charged
    }

    /// Tells the reader of a change of the world.
    pub(super) fn told(&mut self, change: impl Into<String>) {
        self.changes.push(change.into());
    }

    /// The payment as a change to a valid one, for people.
    pub(super) fn sent(&self) -> String {
        let plain = format!("a valid {} payment over Permit2", self.draft.scheme);
        match self.changes.as_slice() {
            [] => plain,
            changes => format!("{plain}, but: {}", changes.join("; ")),
        }
    }

    /// What the oracle says of it now.
    pub(super) fn verdict(&self, stage: Stage) -> Result<Verdict, Stop> {
        if let Some(judged) = &self.judged {
            return Ok(judged.clone());
        }
        let clock = Clock { now: self.draft.made_at, shared: false };
        Ok(judge_permit2(self.draft.plain().body()?.as_bytes(), &self.view, clock, stage))
    }

    /// Presents it.
    pub(super) async fn present(&self, cx: &Cx, endpoint: Endpoint) -> Result<Reply, Stop> {
        let request = Request::post_json(endpoint.path(), self.written(cx, endpoint)?);
        let facts = self.facts(endpoint)?;
        let exchange = cx.exchange_to_the_end(request).await;
        let exchange = exchange.map_err(|lost| cx.keep_lost(lost, (endpoint, None, self.sent()), facts))?;
        Ok(cx.keep_raw(endpoint, exchange, &self.sent(), self.facts(endpoint)?, true))
    }

    /// The body of a request, as it goes over the wire.
    pub(in crate::facilitator) fn written(&self, cx: &Cx, endpoint: Endpoint) -> Result<Vec<u8>, Stop> {
        Ok(self.spelt(cx, endpoint).body()?.into_bytes())
    }

    /// As the target's dialect has it.
    fn spelt(&self, cx: &Cx, endpoint: Endpoint) -> Permit2Draft {
        let (way, token) = (Kind::Permit2(self.draft.scheme), &self.draft.terms.token);
        Permit2Draft { spelling: spelling(&cx.world, way, token, endpoint), ..self.draft.clone() }
    }

    /// What the history keeps of it; nothing of a payment of nothing, which leaves no trace on the chain.
    pub(in crate::facilitator) fn facts(&self, endpoint: Endpoint) -> Result<Option<PaymentFacts>, Stop> {
        let signed = &self.draft.authorization;
        let value = match self.draft.scheme {
            Permit2Scheme::Exact => signed.amount,
            Permit2Scheme::Upto => self.draft.terms.amount,
        };
        let stage = match endpoint {
            Endpoint::Settle => Stage::Settle { amount: None },
            Endpoint::Verify | Endpoint::Supported => Stage::Verify,
        };
        let faults = match self.verdict(stage)? {
            Verdict::Invalid(reasons) => reasons,
            Verdict::Valid | Verdict::Open(_) => Vec::new(),
        };
        let token = self.draft.terms.token.address;
        Ok((!value.is_zero()).then(|| PaymentFacts {
            key: PaymentKey { token, payer: signed.from, nonce: signed.nonce.into() },
            to: signed.witness.to,
            value,
            network: self.draft.terms.network.caip2(),
            faults,
        }))
    }

    /// What has left the payer's account since the run began.
    pub(in crate::facilitator) async fn transfers(&self, cx: &Cx) -> Result<Vec<Transfer>, Stop> {
        let token = self.draft.terms.token.address;
        let payer = self.draft.authorization.from;
        Ok(cx.world.chain.transfers(token, cx.began_at(), Some(payer)).await?)
    }
}
