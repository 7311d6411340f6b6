//! Payers that are no plain accounts with a key: smart wallets (ERC-1271), wallets that are not there yet (ERC-6492),
//! accounts with delegated code (EIP-7702), and what only pretends to be one of them.
//!
//! Code and storage are written straight into the chain's state: no transaction, no block, no log.

use super::{Chain, rpc};
use crate::contracts::Contract;
use crate::error::ChainError;
use crate::interface::{IRogueFactory, IWalletFactory};
use crate::stand_ins::WALLET_FACTORY;
use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};
use alloy_provider::Provider as _;
use alloy_rpc_types_eth::Filter;
use alloy_sol_types::{SolCall as _, SolEvent as _};
use gauntlet_report::ledger::short;
use serde_json::json;
use std::fmt;

/// What a wallet does that does not answer as ERC-1271 says. It looks at nobody's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OddWallet {
    /// Answers with the word of the standard's first draft, `0x20c13b0b`, which means no.
    DraftWord = 0,
    /// Reverts, with the word that means yes as its data.
    Reverts = 1,
    /// Answers with the word that means yes in 4 bytes instead of 32.
    Short = 2,
    /// Uses all the gas that it is given.
    Burns = 3,
    /// Says yes, after it has used five million gas.
    Costly = 4,
    /// Says yes to a call without a gas price, as simulations are; in a transaction it uses all the gas that it is given.
    Trap = 5,
}

/// A smart wallet that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnbornWallet {
    /// Where it will be.
    pub address: Address,
    /// Who makes it.
    pub factory: Address,
    /// The call data with which the factory makes it. The salt stands in it as it is.
    pub order: Bytes,
}

/// Somebody has called a rogue factory in a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactoryCall {
    /// The factory.
    pub factory: Address,
    /// Who called it: the sender of the transaction, or a contract.
    pub caller: Address,
    /// The transaction.
    pub tx: B256,
    /// Its block.
    pub block: u64,
}

impl fmt::Display for FactoryCall {
    /// One line; `{:#}` writes the addresses out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "factory {} was called by {} ", short(self.factory, f), short(self.caller, f))?;
        write!(f, "in transaction {:#x}, block {}", self.tx, self.block)
    }
}

impl Chain {
    /// Puts a smart wallet (ERC-1271) at an address: it accepts the plain signatures of `owner`, also with a word of
    /// zeros before them.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn place_wallet(&self, at: Address, owner: Address) -> Result<(), ChainError> {
        self.place(at, Contract::SmartWallet, "owner", owner.into_word()).await
    }

    /// Gives a smart wallet of [`Chain::place_wallet`] or [`Chain::unborn_wallet`] another owner.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn set_wallet_owner(&self, wallet: Address, owner: Address) -> Result<(), ChainError> {
        let write = storage(wallet, Contract::SmartWallet, "owner", owner.into_word())?;
        rpc::commands(&self.provider, "write storage", vec![write]).await
    }

    /// Puts a wallet that does not keep to ERC-1271 at an address.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn place_odd_wallet(&self, at: Address, manner: OddWallet) -> Result<(), ChainError> {
        let word = B256::from(U256::from(manner as u8));
        self.place(at, Contract::OddWallet, "manner", word).await
    }

    /// Puts a factory at an address that makes nothing, whatever it is told, and logs who calls it. One that `burns` uses
    /// all the gas that it is given, and with it its log.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn place_rogue_factory(&self, at: Address, burns: bool) -> Result<(), ChainError> {
        self.place(at, Contract::RogueFactory, "burns", B256::from(U256::from(burns))).await
    }

    /// A smart wallet of an owner that [`WALLET_FACTORY`] has yet to make. Another salt, another wallet.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn unborn_wallet(&self, owner: Address, salt: B256) -> Result<UnbornWallet, ChainError> {
        let where_to = IWalletFactory::addressOfCall { owner, salt };
        let address = self.view("tell a wallet's address", WALLET_FACTORY, where_to).await?;
        let order = IWalletFactory::makeCall { owner, salt }.abi_encode().into();
        Ok(UnbornWallet { address, factory: WALLET_FACTORY, order })
    }

    /// Lets an account with a key run the code of a contract (EIP-7702), as if it had signed that. It keeps its key, its
    /// balance and its storage.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn delegate(&self, account: Address, to: Address) -> Result<(), ChainError> {
        let code = [&hex!("ef0100"), to.as_slice()].concat();
        self.command("set code", "anvil_setCode", json!([account, hex::encode_prefixed(code)])).await
    }

    /// Lets an account with a key run the code of a smart wallet (EIP-7702) that accepts the signatures of this very key.
    /// The wallet's code stands at `code` afterwards.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn delegate_to_wallet(&self, account: Address, code: Address) -> Result<(), ChainError> {
        self.place_wallet(code, Address::ZERO).await?;
        self.delegate(account, code).await?;
        self.set_wallet_owner(account, account).await
    }

    /// The transactions in which a rogue factory was called from a block on, in the order of the chain. Calls that were
    /// only simulated are not among them.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn calls_of(&self, factory: Address, from_block: u64) -> Result<Vec<FactoryCall>, ChainError> {
        let event = IRogueFactory::Called::SIGNATURE_HASH;
        let filter = Filter::new().address(factory).event_signature(event).from_block(from_block);
        let logs = self.provider.get_logs(&filter).await.map_err(ChainError::rpc("give its logs"))?;
        let call = |log: &alloy_rpc_types_eth::Log| {
            let caller = IRogueFactory::Called::decode_log(&log.inner).ok()?.caller;
            Some(FactoryCall { factory, caller, tx: log.transaction_hash?, block: log.block_number? })
        };
        Ok(logs.iter().filter_map(call).collect())
    }

    /// Puts a wallet at an address that takes the signatures which were registered with it, see
    /// [`Chain::register_signatures`], and no other.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn place_registry_wallet(&self, at: Address) -> Result<(), ChainError> {
        self.place_registry_wallets(&[at]).await
    }

    /// As [`Chain::place_registry_wallet`], at many addresses.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn place_registry_wallets(&self, wallets: &[Address]) -> Result<(), ChainError> {
        let code = hex::encode_prefixed(&Contract::RegistryWallet.artifact().runtime);
        let calls = wallets.iter().map(|at| ("anvil_setCode", json!([at, code]))).collect();
        rpc::commands(&self.provider, "put wallets in place", calls).await
    }

    /// Lets wallets of [`Chain::place_registry_wallet`] take these signatures of these digests: (wallet, digest, hash of
    /// the signature's bytes). The caller has verified them, since the chain cannot.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn register_signatures(&self, taken: &[(Address, B256, B256)]) -> Result<(), ChainError> {
        let calls: Result<Vec<rpc::Call>, ChainError> = taken
            .iter()
            .map(|(wallet, digest, hash)| {
                let (slot, _) =
                    Contract::RegistryWallet.place("taken").ok_or(ChainError::UnknownToken(*wallet))?;
                let slot = keccak256([digest.as_slice(), slot.as_slice()].concat());
                Ok(("anvil_setStorageAt", json!([wallet, slot, hash])))
            })
            .collect();
        rpc::commands(&self.provider, "register signatures", calls?).await
    }

    /// Turns accounts into wallets that take a signature of any kind with the plain signature of `attester` behind it:
    /// of keccak256(digest ‖ keccak256(signature)). An account with a key keeps it, but the key signs for nothing.
    ///
    /// # Errors
    ///
    /// [`ChainError::Rpc`].
    pub async fn place_attested_wallets(
        &self,
        wallets: &[Address],
        attester: Address,
    ) -> Result<(), ChainError> {
        let contract = Contract::AttestedWallet;
        let code = hex::encode_prefixed(&contract.artifact().runtime);
        let mut calls = Vec::with_capacity(wallets.len() * 2);
        for wallet in wallets {
            calls.push(("anvil_setCode", json!([wallet, code])));
            calls.push(storage(*wallet, contract, "attester", attester.into_word())?);
        }
        rpc::commands(&self.provider, "put wallets in place", calls).await
    }

    async fn place(
        &self,
        at: Address,
        contract: Contract,
        variable: &str,
        word: B256,
    ) -> Result<(), ChainError> {
        let code = hex::encode_prefixed(&contract.artifact().runtime);
        let calls = vec![("anvil_setCode", json!([at, code])), storage(at, contract, variable, word)?];
        rpc::commands(&self.provider, "put a contract in place", calls).await
    }
}

/// The call that writes a variable that fills its slot from the right.
fn storage(at: Address, contract: Contract, variable: &str, word: B256) -> Result<rpc::Call, ChainError> {
    let (slot, _) = contract.place(variable).ok_or(ChainError::UnknownToken(at))?;
    Ok(("anvil_setStorageAt", json!([at, slot, word])))
}
