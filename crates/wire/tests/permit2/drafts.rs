//! What a payment looks like on the wire, and how it answers an offer.

use crate::samples::{Players, draft, facilitator, payer, terms};
use gauntlet_wire::eip3009::{Recovered, recover};
use gauntlet_wire::permit2::draft::{PERMIT2_AUTHORIZATION, requirements};
use gauntlet_wire::permit2::{EXACT_PROXY, PERMIT2, Permit2Mutation};
use gauntlet_wire::{Echo, Permit2Scheme, Terms, U256};
use serde_json::{Value, json};

#[test]
fn a_payment_on_the_wire() {
    for scheme in Permit2Scheme::ALL {
        let presented = draft(scheme).present().unwrap();
        insta::with_settings!({ snapshot_suffix => scheme.name() }, {
            insta::assert_json_snapshot!(presented.body);
        });
        let digest = presented.authorization.digest(84532, PERMIT2);
        assert_eq!(recover(&presented.signature, digest), Recovered::Plain(payer().address()));
    }
}

#[test]
fn the_header_has_the_payload_of_the_body() {
    for scheme in Permit2Scheme::ALL {
        let draft = draft(scheme);
        let body: Value = serde_json::from_str(&draft.body().unwrap()).unwrap();
        let payload: Value = serde_json::from_str(&draft.payload().unwrap()).unwrap();
        assert_eq!(payload, body["paymentPayload"]);
    }
}

#[test]
fn extra_is_that_of_the_scheme() {
    let extra = |scheme: &str| {
        requirements(&Terms { scheme: scheme.into(), ..terms() }, facilitator())["extra"].clone()
    };
    assert_eq!(extra("exact"), json!({ "name": "USDC", "version": "2", "assetTransferMethod": "permit2" }));
    let address = facilitator().to_checksum(None);
    assert_eq!(extra("upto"), json!({ "name": "USDC", "version": "2", "facilitatorAddress": address }));
}

#[test]
fn a_charge_stands_in_the_requirements_and_nowhere_else() {
    let plain = draft(Permit2Scheme::Upto).present().unwrap();
    let charged = draft(Permit2Scheme::Upto).charging(U256::from(37)).present().unwrap();
    assert_eq!(charged.body["paymentPayload"], plain.body["paymentPayload"]);
    assert_eq!(charged.body["paymentRequirements"]["amount"], "37");
}

#[test]
fn an_offer_is_echoed_and_a_mutation_changes_its_own_member_of_the_echo() {
    for scheme in Permit2Scheme::ALL {
        let draft = draft(scheme);
        let mut entry = requirements(&draft.terms, facilitator());
        entry["payTo"] = json!(entry["payTo"].as_str().unwrap().to_lowercase());
        entry["extra"]["feature"] = json!("kept");
        let mut draft = draft.clone().answering(Echo {
            entry: entry.clone(),
            terms: draft.terms,
            resource: Some(json!({ "url": "http://shop/cheap" })),
            extensions: Some(json!({ "bazaar": {} })),
        });
        let body = draft.present().unwrap().body;
        assert_eq!(body["paymentPayload"]["accepted"], entry, "{scheme}");
        assert_eq!(body["paymentPayload"]["resource"], json!({ "url": "http://shop/cheap" }));
        assert_eq!(body["paymentPayload"]["extensions"], json!({ "bazaar": {} }));

        Permit2Mutation::SchemeSwapped.apply(&mut draft, &Players);
        let swapped = draft.present().unwrap().body;
        assert_eq!(swapped["paymentPayload"]["accepted"]["scheme"], scheme.other().name());
        assert_eq!(swapped["paymentPayload"]["accepted"]["payTo"], entry["payTo"]);
        assert_eq!(swapped["paymentRequirements"], entry);
    }
}

#[test]
fn an_eip_3009_authorization_says_what_that_of_permit2_says() {
    let mut draft = draft(Permit2Scheme::Exact);
    Permit2Mutation::BothAuthorizations.apply(&mut draft, &Players);
    let body = draft.present().unwrap().body;
    let ours = body.pointer(PERMIT2_AUTHORIZATION).unwrap();
    let theirs = &body["paymentPayload"]["payload"]["authorization"];
    assert_eq!(ours["spender"], EXACT_PROXY.to_checksum(None));
    for (one, other) in [
        (&ours["from"], &theirs["from"]),
        (&ours["witness"]["to"], &theirs["to"]),
        (&ours["permitted"]["amount"], &theirs["value"]),
        (&ours["deadline"], &theirs["validBefore"]),
        (&ours["witness"]["validAfter"], &theirs["validAfter"]),
    ] {
        assert_eq!(one, other);
    }
    assert_eq!(theirs["nonce"], format!("0x{}", "c7".repeat(32)));
}
