//! Which requirement a payment violates that should have been refused.

use super::payment::Made;
use crate::requirements::Catalogue;
use gauntlet_wire::message::{Reading, read_request};
use gauntlet_wire::{ReasonClass, TokenView, Version};

/// The requirement behind the faults of a payment: the gravest, and of equally grave ones the first.
///
/// `faults` are the classes of the violated rules. Without one there is nothing to blame, and the rule about refusing
/// in general answers.
pub(super) fn requirement(
    faults: &[ReasonClass],
    made: &Made,
    body: &[u8],
    version: Version,
) -> &'static str {
    let mut gravest = None;
    for fault in faults {
        let id = of(*fault, made, body, version);
        let class = Catalogue::get().find(id).map(|requirement| requirement.class_for(Some(version)));
        if gravest.is_none_or(|(_, other)| class > other) {
            gravest = Some((id, class));
        }
    }
    gravest.map_or("X402V2-FA-SETTLE-004", |(id, _)| id)
}

fn of(fault: ReasonClass, made: &Made, body: &[u8], version: Version) -> &'static str {
    let payment = &made.payment;
    match fault {
        ReasonClass::Signature | ReasonClass::Domain if made.asks_for_another_token() => "X402-EVM3009-018",
        ReasonClass::Signature => "X402-EVM3009-006",
        ReasonClass::Recipient => "X402-EVM3009-010",
        ReasonClass::Amount => amount(body, version),
        ReasonClass::Expired => "X402-EVM3009-012",
        ReasonClass::Early => "X402-EVM3009-014",
        ReasonClass::Funds => "X402-EVM3009-007",
        ReasonClass::Nonce if made.is_spent() => "X402-EVM3009-019",
        ReasonClass::Nonce => "X402-EVM3009-020",
        ReasonClass::Network if sides_disagree(body, "network") => "X402V2-FA-VERIFY-011",
        ReasonClass::Network => "X402V2-FA-VERIFY-009",
        ReasonClass::Scheme if sides_disagree(body, "scheme") => "X402V2-FA-VERIFY-011",
        ReasonClass::Scheme => "X402V2-FA-VERIFY-010",
        ReasonClass::Version => "X402V2-FA-VERIFY-007",
        ReasonClass::Token if payment.ledger.token == TokenView::NoCode => "X402-EVM3009-024",
        ReasonClass::Token => "X402-EVM3009-023",
        ReasonClass::Simulation | ReasonClass::Transaction => "X402-EVM3009-022",
        ReasonClass::Domain if has_no_domain(body) => "X402-EVM3009-026",
        ReasonClass::Domain => "X402-EVM3009-025",
        ReasonClass::Payload | ReasonClass::Requirements => illegible(body),
        // The search pays over EIP-3009, which knows neither allowances nor facilitators.
        ReasonClass::Allowance | ReasonClass::Facilitator => "X402V2-FA-SETTLE-004",
        ReasonClass::Pending | ReasonClass::Unexpected | ReasonClass::Other => "X402V2-FA-SETTLE-004",
    }
}

/// Too little is theft, too much is generosity.
fn amount(body: &[u8], version: Version) -> &'static str {
    let read = read_request(body, Reading::Lenient);
    match read.is_ok_and(|read| read.authorization.value > read.requirements.amount) {
        true => "X402-EVM3009-009",
        false if version == Version::V1 => "X402V1-CORE-009",
        false => "X402-EVM3009-008",
    }
}

fn sides_disagree(body: &[u8], what: &str) -> bool {
    read_request(body, Reading::Lenient).is_ok_and(|read| match what {
        "network" => read.claimed_network != read.requirements.network,
        _ => read.claimed_scheme != read.requirements.scheme,
    })
}

fn has_no_domain(body: &[u8]) -> bool {
    read_request(body, Reading::Lenient).is_ok_and(|read| {
        read.requirements.domain_name.is_none() || read.requirements.domain_version.is_none()
    })
}

/// The rules about form, by what a strict reader stumbles over.
fn illegible(body: &[u8]) -> &'static str {
    let Err(malformed) = read_request(body, Reading::Strict) else { return "X402V2-CORE-031" };
    let problem = malformed.problem.as_str();
    let says = |text: &str| problem.contains(text);
    if malformed.at.is_empty() {
        "X402V2-FA-VERIFY-006"
    } else if says("256 bits") {
        "X402V2-CORE-034"
    } else if says("not a string") || says("not an object") || says("whole number") {
        "X402V2-CORE-032"
    } else if says("decimal") || says("leading zero") {
        "X402V2-CORE-033"
    } else {
        "X402V2-CORE-031"
    }
}
