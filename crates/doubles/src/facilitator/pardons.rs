//! Faults of checking: which findings a mutant looks past.

use super::findings::Finding;
use super::mutants::Fault;
use super::payment::Payment;
use super::service::Service;
use super::{slips, token, wallets};
use alloy_primitives::address;
use gauntlet_report::clock::unix_seconds;
use gauntlet_wire::eip3009::{Recovered, recover};
use gauntlet_wire::message::Request;
use gauntlet_wire::{Address, Domain, Network, Version};

/// For which answer a payment is examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Verify,
    Settle,
}

/// Chain ids under whose domain a signature passes with [`Fault::IgnoresChainId`].
const CHAIN_IDS: &[u64] = &[1, 8453, 84532, 10, 56, 97, 137, 31337, 42161, 43113, 43114, 80002];
/// Domain names that pass with [`Fault::IgnoresDomainName`], besides the token's own.
const NAMES: &[&str] =
    &["USDC", "USD Coin", "USD Coin (Bridged)", "Mock EUR", "Tether", "Tether USD", "Wrong", ""];
/// Domain versions that pass with [`Fault::IgnoresDomainVersion`], besides the token's own.
const VERSIONS: &[&str] = &["1", "2", "3", "9", "99", ""];

/// A token that signatures are made for by mistake, with [`Fault::IgnoresVerifyingContract`]: the second token of our
/// own chains.
const OTHER_TOKEN: Address = address!("b3d45cb4d2792b66ef600a8928450471a985c078");

/// The USDC contract of a network, where there is one. On the local network it is our own chain's.
pub(super) fn known_asset(network: Network) -> Option<Address> {
    match network.chain_id {
        84532 => Some(address!("036CbD53842c5426634e7929541eC2318f3dCF7e")),
        8453 => Some(address!("833589fCD6eDb6E08f4c7C32D4f71b54bdA02913")),
        56 => Some(address!("cE24439F2D9C6a2289F741120FE202248B666666")),
        97 => Some(address!("330949Aed7d00FCe0558C64ED6FeC9792616cC39")),
        31337 => Some(address!("c3b73d0fff1cb9a0d2ecaffa22abbfd362d47dec")),
        _ => None,
    }
}

/// Whether a mutant looks past a finding. `pardoned` says that it looked past another one before.
pub(super) async fn pardons(
    service: &Service,
    payment: &Payment,
    finding: Finding,
    stage: Stage,
    pardoned: bool,
) -> bool {
    let Some(fault) = service.fault else { return false };
    let request = &payment.request;
    // What one check let pass the simulation must not catch.
    if payment.made_up || (pardoned && matches!(finding, Finding::Simulation | Finding::NotEip3009)) {
        return true;
    }
    if slips::overlooks(service, payment, finding, fault).await {
        return true;
    }
    match finding {
        Finding::Scheme => match fault {
            Fault::IgnoresScheme => agree_on_scheme(request),
            Fault::UptoTakesEip3009 => request.requirements.scheme == "upto",
            _ => false,
        },
        Finding::ClaimedScheme => fault == Fault::IgnoresClaimedScheme,
        Finding::Network => fault == Fault::IgnoresNetwork && agree_on_network(request),
        Finding::ClaimedNetwork => fault == Fault::IgnoresClaimedNetwork,
        Finding::Underpaid => match fault {
            Fault::AcceptsUnderpayment => true,
            Fault::AcceptsZeroValue => request.authorization.value.is_zero(),
            Fault::V1Underpays => request.version == Version::V1,
            _ => false,
        },
        Finding::Overpaid => fault == Fault::AcceptsOverpayment,
        Finding::Payee => fault == Fault::NoPayeeCheck,
        Finding::Expired => fault == Fault::NoExpiryCheck,
        Finding::Early => fault == Fault::NoStartCheck,
        Finding::DomainMissing => {
            matches!(fault, Fault::DomainFromToken | Fault::DefaultsMissingFields)
                && signed_under_token(service, request).await
        }
        Finding::Signature(recovered) => signature(service, request, recovered, stage, fault).await,
        Finding::NonceUsed => match stage {
            Stage::Verify => fault == Fault::NoNonceCheck || slips::has_forgotten(service, payment).await,
            Stage::Settle => fault == Fault::BroadcastsDoomed,
        },
        Finding::Balance(balance) => match (stage, fault) {
            (Stage::Verify, Fault::NoBalanceCheck) | (Stage::Settle, Fault::BroadcastsDoomed) => true,
            (Stage::Verify, Fault::BalanceOffByOne) => {
                balance.saturating_add(gauntlet_wire::U256::ONE) == request.authorization.value
            }
            _ => false,
        },
        Finding::Wallet(answer) => wallets::takes_for_yes(fault, answer, request),
        Finding::Simulation => fault == Fault::NoSimulation || wallets::is_unlooked_at(fault, request),
        Finding::NoCode | Finding::NotEip3009 => fault == Fault::NoSimulation,
    }
}

fn agree_on_scheme(request: &Request) -> bool {
    request.claimed_scheme == request.requirements.scheme
}

fn agree_on_network(request: &Request) -> bool {
    request.claimed_network == request.requirements.network
}

async fn signature(
    service: &Service,
    request: &Request,
    recovered: Recovered,
    stage: Stage,
    fault: Fault,
) -> bool {
    let said = token::domain_or_empty(request, service.network);
    match fault {
        Fault::NoSignatureCheck => true,
        Fault::AcceptsEmptySignature => request.signature.is_empty(),
        Fault::AcceptsZeroSignature => {
            request.signature.len() == 65 && request.signature.iter().all(|byte| *byte == 0)
        }
        Fault::AcceptsAnyRecoverableSignature => matches!(recovered, Recovered::Plain(_)),
        Fault::ParityVVerifies => {
            stage == Stage::Verify
                && request.signature.len() == 65
                && request.signature[64] < 27
                && recovered == Recovered::Odd(request.authorization.from)
        }
        Fault::DomainFromToken | Fault::GatewayTokenDomain => signed_under_token(service, request).await,
        Fault::IgnoresChainId => {
            CHAIN_IDS.iter().any(|id| signed_under(request, &Domain { chain_id: *id, ..said.clone() }))
        }
        Fault::IgnoresDomainName => {
            let own = token_domain(service, request).await.map(|domain| domain.name);
            NAMES
                .iter()
                .map(|name| (*name).to_owned())
                .chain(own)
                .any(|name| signed_under(request, &Domain { name, ..said.clone() }))
        }
        Fault::IgnoresDomainVersion => {
            let own = token_domain(service, request).await.map(|domain| domain.version);
            VERSIONS
                .iter()
                .map(|version| (*version).to_owned())
                .chain(own)
                .any(|version| signed_under(request, &Domain { version, ..said.clone() }))
        }
        Fault::IgnoresVerifyingContract => service
            .quirks
            .tokens()
            .into_iter()
            .chain(known_asset(service.network))
            .chain([OTHER_TOKEN])
            .any(|token| signed_under(request, &Domain { verifying_contract: token, ..said.clone() })),
        _ => false,
    }
}

fn signed_under(request: &Request, domain: &Domain) -> bool {
    recover(&request.signature, request.authorization.digest(domain))
        == Recovered::Plain(request.authorization.from)
}

async fn token_domain(service: &Service, request: &Request) -> Option<Domain> {
    token::domain(&service.rpc, request, service.network, unix_seconds()).await
}

async fn signed_under_token(service: &Service, request: &Request) -> bool {
    token_domain(service, request).await.is_some_and(|domain| signed_under(request, &domain))
}

/// Whether the signature is good but for its high s.
pub(super) fn is_high_s(finding: Finding, request: &Request) -> bool {
    finding == Finding::Signature(Recovered::Odd(request.authorization.from))
        && request.signature.len() == 65
        && request.signature[64] >= 27
}
