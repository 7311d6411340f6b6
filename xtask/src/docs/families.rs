//! Checks in families: those that are about one subject, and stand in one chapter.

/// What the checks of a family are about. A family that is missing here has a chapter all the same.
const ABOUT: &[(&str, &str)] = &[
    ("attack", "Published attacks on resource servers, played from end to end."),
    ("flow", "Whole purchases: a client, a server and a facilitator over one chain."),
    ("client.b402", "What a client signs when it pays merchants behind Binance's B402."),
    ("facilitator.accept", "Valid payments that are written in unusual ways and must be taken."),
    ("facilitator.answers", "The form of answers: members, reasons, status codes."),
    ("facilitator.b402", "Binance's B402: who may ask, the envelope, the reasons, settling twice."),
    ("facilitator.body", "Bodies that are no payment: broken JSON, wrong types, too much of it."),
    ("facilitator.books", "The books of the whole run against the chain, at its end."),
    ("facilitator.control", "A plain valid payment. Nothing is scored when it does not settle."),
    ("facilitator.decimals", "Tokens with other numbers of decimals, also in one run."),
    ("facilitator.edge", "What the documents leave open, and boundary values."),
    ("facilitator.gas", "What one request can cost the facilitator in gas."),
    ("facilitator.gateway", "Circle Gateway Nanopayments: settlement after the answer."),
    ("facilitator.permit2", "Scheme `exact` over Permit2: single faults, replay, gas sponsoring."),
    ("facilitator.rpc", "A node that fails, stalls or refuses."),
    ("facilitator.search", "Made-up payments, sequences and bytes, judged by an oracle (`--cases`)."),
    ("facilitator.service", "Whether it lives until the end."),
    ("facilitator.settle", "Single faults, replay, crowds and awkward tokens at `/settle`."),
    ("facilitator.sizes", "How long a payment may be."),
    ("facilitator.supported", "What `/supported` says."),
    ("facilitator.upto", "Scheme `upto`: at most so much, charged by use."),
    ("facilitator.verify", "Single faults at `/verify`."),
    ("facilitator.wallets", "Payers that are smart wallets: ERC-1271, ERC-6492, EIP-7702."),
    ("server.b402", "A merchant behind Binance's B402."),
    ("server.books", "The books of the whole run against the chain, at its end."),
    ("server.challenge", "The 402: what it asks for, and how that is written."),
    ("server.control", "A plain purchase. Nothing is scored when it does not succeed."),
    ("server.flow", "A purchase by a client that reads the 402 and pays what it asks."),
    ("server.idempotent", "A facilitator that answers a settlement again: paid once, served once."),
    ("server.identifier", "The extension `payment-identifier`."),
    ("server.method", "Methods other than the one that is sold."),
    ("server.order", "What happens first: verify, serve, settle, and when one of them fails."),
    ("server.outage", "A facilitator that is away, slow or broken."),
    ("server.paid", "The paid answer: content, receipt, headers for caches."),
    ("server.path", "Other spellings of the paid path."),
    ("server.permit2", "Servers that sell over Permit2."),
    ("server.refused", "Payments that must not buy anything."),
    ("server.replay", "One payment, presented again."),
    ("server.search", "Made-up payments and sequences, judged by an oracle (`--cases`)."),
    ("server.sizes", "How long a payment may be, and what a proxy makes of it."),
    ("server.spelled", "Payments that are written in other ways in the header."),
    ("server.upto", "Servers that sell by use."),
];

/// The family of a check: the first two words of its id, or the first where each of the second ones is a subject of its own.
pub(super) fn family(check: &str) -> &str {
    let first = check.split('.').next().unwrap_or(check);
    if matches!(first, "attack" | "flow") {
        return first;
    }
    check.match_indices('.').nth(1).map_or(check, |(at, _)| &check[..at])
}

/// What it is about.
pub(super) fn about(family: &str) -> Option<&'static str> {
    ABOUT.iter().find(|(name, _)| *name == family).map(|(_, about)| *about)
}

/// How all of its checks are selected.
pub(super) fn glob(family: &str) -> String {
    format!("'{family}.*'")
}

/// The chapter of a family, below `docs/src`.
pub(super) fn chapter(family: &str) -> String {
    format!("checks/{}.md", super::markdown::file_name(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_the_first_words() {
        assert_eq!(family("facilitator.settle.replay.v1"), "facilitator.settle");
        assert_eq!(family("facilitator.control"), "facilitator.control");
        assert_eq!(family("facilitator.control.v1"), "facilitator.control");
        assert_eq!(family("attack.replay"), "attack");
    }
}
