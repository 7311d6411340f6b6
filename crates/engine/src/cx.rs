//! What a check's body works with: fresh accounts, payments, the target, the chain, and a place for findings.

use crate::check::{Check, Stop};
use crate::dialect::{Kind, spelling};
use crate::history::{Endpoint, Entry, PaymentFacts, Said};
use crate::lives::{Lost, died_meanwhile};
use crate::payment::{Payment, TIMEOUT_SECONDS, price, purse};
use crate::reply::{Money, Reply, says};
use crate::requirements::Catalogue;
use crate::scene::Scene;
use crate::world::World;
use gauntlet_chain::ChainError;
use gauntlet_probe::Request;
use gauntlet_report::{
    Asked, CaseSent, ChainFact, Class, Event, Exchange, Finding, Ledger, Rung, Severity, clock,
};
use gauntlet_wire::{Address, Draft, Key, LedgerView, Terms, Token, TokenView, U256, Version};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How often a request is sent again that was answered with 429.
const MOST_WAITS: u32 = 30;
/// The longest that is waited at a time, seconds, whatever the target asks for.
const LONGEST_WAIT_SECONDS: u64 = 5;

/// What a body collects.
#[derive(Debug, Default)]
pub struct Collected {
    /// Violations.
    pub findings: Vec<Finding>,
    /// Remarks.
    pub notes: Vec<String>,
    /// Exchanges, in the order in which they ended.
    pub exchanges: Vec<Exchange>,
    /// Payments of many lengths and what became of them, in the order of the ladder.
    pub sizes: Vec<Rung>,
}

/// The context of one check. Clones share everything.
#[derive(Clone)]
pub struct Cx {
    /// The world of the run.
    pub world: Arc<World>,
    /// The check.
    pub check: Arc<Check>,
    /// Unix seconds from which the check's time windows are counted.
    pub now: u64,
    /// Block before which the accounts did not exist.
    since: u64,
    collected: Arc<Mutex<Collected>>,
    payments: Arc<AtomicU32>,
    accounts: Arc<str>,
    /// How often the target had died when this began; see [`crate::lives`].
    pub(crate) life: Arc<AtomicUsize>,
    /// Tells the accounts of a second try from those of the first.
    pub(crate) again: bool,
}

/// One violation, before the catalogue has been asked about its requirement.
#[derive(Debug, Clone, Default)]
pub struct Violation<'a> {
    /// The violated requirement.
    pub requirement: &'a str,
    /// Fingerprint.
    pub kind: &'a str,
    /// What should have come.
    pub want: String,
    /// What came; taken from the reply when empty.
    pub got: String,
    /// The reply that shows it.
    pub reply: Option<&'a Reply>,
    /// What the chain says.
    pub chain: Vec<String>,
    /// The requirement's class is for all that it says; this part of it weighs otherwise.
    pub class: Option<Class>,
    /// The place in a user's file that says it, as a picture of its line.
    pub place: Option<String>,
}

impl Cx {
    /// A context for a check.
    #[must_use]
    pub fn new(world: Arc<World>, check: Arc<Check>, now: u64) -> Self {
        let accounts = format!("{}{}/{}", world.seed, world.salt, check.id).into();
        let since = world.start_block;
        let life = Arc::new(AtomicUsize::new(world.state.lives.ended()));
        Self {
            world,
            check,
            now,
            since,
            collected: Arc::default(),
            payments: Arc::default(),
            accounts,
            life,
            again: false,
        }
    }

    /// The same check, tried once more: with other accounts, since the payments of the first try may have been settled.
    #[must_use]
    pub(crate) fn once_more(self) -> Self {
        let accounts = Arc::clone(&self.accounts);
        Self { again: true, ..self }.with_accounts(accounts)
    }

    /// The same check with accounts of their own, derived from this text; all else is shared.
    #[must_use]
    pub fn with_accounts(&self, accounts: impl Into<Arc<str>>) -> Self {
        let accounts: Arc<str> = accounts.into();
        let accounts = if self.again { format!("{accounts}/again").into() } else { accounts };
        Self { accounts, payments: Arc::default(), ..self.clone() }
    }

    /// The context of one made-up case: with accounts and a memory of its own, and its own time and version.
    #[must_use]
    pub fn for_case(&self, scene: Scene<'_>) -> Self {
        let Scene { name, version, since, now } = scene;
        let check = Arc::new(Check { version, ..(*self.check).clone() });
        let own = self.with_accounts(format!("{}/{name}", self.accounts));
        Self { check, now, since, collected: Arc::default(), ..own }
    }

    /// What the accounts are derived from: seed, check, and what else makes them its own.
    #[must_use]
    pub fn accounts(&self) -> &str {
        &self.accounts
    }

    /// The version of the check's payments: its own, or the newest that the target claims and can be paid in.
    #[must_use]
    pub fn version(&self) -> Version {
        self.check.version.or_else(|| self.world.payable()).unwrap_or(Version::V2)
    }

    // ---- findings -------------------------------------------------------------------------------------------

    pub(crate) fn collected(&self) -> std::sync::MutexGuard<'_, Collected> {
        self.collected.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Takes what has been collected.
    #[must_use]
    pub fn take(&self) -> Collected {
        std::mem::take(&mut *self.collected())
    }

    /// A remark that weighs nothing.
    pub fn note(&self, text: impl Into<String>) {
        self.collected().notes.push(text.into());
    }

    /// A violation.
    pub fn find(&self, violation: Violation<'_>) {
        let Some(requirement) = Catalogue::get().find(violation.requirement) else {
            // A test keeps ids in step; should it ever fail, the finding must not be lost.
            self.collected().notes.push(format!("unknown requirement {}", violation.requirement));
            return;
        };
        if self.is_of_a_death(&violation) {
            self.collected().notes.push(format!("{} as the target died", violation.kind));
            return;
        }
        let class = violation.class.unwrap_or_else(|| requirement.class_for(self.check.version));
        let got = match (&violation.got, violation.reply) {
            (got, Some(reply)) if got.is_empty() => reply.in_short(),
            (got, _) => got.clone(),
        };
        self.collected().findings.push(Finding {
            requirement: requirement.id.clone(),
            level: requirement.level,
            class,
            severity: Severity::of(class, self.world.profile),
            kind: violation.kind.into(),
            rule: requirement.text.clone(),
            source: requirement.source(),
            want: violation.want,
            got: self.world.redact(&got),
            sent: violation.reply.map(|reply| reply.sent.clone()).unwrap_or_default(),
            exchange: violation.reply.map(|reply| reply.exchange.seq),
            chain: violation.chain,
            case: None,
            place: violation.place,
        });
    }

    /// The requirement that decides the check.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.check.covers.first().copied().unwrap_or_default()
    }

    // ---- accounts and payments ------------------------------------------------------------------------------

    /// An account of this check: always the same for the same accounts text and name.
    #[must_use]
    pub fn key(&self, name: &str) -> Key {
        Key::derive(&format!("{}/{name}", self.accounts))
    }

    /// A stranger's address.
    #[must_use]
    pub fn stranger(&self) -> Address {
        self.key("stranger").address()
    }

    /// How long an authorization may live, seconds: what is usual, or what the target's dialect asks for.
    #[must_use]
    pub fn timeout_seconds(&self) -> u64 {
        self.world.dialect().and_then(|dialect| dialect.window_seconds).unwrap_or(TIMEOUT_SECONDS)
    }

    /// The number of the next payment: accounts and nonces of its own come from it.
    pub(crate) fn next_number(&self) -> u32 {
        self.payments.fetch_add(1, Ordering::SeqCst)
    }

    /// A valid payment in USDC by a fresh, funded payer to a fresh payee.
    ///
    /// # Errors
    /// [`Stop::Harness`] when the chain does not obey.
    pub async fn payment(&self) -> Result<Payment, Stop> {
        self.payment_of(self.version()).await
    }

    /// As [`Cx::payment`], in a version of choice.
    ///
    /// # Errors
    /// [`Stop::Harness`] when the chain does not obey.
    pub async fn payment_of(&self, version: Version) -> Result<Payment, Stop> {
        let token = self.world.chain.tokens().usdc.clone();
        self.payment_in(version, token).await
    }

    /// A valid payment in a token of choice that speaks EIP-3009.
    ///
    /// # Errors
    /// [`Stop::Harness`] when the chain does not obey.
    pub async fn payment_in(&self, version: Version, token: Token) -> Result<Payment, Stop> {
        let number = self.next_number();
        let (price, purse) = (price(&token), purse(&token));
        let terms = Terms {
            scheme: "exact".into(),
            network: self.world.chain.profile().network,
            token,
            amount: price,
            pay_to: self.key(&format!("payee/{number}")).address(),
            max_timeout_seconds: self.timeout_seconds(),
            resource: "http://127.0.0.1:4021/weather".into(),
        };
        self.draft(version, terms, number, purse, self.now).await
    }

    /// A valid payment of somebody else's terms by a fresh payer who owns ten times the price.
    ///
    /// # Errors
    /// [`Stop::Harness`] when the chain does not obey.
    pub async fn payment_of_terms(&self, version: Version, terms: Terms, now: u64) -> Result<Payment, Stop> {
        let number = self.next_number();
        let purse = terms.amount.saturating_mul(U256::from(10)).max(purse(&terms.token));
        self.draft(version, terms, number, purse, now).await
    }

    async fn draft(
        &self,
        version: Version,
        terms: Terms,
        number: u32,
        purse: U256,
        now: u64,
    ) -> Result<Payment, Stop> {
        let payer = self.key(&format!("payer/{number}"));
        let nonce = self.key(&format!("nonce/{number}")).to_bytes();
        self.funded(Draft::valid(version, terms, payer, nonce, now), purse, now).await
    }

    /// A payment as it is drafted, by a payer who is given this purse.
    ///
    /// # Errors
    /// [`Stop::Harness`] when the chain does not obey.
    pub(crate) async fn funded(&self, draft: Draft, purse: U256, now: u64) -> Result<Payment, Stop> {
        let (payer, token) = (draft.signer.clone(), draft.terms.token.clone());
        let spelling = spelling(&self.world, Kind::Eip3009, &token, Endpoint::Settle);
        let draft = Draft { spelling, ..draft };
        match self.world.chain.set_balance(token.address, payer.address(), purse).await {
            // An address that is no token of ours has no balances; the check that presents it knows.
            Ok(()) | Err(ChainError::UnknownToken(_)) => {}
            Err(error) => return Err(error.into()),
        }
        if draft.spelling.domain.is_some() && token.address == self.world.chain.tokens().usdc.address {
            self.world.chain.set_gateway_allowance(token.address, payer.address(), U256::MAX).await?;
        }
        let ledger = LedgerView {
            chain_id: self.world.chain.chain_id(),
            token: TokenView::Eip3009 {
                name: token.name.clone(),
                version: token.version.clone(),
                paused: false,
            },
            balance: purse,
            nonce_used: false,
            blocked: false,
        };
        Ok(Payment {
            draft,
            payer,
            token,
            ledger,
            changes: Vec::new(),
            money_rule: "X402V2-FA-SETTLE-002",
            raw: None,
            judged: None,
            now,
        })
    }

    // ---- the target -----------------------------------------------------------------------------------------

    /// Presents a payment to `/verify`.
    ///
    /// # Errors
    /// [`Stop`] when the target is dead or the payment cannot be written down.
    pub async fn verify(&self, payment: &Payment) -> Result<Reply, Stop> {
        self.present(Endpoint::Verify, payment).await
    }

    /// Presents a payment to `/settle` and judges the answer against the chain: whatever a check is about, a
    /// success without money, money after a refusal and a second payment are always found.
    ///
    /// # Errors
    /// [`Stop`] when the target or the chain is dead, or the payment cannot be written down.
    pub async fn settle(&self, payment: &Payment) -> Result<(Reply, Money), Stop> {
        let _lane = match self.check.lane {
            crate::Lane::Exclusive | crate::Lane::Last => None,
            crate::Lane::Control | crate::Lane::Unpaid | crate::Lane::Parallel | crate::Lane::Search => {
                Some(self.world.settle_lane.lock().await)
            }
        };
        let before = self.money(payment).await?;
        let reply = self.present(Endpoint::Settle, payment).await?;
        let money = self.money(payment).await?;
        crate::facilitator::money::judge_settle(self, payment, &reply, &before, &money);
        Ok((reply, money))
    }

    async fn present(&self, endpoint: Endpoint, payment: &Payment) -> Result<Reply, Stop> {
        let request = Request::post_json(endpoint.path(), payment.body()?);
        let facts = payment.facts()?;
        let asked = (endpoint, Some(payment.draft.version), payment.sent());
        let exchange = self.exchange_to_the_end(request).await;
        let exchange = exchange.map_err(|lost| self.keep_lost(lost, asked, Some(facts)))?;
        self.keep(endpoint, payment, exchange)
    }

    /// Sends a request, and again as long as the answer says, in the target's dialect, that its settlement is under way.
    /// While the chain stands still on purpose nothing is asked again.
    pub(crate) async fn exchange_to_the_end(&self, request: Request) -> Result<Exchange, Lost> {
        let began = Instant::now();
        loop {
            let exchange = self.exchange_or_lose(request.clone()).await?;
            let waits = self.world.client.speaker().and_then(|speaker| speaker.asks_again(&exchange));
            match waits.filter(|_| self.world.chain_healthy()) {
                Some((wait, longest)) if began.elapsed() < longest => {
                    self.tell_case(&exchange, "a settlement that is under way, and is asked for again");
                    tokio::time::sleep(wait).await;
                }
                _ => return Ok(exchange),
            }
        }
    }

    /// Presents the same or several payments to `/settle` at one instant, without judging the money.
    ///
    /// # Errors
    /// [`Stop`] when the target is dead or a payment cannot be written down.
    pub async fn settle_together(&self, payments: &[Payment]) -> Result<Vec<Reply>, Stop> {
        self.refuse_when_down()?;
        let requests = payments
            .iter()
            .map(|payment| Ok(Request::post_json(Endpoint::Settle.path(), payment.body()?)))
            .collect::<Result<Vec<_>, Stop>>()?;
        let exchanges = gauntlet_probe::send_together(&self.world.client, requests.clone()).await;
        let mut replies = Vec::with_capacity(payments.len());
        for ((payment, request), mut exchange) in payments.iter().zip(requests).zip(exchanges) {
            // That there were too many at once says nothing of a payment, which has its turn afterwards.
            if exchange.status == Some(429) {
                exchange = self.send_patiently(request).await;
            }
            let exchange = self.with_its_transaction(exchange).await?;
            replies.push(self.keep(Endpoint::Settle, payment, exchange)?);
        }
        Ok(replies)
    }

    /// Keeps an exchange of a payment in the record and the history.
    fn keep(&self, endpoint: Endpoint, payment: &Payment, exchange: Exchange) -> Result<Reply, Stop> {
        let facts = payment.facts()?;
        Ok(self.remember(endpoint, Some(payment.draft.version), exchange, payment.sent(), Some(facts), true))
    }

    /// Sends bytes that are no payment, or only look like one.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] when the target is dead.
    pub async fn send_raw(
        &self,
        endpoint: Endpoint,
        request: Request,
        sent: &str,
        well_formed: bool,
    ) -> Result<Reply, Stop> {
        let exchange = self.exchange(request).await?;
        Ok(self.keep_raw(endpoint, exchange, sent, None, well_formed))
    }

    /// Keeps an exchange whose bytes are no payment, or look like `payment` to whoever can read them.
    pub(crate) fn keep_raw(
        &self,
        endpoint: Endpoint,
        exchange: Exchange,
        sent: &str,
        payment: Option<PaymentFacts>,
        well_formed: bool,
    ) -> Reply {
        self.remember(endpoint, None, exchange, sent.to_owned(), payment, well_formed)
    }

    /// Sends a request that is in the target's dialect already.
    pub(crate) async fn send_dressed(
        &self,
        endpoint: Endpoint,
        request: Request,
        sent: &str,
    ) -> Result<Reply, Stop> {
        self.refuse_when_down()?;
        let exchange = self.world.client.send_dressed(request).await;
        Ok(self.keep_raw(endpoint, exchange, sent, None, true))
    }

    pub(crate) fn refuse_when_down(&self) -> Result<(), Stop> {
        match self.world.down() {
            Some(reason) => Err(Stop::Inconclusive(format!("not tried: {reason}"))),
            None if self.outlived() => Err(died_meanwhile()),
            None => Ok(()),
        }
    }

    /// Sends a request, and again when the target asks to be asked later: that its limits are met says nothing of a payment.
    async fn send_patiently(&self, request: Request) -> Exchange {
        for _ in 0..MOST_WAITS {
            let exchange = self.world.client.send(request.clone()).await;
            if exchange.status != Some(429) {
                return exchange;
            }
            self.tell_case(&exchange, "a request that was too many, and is sent again");
            let asked =
                exchange.response.as_ref().and_then(|response| response.header("retry-after")?.parse().ok());
            tokio::time::sleep(Duration::from_secs(asked.unwrap_or(1).clamp(1, LONGEST_WAIT_SECONDS))).await;
        }
        self.world.client.send(request).await
    }

    pub(crate) async fn exchange(&self, request: Request) -> Result<Exchange, Stop> {
        self.exchange_or_lose(request).await.map_err(|lost| self.tell_lost(lost))
    }

    /// As [`Cx::exchange`], for callers who keep what was lost.
    pub(crate) async fn exchange_or_lose(&self, request: Request) -> Result<Exchange, Lost> {
        self.refuse_when_down()?;
        let exchange = self.send_patiently(request).await;
        let exchange = self.with_its_transaction(exchange).await?;
        match self.look_for_death(&exchange).await {
            Ok(()) => Ok(exchange),
            Err(stop) => Err(Lost { stop, exchange: Some(Box::new(exchange)) }),
        }
    }

    pub(crate) fn tell_case(&self, exchange: &Exchange, sent: &str) {
        self.world.tell_case(CaseSent {
            check: self.check.id.clone(),
            sent: sent.to_owned(),
            asked: None,
            exchange: exchange.clone(),
        });
    }

    pub(crate) fn remember(
        &self,
        endpoint: Endpoint,
        version: Option<Version>,
        exchange: Exchange,
        sent: String,
        payment: Option<PaymentFacts>,
        well_formed: bool,
    ) -> Reply {
        self.collected().exchanges.push(exchange.clone());
        let response = exchange.response.as_ref().map(|response| response.body.as_slice());
        let json = serde_json::from_slice(response.unwrap_or_default()).ok();
        let said = match (exchange.status, &exchange.fault) {
            (Some(status), None) => says(endpoint, status, json.as_ref()),
            (_, fault) => {
                Said::Nothing(fault.as_ref().map_or_else(|| "no answer".into(), ToString::to_string))
            }
        };
        let chain_healthy = self.world.chain_healthy();
        let asked = Asked { endpoint, version, said: said.clone(), payment, well_formed, chain_healthy };
        let case = CaseSent {
            check: self.check.id.clone(),
            sent: sent.clone(),
            asked: Some(asked),
            exchange: exchange.clone(),
        };
        if let Some(entry) = Entry::of(&case) {
            self.world.history.push(entry);
        }
        self.world.tell_case(case);
        Reply { exchange, said, sent }
    }

    /// `Err(Inconclusive)` when no answer came: whatever the check is about, it cannot be told.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`].
    pub fn must_have_answered(&self, reply: &Reply) -> Result<(), Stop> {
        match &reply.said {
            Said::Nothing(fault) => Err(Stop::Inconclusive(format!("{} got no answer: {fault}", reply.sent))),
            _ => Ok(()),
        }
    }

    // ---- the chain ------------------------------------------------------------------------------------------

    /// What the chain says of a payment: every transfer out of the payer's account in its token, but for what other
    /// authorizations of the payer moved.
    ///
    /// # Errors
    /// [`Stop::Harness`] when the chain does not answer.
    pub async fn money(&self, payment: &Payment) -> Result<Money, Stop> {
        let key = payment.key();
        let transfers = self.world.chain.moved_by(&key, self.since).await?;
        let mut lines: Vec<String> = transfers.iter().map(ToString::to_string).collect();
        if lines.is_empty() {
            lines.push(format!("no Transfer from {}", key.payer));
        }
        let is_told_truly = payment.token_is_plain_money(self);
        let payee = payment.draft.terms.pay_to;
        let owned = match is_told_truly {
            true => None,
            false => match self.world.chain.owned(key.token, payee).await {
                // An account without code has no balances.
                Err(ChainError::UnknownToken(_)) => None,
                owned => Some(owned?),
            },
        };
        if let Some(owned) = owned {
            lines.push(format!("payTo owns {owned} units"));
        }
        Ok(Money { transfers, lines, owned })
    }

    /// The block after which whatever the check looks at began.
    pub(crate) fn began_at(&self) -> u64 {
        self.since
    }

    /// Everything that the chain says since a made-up case began, once nothing is under way any more.
    ///
    /// # Errors
    /// [`Stop::Harness`] when the chain does not answer.
    pub async fn ledger(&self) -> Result<Ledger, Stop> {
        self.world.chain.mine(1).await?;
        // What stands in the block itself was there before.
        Ok(self.world.chain.ledger(self.since + 1, &self.world.claims.signers).await?)
    }

    /// Writes chain facts into the record.
    pub fn tell_chain(&self, block: u64, lines: &[String]) {
        for text in lines {
            self.world.tell(&Event::ChainRead {
                check: self.check.id.clone(),
                fact: ChainFact { block, text: text.clone() },
            });
        }
    }

    /// A plain valid payment must verify and settle: shows that the target still works after what was done to it.
    ///
    /// # Errors
    /// [`Stop`] when the target or the chain is dead.
    pub async fn still_works(&self) -> Result<Option<Reply>, Stop> {
        let payment = self.payment().await?;
        let verified = self.verify(&payment).await?;
        if verified.said != Said::Yes {
            return Ok(Some(verified));
        }
        let (settled, _) = self.settle(&payment).await?;
        Ok((settled.said != Said::Yes).then_some(settled))
    }
}

/// Unix seconds at this moment, for checks that must count from now and not from their start.
#[must_use]
pub fn this_second() -> u64 {
    clock::unix_seconds()
}
