//! Payments whose signature no chain can check: the wallet takes what was verified before, and nothing else.

use crate::support::{World, settle, verify};
use alloy_primitives::{hex, keccak256};
use gauntlet_doubles::facilitator::mutants::Fault;
use gauntlet_mint::post_quantum::{ParameterSet, QuantumKey, verifies};
use gauntlet_wire::draft::{Edit, SIGNATURE};
use gauntlet_wire::{Draft, Key, SignatureForm, Version};
use serde_json::json;

fn write(draft: &mut Draft, signature: &[u8]) {
    draft.edits.push(Edit::Set(SIGNATURE.into(), json!(hex::encode_prefixed(signature))));
}

impl World {
    /// A payment by a wallet that takes this one signature, and that signature: verified, and with the key behind it.
    async fn by_registry_wallet(&self, parameters: ParameterSet) -> (Draft, Vec<u8>) {
        let wallet = Key::derive(&format!("registry {parameters}")).address();
        self.chain().place_registry_wallet(wallet).await.expect("a wallet");
        self.set_balance(&self.usdc(), wallet, 1_000_000).await;
        let mut draft = self.draft(Version::V2);
        draft.authorization.from = wallet;
        let digest = draft.authorization.digest(&draft.domain);
        let key = QuantumKey::derive(parameters, "payer");
        let mut signature = key.sign(&digest);
        assert!(verifies(parameters, &key.public_key(), &digest, &signature));
        signature.extend(key.public_key());
        let taken = [(wallet, digest, keccak256(&signature))];
        self.chain().register_signatures(&taken).await.expect("a registered signature");
        (draft, signature)
    }
}

#[tokio::test]
async fn a_verified_signature_pays_and_no_other_does() {
    let world = World::start().await;
    let double = world.double(None).await;
    for parameters in ParameterSet::ALL {
        let (draft, signature) = world.by_registry_wallet(parameters).await;
        let mut tampered = draft.clone();
        let mut other = signature.clone();
        other[parameters.signature_bytes() / 2] ^= 1;
        write(&mut tampered, &other);
        assert_eq!(verify(&double, &tampered).await["isValid"], false, "{parameters}");
        assert_eq!(settle(&double, &tampered).await["success"], false, "{parameters}");
        let on_chain = world.chain().refusal(draft.terms.token.address, &draft.authorization, &other).await;
        assert!(on_chain.expect("a simulation").is_some(), "the token refuses it too");
        assert!(world.transfers(&draft).await.is_empty());

        let mut dearer = draft.clone();
        dearer.authorization.nonce = keccak256("another payment");
        write(&mut dearer, &signature);
        assert_eq!(verify(&double, &dearer).await["isValid"], false, "another digest");

        let mut good = draft;
        write(&mut good, &signature);
        assert_eq!(verify(&double, &good).await["isValid"], true, "{parameters}");
        assert_eq!(settle(&double, &good).await["success"], true, "{parameters}");
        assert_eq!(world.transfers(&good).await.len(), 1);
    }
}

#[tokio::test]
async fn an_attested_signature_pays_and_one_without_its_attestation_does_not() {
    let world = World::start().await;
    let double = world.double(None).await;
    let (wallet, attester) = (Key::derive("attested wallet").address(), Key::derive("attester"));
    world.chain().place_attested_wallets(&[wallet], attester.address()).await.expect("a wallet");
    world.set_balance(&world.usdc(), wallet, 1_000_000).await;
    let mut draft = world.draft(Version::V2);
    draft.authorization.from = wallet;
    let digest = draft.authorization.digest(&draft.domain);
    let signature = QuantumKey::derive(ParameterSet::MlDsa44, "payer").sign(&digest);
    let attested_by = |who: &Key, digest| {
        let word = keccak256([digest, keccak256(&signature)].concat());
        [signature.clone(), who.sign_as(word, SignatureForm::Plain)].concat()
    };
    let stranger = Key::derive("stranger");
    for wrong in [
        signature.clone(),
        attested_by(&stranger, digest),
        attested_by(&attester, keccak256("another digest")),
        vec![1; 64],
    ] {
        let mut refused = draft.clone();
        write(&mut refused, &wrong);
        assert_eq!(verify(&double, &refused).await["isValid"], false);
    }
    write(&mut draft, &attested_by(&attester, digest));
    assert_eq!(settle(&double, &draft).await["success"], true);
    assert_eq!(world.transfers(&draft).await.len(), 1);
}

#[tokio::test]
async fn the_mutant_takes_the_money_of_a_long_payment_and_says_no() {
    let world = World::start().await;
    let double = world.double(Fault::LargeSettledAndRefused).await;
    let (mut draft, signature) = world.by_registry_wallet(ParameterSet::MlDsa65).await;
    write(&mut draft, &signature);
    assert_eq!(settle(&double, &draft).await["success"], false);
    assert_eq!(world.transfers(&draft).await.len(), 1);
}
