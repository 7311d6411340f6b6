//! Settlements that are answered before the money moves.
//!
//! In such a dialect a success names something of its own, by which the transfer can be looked up later. The harness asks
//! the chain instead: it waits a bounded time for the transaction that spends the authorization, and reads the answer as if
//! it had named that. A success without one stays as it came, and is then a success without money.

use crate::check::Stop;
use crate::cx::Cx;
use gauntlet_report::{Exchange, Wire};
use gauntlet_wire::message::{Reading, read_request};
use gauntlet_wire::{Address, B256};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long the money may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// From one look to the next.
const PAUSE: Duration = Duration::from_millis(50);

/// What settlements were called, by payer and nonce.
#[derive(Debug, Default)]
pub(crate) struct Deferred(Mutex<BTreeMap<(Address, B256), String>>);

impl Deferred {
    /// Whether this is the one name of a settlement: another one tells of another settlement.
    fn is_its_name(&self, payer: Address, nonce: B256, name: &str) -> bool {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.entry((payer, nonce)).or_insert_with(|| name.to_owned()) == name
    }
}

impl Cx {
    /// The exchange with the transaction that moved the money in its answer, once it has; as it came in other dialects, and
    /// where nothing comes.
    ///
    /// # Errors
    /// [`Stop::Harness`] when the chain does not answer.
    pub(crate) async fn with_its_transaction(&self, exchange: Exchange) -> Result<Exchange, Stop> {
        match self.deferred_transaction(&exchange).await? {
            Some((said, transaction)) => Ok(naming(exchange, said, transaction)),
            None => Ok(exchange),
        }
    }

    async fn deferred_transaction(
        &self,
        exchange: &Exchange,
    ) -> Result<Option<(Map<String, Value>, B256)>, Stop> {
        let Some(dialect) = self.world.dialect().filter(|dialect| dialect.settling.deferred) else {
            return Ok(None);
        };
        let Some(response) =
            exchange.response.as_ref().filter(|_| exchange.url.ends_with(&dialect.settle.path))
        else {
            return Ok(None);
        };
        let Ok(said) = serde_json::from_slice::<Map<String, Value>>(&response.body) else { return Ok(None) };
        let Some(name) = said.get("transaction").and_then(Value::as_str).filter(|name| !name.is_empty())
        else {
            return Ok(None);
        };
        if said.get("success") != Some(&Value::Bool(true)) || name.parse::<B256>().is_ok() {
            return Ok(None);
        }
        let Ok(request) = read_request(&exchange.request.body, Reading::Lenient) else { return Ok(None) };
        let (payer, nonce) = (request.authorization.from, request.authorization.nonce);
        if !self.world.state.deferred.is_its_name(payer, nonce, name) {
            return Ok(None);
        }
        let asset = request.requirements.asset;
        let transaction = self.transaction_that_spent(asset, payer, nonce).await?;
        Ok(transaction.map(|transaction| (said, transaction)))
    }

    async fn transaction_that_spent(
        &self,
        asset: Address,
        payer: Address,
        nonce: B256,
    ) -> Result<Option<B256>, Stop> {
        let began = Instant::now();
        loop {
            let used =
                self.world.chain.authorizations_used(asset, self.world.start_block, Some(payer)).await?;
            if let Some(used) = used.iter().find(|used| used.nonce == nonce) {
                return Ok(Some(used.tx));
            }
            if began.elapsed() >= PATIENCE {
                return Ok(None);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// What came is kept beside.
fn naming(mut exchange: Exchange, mut said: Map<String, Value>, transaction: B256) -> Exchange {
    said.insert("transaction".into(), transaction.to_string().into());
    if let (Some(status), Some(response)) = (exchange.status, &mut exchange.response) {
        let body = Value::Object(said).to_string().into_bytes();
        let came = std::mem::replace(&mut response.body, body);
        response.wire.get_or_insert(Wire { status, body: came });
    }
    exchange
}
