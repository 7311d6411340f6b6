//! The x402 proxies over the real Permit2: whoever signed is whoever pays, and nobody else is paid.

use crate::world::{FUNDS, PRICE, World};
use alloy_primitives::Bytes;
use alloy_sol_types::SolCall as _;
use gauntlet_chain::interface::{IExactPermit2Proxy, IPermit2, IToken, IUptoPermit2Proxy};
use gauntlet_chain::{EXACT_PERMIT2_PROXY, PERMIT2, UPTO_PERMIT2_PROXY};
use gauntlet_report::clock;
use gauntlet_wire::permit2::{Permit2Authorization, Permit2Scheme, Witness};
use gauntlet_wire::{Address, U256};

/// An authorization over the price to the payee. In scheme `upto` the relayer may settle it.
fn authorization(world: &World, scheme: Permit2Scheme, nonce: u64) -> Permit2Authorization {
    let now = clock::unix_seconds();
    let facilitator = world.chain.roles().relayer.address();
    Permit2Authorization {
        from: world.payer.address(),
        token: world.usdc().address,
        amount: U256::from(PRICE),
        spender: scheme.proxy(),
        nonce: U256::from(nonce),
        deadline: U256::from(now + 600),
        witness: Witness {
            to: world.payee.address(),
            facilitator: (scheme == Permit2Scheme::Upto).then_some(facilitator),
            valid_after: U256::from(now - 600),
        },
    }
}

fn sign(world: &World, authorization: &Permit2Authorization) -> Bytes {
    let digest = authorization.digest(world.chain.chain_id(), PERMIT2);
    world.payer.sign(digest).as_bytes().to_vec().into()
}

fn permit(authorization: &Permit2Authorization) -> IPermit2::PermitTransferFrom {
    IPermit2::PermitTransferFrom {
        permitted: IPermit2::TokenPermissions { token: authorization.token, amount: authorization.amount },
        nonce: authorization.nonce,
        deadline: authorization.deadline,
    }
}

fn exact(authorization: &Permit2Authorization, signature: Bytes) -> Bytes {
    let (owner, witness) = (authorization.from, witness(authorization));
    IExactPermit2Proxy::settleCall { permit: permit(authorization), owner, witness, signature }
        .abi_encode()
        .into()
}

fn witness(authorization: &Permit2Authorization) -> IExactPermit2Proxy::Witness {
    IExactPermit2Proxy::Witness {
        to: authorization.witness.to,
        validAfter: authorization.witness.valid_after,
    }
}

fn upto(authorization: &Permit2Authorization, amount: u64, signature: Bytes) -> Bytes {
    IUptoPermit2Proxy::settleCall {
        permit: permit(authorization),
        amount: U256::from(amount),
        owner: authorization.from,
        witness: IUptoPermit2Proxy::Witness {
            to: authorization.witness.to,
            facilitator: authorization.witness.facilitator.unwrap(),
            validAfter: authorization.witness.valid_after,
        },
        signature,
    }
    .abi_encode()
    .into()
}

/// Sends a call from the relayer: whether it succeeded.
async fn send(world: &World, to: Address, input: Bytes) -> bool {
    let relayer = world.chain.roles().relayer.clone();
    world.chain.transact(&relayer, to, input).await.unwrap().status
}

async fn allow(world: &World) {
    let (token, owner) = (world.usdc().address, world.payer.address());
    world.chain.set_permit2_allowance(token, owner, U256::from(FUNDS)).await.unwrap();
    assert_eq!(world.chain.permit2_allowance(token, owner).await.unwrap(), U256::from(FUNDS));
}

#[tokio::test]
async fn exact_pays_what_was_signed_and_once() {
    let world = World::new().await;
    let usdc = world.usdc();
    let signed = authorization(&world, Permit2Scheme::Exact, 7);
    let call = exact(&signed, sign(&world, &signed));
    assert!(!send(&world, EXACT_PERMIT2_PROXY, call.clone()).await, "without an allowance");
    allow(&world).await;
    assert!(send(&world, EXACT_PERMIT2_PROXY, call.clone()).await);
    assert_eq!(world.balances(usdc).await, (FUNDS - PRICE, PRICE));
    assert!(world.chain.permit2_nonce_used(signed.from, signed.nonce).await.unwrap());
    assert!(!world.chain.permit2_nonce_used(signed.from, U256::from(8)).await.unwrap());
    assert!(!send(&world, EXACT_PERMIT2_PROXY, call).await, "twice");
    assert_eq!(world.balances(usdc).await, (FUNDS - PRICE, PRICE));
}

#[tokio::test]
async fn what_was_not_signed_is_not_paid() {
    let world = World::new().await;
    allow(&world).await;
    let signed = authorization(&world, Permit2Scheme::Exact, 1);
    let signature = sign(&world, &signed);
    let elsewhere = Permit2Authorization {
        witness: Witness { to: Address::repeat_byte(9), ..signed.witness.clone() },
        ..signed.clone()
    };
    let more = Permit2Authorization { amount: U256::from(PRICE + 1), ..signed.clone() };
    let early = {
        let later = U256::from(clock::unix_seconds() + 600);
        Permit2Authorization {
            witness: Witness { valid_after: later, ..signed.witness.clone() },
            ..signed.clone()
        }
    };
    let late = Permit2Authorization { deadline: U256::from(clock::unix_seconds() - 5), ..signed.clone() };
    for (forged, signature) in [
        (&elsewhere, signature.clone()),
        (&more, signature.clone()),
        (&early, sign(&world, &early)),
        (&late, sign(&world, &late)),
    ] {
        assert!(!send(&world, EXACT_PERMIT2_PROXY, exact(forged, signature)).await, "{forged:?}");
    }
    world.chain.invalidate_permit2_nonce(&world.payer, signed.nonce).await.unwrap();
    assert!(world.chain.permit2_nonce_used(signed.from, signed.nonce).await.unwrap());
    assert!(!send(&world, EXACT_PERMIT2_PROXY, exact(&signed, signature)).await, "invalidated");
    assert_eq!(world.balances(world.usdc()).await, (FUNDS, 0));
}

#[tokio::test]
async fn upto_pays_a_part_once_and_only_through_the_facilitator_who_was_named() {
    let world = World::new().await;
    allow(&world).await;
    let usdc = world.usdc();
    let signed = authorization(&world, Permit2Scheme::Upto, 3);
    let signature = sign(&world, &signed);
    let call = |amount| upto(&signed, amount, signature.clone());
    assert!(!send(&world, UPTO_PERMIT2_PROXY, call(PRICE + 1)).await, "above the maximum");
    assert!(!send(&world, UPTO_PERMIT2_PROXY, call(0)).await, "nothing");
    let stranger = world.chain.roles().minter.clone();
    let by_stranger = world.chain.transact(&stranger, UPTO_PERMIT2_PROXY, call(1)).await.unwrap();
    assert!(!by_stranger.status, "by another account");
    assert!(send(&world, UPTO_PERMIT2_PROXY, call(PRICE / 3)).await);
    assert_eq!(world.balances(usdc).await, (FUNDS - PRICE / 3, PRICE / 3));
    assert!(!send(&world, UPTO_PERMIT2_PROXY, call(1)).await, "the rest");
    assert_eq!(world.balances(usdc).await, (FUNDS - PRICE / 3, PRICE / 3));
}

/// The permit of the token comes first; where it fails the allowance that stands decides.
#[tokio::test]
async fn a_permit_gives_the_allowance() {
    let world = World::new().await;
    let usdc = world.usdc().clone();
    let signed = authorization(&world, Permit2Scheme::Exact, 5);
    let good = eip2612(&world, PRICE).await;
    let call = |permit2612: &IExactPermit2Proxy::EIP2612Permit| -> Bytes {
        IExactPermit2Proxy::settleWithPermitCall {
            permit2612: permit2612.clone(),
            permit: permit(&signed),
            owner: signed.from,
            witness: witness(&signed),
            signature: sign(&world, &signed),
        }
        .abi_encode()
        .into()
    };
    let other = eip2612(&world, PRICE + 1).await;
    assert!(!send(&world, EXACT_PERMIT2_PROXY, call(&other)).await, "over another amount");
    let forged = IExactPermit2Proxy::EIP2612Permit { v: good.v ^ 7, ..good.clone() };
    assert!(!send(&world, EXACT_PERMIT2_PROXY, call(&forged)).await, "no allowance comes of it");
    assert!(send(&world, EXACT_PERMIT2_PROXY, call(&good)).await);
    assert_eq!(world.balances(&usdc).await, (FUNDS - PRICE, PRICE));
}

/// The payer's permit for Permit2 over so many units.
async fn eip2612(world: &World, value: u64) -> IExactPermit2Proxy::EIP2612Permit {
    use alloy_primitives::{B256, keccak256};
    use alloy_sol_types::SolValue as _;
    let (token, owner) = (world.usdc(), world.payer.address());
    let nonce: U256 =
        world.chain.view("read a nonce", token.address, IToken::noncesCall { owner }).await.unwrap();
    let typehash: B256 =
        world.chain.view("read a type", token.address, IToken::PERMIT_TYPEHASHCall {}).await.unwrap();
    let separator: B256 =
        world.chain.view("read a domain", token.address, IToken::DOMAIN_SEPARATORCall {}).await.unwrap();
    let deadline = U256::from(clock::unix_seconds() + 600);
    let hash = keccak256((typehash, owner, PERMIT2, U256::from(value), nonce, deadline).abi_encode());
    let digest = keccak256([&[0x19, 0x01], separator.as_slice(), hash.as_slice()].concat());
    let signature = world.payer.sign(digest).as_bytes();
    IExactPermit2Proxy::EIP2612Permit {
        value: U256::from(value),
        deadline,
        r: B256::from_slice(&signature[..32]),
        s: B256::from_slice(&signature[32..64]),
        v: signature[64],
    }
}
