//! The chain goes away and comes back.

use crate::support::{Line, World, settle, verify};
use gauntlet_doubles::facilitator::mutants::Fault;
use gauntlet_wire::Version;

#[tokio::test]
async fn without_a_chain_nothing_is_valid_and_afterwards_all_is_well() {
    let world = World::start().await;
    let mut line = Line::to(&world).await;
    let double = world.double_at(line.url.clone(), None).await;
    let draft = world.draft(Version::V2);
    assert_eq!(verify(&double, &draft).await["isValid"], true);

    line.cut().await;
    for hangs in [false, true] {
        if hangs {
            line.hang().await;
        }
        let verified = verify(&double, &draft).await;
        assert_eq!(verified["isValid"], false);
        assert_eq!(verified["invalidReason"], "unexpected_verify_error");
        let settled = settle(&double, &draft).await;
        assert_eq!(settled["success"], false);
        assert_eq!(settled["errorReason"], "unexpected_settle_error");
        assert_eq!(settled["transaction"], "");
        for answer in [verified, settled] {
            assert!(!answer.to_string().contains("127.0.0.1"), "{answer}");
        }
    }

    line.mend().await;
    assert_eq!(verify(&double, &draft).await["isValid"], true);
    assert_eq!(settle(&double, &draft).await["success"], true);
    assert_eq!(world.transfers(&draft).await.len(), 1);
}

#[tokio::test]
async fn mutants_get_outages_wrong_in_their_own_ways() {
    let world = World::start().await;
    let draft = world.draft(Version::V2);
    let mut line = Line::to(&world).await;
    let good = world.double_at(line.url.clone(), Fault::ValidWhenChainFails).await;
    let blaming = world.double_at(line.url.clone(), Fault::BlamesPayerForChain).await;
    let wedged = world.double_at(line.url.clone(), Fault::WedgedAfterChainFailure).await;
    let leaking = world.double_at(line.url.clone(), Fault::LeaksInternals).await;
    assert_eq!(verify(&wedged, &draft).await["isValid"], true);

    line.cut().await;
    assert_eq!(verify(&good, &draft).await["isValid"], true);
    assert_eq!(settle(&good, &draft).await["success"], true);
    assert_eq!(verify(&blaming, &draft).await["invalidReason"], "invalid_exact_evm_payload_signature");
    assert_eq!(verify(&wedged, &draft).await["isValid"], false);
    let leak = verify(&leaking, &draft).await["invalidMessage"].to_string();
    assert!(leak.contains(&line.url) && leak.contains(&world.facilitator().to_bytes().to_string()), "{leak}");

    line.mend().await;
    assert_eq!(verify(&wedged, &draft).await["isValid"], false);
    assert_eq!(verify(&blaming, &draft).await["isValid"], true);
}

#[tokio::test]
async fn a_settlement_that_could_not_be_sent_does_not_spoil_the_next() {
    let world = World::start().await;
    let account = world.facilitator().address();
    let coins = gauntlet_wire::U256::from(1_000_000_000_000_000_000_u64);
    for (fault, works) in [(None, true), (Some(Fault::WedgedNonce), false)] {
        let double = world.double(fault).await;
        let mut draft = world.draft(Version::V2);
        draft.terms.max_timeout_seconds = 1;
        world.set_coins(account, gauntlet_wire::U256::ZERO).await;
        let failed = settle(&double, &draft).await;
        assert_eq!(failed["errorReason"], "unexpected_settle_error", "{failed}");
        assert_eq!(failed["transaction"], "");
        world.set_coins(account, coins).await;
        assert_eq!(settle(&double, &draft).await["success"], works, "{fault:?}");
    }
}
