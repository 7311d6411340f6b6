//! What the payment says about the offer: the offer is the server's, whatever stands there.
//!
//! Two kinds of rows. Where only the copy is changed the payment itself is good, and refusing it is a matter of
//! care. Where the authorization goes along with the changed copy, whoever believes the copy loses money.

use super::table::{CHEAPER, CONFUSED, ELSEWHERE, Refusal, SLOPPY, change, set, without};
use gauntlet_wire::{Domain, Mutation, Network, U256, Version};
use serde_json::json;

const COPY: &[&str] =
    &["X402V2-HTTP-RS-018", "X402V2-HTTP-RS-017", "X402V2-HTTP-RS-013", "GAUNTLET-RS-001", "INV-008-RS"];
const BELIEVED: &[&str] =
    &["X402V2-HTTP-RS-017", "X402V2-HTTP-RS-018", "X402V2-HTTP-RS-013", "GAUNTLET-RS-001", "INV-008-RS"];
const LETTERS: &[&str] = &["X402V2-HTTP-RS-019", "X402V2-HTTP-RS-017", "GAUNTLET-RS-001", "INV-008-RS"];
const UNKNOWN: &[&str] = &["X402V2-CORE-030-RS", "X402V2-HTTP-RS-017", "GAUNTLET-RS-001", "INV-008-RS"];
const NOT_ON_OFFER_V1: &[&str] =
    &["X402V1-HTTP-RS-009", "X402V1-HTTP-RS-007", "X402V2-HTTP-RS-017", "GAUNTLET-RS-001", "INV-008-RS"];

pub(super) const REFUSALS: &[Refusal] = &[
    // ---- the copy alone
    change("accepted-amount", "an accepted.amount of one unit", CHEAPER, |_, payment| {
        payment.mutate(&Mutation::AcceptedAmount(1));
    })
    .by(COPY, &[]),
    change("accepted-amount-above", "an accepted.amount above the price", SLOPPY, |_, payment| {
        let price = payment.draft.terms.amount;
        payment.mutate(&Mutation::Set(
            "/paymentPayload/accepted/amount".into(),
            json!((price + U256::ONE).to_string()),
        ));
    })
    .by(COPY, &[]),
    change("accepted-payee", "an accepted.payTo that is a stranger's", ELSEWHERE, |ground, payment| {
        payment.mutate(&Mutation::AcceptedPayee(ground.stranger.address()));
    })
    .by(COPY, &[]),
    change("accepted-asset", "an accepted.asset that is another token", CONFUSED, |ground, payment| {
        set(payment, "accepted/asset", json!(ground.stranger.address().to_string()));
    })
    .by(COPY, &[]),
    change("accepted-timeout", "another accepted.maxTimeoutSeconds", SLOPPY, |_, payment| {
        let time = payment.draft.accepted.max_timeout_seconds + 86_400;
        set(payment, "accepted/maxTimeoutSeconds", json!(time));
    })
    .by(COPY, &[]),
    change("network-other", "a payment that names another network", CONFUSED, |_, payment| {
        payment.mutate(&Mutation::NetworkDisagrees(Network::new(43114)));
    })
    .by(COPY, NOT_ON_OFFER_V1),
    change("network-other-version", "a network by its name in the other version", SLOPPY, |_, payment| {
        let network = payment.draft.terms.network;
        match payment.draft.version {
            Version::V2 => set(payment, "accepted/network", json!(network.name(Version::V1))),
            Version::V1 => set(payment, "network", json!(network.name(Version::V2))),
        }
    })
    .by(COPY, NOT_ON_OFFER_V1)
    .graded(),
    change("scheme-other", "a payment that names another scheme", CONFUSED, |_, payment| {
        payment.mutate(&Mutation::SchemeDisagrees("foo".into()));
    })
    .by(COPY, NOT_ON_OFFER_V1),
    change("extra-name", "an accepted.extra with another domain name", CONFUSED, |_, payment| {
        set(payment, "accepted/extra/name", json!("Tether"));
    })
    .by(COPY, &[]),
    change("extra-version", "an accepted.extra with another domain version", CONFUSED, |_, payment| {
        set(payment, "accepted/extra/version", json!("9"));
    })
    .by(COPY, &[]),
    change("extra-missing", "an accepted without its extra", SLOPPY, |_, payment| {
        without(payment, "accepted/extra");
    })
    .by(COPY, &[]),
    change("extra-grown", "an accepted.extra with a member more", SLOPPY, |_, payment| {
        set(payment, "accepted/extra/zzUnknown", json!("more"));
    })
    .by(COPY, &[])
    .graded(),
    change("accepted-grown", "an accepted with a member more", SLOPPY, |_, payment| {
        set(payment, "accepted/zzUnknown", json!("more"));
    })
    .by(COPY, &[])
    .graded(),
    change("accepted-amount-number", "an accepted.amount that is a JSON number", SLOPPY, |_, payment| {
        let price = payment.draft.terms.amount.saturating_to::<u64>();
        set(payment, "accepted/amount", json!(price));
    })
    .by(COPY, &[])
    .graded(),
    change("accepted-amount-zero-ahead", "an accepted.amount with a leading zero", SLOPPY, |_, payment| {
        let price = payment.draft.terms.amount;
        set(payment, "accepted/amount", json!(format!("0{price}")));
    })
    .by(COPY, &[])
    .graded(),
    change("lower-case-addresses", "all addresses in lower case", SLOPPY, |_, payment| {
        payment.mutate(&Mutation::LowerCaseAddresses);
    })
    .by(LETTERS, &["X402V2-HTTP-RS-017", "X402V1-HTTP-RS-007", "GAUNTLET-RS-001", "INV-008-RS"])
    .graded(),
    change("unknown-fields", "members that no document knows, at every level", SLOPPY, |_, payment| {
        payment.mutate(&Mutation::UnknownFields);
    })
    .by(UNKNOWN, UNKNOWN)
    .graded(),
    // ---- the copy and the authorization
    change("cheaper-as-accepted", "a payment of one unit that says so in accepted", CHEAPER, |_, payment| {
        payment.draft.authorization.value = U256::ONE;
        payment.mutate(&Mutation::AcceptedAmount(1));
        payment.changes.push("authorization.value → 1".into());
    })
    .by(BELIEVED, &[]),
    change("free-as-accepted", "a payment of nothing that says so in accepted", CHEAPER, |_, payment| {
        payment.mutate(&Mutation::ValueZero);
        payment.mutate(&Mutation::AcceptedAmount(0));
    })
    .by(BELIEVED, &[]),
    change(
        "elsewhere-as-accepted",
        "a payment to a stranger that says so in accepted",
        ELSEWHERE,
        |ground, payment| {
            let stranger = ground.stranger.address();
            payment.mutate(&Mutation::PayeeOther(stranger));
            payment.mutate(&Mutation::AcceptedPayee(stranger));
        },
    )
    .by(BELIEVED, &[]),
    change(
        "token-as-accepted",
        "a payment in another token that says so in accepted",
        CONFUSED,
        |ground, payment| {
            let other = &ground.other;
            payment.draft.accepted.token = other.clone();
            payment.draft.domain = Domain {
                name: other.name.clone(),
                version: other.version.clone(),
                chain_id: payment.draft.terms.network.chain_id,
                verifying_contract: other.address,
            };
            payment.changes.push(format!("accepted.asset → {} and signed for it", other.address));
        },
    )
    .by(BELIEVED, &[]),
];
