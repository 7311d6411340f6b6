//! Mutants whose fault shows only with a particular number or after a particular past.

use crate::support::{PRICE, World, hash, send, settle, verify};
use gauntlet_doubles::facilitator::mutants::{Fault, MUTANTS};
use gauntlet_doubles::facilitator::{Config, Running, serve};
use gauntlet_doubles::mutant::Layer;
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::{B256, Draft, Key, Mutation, U256, Version};
use serde_json::{Value, json};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Asks with the bytes of a draft as it is written: with its repetitions and escapes.
async fn ask(double: &Running, path: &str, draft: &Draft) -> Value {
    let bytes = draft.body().expect("a body").into_bytes();
    let (_, answer) = send(&double.url(), "POST", path, "application/json", bytes).await.expect("an answer");
    serde_json::from_slice(&answer).expect("JSON")
}

/// A payment with these changes, by a payer of its own with this many units.
async fn made(world: &World, name: &str, units: u64, changes: &[Mutation]) -> Draft {
    let payer = Key::derive(name);
    world.set_balance(&world.usdc(), payer.address(), units).await;
    let nonce = world.draft(Version::V2).authorization.nonce;
    let mut draft = Draft::valid(Version::V2, world.terms(world.usdc()), payer, nonce, unix_seconds());
    for change in changes {
        change.apply(&mut draft, unix_seconds());
    }
    draft
}

#[test]
fn what_only_a_search_finds_concerns_only_a_search() {
    let searched = MUTANTS.iter().filter(|mutant| mutant.layer() == Layer::Search);
    assert!(searched.clone().count() >= 14);
    for mutant in searched {
        let searches = |glob: &&str| glob.starts_with("facilitator.search.");
        assert!(mutant.concerns.iter().all(searches), "{}", mutant.name);
    }
}

#[tokio::test]
async fn careless_comparisons_let_their_number_pass() {
    let world = World::start().await;
    let near = || Mutation::PayeeNear(10);
    let unit = U256::ONE;
    let cases = [
        (Fault::TakesWholePurse, 7, vec![Mutation::Value(U256::from(7))]),
        (Fault::Compares64Bits, PRICE, vec![Mutation::Price(unit << 64), Mutation::ValueZero]),
        (Fault::Compares128Bits, PRICE, vec![Mutation::Price(unit << 128), Mutation::ValueZero]),
        (
            Fault::ComparesAsDoubles,
            u64::MAX,
            vec![Mutation::Price((unit << 53) + unit), Mutation::Value(unit << 53)],
        ),
        (Fault::OddWritingHidesPrice, PRICE, vec![Mutation::ValueBelow(1), Mutation::UnknownFields]),
        (Fault::PayeeByFirstBytes, PRICE, vec![near()]),
        (Fault::StartInMilliseconds, PRICE, vec![Mutation::BeginsInMilliseconds(60)]),
    ];
    let healthy = world.double(None).await;
    for (place, (fault, units, changes)) in cases.into_iter().enumerate() {
        let draft = made(&world, &format!("careless {place}"), units, &changes).await;
        assert_eq!(ask(&healthy, "/verify", &draft).await["isValid"], false, "{fault:?}");
        let answer = ask(&world.double(fault).await, "/verify", &draft).await;
        assert_eq!(answer["isValid"], true, "{fault:?} {answer}");
    }
    let odd = world.double(Fault::OddWritingHidesPrice).await;
    let plain = made(&world, "plainly written", PRICE, &[Mutation::ValueBelow(1)]).await;
    assert_eq!(ask(&odd, "/verify", &plain).await["isValid"], false);
    let doubles = world.double(Fault::PayeeByFirstBytes).await;
    let other = made(&world, "careless", PRICE, &[Mutation::PayeeNear(9)]).await;
    assert_eq!(ask(&doubles, "/verify", &other).await["isValid"], false);
}

#[tokio::test]
async fn the_last_second_is_taken() {
    let world = World::start().await;
    let late = world.double(Fault::TakesLastSecond).await;
    // A second may pass between the making of a payment and its arrival, and on a busy machine two.
    for attempt in 0.. {
        let draft = made(&world, "late", PRICE, &[Mutation::ExpiresIn(0)]).await;
        if verify(&late, &draft).await["isValid"] == true {
            break;
        }
        assert!(attempt < 20, "never taken");
    }
    let draft = made(&world, "late", PRICE, &[Mutation::Expired(10)]).await;
    assert_eq!(verify(&late, &draft).await["isValid"], false);
}

#[tokio::test]
async fn of_two_members_the_first_is_verified_and_the_last_settled() {
    let world = World::start().await;
    let at = "/paymentPayload/payload/authorization/value".to_owned();
    let repeated = |first| Mutation::Repeated { at: at.clone(), value: json!("1"), first };
    let torn = world.double(Fault::FirstVerifiedLastSettled).await;
    for first in [true, false] {
        let draft = made(&world, "torn", PRICE, &[repeated(first)]).await;
        let healthy = world.double(None).await;
        assert!(ask(&healthy, "/verify", &draft).await["isValid"] != true);
        assert_eq!(ask(&torn, "/verify", &draft).await["isValid"], !first);
        assert_eq!(ask(&torn, "/settle", &draft).await["success"], first);
    }
}

#[tokio::test]
async fn memories_with_holes() {
    let world = World::start().await;
    let escaped = world.double(Fault::EscapedPaysAgain).await;
    let mut draft = made(&world, "escaped", PRICE, &[]).await;
    assert_eq!(ask(&escaped, "/settle", &draft).await["success"], true);
    assert_eq!(ask(&escaped, "/settle", &draft).await["success"], false);
    Mutation::Escaped.apply(&mut draft, unix_seconds());
    assert_eq!(ask(&escaped, "/settle", &draft).await["success"], true);

    let near = world.double(Fault::IgnoresLastNonceByte).await;
    let mut one = made(&world, "near", 2 * PRICE, &[]).await;
    one.authorization.nonce = B256::with_last_byte(1);
    let mut other = one.clone();
    other.authorization.nonce = B256::with_last_byte(2);
    let (first, second) = (settle(&near, &one).await, settle(&near, &other).await);
    assert_eq!((&second["success"], hash(&second)), (&json!(true), hash(&first)));
    assert_eq!(settle(&near, &one).await["success"], false);

    let stays = world.double(Fault::RefusalsStay).await;
    let draft = made(&world, "stays", PRICE - 1, &[]).await;
    assert_eq!(verify(&stays, &draft).await["isValid"], false);
    world.set_balance(&world.usdc(), draft.authorization.from, PRICE).await;
    let (answer, healthy) = (verify(&stays, &draft).await, verify(&world.double(None).await, &draft).await);
    assert_eq!((&answer["invalidReason"], &healthy["isValid"]), (&json!("insufficient_funds"), &json!(true)));
}

#[tokio::test]
async fn the_past_is_forgotten_after_64_payments_or_a_restart() {
    let world = World::start().await;
    let forgetful = world.double(Fault::ForgetsAfter64).await;
    let draft = world.draft(Version::V2);
    assert_eq!(settle(&forgetful, &draft).await["success"], true);
    for count in 0..64 {
        if count % 21 == 0 {
            assert_eq!(verify(&forgetful, &draft).await["isValid"], false);
            assert_eq!(settle(&forgetful, &draft).await["success"], false);
        }
        assert_eq!(settle(&forgetful, &world.draft(Version::V1)).await["success"], true);
    }
    assert_eq!(verify(&forgetful, &draft).await["isValid"], true);
    assert_eq!(settle(&forgetful, &draft).await["success"], true);

    let config = Config {
        rpc_url: world.rpc_url(),
        key: world.facilitator(),
        network: world.network(),
        versions: Version::ALL.to_vec(),
        factories: Vec::new(),
        dialect: None,
        interpreted: false,
        fault: Some(Fault::ForgetsAfterRestart),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
    };
    let before = serve(config.clone()).await.expect("it starts");
    let draft = world.draft(Version::V2);
    assert_eq!(settle(&before, &draft).await["success"], true);
    assert_eq!(settle(&before, &draft).await["success"], false);
    before.stop().await;
    let after = serve(config).await.expect("it starts again");
    assert_eq!(verify(&after, &draft).await["isValid"], true);
    assert_eq!(settle(&after, &draft).await["success"], true);
}

fn settling(double: &Arc<Running>, drafts: Vec<Draft>) -> JoinSet<Value> {
    let mut settling = JoinSet::new();
    for draft in drafts {
        let double = Arc::clone(double);
        settling.spawn(async move { settle(&double, &draft).await });
    }
    settling
}

fn good(answers: &[Value]) -> usize {
    answers.iter().filter(|answer| answer["success"] == true).count()
}

#[tokio::test]
async fn the_hundredth_copy_slips_through() {
    let world = World::start().await;
    let leaky = Arc::new(world.double(Fault::HundredthCopySucceeds).await);
    // While nothing is mined every copy comes while the first one is under way.
    world.stop_mining().await;
    let mut copies = settling(&leaky, vec![world.draft(Version::V2); 101]);
    for _ in 0..99 {
        let refused = copies.join_next().await.expect("a copy").expect("an answer");
        assert_eq!(refused["success"], false, "{refused}");
    }
    world.automine().await;
    world.mine().await;
    assert_eq!(good(&copies.join_all().await), 2);
}

#[tokio::test]
async fn two_payments_of_one_payer_get_one_receipt() {
    let world = World::start().await;
    let one = Arc::new(world.double(Fault::OneReceiptForAPayer).await);
    world.interval(1).await;
    // When a block falls between the two they do not meet.
    for attempt in 0.. {
        let both = settling(&one, vec![world.draft(Version::V2), world.draft(Version::V2)]).join_all().await;
        assert_eq!(good(&both), 2, "{both:?}");
        if both[0]["transaction"] == both[1]["transaction"] {
            break;
        }
        assert!(attempt < 20, "they never meet");
    }
}

#[tokio::test]
async fn a_deep_body_leaves_it_broken() {
    let world = World::start().await;
    let double = world.double(Fault::WedgedAfterDeepBody).await;
    let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    for (depth, works) in [(20_000, true), (20_001, false)] {
        let answer = send(&double.url(), "POST", "/verify", "application/json", nested(depth)).await;
        assert_eq!(answer.expect("an answer").0, 400);
        assert_eq!(verify(&double, &world.draft(Version::V2)).await["isValid"], works, "{depth}");
    }
}
