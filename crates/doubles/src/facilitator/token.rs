//! What the token says of a payment.

use super::checks;
use super::findings::Finding;
use super::rpc::{Called, ChainError, Rpc};
use super::sender::Outgoing;
use alloy_primitives::{Address, B256, Bytes, U256};
use alloy_sol_types::{SolCall, SolEvent, SolValue, sol};
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::message::Request;
use gauntlet_wire::{Domain, Network};

sol! {
    /// The part of an EIP-3009 token that a facilitator needs.
    #[allow(missing_docs)]
    interface Eip3009 {
        event Transfer(address indexed from, address indexed to, uint256 value);
        event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);
        function name() external view returns (string);
        function version() external view returns (string);
        function balanceOf(address account) external view returns (uint256);
        function authorizationState(address authorizer, bytes32 nonce) external view returns (bool);
        function transferWithAuthorization(
            address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce,
            uint8 v, bytes32 r, bytes32 s
        ) external;
        function transferWithAuthorization(
            address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce,
            bytes signature
        ) external;
    }
}

/// Call data of the transfer. A signature that is not 65 bytes long is cut or filled with zeros: the token refuses
/// it in any case.
pub(super) fn transfer(request: &Request) -> Vec<u8> {
    let authorization = &request.authorization;
    let mut signature = request.signature.clone();
    signature.resize(65, 0);
    Eip3009::transferWithAuthorization_0Call {
        from: authorization.from,
        to: authorization.to,
        value: authorization.value,
        validAfter: authorization.valid_after,
        validBefore: authorization.valid_before,
        nonce: authorization.nonce,
        v: signature[64],
        r: alloy_primitives::B256::from_slice(&signature[..32]),
        s: alloy_primitives::B256::from_slice(&signature[32..64]),
    }
    .abi_encode()
}

/// Call data of the transfer of a smart wallet: the token hands the signature to it as it is.
pub(super) fn transfer_of_wallet(request: &Request, signature: &Bytes) -> Vec<u8> {
    let authorization = &request.authorization;
    Eip3009::transferWithAuthorization_1Call {
        from: authorization.from,
        to: authorization.to,
        value: authorization.value,
        validAfter: authorization.valid_after,
        validBefore: authorization.valid_before,
        nonce: authorization.nonce,
        signature: signature.clone(),
    }
    .abi_encode()
}

/// Everything that the token has against a payment that `settlement` would settle; `now` is Unix seconds. `authority` keeps
/// its nonce, and `gas` is what the settlement may use at most.
///
/// # Errors
/// [`ChainError`] when the chain did not answer all questions: then nothing is known.
pub(super) async fn findings(
    rpc: &Rpc,
    request: &Request,
    authority: Address,
    settlement: &Outgoing,
    gas: u64,
    sender: Address,
    now: u64,
) -> Result<Vec<Finding>, ChainError> {
    let asset = request.requirements.asset;
    let authorization = &request.authorization;
    let state =
        Eip3009::authorizationStateCall { authorizer: authorization.from, nonce: authorization.nonce };
    let balance = Eip3009::balanceOfCall { account: authorization.from };
    let (state, balance) = (state.abi_encode(), balance.abi_encode());
    let (code, state, balance, transfer) = tokio::try_join!(
        rpc.has_code(asset),
        rpc.call(sender, authority, &state, now),
        rpc.call(sender, asset, &balance, now),
        rpc.call_within(sender, settlement.to, &settlement.data, now, Some(gas)),
    )?;
    let mut findings = Vec::new();
    if !code {
        findings.push(Finding::NoCode);
    }
    match word(&state) {
        Some(state) if state.is_zero() => {}
        Some(_) => findings.push(Finding::NonceUsed),
        None => findings.push(Finding::NotEip3009),
    }
    match word(&balance) {
        Some(balance) if balance < authorization.value => findings.push(Finding::Balance(balance)),
        Some(_) => {}
        None => findings.push(Finding::NotEip3009),
    }
    if transfer == Called::Reverted {
        findings.push(Finding::Simulation);
    }
    Ok(findings)
}

/// Whether a nonce is spent or cancelled; `None` when nobody says.
pub(super) async fn is_spent(rpc: &Rpc, authority: Address, payer: Address, nonce: B256) -> Option<bool> {
    let state = Eip3009::authorizationStateCall { authorizer: payer, nonce }.abi_encode();
    let called = rpc.call(Address::ZERO, authority, &state, unix_seconds()).await.ok()?;
    word(&called).map(|state| !state.is_zero())
}

/// The payer's balance, atomic units; `None` when nobody says.
pub(super) async fn balance(rpc: &Rpc, request: &Request, now: u64) -> Option<U256> {
    let data = Eip3009::balanceOfCall { account: request.authorization.from }.abi_encode();
    word(&rpc.call(Address::ZERO, request.requirements.asset, &data, now).await.ok()?)
}

/// An account's balance after a block, atomic units; `None` when nobody says.
pub(super) async fn balance_at(rpc: &Rpc, asset: Address, account: Address, block: u64) -> Option<U256> {
    rpc.word_at(asset, &Eip3009::balanceOfCall { account }.abi_encode(), block).await.ok()
}

/// Who has sent the transaction that spent a payment's nonce; `None` when there is none, or nobody says.
pub(super) async fn spender(rpc: &Rpc, request: &Request) -> Option<Address> {
    let authorization = &request.authorization;
    let topics =
        [Eip3009::AuthorizationUsed::SIGNATURE_HASH, authorization.from.into_word(), authorization.nonce];
    rpc.sender_of_first(request.requirements.asset, &topics).await.ok()?
}

fn word(called: &Called) -> Option<U256> {
    match called {
        Called::Returned(bytes) if bytes.len() == 32 => Some(U256::from_be_slice(bytes)),
        _ => None,
    }
}

/// The EIP-712 domain as the token itself gives it; `None` when it does not.
pub(super) async fn domain(rpc: &Rpc, request: &Request, network: Network, now: u64) -> Option<Domain> {
    let asset = request.requirements.asset;
    let name = Eip3009::nameCall {}.abi_encode();
    let version = Eip3009::versionCall {}.abi_encode();
    let (name, version) = tokio::try_join!(
        rpc.call(Address::ZERO, asset, &name, now),
        rpc.call(Address::ZERO, asset, &version, now),
    )
    .ok()?;
    Some(Domain {
        name: text(&name)?,
        version: text(&version)?,
        chain_id: network.chain_id,
        verifying_contract: asset,
    })
}

fn text(called: &Called) -> Option<String> {
    let Called::Returned(bytes) = called else { return None };
    String::abi_decode(bytes).ok()
}

/// The domain that a signature should be under, for a fault that forgives part of it: what `extra` lacks is empty.
pub(super) fn domain_or_empty(request: &Request, network: Network) -> Domain {
    checks::domain(request, network, request.requirements.asset).unwrap_or_else(|| Domain {
        name: request.requirements.domain_name.clone().unwrap_or_default(),
        version: request.requirements.domain_version.clone().unwrap_or_default(),
        chain_id: network.chain_id,
        verifying_contract: request.requirements.asset,
    })
}
