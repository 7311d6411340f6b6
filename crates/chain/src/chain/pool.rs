//! Transactions that wait in the pool: counted, found by what they carry, taken out, and brought back.

use super::{Chain, Relayed};
use crate::error::ChainError;
use alloy_primitives::{Address, B256, Bytes, U64, hex};
use alloy_provider::Provider as _;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
struct PoolStatus {
    pending: U64,
    queued: U64,
}

impl Chain {
    /// How many transactions of anybody's wait in the pool to be mined.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn pending_count(&self) -> Result<u64, ChainError> {
        Ok(self.pool_status().await?.pending.to())
    }

    /// How many transactions of anybody's are in the pool, those that cannot be mined yet included.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn pending_total(&self) -> Result<u64, ChainError> {
        let status = self.pool_status().await?;
        Ok((status.pending + status.queued).to())
    }

    async fn pool_status(&self) -> Result<PoolStatus, ChainError> {
        let asked = self.provider.raw_request("txpool_status".into(), ()).await;
        asked.map_err(ChainError::rpc("count its transaction pool"))
    }

    /// Hashes of the transactions of an account that wait in the pool, those that cannot be mined yet included, by
    /// nonce.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`] and [`ChainError::Answer`].
    pub async fn pending_from(&self, account: Address) -> Result<Vec<B256>, ChainError> {
        const WHAT: &str = "show its transaction pool";
        let content: Value =
            self.provider.raw_request("txpool_content".into(), ()).await.map_err(ChainError::rpc(WHAT))?;
        let mut found = Vec::new();
        for half in ["pending", "queued"] {
            let senders = content[half]
                .as_object()
                .ok_or_else(|| ChainError::answer(WHAT, format!("there is no `{half}`")))?;
            for (sender, transactions) in senders {
                if sender.parse::<Address>().ok() != Some(account) {
                    continue;
                }
                for (nonce, transaction) in transactions.as_object().into_iter().flatten() {
                    found.push(
                        pooled(nonce, transaction).ok_or_else(|| {
                            ChainError::answer(WHAT, "a transaction has no nonce or no hash")
                        })?,
                    );
                }
            }
        }
        found.sort_unstable();
        Ok(found.into_iter().map(|(_, hash)| hash).collect())
    }

    /// A transaction in the pool whose input has these 32 bytes in it, whoever sent it.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn pending_with(&self, word: B256) -> Result<Option<B256>, ChainError> {
        let pool: Value = self
            .provider
            .raw_request("txpool_content".into(), ())
            .await
            .map_err(ChainError::rpc("show its transaction pool"))?;
        Ok(carrying(&pool, word))
    }

    /// Takes a transaction out of the pool and gives it as it was sent, for [`Chain::bring_back`]. `None` when it was
    /// not there, which is so when it is in a block.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn take_out(&self, hash: B256) -> Result<Option<Bytes>, ChainError> {
        let sent: Option<Bytes> = self
            .provider
            .raw_request("eth_getRawTransactionByHash".into(), [hash])
            .await
            .map_err(ChainError::rpc("give a transaction"))?;
        Ok(if self.drop_transaction(hash).await? { sent } else { None })
    }

    /// Sends a transaction as it was sent before and waits until it is in a block.
    ///
    /// # Errors
    ///
    /// [`ChainError::NotMined`] after 30 s, [`ChainError::Rpc`].
    pub async fn bring_back(&self, sent: &Bytes) -> Result<Relayed, ChainError> {
        let pending = self
            .provider
            .send_raw_transaction(sent)
            .await
            .map_err(ChainError::rpc("take a transaction back"))?;
        self.mined(*pending.tx_hash()).await
    }
}

fn pooled(nonce: &str, transaction: &Value) -> Option<(u64, B256)> {
    Some((nonce.parse().ok()?, transaction["hash"].as_str()?.parse().ok()?))
}

fn carrying(pool: &Value, word: B256) -> Option<B256> {
    let word = hex::encode(word);
    let halves = ["pending", "queued"].into_iter().filter_map(|half| pool[half].as_object());
    let senders = halves.flat_map(|senders| senders.values()).filter_map(Value::as_object);
    senders
        .flat_map(|by_number| by_number.values())
        .find(|transaction| transaction["input"].as_str().is_some_and(|input| input.contains(&word)))
        .and_then(|transaction| transaction["hash"].as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_transaction_is_known_by_the_nonce_in_its_input() {
        let nonce = B256::repeat_byte(0xab);
        let hash = B256::repeat_byte(1);
        let input = format!("0xe3ee160e{}00", hex::encode(nonce));
        let pool = json!({
            "pending": { "0x01": { "0": { "input": "0x", "hash": B256::ZERO } } },
            "queued": { "0x02": { "7": { "input": input, "hash": hash } } },
        });
        assert_eq!(carrying(&pool, nonce), Some(hash));
        assert_eq!(carrying(&pool, B256::repeat_byte(0xac)), None);
        assert_eq!(carrying(&json!({}), nonce), None);
    }
}
