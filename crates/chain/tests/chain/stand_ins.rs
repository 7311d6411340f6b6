//! What stands where implementations expect contracts of others.

use crate::world::World;
use alloy_primitives::{Bytes, address, hex};
use alloy_provider::Provider as _;
use alloy_rpc_types_eth::TransactionRequest;
use alloy_sol_types::{SolCall, SolError as _, SolValue as _, sol};
use gauntlet_chain::{
    Chain, ChainError, EXACT_PERMIT2_PROXY, SIGNATURE_VALIDATOR, UPTO_PERMIT2_PROXY, WALLET_FACTORY,
};
use gauntlet_wire::{Address, B256, Key, SignatureForm};

sol! {
    error ERC1271Revert(bytes cause);
    error ERC6492DeployFailed(bytes cause);

    function isValidSig(address signer, bytes32 hash, bytes signature) external returns (bool);
    function isValidSigWithSideEffects(address signer, bytes32 hash, bytes signature) external returns (bool);
}

/// The deployer that Anvil has from birth: salt and init code in, CREATE2 out; it reverts when that fails.
const DEPLOYER: Address = address!("0x4e59b44847b379578588920cA78FbF26c0B4956C");

const HASH: B256 = B256::repeat_byte(0x5a);

/// What both functions say of a signature; they must agree.
async fn valid(chain: &Chain, signer: Address, hash: B256, signature: &[u8]) -> bool {
    let signature = Bytes::copy_from_slice(signature);
    let pure = isValidSigCall { signer, hash, signature: signature.clone() };
    let lasting = isValidSigWithSideEffectsCall { signer, hash, signature };
    let pure = chain.view("ask", SIGNATURE_VALIDATOR, pure).await.unwrap();
    let lasting = chain.view("ask", SIGNATURE_VALIDATOR, lasting).await.unwrap();
    assert_eq!(pure, lasting);
    pure
}

/// The error with which a call to the validator reverts.
async fn revert_of(chain: &Chain, call: impl SolCall) -> Bytes {
    let request = TransactionRequest::default().to(SIGNATURE_VALIDATOR).input(call.abi_encode().into());
    let error = chain.provider().call(request).await.unwrap_err();
    error.as_error_resp().unwrap().as_revert_data().unwrap()
}

/// The errors of both functions, which must be the same.
async fn revert_of_both(chain: &Chain, signer: Address, signature: &[u8]) -> Bytes {
    let signature = Bytes::copy_from_slice(signature);
    let pure = isValidSigCall { signer, hash: HASH, signature: signature.clone() };
    let lasting = isValidSigWithSideEffectsCall { signer, hash: HASH, signature };
    let pure = revert_of(chain, pure).await;
    assert_eq!(pure, revert_of(chain, lasting).await);
    pure
}

/// ERC-6492: the call that makes the signer, the signature that it will accept, and the mark at the end.
fn wrapped(factory: Address, order: &[u8], inner: &[u8]) -> Vec<u8> {
    let mut bytes =
        (factory, Bytes::copy_from_slice(order), Bytes::copy_from_slice(inner)).abi_encode_params();
    bytes.extend_from_slice(&hex!("6492").repeat(16));
    bytes
}

/// A smart wallet that is not there yet: its address, and what the deployer has to be told.
async fn unborn_wallet(chain: &Chain, owner: Address) -> (Address, Vec<u8>) {
    let model = Address::repeat_byte(0x66);
    chain.place_wallet(model, owner).await.unwrap();
    let runtime = chain.provider().get_code_at(model).await.unwrap();

    // Writes the owner into slot 0, then gives the rest of itself as code.
    let mut init = vec![0x73];
    init.extend_from_slice(owner.as_slice());
    init.extend_from_slice(&hex!("5f5561"));
    init.extend_from_slice(&u16::try_from(runtime.len()).unwrap().to_be_bytes());
    init.extend_from_slice(&hex!("8060215f395ff3"));
    assert_eq!(init.len(), 0x21);
    init.extend_from_slice(&runtime);

    let salt = B256::repeat_byte(7);
    let at = DEPLOYER.create2_from_code(salt, &init);
    (at, [salt.as_slice(), &init].concat())
}

#[tokio::test]
async fn a_plain_signature_is_good_for_its_key_only() {
    let world = World::new().await;
    let (signer, stranger) = (world.payer.address(), Key::derive("test/stranger").address());
    let good = world.payer.sign_as(HASH, SignatureForm::Plain);
    assert!(valid(&world.chain, signer, HASH, &good).await);
    assert!(!valid(&world.chain, stranger, HASH, &good).await);
    assert!(!valid(&world.chain, signer, B256::repeat_byte(1), &good).await);
    // ecrecover answers zero when it recovers nobody.
    let nobody = world.payer.sign_as(HASH, SignatureForm::Zero);
    assert!(!valid(&world.chain, Address::ZERO, HASH, &nobody).await);
    for form in [
        SignatureForm::HighS,
        SignatureForm::ParityV,
        SignatureForm::Compact,
        SignatureForm::BitFlipped,
        SignatureForm::Zero,
        SignatureForm::Empty,
        SignatureForm::Truncated,
        SignatureForm::Overlong,
        SignatureForm::WrongV,
    ] {
        let bad = world.payer.sign_as(HASH, form);
        assert!(!valid(&world.chain, signer, HASH, &bad).await, "{form:?}");
    }
}

#[tokio::test]
async fn a_wallet_that_is_there_is_asked() {
    let world = World::new().await;
    let wallet = Address::repeat_byte(0x77);
    world.chain.place_wallet(wallet, world.payer.address()).await.unwrap();
    let good = world.payer.sign_as(HASH, SignatureForm::Plain);
    let foreign = Key::derive("test/stranger").sign_as(HASH, SignatureForm::Plain);
    assert!(valid(&world.chain, wallet, HASH, &good).await);
    assert!(!valid(&world.chain, wallet, HASH, &foreign).await);
    assert!(!valid(&world.chain, wallet, B256::repeat_byte(1), &good).await);

    // What the wrapper says to call is left alone: it would fail.
    let paused = world.chain.tokens().paused.address;
    assert!(valid(&world.chain, wallet, HASH, &wrapped(paused, b"nonsense", &good)).await);
    let revert = revert_of_both(&world.chain, wallet, &wrapped(paused, b"nonsense", &foreign)).await;
    assert!(ERC6492DeployFailed::abi_decode(&revert).is_ok(), "{revert}");
}

const GRUMBLE: &str = "not with me";

/// A contract whose answer to everything is a text, which must reach the caller.
async fn place_grumbler(chain: &Chain) -> Address {
    let at = Address::repeat_byte(0x79);
    let answer = alloy_sol_types::Revert::from(GRUMBLE).abi_encode();
    let length = u8::try_from(answer.len()).unwrap();
    // Copies what stands behind it to memory, and reverts with it.
    let code = [&[0x60, length, 0x80, 0x60, 9, 0x5f, 0x39, 0x5f, 0xfd], answer.as_slice()].concat();
    let code = alloy_primitives::hex::encode_prefixed(code);
    let _: () = chain.provider().client().request("anvil_setCode", (at, code)).await.unwrap();
    at
}

#[tokio::test]
async fn code_that_is_no_wallet_is_told_as_an_error() {
    let world = World::new().await;
    let good = world.payer.sign_as(HASH, SignatureForm::Plain);
    let grumbler = place_grumbler(&world.chain).await;
    let revert = revert_of_both(&world.chain, grumbler, &good).await;
    let cause = ERC1271Revert::abi_decode(&revert).unwrap().cause;
    assert!(alloy_sol_types::decode_revert_reason(&cause).unwrap().contains(GRUMBLE), "{cause}");
}

#[tokio::test]
async fn a_wallet_is_made_to_be_asked_and_stays_only_when_told() {
    let world = World::new().await;
    let (chain, relayer) = (&world.chain, &world.chain.roles().relayer);
    assert!(chain.has_code(DEPLOYER).await.unwrap());
    let (signer, order) = unborn_wallet(chain, world.payer.address()).await;
    let inner = world.payer.sign_as(HASH, SignatureForm::Plain);
    let foreign = Key::derive("test/stranger").sign_as(HASH, SignatureForm::Plain);
    let good = wrapped(DEPLOYER, &order, &inner);

    assert!(valid(chain, signer, HASH, &good).await);
    assert!(!valid(chain, signer, HASH, &wrapped(DEPLOYER, &order, &foreign)).await);
    assert!(!valid(chain, signer, B256::repeat_byte(1), &good).await);
    // Without its wrapper the signature is one of the key, not of the wallet.
    assert!(!valid(chain, signer, HASH, &inner).await);
    // The deployer makes another account than the signer.
    assert!(!valid(chain, Address::repeat_byte(8), HASH, &good).await);

    let pure = isValidSigCall { signer, hash: HASH, signature: good.clone().into() };
    let sent = chain.transact(relayer, SIGNATURE_VALIDATOR, pure.abi_encode().into()).await.unwrap();
    assert!(sent.status);
    assert!(!chain.has_code(signer).await.unwrap());

    let lasting = isValidSigWithSideEffectsCall { signer, hash: HASH, signature: good.clone().into() };
    let sent = chain.transact(relayer, SIGNATURE_VALIDATOR, lasting.abi_encode().into()).await.unwrap();
    assert!(sent.status);
    assert!(chain.has_code(signer).await.unwrap());

    // It is there now; the wrapped signature stays good and the plain one has become so.
    assert!(valid(chain, signer, HASH, &good).await);
    assert!(valid(chain, signer, HASH, &inner).await);
}

#[tokio::test]
async fn a_wallet_that_cannot_be_made_is_told_as_an_error() {
    let world = World::new().await;
    let inner = world.payer.sign_as(HASH, SignatureForm::Plain);
    let signature = wrapped(place_grumbler(&world.chain).await, b"make it", &inner);
    let revert = revert_of_both(&world.chain, Address::repeat_byte(8), &signature).await;
    let cause = ERC6492DeployFailed::abi_decode(&revert).unwrap().cause;
    assert!(alloy_sol_types::decode_revert_reason(&cause).unwrap().contains(GRUMBLE), "{cause}");

    // The mark, and nothing that can be read before it.
    let bare = hex!("6492").repeat(16);
    assert!(revert_of_both(&world.chain, Address::repeat_byte(8), &bare).await.is_empty());
}

#[tokio::test]
async fn a_wallet_that_refuses_is_prepared_and_asked_again() {
    let world = World::new().await;
    let wallet = Address::repeat_byte(0x78);
    // Without input it sets its slot 0 to 1. To any input it answers slot 0 times the word of ERC-1271.
    let code = "0x3660095760015f55005b5f54631626ba7e60e01b025f5260205ff3";
    let _: () = world.chain.provider().client().request("anvil_setCode", (wallet, code)).await.unwrap();
    assert!(!valid(&world.chain, wallet, HASH, b"any").await);
    assert!(valid(&world.chain, wallet, HASH, &wrapped(wallet, b"", b"any")).await);
    assert!(!valid(&world.chain, wallet, HASH, &wrapped(wallet, b"not empty", b"any")).await);
}

#[tokio::test]
async fn a_chain_without_them_is_not_taken_over() {
    let world = World::new().await;
    let chain = &world.chain;
    for missing in [SIGNATURE_VALIDATOR, EXACT_PERMIT2_PROXY, UPTO_PERMIT2_PROXY, WALLET_FACTORY] {
        Chain::attach(chain.rpc_url(), chain.profile()).await.unwrap();
        let code = chain.provider().get_code_at(missing).await.unwrap();
        let _: () = chain.provider().client().request("anvil_setCode", (missing, "0x")).await.unwrap();
        let error = Chain::attach(chain.rpc_url(), chain.profile()).await.unwrap_err();
        assert!(matches!(error, ChainError::NoContracts { address, .. } if address == missing), "{error}");
        let _: () = chain.provider().client().request("anvil_setCode", (missing, code)).await.unwrap();
    }
}
