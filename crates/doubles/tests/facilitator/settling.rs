//! Many settlements at once, and a chain that stops mining.

use crate::support::{World, hash, settle, verify};
use gauntlet_doubles::facilitator::Running;
use gauntlet_wire::{Draft, Version};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;
use tokio::task::JoinSet;

async fn settle_all(double: &Arc<Running>, drafts: Vec<Draft>) -> Vec<Value> {
    let mut settling = JoinSet::new();
    for draft in drafts {
        let double = Arc::clone(double);
        settling.spawn(async move { settle(&double, &draft).await });
    }
    settling.join_all().await
}

async fn twenty_at_once(world: &World) {
    let double = Arc::new(world.double(None).await);
    let drafts: Vec<Draft> =
        (0..20).map(|count| world.draft(if count % 2 == 0 { Version::V2 } else { Version::V1 })).collect();
    let sample = drafts[0].clone();
    let answers = settle_all(&double, drafts).await;
    let hashes: HashSet<_> = answers
        .iter()
        .map(|answer| {
            assert_eq!(answer["success"], true, "{answer}");
            hash(answer)
        })
        .collect();
    assert_eq!(hashes.len(), 20);
    let moved: HashSet<_> = world.transfers(&sample).await.into_iter().map(|(hash, _)| hash).collect();
    assert_eq!(moved, hashes);
    assert_eq!(world.sent_by(double.signer()).await, 20);
}

#[tokio::test]
async fn twenty_payments_at_once_are_all_settled() {
    let world = World::start().await;
    twenty_at_once(&world).await;
}

#[tokio::test]
async fn twenty_payments_at_once_are_all_settled_in_blocks_of_a_second() {
    let world = World::start().await;
    world.interval(1).await;
    twenty_at_once(&world).await;
}

#[tokio::test]
async fn of_twenty_copies_at_once_one_is_settled() {
    let world = World::start().await;
    let double = Arc::new(world.double(None).await);
    let draft = world.draft(Version::V2);
    let answers = settle_all(&double, vec![draft.clone(); 20]).await;
    let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer["success"] == true);
    assert_eq!(good.len(), 1);
    for answer in bad {
        assert_eq!(answer["errorReason"], "invalid_transaction_state", "{answer}");
        assert_eq!(answer["transaction"], "", "{answer}");
    }
    assert_eq!(world.transfers(&draft).await.len(), 1);
    assert_eq!(world.sent_by(double.signer()).await, 1);
}

#[tokio::test]
async fn a_pending_settlement_is_found_again_and_not_sent_again() {
    let world = World::start().await;
    let double = Arc::new(world.double(None).await);
    let mut draft = world.draft(Version::V2);
    draft.terms.max_timeout_seconds = 1;
    draft.accepted.max_timeout_seconds = 1;
    world.stop_mining().await;
    let pending = settle(&double, &draft).await;
    assert_eq!(pending["success"], false, "{pending}");
    assert_eq!(pending["errorReason"], "settlement_pending");
    let first = hash(&pending);

    let still = settle(&double, &draft).await;
    assert_eq!((&still["errorReason"], hash(&still)), (&pending["errorReason"], first));

    world.mine().await;
    let late = settle(&double, &draft).await;
    assert_eq!((&late["success"], hash(&late)), (&Value::Bool(true), first), "{late}");
    world.automine().await;
    assert_eq!(settle(&double, &draft).await["success"], false);
    assert_eq!(world.transfers(&draft).await.len(), 1);
    assert_eq!(world.sent_by(double.signer()).await, 1);
}

#[tokio::test]
async fn a_dropped_transaction_is_sent_again_when_it_is_asked_for_again() {
    let world = World::start().await;
    let double = world.double(None).await;
    let mut draft = world.draft(Version::V2);
    draft.terms.max_timeout_seconds = 1;
    world.stop_mining().await;
    let pending = settle(&double, &draft).await;
    assert_eq!(pending["errorReason"], "settlement_pending");
    world.rpc("anvil_dropTransaction", serde_json::json!([hash(&pending)])).await;
    world.automine().await;
    assert_eq!(verify(&double, &draft).await["isValid"], true);
    assert_eq!(settle(&double, &draft).await["success"], true);
    assert_eq!(world.transfers(&draft).await.len(), 1);
}

#[tokio::test]
async fn a_client_that_goes_away_does_not_leave_a_payment_half_settled() {
    let world = World::start().await;
    let double = world.double(None).await;
    world.stop_mining().await;
    let draft = world.draft(Version::V2);
    {
        let settling = settle(&double, &draft);
        tokio::pin!(settling);
        loop {
            tokio::select! {
                answer = &mut settling => panic!("nothing is mined: {answer}"),
                () = tokio::time::sleep(std::time::Duration::from_millis(5)) => {}
            }
            let waiting = world.rpc("txpool_status", serde_json::json!([])).await;
            if waiting["pending"] == "0x1" {
                break;
            }
        }
    }
    assert_eq!(settle(&double, &draft).await["errorReason"], "invalid_transaction_state");
    world.automine().await;
    world.mine().await;
    // The first settlement ends by itself; from then on the payment is spent and not merely busy.
    while verify(&double, &draft).await["isValid"] == true {}
    assert_eq!(world.sent_by(double.signer()).await, 1);
}
