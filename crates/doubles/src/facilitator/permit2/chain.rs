//! What the chain says of a payment over Permit2, and the call that settles it.

use super::Payment;
use super::finding::Finding;
use super::route::Route;
use super::{approval, permit};
use crate::facilitator::rpc::{Called, ChainError};
use crate::facilitator::sender::Outgoing;
use crate::facilitator::service::Service;
use alloy_primitives::U256;
use alloy_sol_types::{SolCall, sol};
use gauntlet_wire::permit2::PERMIT2;

sol! {
    #[allow(missing_docs)]
    interface Token {
        function balanceOf(address account) external view returns (uint256);
        function allowance(address owner, address spender) external view returns (uint256);
    }

    #[allow(missing_docs)]
    interface Permit2 {
        struct TokenPermissions { address token; uint256 amount; }
        struct PermitTransferFrom { TokenPermissions permitted; uint256 nonce; uint256 deadline; }
        function nonceBitmap(address owner, uint256 word) external view returns (uint256);
    }

    #[allow(missing_docs)]
    interface ExactProxy {
        struct Witness { address to; uint256 validAfter; }
        struct EIP2612Permit { uint256 value; uint256 deadline; bytes32 r; bytes32 s; uint8 v; }
        function settleWithPermit(EIP2612Permit calldata permit2612, Permit2.PermitTransferFrom calldata permit, address owner, Witness calldata witness, bytes calldata signature) external;
        function settle(Permit2.PermitTransferFrom calldata permit, address owner, Witness calldata witness, bytes calldata signature) external;
    }

    #[allow(missing_docs)]
    interface UptoProxy {
        struct Witness { address to; address facilitator; uint256 validAfter; }
        function settleWithPermit(ExactProxy.EIP2612Permit calldata permit2612, Permit2.PermitTransferFrom calldata permit, uint256 amount, address owner, Witness calldata witness, bytes calldata signature) external;
        function settle(Permit2.PermitTransferFrom calldata permit, uint256 amount, address owner, Witness calldata witness, bytes calldata signature) external;
    }
}

/// The transaction that settles a payment on a route and moves `amount`.
pub(super) fn settlement(service: &Service, payment: &Payment, route: &Route, amount: U256) -> Outgoing {
    let signed = &payment.request.authorization;
    let permit = Permit2::PermitTransferFrom {
        permitted: Permit2::TokenPermissions { token: signed.token, amount: signed.amount },
        nonce: signed.nonce,
        deadline: signed.deadline,
    };
    let (owner, signature) = (signed.from, payment.request.signature.clone().into());
    let (to, valid_after) = (signed.witness.to, signed.witness.valid_after);
    let permit2612 = eip2612(route);
    let data = match signed.witness.facilitator {
        None => {
            let witness = ExactProxy::Witness { to, validAfter: valid_after };
            match permit2612 {
                None => ExactProxy::settleCall { permit, owner, witness, signature }.abi_encode(),
                Some(permit2612) => {
                    ExactProxy::settleWithPermitCall { permit2612, permit, owner, witness, signature }
                        .abi_encode()
                }
            }
        }
        Some(facilitator) => {
            let witness = UptoProxy::Witness { to, facilitator, validAfter: valid_after };
            match permit2612 {
                None => UptoProxy::settleCall { permit, amount, owner, witness, signature }.abi_encode(),
                Some(permit2612) => {
                    UptoProxy::settleWithPermitCall { permit2612, permit, amount, owner, witness, signature }
                        .abi_encode()
                }
            }
        }
    };
    Outgoing { to: service.proxy(payment.scheme), data, value: U256::ZERO }
}

/// The permit of a route as the proxies take it.
fn eip2612(route: &Route) -> Option<ExactProxy::EIP2612Permit> {
    let Route::Permit(permit) = route else { return None };
    let (v, r, s) = permit::split(&permit.signature);
    Some(ExactProxy::EIP2612Permit { value: permit.amount, deadline: permit.deadline, r, s, v })
}

/// The route that a payment takes, and everything that the chain has against it; `now` is Unix seconds.
///
/// # Errors
/// [`ChainError`] when the chain did not answer all questions: then nothing is known.
pub(super) async fn findings(
    service: &Service,
    payment: &Payment,
    now: u64,
) -> Result<(Route, Vec<Finding>), ChainError> {
    let (rpc, sender) = (&service.rpc, service.sender.address());
    let (signed, charge) = (&payment.request.authorization, payment.charge());
    if charge.is_zero() {
        return Ok((Route::Direct, Vec::new()));
    }
    let asset = payment.request.requirements.asset;
    let allowance = Token::allowanceCall { owner: signed.from, spender: PERMIT2 }.abi_encode();
    let allowance = rpc.call(sender, asset, &allowance, now).await?;
    let route = Route::needed(service, payment, word(&allowance).unwrap_or(U256::MAX));
    let of_route: Vec<Finding> = match &route {
        Route::Direct => Vec::new(),
        Route::Permit(permit) => {
            let found = permit::findings(service, payment, permit, now).await?;
            found.into_iter().map(Finding::Permit).collect()
        }
        Route::Approval(approval) => {
            let found = approval::findings(service, payment, approval).await?;
            found.into_iter().map(Finding::Approval).collect()
        }
    };
    let balance = Token::balanceOfCall { account: signed.from }.abi_encode();
    let bitmap = Permit2::nonceBitmapCall { owner: signed.from, word: signed.nonce >> 8 }.abi_encode();
    let settlement = settlement(service, payment, &route, charge);
    let (code, balance, bitmap, settled) = tokio::try_join!(
        rpc.has_code(asset),
        rpc.call(sender, asset, &balance, now),
        rpc.call(sender, PERMIT2, &bitmap, now),
        simulated(service, payment, &route, &settlement, now),
    )?;
    let bit = U256::ONE << (signed.nonce & U256::from(0xff));
    let is_below = |called: &Called| word(called).is_some_and(|word| word < charge);
    let findings = [
        (!code, Finding::NoCode),
        (word(&bitmap).is_none_or(|bitmap| !(bitmap & bit).is_zero()), Finding::Nonce),
        (route == Route::Direct && is_below(&allowance), Finding::Allowance),
        (is_below(&balance), Finding::Balance),
        (settled == Called::Reverted, Finding::Simulation),
    ];
    let findings = findings.into_iter().filter_map(|(is_wrong, finding)| is_wrong.then_some(finding));
    Ok((route, of_route.into_iter().chain(findings).collect()))
}

/// What becomes of a settlement, after the approval that goes before it.
async fn simulated(
    service: &Service,
    payment: &Payment,
    route: &Route,
    settlement: &Outgoing,
    now: u64,
) -> Result<Called, ChainError> {
    let (rpc, sender) = (&service.rpc, service.sender.address());
    let before = match route {
        Route::Approval(approval) => approval::call(approval),
        Route::Direct | Route::Permit(_) => None,
    };
    let Some(before) = before else { return rpc.call(sender, settlement.to, &settlement.data, now).await };
    let payer = payment.request.authorization.from;
    let calls = [(payer, before.to, &before.data[..]), (sender, settlement.to, &settlement.data[..])];
    rpc.call_in_turn(&calls, now).await
}

pub(super) fn word(called: &Called) -> Option<U256> {
    match called {
        Called::Returned(bytes) if bytes.len() == 32 => Some(U256::from_be_slice(bytes)),
        _ => None,
    }
}
