//! A payment before it is written down: everything that a mutation may change, and how it becomes bytes.

use crate::{Address, Authorization, B256, Domain, Key, SignatureForm, Terms, U256, Version};
use alloy_primitives::hex;
use serde_json::{Value, json};

/// Where the authorization stands in a facilitator request.
pub const AUTHORIZATION: &str = "/paymentPayload/payload/authorization";
/// Where the signature stands in a facilitator request.
pub const SIGNATURE: &str = "/paymentPayload/payload/signature";
/// Where the payment requirements stand in a facilitator request.
pub const REQUIREMENTS: &str = "/paymentRequirements";
/// Where the payload's own copy of the requirements stands in a v2 facilitator request.
pub const ACCEPTED: &str = "/paymentPayload/accepted";

/// A change to the rendered JSON, by JSON pointer (RFC 6901) from the top of the facilitator request.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Puts a value there; its parent must exist.
    Set(String, Value),
    /// Takes a member away; it must exist.
    Remove(String),
}

/// An edit that found no place: our mistake, never the target's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the mutation edits {0}, which this payment does not have")]
pub struct DraftError(pub String);

/// A payment that can still be changed.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Protocol version.
    pub version: Version,
    /// What the payment requirements say.
    pub terms: Terms,
    /// What the payload says was accepted: all of it in v2, scheme and network in v1.
    pub accepted: Terms,
    /// What is signed.
    pub authorization: Authorization,
    /// The domain under which it is signed.
    pub domain: Domain,
    /// Who signs.
    pub signer: Key,
    /// How the signature is written.
    pub form: SignatureForm,
    /// Changes to the rendered JSON, in order.
    pub edits: Vec<Edit>,
}

/// A payment as it goes over the wire.
#[derive(Debug, Clone)]
pub struct Presented {
    /// The body of `/verify` and `/settle`.
    pub body: Value,
    /// What was signed.
    pub authorization: Authorization,
    /// The signature as written.
    pub signature: Vec<u8>,
}

impl Draft {
    /// A valid payment of `terms` by `payer`, signed at `now` (Unix seconds).
    ///
    /// The window is what stock clients use: `validBefore = now + maxTimeoutSeconds`, `validAfter` 0 in v2 and
    /// ten minutes ago in v1.
    #[must_use]
    pub fn valid(version: Version, terms: Terms, payer: Key, nonce: B256, now: u64) -> Self {
        let valid_after = match version {
            Version::V1 => now.saturating_sub(600),
            Version::V2 => 0,
        };
        Self {
            version,
            authorization: Authorization {
                from: payer.address(),
                to: terms.pay_to,
                value: terms.amount,
                valid_after: U256::from(valid_after),
                valid_before: U256::from(now.saturating_add(terms.max_timeout_seconds)),
                nonce,
            },
            domain: Domain {
                name: terms.token.name.clone(),
                version: terms.token.version.clone(),
                chain_id: terms.network.chain_id,
                verifying_contract: terms.token.address,
            },
            accepted: terms.clone(),
            terms,
            signer: payer,
            form: SignatureForm::Plain,
            edits: Vec::new(),
        }
    }

    /// The payer that the payment claims to be from.
    #[must_use]
    pub fn payer(&self) -> Address {
        self.authorization.from
    }

    /// Signs, renders and edits.
    ///
    /// # Errors
    /// [`DraftError`] when an edit names a place that does not exist.
    pub fn present(&self) -> Result<Presented, DraftError> {
        let signature = self.signer.sign_as(self.authorization.digest(&self.domain), self.form);
        let mut body = self.render(&signature);
        for edit in &self.edits {
            apply(&mut body, edit)?;
        }
        Ok(Presented { body, authorization: self.authorization.clone(), signature })
    }

    fn render(&self, signature: &[u8]) -> Value {
        let inner = json!({
            "signature": hex::encode_prefixed(signature),
            "authorization": {
                "from": self.authorization.from.to_checksum(None),
                "to": self.authorization.to.to_checksum(None),
                "value": self.authorization.value.to_string(),
                "validAfter": self.authorization.valid_after.to_string(),
                "validBefore": self.authorization.valid_before.to_string(),
                "nonce": self.authorization.nonce.to_string(),
            },
        });
        let payload = match self.version {
            Version::V2 => json!({
                "x402Version": 2,
                "resource": {
                    "url": self.terms.resource,
                    "description": "",
                    "mimeType": "application/json",
                },
                "accepted": self.accepted.requirements(Version::V2),
                "payload": inner,
            }),
            Version::V1 => json!({
                "x402Version": 1,
                "scheme": self.accepted.scheme,
                "network": self.accepted.network.v1_name(),
                "payload": inner,
            }),
        };
        json!({
            "x402Version": self.version.number(),
            "paymentPayload": payload,
            "paymentRequirements": self.terms.requirements(self.version),
        })
    }
}

/// Applies one edit to a rendered request.
///
/// # Errors
/// [`DraftError`] when the place does not exist.
pub fn apply(body: &mut Value, edit: &Edit) -> Result<(), DraftError> {
    let pointer = match edit {
        Edit::Set(pointer, _) | Edit::Remove(pointer) => pointer,
    };
    let missing = || DraftError(pointer.clone());
    let (parent, member) = pointer.rsplit_once('/').ok_or_else(missing)?;
    let member = member.replace("~1", "/").replace("~0", "~");
    let parent = body.pointer_mut(parent).and_then(Value::as_object_mut).ok_or_else(missing)?;
    match edit {
        Edit::Set(_, value) => {
            parent.insert(member, value.clone());
        }
        Edit::Remove(_) => {
            parent.shift_remove(&member).ok_or_else(missing)?;
        }
    }
    Ok(())
}
