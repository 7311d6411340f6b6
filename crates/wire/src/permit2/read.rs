//! The body of `/verify` and `/settle` with a Permit2 payment in it, read strictly or leniently.
//!
//! Amounts, times and the nonce are strings of decimal digits, addresses and the signature are `0x` and hex; lenient
//! reading takes other spellings as well, among them the hexadecimal nonce that the example of `upto` has. The scheme
//! of the requirements decides what the witness must have. Unknown fields are ignored, as everywhere.
//!
//! Source: core v2 §5.1.2, §5.2.2, §7.1-7.2; scheme `exact` on EVM §2 (Phase 2), scheme `upto` on EVM §1 (Phase 2), §2.

use super::approval::{SponsoredApproval, read_approval};
use super::eip2612::{SponsoredPermit, read_permit};
use super::{Permit2Authorization, Permit2Scheme, Witness};
use crate::message::{Malformed, Node, Reading, Requirements, Sides, parse, read_requirements, sides};
use crate::{Address, ReasonClass, Version};

/// The extensions with which somebody else pays for the allowance, and what the payer adds to them: without that
/// they are only the echo of an offer.
const SPONSORING: [(&str, &str); 2] =
    [("eip2612GasSponsoring", "signature"), ("erc20ApprovalGasSponsoring", "signedTransaction")];

/// A facilitator request with a Permit2 payment, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit2Request {
    /// The scheme that the payload names: `accepted.scheme`.
    pub claimed_scheme: String,
    /// The network that the payload names: `accepted.network`.
    pub claimed_network: String,
    /// `payload.permit2Authorization`. It names a facilitator exactly when the requirements' scheme is `upto`.
    pub authorization: Permit2Authorization,
    /// `payload.signature`, any length.
    pub signature: Vec<u8>,
    /// `paymentRequirements`, as in every scheme on EVM.
    pub requirements: Requirements,
    /// `paymentRequirements.extra.assetTransferMethod`.
    pub transfer_method: Option<String>,
    /// `paymentRequirements.extra.facilitatorAddress`; `upto` only.
    pub facilitator_address: Option<Address>,
    /// Whether the payer has signed for an extension with which somebody else pays for the allowance.
    pub sponsored: bool,
    /// The permit that does, where it is one of EIP-2612 that can be read.
    pub permit: Option<SponsoredPermit>,
    /// The approval that does, where it is a signed transaction.
    pub approval: Option<SponsoredApproval>,
}

/// Reads the body of `/verify` or `/settle` with a Permit2 payment.
///
/// # Errors
/// The first [`Malformed`] field, in reading order.
pub fn read_permit2(body: &[u8], reading: Reading) -> Result<Permit2Request, Malformed> {
    let root = parse(body)?;
    let Sides { payment, asked, version } = sides(&root, reading)?;
    if version != Version::V2 {
        let version = Node { class: ReasonClass::Version, ..payment.field("x402Version")? };
        return version.fail("Permit2 payments are of version 2");
    }
    let requirements = read_requirements(&asked, version)?;
    let upto = Permit2Scheme::named(&requirements.scheme) == Some(Permit2Scheme::Upto);
    let of_extra = |name: &str| asked.optional("extra").and_then(|extra| extra.optional(name));

    let accepted = payment.field("accepted")?;
    accepted.object()?;
    let extensions = payment.optional("extensions");
    let inner = payment.field("payload")?;
    inner.object()?;
    Ok(Permit2Request {
        claimed_scheme: accepted.field("scheme")?.text()?,
        claimed_network: accepted.field("network")?.text()?,
        signature: inner.field("signature")?.bytes()?,
        authorization: read_authorization(&inner.field("permit2Authorization")?, upto)?,
        transfer_method: of_extra("assetTransferMethod").map(|method| method.text()).transpose()?,
        facilitator_address: of_extra("facilitatorAddress")
            .filter(|_| upto)
            .map(|address| address.address())
            .transpose()?,
        sponsored: extensions.as_ref().is_some_and(is_sponsored),
        permit: extensions.as_ref().and_then(|extensions| read_permit(extensions).ok().flatten()),
        approval: extensions.as_ref().and_then(|extensions| read_approval(extensions).ok().flatten()),
        requirements,
    })
}

/// What belongs to an extension stands in its `info`, or beside that.
fn is_sponsored(extensions: &Node<'_>) -> bool {
    SPONSORING.iter().any(|(name, signed)| {
        let extension = extensions.optional(name);
        let info = extension.as_ref().and_then(|extension| extension.optional("info"));
        [extension, info].into_iter().flatten().any(|place| place.optional(signed).is_some())
    })
}

fn read_authorization(signed: &Node<'_>, upto: bool) -> Result<Permit2Authorization, Malformed> {
    signed.object()?;
    let permitted = signed.field("permitted")?;
    permitted.object()?;
    let witness = signed.field("witness")?;
    witness.object()?;
    Ok(Permit2Authorization {
        from: signed.field("from")?.address()?,
        token: permitted.field("token")?.address()?,
        amount: permitted.field("amount")?.integer()?,
        spender: signed.field("spender")?.address()?,
        nonce: signed.field("nonce")?.integer()?,
        deadline: signed.field("deadline")?.integer()?,
        witness: Witness {
            to: witness.field("to")?.address()?,
            facilitator: upto.then(|| witness.field("facilitator")?.address()).transpose()?,
            valid_after: witness.field("validAfter")?.integer()?,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permit2::draft::{Permit2Draft, members};
    use crate::{Key, Network, Terms, Token, U256};
    use serde_json::{Value, json};

    fn draft(scheme: Permit2Scheme) -> Permit2Draft {
        let token =
            Token { address: Address::repeat_byte(3), name: "USDC".into(), version: "2".into(), decimals: 6 };
        let terms = Terms {
            scheme: String::new(),
            network: Network::new(84532),
            token,
            amount: U256::from(10_000),
            pay_to: Address::repeat_byte(2),
            max_timeout_seconds: 60,
            resource: "https://api.example.com/weather".into(),
        };
        Permit2Draft::valid(scheme, terms, Key::derive("p"), U256::MAX, Address::repeat_byte(4), 1_000_000)
    }

    fn body(scheme: Permit2Scheme) -> Value {
        draft(scheme).present().unwrap().body
    }

    fn strict(body: &Value) -> Result<Permit2Request, Malformed> {
        read_permit2(body.to_string().as_bytes(), Reading::Strict)
    }

    #[test]
    fn what_is_presented_is_read_back() {
        for scheme in Permit2Scheme::ALL {
            let presented = draft(scheme).present().unwrap();
            let read = strict(&presented.body).unwrap();
            assert_eq!(read.authorization, presented.authorization, "{scheme}");
            assert_eq!(read.signature, presented.signature);
            assert_eq!((read.claimed_scheme.as_str(), read.sponsored), (scheme.name(), false));
            let upto = scheme == Permit2Scheme::Upto;
            assert_eq!(read.facilitator_address, upto.then_some(Address::repeat_byte(4)));
            assert_eq!(read.transfer_method.as_deref(), (!upto).then_some("permit2"));
        }
    }

    #[test]
    fn every_member_is_required_and_named_when_it_is_missing() {
        for scheme in Permit2Scheme::ALL {
            for member in members(scheme) {
                let mut body = body(scheme);
                let (parent, name) = member.rsplit_once('/').unwrap();
                body.pointer_mut(parent).unwrap().as_object_mut().unwrap().shift_remove(name).unwrap();
                let malformed = strict(&body).unwrap_err();
                assert_eq!((malformed.at, malformed.class), (member, ReasonClass::Payload), "{scheme}");
            }
        }
    }

    #[test]
    fn a_hexadecimal_nonce_is_the_same_number_to_a_lenient_reader_only() {
        for scheme in Permit2Scheme::ALL {
            let mut body = body(scheme);
            let nonce = format!("0x{}", "f".repeat(64));
            body["paymentPayload"]["payload"]["permit2Authorization"]["nonce"] = json!(nonce);
            assert!(strict(&body).unwrap_err().at.ends_with("/nonce"));
            let read = read_permit2(body.to_string().as_bytes(), Reading::Lenient).unwrap();
            assert_eq!(read.authorization.nonce, U256::MAX);
        }
    }

    #[test]
    fn a_facilitator_is_no_member_of_the_witness_of_exact() {
        let mut body = body(Permit2Scheme::Exact);
        body["paymentPayload"]["payload"]["permit2Authorization"]["witness"]["facilitator"] =
            json!("anything");
        body["paymentRequirements"]["extra"]["facilitatorAddress"] = json!("anything");
        let read = strict(&body).unwrap();
        assert_eq!((read.authorization.witness.facilitator, read.facilitator_address), (None, None));
    }

    #[test]
    fn sponsoring_is_seen_and_version_1_is_refused() {
        let mut body = body(Permit2Scheme::Exact);
        for (name, signed) in SPONSORING {
            for (extensions, due) in [
                (json!({ name: { "info": { signed: "0x" } } }), true),
                (json!({ name: { signed: "0x" } }), true),
                (json!({ name: { "info": { "version": "1" } } }), false),
                (json!({ "bazaar": { "info": { signed: "0x" } } }), false),
            ] {
                body["paymentPayload"]["extensions"] = extensions.clone();
                assert_eq!(strict(&body).unwrap().sponsored, due, "{extensions}");
            }
        }
        body["paymentPayload"]["x402Version"] = json!(1);
        assert_eq!(strict(&body).unwrap_err().class, ReasonClass::Version);
    }
}
