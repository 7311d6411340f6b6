//! What a payment costs, one core: `cargo bench -p gauntlet-mint`. Compare the lines of one run with one another; the
//! absolute numbers are the machine's.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gauntlet_mint::digest::Digester;
use gauntlet_mint::keys::{Payer, payers};
use gauntlet_mint::sign::{AnyKey, Sequential};
use gauntlet_mint::{Mint, Template};
use gauntlet_wire::{B256, Key, Version, header};
use std::hint::black_box;

#[path = "../src/sample.rs"]
mod sample;

use sample::draft;

const BATCH: usize = 256;

fn benches(criterion: &mut Criterion) {
    let pattern = draft(Version::V2, Key::derive("pattern"), B256::repeat_byte(0xaa));
    let payers: Vec<(usize, Payer)> = payers("bench", BATCH).into_iter().enumerate().collect();
    let nonce = B256::repeat_byte(0xbb);
    let one = &payers[0].1;

    let mut digests = criterion.benchmark_group("digest");
    digests.throughput(Throughput::Elements(1));
    digests.bench_function("each time", |bench| {
        bench.iter(|| black_box(&pattern.authorization).digest(&pattern.domain));
    });
    let mut digester = Digester::new(&pattern.domain, &pattern.authorization);
    digests.bench_function("precomputed", |bench| {
        bench.iter(|| digester.digest(one.address, black_box(&nonce)))
    });
    digests.finish();

    let mut signatures = criterion.benchmark_group("signature");
    signatures.throughput(Throughput::Elements(1));
    let key = Key::derive("pattern");
    signatures.bench_function("wire", |bench| bench.iter(|| key.sign(black_box(nonce))));
    let any = AnyKey::default();
    let secret = key.to_bytes();
    signatures.bench_function("any key", |bench| bench.iter(|| any.sign(&secret, black_box(&nonce))));
    signatures.throughput(Throughput::Elements(BATCH as u64));
    let batch: Vec<_> = payers.iter().map(|(_, payer)| (payer.key, nonce)).collect();
    let mut sequential = Sequential::new("bench");
    signatures.bench_function("throwaway keys", |bench| bench.iter(|| sequential.sign(black_box(&batch))));
    signatures.finish();

    let mut headers = criterion.benchmark_group("header value");
    headers.throughput(Throughput::Elements(1));
    headers.bench_function("draft by draft", |bench| {
        bench.iter(|| {
            let draft = draft(Version::V2, key.clone(), black_box(nonce));
            draft.payload().map(|payload| header::encode_bytes(payload.as_bytes()))
        });
    });
    let template = Template::of_payload(&pattern).expect("a usual payment");
    let mut text = Vec::new();
    headers.bench_function("any key", |bench| {
        bench.iter(|| {
            let digest = digester.digest(one.address, black_box(&nonce));
            let signature = any.sign(&one.key.to_bytes(), &digest).expect("a key");
            template.write(&mut text, one, &nonce, &signature);
            header::encode_bytes(&text)
        });
    });
    headers.throughput(Throughput::Elements(BATCH as u64));
    let mut mint = Mint::of_payloads(&pattern, "bench").expect("a usual payment");
    headers.bench_function("throwaway keys", |bench| bench.iter(|| mint.headers(black_box(&payers))));
    headers.finish();
}

criterion_group!(group, benches);
criterion_main!(group);
