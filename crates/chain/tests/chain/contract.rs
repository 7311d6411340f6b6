//! The regular token.

use crate::world::{FUNDS, PRICE, World};
use alloy_primitives::{Bytes, Signature, keccak256};
use alloy_sol_types::{SolCall as _, SolStruct as _, eip712_domain, sol};
use gauntlet_chain::Profile;
use gauntlet_chain::interface::IToken;
use gauntlet_report::clock;
use gauntlet_wire::eip3009::{CancelAuthorization, TransferWithAuthorization};
use gauntlet_wire::{B256, Key, SignatureForm, Token, U256};

sol! {
    struct ReceiveWithAuthorization {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }
    struct Permit {
        address owner;
        address spender;
        uint256 value;
        uint256 nonce;
        uint256 deadline;
    }
}

fn domain_of(world: &World, token: &Token) -> alloy_sol_types::Eip712Domain {
    eip712_domain! {
        name: token.name.clone(),
        version: token.version.clone(),
        chain_id: world.chain.chain_id(),
        verifying_contract: token.address,
    }
}

fn input(call: &impl alloy_sol_types::SolCall) -> Bytes {
    call.abi_encode().into()
}

fn v_r_s(signature: &[u8]) -> (u8, B256, B256) {
    let signature = Signature::from_raw(signature).unwrap();
    (27 + u8::from(signature.v()), signature.r().into(), signature.s().into())
}

#[tokio::test]
async fn every_token_says_what_its_terms_say() {
    let world = World::new().await;
    for token in world.chain.tokens().all() {
        let name = world.chain.view("read the name", token.address, IToken::nameCall {}).await.unwrap();
        let decimals =
            world.chain.view("read decimals", token.address, IToken::decimalsCall {}).await.unwrap();
        assert_eq!((name, decimals), (token.name.clone(), token.decimals));
        if *token == world.chain.tokens().plain {
            continue;
        }
        let version =
            world.chain.view("read the version", token.address, IToken::versionCall {}).await.unwrap();
        assert_eq!(version, token.version);
        let separator = world
            .chain
            .view("read the separator", token.address, IToken::DOMAIN_SEPARATORCall {})
            .await
            .unwrap();
        assert_eq!(separator, world.chain.domain(token).separator(), "{}", token.name);
    }
}

#[tokio::test]
async fn type_hashes_are_those_of_the_wire() {
    let world = World::new().await;
    let usdc = world.usdc().address;
    let transfer =
        world.chain.view("read", usdc, IToken::TRANSFER_WITH_AUTHORIZATION_TYPEHASHCall {}).await.unwrap();
    assert_eq!(transfer, keccak256(TransferWithAuthorization::eip712_encode_type().as_bytes()));
    let cancel = world.chain.view("read", usdc, IToken::CANCEL_AUTHORIZATION_TYPEHASHCall {}).await.unwrap();
    assert_eq!(cancel, keccak256(CancelAuthorization::eip712_encode_type().as_bytes()));
    let receive =
        world.chain.view("read", usdc, IToken::RECEIVE_WITH_AUTHORIZATION_TYPEHASHCall {}).await.unwrap();
    assert_eq!(receive, keccak256(ReceiveWithAuthorization::eip712_encode_type().as_bytes()));
    let permit = world.chain.view("read", usdc, IToken::PERMIT_TYPEHASHCall {}).await.unwrap();
    assert_eq!(permit, keccak256(Permit::eip712_encode_type().as_bytes()));
}

#[tokio::test]
async fn a_relayed_authorization_moves_exactly_its_value() {
    let world = World::new().await;
    let usdc = world.usdc();
    let authorization = world.authorization(1);
    let signature = world.sign(usdc, &authorization);
    assert_eq!(world.chain.refusal(usdc.address, &authorization, &signature).await.unwrap(), None);

    let relayed = world.chain.relay(usdc.address, &authorization, &signature).await.unwrap();
    assert!(relayed.status);
    assert_eq!(world.balances(usdc).await, (FUNDS - PRICE, PRICE));
    let (payer, nonce) = (authorization.from, authorization.nonce);
    assert!(world.chain.authorization_used(usdc.address, payer, nonce).await.unwrap());

    let transfers = world.chain.transfers(usdc.address, 0, Some(payer)).await.unwrap();
    assert_eq!(transfers.len(), 1);
    assert_eq!((transfers[0].to, transfers[0].value), (authorization.to, authorization.value));
    assert_eq!((transfers[0].tx, transfers[0].block), (relayed.hash, relayed.block));
    let used = world.chain.authorizations_used(usdc.address, 0, Some(payer)).await.unwrap();
    assert_eq!(used.len(), 1);
    assert_eq!((used[0].nonce, used[0].tx), (nonce, relayed.hash));
}

#[tokio::test]
async fn the_overload_with_v_r_s_does_the_same() {
    let world = World::new().await;
    let usdc = world.usdc();
    let signed = world.authorization(1);
    let (v, r, s) = v_r_s(&world.sign(usdc, &signed));
    let call = IToken::transferWithAuthorization_0Call {
        from: signed.from,
        to: signed.to,
        value: signed.value,
        validAfter: signed.valid_after,
        validBefore: signed.valid_before,
        nonce: signed.nonce,
        v,
        r,
        s,
    };
    assert_eq!(IToken::transferWithAuthorization_0Call::SELECTOR, [0xe3, 0xee, 0x16, 0x0e]);
    assert_eq!(IToken::transferWithAuthorization_1Call::SELECTOR, [0xcf, 0x09, 0x29, 0x95]);
    let relayer = &world.chain.roles().relayer;
    let relayed = world.chain.transact(relayer, usdc.address, input(&call)).await.unwrap();
    assert!(relayed.status);
    assert_eq!(world.balances(usdc).await, (FUNDS - PRICE, PRICE));
}

#[tokio::test]
async fn a_used_nonce_is_refused() {
    let world = World::new().await;
    let usdc = world.usdc();
    let authorization = world.authorization(1);
    let signature = world.sign(usdc, &authorization);
    assert!(world.chain.relay(usdc.address, &authorization, &signature).await.unwrap().status);
    let text = world.refused(usdc, &authorization, &signature).await;
    assert_eq!(text, "FiatTokenV2: authorization is used or canceled");
}

#[tokio::test]
async fn a_cancelled_nonce_is_refused() {
    let world = World::new().await;
    let usdc = world.usdc();
    let authorization = world.authorization(1);
    let cancelled = world.chain.cancel(usdc, &world.payer, authorization.nonce).await.unwrap();
    assert!(cancelled.status);
    assert!(
        world.chain.authorization_used(usdc.address, authorization.from, authorization.nonce).await.unwrap()
    );
    let text = world.refused(usdc, &authorization, &world.sign(usdc, &authorization)).await;
    assert_eq!(text, "FiatTokenV2: authorization is used or canceled");
    assert_eq!(world.chain.authorizations_used(usdc.address, 0, None).await.unwrap(), []);
}

#[tokio::test]
async fn the_window_is_kept() {
    let world = World::new().await;
    let usdc = world.usdc();
    let now = clock::unix_seconds();

    let mut expired = world.authorization(1);
    expired.valid_before = U256::from(now - 1);
    let text = world.refused(usdc, &expired, &world.sign(usdc, &expired)).await;
    assert_eq!(text, "FiatTokenV2: authorization is expired");

    let mut early = world.authorization(2);
    early.valid_after = U256::from(now + 300);
    let text = world.refused(usdc, &early, &world.sign(usdc, &early)).await;
    assert_eq!(text, "FiatTokenV2: authorization is not yet valid");
}

#[tokio::test]
async fn only_a_plain_signature_of_the_payer_is_taken() {
    let world = World::new().await;
    let usdc = world.usdc();
    let authorization = world.authorization(1);
    let stranger = Key::derive("test/stranger");
    let foreign = stranger.sign_as(authorization.digest(&world.chain.domain(usdc)), SignatureForm::Plain);
    let text = world.refused(usdc, &authorization, &foreign).await;
    assert_eq!(text, "FiatTokenV2: invalid signature");

    let other_token = world.sign(&world.chain.tokens().other, &authorization);
    let text = world.refused(usdc, &authorization, &other_token).await;
    assert_eq!(text, "FiatTokenV2: invalid signature");

    let odd = [
        (SignatureForm::HighS, "ECRecover: invalid signature 's' value"),
        (SignatureForm::ParityV, "ECRecover: invalid signature 'v' value"),
        (SignatureForm::WrongV, "ECRecover: invalid signature 'v' value"),
        (SignatureForm::Zero, "ECRecover: invalid signature 'v' value"),
        (SignatureForm::Compact, "ECRecover: invalid signature length"),
        (SignatureForm::Empty, "ECRecover: invalid signature length"),
        (SignatureForm::Truncated, "ECRecover: invalid signature length"),
        (SignatureForm::Overlong, "ECRecover: invalid signature length"),
    ];
    for (form, expected) in odd {
        let signature = world.sign_as(usdc, &authorization, form);
        assert_eq!(world.refused(usdc, &authorization, &signature).await, expected, "{form:?}");
    }
    let flipped = world.sign_as(usdc, &authorization, SignatureForm::BitFlipped);
    let text = world.refused(usdc, &authorization, &flipped).await;
    assert!(text.ends_with("invalid signature"), "{text}");
}

#[tokio::test]
async fn blocked_accounts_and_empty_purses_are_refused() {
    let world = World::new().await;
    let usdc = world.usdc();
    let authorization = world.authorization(1);
    let signature = world.sign(usdc, &authorization);

    for account in [authorization.from, authorization.to] {
        world.chain.set_blacklisted(usdc.address, account, true).await.unwrap();
        let text = world.refused(usdc, &authorization, &signature).await;
        assert_eq!(text, "Blacklistable: account is blacklisted");
        world.chain.set_blacklisted(usdc.address, account, false).await.unwrap();
    }

    world.chain.set_balance(usdc.address, authorization.from, U256::from(PRICE - 1)).await.unwrap();
    let text = world.refused(usdc, &authorization, &signature).await;
    assert_eq!(text, "ERC20: transfer amount exceeds balance");

    world.chain.set_balance(usdc.address, authorization.from, U256::from(PRICE)).await.unwrap();
    assert!(world.chain.relay(usdc.address, &authorization, &signature).await.unwrap().status);
    assert_eq!(world.balances(usdc).await, (0, PRICE));
}

#[tokio::test]
async fn a_paused_token_refuses_everything() {
    let world = World::new().await;
    let paused = &world.chain.tokens().paused;
    let authorization = world.authorization(1);
    let text = world.refused(paused, &authorization, &world.sign(paused, &authorization)).await;
    assert_eq!(text, "Pausable: paused");
}

#[tokio::test]
async fn only_the_payee_may_receive() {
    let world = World::new().await;
    let usdc = world.usdc();
    let terms = world.authorization(1);
    let signed = ReceiveWithAuthorization {
        from: terms.from,
        to: terms.to,
        value: terms.value,
        validAfter: terms.valid_after,
        validBefore: terms.valid_before,
        nonce: terms.nonce,
    };
    let signature =
        world.payer.sign(signed.eip712_signing_hash(&domain_of(&world, usdc))).as_bytes().to_vec();
    let (v, r, s) = v_r_s(&signature);
    let with_bytes = input(&IToken::receiveWithAuthorization_1Call {
        from: terms.from,
        to: terms.to,
        value: terms.value,
        validAfter: terms.valid_after,
        validBefore: terms.valid_before,
        nonce: terms.nonce,
        signature: signature.into(),
    });
    let with_v_r_s = input(&IToken::receiveWithAuthorization_0Call {
        from: terms.from,
        to: terms.to,
        value: terms.value,
        validAfter: terms.valid_after,
        validBefore: terms.valid_before,
        nonce: terms.nonce,
        v,
        r,
        s,
    });

    let stranger = world.chain.roles().relayer.address();
    let text = world.chain.call_refusal(stranger, usdc.address, with_bytes.clone()).await.unwrap();
    assert_eq!(text.as_deref(), Some("FiatTokenV2: caller must be the payee"));
    let by_payee = world.chain.call_refusal(terms.to, usdc.address, with_bytes).await.unwrap();
    assert_eq!(by_payee, None);

    world.chain.set_eth_balance(terms.to, U256::from(10).pow(U256::from(20))).await.unwrap();
    let received = world.chain.transact(&world.payee, usdc.address, with_v_r_s).await.unwrap();
    assert!(received.status);
    assert_eq!(world.balances(usdc).await, (FUNDS - PRICE, PRICE));
}

#[tokio::test]
async fn a_permit_allows_once() {
    let world = World::new().await;
    let usdc = world.usdc();
    let (owner, spender) = (world.payer.address(), world.chain.roles().relayer.address());
    let permit = Permit {
        owner,
        spender,
        value: U256::from(PRICE),
        nonce: U256::ZERO,
        deadline: U256::from(clock::unix_seconds() + 600),
    };
    let signature = world.payer.sign(permit.eip712_signing_hash(&domain_of(&world, usdc)));
    let (v, r, s) = v_r_s(&signature.as_bytes());
    let call = input(&IToken::permit_0Call {
        owner,
        spender,
        value: permit.value,
        deadline: permit.deadline,
        v,
        r,
        s,
    });
    let relayer = &world.chain.roles().relayer;
    assert!(world.chain.transact(relayer, usdc.address, call.clone()).await.unwrap().status);
    let nonces = world.chain.view("read", usdc.address, IToken::noncesCall { owner }).await.unwrap();
    assert_eq!(nonces, U256::from(1));
    let again = world.chain.call_refusal(spender, usdc.address, call).await.unwrap();
    assert_eq!(again.as_deref(), Some("EIP2612: invalid signature"));

    let to = world.payee.address();
    let take = input(&IToken::transferFromCall { from: owner, to, value: permit.value });
    assert!(world.chain.transact(relayer, usdc.address, take.clone()).await.unwrap().status);
    assert_eq!(world.balances(usdc).await, (FUNDS - PRICE, PRICE));
    let again = world.chain.call_refusal(spender, usdc.address, take).await.unwrap();
    assert_eq!(again.as_deref(), Some("ERC20: transfer amount exceeds allowance"));
}

#[tokio::test]
async fn the_minter_mints_and_pauses_and_nobody_else() {
    let world = World::new().await;
    let usdc = world.usdc();
    let (minter, to) = (&world.chain.roles().minter, world.payee.address());
    let mint = input(&IToken::mintCall { to, amount: U256::from(5) });
    let pause = input(&IToken::pauseCall {});
    for forbidden in [&mint, &pause] {
        let text = world.chain.call_refusal(to, usdc.address, forbidden.clone()).await.unwrap();
        assert_eq!(text.as_deref(), Some("FiatToken: caller is not a minter"));
    }
    assert!(world.chain.transact(minter, usdc.address, mint.clone()).await.unwrap().status);
    assert_eq!(world.balance(usdc, to).await, 5);
    assert!(world.chain.transact(minter, usdc.address, pause).await.unwrap().status);
    let text = world.chain.call_refusal(minter.address(), usdc.address, mint).await.unwrap();
    assert_eq!(text.as_deref(), Some("Pausable: paused"));
}

#[tokio::test]
async fn every_profile_has_its_dollar() {
    for profile in Profile::all() {
        let mut config = crate::world::config();
        config.profile = profile;
        let chain = gauntlet_chain::Chain::start(config).await.unwrap();
        let usdc = &chain.tokens().usdc;
        assert_eq!(*usdc, profile.usdc);
        let separator = chain.view("read", usdc.address, IToken::DOMAIN_SEPARATORCall {}).await.unwrap();
        assert_eq!(separator, chain.domain(usdc).separator(), "{}", profile.name);
    }
}
