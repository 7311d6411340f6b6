//! Transactions of the harness's own.

use super::Chain;
use super::rpc::POLL;
use crate::error::ChainError;
use crate::interface::IToken;
use alloy_consensus::{SignableTransaction as _, TxEip1559, TxEnvelope};
use alloy_eips::eip2718::Encodable2718 as _;
use alloy_primitives::{Address, B256, Bytes, TxKind};
use alloy_provider::Provider as _;
use alloy_provider::transport::TransportError;
use alloy_rpc_types_eth::TransactionRequest;
use alloy_sol_types::SolCall as _;
use gauntlet_wire::eip3009::cancel_digest;
use gauntlet_wire::{Authorization, Domain, Key, Token};
use std::time::Duration;

/// How long a transaction may wait for a block.
const PATIENCE: Duration = Duration::from_secs(30);

/// Enough for any call to our tokens, so that one that reverts is mined all the same.
const GAS_LIMIT: u64 = 500_000;
/// Far above any base fee that a busy local chain reaches.
const MAX_FEE: u128 = 10_000_000_000_000;
const PRIORITY_FEE: u128 = 1_000_000_000;

/// A transaction of ours that is in a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relayed {
    /// Its hash.
    pub hash: B256,
    /// Whether it succeeded. A token may succeed and move nothing: look at the ledger.
    pub status: bool,
    /// The block it is in.
    pub block: u64,
}

impl Chain {
    /// Submits an authorization from the relayer's account (`transferWithAuthorization` with the signature as bytes)
    /// and waits until it is in a block. One that reverts is no error: its `status` is `false`.
    ///
    /// # Errors
    ///
    /// [`ChainError::NotMined`] after 30 s, [`ChainError::Rpc`].
    pub async fn relay(
        &self,
        token: Address,
        authorization: &Authorization,
        signature: &[u8],
    ) -> Result<Relayed, ChainError> {
        let hash = self.submit(token, authorization, signature).await?;
        self.mined(hash).await
    }

    /// Submits as [`Chain::relay`] does and does not wait.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn submit(
        &self,
        token: Address,
        authorization: &Authorization,
        signature: &[u8],
    ) -> Result<B256, ChainError> {
        self.send(&self.roles.relayer, token, transfer_input(authorization, signature)).await
    }

    /// Cancels a nonce of this payer through the relayer and waits until that is in a block.
    ///
    /// # Errors
    ///
    /// [`ChainError::NotMined`] after 30 s, [`ChainError::Rpc`].
    pub async fn cancel(&self, token: &Token, payer: &Key, nonce: B256) -> Result<Relayed, ChainError> {
        let authorizer = payer.address();
        let signature = payer.sign(cancel_digest(authorizer, nonce, &self.domain(token)));
        let call = IToken::cancelAuthorization_1Call {
            authorizer,
            nonce,
            signature: signature.as_bytes().to_vec().into(),
        };
        self.transact(&self.roles.relayer, token.address, call.abi_encode().into()).await
    }

    /// The EIP-712 domain of a token on this chain.
    #[must_use]
    pub fn domain(&self, token: &Token) -> Domain {
        Domain {
            name: token.name.clone(),
            version: token.version.clone(),
            chain_id: self.chain_id(),
            verifying_contract: token.address,
        }
    }

    /// Why the token would refuse an authorization at the latest block: its revert text. `None` when it would take it.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`] when the node cannot be asked.
    pub async fn refusal(
        &self,
        token: Address,
        authorization: &Authorization,
        signature: &[u8],
    ) -> Result<Option<String>, ChainError> {
        self.call_refusal(self.roles.relayer.address(), token, transfer_input(authorization, signature)).await
    }

    /// The revert text of any call from this account at the latest block. `None` when the call goes through.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`] when the node cannot be asked.
    pub async fn call_refusal(
        &self,
        from: Address,
        to: Address,
        input: Bytes,
    ) -> Result<Option<String>, ChainError> {
        let request = TransactionRequest::default().from(from).to(to).input(input.into());
        match self.provider.call(request).await {
            Ok(_) => Ok(None),
            Err(error) => revert_text(&error).map(Some).ok_or_else(|| ChainError::rpc("try a call")(error)),
        }
    }

    /// Sends a transaction of a key of ours and waits until it is in a block.
    ///
    /// Never use a target's key: targets keep their nonces in memory.
    ///
    /// # Errors
    ///
    /// [`ChainError::NotMined`] after 30 s, [`ChainError::Rpc`].
    pub async fn transact(&self, from: &Key, to: Address, input: Bytes) -> Result<Relayed, ChainError> {
        let hash = self.send(from, to, input).await?;
        self.mined(hash).await
    }

    /// Sends as [`Chain::transact`] does and does not wait.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn send(&self, from: &Key, to: Address, input: Bytes) -> Result<B256, ChainError> {
        let _turn = self.sending.lock().await;
        let nonce = self
            .provider
            .get_transaction_count(from.address())
            .pending()
            .await
            .map_err(ChainError::rpc("count transactions"))?;
        let transaction = TxEip1559 {
            chain_id: self.chain_id(),
            nonce,
            gas_limit: GAS_LIMIT,
            max_fee_per_gas: MAX_FEE,
            max_priority_fee_per_gas: PRIORITY_FEE,
            to: TxKind::Call(to),
            input,
            ..TxEip1559::default()
        };
        let pending = self
            .provider
            .send_raw_transaction(&signed(from, transaction))
            .await
            .map_err(ChainError::rpc("take a transaction"))?;
        Ok(*pending.tx_hash())
    }

    /// Waits until a transaction is in a block.
    ///
    /// # Errors
    ///
    /// [`ChainError::NotMined`] after 30 s, [`ChainError::Rpc`].
    pub async fn mined(&self, hash: B256) -> Result<Relayed, ChainError> {
        const WHAT: &str = "give a receipt";
        let waiting = async {
            loop {
                let receipt =
                    self.provider.get_transaction_receipt(hash).await.map_err(ChainError::rpc(WHAT))?;
                if let Some(receipt) = receipt {
                    let block =
                        receipt.block_number.ok_or_else(|| ChainError::answer(WHAT, "it names no block"))?;
                    return Ok(Relayed { hash, status: receipt.status(), block });
                }
                tokio::time::sleep(POLL).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .unwrap_or(Err(ChainError::NotMined { hash, seconds: PATIENCE.as_secs() }))
    }
}

/// A transaction as it is sent.
pub(crate) fn signed(from: &Key, transaction: TxEip1559) -> Vec<u8> {
    let signature = from.sign(transaction.signature_hash());
    TxEnvelope::from(transaction.into_signed(signature)).encoded_2718()
}

pub(crate) fn transfer_input(authorization: &Authorization, signature: &[u8]) -> Bytes {
    IToken::transferWithAuthorization_1Call {
        from: authorization.from,
        to: authorization.to,
        value: authorization.value,
        validAfter: authorization.valid_after,
        validBefore: authorization.valid_before,
        nonce: authorization.nonce,
        signature: signature.to_vec().into(),
    }
    .abi_encode()
    .into()
}

/// The text of a revert; `None` when the error is another one. A revert without a text is told as the node tells it.
fn revert_text(error: &TransportError) -> Option<String> {
    let answer = error.as_error_resp()?;
    match answer.as_revert_data() {
        Some(data) => Some(alloy_sol_types::decode_revert_reason(&data).map_or_else(
            || answer.message.to_string(),
            |text| text.strip_prefix("revert: ").unwrap_or(&text).to_owned(),
        )),
        None => answer.message.contains("revert").then(|| answer.message.to_string()),
    }
}
