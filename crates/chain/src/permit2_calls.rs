//! Payments over Permit2 as a call to one of the x402 proxies shows them: Permit2 logs nothing when it spends a nonce.

use crate::interface::{IExactPermit2Proxy, IPermit2, IUptoPermit2Proxy};
use crate::stand_ins::{EXACT_PERMIT2_PROXY, UPTO_PERMIT2_PROXY};
use alloy_primitives::{Address, B256};
use alloy_sol_types::SolCall as _;
use gauntlet_report::AuthorizationUse;

/// What a call spends when it succeeds; nothing when it is no settlement by a proxy.
pub(crate) fn spent(to: Address, input: &[u8], tx: B256, block: u64) -> Option<AuthorizationUse> {
    let (permit, payer) = match to {
        EXACT_PERMIT2_PROXY => exact(input)?,
        UPTO_PERMIT2_PROXY => upto(input)?,
        _ => return None,
    };
    Some(AuthorizationUse { token: permit.permitted.token, payer, nonce: permit.nonce.into(), tx, block })
}

fn exact(input: &[u8]) -> Option<(IPermit2::PermitTransferFrom, Address)> {
    use IExactPermit2Proxy::{settleCall, settleWithPermitCall};
    if let Ok(call) = settleCall::abi_decode(input) {
        return Some((call.permit, call.owner));
    }
    let call = settleWithPermitCall::abi_decode(input).ok()?;
    Some((call.permit, call.owner))
}

fn upto(input: &[u8]) -> Option<(IPermit2::PermitTransferFrom, Address)> {
    use IUptoPermit2Proxy::{settleCall, settleWithPermitCall};
    if let Ok(call) = settleCall::abi_decode(input) {
        return Some((call.permit, call.owner));
    }
    let call = settleWithPermitCall::abi_decode(input).ok()?;
    Some((call.permit, call.owner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Bytes, U256};

    #[test]
    fn a_settlement_tells_whose_nonce_it_spends() {
        let permit = IPermit2::PermitTransferFrom {
            permitted: IPermit2::TokenPermissions { token: Address::repeat_byte(3), amount: U256::from(5) },
            nonce: U256::from(402),
            deadline: U256::MAX,
        };
        let (owner, to) = (Address::repeat_byte(1), Address::repeat_byte(2));
        let witness = IExactPermit2Proxy::Witness { to, validAfter: U256::ZERO };
        let signature = Bytes::from(vec![7; 65]);
        let exact = IExactPermit2Proxy::settleCall {
            permit: permit.clone(),
            owner,
            witness,
            signature: signature.clone(),
        };
        let witness = IUptoPermit2Proxy::Witness { to, facilitator: to, validAfter: U256::ZERO };
        let upto = IUptoPermit2Proxy::settleCall { permit, amount: U256::from(4), owner, witness, signature };
        for (proxy, input) in
            [(EXACT_PERMIT2_PROXY, exact.abi_encode()), (UPTO_PERMIT2_PROXY, upto.abi_encode())]
        {
            let used = spent(proxy, &input, B256::ZERO, 9).unwrap();
            assert_eq!((used.payer, used.nonce, used.block), (owner, U256::from(402).into(), 9));
            assert_eq!(used.token, Address::repeat_byte(3));
            assert_eq!(spent(to, &input, B256::ZERO, 9), None, "no proxy");
            assert_eq!(spent(proxy, &input[..40], B256::ZERO, 9), None, "no settlement");
        }
    }
}
