//! A permit before it is written down, and the changes that may be made to a valid one.

use super::{EIP2612_GAS_SPONSORING, digest};
use crate::draft::Edit;
use crate::mutation::words::token_named;
use crate::mutation::{Cast, form_text};
use crate::permit2::{PERMIT2, Permit2Draft};
use crate::{Address, Domain, Key, SignatureForm, U256};
use alloy_primitives::hex;
use serde_json::{Value, json};

/// A permit that can still be changed.
#[derive(Debug, Clone)]
pub struct PermitDraft {
    /// The owner that is written.
    pub from: Address,
    /// The owner that is signed.
    pub owner: Address,
    /// The token that is written.
    pub asset: Address,
    /// The spender that is written.
    pub spender: Address,
    /// The spender that is signed.
    pub signed_spender: Address,
    /// How much may be taken, atomic units.
    pub amount: U256,
    /// The owner's nonce for permits at the token.
    pub nonce: U256,
    /// Unix seconds.
    pub deadline: U256,
    /// The domain under which it is signed: the token's.
    pub domain: Domain,
    /// Who signs.
    pub signer: Key,
    /// How the signature is written.
    pub form: SignatureForm,
    /// When it was made, Unix seconds.
    pub made_at: u64,
}

/// One change to a valid permit. What is signed is changed before signing, unless it is said otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PermitMutation {
    /// Another account is written as its owner; signed by and for the payer.
    From(String),
    /// Another token is written; signed for that of the payment.
    Asset(String),
    /// Another spender, written and signed.
    Spender(String),
    /// Another spender is signed than the written one, which is Permit2.
    SpenderHidden(String),
    /// So many units less than the payment permits.
    AmountBelow(u64),
    /// All there is in 256 bits.
    AmountMax,
    /// The deadline was so many seconds ago.
    Expired(u64),
    /// A nonce so far ahead of the token's.
    NonceAhead(u64),
    /// Another account signs.
    SignedBy(String),
    /// The signature is written in another form.
    Signature(SignatureForm),
    /// Signed for another chain id.
    DomainChain(u64),
}

impl PermitDraft {
    /// A permit that carries a payment: for Permit2, over what the payment permits, and good for as long as it is.
    ///
    /// `nonce` is the payer's next one at the token. The extension's example permits far more; the deployed proxies take
    /// no other amount than that of the payment.
    #[must_use]
    pub fn valid(payment: &Permit2Draft, nonce: U256) -> Self {
        let (token, signed) = (&payment.terms.token, &payment.authorization);
        Self {
            from: signed.from,
            owner: signed.from,
            asset: token.address,
            spender: PERMIT2,
            signed_spender: PERMIT2,
            amount: signed.amount,
            nonce,
            deadline: signed.deadline,
            domain: Domain {
                name: token.name.clone(),
                version: token.version.clone(),
                chain_id: payment.terms.network.chain_id,
                verifying_contract: token.address,
            },
            signer: payment.signer.clone(),
            form: SignatureForm::Plain,
            made_at: payment.made_at,
        }
    }

    /// The signature as written.
    #[must_use]
    pub fn signature(&self) -> Vec<u8> {
        let numbers = [self.amount, self.nonce, self.deadline];
        self.signer.sign_as(digest(self.owner, self.signed_spender, numbers, &self.domain), self.form)
    }

    /// `extensions` of a payload with this permit alone.
    #[must_use]
    pub fn extensions(&self) -> Value {
        json!({ EIP2612_GAS_SPONSORING: { "info": {
            "from": self.from.to_checksum(None),
            "asset": self.asset.to_checksum(None),
            "spender": self.spender.to_checksum(None),
            "amount": self.amount.to_string(),
            "nonce": self.nonce.to_string(),
            "deadline": self.deadline.to_string(),
            "signature": hex::encode_prefixed(self.signature()),
            "version": "1",
        } } })
    }

    /// Puts it into a payment, in the place of all other extensions.
    pub fn attach(&self, payment: &mut Permit2Draft) {
        payment.edits.push(Edit::Set("/paymentPayload/extensions".into(), self.extensions()));
    }
}

impl PermitMutation {
    /// Changes a permit and says how, as `field before → after`.
    pub fn apply(&self, permit: &mut PermitDraft, cast: &dyn Cast) -> String {
        let address = |name: &String| cast.account(name).address();
        match self {
            Self::From(name) => replaced("from", &mut permit.from, address(name)),
            Self::Asset(name) => {
                replaced("asset", &mut permit.asset, token_named(name.clone(), cast).address)
            }
            Self::Spender(name) => {
                permit.signed_spender = address(name);
                replaced("spender", &mut permit.spender, address(name))
            }
            Self::SpenderHidden(name) => {
                permit.signed_spender = address(name);
                format!("permit signed for the spender {} (written as it was)", permit.signed_spender)
            }
            Self::AmountBelow(units) => {
                let amount = permit.amount.saturating_sub(U256::from(*units));
                replaced("amount", &mut permit.amount, amount)
            }
            Self::AmountMax => replaced("amount", &mut permit.amount, U256::MAX),
            Self::Expired(seconds) => {
                let deadline = U256::from(permit.made_at.saturating_sub(*seconds));
                replaced("deadline", &mut permit.deadline, deadline)
            }
            Self::NonceAhead(by) => {
                let nonce = permit.nonce.saturating_add(U256::from(*by));
                replaced("nonce", &mut permit.nonce, nonce)
            }
            Self::SignedBy(name) => {
                permit.signer = cast.account(name);
                format!("permit signed by {} instead of the payer", permit.signer.address())
            }
            Self::Signature(form) => {
                permit.form = *form;
                format!("permit's signature → {}", form_text(*form))
            }
            Self::DomainChain(chain_id) => {
                permit.domain.chain_id = *chain_id;
                format!("permit signed under the EIP-712 domain with chainId {chain_id}")
            }
        }
    }
}

fn replaced<T: std::fmt::Display + Copy>(member: &str, place: &mut T, after: T) -> String {
    let before = std::mem::replace(place, after);
    format!("permit.{member} {before} → {after}")
}
