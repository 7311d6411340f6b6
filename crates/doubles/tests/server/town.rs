//! A chain, a facilitator that can be scripted, shops, and payments for them.

use crate::client::{Answer, Ask};
use gauntlet_chain::{Chain, ChainConfig, Environment, Profile};
use gauntlet_doubles::scripted::{Call, Endpoint, Handle};
use gauntlet_doubles::server::mutants::Fault;
use gauntlet_doubles::server::{Config, Running, Sales, serve};
use gauntlet_doubles::{facilitator, scripted};
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::header::{encode, payment_header};
use gauntlet_wire::{B256, Draft, Key, Terms, U256, Version};
use serde_json::Value;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) const CANARY: &str = "canary-7f3a";

/// Name, method, path and price of the routes that serve content.
pub(crate) const ROUTES: [(&str, &str, &str, u64); 8] = [
    ("cheap", "GET", "/cheap", 10_000),
    ("twin", "GET", "/twin", 10_000),
    ("dear", "GET", "/dear", 50_000),
    ("elsewhere", "GET", "/elsewhere", 10_000),
    ("slow", "GET", "/slow", 10_000),
    ("create", "POST", "/create", 10_000),
    ("item", "GET", "/items/7", 10_000),
    ("files", "GET", "/files/a/b.txt", 10_000),
];

pub(crate) struct Town {
    chain: Chain,
    _facilitator: facilitator::Running,
    scripted: scripted::Running,
}

fn anywhere() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 0))
}

impl Town {
    pub(crate) async fn start() -> Self {
        let environment = Environment::of_process();
        let cache = environment.cache().expect("a cache folder");
        let finding = tokio::task::spawn_blocking(move || {
            gauntlet_chain::anvil::find_or_install(None, &environment, &|_| {})
        });
        let anvil = finding.await.expect("the search ends").expect("an Anvil");
        let config = ChainConfig::new(Profile::default_profile(), anvil, cache);
        let chain = Chain::start(config).await.expect("the chain starts");
        let facilitator = facilitator::serve(facilitator::Config {
            rpc_url: chain.rpc_url().to_owned(),
            key: chain.roles().facilitator.clone(),
            network: chain.profile().network,
            versions: Version::ALL.to_vec(),
            factories: Vec::new(),
            dialect: None,
            interpreted: false,
            fault: None,
            listen: anywhere(),
        })
        .await
        .expect("the facilitator starts");
        let upstream = facilitator.url();
        let scripted = scripted::serve(scripted::Config { upstream, tongue: None, listen: anywhere() }).await;
        Self { chain, _facilitator: facilitator, scripted: scripted.expect("the script starts") }
    }

    pub(crate) fn facilitator(&self) -> Handle {
        self.scripted.handle()
    }

    pub(crate) fn config(&self, fault: impl Into<Option<Fault>>) -> Config {
        Config {
            facilitator_url: self.scripted.url(),
            speaker: None,
            network: self.chain.profile().network,
            token: self.chain.tokens().usdc.clone(),
            payee: Key::derive("payee").address(),
            other_payee: Key::derive("other payee").address(),
            canary: CANARY.into(),
            versions: Version::ALL.to_vec(),
            sales: Sales::default(),
            fault: fault.into(),
            lengths: gauntlet_doubles::server::Lengths::default(),
            listen: anywhere(),
        }
    }

    /// A shop with this fault.
    pub(crate) async fn shop(&self, fault: impl Into<Option<Fault>>) -> Shop<'_> {
        self.shop_of(self.config(fault)).await
    }

    pub(crate) async fn shop_of(&self, config: Config) -> Shop<'_> {
        Shop { town: self, config: config.clone(), running: serve(config).await.expect("the shop starts") }
    }

    /// The transactions that moved the price of a payment from its payer to its payee.
    pub(crate) async fn transfers(&self, payment: &Payment) -> Vec<String> {
        let draft = &payment.draft;
        let from = Some(draft.authorization.from);
        let transfers =
            self.chain.transfers(draft.terms.token.address, 0, from).await.expect("its transfers");
        let own = transfers.iter().filter(|transfer| transfer.to == draft.terms.pay_to);
        own.map(|transfer| transfer.tx.to_string()).collect()
    }
}

/// A server double.
pub(crate) struct Shop<'a> {
    pub(crate) town: &'a Town,
    pub(crate) config: Config,
    pub(crate) running: Running,
}

/// A payment for a route.
#[derive(Debug, Clone)]
pub(crate) struct Payment {
    pub(crate) version: Version,
    pub(crate) draft: Draft,
}

impl Payment {
    pub(crate) fn nonce(&self) -> B256 {
        self.draft.authorization.nonce
    }

    pub(crate) fn payload(&self) -> Value {
        self.draft.present().expect("no edits").body["paymentPayload"].clone()
    }

    pub(crate) fn header(&self) -> String {
        encode(&self.payload())
    }
}

impl Shop<'_> {
    pub(crate) fn url(&self) -> String {
        self.running.url()
    }

    /// A valid payment for a route, by a payer of its own.
    pub(crate) async fn payment(&self, version: Version, route: &str) -> Payment {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let payer = Key::derive(&format!("payer {count}"));
        let token = self.config.token.clone();
        let money = U256::from(1_000_000);
        self.town.chain.set_balance(token.address, payer.address(), money).await.expect("a balance");
        let (_, _, path, price) = find(route);
        let pay_to = if route == "elsewhere" { self.config.other_payee } else { self.config.payee };
        let terms = Terms {
            scheme: "exact".into(),
            network: self.config.network,
            token,
            amount: U256::from(price),
            pay_to,
            max_timeout_seconds: 300,
            resource: format!("{}{path}", self.url()),
        };
        let nonce = B256::from(U256::from(count));
        Payment { version, draft: Draft::valid(version, terms, payer, nonce, unix_seconds()) }
    }

    /// The unpaid request of a route.
    pub(crate) fn ask(&self, route: &str) -> Ask {
        let (_, method, path, _) = find(route);
        let ask = Ask::new(method, path);
        if method == "POST" { ask.header("Content-Type", "application/json").body("{\"a\":1}") } else { ask }
    }

    pub(crate) async fn send(&self, ask: &Ask) -> Answer {
        ask.send(&self.url()).await.expect("an answer")
    }

    /// Asks for a route without a payment.
    pub(crate) async fn unpaid(&self, route: &str) -> Answer {
        self.send(&self.ask(route)).await
    }

    /// Presents a payment at a route.
    pub(crate) async fn present(&self, route: &str, payment: &Payment) -> Answer {
        self.present_text(route, payment.version, &payment.header()).await
    }

    /// Presents this text as a payment at a route.
    pub(crate) async fn present_text(&self, route: &str, version: Version, text: &str) -> Answer {
        self.send(&self.ask(route).header(payment_header(version), text)).await
    }

    /// Pays for a route with a payment made for it.
    pub(crate) async fn buy(&self, version: Version, route: &str) -> (Payment, Answer) {
        let payment = self.payment(version, route).await;
        let answer = self.present(route, &payment).await;
        (payment, answer)
    }

    /// How often the handler of a route has run.
    pub(crate) async fn runs(&self, route: &str) -> u64 {
        let answer = self.send(&Ask::get("/runs")).await;
        answer.json()[route].as_u64().unwrap_or_else(|| panic!("{}", answer.text))
    }

    /// The calls to the facilitator about a payment, by endpoint.
    pub(crate) fn calls(&self, payment: &Payment) -> Vec<Endpoint> {
        self.calls_in_full(payment).into_iter().map(|call| call.endpoint).collect()
    }

    pub(crate) fn calls_in_full(&self, payment: &Payment) -> Vec<Call> {
        self.town.facilitator().calls_for(payment.nonce())
    }
}

/// The row of a route; those that are not sold like the others cost what cheap costs.
pub(crate) fn find(route: &str) -> (&'static str, &'static str, &'static str, u64) {
    match route {
        "failing" => ("failing", "GET", "/failing", 10_000),
        "upfront" => ("upfront", "GET", "/upfront", 10_000),
        "missing" => ("missing", "GET", "/missing", 10_000),
        _ => *ROUTES.iter().find(|(name, ..)| *name == route).expect("a route of the shop"),
    }
}
