//! A payment before it is written down: everything that a mutation may change, and how it becomes bytes.

use crate::writing::Writing;
use crate::{Address, Authorization, B256, Domain, Key, SignatureForm, Spelling, Terms, U256, Version};
use alloy_primitives::hex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

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

/// What a resource server offered, as it wrote it: a payload echoes this and not our own rendering of it.
///
/// Source: core v2 §5.2.2; servers compare the echo member by member, some of them letter by letter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Echo {
    /// The chosen entry of `accepts`.
    pub entry: Value,
    /// What we read in it; only what a mutation changes against these terms is changed in the echo.
    pub terms: Terms,
    /// The `resource` of the 402, if it had one; v2 only.
    pub resource: Option<Value>,
    /// The `extensions` of the 402, if it had any; v2 only.
    pub extensions: Option<Value>,
}

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
    /// How the JSON is written down.
    pub writing: Writing,
    /// The offer that is answered; none when the payment goes to a facilitator directly.
    pub echo: Option<Box<Echo>>,
    /// How the dialect of a facilitator writes it.
    pub spelling: Arc<Spelling>,
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
            writing: Writing::default(),
            echo: None,
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
        let domain = self.spelling.signing(&self.domain);
        let signature = self.signer.sign_as(self.authorization.digest(&domain), self.form);
        let mut body = self.render(&signature);
        for edit in &self.edits {
            apply(&mut body, edit)?;
        }
        if let Some(echo) = &self.echo {
            body["paymentRequirements"] = echo.entry.clone();
        }
        self.spelling.spell(&mut body, self.terms.network, None);
        Ok(Presented { body, authorization: self.authorization.clone(), signature })
    }

    /// The body of `/verify` and `/settle` as it goes over the wire.
    ///
    /// # Errors
    /// [`DraftError`] when an edit or a repeated member names a place that does not exist.
    pub fn body(&self) -> Result<String, DraftError> {
        self.writing.write(&self.present()?.body, "")
    }

    /// The payment payload as it goes into a header, before base64.
    ///
    /// # Errors
    /// [`DraftError`] when an edit or a repeated member names a place that does not exist.
    pub fn payload(&self) -> Result<String, DraftError> {
        self.writing.write(&self.present()?.body["paymentPayload"], "/paymentPayload")
    }

    fn render(&self, signature: &[u8]) -> Value {
        let inner = json!({
            "signature": hex::encode_prefixed(signature),
            "authorization": written(&self.authorization),
        });
        let payload = match self.version {
            Version::V2 => self.render_v2(&inner),
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

    fn render_v2(&self, inner: &Value) -> Value {
        let requirements = |terms: &Terms| terms.requirements(Version::V2);
        payload_v2(&self.terms.resource, &self.accepted, self.echo.as_deref(), inner, requirements)
    }
}

/// An authorization as payloads have it.
pub(crate) fn written(signed: &Authorization) -> Value {
    json!({
        "from": signed.from.to_checksum(None),
        "to": signed.to.to_checksum(None),
        "value": signed.value.to_string(),
        "validAfter": signed.valid_after.to_string(),
        "validBefore": signed.valid_before.to_string(),
        "nonce": signed.nonce.to_string(),
    })
}

/// A version 2 payment payload around `inner`, what the scheme puts in it. `requirements` writes terms down as the
/// scheme does.
pub(crate) fn payload_v2(
    resource: &str,
    accepted: &Terms,
    echo: Option<&Echo>,
    inner: &Value,
    requirements: impl Fn(&Terms) -> Value,
) -> Value {
    let ours = requirements(accepted);
    let Some(echo) = echo else {
        return json!({
            "x402Version": 2,
            "resource": {
                "url": resource,
                "description": "",
                "mimeType": "application/json",
            },
            "accepted": ours,
            "payload": inner,
        });
    };
    let mut payload = json!({ "x402Version": 2 });
    if let Some(resource) = &echo.resource {
        payload["resource"] = resource.clone();
    }
    payload["accepted"] = overlay(&echo.entry, &requirements(&echo.terms), &ours);
    payload["payload"] = inner.clone();
    if let Some(extensions) = &echo.extensions {
        payload["extensions"] = extensions.clone();
    }
    payload
}

/// `entry` with every member that differs between two renderings of terms.
fn overlay(entry: &Value, before: &Value, after: &Value) -> Value {
    let mut changed = entry.clone();
    let (Some(members), Some(after)) = (changed.as_object_mut(), after.as_object()) else { return changed };
    for (name, value) in after.iter().filter(|(name, value)| before.get(name) != Some(value)) {
        members.insert(name.clone(), value.clone());
    }
    changed
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
