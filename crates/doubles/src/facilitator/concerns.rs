//! Which checks each mutant of the facilitator double may fail, so that the kill matrix sees a check that fails for
//! something else.
//!
//! A glob says as little as holds: a check that the fault cannot touch must not be named.

use super::mutants::Fault::{self, *};

/// Globs of the ids of the checks that may fail because of the fault.
pub(super) const fn concerns(fault: Fault) -> &'static [&'static str] {
    match fault {
        AcceptsEverything => &["*"],
        RefusesEverything | SettleLiesWithoutTransaction | SuccessAsText => &["facilitator.control*"],
        NoSignatureCheck => &[
            "facilitator.edge.signature-compact*",
            "facilitator.edge.signature-high-s*",
            "facilitator.edge.signature-parity-v*",
            "facilitator.settle.*",
            "facilitator.verify.*",
            "facilitator.wallets.burns-gas*",
            "facilitator.wallets.owner-replaced*",
            "facilitator.wallets.reverts*",
            "facilitator.wallets.short-answer*",
            "facilitator.wallets.signed-by-stranger*",
            "facilitator.wallets.unknown-factory*",
            "facilitator.wallets.wrong-word*",
        ],
        AcceptsEmptySignature => {
            &["facilitator.settle.signature-empty*", "facilitator.verify.signature-empty*"]
        }
        AcceptsZeroSignature => &["facilitator.settle.signature-zero*", "facilitator.verify.signature-zero*"],
        AcceptsAnyRecoverableSignature => &[
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
        ],
        IgnoresChainId => &["facilitator.settle.domain-chain*", "facilitator.verify.domain-chain*"],
        IgnoresDomainName => &[
            "facilitator.settle.domain-name*",
            "facilitator.settle.extra-name*",
            "facilitator.verify.domain-name*",
            "facilitator.verify.extra-name*",
        ],
        IgnoresDomainVersion => &[
            "facilitator.settle.domain-version*",
            "facilitator.settle.extra-version*",
            "facilitator.verify.domain-version*",
            "facilitator.verify.extra-version*",
        ],
        IgnoresVerifyingContract => &[
            "facilitator.settle.asset-other*",
            "facilitator.settle.domain-contract*",
            "facilitator.verify.asset-other*",
            "facilitator.verify.domain-contract*",
        ],
        DomainFromToken => &[
            "facilitator.settle.extra-missing",
            "facilitator.settle.extra-name*",
            "facilitator.settle.extra-version*",
            "facilitator.verify.extra-missing",
            "facilitator.verify.extra-name*",
            "facilitator.verify.extra-version*",
        ],
        ParityVVerifies => &["facilitator.edge.signature-parity-v*"],
        HighSPaysAgain => &[
            "facilitator.books.one-success-a-nonce",
            "facilitator.books.success-means-money",
            "facilitator.settle.replay-high-s*",
        ],
        AnyWalletAnswer => &[
            "facilitator.wallets.owner-replaced*",
            "facilitator.wallets.signed-by-stranger*",
            "facilitator.wallets.wrong-word*",
        ],
        ShortWalletAnswer => &["facilitator.wallets.short-answer*"],
        RevertingWalletAnswer => &["facilitator.wallets.burns-gas*", "facilitator.wallets.reverts*"],
        WalletAskedOnce => &["facilitator.wallets.owner-replaced*"],
        WalletsOnlyVerify => &[
            "facilitator.wallets.counterfactual",
            "facilitator.wallets.counterfactual.v1",
            "facilitator.wallets.delegated",
            "facilitator.wallets.delegated.v1",
            "facilitator.wallets.deployed*",
            "facilitator.wallets.long-signature*",
        ],
        CutsWalletSignatures => &["facilitator.wallets.long-signature*"],
        RunsAnyFactory => &[
            "facilitator.wallets.counterfactual-forged*",
            "facilitator.wallets.gas-factory*",
            "facilitator.wallets.unknown-factory*",
            "facilitator.wallets.wrapped-forged*",
        ],
        WrappedSignaturePasses => {
            &["facilitator.wallets.counterfactual-forged*", "facilitator.wallets.wrapped-forged*"]
        }
        WalletGasUnbounded => &["facilitator.wallets.gas-costly*", "facilitator.wallets.gas-trap*"],
        DelegatedByKey => &["facilitator.wallets.delegated-mute*"],
        NoPayeeCheck => &["facilitator.settle.payee-other*", "facilitator.verify.payee-other*"],
        CaseSensitivePayee => &["facilitator.accept.mixed-case-addresses*"],
        AcceptsUnderpayment => &[
            "facilitator.settle.value-under*",
            "facilitator.settle.value-zero*",
            "facilitator.verify.value-under*",
            "facilitator.verify.value-zero*",
        ],
        AcceptsOverpayment => &["facilitator.settle.value-over", "facilitator.verify.value-over"],
        AcceptsZeroValue => &["facilitator.settle.value-zero*", "facilitator.verify.value-zero*"],
        V1Underpays => &[
            "facilitator.settle.value-under.v1",
            "facilitator.settle.value-zero.v1",
            "facilitator.verify.value-under.v1",
            "facilitator.verify.value-zero.v1",
        ],
        NoExpiryCheck => &[
            "facilitator.settle.expired*",
            "facilitator.settle.expired-long-ago*",
            "facilitator.verify.expired*",
            "facilitator.verify.expired-long-ago*",
        ],
        NoStartCheck => &["facilitator.settle.not-yet-valid*", "facilitator.verify.not-yet-valid*"],
        NoNonceCheck => &[
            "facilitator.verify.nonce-cancelled*",
            "facilitator.verify.nonce-spent*",
            "facilitator.verify.settled*",
        ],
        NoBalanceCheck => &["facilitator.verify.balance-short*", "facilitator.verify.balance-zero*"],
        BalanceOffByOne => &["facilitator.verify.balance-short*"],
        NoSimulation => &[
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
            "facilitator.wallets.counterfactual-forged*",
            "facilitator.wallets.delegated-mute*",
            "facilitator.wallets.wrapped-forged*",
        ],
        IgnoresNetwork => &["facilitator.settle.network-other*", "facilitator.verify.network-other*"],
        IgnoresClaimedNetwork => {
            &["facilitator.settle.network-disagrees*", "facilitator.verify.network-disagrees*"]
        }
        IgnoresScheme => &[
            "facilitator.settle.scheme-other*",
            "facilitator.upto.*.eip3009-instead",
            "facilitator.verify.scheme-other*",
        ],
        IgnoresClaimedScheme => {
            &["facilitator.settle.scheme-disagrees*", "facilitator.verify.scheme-disagrees*"]
        }
        IgnoresVersion => &[
            "facilitator.settle.version-0",
            "facilitator.settle.version-3",
            "facilitator.settle.version-negative",
            "facilitator.settle.version-text",
            "facilitator.verify.version-0",
            "facilitator.verify.version-3",
            "facilitator.verify.version-negative",
            "facilitator.verify.version-text",
        ],
        StringVersion => &["facilitator.settle.version-text", "facilitator.verify.version-text"],
        AcceptsMixedVersions => {
            &["facilitator.settle.version-mixed.v1", "facilitator.verify.version-mixed.v1"]
        }
        DefaultsMissingFields => &["facilitator.books.gas", "facilitator.settle.*", "facilitator.verify.*"],
        Wraps256Bits => &["facilitator.settle.value-wraps*", "facilitator.verify.value-wraps*"],
        Wraps128Bits => &[
            "facilitator.settle.value-wraps*",
            "facilitator.settle.value-wraps-128*",
            "facilitator.verify.value-wraps*",
            "facilitator.verify.value-wraps-128*",
        ],
        FloatsForAmounts => &[
            "facilitator.settle.value-exponent*",
            "facilitator.settle.value-fraction*",
            "facilitator.settle.value-negative*",
            "facilitator.verify.value-exponent*",
            "facilitator.verify.value-fraction*",
            "facilitator.verify.value-negative*",
        ],
        Permit2WithoutSignature
        | Permit2AnySpender
        | Permit2AnyPayee
        | Permit2AnyToken
        | Permit2Underpaid
        | Permit2WithoutWindow
        | Permit2WithoutAllowance
        | Permit2WithoutBalance => &["facilitator.permit2.*", "facilitator.upto.*"],
        Permit2RoundsAmounts => {
            &["facilitator.answers.amount", "facilitator.permit2.*", "facilitator.upto.*"]
        }
        Permit2ReplaySucceeds
        | Permit2CopiesSucceed
        | Permit2LiesWithoutTransaction
        | Permit2ClaimsReverted => &[
            "facilitator.answers.amount",
            "facilitator.books.*",
            "facilitator.permit2.*",
            "facilitator.upto.*",
        ],
        UptoSaysTheCap => &["facilitator.answers.amount", "facilitator.upto.*"],
        UptoTakesTheCap | UptoAboveTheCap => &["facilitator.books.*", "facilitator.upto.*"],
        UptoAnyFacilitator
        | UptoRefusesZero
        | UptoWithoutAddress
        | UptoTakesEip3009
        | UptoPaysTheRequirements => &["facilitator.upto.*"],
        LenientNumbers => &[
            "facilitator.settle.time-number*",
            "facilitator.settle.value-number*",
            "facilitator.verify.time-number*",
            "facilitator.verify.value-number*",
        ],
        VerifyReadsLeniently => &[
            "facilitator.edge.amount-hexadecimal*",
            "facilitator.edge.amount-leading-blank*",
            "facilitator.edge.amount-leading-zero*",
            "facilitator.verify.time-number*",
            "facilitator.verify.value-number*",
        ],
        PadsNonces => &["facilitator.settle.nonce-long*", "facilitator.verify.nonce-long*"],
        RefusesUnknownFields => &["facilitator.accept.unknown-fields*"],
        RefusesLowerCase => &[
            "facilitator.accept.lower-case-addresses*",
            "facilitator.accept.mixed-case-addresses*",
            "facilitator.answers.reason-class",
        ],
        VerifySettles => &[
            "facilitator.books.gas",
            "facilitator.settle.cancelled*",
            "facilitator.settle.drained*",
            "facilitator.verify.no-effect*",
            "facilitator.verify.repeatable*",
        ],
        VerifySpends => &["facilitator.verify.repeatable*"],
        SettleNeedsVerify => &[
            "facilitator.answers.reason-class",
            "facilitator.settle.*",
            "facilitator.supported.signer-settles",
            "facilitator.verify.settled*",
        ],
        SettleSkipsChecks => &[
            "facilitator.edge.expires-soon*",
            "facilitator.settle.*",
            "facilitator.upto.settle.eip3009-instead",
        ],
        SettleNamesAnotherTransaction | DiesOnBadInput => &["facilitator.*"],
        SettleClaimsReverted => &[
            "facilitator.books.balance",
            "facilitator.books.one-success-a-nonce",
            "facilitator.books.success-means-money",
            "facilitator.service.after-refusals",
            "facilitator.settle.*",
            "facilitator.wallets.*",
        ],
        TrustsReceiptStatus => &["facilitator.settle.token-fee*", "facilitator.settle.token-silent*"],
        DoubleBroadcast => &["facilitator.settle.one-transaction*", "facilitator.settle.pending-again"],
        NonceCollisions => &["facilitator.settle.distinct-at-once*"],
        WedgedNonce => &[
            "facilitator.answers.*",
            "facilitator.rpc.*",
            "facilitator.service.*",
            "facilitator.settle.*",
            "facilitator.wallets.gas-trap*",
        ],
        ReplayAnswersSuccess => &[
            "facilitator.books.balance",
            "facilitator.books.one-success-a-nonce",
            "facilitator.books.success-means-money",
            "facilitator.settle.*",
        ],
        ReorderedPaysAgain => &[
            "facilitator.books.one-success-a-nonce",
            "facilitator.books.success-means-money",
            "facilitator.settle.replay-other-resource*",
            "facilitator.settle.replay-reordered*",
            "facilitator.settle.replay-upper-case*",
        ],
        DuplicatesAllSucceed => &[
            "facilitator.books.one-success-a-nonce",
            "facilitator.books.success-means-money",
            "facilitator.settle.same-at-once*",
            "facilitator.settle.same-at-once-slow-blocks",
        ],
        ForgetsPayment => &["facilitator.settle.*", "facilitator.books.*", "facilitator.rpc.slow"],
        PendingWithoutHash | BroadcastsDoomed => &["facilitator.settle.*"],
        ResendsPending => &["facilitator.settle.pending-again"],
        SettlesFromStranger => &["facilitator.supported.signer-settles"],
        Error500OnBadInput => {
            &["facilitator.answers.no-5xx", "facilitator.answers.verify-shape", "facilitator.body.*"]
        }
        HangsOnBadInput | DropsConnectionOnBadInput | AcceptsUnreadable => &["facilitator.body.*"],
        ValidWhenChainFails => &[
            "facilitator.books.balance",
            "facilitator.books.success-means-money",
            "facilitator.rpc.errors",
            "facilitator.rpc.gone",
            "facilitator.rpc.silent",
            "facilitator.rpc.submit-refused",
            "facilitator.rpc.too-many-requests",
        ],
        BlamesPayerForChain => &[
            "facilitator.rpc.errors",
            "facilitator.rpc.gone",
            "facilitator.rpc.silent",
            "facilitator.rpc.too-many-requests",
        ],
        WedgedAfterChainFailure => &["facilitator.rpc.*", "facilitator.service.*", "facilitator.answers.*"],
        WedgedAfterRefusal => &[
            "facilitator.service.*",
            "facilitator.rpc.*",
            "facilitator.settle.*",
            "facilitator.verify.no-effect*",
            "facilitator.answers.*",
        ],
        TakesWholePurse
        | Compares64Bits
        | Compares128Bits
        | ComparesAsDoubles
        | OddWritingHidesPrice
        | PayeeByFirstBytes
        | StartInMilliseconds
        | TakesLastSecond
        | FirstVerifiedLastSettled => &["facilitator.search.verdict"],
        EscapedPaysAgain => &["facilitator.search.agreement"],
        IgnoresLastNonceByte | ForgetsAfter64 | ForgetsAfterRestart | RefusalsStay => {
            &["facilitator.search.sequence"]
        }
        HundredthCopySucceeds | OneReceiptForAPayer => &["facilitator.search.{sequence,crowd}"],
        WedgedAfterDeepBody => &["facilitator.search.bytes"],
        LeaksInternals => &["facilitator.answers.no-leaks"],
        RefusalsAre500 => &[
            "facilitator.answers.no-5xx",
            "facilitator.answers.settle-status",
            "facilitator.answers.verify-status",
            "facilitator.body.nul",
        ],
        NoReason => &[
            "facilitator.answers.reason-given",
            "facilitator.answers.reason-vocabulary*",
            "facilitator.settle.pending-again",
        ],
        OneReasonForAll => &["facilitator.answers.reason-class", "facilitator.settle.pending-again"],
        FreeTextReason => &[
            "facilitator.answers.reason-form",
            "facilitator.answers.reason-vocabulary*",
            "facilitator.settle.pending-again",
        ],
        ReasonOnSuccess => &["facilitator.answers.success-without-reason"],
        NoTransactionOnFailure => &[
            "facilitator.answers.settle-failure",
            "facilitator.answers.settle-failure-members.v1",
            "facilitator.settle.pending-again",
        ],
        FailureWithoutNetwork => &["facilitator.answers.network", "facilitator.settle.pending-again"],
        WrongNetworkInAnswer => &["facilitator.answers.network"],
        WrongPayer => &["facilitator.answers.payer"],
        SuccessWithoutNetwork => &["facilitator.answers.settle-success"],
        OddTransactionOnFailure => {
            &["facilitator.answers.failure-transaction", "facilitator.settle.pending-again"]
        }
        NoPayerV1 => &["facilitator.answers.settle-success-payer.v1"],
        WrongAmount => &["facilitator.answers.amount", "facilitator.permit2.*", "facilitator.upto.*"],
        SupportedWithoutKinds => &[
            "facilitator.supported.kind-fields",
            "facilitator.supported.kind-networks",
            "facilitator.supported.kinds",
            "facilitator.supported.served",
            "facilitator.supported.short-name",
        ],
        SupportedIncomplete => &["facilitator.supported.members"],
        SupportedOddSigners => &["facilitator.supported.signer-keys"],
        SupportedKindIncomplete => &["facilitator.supported.kind-fields"],
        AdvertisesTooMuch => {
            &["facilitator.answers.reason-class", "facilitator.control.v1", "facilitator.supported.served"]
        }
        SupportedFlickers => &["facilitator.supported.stable"],
        V1NetworkInV2 => &["facilitator.supported.kind-networks", "facilitator.supported.served"],
        V2NetworkInV1 => &["facilitator.supported.served", "facilitator.supported.short-name"],
        LargeSettledAndRefused => &["facilitator.books.*", "facilitator.sizes.*"],
    }
}
