//! Talking to the node: the connection, batches, and blocking work off the async threads.

use super::transport::{Bounded, LIMIT};
use crate::error::ChainError;
use alloy_provider::transport::RpcError;
use alloy_provider::{DynProvider, Provider as _, ProviderBuilder};
use alloy_rpc_client::{BatchRequest, RpcClient};
use alloy_transport_http::reqwest::{self, redirect::Policy};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use std::fmt::Debug;
use std::time::Duration;

/// How often the node is asked again for something that is not there yet.
pub(crate) const POLL: Duration = Duration::from_millis(4);

/// How many calls whose answers do not matter go into one request. Anvil takes no request of more than 2 MB.
const COMMANDS_AT_ONCE: usize = 1000;

/// A method and its parameters.
pub(crate) type Call = (&'static str, Value);

/// A provider for a chain on this machine. Proxies of the environment are left aside.
pub(crate) fn connect(url: &str) -> Result<DynProvider, ChainError> {
    let bad_url = |detail: String| ChainError::BadUrl { url: url.to_owned(), detail };
    let address: reqwest::Url = url.parse().map_err(|error| bad_url(format!("{error}")))?;
    if !matches!(address.scheme(), "http" | "https") {
        return Err(bad_url("it begins with neither http:// nor https://".to_owned()));
    }
    let client = reqwest::Client::builder().no_proxy().redirect(Policy::none()).timeout(LIMIT).build();
    let client = client.map_err(|error| bad_url(error.to_string()))?;
    let client = RpcClient::new(Bounded { client, url: address }, true);
    let provider = ProviderBuilder::new().disable_recommended_fillers().connect_client(client).erased();
    provider.client().set_poll_interval(POLL);
    Ok(provider)
}

/// Makes many calls in one request and gives their answers in order. The first that fails is the error.
pub(crate) async fn batch<T: DeserializeOwned + Debug + Send + Sync + Unpin + 'static>(
    provider: &DynProvider,
    what: &'static str,
    calls: Vec<Call>,
) -> Result<Vec<T>, ChainError> {
    if calls.is_empty() {
        return Ok(Vec::new());
    }
    let failed = ChainError::rpc(what);
    let mut batch = BatchRequest::new(provider.client());
    let mut waiters = Vec::with_capacity(calls.len());
    for (method, params) in calls {
        waiters.push(batch.add_call::<Value, T>(method, &params).map_err(&failed)?);
    }
    batch.send().await.map_err(&failed)?;
    let mut answers = Vec::with_capacity(waiters.len());
    for waiter in waiters {
        answers.push(waiter.await.map_err(|error| match error {
            RpcError::DeserError { err, .. } => ChainError::answer(what, err.to_string()),
            error => failed(error),
        })?);
    }
    Ok(answers)
}

/// Makes any number of calls whose answers do not matter, in as few requests as are taken.
pub(crate) async fn commands(
    provider: &DynProvider,
    what: &'static str,
    calls: Vec<Call>,
) -> Result<(), ChainError> {
    let mut calls = calls.into_iter();
    loop {
        let some: Vec<Call> = calls.by_ref().take(COMMANDS_AT_ONCE).collect();
        if some.is_empty() {
            return Ok(());
        }
        batch::<IgnoredAny>(provider, what, some).await?;
    }
}

/// Runs something that blocks where that is allowed.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ChainError> + Send + 'static,
) -> Result<T, ChainError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => Err(ChainError::answer("run", format!("the runtime is shutting down: {error}"))),
        },
    }
}
