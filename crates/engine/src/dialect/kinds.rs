//! What the kinds of `/supported` say of a way to pay, in dialects that tell tokens and contracts there.

use crate::world::World;
use gauntlet_probe::Dialect;
use gauntlet_wire::permit2::Permit2Scheme;
use gauntlet_wire::{Address, Domain, Token};
use serde_json::{Map, Value};

/// A way to move money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Scheme `exact` over EIP-3009.
    Eip3009,
    /// Over Permit2.
    Permit2(Permit2Scheme),
}

impl Kind {
    /// What the dialect writes as transfer method, if it has a word of its own.
    pub(crate) fn method(self, dialect: &Dialect) -> Option<&str> {
        let methods = &dialect.names.methods;
        match self {
            Self::Eip3009 => &methods.eip3009,
            Self::Permit2(Permit2Scheme::Exact) => &methods.permit2_exact,
            Self::Permit2(Permit2Scheme::Upto) => &methods.permit2_upto,
        }
        .as_deref()
    }
}

/// The `extra` of the kind for a token: no kind names a token's address, so that it is found by the name of its EIP-712
/// domain or by its symbol.
pub(crate) fn kind<'a>(world: &'a World, kind: Kind, token: &Token) -> Option<&'a Map<String, Value>> {
    let method = kind.method(world.dialect()?);
    let kinds = world.claims.supported.as_ref()?.raw.get("kinds")?.as_array()?;
    let extras = kinds.iter().filter_map(|kind| kind.get("extra")?.as_object());
    let of_method = extras
        .filter(|extra| extra.get("assetTransferMethod").and_then(Value::as_str) == method)
        .collect::<Vec<_>>();
    let named = |name: &str| {
        of_method.iter().find(|extra| extra.get("name").and_then(Value::as_str) == Some(name)).copied()
    };
    named(&token.name).or_else(|| named(symbol(world, token.address)?)).or_else(|| of_method.first().copied())
}

fn symbol(world: &World, token: Address) -> Option<&'static str> {
    let profile = world.chain.profile();
    let more = profile.more.iter().find(|more| more.token.address == token).map(|more| more.symbol);
    more.or_else(|| (profile.usdc.address == token).then_some(profile.symbol))
}

impl World {
    /// The domain under which authorizations over a token are signed for this target, where it is not the token's own: as
    /// its kinds tell it.
    pub(crate) fn signed_under(&self, token: &Token) -> Option<Domain> {
        let own = self.dialect()?.domain.as_ref()?;
        let told = kind(self, Kind::Eip3009, token)?;
        let text = |member: &str| told.get(member).and_then(Value::as_str);
        Some(Domain {
            name: text("name").unwrap_or(&own.name).to_owned(),
            version: text("version").unwrap_or(&own.version).to_owned(),
            chain_id: self.chain.chain_id(),
            verifying_contract: text(&own.contract)?.parse().ok()?,
        })
    }

    /// The contract that keeps the nonces of authorizations over a token: the token, or the dialect's own in its place.
    pub(crate) fn authority(&self, token: &Token) -> Token {
        let own = self.signed_under(token).filter(|_| token.address == self.chain.tokens().usdc.address);
        own.map_or_else(
            || token.clone(),
            |own| Token {
                address: own.verifying_contract,
                name: own.name,
                version: own.version,
                decimals: token.decimals,
            },
        )
    }

    /// The contract that spends payments of a scheme for this target: the dialect's own where its kinds name one.
    pub(crate) fn spender(&self, scheme: Permit2Scheme, token: &Token) -> Address {
        let named = || {
            let member = self.dialect()?.names.spender.as_ref()?;
            kind(self, Kind::Permit2(scheme), token)?.get(member)?.as_str()?.parse().ok()
        };
        named().unwrap_or_else(|| scheme.proxy())
    }
}
