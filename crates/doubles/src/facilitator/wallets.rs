//! Payers that are no plain accounts with a key: smart wallets, and wallets that their signature says how to make.
//!
//! A wallet is asked whether a signature is good, and then its payment goes to the token's overload that takes the
//! signature as bytes. A wallet that is not there yet is made by its factory in the very transaction that pays, and only
//! by a factory that is listed: whoever is called so is called from the facilitator's account and at its cost.
//!
//! Source: ERC-1271, ERC-6492; EIP-3009 in USDC 2.2, which has that overload.

use super::checks;
use super::findings::{Finding, WalletAnswer};
use super::mutants::Fault;
use super::pardons::Stage;
use super::payment::Payment;
use super::rpc::{Called, ChainError};
use super::sender::Outgoing;
use super::service::Service;
use super::{receipts, token};
use alloy_primitives::{Address, B256, Bytes, U256, address};
use alloy_sol_types::{SolCall, sol};
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::erc6492::Wrapped;
use gauntlet_wire::message::Request;
use std::time::Duration;

sol! {
    #[allow(missing_docs)]
    interface Erc1271 {
        function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4);
    }

    #[allow(missing_docs)]
    interface Multicall3 {
        struct Call3 { address target; bool allowFailure; bytes callData; }
        function aggregate3(Call3[] calldata calls) external payable;
    }
}

const MULTICALL3: Address = address!("cA11bde05977b3631167028862bE2a173976CA11");

/// Gas for a wallet's answer and the transfer behind it: what wallets with costly curves need, and not much more.
const WALLET_GAS: u64 = 400_000;
/// Gas for making a wallet as well.
const MAKING_GAS: u64 = 1_000_000;
/// Gas of the mutant that calls any factory, for that call alone.
const FACTORY_GAS: u64 = 3_000_000;
/// Gas for the transfer of an account with a key: about twice what a careful token uses.
const TRANSFER_GAS: u64 = 200_000;
/// Gas of the mutants that know no bound.
const UNBOUNDED_GAS: u64 = 20_000_000;

/// Who answers for a payment's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Signer {
    /// The key of the payer's account.
    Key,
    /// The code at the payer's address, which is asked about this signature.
    Wallet(Bytes),
    /// A wallet that a listed factory has yet to make.
    Unborn(Wrapped),
}

/// Finds out who answers for a signature that is not that of the payer's key.
///
/// # Errors
/// [`ChainError`] when the chain does not say what is at the payer's address.
pub(super) async fn signer(service: &Service, payment: &Payment, stage: Stage) -> Result<Signer, ChainError> {
    let request = &payment.request;
    // Circle Gateway asks no contract whose signature something is.
    if checks::signature(request, service.network, service.authority(request)).is_none()
        || service.is_gateway()
    {
        return Ok(Signer::Key);
    }
    let wrapped = Wrapped::unwrap(&request.signature);
    let inner = wrapped.as_ref().map_or_else(|| request.signature.clone().into(), |it| it.inner.clone());
    if let Some(wrapped) = &wrapped
        && service.is(Fault::RunsAnyFactory)
        && stage == Stage::Settle
    {
        run_factory(service, wrapped).await?;
    }
    if service.rpc.has_code(request.authorization.from).await? {
        return Ok(Signer::Wallet(inner));
    }
    let listed = wrapped.filter(|wrapped| service.factories.contains(&wrapped.factory));
    Ok(listed.map_or(Signer::Key, Signer::Unborn))
}

/// What the wallet has against its signature. A wallet that is yet to be made cannot be asked: the token asks it when
/// the settlement is simulated.
///
/// # Errors
/// [`ChainError`] when the chain did not ask it.
pub(super) async fn findings(
    service: &Service,
    payment: &Payment,
    signer: &Signer,
) -> Result<Vec<Finding>, ChainError> {
    let Signer::Wallet(signature) = signer else { return Ok(Vec::new()) };
    let request = &payment.request;
    let Some(domain) = checks::domain(request, service.network, service.authority(request)) else {
        return Ok(vec![Finding::DomainMissing]);
    };
    let digest = request.authorization.digest(&domain);
    let ask = Erc1271::isValidSignatureCall { digest, signature: signature.clone() }.abi_encode();
    let (from, wallet) = (service.sender.address(), request.authorization.from);
    let called =
        service.rpc.call_within(from, wallet, &ask, unix_seconds(), Some(gas(service, signer))).await?;
    Ok(answered(&called).map(Finding::Wallet).into_iter().collect())
}

/// Why an answer is no yes; `None` when it is one.
fn answered(called: &Called) -> Option<WalletAnswer> {
    let yes = B256::right_padding_from(Erc1271::isValidSignatureCall::SELECTOR.as_slice());
    match called {
        Called::Returned(bytes) if bytes.len() < 32 => Some(WalletAnswer::Short),
        Called::Returned(bytes) => (bytes[..32] != yes[..]).then_some(WalletAnswer::AnotherWord),
        Called::Reverted => Some(WalletAnswer::Reverted),
    }
}

/// The transaction that settles a payment.
pub(super) fn settlement(service: &Service, request: &Request, signer: &Signer) -> Outgoing {
    let asset = service.authority(request);
    let (to, data) = match signer {
        Signer::Key => (asset, token::transfer(request)),
        Signer::Wallet(signature) => (asset, token::transfer_of_wallet(request, signature)),
        Signer::Unborn(wrapped) => {
            let transfer = token::transfer_of_wallet(request, &wrapped.inner);
            let calls = [(wrapped.factory, wrapped.order.clone()), (asset, transfer.into())];
            let calls =
                calls.map(|(target, data)| Multicall3::Call3 { target, allowFailure: false, callData: data });
            let calls = calls.to_vec();
            (MULTICALL3, Multicall3::aggregate3Call { calls }.abi_encode())
        }
    };
    Outgoing { to, data, value: U256::ZERO }
}

/// The gas that a settlement may use, whether it is simulated or sent: a token or a wallet that needs more is refused.
pub(super) fn gas(service: &Service, signer: &Signer) -> u64 {
    match signer {
        Signer::Key if service.is(Fault::TokenGasUnbounded) => UNBOUNDED_GAS,
        Signer::Key => TRANSFER_GAS,
        Signer::Wallet(_) | Signer::Unborn(_) if service.is(Fault::WalletGasUnbounded) => UNBOUNDED_GAS,
        Signer::Wallet(_) => WALLET_GAS,
        Signer::Unborn(_) => MAKING_GAS,
    }
}

/// Whether a mutant takes an answer that is no yes for one.
pub(super) fn takes_for_yes(fault: Fault, answer: WalletAnswer, request: &Request) -> bool {
    match fault {
        Fault::NoSignatureCheck => true,
        Fault::AnyWalletAnswer => answer == WalletAnswer::AnotherWord,
        Fault::ShortWalletAnswer => answer == WalletAnswer::Short,
        Fault::RevertingWalletAnswer => answer == WalletAnswer::Reverted,
        _ => is_unlooked_at(fault, request),
    }
}

/// Whether a mutant does not look at the signature in a wrapper.
pub(super) fn is_unlooked_at(fault: Fault, request: &Request) -> bool {
    fault == Fault::WrappedSignaturePasses && Wrapped::is_marked(&request.signature)
}

/// A mutant calls whatever a signature names.
async fn run_factory(service: &Service, wrapped: &Wrapped) -> Result<(), ChainError> {
    let outgoing = Outgoing { to: wrapped.factory, data: wrapped.order.to_vec(), value: U256::ZERO };
    let submitted = service.sender.submit_within(&service.rpc, &outgoing, FACTORY_GAS).await?;
    // What became of it shows when the wallet is looked for.
    let _ = receipts::wait(&service.rpc, submitted.hash(), Duration::from_secs(5)).await;
    Ok(())
}

/// Faults of a mutant in what the chain is asked about a wallet's payment.
///
/// # Errors
/// [`ChainError`] when the chain does not say what is at the payer's address.
pub(super) async fn slip(
    service: &Service,
    payment: &Payment,
    stage: Stage,
    signer: &Signer,
    findings: &mut Vec<Finding>,
) -> Result<(), ChainError> {
    let is_wallets = |finding: &Finding| matches!(finding, Finding::Wallet(_) | Finding::Simulation);
    match (service.fault, stage) {
        (Some(Fault::WalletAskedOnce), Stage::Settle)
            if *signer != Signer::Key && service.quirks.was_verified(payment.id()) =>
        {
            findings.retain(|finding| !is_wallets(finding));
        }
        (Some(Fault::WalletsOnlyVerify), Stage::Settle)
            if *signer != Signer::Key || service.rpc.has_code(payment.request.authorization.from).await? =>
        {
            findings.push(Finding::Simulation);
        }
        (Some(Fault::DelegatedByKey), Stage::Verify)
            if *signer == Signer::Key && service.rpc.has_code(payment.request.authorization.from).await? =>
        {
            findings.retain(|finding| !is_wallets(finding));
        }
        _ => {}
    }
    Ok(())
}
