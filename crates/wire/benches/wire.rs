//! What the wire costs: reading a payment header, changing a payment, judging it. `cargo bench -p gauntlet-wire`. Compare
//! the lines of one run with one another; the absolute numbers are the machine's.

use criterion::{Criterion, criterion_group, criterion_main};
use gauntlet_wire::header::{decode_lenient, decode_strict, encode_bytes};
use gauntlet_wire::message::{Reading, read_request};
use gauntlet_wire::{
    Address, B256, Draft, Key, LedgerView, Mutation, Network, Terms, Token, TokenView, U256, Version, judge,
};
use std::hint::black_box;

const NOW: u64 = 1_790_000_000;

fn draft() -> Draft {
    let token =
        Token { address: Address::repeat_byte(1), name: "USDC".into(), version: "2".into(), decimals: 6 };
    let terms = Terms {
        scheme: "exact".into(),
        network: Network::new(84532),
        token,
        amount: U256::from(10_000),
        pay_to: Address::repeat_byte(2),
        max_timeout_seconds: 300,
        resource: "https://gauntlet.test/load".into(),
    };
    Draft::valid(Version::V2, terms, Key::derive("bench"), B256::repeat_byte(7), NOW)
}

fn benches(criterion: &mut Criterion) {
    let draft = draft();
    let body = draft.body().expect("a usual payment");
    let header = encode_bytes(draft.payload().expect("a usual payment").as_bytes());
    let ledger = LedgerView {
        chain_id: 84532,
        token: TokenView::Eip3009 { name: "USDC".into(), version: "2".into(), paused: false },
        balance: U256::from(10_000),
        nonce_used: false,
        blocked: false,
    };

    let mut read = criterion.benchmark_group("read");
    read.bench_function("header, strictly", |bench| bench.iter(|| decode_strict(black_box(&header))));
    read.bench_function("header, leniently", |bench| bench.iter(|| decode_lenient(black_box(&header))));
    read.bench_function("request", |bench| {
        bench.iter(|| read_request(black_box(body.as_bytes()), Reading::Strict));
    });
    read.finish();

    let mut change = criterion.benchmark_group("change");
    change.bench_function("mutation", |bench| {
        bench.iter(|| {
            let mut draft = draft.clone();
            Mutation::ValueBelow(1).apply(&mut draft, black_box(NOW));
            draft
        });
    });
    change.finish();

    let mut verdict = criterion.benchmark_group("verdict");
    verdict.bench_function("judge, with the signature's recovery", |bench| {
        bench.iter(|| judge(black_box(body.as_bytes()), &ledger, NOW));
    });
    verdict.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
