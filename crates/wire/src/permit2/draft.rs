//! A Permit2 payment before it is written down: everything that a mutation may change, and how it becomes JSON.

use super::{PERMIT2, Permit2Authorization, Permit2Scheme, Witness, domain};
use crate::draft::{DraftError, Echo, Edit, apply, payload_v2};
use crate::{Address, Authorization, B256, Domain, Key, SignatureForm, Spelling, Terms, U256, Version};
use alloy_primitives::hex;
use serde_json::{Value, json};
use std::sync::Arc;

/// Where the authorization stands in a facilitator request.
pub const PERMIT2_AUTHORIZATION: &str = "/paymentPayload/payload/permit2Authorization";
/// How long before its making a payment is good, in seconds: what stock clients take who do not take for ever.
const HEAD_START_SECONDS: u64 = 600;

/// A Permit2 payment that can still be changed. Protocol version 2.
#[derive(Debug, Clone)]
pub struct Permit2Draft {
    /// The scheme that the payload is made for, whatever the terms say.
    pub scheme: Permit2Scheme,
    /// What the payment requirements say. At the settlement of an `upto` payment their amount is what is charged.
    pub terms: Terms,
    /// What the payload says was accepted.
    pub accepted: Terms,
    /// The facilitator's address: in `upto` it is announced in `extra` and stands in the witness; in `exact` nothing
    /// names it, and only mutations know it.
    pub facilitator: Address,
    /// What is signed.
    pub authorization: Permit2Authorization,
    /// The chain for which it is signed.
    pub chain_id: u64,
    /// The Permit2 contract for which it is signed.
    pub permit2: Address,
    /// The kind of EIP-712 domain under which it is signed.
    pub under: SignedUnder,
    /// Who signs.
    pub signer: Key,
    /// How the signature is written.
    pub form: SignatureForm,
    /// Which authorizations the payload has.
    pub shape: PayloadShape,
    /// Changes to the rendered JSON, in order.
    pub edits: Vec<Edit>,
    /// The offer that is answered; none when the payment goes to a facilitator directly.
    pub echo: Option<Box<Echo>>,
    /// When it was made, Unix seconds: mutations of the window count from here.
    pub made_at: u64,
    /// How the dialect of a facilitator writes it.
    pub spelling: Arc<Spelling>,
}

/// An EIP-712 domain for a Permit2 authorization. All but [`SignedUnder::Permit2`] are faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedUnder {
    /// That of Permit2: name, chain and contract.
    Permit2,
    /// That of Permit2 and a version, which it has not.
    Versioned(String),
    /// That of the token.
    Token,
}

/// Which authorizations stand in the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadShape {
    /// That of Permit2.
    Permit2,
    /// That of Permit2, which is signed, and one of EIP-3009 beside it that says the same.
    Both,
    /// One of EIP-3009 that says the same, signed as such.
    Eip3009,
}

/// A Permit2 payment as it goes over the wire.
#[derive(Debug, Clone)]
pub struct Permit2Presented {
    /// The body of `/verify` and `/settle`.
    pub body: Value,
    /// What was signed.
    pub authorization: Permit2Authorization,
    /// The signature as written.
    pub signature: Vec<u8>,
}

impl Permit2Draft {
    /// A valid payment of `terms` by `payer`, made at `now` (Unix seconds), under a scheme that `terms` need not name.
    ///
    /// `facilitator` is the address that the facilitator announces. The window is `deadline = now + maxTimeoutSeconds`
    /// and `validAfter` ten minutes ago; the documents set neither.
    #[must_use]
    pub fn valid(
        scheme: Permit2Scheme,
        terms: Terms,
        payer: Key,
        nonce: U256,
        facilitator: Address,
        now: u64,
    ) -> Self {
        let terms = Terms { scheme: scheme.name().to_owned(), ..terms };
        Self {
            scheme,
            facilitator,
            authorization: Permit2Authorization {
                from: payer.address(),
                token: terms.token.address,
                amount: terms.amount,
                spender: scheme.proxy(),
                nonce,
                deadline: U256::from(now.saturating_add(terms.max_timeout_seconds)),
                witness: Witness {
                    to: terms.pay_to,
                    facilitator: (scheme == Permit2Scheme::Upto).then_some(facilitator),
                    valid_after: U256::from(now.saturating_sub(HEAD_START_SECONDS)),
                },
            },
            chain_id: terms.network.chain_id,
            permit2: PERMIT2,
            under: SignedUnder::Permit2,
            accepted: terms.clone(),
            terms,
            signer: payer,
            form: SignatureForm::Plain,
            shape: PayloadShape::Permit2,
            edits: Vec::new(),
            echo: None,
            made_at: now,
            spelling: Arc::default(),
        }
    }

    /// The payment in the words of the foundation's documents, whatever the dialect.
    #[must_use]
    pub fn plain(&self) -> Self {
        Self { spelling: Arc::default(), ..self.clone() }
    }

    /// The payment as an answer to an offer: the payload echoes it, and the requirements are the server's own
    /// whatever a mutation makes of the payload.
    #[must_use]
    pub fn answering(mut self, echo: Echo) -> Self {
        self.echo = Some(Box::new(echo));
        self
    }

    /// The payment as it is settled for `amount` atomic units: the requirements ask for that, and the payload is as it
    /// was. Only `upto` knows another amount than the accepted one.
    #[must_use]
    pub fn charging(mut self, amount: U256) -> Self {
        self.terms.amount = amount;
        self
    }

    /// Signs, renders and edits.
    ///
    /// # Errors
    /// [`DraftError`] when an edit names a place that does not exist.
    pub fn present(&self) -> Result<Permit2Presented, DraftError> {
        let signature = self.signer.sign_as(self.digest(), self.form);
        let mut body = self.render(&signature);
        for edit in &self.edits {
            apply(&mut body, edit)?;
        }
        if let Some(echo) = &self.echo {
            body["paymentRequirements"] = echo.entry.clone();
        }
        let charged = self.scheme == Permit2Scheme::Upto;
        self.spelling.spell(&mut body, self.terms.network, charged.then_some(self.accepted.amount));
        Ok(Permit2Presented { body, authorization: self.authorization.clone(), signature })
    }

    /// The body of `/verify` and `/settle` as it goes over the wire.
    ///
    /// # Errors
    /// [`DraftError`] when an edit names a place that does not exist.
    pub fn body(&self) -> Result<String, DraftError> {
        Ok(self.present()?.body.to_string())
    }

    /// The payment payload as it goes into a header, before base64.
    ///
    /// # Errors
    /// [`DraftError`] when an edit names a place that does not exist.
    pub fn payload(&self) -> Result<String, DraftError> {
        Ok(self.present()?.body["paymentPayload"].to_string())
    }

    fn digest(&self) -> B256 {
        if self.shape == PayloadShape::Eip3009 {
            return self.as_eip3009().digest(&self.token_domain());
        }
        let domain = match &self.under {
            SignedUnder::Permit2 => domain(self.chain_id, self.permit2),
            SignedUnder::Versioned(version) => {
                let mut domain = domain(self.chain_id, self.permit2);
                domain.version = Some(version.clone().into());
                domain
            }
            SignedUnder::Token => self.token_domain().alloy(),
        };
        self.authorization.digest_under(&domain)
    }

    fn token_domain(&self) -> Domain {
        let token = &self.terms.token;
        Domain {
            name: token.name.clone(),
            version: token.version.clone(),
            chain_id: self.chain_id,
            verifying_contract: token.address,
        }
    }

    /// The EIP-3009 authorization that says the same.
    fn as_eip3009(&self) -> Authorization {
        Authorization {
            from: self.authorization.from,
            to: self.authorization.witness.to,
            value: self.authorization.amount,
            valid_after: self.authorization.witness.valid_after,
            valid_before: self.authorization.deadline,
            nonce: B256::from(self.authorization.nonce),
        }
    }

    fn render(&self, signature: &[u8]) -> Value {
        let mut inner = json!({ "signature": hex::encode_prefixed(signature) });
        if self.shape != PayloadShape::Eip3009 {
            inner["permit2Authorization"] = written(&self.authorization);
        }
        if self.shape != PayloadShape::Permit2 {
            inner["authorization"] = crate::draft::written(&self.as_eip3009());
        }
        let requirements = |terms: &Terms| requirements(terms, self.facilitator);
        let (resource, echo) = (&self.terms.resource, self.echo.as_deref());
        json!({
            "x402Version": Version::V2,
            "paymentPayload": payload_v2(resource, &self.accepted, echo, &inner, requirements),
            "paymentRequirements": requirements(&self.terms),
        })
    }
}

/// The `PaymentRequirements` object for a Permit2 payment: what stands in `extra` is the scheme's.
///
/// Source: scheme `exact` on EVM §2 (`extra`), scheme `upto` on EVM §2, where `facilitator` is announced.
#[must_use]
pub fn requirements(terms: &Terms, facilitator: Address) -> Value {
    let mut requirements = terms.requirements(Version::V2);
    let extra = &mut requirements["extra"];
    match Permit2Scheme::named(&terms.scheme) {
        // This scheme has one way to move money, so that nothing names it.
        Some(Permit2Scheme::Upto) => extra["facilitatorAddress"] = json!(facilitator.to_checksum(None)),
        _ => extra["assetTransferMethod"] = json!("permit2"),
    }
    requirements
}

fn written(signed: &Permit2Authorization) -> Value {
    let mut witness = json!({ "to": signed.witness.to.to_checksum(None) });
    if let Some(facilitator) = signed.witness.facilitator {
        witness["facilitator"] = json!(facilitator.to_checksum(None));
    }
    witness["validAfter"] = json!(signed.witness.valid_after.to_string());
    json!({
        "permitted": {
            "token": signed.token.to_checksum(None),
            "amount": signed.amount.to_string(),
        },
        "from": signed.from.to_checksum(None),
        "spender": signed.spender.to_checksum(None),
        "nonce": signed.nonce.to_string(),
        "deadline": signed.deadline.to_string(),
        "witness": witness,
    })
}

/// Where the members stand, in a facilitator request, that a payload of a scheme must have.
#[must_use]
pub fn members(scheme: Permit2Scheme) -> Vec<String> {
    let mut members = vec![crate::draft::SIGNATURE.to_owned(), PERMIT2_AUTHORIZATION.to_owned()];
    members.extend(
        [
            "permitted",
            "permitted/token",
            "permitted/amount",
            "from",
            "spender",
            "nonce",
            "deadline",
            "witness",
            "witness/to",
            "witness/validAfter",
        ]
        .map(|member| format!("{PERMIT2_AUTHORIZATION}/{member}")),
    );
    if scheme == Permit2Scheme::Upto {
        members.push(format!("{PERMIT2_AUTHORIZATION}/witness/facilitator"));
    }
    members
}
