//! The broken variants of the facilitator double: one fault each.
//!
//! A mutant passes a plain valid verify and settle unless its fault is about exactly that; otherwise it behaves like
//! the conforming double. The suite is measured by them: a check that no mutant fails proves nothing.

use crate::mutant::{self, UnknownMutant, mutants};

/// A facilitator double with exactly one fault.
pub type Mutant = mutant::Mutant<Fault>;

/// Finds a mutant of the facilitator double by its name.
///
/// # Errors
/// [`UnknownMutant`], with the nearest name when one is near.
pub fn by_name(name: &str) -> Result<&'static Mutant, UnknownMutant> {
    mutant::find(MUTANTS, name)
}

mutants! {
    // Everything at once
    AcceptsEverything, "accepts-everything",
        "Every body is a valid payment and every settlement a success.", &["*"];
    RefusesEverything, "refuses-everything",
        "No payment is ever valid.", &["facilitator.control*"];

    // Signatures
    NoSignatureCheck, "no-signature-check",
        "The signature is not looked at.", &[
            "facilitator.edge.signature-compact*",
            "facilitator.edge.signature-high-s*",
            "facilitator.edge.signature-parity-v*",
            "facilitator.settle.*",
            "facilitator.verify.*",
        ];
    AcceptsEmptySignature, "accepts-empty-signature",
        "A signature of no bytes passes.", &[
            "facilitator.settle.signature-empty*",
            "facilitator.verify.signature-empty*",
        ];
    AcceptsZeroSignature, "accepts-zero-signature",
        "A signature of 65 zero bytes passes.", &[
            "facilitator.settle.signature-zero*",
            "facilitator.verify.signature-zero*",
        ];
    AcceptsAnyRecoverableSignature, "accepts-any-recoverable-signature",
        "A signature passes when it recovers to any account at all.", &[
            "facilitator.settle.asset-other*",
            "facilitator.settle.domain-chain*",
            "facilitator.settle.domain-contract*",
            "facilitator.settle.domain-name*",
            "facilitator.settle.domain-version*",
            "facilitator.settle.extra-name*",
            "facilitator.settle.extra-version*",
            "facilitator.settle.signature-by-stranger*",
            "facilitator.settle.signature-flipped*",
            "facilitator.verify.asset-other*",
            "facilitator.verify.domain-chain*",
            "facilitator.verify.domain-contract*",
            "facilitator.verify.domain-name*",
            "facilitator.verify.domain-version*",
            "facilitator.verify.extra-name*",
            "facilitator.verify.extra-version*",
            "facilitator.verify.signature-by-stranger*",
            "facilitator.verify.signature-flipped*",
        ];
    IgnoresChainId, "ignores-chain-id",
        "A signature made for another chain id passes.", &[
            "facilitator.settle.domain-chain*",
            "facilitator.verify.domain-chain*",
        ];
    IgnoresDomainName, "ignores-domain-name",
        "A signature under another EIP-712 domain name passes.", &[
            "facilitator.settle.domain-name*",
            "facilitator.settle.extra-name*",
            "facilitator.verify.domain-name*",
            "facilitator.verify.extra-name*",
        ];
    IgnoresDomainVersion, "ignores-domain-version",
        "A signature under another EIP-712 domain version passes.", &[
            "facilitator.settle.domain-version*",
            "facilitator.settle.extra-version*",
            "facilitator.verify.domain-version*",
            "facilitator.verify.extra-version*",
        ];
    IgnoresVerifyingContract, "ignores-verifying-contract",
        "A signature made for another token passes.", &[
            "facilitator.settle.asset-other*",
            "facilitator.settle.domain-contract*",
            "facilitator.verify.asset-other*",
            "facilitator.verify.domain-contract*",
        ];
    DomainFromToken, "domain-from-token",
        "The EIP-712 domain is read from the token: a wrong or missing extra passes.", &[
            "facilitator.settle.extra-missing",
            "facilitator.settle.extra-name*",
            "facilitator.settle.extra-version*",
            "facilitator.verify.extra-missing",
            "facilitator.verify.extra-name*",
            "facilitator.verify.extra-version*",
        ];
    ParityVVerifies, "parity-v-verifies",
        "A signature with v of 0 or 1 verifies as valid and is refused at settle.", &["facilitator.edge.signature-parity-v*"];
    HighSPaysAgain, "high-s-pays-again",
        "A spent payment with the high-s twin of its signature is answered success.", &[
            "facilitator.books.one-success-a-nonce",
            "facilitator.books.success-means-money",
            "facilitator.settle.replay-high-s*",
        ];

    // Payee, amount, window
    NoPayeeCheck, "no-payee-check",
        "The payee of the authorization is not compared with payTo.", &[
            "facilitator.settle.payee-other*",
            "facilitator.verify.payee-other*",
        ];
    CaseSensitivePayee, "case-sensitive-payee",
        "Payee and payTo are compared as texts, so that upper and lower case differ.", &["facilitator.accept.mixed-case-addresses*"];
    AcceptsUnderpayment, "accepts-underpayment",
        "An authorized value below the price passes.", &[
            "facilitator.settle.value-under*",
            "facilitator.settle.value-zero*",
            "facilitator.verify.value-under*",
            "facilitator.verify.value-zero*",
        ];
    AcceptsOverpayment, "accepts-overpayment",
        "In version 2 an authorized value above the price passes.", &[
            "facilitator.settle.value-over",
            "facilitator.verify.value-over",
        ];
    AcceptsZeroValue, "accepts-zero-value",
        "An authorized value of zero passes for any price.", &[
            "facilitator.settle.value-zero*",
            "facilitator.verify.value-zero*",
        ];
    V1Underpays, "v1-underpays",
        "In version 1 an authorized value below maxAmountRequired passes.", &[
            "facilitator.settle.value-under.v1",
            "facilitator.settle.value-zero.v1",
            "facilitator.verify.value-under.v1",
            "facilitator.verify.value-zero.v1",
        ];
    NoExpiryCheck, "no-expiry-check",
        "An authorization that has expired passes.", &[
            "facilitator.settle.expired*",
            "facilitator.settle.expired-long-ago*",
            "facilitator.verify.expired*",
            "facilitator.verify.expired-long-ago*",
        ];
    NoStartCheck, "no-start-check",
        "An authorization whose time has not come passes.", &[
            "facilitator.settle.not-yet-valid*",
            "facilitator.verify.not-yet-valid*",
        ];

    // What the chain says of the payment
    NoNonceCheck, "no-nonce-check",
        "Verify calls a payment valid whose nonce is spent or cancelled.", &[
            "facilitator.verify.nonce-cancelled*",
            "facilitator.verify.nonce-spent*",
            "facilitator.verify.settled*",
        ];
    NoBalanceCheck, "no-balance-check",
        "Verify calls a payment valid that the payer cannot afford.", &[
            "facilitator.verify.balance-short*",
            "facilitator.verify.balance-zero*",
        ];
    BalanceOffByOne, "balance-off-by-one",
        "Verify calls a payment valid when one unit is missing from the balance.", &["facilitator.verify.balance-short*"];
    NoSimulation, "no-simulation",
        "The transfer is not simulated and the token's code is not looked for.", &[
            "facilitator.settle.asset-without-code*",
            "facilitator.settle.payee-blacklisted*",
            "facilitator.settle.payer-blacklisted*",
            "facilitator.settle.token-paused*",
            "facilitator.settle.token-without-eip3009*",
            "facilitator.verify.asset-without-code*",
            "facilitator.verify.payee-blacklisted*",
            "facilitator.verify.payer-blacklisted*",
            "facilitator.verify.token-paused*",
            "facilitator.verify.token-without-eip3009*",
        ];

    // Network, scheme, version
    IgnoresNetwork, "ignores-network",
        "Requirements for any network pass, as long as the payload agrees.", &[
            "facilitator.settle.network-other*",
            "facilitator.verify.network-other*",
        ];
    IgnoresClaimedNetwork, "ignores-claimed-network",
        "The network that the payload names is not looked at.", &[
            "facilitator.settle.network-disagrees*",
            "facilitator.verify.network-disagrees*",
        ];
    IgnoresScheme, "ignores-scheme",
        "Requirements of any scheme pass, as long as the payload agrees.", &[
            "facilitator.settle.scheme-other*",
            "facilitator.verify.scheme-other*",
        ];
    IgnoresClaimedScheme, "ignores-claimed-scheme",
        "The scheme that the payload names is not looked at.", &[
            "facilitator.settle.scheme-disagrees*",
            "facilitator.verify.scheme-disagrees*",
        ];
    IgnoresVersion, "ignores-version",
        "Every x402Version but 1 is read as version 2.", &[
            "facilitator.settle.version-0",
            "facilitator.settle.version-3",
            "facilitator.settle.version-negative",
            "facilitator.settle.version-text",
            "facilitator.verify.version-0",
            "facilitator.verify.version-3",
            "facilitator.verify.version-negative",
            "facilitator.verify.version-text",
        ];
    StringVersion, "string-version",
        "An x402Version that is a string of digits passes.", &[
            "facilitator.settle.version-text",
            "facilitator.verify.version-text",
        ];
    AcceptsMixedVersions, "accepts-mixed-versions",
        "A payload of one version passes with requirements of the other.", &[
            "facilitator.settle.version-mixed.v1",
            "facilitator.verify.version-mixed.v1",
        ];

    // Reading
    DefaultsMissingFields, "defaults-missing-fields",
        "Members that are missing get default values, and what cannot be checked then passes.", &[
            "facilitator.books.gas",
            "facilitator.settle.*",
            "facilitator.verify.*",
        ];
    Wraps256Bits, "wraps-256-bits",
        "Amounts beyond 256 bits are wrapped around.", &[
            "facilitator.settle.value-wraps*",
            "facilitator.verify.value-wraps*",
        ];
    Wraps128Bits, "wraps-128-bits",
        "Amounts are cut to 128 bits.", &[
            "facilitator.settle.value-wraps*",
            "facilitator.settle.value-wraps-128*",
            "facilitator.verify.value-wraps*",
            "facilitator.verify.value-wraps-128*",
        ];
    FloatsForAmounts, "floats-for-amounts",
        "Amounts are read as floating-point numbers: signs, fractions and exponents pass.", &[
            "facilitator.settle.value-exponent*",
            "facilitator.settle.value-fraction*",
            "facilitator.settle.value-negative*",
            "facilitator.verify.value-exponent*",
            "facilitator.verify.value-fraction*",
            "facilitator.verify.value-negative*",
        ];
    LenientNumbers, "lenient-numbers",
        "JSON numbers, hexadecimal, blanks and leading zeros pass as amounts.", &[
            "facilitator.settle.time-number*",
            "facilitator.settle.value-number*",
            "facilitator.verify.time-number*",
            "facilitator.verify.value-number*",
        ];
    VerifyReadsLeniently, "verify-reads-leniently",
        "Verify takes hexadecimal, blanks and leading zeros as amounts, settle does not.", &[
            "facilitator.edge.amount-hexadecimal*",
            "facilitator.edge.amount-leading-blank*",
            "facilitator.edge.amount-leading-zero*",
            "facilitator.verify.time-number*",
            "facilitator.verify.value-number*",
        ];
    PadsNonces, "pads-nonces",
        "Nonces that are too short or too long are padded or cut.", &[
            "facilitator.settle.nonce-long*",
            "facilitator.verify.nonce-long*",
        ];
    RefusesUnknownFields, "refuses-unknown-fields",
        "A request with a member that no document names is refused.", &["facilitator.accept.unknown-fields*"];
    RefusesLowerCase, "refuses-lower-case",
        "Addresses without EIP-55 capitals are refused.", &[
            "facilitator.accept.lower-case-addresses*",
            "facilitator.accept.mixed-case-addresses*",
            "facilitator.answers.reason-class",
        ];

    // Verify and settle
    VerifySettles, "verify-settles",
        "Verify already moves the money.", &[
            "facilitator.books.gas",
            "facilitator.settle.cancelled*",
            "facilitator.settle.drained*",
            "facilitator.verify.no-effect*",
            "facilitator.verify.repeatable*",
        ];
    VerifySpends, "verify-spends",
        "Verify refuses a payment that it has verified before.", &["facilitator.verify.repeatable*"];
    SettleNeedsVerify, "settle-needs-verify",
        "Settle refuses a payment that was not verified before.", &[
            "facilitator.answers.reason-class",
            "facilitator.settle.*",
            "facilitator.supported.signer-settles",
            "facilitator.verify.settled*",
        ];
    SettleSkipsChecks, "settle-skips-checks",
        "Settle sends whatever the token will take, without comparing it with the requirements.", &[
            "facilitator.edge.expires-soon*",
            "facilitator.settle.*",
        ];
    SettleLiesWithoutTransaction, "settle-lies-without-transaction",
        "Settle answers success without sending a transaction.", &["facilitator.control*"];
    SettleNamesAnotherTransaction, "settle-names-another-transaction",
        "From the second settlement of a version on, settle names the transaction of the first.", &["facilitator.*"];
    SettleClaimsReverted, "settle-claims-reverted",
        "Settle answers success for a transaction that reverted.", &[
            "facilitator.books.balance",
            "facilitator.books.one-success-a-nonce",
            "facilitator.books.success-means-money",
            "facilitator.service.after-refusals",
            "facilitator.settle.*",
        ];
    TrustsReceiptStatus, "trusts-receipt-status",
        "Settle does not look for the transfer in the receipt.", &[
            "facilitator.settle.token-fee*",
            "facilitator.settle.token-silent*",
        ];
    DoubleBroadcast, "double-broadcast",
        "Settle sends every payment in two transactions.", &[
            "facilitator.settle.one-transaction*",
            "facilitator.settle.pending-again",
        ];
    NonceCollisions, "nonce-collisions",
        "Settlements at the same time take the same account nonce.", &["facilitator.settle.distinct-at-once*"];
    WedgedNonce, "wedged-nonce",
        "The account nonce is not taken back when a transaction could not be sent.", &[
            "facilitator.rpc.*",
            "facilitator.service.*",
            "facilitator.answers.*",
            "facilitator.settle.*",
        ];
    ReplayAnswersSuccess, "replay-answers-success",
        "Settle answers success, with an invented hash, for a payment that is spent.", &[
            "facilitator.books.balance",
            "facilitator.books.one-success-a-nonce",
            "facilitator.books.success-means-money",
            "facilitator.settle.*",
        ];
    ReorderedPaysAgain, "reordered-pays-again",
        "Settle knows spent payments by their bytes: encoded otherwise, they are answered success.", &[
            "facilitator.books.one-success-a-nonce",
            "facilitator.books.success-means-money",
            "facilitator.settle.replay-other-resource*",
            "facilitator.settle.replay-reordered*",
            "facilitator.settle.replay-upper-case*",
        ];
    DuplicatesAllSucceed, "duplicates-all-succeed",
        "Copies of a payment that are settled at the same time are all answered success.", &[
            "facilitator.books.one-success-a-nonce",
            "facilitator.books.success-means-money",
            "facilitator.settle.same-at-once*",
            "facilitator.settle.same-at-once-slow-blocks",
        ];
    ForgetsPayment, "forgets-payment",
        "Settle gives up on a transaction after 200 ms and calls it failed; the money moves later.", &[
            "facilitator.settle.*",
            "facilitator.books.*",
            "facilitator.rpc.slow",
        ];
    PendingWithoutHash, "pending-without-hash",
        "Settle answers settlement_pending without naming the transaction.", &["facilitator.settle.*"];
    ResendsPending, "resends-pending",
        "Settling a pending payment again sends another transaction.", &["facilitator.settle.pending-again"];
    BroadcastsDoomed, "broadcasts-doomed",
        "Settle sends payments that it knows to be spent or not covered, and pays for the gas.", &["facilitator.settle.*"];
    SettlesFromStranger, "settles-from-stranger",
        "Settlements are sent by an account that /supported does not name.", &["facilitator.supported.signer-settles"];

    // Bad input
    Error500OnBadInput, "error-500-on-bad-input",
        "Bodies that cannot be read are answered 500.", &[
            "facilitator.answers.no-5xx",
            "facilitator.answers.verify-shape",
            "facilitator.body.*",
        ];
    HangsOnBadInput, "hangs-on-bad-input",
        "Bodies that cannot be read are never answered.", &["facilitator.body.*"];
    DropsConnectionOnBadInput, "drops-connection-on-bad-input",
        "Bodies that cannot be read end the connection without an answer.", &["facilitator.body.*"];
    DiesOnBadInput, "dies-on-bad-input",
        "A body that is nested too deeply or too large ends the service.", &["facilitator.*"];
    AcceptsUnreadable, "accepts-unreadable",
        "Bodies that cannot be read are valid payments.", &["facilitator.body.*"];

    // When the chain fails
    ValidWhenChainFails, "valid-when-chain-fails",
        "When the chain does not answer, payments are valid and settled.", &[
            "facilitator.books.balance",
            "facilitator.books.success-means-money",
            "facilitator.rpc.errors",
            "facilitator.rpc.gone",
            "facilitator.rpc.silent",
            "facilitator.rpc.submit-refused",
            "facilitator.rpc.too-many-requests",
        ];
    BlamesPayerForChain, "blames-payer-for-chain",
        "When the chain does not answer, the signature is called wrong.", &[
            "facilitator.rpc.errors",
            "facilitator.rpc.gone",
            "facilitator.rpc.silent",
            "facilitator.rpc.too-many-requests",
        ];
    WedgedAfterChainFailure, "wedged-after-chain-failure",
        "After the chain has failed once, every answer is an error.", &[
            "facilitator.rpc.*",
            "facilitator.service.*",
            "facilitator.answers.*",
        ];
    WedgedAfterRefusal, "wedged-after-refusal",
        "After a settle with addresses in lower case has been refused, no other settle works.", &[
            "facilitator.service.*",
            "facilitator.rpc.*",
            "facilitator.settle.*",
            "facilitator.verify.no-effect*",
            "facilitator.answers.*",
        ];

    // Answers
    LeaksInternals, "leaks-internals",
        "Refusals show the RPC URL, the key and a stack trace.", &["facilitator.answers.no-leaks"];
    RefusalsAre500, "refusals-are-500",
        "Refusals have the HTTP status 500.", &[
            "facilitator.answers.no-5xx",
            "facilitator.answers.settle-status",
            "facilitator.answers.verify-status",
            "facilitator.body.nul",
        ];
    NoReason, "no-reason",
        "Refusals give no reason.", &[
            "facilitator.answers.reason-given",
            "facilitator.answers.reason-vocabulary*",
            "facilitator.settle.pending-again",
        ];
    OneReasonForAll, "one-reason-for-all",
        "Every refusal has the reason invalid_payload.", &[
            "facilitator.answers.reason-class",
            "facilitator.settle.pending-again",
        ];
    FreeTextReason, "free-text-reason",
        "The reason of a refusal is a sentence.", &[
            "facilitator.answers.reason-form",
            "facilitator.answers.reason-vocabulary*",
            "facilitator.settle.pending-again",
        ];
    ReasonOnSuccess, "reason-on-success",
        "Good answers carry a reason too.", &["facilitator.answers.success-without-reason"];
    NoTransactionOnFailure, "no-transaction-on-failure",
        "A failed settlement's answer has no transaction member.", &[
            "facilitator.answers.settle-failure",
            "facilitator.answers.settle-failure-members.v1",
            "facilitator.settle.pending-again",
        ];
    FailureWithoutNetwork, "failure-without-network",
        "A failed settlement's answer has an empty network.", &[
            "facilitator.answers.network",
            "facilitator.settle.pending-again",
        ];
    WrongNetworkInAnswer, "wrong-network-in-answer",
        "Settlement answers name another network.", &["facilitator.answers.network"];
    WrongPayer, "wrong-payer",
        "Answers name another payer.", &["facilitator.answers.payer"];
    SuccessWithoutNetwork, "success-without-network",
        "Successful settles name no network.", &["facilitator.answers.settle-success"];
    OddTransactionOnFailure, "odd-transaction-on-failure",
        "Failed settles name a transaction that is neither empty nor a hash.", &[
            "facilitator.answers.failure-transaction",
            "facilitator.settle.pending-again",
        ];
    NoPayerV1, "no-payer-v1",
        "Good answers of version 1 name no payer.", &["facilitator.answers.settle-success-payer.v1"];
    WrongAmount, "wrong-amount",
        "Settlement answers name one unit more than was moved.", &["facilitator.answers.amount"];
    SuccessAsText, "success-as-text",
        "isValid and success are texts instead of booleans.", &["facilitator.control*"];

    // Supported kinds
    SupportedWithoutKinds, "supported-without-kinds",
        "/supported has no kinds.", &[
            "facilitator.supported.kind-fields",
            "facilitator.supported.kind-networks",
            "facilitator.supported.kinds",
            "facilitator.supported.served",
            "facilitator.supported.short-name",
        ];
    SupportedIncomplete, "supported-incomplete",
        "/supported has no extensions and no signers.", &["facilitator.supported.members"];
    SupportedOddSigners, "supported-odd-signers",
        "/supported lists its signers under a name that is not CAIP-2.", &["facilitator.supported.signer-keys"];
    SupportedKindIncomplete, "supported-kind-incomplete",
        "/supported has a kind without a scheme.", &["facilitator.supported.kind-fields"];
    AdvertisesTooMuch, "advertises-too-much",
        "/supported offers version 1, whose payments are always refused.", &[
            "facilitator.answers.reason-class",
            "facilitator.control.v1",
            "facilitator.supported.served",
        ];
    SupportedFlickers, "supported-flickers",
        "Every second /supported lacks a kind.", &["facilitator.supported.stable"];
    V1NetworkInV2, "v1-network-in-v2",
        "/supported uses short network names for version 2.", &[
            "facilitator.supported.kind-networks",
            "facilitator.supported.served",
        ];
    V2NetworkInV1, "v2-network-in-v1",
        "/supported uses CAIP-2 networks for version 1.", &[
            "facilitator.supported.served",
            "facilitator.supported.short-name",
        ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_in_kebab_case() {
        let names: HashSet<_> = MUTANTS.iter().map(|mutant| mutant.name).collect();
        assert_eq!(names.len(), MUTANTS.len());
        for name in names {
            assert!(
                name.split('-').all(|part| {
                    !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
                }),
                "{name}"
            );
        }
        assert!(MUTANTS.len() >= 55, "{} mutants", MUTANTS.len());
    }

    #[test]
    fn titles_are_sentences() {
        for mutant in MUTANTS {
            assert!(mutant.title.ends_with('.') && mutant.title.len() > 20, "{}", mutant.name);
            assert!(!mutant.concerns.is_empty(), "{}", mutant.name);
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_nearest() {
        assert_eq!(by_name("no-payee-check").map(|mutant| mutant.fault), Ok(Fault::NoPayeeCheck));
        let error = by_name("no-paye-check").expect_err("not a name");
        assert_eq!(error.suggestion, Some("no-payee-check"));
        assert_eq!(
            error.to_string(),
            "no mutant is called \"no-paye-check\" (did you mean \"no-payee-check\"?); \
             `gauntlet list mutants` names them all"
        );
        assert_eq!(by_name("???").expect_err("not a name").suggestion, None);
    }
}
