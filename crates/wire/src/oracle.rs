//! The oracle: what a conforming facilitator must say of a payment.
//!
//! It judges the bytes that go over the wire, the facts of the chain and the time, and nothing else. Where the
//! documents are silent or implementations legitimately differ it answers [`Verdict::Open`], which fails nobody.
//!
//! Source: scheme `exact` on EVM §1 (Phase 2), core v2 §6.1.2, core v1 §6.1.2.

use crate::draft::{ACCEPTED, AUTHORIZATION, REQUIREMENTS};
use crate::eip3009::{Recovered, recover};
use crate::message::{Malformed, Reading, Request, amount_field, read_request};
use crate::repeats::has_repeats;
use crate::{Address, Domain, Network, ReasonClass, U256, Version};
use serde_json::Value;

/// What a conforming facilitator must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The payment is good.
    Valid,
    /// The payment must be refused, for any of these reasons.
    Invalid(Vec<ReasonClass>),
    /// Either answer is legal; the text says why.
    Open(&'static str),
}

/// What the chain says of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenView {
    /// A contract with EIP-3009 under this domain.
    Eip3009 {
        /// EIP-712 domain name.
        name: String,
        /// EIP-712 domain version.
        version: String,
        /// Whether transfers are paused.
        paused: bool,
    },
    /// A contract without EIP-3009.
    Plain,
    /// No code at the address.
    NoCode,
}

/// What the chain says of everything that a verdict depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerView {
    /// EIP-155 chain id of the facilitator's chain.
    pub chain_id: u64,
    /// The token at the `asset` of the requirements.
    pub token: TokenView,
    /// Balance of `authorization.from` in that token, atomic units.
    pub balance: U256,
    /// Whether the nonce is spent or cancelled.
    pub nonce_used: bool,
    /// Whether the token refuses the payer or the payee by name.
    pub blocked: bool,
}

/// Seconds on either side of a time limit within which no verdict is given: clocks differ, and several
/// facilitators keep a safety margin.
pub const GREY_SECONDS: u64 = 30;

/// What is known of the time at which a payment is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Unix seconds when the payment is sent.
    pub now: u64,
    /// Whether the target looks at the same clock: what has expired by the time it is sent is then expired to both,
    /// to the second. Nothing else is: a margin may be kept, and time goes on while the payment travels.
    pub shared: bool,
}

/// Judges the body of a facilitator request at `now`, Unix seconds.
///
/// Never panics and never fails: a body that cannot be read is an invalid payment.
#[must_use]
pub fn judge(body: &[u8], ledger: &LedgerView, now: u64) -> Verdict {
    judge_at(body, ledger, Clock { now, shared: false })
}

/// As [`judge`], with what is known of the clocks.
#[must_use]
pub fn judge_at(body: &[u8], ledger: &LedgerView, clock: Clock) -> Verdict {
    if has_repeats(body) {
        return Verdict::Open("JSON does not say which of two members of one name counts");
    }
    let root = serde_json::from_slice(body).unwrap_or(Value::Null);
    let (request, of_its_spelling) = match read(body, &root) {
        Ok(read) => read,
        Err(malformed) => return unreadable(&malformed),
    };
    RULES
        .iter()
        .map(|rule| rule(&request, ledger, clock))
        .chain([said_twice(&request, &root)])
        .fold(of_its_spelling, worse)
}

/// What is wrong with a body, rule by rule: the class that fits each violated rule best. Empty when nothing is, or when
/// the documents do not say.
#[must_use]
pub fn faults_at(body: &[u8], ledger: &LedgerView, clock: Clock) -> Vec<ReasonClass> {
    if has_repeats(body) {
        return Vec::new();
    }
    let root = serde_json::from_slice(body).unwrap_or(Value::Null);
    let (request, of_its_spelling) = match read(body, &root) {
        Ok(read) => read,
        Err(malformed) => return vec![malformed.class],
    };
    // Of a window and of the token's state several things can be wrong at once; elsewhere the others are other names.
    let of_its_own =
        |class: &ReasonClass| matches!(class, ReasonClass::Early | ReasonClass::Nonce | ReasonClass::Funds);
    RULES
        .iter()
        .map(|rule| rule(&request, ledger, clock))
        .chain([of_its_spelling])
        .filter_map(|verdict| if let Verdict::Invalid(classes) = verdict { Some(classes) } else { None })
        .flat_map(|classes| {
            let best = classes.first().copied();
            let others = classes.into_iter().skip(1).filter(of_its_own);
            best.into_iter().chain(others).collect::<Vec<_>>()
        })
        .collect()
}

type Rule = fn(&Request, &LedgerView, Clock) -> Verdict;

const RULES: [Rule; 7] = [scheme_and_network, amount, payee, window, domain, signature, token_state];

/// What is asked for, and what its spelling alone says of it: a fault behind an odd spelling is still a fault.
fn read(body: &[u8], root: &Value) -> Result<(Request, Verdict), Malformed> {
    let strict = match read_request(body, Reading::Strict) {
        Ok(request) => return Ok((request, Verdict::Valid)),
        Err(malformed) => malformed,
    };
    match read_request(body, Reading::Lenient) {
        Ok(request) if has_number_for_text(&request, root) => Ok((request, unreadable(&strict))),
        Ok(request) => {
            let why = "the documents give no grammar for numbers and hexadecimal texts";
            Ok((request, Verdict::Open(why)))
        }
        Err(_) => Err(strict),
    }
}

pub(crate) fn unreadable(malformed: &Malformed) -> Verdict {
    invalid(&[malformed.class, ReasonClass::Payload, ReasonClass::Requirements])
}

/// Whether an amount or a time is a JSON number: there the field tables are not silent, they say string.
fn has_number_for_text(request: &Request, root: &Value) -> bool {
    let amount = amount_field(request.version);
    [
        (AUTHORIZATION, "value"),
        (AUTHORIZATION, "validAfter"),
        (AUTHORIZATION, "validBefore"),
        (REQUIREMENTS, amount),
    ]
    .iter()
    .any(|(parent, member)| root.pointer(&format!("{parent}/{member}")).is_some_and(Value::is_number))
}

/// Invalid beats open beats valid; two faults may be reported as either.
pub(crate) fn worse(a: Verdict, b: Verdict) -> Verdict {
    match (a, b) {
        (Verdict::Invalid(mut a), Verdict::Invalid(b)) => {
            a.extend(b);
            Verdict::Invalid(a)
        }
        (Verdict::Invalid(reasons), _) | (_, Verdict::Invalid(reasons)) => Verdict::Invalid(reasons),
        (Verdict::Open(why), _) | (_, Verdict::Open(why)) => Verdict::Open(why),
        _ => Verdict::Valid,
    }
}

pub(crate) fn invalid(reasons: &[ReasonClass]) -> Verdict {
    Verdict::Invalid(reasons.to_vec())
}

fn scheme_and_network(request: &Request, ledger: &LedgerView, _: Clock) -> Verdict {
    let asked = &request.requirements;
    if asked.scheme != "exact" || request.claimed_scheme != asked.scheme {
        return invalid(&[ReasonClass::Scheme, ReasonClass::Requirements]);
    }
    let ours = Network::new(ledger.chain_id).name(request.version);
    if asked.network != ours || request.claimed_network != asked.network {
        return invalid(&[
            ReasonClass::Network,
            ReasonClass::Scheme,
            ReasonClass::Requirements,
            ReasonClass::Signature,
        ]);
    }
    Verdict::Valid
}

fn amount(request: &Request, _: &LedgerView, _: Clock) -> Verdict {
    let (value, price) = (request.authorization.value, request.requirements.amount);
    if value < price || (value > price && request.version == Version::V2) {
        return invalid(&[ReasonClass::Amount]);
    }
    if value > price {
        return Verdict::Open("version 1 asks for a value that meets or exceeds the price");
    }
    if value.is_zero() {
        return Verdict::Open("the documents do not speak of a price of zero");
    }
    Verdict::Valid
}

fn payee(request: &Request, _: &LedgerView, _: Clock) -> Verdict {
    let (from, to) = (request.authorization.from, request.authorization.to);
    if to != request.requirements.pay_to {
        return invalid(&[ReasonClass::Recipient]);
    }
    if from == to || to == Address::ZERO {
        return Verdict::Open("the documents do not speak of paying oneself or nobody");
    }
    Verdict::Valid
}

fn window(request: &Request, _: &LedgerView, Clock { now, shared }: Clock) -> Verdict {
    let (after, before) = (request.authorization.valid_after, request.authorization.valid_before);
    let early = U256::from(now.saturating_sub(GREY_SECONDS));
    let late = U256::from(now).saturating_add(U256::from(GREY_SECONDS));
    let mut faults = Vec::new();
    let gone = if shared { U256::from(now) } else { early };
    if before <= gone {
        faults.push(ReasonClass::Expired);
    }
    if after >= late {
        faults.push(ReasonClass::Early);
    }
    if !faults.is_empty() {
        return Verdict::Invalid(faults);
    }
    if before <= late || after >= early {
        return Verdict::Open("too near to the edge of the window for two clocks to agree");
    }
    if before > late.saturating_add(U256::from(request.requirements.max_timeout_seconds)) {
        return Verdict::Open("the documents do not limit a window to maxTimeoutSeconds, nor forbid that");
    }
    Verdict::Valid
}

/// The version of the envelope and that of the payload, the requirements and the payload's copy of them.
/// That scheme and network agree is a rule of its own.
fn said_twice(request: &Request, root: &Value) -> Verdict {
    let envelope = root.get("x402Version").and_then(Value::as_u64);
    if envelope != Some(request.version.number().into()) {
        return Verdict::Open("the documents do not say which of two disagreeing x402Versions counts");
    }
    let copies_agree = [amount_field(request.version), "asset", "payTo", "maxTimeoutSeconds", "extra"]
        .iter()
        .all(|member| {
            let side = |parent| root.pointer(&format!("{parent}/{member}"));
            same(side(ACCEPTED), side(REQUIREMENTS))
        });
    match request.version {
        Version::V2 if !copies_agree => {
            Verdict::Open("the documents do not say how much of accepted must equal the requirements")
        }
        Version::V1 | Version::V2 => Verdict::Valid,
    }
}

/// Addresses are the same in any case.
pub(crate) fn same(a: Option<&Value>, b: Option<&Value>) -> bool {
    match (a.and_then(Value::as_str), b.and_then(Value::as_str)) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => a == b,
    }
}

fn domain(request: &Request, ledger: &LedgerView, _: Clock) -> Verdict {
    let asked = &request.requirements;
    let (Some(said_name), Some(said_version)) = (&asked.domain_name, &asked.domain_version) else {
        return match request.version {
            Version::V2 => invalid(&[ReasonClass::Domain, ReasonClass::Requirements, ReasonClass::Signature]),
            Version::V1 => Verdict::Open("version 1 facilitators may read the domain from the token"),
        };
    };
    match &ledger.token {
        TokenView::Eip3009 { name, version, .. } if name == said_name && version == said_version => {
            Verdict::Valid
        }
        TokenView::Eip3009 { .. } => invalid(&[ReasonClass::Domain, ReasonClass::Signature]),
        TokenView::Plain | TokenView::NoCode => Verdict::Valid,
    }
}

fn signature(request: &Request, ledger: &LedgerView, _: Clock) -> Verdict {
    let TokenView::Eip3009 { name, version, .. } = &ledger.token else {
        return Verdict::Valid;
    };
    let domain = Domain {
        name: name.clone(),
        version: version.clone(),
        chain_id: ledger.chain_id,
        verifying_contract: request.requirements.asset,
    };
    match recover(&request.signature, request.authorization.digest(&domain)) {
        Recovered::Plain(signer) if signer == request.authorization.from => Verdict::Valid,
        Recovered::Odd(signer) if signer == request.authorization.from => {
            Verdict::Open("an odd form of a good signature: high s, v of 0 or 1, or compact")
        }
        _ => invalid(&[ReasonClass::Signature, ReasonClass::Payload]),
    }
}

fn token_state(request: &Request, ledger: &LedgerView, _: Clock) -> Verdict {
    let mut reasons = Vec::new();
    match ledger.token {
        TokenView::NoCode | TokenView::Plain => reasons.extend([
            ReasonClass::Token,
            ReasonClass::Simulation,
            ReasonClass::Signature,
            ReasonClass::Domain,
        ]),
        TokenView::Eip3009 { paused, .. } if paused || ledger.blocked => {
            reasons.extend([ReasonClass::Simulation, ReasonClass::Transaction]);
        }
        TokenView::Eip3009 { .. } => {}
    }
    if ledger.nonce_used {
        reasons.push(ReasonClass::Nonce);
    }
    if ledger.balance < request.authorization.value {
        reasons.push(ReasonClass::Funds);
    }
    if reasons.is_empty() { Verdict::Valid } else { Verdict::Invalid(reasons) }
}
