//! Purchases in the way of a client: it asks for a route, signs what is asked and presents it once.
//!
//! The client is our own buyer, or a command that a manifest describes: it gets the URL and the payer's key, and
//! prints one JSON object with `status`, `body` and `paymentResponse`, the receipt header as it came.

use super::actor::{Actor, Seen};
use super::stage::{Came, Job, Stage};
use crate::check::Stop;
use crate::cx::{Cx, Violation};
use crate::server::rules;
use crate::server::visit::Visit;
use futures::future::FutureExt as _;
use gauntlet_chain::Transfer;
use gauntlet_probe::{Client, Guard, Manifest, run_once};
use gauntlet_wire::header::decode_lenient;
use gauntlet_wire::{Address, B256, Key, SettleAnswer, U256, Version};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// The least time that a client's command has.
const PATIENCE: Duration = Duration::from_secs(120);
/// Asking again for the same route gives the same offers.
const STABLE: &str = "GAUNTLET-RS-006";

/// What a client said of one purchase.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClientSaid {
    /// The HTTP status that it got.
    pub status: Option<u16>,
    /// The body that it got.
    pub body: Option<String>,
    /// The settlement that it was told of.
    pub receipt: Option<SettleAnswer>,
    /// How it ended, and the last line of what it complained about.
    pub ended: String,
}

impl ClientSaid {
    /// Reads what a client printed: the last line that is a JSON object with a status or a body.
    #[must_use]
    pub fn read(stdout: &str, stderr: &str, ended: &str) -> Self {
        let object = |line: &str| serde_json::from_str::<Value>(line.trim()).ok().filter(Value::is_object);
        // Also an object over many lines, when it is all that was printed.
        let said = stdout.lines().rev().find_map(object).or_else(|| object(stdout)).unwrap_or_default();
        // Below the line that says what is wrong may stand where in the program that was.
        let written = || stderr.lines().rev().map(str::trim).filter(|line| !line.is_empty());
        let complaint =
            written().find(|line| line.to_lowercase().contains("error")).or_else(|| written().next());
        Self {
            status: said["status"].as_u64().and_then(|status| u16::try_from(status).ok()),
            body: said["body"].as_str().map(str::to_owned),
            receipt: said["paymentResponse"].as_str().and_then(receipt),
            ended: complaint.map_or_else(|| ended.to_owned(), |complaint| format!("{ended}: {complaint}")),
        }
    }

    /// What our own buyer says.
    fn of(visit: &Visit, version: Version) -> Self {
        let answered = !visit.is_silence();
        Self {
            status: answered.then(|| visit.status()),
            body: answered.then(|| visit.body()),
            receipt: visit.receipt(version),
            ended: if answered { String::new() } else { visit.got() },
        }
    }

    fn got(&self, served: bool) -> String {
        let content = if served { "with content" } else { "no content" };
        match self.status {
            Some(status) => format!("the buyer says status {status}, {content}"),
            None => format!("the buyer says nothing legible ({})", self.ended),
        }
    }
}

fn receipt(header: &str) -> Option<SettleAnswer> {
    SettleAnswer::read(decode_lenient(header).ok()?.value.to_string().as_bytes()).ok()
}

/// Lets a client buy a resource. `values` are those of the manifest's placeholders.
///
/// # Errors
/// [`Stop::Inconclusive`] when the client cannot be run.
pub async fn run_client(
    client: &Manifest,
    values: &BTreeMap<String, String>,
    log: &Path,
    patience: Duration,
) -> Result<ClientSaid, Stop> {
    let ran = run_once(client, values, log, &Guard::start(), patience).await;
    let ran =
        ran.map_err(|error| Stop::Inconclusive(format!("the client {} did not run: {error}", client.name)))?;
    let ended = ran
        .status
        .map_or_else(|| format!("killed after {} s", patience.as_secs()), |status| status.to_string());
    Ok(ClientSaid::read(&ran.stdout, &ran.stderr, &ended))
}

/// The names that a client's manifest may put in braces.
pub const PLACEHOLDERS: [&str; 8] =
    ["resource_url", "payer_key", "network", "network_v1", "chain_id", "rpc_url", "network_name", "dialect"];

/// The values of [`PLACEHOLDERS`] for one purchase.
#[must_use]
pub fn placeholders(cx: &Cx, resource_url: String, payer: &Key) -> BTreeMap<String, String> {
    let network = cx.world.chain.profile().network;
    let values = [
        resource_url,
        payer.to_bytes().to_string(),
        network.caip2(),
        network.v1_name(),
        network.chain_id.to_string(),
        cx.world.chain.rpc_url().to_owned(),
        cx.world.chain.profile().name.to_owned(),
        cx.world.dialect().map_or_else(|| "x402".to_owned(), |dialect| dialect.name.clone()),
    ];
    PLACEHOLDERS.map(str::to_owned).into_iter().zip(values).collect()
}

/// Lets a payer buy its route, and judges money, content and receipt.
pub(super) fn fetch(stage: &mut Stage, name: &'static str, at: Option<&'static str>) -> Result<Job, Stop> {
    let (cx, server, client) = (stage.cx.clone(), stage.client.clone(), stage.buyer.clone());
    let buying = Buying::of(stage.actor(name)?, at);
    Ok(async move { Ok(Came::Seen(vec![buying.buy(&cx, &server, client.as_deref()).await?])) }.boxed())
}

/// One purchase that is about to be made.
struct Buying {
    name: &'static str,
    route: &'static str,
    payer: Key,
    price: U256,
    payee: Address,
}

impl Buying {
    fn of(actor: &Actor, at: Option<&'static str>) -> Self {
        let (price, payee) = actor.costs(at);
        Self {
            name: &actor.given.name,
            route: at.or(actor.given.route).unwrap_or("cheap"),
            payer: actor.payer.clone(),
            price,
            payee,
        }
    }

    /// Lets somebody buy, and compares what they tell with the chain.
    async fn buy(mut self, cx: &Cx, server: &Client, client: Option<&Manifest>) -> Result<Seen, Stop> {
        let shop = cx.shop()?;
        let _turn = shop.lane.acquire().await.map_err(|error| Stop::Harness(error.to_string()))?;
        let before = self.transfers(cx).await?;
        let (said, visit) = match client {
            Some(client) => (self.by_command(cx, server, client).await?, None),
            None => {
                let visit = self.by_us(cx, server).await?;
                (ClientSaid::of(&visit, cx.version()), Some(visit))
            }
        };
        let after = self.transfers(cx).await?;
        let new: Vec<&Transfer> = after.iter().filter(|transfer| !before.contains(transfer)).collect();
        let served = match (&visit, &said.body, shop.canary()) {
            (Some(visit), ..) => visit.served(),
            (None, Some(body), Some(canary)) => body.contains(canary),
            (None, _, None) => said.status.is_some_and(|status| (200..300).contains(&status)),
            (None, None, _) => false,
        };
        self.judge(cx, &said, visit.as_ref(), served, &new);
        let silent = said.status.is_none() && said.body.is_none();
        let complaint = if silent { said.ended } else { String::new() };
        Ok(Seen { served, silent, complaint, price: self.price, payee: self.payee, purchase: None, visit })
    }

    /// Our own buyer: a new payment by the same payer.
    async fn by_us(&mut self, cx: &Cx, server: &Client) -> Result<Visit, Stop> {
        let mut purchase = cx.purchase(self.route).await?;
        (self.price, self.payee) = (purchase.offer.terms.amount, purchase.offer.terms.pay_to);
        purchase.payment.payer = self.payer.clone();
        purchase.payment.draft.signer = self.payer.clone();
        purchase.payment.draft.authorization.from = self.payer.address();
        let request = purchase.request()?;
        super::lies::show(cx, server, &purchase, request).await
    }

    /// A client of somebody else's.
    async fn by_command(&self, cx: &Cx, server: &Client, client: &Manifest) -> Result<ClientSaid, Stop> {
        if cx.version() == Version::V1 && cx.world.claims.versions.contains(&Version::V2) {
            let reason = "the server offers version 2 as well, and the client chooses";
            return Err(Stop::NotApplicable(reason.into()));
        }
        let route = cx.route(self.route)?;
        if route.method != "GET" {
            let reason = format!("a client is told a URL to get, and {} is not got by GET", self.route);
            return Err(Stop::NotApplicable(reason));
        }
        let values = placeholders(cx, server.url(&route.path), &self.payer);
        // Time for the purchase, and for a runtime to start on a busy machine.
        let patience = cx.world.timeout.saturating_mul(2).max(PATIENCE);
        run_client(client, &values, &cx.world.folder.join("client.log"), patience).await
    }

    /// Everything that left the payer's account.
    async fn transfers(&self, cx: &Cx) -> Result<Vec<Transfer>, Stop> {
        let usdc = cx.world.chain.tokens().usdc.address;
        Ok(cx.world.chain.transfers(usdc, cx.world.start_block, Some(self.payer.address())).await?)
    }

    fn judge(&self, cx: &Cx, said: &ClientSaid, visit: Option<&Visit>, served: bool, new: &[&Transfer]) {
        let mut lines: Vec<String> = new.iter().map(ToString::to_string).collect();
        if lines.is_empty() {
            lines.push(format!("no new Transfer from {}", self.payer.address()));
        }
        cx.tell_chain(new.last().map_or(0, |transfer| transfer.block), &lines);
        let violated = |requirement, kind, want: &str| {
            cx.find(Violation {
                requirement,
                kind,
                want: want.into(),
                got: format!("{}: {}", self.name, said.got(served)),
                reply: visit.map(|visit| &visit.reply),
                chain: lines.clone(),
                ..Violation::default()
            });
        };
        let paid: Vec<&&Transfer> = new.iter().filter(|transfer| transfer.to == self.payee).collect();
        if paid.iter().any(|transfer| transfer.value != self.price) {
            let want = format!("the price that the route asked for before, {} units", self.price);
            violated(STABLE, "charged-otherwise", &want);
        }
        if new.len() > 1 {
            violated(rules::PAID_TWICE, "paid-twice", "one Transfer for one purchase");
        }
        match (served, paid.as_slice()) {
            (true, []) => {
                let want = "content only when the Transfer of the price to payTo is on the chain";
                violated(rules::CONTENT_NEEDS_MONEY, "served-without-payment", want);
            }
            (true, _) => {
                let named = said.receipt.as_ref().and_then(|receipt| receipt.transaction.as_deref());
                let named = named.and_then(|hash| hash.parse::<B256>().ok());
                if named.is_none_or(|named| paid.iter().all(|transfer| transfer.tx != named)) {
                    let want = "the hash of the transaction that moved the money";
                    violated(rules::receipt_names(cx.version()), "names-another-transaction", want);
                }
            }
            // What the client says nothing about, it may have got.
            (false, _) if !new.is_empty() && said.status.is_some() => {
                violated(rules::TAKEN_NOT_SERVED, "taken-not-served", "content for a payment that was taken");
            }
            (false, _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gauntlet_wire::header::encode;
    use serde_json::json;

    #[test]
    fn the_last_object_counts() {
        let receipt = encode(&json!({ "success": true, "transaction": "0x01", "network": "eip155:84532" }));
        let line = json!({ "status": 200, "body": "x", "paymentResponse": receipt }).to_string();
        let said = ClientSaid::read(&format!("starting\n{{\"status\":402}}\n{line}\n"), "", "exit status: 0");
        assert_eq!((said.status, said.body.as_deref()), (Some(200), Some("x")));
        assert_eq!(said.receipt.and_then(|receipt| receipt.transaction).as_deref(), Some("0x01"));
    }

    #[test]
    fn what_says_nothing_is_told_with_its_complaint() {
        let said = ClientSaid::read("hello\n", "TypeError: x\n\n", "exit status: 1");
        assert_eq!(said.got(false), "the buyer says nothing legible (exit status: 1: TypeError: x)");
        let pretty = serde_json::to_string_pretty(&json!({ "status": 402, "body": "" })).unwrap();
        assert_eq!(ClientSaid::read(&pretty, "", "").status, Some(402));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_command_gets_its_placeholders_and_is_heard() {
        let text = r#"
name = "shell"
role = "client"
[start]
command = ["sh", "-c", 'printf "{\"status\":200,\"body\":\"%s for %s\",\"paymentResponse\":null}\n" "$KEY" {resource_url}']
[start.env]
KEY = "{payer_key}"
"#;
        let folder = tempfile::tempdir().unwrap();
        let client = Manifest::parse(text, &folder.path().join("shell.toml")).unwrap();
        let values = [("resource_url", "http://127.0.0.1:1/cheap"), ("payer_key", "0x2a")];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let log = folder.path().join("client.log");
        let said = run_client(&client, &values, &log, Duration::from_secs(60)).await.unwrap();
        assert_eq!(said.body.as_deref(), Some("0x2a for http://127.0.0.1:1/cheap"), "{said:?}");
        assert_eq!(said.status, Some(200));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_command_that_never_ends_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let text = "name = \"s\"\nrole = \"client\"\n[start]\ncommand = [\"sh\", \"-c\", \"echo on >&2; sleep 600\"]\n";
        let client = Manifest::parse(text, &folder.path().join("s.toml")).unwrap();
        let log = folder.path().join("client.log");
        let said = run_client(&client, &BTreeMap::new(), &log, Duration::from_secs(2)).await.unwrap();
        assert_eq!((said.status, said.ended.as_str()), (None, "killed after 2 s: on"));
    }

    #[tokio::test]
    async fn a_command_that_is_not_there_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let text = "name = \"s\"\nrole = \"client\"\n[start]\ncommand = [\"gauntlet-no-such-program\"]\n";
        let client = Manifest::parse(text, &folder.path().join("s.toml")).unwrap();
        let log = folder.path().join("client.log");
        let stop = run_client(&client, &BTreeMap::new(), &log, Duration::from_secs(60)).await.unwrap_err();
        assert!(
            matches!(&stop, Stop::Inconclusive(why) if why.contains("gauntlet-no-such-program")),
            "{stop:?}"
        );
    }
}
