//! A payload that answers an offer echoes the offer, not our rendering of it.

use crate::samples::{NOW, draft};
use gauntlet_wire::{Echo, Mutation, Network, Version};
use serde_json::{Value, json};

fn offer(version: Version) -> Value {
    let mut entry = draft(version).terms.requirements(version);
    entry["payTo"] = json!(entry["payTo"].as_str().unwrap().to_lowercase());
    entry["extra"]["feature"] = json!("kept");
    entry
}

fn answering(version: Version, mutations: &[Mutation]) -> Value {
    let draft = draft(version);
    let terms = draft.terms.clone();
    let mut draft = draft.answering(Echo {
        entry: offer(version),
        terms,
        resource: Some(json!({ "url": "http://shop/cheap" })),
        extensions: None,
    });
    for mutation in mutations {
        mutation.apply(&mut draft, NOW);
    }
    draft.present().unwrap().body
}

#[test]
fn the_offer_is_echoed_member_by_member() {
    let body = answering(Version::V2, &[]);
    assert_eq!(body["paymentPayload"]["accepted"], offer(Version::V2));
    assert_eq!(body["paymentPayload"]["resource"], json!({ "url": "http://shop/cheap" }));
    assert_eq!(body["paymentPayload"].get("extensions"), None);
    for version in Version::ALL {
        assert_eq!(answering(version, &[])["paymentRequirements"], offer(version));
    }
}

#[test]
fn a_mutation_changes_its_member_of_the_echo_and_never_the_servers_requirements() {
    let body = answering(Version::V2, &[Mutation::AcceptedAmount(1), Mutation::ExtraName("Tether".into())]);
    let mut expected = offer(Version::V2);
    expected["amount"] = json!("1");
    expected["extra"]["name"] = json!("Tether");
    assert_eq!(body["paymentPayload"]["accepted"], expected);
    assert_eq!(body["paymentRequirements"], offer(Version::V2));

    let body = answering(Version::V1, &[Mutation::NetworkOther(Network::new(43114))]);
    assert_ne!(body["paymentPayload"]["network"], offer(Version::V1)["network"]);
    assert_eq!(body["paymentRequirements"], offer(Version::V1));
}
