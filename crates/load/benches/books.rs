//! The books of a load run: what an answer costs to write down and to say, and joining 100,000 payments.
//!
//! ```sh
//! cargo bench -p gauntlet-load --bench books
//! ```

#![expect(clippy::unwrap_used, reason = "a bench")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gauntlet_chain::{AuthorizationUse, BlockFacts, Transfer, TxFacts};
use gauntlet_load::Phase;
use gauntlet_load::books::{Books, Price};
use gauntlet_load::job::{Answer, Word};
use gauntlet_load::measure::{Lot, Mark, Times};
use gauntlet_mint::Nonces;
use gauntlet_wire::{Address, B256, U256};
use std::collections::{HashMap, HashSet};
use std::hint::black_box;
use std::time::{Duration, Instant};

const PAYMENTS: u64 = 100_000;
const BLOCK: usize = 200;

fn price() -> Price {
    Price { token: Address::repeat_byte(1), payee: Address::repeat_byte(2), amount: U256::from(10) }
}

fn hash(number: u64) -> B256 {
    B256::from(U256::from(number).wrapping_mul(U256::from(0x9e37_79b9_7f4a_7c15_u64)))
}

fn answer(number: u64, nonces: &Nonces) -> Answer {
    Answer {
        number,
        nonce: nonces.of(number),
        payer: 7,
        phase: Phase::Settle,
        lot: Lot::Right,
        change: None,
        mark: Mark::Good,
        status: 200,
        transaction: Some(hash(number)),
        sent_us: number * 10,
        done_us: number * 10 + 5_000,
        text: r#"{"success":true,"transaction":"0xabc","network":"eip155:84532","payer":"0x0"}"#.into(),
    }
}

fn settlement(number: u64, nonces: &Nonces) -> TxFacts {
    let (hash, payer) = (hash(number), Address::repeat_byte(9));
    let price = price();
    TxFacts {
        hash,
        from: Address::repeat_byte(7),
        to: Some(price.token),
        status: true,
        transfers: vec![Transfer {
            token: price.token,
            from: payer,
            to: price.payee,
            value: price.amount,
            tx: hash,
            block: 1,
            log_index: 0,
        }],
        used: vec![AuthorizationUse {
            token: price.token,
            payer,
            nonce: nonces.of(number),
            tx: hash,
            block: 1,
        }],
        input: None,
    }
}

fn join(c: &mut Criterion) {
    let nonces = Nonces::new("bench");
    let payers = HashSet::from([Address::repeat_byte(9)]);
    let answers: Vec<Answer> = (1..=PAYMENTS).map(|number| answer(number, &nonces)).collect();
    let transactions: Vec<TxFacts> = (1..=PAYMENTS).map(|number| settlement(number, &nonces)).collect();
    let blocks: Vec<BlockFacts> = transactions
        .chunks(BLOCK)
        .zip(1..)
        .map(|(transactions, number)| BlockFacts {
            number,
            hash: B256::ZERO,
            timestamp: 0,
            gas_used: 1,
            gas_limit: 2,
            base_fee: None,
            seen: Instant::now(),
            transactions: transactions.to_vec(),
        })
        .collect();
    let mut group = c.benchmark_group("books");
    group.sample_size(10).throughput(Throughput::Elements(PAYMENTS));
    group.bench_function("join 100,000 payments", |bench| {
        bench.iter(|| {
            let mut books = Books::new(price(), payers.clone(), vec![nonces.clone()], 0, false);
            answers.iter().for_each(|answer| books.answer(answer));
            blocks.iter().for_each(|block| books.block(block, 5));
            let closed = books.close(&HashMap::new(), true);
            assert_eq!(closed.count(gauntlet_load::books::Class::Paid), PAYMENTS);
            black_box(closed)
        });
    });
    group.finish();
}

fn words(c: &mut Criterion) {
    let nonces = Nonces::new("bench");
    let mut group = c.benchmark_group("event");
    group.throughput(Throughput::Elements(1));
    group.bench_function("an answer is said", |bench| {
        let word = Word::Answers(vec![answer(7, &nonces)]);
        bench.iter(|| serde_json::to_vec(black_box(&word)).unwrap());
    });
    group.bench_function("an answer is heard", |bench| {
        let word = serde_json::to_string(&Word::Answers(vec![answer(7, &nonces)])).unwrap();
        bench.iter(|| serde_json::from_str::<Word>(black_box(&word)).unwrap());
    });
    group.bench_function("a latency is written down", |bench| {
        let mut times = Times::new();
        bench.iter(|| times.record(black_box(Duration::from_micros(12_345))));
    });
    group.finish();
}

criterion_group!(benches, join, words);
criterion_main!(benches);
