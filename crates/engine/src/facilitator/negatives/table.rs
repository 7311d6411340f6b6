//! The rows: what is presented, what it violates, what is at risk.

use super::world::Preparation;
use crate::cx::Cx;
use gauntlet_wire::draft::{AUTHORIZATION, REQUIREMENTS, SIGNATURE};
use gauntlet_wire::mutation::{KeyBox, Spelling};
use gauntlet_wire::{Mutation, Network, SignatureForm, Version};
use serde_json::json;

/// How the fault is made.
pub(super) enum Fault {
    /// A change to the payment.
    Change(fn(&Cx) -> Mutation),
    /// A change to the world, with the payment as it is.
    World(Preparation),
}

/// Which versions have the check.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum In {
    Both,
    V2,
    V1,
}

pub(super) struct Negative {
    pub(super) slug: &'static str,
    /// What is presented, to follow "refuses".
    pub(super) what: &'static str,
    pub(super) covers: &'static [&'static str],
    /// Acceptance is a hard failure although the requirement's class is softer.
    pub(super) hard: bool,
    pub(super) risk: &'static str,
    pub(super) versions: In,
    pub(super) fault: Fault,
}

const FORGED: &str = "anybody can spend a payer's money, or be served without paying";
const CHEAPER: &str = "a buyer pays less than the price";
const ELSEWHERE: &str = "the buyer is served and the money goes to somebody else";
const STALE: &str = "a payment is taken outside the time for which it was given";
const EMPTY: &str = "a server serves a payment that can never settle";
const CONFUSED: &str = "a payment for one thing is taken for another";
const SLOPPY: &str = "two readers understand one payment differently";

const fn change(
    slug: &'static str,
    what: &'static str,
    covers: &'static [&'static str],
    risk: &'static str,
    mutation: fn(&Cx) -> Mutation,
) -> Negative {
    Negative { slug, what, covers, hard: false, risk, versions: In::Both, fault: Fault::Change(mutation) }
}

const fn world(
    slug: &'static str,
    what: &'static str,
    covers: &'static [&'static str],
    risk: &'static str,
    preparation: Preparation,
) -> Negative {
    Negative { slug, what, covers, hard: false, risk, versions: In::Both, fault: Fault::World(preparation) }
}

impl Negative {
    const fn hard(mut self) -> Self {
        self.hard = true;
        self
    }

    const fn only(mut self, versions: In) -> Self {
        self.versions = versions;
        self
    }
}

pub(super) const NEGATIVES: &[Negative] = &[
    // ---- who signed
    change("signature-flipped", "a signature with one bit flipped", &["X402-EVM3009-006"], FORGED, |_| {
        Mutation::Signature(SignatureForm::BitFlipped)
    }),
    change("signature-by-stranger", "a signature by somebody else", &["X402-EVM3009-006"], FORGED, |cx| {
        Mutation::SignedBy(Box::new(KeyBox(cx.key("stranger"))))
    }),
    change("signature-zero", "a signature of 65 zero bytes", &["X402-EVM3009-006"], FORGED, |_| {
        Mutation::Signature(SignatureForm::Zero)
    }),
    change("signature-empty", "an empty signature", &["X402-EVM3009-006"], FORGED, |_| {
        Mutation::Signature(SignatureForm::Empty)
    }),
    change("signature-truncated", "a signature of 32 bytes", &["X402-EVM3009-006"], FORGED, |_| {
        Mutation::Signature(SignatureForm::Truncated)
    }),
    change("signature-overlong", "a signature of 66 bytes", &["X402-EVM3009-006"], FORGED, |_| {
        Mutation::Signature(SignatureForm::Overlong)
    }),
    change("signature-wrong-v", "a signature with v = 29", &["X402-EVM3009-006"], FORGED, |_| {
        Mutation::Signature(SignatureForm::WrongV)
    }),
    // ---- what was signed
    change(
        "domain-name",
        "a signature under another domain name",
        &["X402-EVM3009-006", "X402-EVM3009-025"],
        CONFUSED,
        |_| Mutation::DomainName("Tether".into()),
    ),
    change(
        "domain-version",
        "a signature under another domain version",
        &["X402-EVM3009-006", "X402-EVM3009-025"],
        CONFUSED,
        |_| Mutation::DomainVersion("9".into()),
    ),
    change(
        "domain-chain",
        "a signature for another chain",
        &["X402-EVM3009-017", "X402-EVM3009-006"],
        CONFUSED,
        |_| Mutation::DomainChain(1),
    ),
    change(
        "domain-contract",
        "a signature for another token",
        &["X402-EVM3009-018", "X402-EVM3009-006"],
        CONFUSED,
        |cx| Mutation::DomainContract(cx.world.chain.tokens().other.address),
    ),
    change(
        "extra-name",
        "requirements that name the token's domain wrongly",
        &["X402-EVM3009-025"],
        CONFUSED,
        |_| Mutation::ExtraName("Tether".into()),
    ),
    change(
        "extra-version",
        "requirements with a wrong domain version",
        &["X402-EVM3009-025"],
        CONFUSED,
        |_| Mutation::ExtraVersion("9".into()),
    ),
    change(
        "extra-missing",
        "requirements without the token's domain",
        &["X402-EVM3009-026"],
        CONFUSED,
        |_| Mutation::ExtraMissing,
    )
    .only(In::V2),
    // ---- to whom and how much
    change("payee-other", "a payment to somebody else than payTo", &["X402-EVM3009-010"], ELSEWHERE, |cx| {
        Mutation::PayeeOther(cx.stranger())
    }),
    change("value-under", "a value one unit below the price", &["X402-EVM3009-008"], CHEAPER, |_| {
        Mutation::ValueBelow(1)
    })
    .only(In::V2),
    change(
        "value-under",
        "a value one unit below the price",
        &["X402V1-CORE-009", "X402-EVM3009-008"],
        CHEAPER,
        |_| Mutation::ValueBelow(1),
    )
    .only(In::V1),
    change("value-zero", "a value of zero for a price above zero", &["X402-EVM3009-008"], CHEAPER, |_| {
        Mutation::ValueZero
    }),
    change(
        "value-over",
        "a value one unit above the price",
        &["X402-EVM3009-009"],
        "a buyer is charged more than the price",
        |_| Mutation::ValueAbove(1),
    )
    .only(In::V2),
    change("value-wraps", "a value of 2^256 more than was signed", &["X402V2-CORE-034"], SLOPPY, |_| {
        Mutation::ValueWraps
    }),
    change(
        "value-wraps-128",
        "a value of 2^128 more than was signed",
        &["X402-EVM3009-006", "X402V2-CORE-034"],
        SLOPPY,
        |_| Mutation::ValueWraps128,
    ),
    change("value-negative", "amounts with a minus sign", &["X402V2-CORE-033"], SLOPPY, |_| {
        Mutation::Spelled(Spelling::Negative)
    })
    .hard(),
    change("value-fraction", "amounts with a decimal point", &["X402V2-CORE-033"], SLOPPY, |_| {
        Mutation::Spelled(Spelling::Fraction)
    })
    .hard(),
    change("value-exponent", "amounts with an exponent", &["X402V2-CORE-033"], SLOPPY, |_| {
        Mutation::Spelled(Spelling::Exponent)
    })
    .hard(),
    change("value-blank", "empty amounts", &["X402V2-CORE-033"], SLOPPY, |_| {
        Mutation::Spelled(Spelling::Empty)
    })
    .hard(),
    change("value-other-digits", "amounts in Devanagari digits", &["X402V2-CORE-033"], SLOPPY, |_| {
        Mutation::Spelled(Spelling::OtherDigits)
    }),
    change("value-object", "an object in place of the value", &["X402V2-CORE-032"], SLOPPY, |_| {
        Mutation::Set(format!("{AUTHORIZATION}/value"), json!({ "amount": "10000" }))
    })
    .hard(),
    // ---- when
    change("expired", "a payment that expired a minute ago", &["X402-EVM3009-012"], STALE, |_| {
        Mutation::Expired(60)
    }),
    change("expired-long-ago", "a payment that expired an hour ago", &["X402-EVM3009-012"], STALE, |_| {
        Mutation::Expired(3600)
    }),
    change(
        "not-yet-valid",
        "a payment that is good only in ten minutes",
        &["X402-EVM3009-014"],
        STALE,
        |_| Mutation::NotYetValid(600),
    ),
    // ---- where
    change(
        "network-other",
        "a network that the facilitator does not serve",
        &["X402V2-FA-VERIFY-009"],
        CONFUSED,
        |_| Mutation::NetworkOther(Network::new(43114)),
    )
    .hard(),
    change(
        "network-disagrees",
        "a payload for another network than the requirements",
        &["X402V2-FA-VERIFY-011"],
        CONFUSED,
        |_| Mutation::NetworkDisagrees(Network::new(43114)),
    ),
    change("scheme-other", "a scheme that does not exist", &["X402V2-FA-VERIFY-010"], CONFUSED, |_| {
        Mutation::SchemeOther("foo".into())
    })
    .hard(),
    change(
        "scheme-disagrees",
        "a payload for another scheme than the requirements",
        &["X402V2-FA-VERIFY-011"],
        CONFUSED,
        |_| Mutation::SchemeDisagrees("foo".into()),
    ),
    change("version-3", "x402Version 3", &["X402V2-FA-VERIFY-007"], SLOPPY, |_| {
        Mutation::VersionIs(json!(3))
    })
    .only(In::V2),
    change("version-0", "x402Version 0", &["X402V2-FA-VERIFY-007"], SLOPPY, |_| {
        Mutation::VersionIs(json!(0))
    })
    .only(In::V2),
    change("version-negative", "x402Version -1", &["X402V2-FA-VERIFY-007"], SLOPPY, |_| {
        Mutation::VersionIs(json!(-1))
    })
    .only(In::V2),
    change(
        "version-text",
        "x402Version as text",
        &["X402V2-FA-VERIFY-007", "X402V2-CORE-032"],
        SLOPPY,
        |_| Mutation::VersionIs(json!("2")),
    )
    .only(In::V2),
    change("version-mixed", "a v1 payload with v2 requirements", &["X402V1-FA-006"], SLOPPY, |cx| {
        let terms = gauntlet_wire::Terms {
            scheme: "exact".into(),
            network: cx.world.chain.profile().network,
            token: cx.world.chain.tokens().usdc.clone(),
            amount: crate::payment::price(&cx.world.chain.tokens().usdc),
            pay_to: cx.key("payee/0").address(),
            max_timeout_seconds: crate::payment::TIMEOUT_SECONDS,
            resource: String::new(),
        };
        Mutation::Set(REQUIREMENTS.into(), terms.requirements(Version::V2))
    })
    .only(In::V1),
    // ---- the nonce
    change("nonce-short", "a nonce of 31 bytes", &["X402V2-CORE-031"], SLOPPY, |_| Mutation::NonceBytes(31)),
    change("nonce-long", "a nonce of 33 bytes", &["X402V2-CORE-031"], SLOPPY, |_| Mutation::NonceBytes(33)),
    change("nonce-empty", "an empty nonce", &["X402V2-CORE-031"], SLOPPY, |_| Mutation::NonceBytes(0)),
    change("nonce-text", "a nonce that is not hexadecimal", &["X402V2-CORE-031"], SLOPPY, |_| {
        Mutation::NonceText("not-a-nonce".into())
    }),
    world(
        "nonce-cancelled",
        "an authorization that the payer has cancelled",
        &["X402-EVM3009-020"],
        EMPTY,
        Preparation::NonceCancelled,
    ),
    world(
        "nonce-spent",
        "an authorization that is spent already",
        &["X402-EVM3009-019"],
        EMPTY,
        Preparation::NonceSpent,
    ),
    // ---- the money
    world(
        "balance-short",
        "a payer who lacks one unit",
        &["X402-EVM3009-007"],
        EMPTY,
        Preparation::BalanceShort,
    ),
    world("balance-zero", "a payer who owns nothing", &["X402-EVM3009-007"], EMPTY, Preparation::BalanceZero),
    world(
        "payer-blacklisted",
        "a payer whom the token has blacklisted",
        &["X402-EVM3009-021"],
        EMPTY,
        Preparation::PayerBlacklisted,
    ),
    world(
        "payee-blacklisted",
        "a payee whom the token has blacklisted",
        &["X402-EVM3009-021"],
        EMPTY,
        Preparation::PayeeBlacklisted,
    ),
    world("token-paused", "a token that is paused", &["X402-EVM3009-022"], EMPTY, Preparation::TokenPaused),
    world(
        "token-without-eip3009",
        "a token without EIP-3009",
        &["X402-EVM3009-023"],
        EMPTY,
        Preparation::TokenWithoutEip3009,
    ),
    world(
        "asset-without-code",
        "an asset that is no contract",
        &["X402-EVM3009-024"],
        EMPTY,
        Preparation::AssetWithoutCode,
    ),
    world(
        "asset-other",
        "requirements for another token than the one that was signed for",
        &["X402-EVM3009-018"],
        CONFUSED,
        Preparation::OtherToken,
    ),
    // ---- types and missing members
    change("value-number", "a value that is a JSON number", &["X402V2-CORE-032"], SLOPPY, |cx| {
        let price: u64 = crate::payment::price(&cx.world.chain.tokens().usdc).saturating_to();
        Mutation::Set(format!("{AUTHORIZATION}/value"), json!(price))
    }),
    change("time-number", "a validBefore that is a JSON number", &["X402V2-CORE-032"], SLOPPY, |cx| {
        Mutation::Set(format!("{AUTHORIZATION}/validBefore"), json!(cx.now + cx.timeout_seconds()))
    }),
    change("signature-boolean", "a boolean in place of the signature", &["X402V2-CORE-032"], SLOPPY, |_| {
        Mutation::Set(SIGNATURE.into(), json!(true))
    })
    .hard(),
    change(
        "authorization-list",
        "a list in place of the authorization",
        &["X402V2-CORE-032"],
        SLOPPY,
        |_| Mutation::Set(AUTHORIZATION.into(), json!([])),
    )
    .hard(),
    change("authorization-null", "null in place of the authorization", &["X402V2-CORE-032"], SLOPPY, |_| {
        Mutation::Set(AUTHORIZATION.into(), json!(null))
    })
    .hard(),
    change("network-object", "an object in place of the network", &["X402V2-CORE-032"], SLOPPY, |_| {
        Mutation::Set(format!("{REQUIREMENTS}/network"), json!({ "chain": 1 }))
    })
    .hard(),
    change("payee-short", "a payTo of 19 bytes", &["X402-EVM3009-010", "X402V2-CORE-031"], SLOPPY, |cx| {
        let address = cx.key("payee/0").address().to_string();
        Mutation::Set(format!("{REQUIREMENTS}/payTo"), json!(address[..40].to_owned()))
    }),
    change("without-signature", "a payment without signature", &["X402V2-CORE-031"], FORGED, |_| {
        Mutation::Without(SIGNATURE.into())
    })
    .hard(),
    change("without-authorization", "a payment without authorization", &["X402V2-CORE-031"], FORGED, |_| {
        Mutation::Without(AUTHORIZATION.into())
    })
    .hard(),
    change("without-from", "an authorization without from", &["X402V2-CORE-031"], SLOPPY, |_| {
        without("from")
    })
    .hard(),
    change("without-to", "an authorization without to", &["X402V2-CORE-031"], SLOPPY, |_| without("to"))
        .hard(),
    change("without-value", "an authorization without value", &["X402V2-CORE-031"], SLOPPY, |_| {
        without("value")
    })
    .hard(),
    change(
        "without-valid-after",
        "an authorization without validAfter",
        &["X402V2-CORE-031"],
        SLOPPY,
        |_| without("validAfter"),
    ),
    change(
        "without-valid-before",
        "an authorization without validBefore",
        &["X402V2-CORE-031"],
        SLOPPY,
        |_| without("validBefore"),
    )
    .hard(),
    change("without-nonce", "an authorization without nonce", &["X402V2-CORE-031"], SLOPPY, |_| {
        without("nonce")
    })
    .hard(),
    change("without-payload", "a payment payload without payload", &["X402V2-CORE-031"], SLOPPY, |_| {
        Mutation::Without("/paymentPayload/payload".into())
    })
    .hard(),
    change("without-accepted", "a v2 payload without accepted", &["X402V2-CORE-031"], SLOPPY, |_| {
        Mutation::Without("/paymentPayload/accepted".into())
    })
    .only(In::V2),
    change("without-amount", "requirements without a price", &["X402V2-CORE-031"], CHEAPER, |_| {
        Mutation::Without(format!("{REQUIREMENTS}/amount"))
    })
    .only(In::V2)
    .hard(),
    change("without-amount", "requirements without a price", &["X402V2-CORE-031"], CHEAPER, |_| {
        Mutation::Without(format!("{REQUIREMENTS}/maxAmountRequired"))
    })
    .only(In::V1)
    .hard(),
    change("without-asset", "requirements without asset", &["X402V2-CORE-031"], SLOPPY, |_| {
        asked_without("asset")
    })
    .hard(),
    change("without-pay-to", "requirements without payTo", &["X402V2-CORE-031"], ELSEWHERE, |_| {
        asked_without("payTo")
    })
    .hard(),
    change("without-scheme", "requirements without scheme", &["X402V2-CORE-031"], SLOPPY, |_| {
        asked_without("scheme")
    }),
    change("without-network", "requirements without network", &["X402V2-CORE-031"], SLOPPY, |_| {
        asked_without("network")
    }),
    change("without-timeout", "requirements without maxTimeoutSeconds", &["X402V2-CORE-031"], SLOPPY, |_| {
        asked_without("maxTimeoutSeconds")
    }),
];

fn without(member: &str) -> Mutation {
    Mutation::Without(format!("{AUTHORIZATION}/{member}"))
}

fn asked_without(member: &str) -> Mutation {
    Mutation::Without(format!("{REQUIREMENTS}/{member}"))
}
