//! Writing into storage and reading back.

use crate::world::{FUNDS, World};
use alloy_sol_types::{SolCall as _, sol};
use gauntlet_chain::interface::IToken;
use gauntlet_chain::{ChainError, MULTICALL3, PERMIT2};
use gauntlet_wire::{Address, U256};

sol! {
    struct Call3 {
        address target;
        bool allowFailure;
        bytes callData;
    }
    struct CallResult {
        bool success;
        bytes returnData;
    }
    function aggregate3(Call3[] calldata calls) external payable returns (CallResult[] memory);
    function nonceBitmap(address owner, uint256 word) external view returns (uint256);
}

#[tokio::test]
async fn balances_are_written_without_a_block() {
    let world = World::new().await;
    let before = world.chain.block_number().await.unwrap();
    world.chain.stop_mining().await.unwrap();
    let account = Address::repeat_byte(9);
    // That one says of everybody that he is rich, whatever is written.
    let boastful = world.chain.tokens().awkward("boastful");
    for token in world.chain.tokens().all() {
        world.chain.set_balance(token.address, account, U256::from(77)).await.unwrap();
        if Some(token) == boastful {
            continue;
        }
        assert_eq!(world.balance(token, account).await, 77, "{}", token.name);
    }
    world.chain.set_balance(world.usdc().address, account, U256::MAX).await.unwrap();
    assert_eq!(world.chain.balance(world.usdc().address, account).await.unwrap(), U256::MAX);
    assert_eq!(world.balance(world.usdc(), world.payer.address()).await, FUNDS);
    assert_eq!(world.chain.block_number().await.unwrap(), before);
}

#[tokio::test]
async fn many_balances_are_written_at_once() {
    let world = World::new().await;
    let before = world.chain.block_number().await.unwrap();
    let account = |number: u64| Address::from_word(U256::from(1_000_000 + number).into());
    let accounts: Vec<Address> = (0..2_500).map(account).collect();
    for token in [world.usdc(), &world.chain.tokens().plain] {
        world.chain.set_balances(token.address, &accounts, U256::from(77)).await.unwrap();
        for index in [0, 999, 1_000, 2_499] {
            assert_eq!(world.balance(token, accounts[index]).await, 77, "{index}");
        }
        assert_eq!(world.balance(token, account(2_500)).await, 0);
    }
    world.chain.set_eth_balances(&accounts, U256::from(5)).await.unwrap();
    assert_eq!(world.chain.eth_balance(accounts[2_499]).await.unwrap(), U256::from(5));
    assert_eq!(world.chain.block_number().await.unwrap(), before);

    world.chain.set_balances(world.usdc().address, &[], U256::ONE).await.unwrap();
    let error = world.chain.set_balances(accounts[0], &accounts, U256::ONE).await.unwrap_err();
    assert!(matches!(error, ChainError::UnknownToken(address) if address == accounts[0]));
}

#[tokio::test]
async fn blocking_is_seen_by_the_token() {
    let world = World::new().await;
    let (usdc, account) = (world.usdc().address, Address::repeat_byte(9));
    let seen = async || world.chain.view("read", usdc, IToken::isBlacklistedCall { account }).await.unwrap();
    assert!(!seen().await);
    world.chain.set_blacklisted(usdc, account, true).await.unwrap();
    assert!(seen().await);
    world.chain.set_blacklisted(usdc, account, false).await.unwrap();
    assert!(!seen().await);
}

#[tokio::test]
async fn only_our_own_tokens_can_be_written() {
    let world = World::new().await;
    let (stranger, plain) = (Address::repeat_byte(1), world.chain.tokens().plain.address);
    let error = world.chain.set_balance(stranger, stranger, U256::ONE).await.unwrap_err();
    assert!(matches!(error, ChainError::UnknownToken(address) if address == stranger));
    let error = world.chain.set_blacklisted(plain, stranger, true).await.unwrap_err();
    assert!(matches!(error, ChainError::UnknownToken(address) if address == plain));
}

#[tokio::test]
async fn accounts_have_ether_and_contracts_have_code() {
    let world = World::new().await;
    for (role, key) in world.chain.roles().named() {
        assert!(world.chain.eth_balance(key.address()).await.unwrap() > U256::ZERO, "{role}");
        assert!(!world.chain.has_code(key.address()).await.unwrap(), "{role}");
    }
    let poor = world.payer.address();
    assert_eq!(world.chain.eth_balance(poor).await.unwrap(), U256::ZERO);
    world.chain.set_eth_balance(poor, U256::from(5)).await.unwrap();
    assert_eq!(world.chain.eth_balance(poor).await.unwrap(), U256::from(5));
    for address in [MULTICALL3, PERMIT2, world.usdc().address] {
        assert!(world.chain.has_code(address).await.unwrap(), "{address}");
    }
}

#[tokio::test]
async fn multicall_and_permit2_work() {
    let world = World::new().await;
    let owner = world.payer.address();
    let calls = vec![Call3 {
        target: world.usdc().address,
        allowFailure: false,
        callData: IToken::balanceOfCall { account: owner }.abi_encode().into(),
    }];
    let results = world.chain.view("call many", MULTICALL3, aggregate3Call { calls }).await.unwrap();
    assert!(results[0].success);
    assert_eq!(U256::from_be_slice(&results[0].returnData), U256::from(FUNDS));
    let bitmap =
        world.chain.view("read", PERMIT2, nonceBitmapCall { owner, word: U256::ZERO }).await.unwrap();
    assert_eq!(bitmap, U256::ZERO);
}
