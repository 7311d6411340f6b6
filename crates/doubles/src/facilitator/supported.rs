//! The answer to `/supported`.
//!
//! Source: core v2 §7.3, core v1 §7.3.

use super::mutants::Fault;
use super::service::Service;
use gauntlet_wire::Version;
use gauntlet_wire::permit2::approval::ERC20_APPROVAL_GAS_SPONSORING;
use gauntlet_wire::permit2::eip2612::EIP2612_GAS_SPONSORING;
use serde_json::{Value, json};

pub(super) fn supported(service: &Service) -> Value {
    let fault = service.fault;
    let mut kinds: Vec<Value> = service.versions.iter().map(|version| kind(service, *version)).collect();
    if service.serves(Version::V2) {
        kinds.push(upto(service));
    }
    match fault {
        Some(Fault::SupportedKindIncomplete) => {
            kinds.push(json!({ "x402Version": 2, "network": service.network.caip2() }));
        }
        Some(Fault::SupportedFlickers) if service.quirks.count() % 2 == 1 => {
            kinds.pop();
        }
        _ => {}
    }
    let family = if fault == Some(Fault::SupportedOddSigners) { "evm" } else { "eip155:*" };
    let signers = json!({ family: [service.signer.address().to_checksum(None)] });
    match fault {
        Some(Fault::SupportedWithoutKinds) => json!({ "extensions": [], "signers": signers }),
        Some(Fault::SupportedIncomplete) => json!({ "kinds": kinds }),
        _ => json!({ "kinds": kinds, "extensions": extensions(service), "signers": signers }),
    }
}

/// Version 2 only.
fn extensions(service: &Service) -> Vec<&'static str> {
    if !service.serves(Version::V2) {
        return Vec::new();
    }
    vec![EIP2612_GAS_SPONSORING, ERC20_APPROVAL_GAS_SPONSORING]
}

/// Scheme `upto`: whoever pays has to name the account that settles.
fn upto(service: &Service) -> Value {
    let mut kind = json!({ "x402Version": 2, "scheme": "upto", "network": service.network.caip2() });
    if service.fault != Some(Fault::UptoWithoutAddress) {
        kind["extra"] = json!({ "facilitatorAddress": service.sender.address().to_checksum(None) });
    }
    kind
}

fn kind(service: &Service, version: Version) -> Value {
    let network = match service.fault {
        Some(Fault::V1NetworkInV2) => service.network.v1_name(),
        Some(Fault::V2NetworkInV1) => service.network.caip2(),
        _ => service.network.name(version),
    };
    json!({ "x402Version": version.number(), "scheme": "exact", "network": network })
}
