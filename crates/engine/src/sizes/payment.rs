//! Payments that are long, and why they are.

use crate::check::Stop;
use crate::cx::Cx;
use crate::payment::{Payment, purse};
use alloy_primitives::{hex, keccak256};
use gauntlet_mint::post_quantum::{ParameterSet, QuantumKey, verifies};
use gauntlet_wire::draft::{Edit, SIGNATURE};
use gauntlet_wire::{Draft, DraftError, U256, Verdict};
use serde_json::json;

/// The lengths that payments are padded to, bytes of the header's value or of the body: below and above 4, 8, 16, 32
/// and 64 KiB, where stacks draw their lines, and the 11 KB of an ML-DSA-44 signature with its key.
const LENGTHS: [usize; 8] = [4_000, 7_900, 8_200, 11_000, 15_900, 16_500, 33_000, 66_000];

/// Where padding stands: an extension that nobody has offered and nobody knows.
const PADDING: &str = "gauntlet-padding";

/// A payment as it is, or why it is longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// As it is.
    Plain,
    /// Padded to this length, bytes as the wire has them.
    Padded(usize),
    /// Signed by ML-DSA.
    Quantum {
        parameters: ParameterSet,
        /// Whether the public key stands behind the signature, for a chain that does not have it.
        with_key: bool,
    },
}

/// The part of a payment whose length is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The payload in base64, as a header has it.
    Header,
    /// The body of `/verify` and `/settle`.
    Body,
}

/// The plain payment, and the same padded.
pub(super) fn padded() -> Vec<Kind> {
    std::iter::once(Kind::Plain).chain(LENGTHS.map(Kind::Padded)).collect()
}

/// Each parameter set without and with the key.
pub(super) fn quantum() -> Vec<Kind> {
    let both = |parameters| [false, true].map(|with_key| Kind::Quantum { parameters, with_key });
    ParameterSet::ALL.into_iter().flat_map(both).collect()
}

impl Kind {
    /// In a table.
    pub(super) fn name(self) -> String {
        match self {
            Self::Plain => "ECDSA".into(),
            Self::Padded(_) => "ECDSA, padded".into(),
            Self::Quantum { parameters, with_key: false } => parameters.name().into(),
            Self::Quantum { parameters, with_key: true } => format!("{parameters} + key"),
        }
    }

    /// Makes a valid payment one of this kind.
    pub(super) async fn dress(self, cx: &Cx, payment: &mut Payment, form: Form) -> Result<(), Stop> {
        match self {
            Self::Plain => Ok(()),
            Self::Padded(length) => {
                pad(&mut payment.draft, length, form)?;
                payment.changes.push(format!("an unknown extension makes it {length} bytes long"));
                Ok(())
            }
            Self::Quantum { parameters, with_key } => sign(cx, payment, parameters, with_key).await,
        }
    }
}

/// How long a part of a payment is on the wire, bytes.
pub(super) fn length(draft: &Draft, form: Form) -> Result<usize, DraftError> {
    Ok(match form {
        // Four characters of base64 for three bytes, the last three too when there are fewer.
        Form::Header => draft.payload()?.len().div_ceil(3) * 4,
        Form::Body => draft.body()?.len(),
    })
}

/// Pads a payment to a length, or by nothing when it is longer already.
fn pad(draft: &mut Draft, to: usize, form: Form) -> Result<(), DraftError> {
    let has_others = draft.present()?.body["paymentPayload"]["extensions"].is_object();
    let padding = |letters: usize| {
        let own = json!({ "info": { "padding": "p".repeat(letters) } });
        if has_others {
            Edit::Set(format!("/paymentPayload/extensions/{PADDING}"), own)
        } else {
            Edit::Set("/paymentPayload/extensions".into(), json!({ PADDING: own }))
        }
    };
    draft.edits.push(padding(0));
    let missing = to.saturating_sub(length(draft, form)?);
    draft.edits.pop();
    let letters = match form {
        Form::Header => missing / 4 * 3,
        Form::Body => missing,
    };
    draft.edits.push(padding(letters));
    Ok(())
}

/// The payment is from a wallet that answers for this one signature, which was verified here: no chain can.
async fn sign(cx: &Cx, payment: &mut Payment, parameters: ParameterSet, with_key: bool) -> Result<(), Stop> {
    let chain = &cx.world.chain;
    let wallet = cx.key(&format!("{parameters} wallet of {}", payment.payer.address())).address();
    let purse = payment.draft.authorization.value.saturating_mul(U256::from(10)).max(purse(&payment.token));
    chain.place_registry_wallet(wallet).await?;
    chain.set_balance(payment.token.address, wallet, purse).await?;
    payment.draft.authorization.from = wallet;

    let digest = payment.draft.authorization.digest(&payment.draft.domain);
    let key = QuantumKey::derive(parameters, &format!("{}/{wallet}", cx.accounts()));
    let (mut signature, public_key) = (key.sign(&digest), key.public_key());
    if !verifies(parameters, &public_key, &digest, &signature) {
        return Err(Stop::Harness(format!("our own {parameters} signature does not verify")));
    }
    if with_key {
        signature.extend(public_key);
    }
    chain.register_signatures(&[(wallet, digest, keccak256(&signature))]).await?;
    payment.draft.edits.push(Edit::Set(SIGNATURE.into(), json!(hex::encode_prefixed(&signature))));
    payment.changes.push(format!(
        "the payer is a smart wallet that takes its {parameters} signature{}, {} bytes",
        if with_key { " with the key" } else { "" },
        signature.len()
    ));
    payment.judged = Some(Verdict::Open("nobody has to take the signature of a smart wallet"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use gauntlet_wire::{Address, B256, Echo, Key, Network, Terms, Token, Version};

    fn draft(version: Version) -> Draft {
        let terms = Terms {
            scheme: "exact".into(),
            network: Network::new(84532),
            token: Token {
                address: Address::repeat_byte(3),
                name: "USDC".into(),
                version: "2".into(),
                decimals: 6,
            },
            amount: U256::from(10_000),
            pay_to: Address::repeat_byte(4),
            max_timeout_seconds: 300,
            resource: "http://127.0.0.1:4021/cheap".into(),
        };
        Draft::valid(version, terms, Key::derive("payer"), B256::repeat_byte(7), 1_790_000_000)
    }

    #[test]
    fn what_is_padded_has_the_length_that_was_asked_for() {
        for (version, form) in [
            (Version::V2, Form::Header),
            (Version::V1, Form::Header),
            (Version::V2, Form::Body),
            (Version::V1, Form::Body),
        ] {
            for wanted in LENGTHS {
                let mut long = draft(version);
                pad(&mut long, wanted, form).unwrap();
                let is = length(&long, form).unwrap();
                assert!((wanted - 7..=wanted).contains(&is), "{form:?} of {version}: {is} for {wanted}");
            }
        }
    }

    #[test]
    fn padding_stands_beside_what_is_echoed() {
        let mut long = draft(Version::V2);
        let entry = long.terms.requirements(Version::V2);
        let extensions = Some(json!({ "note": { "info": 1 } }));
        long = long.clone().answering(Echo { entry, terms: long.terms, resource: None, extensions });
        pad(&mut long, 9_000, Form::Header).unwrap();
        let extensions = long.present().unwrap().body["paymentPayload"]["extensions"].clone();
        assert_eq!(extensions["note"]["info"], 1);
        assert!(extensions[PADDING]["info"]["padding"].as_str().unwrap().len() > 5_000);
    }

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names: Vec<String> = quantum().into_iter().map(Kind::name).collect();
        assert_eq!(
            names,
            ["ML-DSA-44", "ML-DSA-44 + key", "ML-DSA-65", "ML-DSA-65 + key", "ML-DSA-87", "ML-DSA-87 + key"]
        );
    }
}
