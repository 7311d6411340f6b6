//! Every mutant serves a plain payment unless its fault is about that, and shows its fault where it should.

use crate::support::{PRICE, World, body, hash, post, send, settle, verify};
use gauntlet_doubles::facilitator::Running;
use gauntlet_doubles::facilitator::mutants::{Fault, MUTANTS};
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::mutation::{KeyBox, Spelling};
use gauntlet_wire::{Draft, Key, Mutation, Network, SignatureForm, Version};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Mutants whose fault shows in a plain verify and settle.
const CRIPPLED: &[Fault] =
    &[Fault::RefusesEverything, Fault::SettleLiesWithoutTransaction, Fault::SuccessAsText];

#[tokio::test]
async fn every_mutant_starts_and_serves_a_plain_payment_unless_its_fault_is_that() {
    let world = World::start().await;
    for mutant in MUTANTS {
        let double = world.double(mutant.fault).await;
        for version in Version::ALL {
            let draft = world.draft(version);
            let (verified, settled) = (verify(&double, &draft).await, settle(&double, &draft).await);
            let moved = world.transfers(&draft).await;
            let works = verified["isValid"] == true
                && settled["success"] == true
                && moved.iter().any(|(transaction, _)| json!(transaction) == settled["transaction"]);
            let is_crippled = CRIPPLED.contains(&mutant.fault)
                || (mutant.fault == Fault::AdvertisesTooMuch && version == Version::V1);
            assert_eq!(works, !is_crippled, "{} {version}: {verified} {settled}", mutant.name);
        }
        double.stop().await;
    }
}

/// A valid payment with one change.
fn changed(world: &World, version: Version, mutation: &Mutation) -> Draft {
    let mut draft = world.draft(version);
    mutation.apply(&mut draft, unix_seconds());
    draft
}

#[tokio::test]
async fn faults_of_checking_and_reading_let_their_mutation_pass() {
    let world = World::start().await;
    let stranger = Key::derive("stranger");
    let elsewhere = Network::new(43114);
    let both = &Version::ALL[..];
    let (v1, v2) = (&[Version::V1][..], &[Version::V2][..]);
    let cases = [
        (Fault::NoSignatureCheck, Mutation::Signature(SignatureForm::BitFlipped), both),
        (Fault::AcceptsEmptySignature, Mutation::Signature(SignatureForm::Empty), both),
        (Fault::AcceptsZeroSignature, Mutation::Signature(SignatureForm::Zero), both),
        (Fault::AcceptsAnyRecoverableSignature, Mutation::SignedBy(Box::new(KeyBox(stranger.clone()))), both),
        (Fault::ParityVVerifies, Mutation::Signature(SignatureForm::ParityV), both),
        (Fault::IgnoresChainId, Mutation::DomainChain(1), both),
        (Fault::IgnoresDomainName, Mutation::DomainName("Tether".into()), both),
        (Fault::IgnoresDomainName, Mutation::ExtraName("anything".into()), both),
        (Fault::IgnoresDomainVersion, Mutation::DomainVersion("9".into()), both),
        (Fault::IgnoresDomainVersion, Mutation::ExtraVersion("anything".into()), both),
        (Fault::IgnoresVerifyingContract, Mutation::DomainContract(world.other().address), both),
        (Fault::IgnoresVerifyingContract, Mutation::AssetSwapped(Box::new(world.other())), both),
        (Fault::DomainFromToken, Mutation::ExtraMissing, both),
        (Fault::DomainFromToken, Mutation::ExtraName("Tether".into()), both),
        (Fault::NoPayeeCheck, Mutation::PayeeOther(stranger.address()), both),
        (Fault::AcceptsUnderpayment, Mutation::ValueBelow(1), both),
        (Fault::AcceptsOverpayment, Mutation::ValueAbove(1), v2),
        (Fault::AcceptsZeroValue, Mutation::ValueZero, both),
        (Fault::V1Underpays, Mutation::ValueBelow(1), v1),
        (Fault::NoExpiryCheck, Mutation::Expired(60), both),
        (Fault::NoStartCheck, Mutation::NotYetValid(600), both),
        (Fault::IgnoresNetwork, Mutation::NetworkOther(elsewhere), both),
        (Fault::IgnoresClaimedNetwork, Mutation::NetworkDisagrees(elsewhere), both),
        (Fault::IgnoresScheme, Mutation::SchemeOther("foo".into()), both),
        (Fault::IgnoresClaimedScheme, Mutation::SchemeDisagrees("foo".into()), both),
        (Fault::IgnoresVersion, Mutation::VersionIs(json!(3)), v2),
        (Fault::StringVersion, Mutation::VersionIs(json!("2")), v2),
        (Fault::DefaultsMissingFields, Mutation::Without("/paymentRequirements/asset".into()), both),
        (Fault::DefaultsMissingFields, Mutation::Without("/paymentRequirements/payTo".into()), both),
        (Fault::DefaultsMissingFields, Mutation::Without("/paymentPayload/payload".into()), both),
        (Fault::DefaultsMissingFields, Mutation::Without("/paymentPayload/payload/signature".into()), both),
        (Fault::DefaultsMissingFields, Mutation::Without("/paymentPayload/accepted".into()), v2),
        (Fault::Wraps256Bits, Mutation::ValueWraps, both),
        (Fault::Wraps128Bits, Mutation::ValueWraps128, both),
        (Fault::FloatsForAmounts, Mutation::Spelled(Spelling::Negative), both),
        (Fault::FloatsForAmounts, Mutation::Spelled(Spelling::Fraction), both),
        (Fault::FloatsForAmounts, Mutation::Spelled(Spelling::Exponent), both),
        (Fault::LenientNumbers, Mutation::Spelled(Spelling::Hexadecimal), both),
        (Fault::LenientNumbers, Mutation::Spelled(Spelling::Number), both),
        (Fault::PadsNonces, Mutation::NonceBytes(33), both),
    ];
    for (fault, mutation, versions) in cases {
        let mutant = world.double(fault).await;
        let healthy = world.double(None).await;
        for version in versions {
            let draft = changed(&world, *version, &mutation);
            assert_eq!(verify(&healthy, &draft).await["isValid"], false, "{version} {mutation:?}");
            let answer = verify(&mutant, &draft).await;
            assert_eq!(answer["isValid"], true, "{fault:?} {version} {mutation:?}: {answer}");
        }
    }
}

#[tokio::test]
async fn faults_of_strictness_refuse_what_is_harmless() {
    let world = World::start().await;
    for (fault, mutation) in [
        (Fault::RefusesUnknownFields, Mutation::UnknownFields),
        (Fault::RefusesLowerCase, Mutation::LowerCaseAddresses),
    ] {
        let mutant = world.double(fault).await;
        for version in Version::ALL {
            let draft = changed(&world, version, &mutation);
            assert_eq!(verify(&mutant, &draft).await["isValid"], false, "{fault:?} {version}");
        }
    }
    let mutant = world.double(Fault::CaseSensitivePayee).await;
    let lower = json!(world.draft(Version::V2).terms.pay_to.to_string().to_lowercase());
    let draft = changed(&world, Version::V2, &Mutation::Set("/paymentRequirements/payTo".into(), lower));
    assert_eq!(verify(&mutant, &draft).await["isValid"], false);
}

#[tokio::test]
async fn faults_about_the_state_of_the_chain() {
    let world = World::start().await;
    let poor = Key::derive("poor");
    world.set_balance(&world.usdc(), poor.address(), PRICE - 1).await;
    let mut short = world.draft(Version::V2);
    short.authorization.from = poor.address();
    short.signer = poor;
    for fault in [Fault::NoBalanceCheck, Fault::BalanceOffByOne] {
        assert_eq!(verify(&world.double(fault).await, &short).await["isValid"], true, "{fault:?}");
    }
    let doomed = world.double(Fault::BroadcastsDoomed).await;
    let answer = settle(&doomed, &short).await;
    assert_eq!(answer["success"], false);
    assert_eq!(world.rpc("eth_getTransactionReceipt", json!([hash(&answer)])).await["status"], "0x0");
    let claiming = settle(&world.double(Fault::SettleClaimsReverted).await, &short).await;
    assert_eq!(claiming["success"], true, "{claiming}");

    let spent = world.draft(Version::V2);
    assert_eq!(settle(&world.double(None).await, &spent).await["success"], true);
    assert_eq!(verify(&world.double(Fault::NoNonceCheck).await, &spent).await["isValid"], true);
    let replay = settle(&world.double(Fault::ReplayAnswersSuccess).await, &spent).await;
    assert_eq!(replay["success"], true, "{replay}");

    let nonce = world.draft(Version::V2).authorization.nonce;
    let silent = Draft::valid(Version::V2, world.terms(world.silent()), world.payer(), nonce, unix_seconds());
    let trusting = settle(&world.double(Fault::TrustsReceiptStatus).await, &silent).await;
    assert_eq!(trusting["success"], true, "{trusting}");
    let mut nowhere = world.usdc();
    nowhere.address = Key::derive("no contract").address();
    let nowhere = Draft::valid(Version::V1, world.terms(nowhere), world.payer(), nonce, unix_seconds());
    assert_eq!(verify(&world.double(Fault::NoSimulation).await, &nowhere).await["isValid"], true);
}

#[tokio::test]
async fn faults_of_settling() {
    let world = World::start().await;
    let draft = world.draft(Version::V2);
    let count = || world.sent_by(world.facilitator().address());

    let before = count().await;
    assert_eq!(verify(&world.double(Fault::VerifySettles).await, &draft).await["isValid"], true);
    assert_eq!(count().await, before + 1);

    let draft = world.draft(Version::V2);
    let spends = world.double(Fault::VerifySpends).await;
    assert_eq!(verify(&spends, &draft).await["isValid"], true);
    assert_eq!(verify(&spends, &draft).await["isValid"], false);
    assert_eq!(settle(&world.double(Fault::SettleNeedsVerify).await, &draft).await["success"], false);
    let lie = settle(&world.double(Fault::SettleLiesWithoutTransaction).await, &draft).await;
    assert_eq!(lie["success"], true);
    assert_eq!(world.rpc("eth_getTransactionByHash", json!([hash(&lie)])).await, Value::Null);

    let elsewhere = changed(&world, Version::V2, &Mutation::PayeeOther(Key::derive("stranger").address()));
    assert_eq!(settle(&world.double(Fault::SettleSkipsChecks).await, &elsewhere).await["success"], true);

    let before = count().await;
    assert_eq!(settle(&world.double(Fault::DoubleBroadcast).await, &draft).await["success"], true);
    assert_eq!(count().await, before + 2);

    let naming = world.double(Fault::SettleNamesAnotherTransaction).await;
    let first = settle(&naming, &world.draft(Version::V2)).await;
    let second = settle(&naming, &world.draft(Version::V2)).await;
    assert_eq!(hash(&first), hash(&second));

    let before = count().await;
    let strange = settle(&world.double(Fault::SettlesFromStranger).await, &world.draft(Version::V2)).await;
    assert_eq!((&strange["success"], count().await), (&json!(true), before));

    let high = world.double(Fault::HighSPaysAgain).await;
    let mut twin = world.draft(Version::V2);
    assert_eq!(settle(&high, &twin).await["success"], true);
    twin.form = SignatureForm::HighS;
    assert_eq!(settle(&high, &twin).await["success"], true);

    let reordered = world.double(Fault::ReorderedPaysAgain).await;
    let draft = world.draft(Version::V2);
    assert_eq!(settle(&reordered, &draft).await["success"], true);
    assert_eq!(settle(&reordered, &draft).await["success"], false);
    let spaced = serde_json::to_vec_pretty(&body(&draft)).expect("JSON");
    let (_, again) =
        send(&reordered.url(), "POST", "/settle", "application/json", spaced).await.expect("an answer");
    assert_eq!(serde_json::from_slice::<Value>(&again).expect("JSON")["success"], true);
}

async fn settle_at_once(double: Running, drafts: Vec<Draft>) -> usize {
    let double = Arc::new(double);
    let mut settling = JoinSet::new();
    for draft in drafts {
        let double = Arc::clone(&double);
        settling.spawn(async move { settle(&double, &draft).await["success"] == true });
    }
    settling.join_all().await.into_iter().filter(|good| *good).count()
}

#[tokio::test]
async fn faults_of_settling_at_once() {
    let world = World::start().await;
    let copies = vec![world.draft(Version::V2); 5];
    let all = world.double(Fault::DuplicatesAllSucceed).await;
    assert_eq!(settle_at_once(all, copies).await, 5);
    let drafts = (0..10).map(|_| world.draft(Version::V2)).collect();
    let colliding = world.double(Fault::NonceCollisions).await;
    assert!(settle_at_once(colliding, drafts).await < 10);
}

#[tokio::test]
async fn faults_of_waiting() {
    let world = World::start().await;
    let mut drafts: Vec<Draft> = (0..3).map(|_| world.draft(Version::V2)).collect();
    for draft in &mut drafts {
        draft.terms.max_timeout_seconds = 1;
    }
    let forgetting = world.double(Fault::ForgetsPayment).await;
    let hiding = world.double(Fault::PendingWithoutHash).await;
    let resending = world.double(Fault::ResendsPending).await;
    world.stop_mining().await;
    let forgotten = settle(&forgetting, &drafts[0]).await;
    assert_eq!(
        (&forgotten["success"], &forgotten["transaction"], &forgotten["errorReason"]),
        (&json!(false), &json!(""), &json!("unexpected_settle_error"))
    );
    let hidden = settle(&hiding, &drafts[1]).await;
    assert_eq!((&hidden["transaction"], &hidden["errorReason"]), (&json!(""), &json!("settlement_pending")));
    let first = settle(&resending, &drafts[2]).await;
    let second = settle(&resending, &drafts[2]).await;
    assert_ne!(hash(&first), hash(&second));
    world.automine().await;
    world.mine().await;
    assert_eq!(world.transfers(&drafts[0]).await.len(), 3, "the money moves all the same");
}

#[tokio::test]
async fn faults_on_bad_input() {
    let world = World::start().await;
    let ask = async |double: &Running| {
        send(&double.url(), "POST", "/verify", "application/json", b"{".to_vec()).await
    };
    let failing = world.double(Fault::Error500OnBadInput).await;
    assert_eq!(ask(&failing).await.expect("an answer").0, 500);
    let dropping = world.double(Fault::DropsConnectionOnBadInput).await;
    assert_eq!(ask(&dropping).await, None);
    let accepting = world.double(Fault::AcceptsUnreadable).await;
    let (status, answer) = ask(&accepting).await.expect("an answer");
    assert_eq!((status, answer.as_ref()), (200, br#"{"isValid":true}"#.as_slice()));
    let hanging = world.double(Fault::HangsOnBadInput).await;
    assert!(tokio::time::timeout(std::time::Duration::from_millis(300), ask(&hanging)).await.is_err());

    let dying = world.double(Fault::DiesOnBadInput).await;
    assert_eq!(ask(&dying).await.expect("an answer").0, 400);
    let deep = [vec![b'['; 10_000], vec![b']'; 10_000]].concat();
    assert_eq!(send(&dying.url(), "POST", "/verify", "application/json", deep).await, None);
    assert_eq!(ask(&dying).await, None);
}

#[tokio::test]
async fn faults_of_answering() {
    let world = World::start().await;
    let good = world.draft(Version::V1);
    let bad = changed(&world, Version::V1, &Mutation::ValueZero);
    let refusal = async |fault| settle(&world.double(fault).await, &bad).await;
    assert!(refusal(Fault::NoReason).await.get("errorReason").is_none());
    assert_eq!(refusal(Fault::OneReasonForAll).await["errorReason"], "invalid_payload");
    assert!(refusal(Fault::FreeTextReason).await["errorReason"].as_str().is_some_and(|r| r.contains(' ')));
    assert!(refusal(Fault::NoTransactionOnFailure).await.get("transaction").is_none());
    assert_eq!(refusal(Fault::FailureWithoutNetwork).await["network"], "");
    assert_eq!(refusal(Fault::WrongNetworkInAnswer).await["network"], "eip155:1");
    let double = world.double(Fault::RefusalsAre500).await;
    assert_eq!(post(&double.url(), "/verify", &body(&bad)).await.0, 500);

    let valid = async |fault| verify(&world.double(fault).await, &good).await;
    assert_eq!(valid(Fault::SuccessAsText).await["isValid"], "true");
    assert!(valid(Fault::NoPayerV1).await.get("payer").is_none());
    assert!(valid(Fault::ReasonOnSuccess).await["invalidReason"].is_string());
    assert_ne!(valid(Fault::WrongPayer).await["payer"], good.payer().to_checksum(None));
    let more = settle(&world.double(Fault::WrongAmount).await, &world.draft(Version::V2)).await;
    assert_eq!(more["amount"], (PRICE + 1).to_string());
}

#[tokio::test]
async fn faults_of_supported() {
    let world = World::start().await;
    let ask = async |double: &Running| {
        let (_, answer) =
            send(&double.url(), "GET", "/supported", "text/plain", vec![]).await.expect("an answer");
        serde_json::from_slice::<Value>(&answer).expect("JSON")
    };
    let once = async |fault| ask(&world.double(fault).await).await;
    assert!(once(Fault::SupportedWithoutKinds).await.get("kinds").is_none());
    assert!(once(Fault::SupportedIncomplete).await.get("signers").is_none());
    assert!(once(Fault::SupportedOddSigners).await["signers"]["eip155:*"].is_null());
    assert!(once(Fault::SupportedKindIncomplete).await["kinds"][3].get("scheme").is_none());
    assert!(once(Fault::UptoWithoutAddress).await["kinds"][2].get("extra").is_none());
    assert_eq!(once(Fault::V1NetworkInV2).await["kinds"][0]["network"], "base-sepolia");
    let flickering = world.double(Fault::SupportedFlickers).await;
    assert_ne!(ask(&flickering).await, ask(&flickering).await);
}
