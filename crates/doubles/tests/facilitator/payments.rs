//! What the conforming double says of single payments.

use crate::support::{PRICE, World, body, hash, post, send, settle, verify};
use gauntlet_wire::mutation::{KeyBox, Spelling};
use gauntlet_wire::reason::fits;
use gauntlet_wire::{Key, Mutation, Network, ReasonClass as C, SignatureForm, U256, Version};
use serde_json::{Value, json};

#[tokio::test]
async fn a_plain_payment_is_verified_and_settled_in_both_versions() {
    let world = World::start().await;
    let double = world.double(None).await;
    for version in Version::ALL {
        let draft = world.draft(version);
        let payer = draft.payer().to_checksum(None);
        assert_eq!(verify(&double, &draft).await, json!({ "isValid": true, "payer": payer }));
        let before = world.transfers(&draft).await.len();
        let answer = settle(&double, &draft).await;
        assert_eq!(answer["success"], true, "{answer}");
        assert_eq!(answer["network"], world.network().name(version));
        assert_eq!(answer["payer"], payer);
        assert!(answer.get("errorReason").is_none());
        let transfers = world.transfers(&draft).await;
        assert_eq!(transfers[before..], [(hash(&answer), U256::from(PRICE))]);

        let again = verify(&double, &draft).await;
        assert_eq!(again["isValid"], false);
        assert!(fits(again["invalidReason"].as_str().expect("a reason"), &[C::Nonce]), "{again}");
        let again = settle(&double, &draft).await;
        assert_eq!(
            again,
            json!({
                "success": false, "errorReason": "invalid_transaction_state", "payer": payer,
                "transaction": "", "network": world.network().name(version),
            })
        );
    }
    assert_eq!(world.sent_by(double.signer()).await, 2, "a replay is not broadcast");
    double.stop().await;
}

#[tokio::test]
async fn every_mutation_is_refused_with_a_fitting_reason() {
    let world = World::start().await;
    let double = world.double(None).await;
    let stranger = Key::derive("stranger");
    let mutations = [
        (Mutation::Signature(SignatureForm::BitFlipped), C::Signature),
        (Mutation::Signature(SignatureForm::HighS), C::Signature),
        (Mutation::Signature(SignatureForm::ParityV), C::Signature),
        (Mutation::Signature(SignatureForm::Compact), C::Signature),
        (Mutation::Signature(SignatureForm::Empty), C::Signature),
        (Mutation::SignedBy(Box::new(KeyBox(stranger.clone()))), C::Signature),
        (Mutation::DomainName("Tether".into()), C::Signature),
        (Mutation::DomainChain(1), C::Signature),
        (Mutation::ExtraVersion("9".into()), C::Signature),
        (Mutation::ExtraMissing, C::Requirements),
        (Mutation::PayeeOther(stranger.address()), C::Recipient),
        (Mutation::ValueBelow(1), C::Amount),
        (Mutation::ValueZero, C::Amount),
        (Mutation::Expired(60), C::Expired),
        (Mutation::NotYetValid(600), C::Early),
        (Mutation::NetworkOther(Network::new(43114)), C::Network),
        (Mutation::NetworkDisagrees(Network::new(43114)), C::Network),
        (Mutation::SchemeOther("upto".into()), C::Scheme),
        (Mutation::SchemeDisagrees("upto".into()), C::Scheme),
        (Mutation::AssetSwapped(Box::new(world.other())), C::Signature),
        (Mutation::ValueWraps, C::Payload),
        (Mutation::Spelled(Spelling::Negative), C::Payload),
        (Mutation::NonceBytes(31), C::Payload),
        (Mutation::VersionIs(json!(3)), C::Version),
        (Mutation::VersionIs(json!("2")), C::Version),
        (Mutation::Without("/paymentRequirements/payTo".into()), C::Requirements),
    ];
    for version in Version::ALL {
        for (mutation, class) in &mutations {
            let mut draft = world.draft(version);
            mutation.apply(&mut draft, gauntlet_report::clock::unix_seconds());
            refused_by_both(&double, &body(&draft), &[*class], &format!("{version} {mutation:?}")).await;
        }
    }
    let mut over = world.draft(Version::V2);
    Mutation::ValueAbove(1).apply(&mut over, 0);
    refused_by_both(&double, &body(&over), &[C::Amount], "more than the price").await;
    assert_eq!(world.sent_by(double.signer()).await, 0);
}

async fn refused_by_both(
    double: &gauntlet_doubles::facilitator::Running,
    body: &Value,
    classes: &[C],
    what: &str,
) {
    let (status, verified) = post(&double.url(), "/verify", body).await;
    assert_eq!((status, &verified["isValid"]), (200, &json!(false)), "{what}: {verified}");
    assert!(fits(verified["invalidReason"].as_str().expect("a reason"), classes), "{what}: {verified}");
    let (status, settled) = post(&double.url(), "/settle", body).await;
    assert_eq!((status, &settled["success"]), (200, &json!(false)), "{what}: {settled}");
    assert_eq!(settled["errorReason"], verified["invalidReason"], "{what}");
    assert_eq!(settled["transaction"], "", "{what}: {settled}");
    assert!(settled["network"].is_string(), "{what}: {settled}");
}

#[tokio::test]
async fn what_the_token_refuses_is_refused() {
    let world = World::start().await;
    let double = world.double(None).await;
    for version in Version::ALL {
        let poor = Key::derive("poor");
        world.set_balance(&world.usdc(), poor.address(), PRICE - 1).await;
        let mut short = world.draft(version);
        short.authorization.from = poor.address();
        short.signer = poor;
        refused_by_both(&double, &body(&short), &[C::Funds], "short").await;

        let blocked = Key::derive("payee").address();
        world.set_blacklisted(blocked, true).await;
        refused_by_both(&double, &body(&world.draft(version)), &[C::Simulation], "blacklisted").await;
        world.set_blacklisted(blocked, false).await;

        let mut nowhere = world.usdc();
        nowhere.address = Key::derive("no contract").address();
        for token in [world.plain(), nowhere] {
            let now = gauntlet_report::clock::unix_seconds();
            let nonce = world.draft(version).authorization.nonce;
            let draft = gauntlet_wire::Draft::valid(version, world.terms(token), world.payer(), nonce, now);
            refused_by_both(&double, &body(&draft), &[C::Token], "no such token").await;
        }
    }
    assert_eq!(world.sent_by(double.signer()).await, 0);
}

#[tokio::test]
async fn success_is_a_transfer_and_not_a_receipt() {
    let world = World::start().await;
    let double = world.double(None).await;
    let now = gauntlet_report::clock::unix_seconds();
    let nonce = world.draft(Version::V2).authorization.nonce;
    let draft =
        gauntlet_wire::Draft::valid(Version::V2, world.terms(world.silent()), world.payer(), nonce, now);
    let answer = settle(&double, &draft).await;
    assert_eq!(answer["success"], false, "{answer}");
    assert_eq!(answer["errorReason"], "invalid_transaction_state");
    assert_eq!(world.sent_by(double.signer()).await, 1);
    let receipt = world.rpc("eth_getTransactionReceipt", json!([hash(&answer)])).await;
    assert_eq!(receipt["status"], "0x1");
}

#[tokio::test]
async fn harmless_oddities_are_taken() {
    let world = World::start().await;
    let double = world.double(None).await;
    for version in Version::ALL {
        for mutation in [Mutation::UnknownFields, Mutation::LowerCaseAddresses, Mutation::UpperCaseHex] {
            let mut draft = world.draft(version);
            mutation.apply(&mut draft, 0);
            assert_eq!(verify(&double, &draft).await["isValid"], true, "{version} {mutation:?}");
        }
    }
    let mut more = world.draft(Version::V1);
    Mutation::ValueAbove(1).apply(&mut more, 0);
    assert_eq!(settle(&double, &more).await["success"], true);
}

#[tokio::test]
async fn what_is_no_request_is_a_client_error() {
    let world = World::start().await;
    let double = world.double(None).await;
    let good = body(&world.draft(Version::V2));
    let text = good.to_string();
    let with = |pointer: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).expect("it is there") = value;
        body.to_string().into_bytes()
    };
    let bodies = [
        ("nothing", Vec::new()),
        ("half", text.as_bytes()[..text.len() / 2].to_vec()),
        ("text", b"please".to_vec()),
        ("list", format!("[{text}]").into_bytes()),
        ("empty object", b"{}".to_vec()),
        ("not UTF-8", [b"\xff\xfe".as_slice(), text.as_bytes()].concat()),
        ("deep", [vec![b'['; 10_000], vec![b']'; 10_000]].concat()),
        ("twice", text.replacen("{", "{\"x402Version\":1,", 1).into_bytes()),
        ("payload as text", with("/paymentPayload", json!("e30="))),
        ("no requirements", with("/paymentRequirements", json!(null))),
    ];
    for path in ["/verify", "/settle"] {
        let verdict = if path == "/verify" { "isValid" } else { "success" };
        for (what, body) in &bodies {
            let (status, answer) =
                send(&double.url(), "POST", path, "application/json", body.clone()).await.expect("an answer");
            let answer: Value = serde_json::from_slice(&answer).expect("JSON");
            assert_eq!((status, &answer[verdict]), (400, &json!(false)), "{what} to {path}: {answer}");
        }
        let big = vec![b' '; 3 << 20];
        let (status, _) =
            send(&double.url(), "POST", path, "application/json", big).await.expect("an answer");
        assert_eq!(status, 413);
        let (status, _) = send(&double.url(), "POST", path, "text/plain", text.clone().into_bytes())
            .await
            .expect("an answer");
        assert_eq!(status, 400);
        let (status, _) = send(&double.url(), "GET", path, "text/plain", vec![]).await.expect("an answer");
        assert_eq!(status, 405);
    }
    assert_eq!(post(&double.url(), "/verify", &good).await.1["isValid"], true);
}

#[tokio::test]
async fn supported_names_every_kind_and_the_signer() {
    let world = World::start().await;
    let double = world.double(None).await;
    for _ in 0..3 {
        let (status, answer) =
            send(&double.url(), "GET", "/supported", "text/plain", vec![]).await.expect("an answer");
        assert_eq!(status, 200);
        assert_eq!(
            serde_json::from_slice::<Value>(&answer).expect("JSON"),
            json!({
                "kinds": [
                    { "x402Version": 2, "scheme": "exact", "network": "eip155:84532" },
                    { "x402Version": 1, "scheme": "exact", "network": "base-sepolia" },
                    {
                        "x402Version": 2,
                        "scheme": "upto",
                        "network": "eip155:84532",
                        "extra": { "facilitatorAddress": double.signer().to_checksum(None) },
                    },
                ],
                "extensions": ["eip2612GasSponsoring", "erc20ApprovalGasSponsoring"],
                "signers": { "eip155:*": [double.signer().to_checksum(None)] },
            })
        );
    }
}
