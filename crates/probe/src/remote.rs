//! Driving a fault proxy, of this process or of another.

use crate::{Client, ClientConfig, ProbeError, Request, Rule, proxy::LocalProxy};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// How often another process's proxy is asked for its counters.
const POLL: Duration = Duration::from_millis(20);

/// A fault proxy, wherever it runs.
#[derive(Debug, Clone)]
pub enum ProxyHandle {
    /// In this process; from [`FaultProxy::handle`](crate::FaultProxy::handle).
    Local(LocalProxy),
    /// In another process.
    Remote(RemoteProxy),
}

impl ProxyHandle {
    /// Replaces all rules; the callers that were kept in silence are hung up on.
    ///
    /// # Errors
    /// [`ProbeError::Remote`] when a proxy of another process cannot be driven; so with all methods.
    pub async fn set_rules(&self, rules: Vec<Rule>) -> Result<(), ProbeError> {
        match self {
            Self::Local(proxy) => {
                proxy.state.set_rules(rules);
                Ok(())
            }
            Self::Remote(proxy) => proxy.set_rules(rules).await,
        }
    }

    /// Removes all rules: transparent again.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub async fn clear(&self) -> Result<(), ProbeError> {
        match self {
            Self::Local(proxy) => {
                proxy.state.set_rules(Vec::new());
                Ok(())
            }
            Self::Remote(proxy) => proxy.clear().await,
        }
    }

    /// How many calls of a method have arrived, single and in batches, whatever was done to them.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub async fn count(&self, method: &str) -> Result<u64, ProbeError> {
        match self {
            Self::Local(proxy) => Ok(proxy.state.count(method)),
            Self::Remote(proxy) => proxy.count(method).await,
        }
    }

    /// Waits until `at_least` calls of a method have arrived since the proxy's start; `false` after `timeout`.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub async fn wait_for(&self, method: &str, at_least: u64, timeout: Duration) -> Result<bool, ProbeError> {
        match self {
            Self::Local(proxy) => Ok(proxy.state.wait_for(method, at_least, timeout).await),
            Self::Remote(proxy) => proxy.wait_for(method, at_least, timeout).await,
        }
    }

    /// What the proxy was given to tell of its chain.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub async fn describe(&self) -> Result<Value, ProbeError> {
        match self {
            Self::Local(proxy) => Ok(proxy.state.description()),
            Self::Remote(proxy) => proxy.describe().await,
        }
    }
}

/// A fault proxy of another process, driven by its control methods.
#[derive(Debug, Clone)]
pub struct RemoteProxy {
    client: Client,
}

impl RemoteProxy {
    /// The proxy at this URL; nothing is sent yet.
    ///
    /// # Errors
    /// [`ProbeError::BadBase`].
    pub fn new(url: &str) -> Result<Self, ProbeError> {
        let config = ClientConfig { timeout: Duration::from_secs(10), ..ClientConfig::default() };
        Ok(Self { client: Client::new(url, config)? })
    }

    /// A handle, to be used where it does not matter in which process the proxy runs.
    #[must_use]
    pub fn handle(&self) -> ProxyHandle {
        ProxyHandle::Remote(self.clone())
    }

    /// Replaces all rules.
    ///
    /// # Errors
    /// [`ProbeError::Remote`]; so with all methods.
    pub async fn set_rules(&self, rules: Vec<Rule>) -> Result<(), ProbeError> {
        self.call("gauntlet_setRules", json!([rules])).await.map(drop)
    }

    /// Removes all rules.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub async fn clear(&self) -> Result<(), ProbeError> {
        self.call("gauntlet_clearRules", json!([])).await.map(drop)
    }

    /// How many calls of a method have arrived.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub async fn count(&self, method: &str) -> Result<u64, ProbeError> {
        const CALLS: &str = "gauntlet_calls";
        let counts: BTreeMap<String, u64> = serde_json::from_value(self.call(CALLS, json!([])).await?)
            .map_err(|error| self.error(CALLS, error.to_string()))?;
        Ok(counts.get(method).copied().unwrap_or_default())
    }

    /// Waits, by asking again and again, until `at_least` calls of a method have arrived; `false` after `timeout`.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub async fn wait_for(&self, method: &str, at_least: u64, timeout: Duration) -> Result<bool, ProbeError> {
        let began = Instant::now();
        loop {
            if self.count(method).await? >= at_least {
                return Ok(true);
            }
            let left = timeout.saturating_sub(began.elapsed());
            if left.is_zero() {
                return Ok(false);
            }
            tokio::time::sleep(POLL.min(left)).await;
        }
    }

    /// What the proxy was given to tell of its chain.
    ///
    /// # Errors
    /// As [`Self::set_rules`].
    pub async fn describe(&self) -> Result<Value, ProbeError> {
        self.call("gauntlet_describe", json!([])).await
    }

    async fn call(&self, method: &'static str, params: Value) -> Result<Value, ProbeError> {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
        let exchange = self.client.send(Request::post_json("", body)).await;
        if let Some(fault) = exchange.fault {
            return Err(self.error(method, fault.to_string()));
        }
        let body = exchange.response.unwrap_or_default().body;
        let mut answer: Value =
            serde_json::from_slice(&body).map_err(|error| self.error(method, error.to_string()))?;
        match answer.get_mut("result") {
            Some(result) => Ok(result.take()),
            None => Err(self.error(method, answer.pointer("/error/message").unwrap_or(&answer).to_string())),
        }
    }

    fn error(&self, method: &'static str, why: String) -> ProbeError {
        ProbeError::Remote { url: self.client.url(""), method, why }
    }
}
