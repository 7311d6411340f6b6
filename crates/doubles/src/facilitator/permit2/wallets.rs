//! Payers with code. Permit2 asks the code itself, whatever key has signed, so that the facilitator asks it as well.
//!
//! Source: ERC-1271; Permit2 (`SignatureVerification`). A wallet that is yet to be made cannot pay: Permit2 makes none.

use super::Payment;
use super::checks::Stage;
use crate::facilitator::mutants::Fault;
use crate::facilitator::rpc::{Called, ChainError};
use crate::facilitator::service::Service;
use alloy_primitives::B256;
use alloy_sol_types::{SolCall, sol};
use gauntlet_wire::erc6492::Wrapped;
use gauntlet_wire::permit2::PERMIT2;

sol! {
    #[allow(missing_docs)]
    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4);
}

/// Gas for a wallet's answer, as much as wallets with costly curves need.
const GAS: u64 = 300_000;

/// Whether the code at the payer's address accepts a signature that is not that of the payer's key; `now` is Unix seconds.
///
/// # Errors
/// [`ChainError`] when the chain did not ask it.
pub(super) async fn accept(
    service: &Service,
    payment: &Payment,
    stage: Stage,
    now: u64,
) -> Result<bool, ChainError> {
    let (signed, signature) = (&payment.request.authorization, &payment.request.signature);
    if service.is(Fault::Permit2AnyWrapper) && Wrapped::is_marked(signature) {
        return Ok(true);
    }
    if !service.rpc.has_code(signed.from).await? {
        return Ok(false);
    }
    if service.is(Fault::Permit2AnyWallet) {
        return Ok(true);
    }
    if service.is(Fault::Permit2WalletsOnlyVerify) && stage == Stage::Settle {
        return Ok(false);
    }
    let digest = signed.digest(service.network.chain_id, PERMIT2);
    let ask = isValidSignatureCall { digest, signature: signature.clone().into() }.abi_encode();
    let (from, wallet) = (service.sender.address(), signed.from);
    let called = service.rpc.call_within(from, wallet, &ask, now, Some(GAS)).await?;
    let yes = B256::right_padding_from(isValidSignatureCall::SELECTOR.as_slice());
    Ok(matches!(called, Called::Returned(answer) if answer.get(..32) == Some(&yes[..])))
}
