//! The chain's JSON-RPC, with a time limit on every call and no retries.

use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_provider::{Provider, RootProvider};
use alloy_rpc_types_eth::{Log, TransactionReceipt};
use serde_json::{Value, json};
use std::time::Duration;

/// The time that the chain has for one answer: far above what a busy machine needs, below what a client waits.
const LIMIT: Duration = Duration::from_secs(6);

/// Why the chain gave no usable answer. The texts are shown to nobody outside: they name no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum ChainError {
    #[error("the chain did not answer in time; try again")]
    TimedOut,
    #[error("the chain cannot be reached; try again")]
    Unreachable,
    #[error("the chain refused the call; try again")]
    Refused,
    #[error("the chain refused the account nonce; try again")]
    AccountNonce,
}

/// The end of a call that was only simulated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Called {
    Returned(Bytes),
    Reverted,
}

/// A call that failed, before anybody has said what that means.
enum Failure {
    Chain(ChainError),
    /// A JSON-RPC error.
    Answered {
        code: i64,
        message: String,
    },
}

#[derive(Debug)]
pub(super) struct Rpc {
    provider: RootProvider,
}

impl Rpc {
    /// `None` when the URL cannot be read.
    pub(super) fn new(url: &str) -> Option<Self> {
        Some(Self { provider: RootProvider::new_http(url.parse().ok()?) })
    }

    async fn ask(&self, method: &'static str, params: Value) -> Result<Value, ChainError> {
        self.raw(method, params).await.map_err(|failure| match failure {
            Failure::Chain(error) => error,
            Failure::Answered { message, .. }
                if message.contains("nonce") || message.contains("underpriced") =>
            {
                ChainError::AccountNonce
            }
            Failure::Answered { .. } => ChainError::Refused,
        })
    }

    async fn raw(&self, method: &'static str, params: Value) -> Result<Value, Failure> {
        let answer = self.provider.raw_request::<_, Value>(method.into(), params);
        let answer = tokio::time::timeout(LIMIT, answer).await;
        let answer = answer.map_err(|_| Failure::Chain(ChainError::TimedOut))?;
        answer.map_err(|error| match error.as_error_resp() {
            Some(answer) => {
                Failure::Answered { code: answer.code, message: answer.message.clone().into_owned() }
            }
            None => Failure::Chain(ChainError::Unreachable),
        })
    }

    async fn read<T: serde::de::DeserializeOwned>(
        &self,
        method: &'static str,
        params: Value,
    ) -> Result<T, ChainError> {
        let value = self.ask(method, params).await?;
        serde_json::from_value(value).map_err(|_| ChainError::Unreachable)
    }

    /// Simulates a call on the newest block, at the time `now` (Unix seconds): the newest block of a chain that
    /// nobody used for a while is old, and authorizations have a window.
    pub(super) async fn call(
        &self,
        from: Address,
        to: Address,
        data: &[u8],
        now: u64,
    ) -> Result<Called, ChainError> {
        self.call_within(from, to, data, now, None).await
    }

    /// As [`Rpc::call`], with no more than this much gas: a call that needs more has reverted.
    pub(super) async fn call_within(
        &self,
        from: Address,
        to: Address,
        data: &[u8],
        now: u64,
        gas: Option<u64>,
    ) -> Result<Called, ChainError> {
        let mut transaction = json!({ "from": from, "to": to, "input": Bytes::copy_from_slice(data) });
        if let Some(gas) = gas {
            transaction["gas"] = json!(format!("{gas:#x}"));
        }
        let params = json!([transaction, "latest", {}, { "time": format!("{now:#x}") }]);
        match self.raw("eth_call", params).await {
            Ok(returned) => {
                serde_json::from_value(returned).map(Called::Returned).map_err(|_| ChainError::Unreachable)
            }
            Err(Failure::Answered { code, message }) if is_revert(code, &message) => Ok(Called::Reverted),
            Err(Failure::Answered { .. }) => Err(ChainError::Refused),
            Err(Failure::Chain(error)) => Err(error),
        }
    }

    /// Simulates calls (from, to, data) one after the other on top of the newest block, at the time `now` (Unix seconds):
    /// each sees what those before it have done. The answer is that of the last one, or that one of them has reverted.
    pub(super) async fn call_in_turn(
        &self,
        calls: &[(Address, Address, &[u8])],
        now: u64,
    ) -> Result<Called, ChainError> {
        let calls: Vec<Value> = calls
            .iter()
            .map(|(from, to, data)| json!({ "from": from, "to": to, "input": Bytes::copy_from_slice(data) }))
            .collect();
        let block = json!({ "blockOverrides": { "time": format!("{now:#x}") }, "calls": calls });
        let answer = self.ask("eth_simulateV1", json!([{ "blockStateCalls": [block] }, "latest"])).await?;
        let calls = answer.pointer("/0/calls").and_then(Value::as_array).ok_or(ChainError::Unreachable)?;
        let is_good = |call: &Value| call.get("status").and_then(Value::as_str) == Some("0x1");
        let Some(last) = calls.last().filter(|_| calls.iter().all(is_good)) else {
            return Ok(Called::Reverted);
        };
        let returned = last.get("returnData").cloned().ok_or(ChainError::Unreachable)?;
        serde_json::from_value(returned).map(Called::Returned).map_err(|_| ChainError::Unreachable)
    }

    /// The word that a call returns on the state after a block.
    pub(super) async fn word_at(&self, to: Address, data: &[u8], block: u64) -> Result<U256, ChainError> {
        let call = json!({ "to": to, "input": Bytes::copy_from_slice(data) });
        self.read("eth_call", json!([call, format!("{block:#x}")])).await
    }

    /// What a node says of a call that reverts; empty when it does not.
    pub(super) async fn revert_text(&self, from: Address, to: Address, data: &[u8]) -> String {
        let call = json!({ "from": from, "to": to, "input": Bytes::copy_from_slice(data) });
        match self.raw("eth_call", json!([call, "latest"])).await {
            Err(Failure::Answered { message, .. }) => message,
            _ => String::new(),
        }
    }

    pub(super) async fn has_code(&self, address: Address) -> Result<bool, ChainError> {
        let code: Bytes = self.read("eth_getCode", json!([address, "latest"])).await?;
        Ok(!code.is_empty())
    }

    /// Balance in the chain's own coin, wei.
    pub(super) async fn coins(&self, address: Address) -> Result<U256, ChainError> {
        self.read("eth_getBalance", json!([address, "latest"])).await
    }

    /// The next account nonce: after what is mined, or also after what is only waiting.
    pub(super) async fn account_nonce(&self, address: Address, waiting: bool) -> Result<u64, ChainError> {
        let block = if waiting { "pending" } else { "latest" };
        let nonce: U256 = self.read("eth_getTransactionCount", json!([address, block])).await?;
        Ok(nonce.saturating_to())
    }

    pub(super) async fn gas_price(&self) -> Result<u128, ChainError> {
        let price: U256 = self.read("eth_gasPrice", json!([])).await?;
        Ok(price.saturating_to())
    }

    pub(super) async fn send(&self, transaction: &[u8]) -> Result<(), ChainError> {
        let params = json!([Bytes::copy_from_slice(transaction)]);
        self.ask("eth_sendRawTransaction", params).await.map(|_| ())
    }

    /// Whether the chain has the transaction, mined or waiting.
    pub(super) async fn knows(&self, hash: B256) -> Result<bool, ChainError> {
        self.ask("eth_getTransactionByHash", json!([hash])).await.map(|found| !found.is_null())
    }

    /// Who has sent the first transaction that emitted an event with these topics.
    pub(super) async fn sender_of_first(
        &self,
        contract: Address,
        topics: &[B256],
    ) -> Result<Option<Address>, ChainError> {
        let filter = json!({ "address": contract, "topics": topics, "fromBlock": "0x0" });
        let logs: Vec<Log> = self.read("eth_getLogs", json!([filter])).await?;
        let Some(hash) = logs.first().and_then(|log| log.transaction_hash) else { return Ok(None) };
        self.receipt(hash).await.map(|receipt| receipt.map(|receipt| receipt.from))
    }

    pub(super) async fn receipt(&self, hash: B256) -> Result<Option<TransactionReceipt>, ChainError> {
        self.read("eth_getTransactionReceipt", json!([hash])).await
    }
}

/// Code 3 is what nodes agree on; the texts are Anvil's for a call that ends otherwise, as with an invalid opcode.
fn is_revert(code: i64, message: &str) -> bool {
    code == 3 || message.contains("revert") || message.contains("EVM error")
}
