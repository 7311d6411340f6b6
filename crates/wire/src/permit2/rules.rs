//! The rules by which the oracle judges a Permit2 payment, each about one thing.

use super::allowance::allowance;
use super::oracle::{Permit2View, Stage};
use super::read::Permit2Request;
use super::{PERMIT2, Permit2Scheme};
use crate::draft::{ACCEPTED, REQUIREMENTS};
use crate::eip3009::{Recovered, recover};
use crate::oracle::{GREY_SECONDS, invalid, same, worse};
use crate::{Address, Clock, Network, ReasonClass as C, U256, Verdict, Version};
use serde_json::Value;

/// All that a rule may look at.
pub(super) struct Case<'a> {
    /// Of the requirements.
    pub(super) scheme: Permit2Scheme,
    pub(super) request: &'a Permit2Request,
    pub(super) root: &'a Value,
    pub(super) view: &'a Permit2View,
    pub(super) clock: Clock,
    pub(super) stage: Stage,
}

pub(super) const ALL: [fn(&Case<'_>) -> Verdict; 14] = [
    scheme,
    network,
    transfer_method,
    extra,
    amount,
    spender,
    payee,
    facilitator,
    window,
    token,
    signature,
    purse,
    chain,
    said_twice,
];

impl Case<'_> {
    /// What the settlement of an `upto` payment charges; none in other cases.
    fn charge(&self) -> Option<U256> {
        match (self.scheme, self.stage) {
            (Permit2Scheme::Upto, Stage::Settle { amount }) => {
                Some(amount.unwrap_or(self.request.requirements.amount))
            }
            _ => None,
        }
    }

    /// What must be there to be taken, atomic units.
    fn needed(&self) -> U256 {
        match self.stage {
            Stage::Verify => self.request.requirements.amount,
            // The proxy of `exact` moves what is signed.
            Stage::Settle { .. } => self.charge().unwrap_or(self.request.authorization.amount),
        }
    }

    fn moves_nothing(&self) -> bool {
        self.charge().is_some_and(|charge| charge.is_zero())
    }
}

fn scheme(case: &Case<'_>) -> Verdict {
    if case.request.claimed_scheme == case.request.requirements.scheme {
        return Verdict::Valid;
    }
    invalid(&[C::Scheme, C::Requirements])
}

fn network(case: &Case<'_>) -> Verdict {
    let asked = &case.request.requirements.network;
    if *asked == Network::new(case.view.chain_id).caip2() && case.request.claimed_network == *asked {
        return Verdict::Valid;
    }
    invalid(&[C::Network, C::Scheme, C::Requirements, C::Signature])
}

fn transfer_method(case: &Case<'_>) -> Verdict {
    match (case.scheme, case.request.transfer_method.as_deref()) {
        (_, Some("permit2")) | (Permit2Scheme::Upto, None) => Verdict::Valid,
        (Permit2Scheme::Exact, _) => {
            Verdict::Open("the documents do not say whether the payload or the entry chooses the method")
        }
        (Permit2Scheme::Upto, Some(_)) => {
            Verdict::Open("the documents give upto no assetTransferMethod, and no rule about one")
        }
    }
}

fn extra(case: &Case<'_>) -> Verdict {
    let asked = &case.request.requirements;
    let named = asked.domain_name.is_some() && asked.domain_version.is_some();
    match case.scheme {
        Permit2Scheme::Exact if !named => {
            Verdict::Open("name and version are required in extra of tokens with EIP-2612 only")
        }
        Permit2Scheme::Upto if !named || case.request.facilitator_address.is_none() => {
            Verdict::Open("extra of upto is optional, and yet must have three members")
        }
        Permit2Scheme::Upto
            if case.request.facilitator_address != case.request.authorization.witness.facilitator =>
        {
            Verdict::Open(
                "the documents do not say that extra.facilitatorAddress is compared with the witness",
            )
        }
        _ => Verdict::Valid,
    }
}

fn amount(case: &Case<'_>) -> Verdict {
    let (permitted, price) = (case.request.authorization.amount, case.request.requirements.amount);
    if let Some(charge) = case.charge() {
        return charged(case, charge);
    }
    if permitted < price || (permitted > price && case.scheme == Permit2Scheme::Upto) {
        return invalid(&[C::Amount]);
    }
    if permitted > price {
        return Verdict::Open(
            "the documents ask for an amount that covers the price in one place, and equals it in another",
        );
    }
    if permitted.is_zero() {
        return Verdict::Open("the documents do not speak of a price of zero");
    }
    Verdict::Valid
}

/// What is charged may be anything up to what is permitted.
fn charged(case: &Case<'_>, charge: U256) -> Verdict {
    let permitted = case.request.authorization.amount;
    if charge > permitted {
        return invalid(&[C::Amount]);
    }
    let accepted = case.root.pointer(&format!("{ACCEPTED}/amount")).and_then(Value::as_str);
    if accepted != Some(permitted.to_string().as_str()) {
        return Verdict::Open(
            "the documents compare what is permitted with the maximum at verification only",
        );
    }
    Verdict::Valid
}

fn spender(case: &Case<'_>) -> Verdict {
    if case.request.authorization.spender == case.view.proxy {
        return Verdict::Valid;
    }
    // Permit2 puts whoever calls it into the digest: another spender is another signer there.
    invalid(&[C::Recipient, C::Signature])
}

fn payee(case: &Case<'_>) -> Verdict {
    let (from, to) = (case.request.authorization.from, case.request.authorization.witness.to);
    if to != case.request.requirements.pay_to {
        return invalid(&[C::Recipient]);
    }
    if from == to || to == Address::ZERO {
        return Verdict::Open("the documents do not speak of paying oneself or nobody");
    }
    Verdict::Valid
}

fn facilitator(case: &Case<'_>) -> Verdict {
    match case.request.authorization.witness.facilitator {
        Some(named) if !case.view.facilitators.contains(&named) => {
            invalid(&[C::Facilitator, C::Signature, C::Recipient])
        }
        _ => Verdict::Valid,
    }
}

/// Both ends of the window belong to it, unlike those of EIP-3009.
fn window(case: &Case<'_>) -> Verdict {
    let (after, deadline) =
        (case.request.authorization.witness.valid_after, case.request.authorization.deadline);
    let now = U256::from(case.clock.now);
    let early = U256::from(case.clock.now.saturating_sub(GREY_SECONDS));
    let late = now.saturating_add(U256::from(GREY_SECONDS));
    let gone = if case.clock.shared { now } else { early };
    let mut faults = Vec::new();
    if deadline < gone {
        faults.push(C::Expired);
    }
    if after > late {
        faults.push(C::Early);
    }
    if !faults.is_empty() {
        return Verdict::Invalid(faults);
    }
    if deadline <= late || after >= early {
        return Verdict::Open("too near to the edge of the window for two clocks to agree");
    }
    if deadline > late.saturating_add(U256::from(case.request.requirements.max_timeout_seconds)) {
        return Verdict::Open("the documents do not limit a window to maxTimeoutSeconds, nor forbid that");
    }
    Verdict::Valid
}

fn token(case: &Case<'_>) -> Verdict {
    if case.request.authorization.token == case.request.requirements.asset {
        return Verdict::Valid;
    }
    invalid(&[C::Token, C::Signature])
}

/// At settlement as well, and always over what is permitted: what is charged is not signed.
fn signature(case: &Case<'_>) -> Verdict {
    let signed = &case.request.authorization;
    match recover(&case.request.signature, signed.digest(case.view.chain_id, PERMIT2)) {
        Recovered::Plain(signer) if signer == signed.from => Verdict::Valid,
        Recovered::Odd(signer) if signer == signed.from => {
            Verdict::Open("an odd form of a good signature: high s, v of 0 or 1, or compact")
        }
        _ => invalid(&[C::Signature, C::Payload]),
    }
}

/// What the payer owns and what Permit2 may take of it.
fn purse(case: &Case<'_>) -> Verdict {
    let (needed, view) = (case.needed(), case.view);
    let funds = if view.balance < needed { invalid(&[C::Funds]) } else { Verdict::Valid };
    let allowance = allowance(case, needed);
    if (&funds, &allowance) != (&Verdict::Valid, &Verdict::Valid) {
        return worse(funds, allowance);
    }
    let lasts = |purse: U256| purse >= case.request.authorization.amount;
    if lasts(view.balance) && (lasts(view.allowance_to_permit2) || case.request.sponsored) {
        return Verdict::Valid;
    }
    Verdict::Open("the documents do not say whether more than what is charged must be there")
}

/// What only the contracts know.
fn chain(case: &Case<'_>) -> Verdict {
    let view = case.view;
    let refuses = view.paused || view.blocked;
    let sound = view.token_has_code && view.proxy_has_code && !refuses && !view.nonce_used;
    if sound {
        return Verdict::Valid;
    }
    if case.moves_nothing() {
        return Verdict::Open("nothing moves, and the documents do not say what is looked at then");
    }
    let verifying = case.stage == Stage::Verify;
    let mut faults = Vec::new();
    if !view.token_has_code {
        faults.extend([C::Token, C::Simulation, C::Funds, C::Allowance]);
    }
    if !view.proxy_has_code {
        faults.extend([C::Simulation, C::Transaction]);
    }
    // `exact` recommends to simulate before settlement, `upto` demands it.
    if refuses && !(verifying && case.scheme == Permit2Scheme::Exact) {
        faults.extend([C::Simulation, C::Transaction]);
    }
    if view.nonce_used && !verifying {
        faults.push(C::Nonce);
    }
    if faults.is_empty() {
        return Verdict::Open("what only a simulation shows may wait until settlement");
    }
    Verdict::Invalid(faults)
}

/// The version of the envelope and that of the payload, the requirements and the payload's copy of them.
/// That scheme and network agree is a rule of its own.
fn said_twice(case: &Case<'_>) -> Verdict {
    let envelope = case.root.get("x402Version").and_then(Value::as_u64);
    if envelope != Some(Version::V2.number().into()) {
        return Verdict::Open("the documents do not say which of two disagreeing x402Versions counts");
    }
    // What is charged may be less than what was accepted.
    let price = if case.charge().is_some() { None } else { Some("amount") };
    let copies_agree =
        ["asset", "payTo", "maxTimeoutSeconds", "extra"].into_iter().chain(price).all(|member| {
            let side = |parent| case.root.pointer(&format!("{parent}/{member}"));
            same(side(ACCEPTED), side(REQUIREMENTS))
        });
    if copies_agree {
        return Verdict::Valid;
    }
    Verdict::Open("the documents do not say how much of accepted must equal the requirements")
}
