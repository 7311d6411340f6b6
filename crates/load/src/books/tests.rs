use super::*;
use crate::measure::{Lot, Mark};
use crate::phase::Phase;
use gauntlet_chain::{AuthorizationUse, Transfer};
use std::time::Instant;

const PRICE: Price = Price {
    token: Address::repeat_byte(1),
    payee: Address::repeat_byte(2),
    amount: U256::from_limbs([10, 0, 0, 0]),
};

fn books() -> Books {
    let nonces = vec![Nonces::new("402/shard 0"), Nonces::new("402/shard 1")];
    Books::new(PRICE, HashSet::from([Address::repeat_byte(9)]), nonces, 0, false)
}

fn answer(number: u64, mark: Mark, transaction: Option<B256>) -> Answer {
    Answer {
        number,
        nonce: Nonces::new("402/shard 0").of(number),
        payer: 0,
        phase: Phase::Settle,
        lot: Lot::Right,
        change: None,
        mark,
        status: 200,
        transaction,
        sent_us: 0,
        done_us: 2_000,
        text: String::new(),
    }
}

fn moving(hash: B256, nonce: B256, value: u64) -> TxFacts {
    let payer = Address::repeat_byte(9);
    let transfer = Transfer {
        token: PRICE.token,
        from: payer,
        to: PRICE.payee,
        value: U256::from(value),
        tx: hash,
        block: 1,
        log_index: 0,
    };
    let used = AuthorizationUse { token: PRICE.token, payer, nonce, tx: hash, block: 1 };
    TxFacts {
        hash,
        from: Address::repeat_byte(7),
        to: Some(PRICE.token),
        status: true,
        transfers: vec![transfer],
        used: vec![used],
        input: None,
    }
}

fn block(transactions: Vec<TxFacts>) -> BlockFacts {
    BlockFacts {
        number: 1,
        hash: B256::ZERO,
        timestamp: 0,
        gas_used: 65_000,
        gas_limit: 650_000,
        base_fee: None,
        seen: Instant::now(),
        transactions,
    }
}

#[test]
fn answers_and_blocks_meet_by_the_nonce() {
    let mut books = books();
    let nonces = Nonces::new("402/shard 0");
    let paid = B256::repeat_byte(0x11);
    books.answer(&answer(1, Mark::Good, Some(paid)));
    books.answer(&answer(2, Mark::Refused, None));
    books.answer(&answer(3, Mark::TimedOut, None));
    assert_eq!(books.open(), 2, "the paid one has no block yet, the silent one may still come");
    books.block(&block(vec![moving(paid, nonces.of(1), 10)]), 50);
    books.block(&block(vec![moving(B256::repeat_byte(0x33), nonces.of(3), 10)]), 60);
    assert_eq!((books.open(), books.presented()), (0, 3));
    let closed = books.close(&HashMap::new(), true);
    let counts: Vec<(Class, u64)> = closed.counts.clone().into_iter().collect();
    assert_eq!(counts, [(Class::Paid, 1), (Class::Refused, 1), (Class::Late, 1)]);
    assert_eq!((closed.losses(), closed.shown[&Class::Late][0].number), (1, 3));
    assert_eq!((closed.chain.settling, closed.chain.gas_per_settle()), (2, Some(65_000)));
    assert!((closed.chain.fullest - 0.1).abs() < 1e-9);
    assert_eq!(books.inclusion().count(), 2);
    let longest = books.inclusion().max().unwrap_or_default();
    assert!(
        longest.abs_diff(Duration::from_millis(58)) < Duration::from_micros(58),
        "three digits of {longest:?}"
    );
}

#[test]
fn less_than_the_price_is_not_the_price() {
    let mut books = books();
    let hash = B256::repeat_byte(0x11);
    books.answer(&answer(1, Mark::Good, Some(hash)));
    books.block(&block(vec![moving(hash, Nonces::new("402/shard 0").of(1), 9)]), 50);
    let closed = books.close(&HashMap::from([(hash, true)]), true);
    assert_eq!(closed.count(Class::AnotherTransaction), 1, "{closed:?}");
}

#[test]
fn a_named_transaction_that_reverted_is_a_success_for_nothing() {
    let mut books = books();
    let (hash, nonce) = (B256::repeat_byte(0x11), Nonces::new("402/shard 0").of(1));
    books.answer(&answer(1, Mark::Good, Some(hash)));
    let reverted = TxFacts {
        status: false,
        transfers: Vec::new(),
        used: Vec::new(),
        input: Some([&[1, 2, 3, 4], nonce.as_slice()].concat().into()),
        ..moving(hash, nonce, 10)
    };
    books.block(&block(vec![reverted]), 50);
    assert_eq!(books.doubtful(), [(1, hash)]);
    let closed = books.close(&HashMap::from([(hash, false)]), true);
    assert_eq!((closed.count(Class::RevertedSuccess), closed.chain.reverted), (1, 1));
    assert_eq!(closed.chain.lost_gas(), Some(65_000));
}

#[test]
fn money_that_nobody_was_asked_for_is_found_and_other_shards_are_left_alone() {
    let mut books = books();
    let theirs = Nonces::new("402/shard 1").of(1);
    books.block(&block(vec![moving(B256::repeat_byte(0x11), theirs, 10)]), 50);
    assert_eq!(books.close(&HashMap::new(), true).losses(), 0);
    books.block(&block(vec![moving(B256::repeat_byte(0x22), B256::repeat_byte(0x77), 10)]), 50);
    let closed = books.close(&HashMap::new(), true);
    assert_eq!((closed.chain.strays, closed.losses()), (1, 1));
}

#[test]
fn a_payment_that_was_never_asked_for_and_yet_taken_is_found() {
    // A target that keeps what it was given to verify, and settles it.
    let mut books = books();
    books.block(&block(vec![moving(B256::repeat_byte(0x11), Nonces::new("402/shard 0").of(5), 10)]), 50);
    let closed = books.close(&HashMap::new(), true);
    assert_eq!(closed.count(Class::TakenNotServed), 1);
}

/// Thresholds and reports call a class by one name and say one thing of it.
#[test]
fn every_class_is_a_book_that_thresholds_know() {
    for class in Class::ALL {
        let book = crate::plan::BOOKS.iter().find(|(name, _)| *name == class.as_str());
        assert_eq!(book.map(|(_, meaning)| *meaning), Some(class.meaning()), "{}", class.as_str());
    }
}
