//! Targets that speak a dialect: who speaks it with which keys, and how payments are written for them.

mod deferred;
mod kinds;
mod spelling;

pub(crate) use deferred::Deferred;
pub(crate) use kinds::Kind;
pub(crate) use spelling::spelling;

use crate::select::globs;
use crate::target::{Double, TargetSpec};
use crate::world::World;
use gauntlet_chain::{Profile, gateway_domain};
use gauntlet_doubles::tongue::{Manner, Offer, Setup};
use gauntlet_doubles::{facilitator, server};
use gauntlet_probe::dialect::{Keys, throwaway_keys};
use gauntlet_probe::{Dialect, Role, Speaker};
use gauntlet_wire::permit2::Permit2Scheme;
use std::path::Path;
use std::sync::Arc;

/// Who speaks to a target, when it is not spoken to in x402: in the dialect that is `named`, and otherwise in that of its
/// manifest or of its fault. A double makes keys for its one caller; those of anything else come from `variable`, the
/// environment.
///
/// # Errors
/// What is to be written or set instead.
pub fn speaker(
    target: &TargetSpec,
    named: Option<&str>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<Arc<Speaker>>, String> {
    let home = match target {
        TargetSpec::Manifest(_, path) => path.parent().unwrap_or(Path::new("")),
        TargetSpec::Double(_) | TargetSpec::Url { .. } | TargetSpec::Command { .. } => Path::new(""),
    };
    let own = match target {
        TargetSpec::Manifest(manifest, _) => Some(manifest.dialect.as_str()),
        TargetSpec::Double(double) => dialect_of(*double),
        TargetSpec::Url { .. } | TargetSpec::Command { .. } => None,
    };
    // A path on the command line is relative to where the user stands, one in a manifest to the manifest.
    let (name, beside) = match named {
        Some(name) => (name, Path::new("")),
        None => (own.unwrap_or("x402"), home),
    };
    let Some(dialect) = Dialect::find(name, beside).map_err(|error| error.to_string())? else {
        return Ok(None);
    };
    if target.role() == Role::Server {
        fits_servers(&dialect)?;
    }
    let keys = match (target, Keys::of(&dialect, variable)) {
        (TargetSpec::Double(_), _) => throwaway_keys(&dialect),
        // A server that we start is given its keys with everything else.
        (_, Err(_)) if target.role() == Role::Server && !target.runs_already() => throwaway_keys(&dialect),
        (_, keys) => keys.map_err(|error| error.to_string())?,
    };
    let speaker = Speaker::new(dialect, keys).map_err(|error| error.to_string())?;
    Ok(Some(Arc::new(speaker)))
}

/// The dialect in which a double's fault shows, when that is not the foundation's x402.
#[must_use]
pub fn dialect_of(double: Double) -> Option<&'static str> {
    match double {
        Double::Facilitator(mutant) => facilitator::mutants::dialect_of(mutant?.fault),
        Double::Server(mutant) => server::mutants::dialect_of(mutant?.fault),
        // All that its checks look at is what B402 has over x402.
        Double::Client(_) => Some("b402-partner"),
    }
}

/// Whether a server can be tried that speaks this dialect to its facilitator: ours answers as it does in x402, at once, and by
/// the token's own domain.
///
/// # Errors
/// Why not.
pub fn fits_servers(dialect: &Dialect) -> Result<(), String> {
    if dialect.domain.is_some() || dialect.settling.deferred {
        return Err(format!(
            "{} is for facilitators only: the facilitator that stands behind a server here settles at once, by the \
             authorizations of the token itself",
            dialect.name
        ));
    }
    Ok(())
}

/// Whether a check is about targets of this dialect; checks of B402 are about B402 alone, those of Circle Gateway
/// about that, and all others about everybody.
#[must_use]
pub fn is_about(check: &str, dialect: Option<&str>) -> bool {
    if check.starts_with("facilitator.gateway.") {
        return dialect == Some("circle-gateway");
    }
    let Some((_, topic)) = check.split_once(".b402.") else { return true };
    match topic.split('.').next() {
        Some("web3") => dialect == Some("b402-web3"),
        Some("partner") => dialect == Some("b402-partner"),
        _ => dialect.is_some_and(|dialect| dialect.starts_with("b402-")),
    }
}

/// How a facilitator double speaks a dialect on a network.
#[must_use]
pub fn setup(speaker: &Arc<Speaker>, network: &Profile, manner: Manner) -> Setup {
    let usdc = Offer { symbol: network.symbol.into(), token: network.usdc.clone(), has_eip3009: true };
    let more = network.more.iter().map(|more| Offer {
        symbol: more.symbol.into(),
        token: more.token.clone(),
        has_eip3009: more.has_eip3009,
    });
    let is_b402 = speaker.dialect.name.starts_with("b402");
    let proxy = |scheme: Permit2Scheme, kind: gauntlet_chain::Proxy| {
        let own = network.proxies.iter().find(|(_, of)| *of == kind && is_b402);
        own.map_or(scheme.proxy(), |(address, _)| *address)
    };
    Setup {
        speaker: Arc::clone(speaker),
        tokens: std::iter::once(usdc).chain(more).collect(),
        proxies: [
            proxy(Permit2Scheme::Exact, gauntlet_chain::Proxy::Exact),
            proxy(Permit2Scheme::Upto, gauntlet_chain::Proxy::Upto),
        ],
        authority: speaker.dialect.domain.as_ref().map(|_| gateway_domain(network.network.chain_id)),
        manner,
    }
}

impl World {
    /// The dialect that the target speaks, if it is not the foundation's x402: to us as a facilitator, and as a server to its
    /// facilitator.
    #[must_use]
    pub fn dialect(&self) -> Option<&Dialect> {
        self.speaker.as_ref().map(|speaker| &speaker.dialect)
    }

    /// Why a check does not apply to a target of this dialect.
    pub(crate) fn not_in_dialect(&self, check: &str) -> Option<String> {
        let dialect = self.dialect()?;
        dialect.not_applicable.iter().find_map(|(glob, why)| {
            let matches = globs(&[glob.as_str()]).is_ok_and(|globs| globs.is_match(check));
            matches.then(|| format!("{} does otherwise by its own documents: {why}", dialect.name))
        })
    }
}
