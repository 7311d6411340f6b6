//! A payment as text with three places to fill in: payer, nonce and signature.

use crate::keys::Payer;
use crate::sign::Signature;
use alloy_primitives::hex;
use gauntlet_wire::{B256, Draft, DraftError};
use std::ops::Range;

/// A payment of which only payer, nonce and signature change.
#[derive(Debug, Clone)]
pub struct Template {
    text: Vec<u8>,
    payer: Range<usize>,
    nonce: Range<usize>,
    signature: Range<usize>,
}

/// A payment that cannot be made in bulk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The payment cannot be written at all.
    #[error("the payment cannot be written: {0}")]
    Draft(#[from] DraftError),
    /// One of the three is not there as it is written usually, or more than once.
    #[error("the {0} of a payment in bulk must stand in it once, as it is written usually")]
    Place(&'static str),
}

impl Template {
    /// The payment payload, as it goes into a header before base64.
    ///
    /// # Errors
    /// [`TemplateError`] when the draft cannot be written or is written in another way than usual.
    pub fn of_payload(draft: &Draft) -> Result<Self, TemplateError> {
        Self::of(draft, draft.payload()?)
    }

    /// The body of `/verify` and `/settle`.
    ///
    /// # Errors
    /// [`TemplateError`] when the draft cannot be written or is written in another way than usual.
    pub fn of_body(draft: &Draft) -> Result<Self, TemplateError> {
        Self::of(draft, draft.body()?)
    }

    fn of(draft: &Draft, text: String) -> Result<Self, TemplateError> {
        let place = |what: &'static str, value: &str| {
            let mut found = text.match_indices(value);
            match (found.next(), found.next()) {
                (Some((start, _)), None) => Ok(start..start + value.len()),
                _ => Err(TemplateError::Place(what)),
            }
        };
        let signature = draft.present()?.signature;
        if signature.len() != 65 {
            return Err(TemplateError::Place("signature"));
        }
        Ok(Self {
            payer: place("payer", &draft.authorization.from.to_checksum(None))?,
            nonce: place("nonce", &draft.authorization.nonce.to_string())?,
            signature: place("signature", &hex::encode_prefixed(signature))?,
            text: text.into_bytes(),
        })
    }

    /// How long each payment is, bytes.
    #[must_use]
    pub fn length(&self) -> usize {
        self.text.len()
    }

    /// Writes a payment over what `out` held.
    pub fn write(&self, out: &mut Vec<u8>, payer: &Payer, nonce: &B256, signature: &Signature) {
        out.clear();
        out.extend_from_slice(&self.text);
        out[self.payer.clone()].copy_from_slice(&payer.text);
        digits(&mut out[self.nonce.clone()], nonce.as_slice());
        digits(&mut out[self.signature.clone()], signature);
    }
}

/// Hexadecimal digits behind `0x`, which stands there already.
fn digits(place: &mut [u8], bytes: &[u8]) {
    // The place was found by a text of this very length.
    let written = hex::encode_to_slice(bytes, &mut place[2..]);
    debug_assert!(written.is_ok());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::payers;
    use crate::sample::draft;
    use gauntlet_wire::{Key, Mutation, Version};

    #[test]
    fn what_is_filled_in_is_what_the_wire_writes() {
        for version in Version::ALL {
            let pattern = draft(version, Key::derive("pattern"), B256::repeat_byte(0xaa));
            for (number, payer) in payers("402", 5).iter().enumerate() {
                let nonce = B256::with_last_byte(u8::try_from(number).unwrap());
                let key = Key::from_bytes(payer.key.to_bytes()).unwrap();
                let wanted = draft(version, key, nonce);
                let mut signature = [0; 65];
                signature.copy_from_slice(&wanted.present().unwrap().signature);
                let mut out = Vec::new();
                let payload = Template::of_payload(&pattern).unwrap();
                payload.write(&mut out, payer, &nonce, &signature);
                assert_eq!(String::from_utf8(out.clone()).unwrap(), wanted.payload().unwrap());
                assert_eq!(payload.length(), out.len());
                Template::of_body(&pattern).unwrap().write(&mut out, payer, &nonce, &signature);
                assert_eq!(String::from_utf8(out).unwrap(), wanted.body().unwrap());
            }
        }
    }

    #[test]
    fn what_is_written_otherwise_is_refused() {
        let refused = |change: Mutation| {
            let mut odd = draft(Version::V2, Key::derive("pattern"), B256::repeat_byte(0xaa));
            change.apply(&mut odd, 1_790_000_000);
            Template::of_payload(&odd).expect_err("it is written otherwise")
        };
        assert_eq!(refused(Mutation::LowerCaseAddresses), TemplateError::Place("payer"));
        assert_eq!(refused(Mutation::NonceText("7".into())), TemplateError::Place("nonce"));
        assert_eq!(refused(Mutation::UpperCaseHex), TemplateError::Place("nonce"));
    }
}
