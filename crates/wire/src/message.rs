//! The body of `/verify` and `/settle`, read strictly or leniently.
//!
//! Strict is what the field tables of the specifications say: amounts and times are strings of decimal digits,
//! addresses and hashes are `0x` and hex. Lenient also takes the spellings that real implementations are seen to
//! take (JSON numbers, hexadecimal, blanks, leading zeros), so that we can tell *odd* from *wrong*.
//! Unknown fields are ignored by both: the specifications are silent about them.
//!
//! Source: core v2 §5.1.2, §5.2.2, §7.1-7.2; core v1 §5.1.2, §5.2.2, §7.1-7.2.

use crate::{Authorization, ReasonClass, Version};
use alloy_primitives::{Address, B256, U256, hex};
use serde_json::Value;

/// How much a reader forgives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The field tables to the letter.
    Strict,
    /// Also what implementations are seen to accept.
    Lenient,
}

/// Payment requirements of either version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirements {
    /// `scheme`.
    pub scheme: String,
    /// `network` as written: CAIP-2 in v2, a short name in v1.
    pub network: String,
    /// `amount` (v2) or `maxAmountRequired` (v1), atomic token units.
    pub amount: U256,
    /// `asset`.
    pub asset: Address,
    /// `payTo`.
    pub pay_to: Address,
    /// `maxTimeoutSeconds`.
    pub max_timeout_seconds: u64,
    /// `extra.name`.
    pub domain_name: Option<String>,
    /// `extra.version`.
    pub domain_version: Option<String>,
}

/// A facilitator request, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The version that the payment payload claims.
    pub version: Version,
    /// The scheme that the payload names: `accepted.scheme` (v2) or `scheme` (v1).
    pub claimed_scheme: String,
    /// The network that the payload names: `accepted.network` (v2) or `network` (v1).
    pub claimed_network: String,
    /// `payload.authorization`.
    pub authorization: Authorization,
    /// `payload.signature`, any length.
    pub signature: Vec<u8>,
    /// `paymentRequirements`.
    pub requirements: Requirements,
}

/// What is wrong with a body, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", if at.is_empty() { "the body" } else { at })]
pub struct Malformed {
    /// JSON pointer (RFC 6901) from the top of the body; empty for the body itself.
    pub at: String,
    /// The problem in a few words.
    pub problem: String,
    /// The reason class that fits: `Payload`, `Requirements` or `Version`.
    pub class: ReasonClass,
}

/// Reads the body of `/verify` or `/settle`.
///
/// # Errors
/// The first [`Malformed`] field, in reading order.
pub fn read_request(body: &[u8], reading: Reading) -> Result<Request, Malformed> {
    let root = parse(body)?;
    let Sides { payment, asked, version } = sides(&root, reading)?;

    let claims = match version {
        Version::V1 => payment.clone(),
        Version::V2 => payment.field("accepted")?,
    };
    claims.object()?;
    let inner = payment.field("payload")?;
    inner.object()?;
    let authorization = inner.field("authorization")?;
    authorization.object()?;

    Ok(Request {
        version,
        claimed_scheme: claims.field("scheme")?.text()?,
        claimed_network: claims.field("network")?.text()?,
        signature: inner.field("signature")?.bytes()?,
        authorization: Authorization {
            from: authorization.field("from")?.address()?,
            to: authorization.field("to")?.address()?,
            value: authorization.field("value")?.integer()?,
            valid_after: authorization.field("validAfter")?.integer()?,
            valid_before: authorization.field("validBefore")?.integer()?,
            nonce: authorization.field("nonce")?.hash()?,
        },
        requirements: read_requirements(&asked, version)?,
    })
}

/// The JSON of a body.
pub(crate) fn parse(body: &[u8]) -> Result<Value, Malformed> {
    serde_json::from_slice(body).map_err(|error| Malformed {
        at: String::new(),
        problem: format!("not JSON: {error}"),
        class: ReasonClass::Payload,
    })
}

/// The two halves of a facilitator request, and the version that its payment claims.
pub(crate) struct Sides<'a> {
    pub(crate) payment: Node<'a>,
    pub(crate) asked: Node<'a>,
    pub(crate) version: Version,
}

pub(crate) fn sides(root: &Value, reading: Reading) -> Result<Sides<'_>, Malformed> {
    let root = Node { value: root, at: String::new(), class: ReasonClass::Payload, reading };
    root.object()?;
    let payment = root.field("paymentPayload")?;
    payment.object()?;
    let asked = Node { class: ReasonClass::Requirements, ..root.field("paymentRequirements")? };
    asked.object()?;
    let version = Node { class: ReasonClass::Version, ..payment.field("x402Version")? }.version()?;
    Ok(Sides { payment, asked, version })
}

pub(crate) fn read_requirements(asked: &Node<'_>, version: Version) -> Result<Requirements, Malformed> {
    let extra = asked.optional("extra");
    if let Some(extra) = &extra {
        extra.object()?;
    }
    let of_extra = |name: &str| {
        extra.as_ref().and_then(|extra| extra.optional(name)).map(|field| field.label()).transpose()
    };
    Ok(Requirements {
        scheme: asked.field("scheme")?.text()?,
        network: asked.field("network")?.text()?,
        amount: asked.field(amount_field(version))?.integer()?,
        asset: asked.field("asset")?.address()?,
        pay_to: asked.field("payTo")?.address()?,
        max_timeout_seconds: asked.field("maxTimeoutSeconds")?.seconds()?,
        domain_name: of_extra("name")?,
        domain_version: of_extra("version")?,
    })
}

/// The name of the price field: `amount` in v2, `maxAmountRequired` in v1.
#[must_use]
pub const fn amount_field(version: Version) -> &'static str {
    match version {
        Version::V1 => "maxAmountRequired",
        Version::V2 => "amount",
    }
}

/// One JSON value with the way to it, so that every error can say where it is.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    pub(crate) value: &'a Value,
    pub(crate) at: String,
    pub(crate) class: ReasonClass,
    pub(crate) reading: Reading,
}

impl<'a> Node<'a> {
    pub(crate) fn fail<T>(&self, problem: impl Into<String>) -> Result<T, Malformed> {
        Err(Malformed { at: self.at.clone(), problem: problem.into(), class: self.class })
    }

    pub(crate) fn optional(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Node { value, at: format!("{}/{name}", self.at), ..self.clone() })
    }

    pub(crate) fn field(&self, name: &str) -> Result<Node<'a>, Malformed> {
        match self.optional(name) {
            Some(node) => Ok(node),
            None => Err(Malformed {
                at: format!("{}/{name}", self.at),
                problem: "missing".into(),
                class: self.class,
            }),
        }
    }

    pub(crate) fn object(&self) -> Result<(), Malformed> {
        if self.value.is_object() { Ok(()) } else { self.fail("not an object") }
    }

    pub(crate) fn text(&self) -> Result<String, Malformed> {
        self.value.as_str().map_or_else(|| self.fail("not a string"), |text| Ok(text.to_owned()))
    }

    /// A text that some write as a number: core v1 §5.1.2 itself shows `extra.version` as one.
    fn label(&self) -> Result<String, Malformed> {
        match self.value {
            Value::Number(number) if self.reading == Reading::Lenient => Ok(number.to_string()),
            _ => self.text(),
        }
    }

    fn version(&self) -> Result<Version, Malformed> {
        let number = self.value.as_u64().and_then(|number| u8::try_from(number).ok());
        match number.map(Version::try_from) {
            Some(Ok(version)) => Ok(version),
            _ => self.fail(format!("{} is not a version of x402", self.value)),
        }
    }

    fn seconds(&self) -> Result<u64, Malformed> {
        let seconds = match self.reading {
            Reading::Strict => self.value.as_u64(),
            Reading::Lenient => self.whole_number().and_then(|number| u64::try_from(number).ok()),
        };
        seconds.map_or_else(|| self.fail("not a whole number of seconds"), Ok)
    }

    /// A JSON number without a fraction. Parsers that keep every number as a double cannot tell 10000, 10000.0 and
    /// 1e4 apart, so neither does this.
    fn whole_number(&self) -> Option<U256> {
        let number = self.value.as_number()?;
        if let Some(small) = number.as_u64() {
            return Some(U256::from(small));
        }
        let double = number.as_f64().filter(|double| double.fract() == 0.0)?;
        U256::try_from(double).ok()
    }

    pub(crate) fn integer(&self) -> Result<U256, Malformed> {
        let lenient = self.reading == Reading::Lenient;
        let text = match self.value {
            Value::String(text) => text,
            Value::Number(_) if lenient => {
                return self
                    .whole_number()
                    .map_or_else(|| self.fail("not a whole number of atomic units"), Ok);
            }
            _ => return self.fail("not a string of digits"),
        };
        let (digits, radix) = if lenient {
            let text = text.trim();
            text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).map_or((text, 10), |hex| (hex, 16))
        } else {
            if text.len() > 1 && text.starts_with('0') {
                return self.fail("leading zero");
            }
            (text.as_str(), 10)
        };
        if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
            return self.fail(format!("{text:?} is not a decimal number of atomic units"));
        }
        U256::from_str_radix(digits, u64::from(radix)).or_else(|_| self.fail("does not fit in 256 bits"))
    }

    pub(crate) fn bytes(&self) -> Result<Vec<u8>, Malformed> {
        let text = self.text()?;
        let digits = match text.strip_prefix("0x") {
            Some(digits) => digits,
            None if self.reading == Reading::Lenient => text.as_str(),
            None => return self.fail("does not begin with 0x"),
        };
        // The decoder would take a second 0x for a prefix.
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return self.fail("not hexadecimal");
        }
        hex::decode(digits).or_else(|_| self.fail("an odd number of hexadecimal digits"))
    }

    pub(crate) fn address(&self) -> Result<Address, Malformed> {
        let bytes = self.bytes()?;
        Address::try_from(bytes.as_slice()).or_else(|_| self.fail(format!("{} bytes, not 20", bytes.len())))
    }

    fn hash(&self) -> Result<B256, Malformed> {
        let bytes = self.bytes()?;
        B256::try_from(bytes.as_slice()).or_else(|_| self.fail(format!("{} bytes, not 32", bytes.len())))
    }
}
