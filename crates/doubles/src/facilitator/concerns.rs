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
            "facilitator.decimals.six-for-eighteen*",
            "facilitator.settle.value-under*",
            "facilitator.settle.value-zero*",
            "facilitator.verify.value-under*",
            "facilitator.verify.value-zero*",
        ],
        AcceptsOverpayment => &["facilitator.settle.value-over", "facilitator.verify.value-over"],
        AcceptsZeroValue => &["facilitator.settle.value-zero*", "facilitator.verify.value-zero*"],
        V1Underpays => &[
            "facilitator.decimals.six-for-eighteen.v1",
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
            "facilitator.settle.token-boastful*",
            "facilitator.settle.token-paused*",
            "facilitator.settle.token-reverting*",
            "facilitator.settle.token-shouting*",
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
        | Permit2RemembersBalance
        | Permit2RemembersAllowance
        | Permit2RemembersNonce
        | Permit2ClaimsReverted => &[
            "facilitator.answers.amount",
            "facilitator.books.*",
            "facilitator.permit2.*",
            "facilitator.upto.*",
        ],
        Permit2AnyWallet | Permit2AnyWrapper | Permit2WalletsOnlyVerify => {
            &["facilitator.permit2.wallets.*", "facilitator.upto.wallets.*"]
        }
        Eip2612Ignored
        | Eip2612AnyOwner
        | Eip2612AnyToken
        | Eip2612AnyAmount
        | Eip2612WithoutEnd
        | Eip2612WithoutSignature
        | Eip2612UsedFails => &["facilitator.permit2.eip2612.*", "facilitator.upto.eip2612.*"],
        Eip2612AnySpender => {
            &["facilitator.books.gas", "facilitator.permit2.eip2612.*", "facilitator.upto.eip2612.*"]
        }
        // What is not sponsored is refused for what it lacks without the sponsor.
        Erc20Ignored => &[
            "facilitator.answers.reason-class",
            "facilitator.books.gas",
            "facilitator.permit2.erc20.*",
            "facilitator.upto.erc20.*",
        ],
        Erc20Unread | Erc20AnySigner | Erc20AnyTarget | Erc20AnyCall | Erc20AnySpender | Erc20AnyAmount
        | Erc20AnyChain | Erc20AnyNonce | Erc20AnyPrice | Erc20AnyGift | Erc20GivesFirst
        | Erc20NeverGives => {
            &["facilitator.books.gas", "facilitator.permit2.erc20.*", "facilitator.upto.erc20.*"]
        }
        UptoSaysTheCap => &["facilitator.answers.amount", "facilitator.upto.*"],
        UptoTakesTheCap | UptoAboveTheCap | UptoZeroCloses => &["facilitator.books.*", "facilitator.upto.*"],
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
            "facilitator.decimals.each-its-own*",
            "facilitator.settle.*",
            "facilitator.supported.signer-settles",
            "facilitator.verify.settled*",
        ],
        SettleSkipsChecks => &[
            "facilitator.decimals.six-for-eighteen*",
            "facilitator.edge.expires-soon*",
            "facilitator.settle.*",
            "facilitator.upto.settle.eip3009-instead",
        ],
        SettleNamesAnotherTransaction | DiesOnBadInput => &["facilitator.*"],
        SettleClaimsReverted => &[
            "facilitator.books.balance",
            "facilitator.books.one-success-a-nonce",
            "facilitator.books.success-means-money",
            "facilitator.gas.*-token*",
            "facilitator.service.after-refusals",
            "facilitator.settle.*",
            "facilitator.wallets.*",
        ],
        TrustsReceiptStatus => &[
            "facilitator.settle.token-decoy*",
            "facilitator.settle.token-diverting*",
            "facilitator.settle.token-fee*",
            "facilitator.settle.token-phantom*",
            "facilitator.settle.token-rebasing*",
            "facilitator.settle.token-reentrant*",
            "facilitator.settle.token-refusing*",
            "facilitator.settle.token-silent*",
        ],
        TransferOfAnyContract => &[
            "facilitator.settle.token-decoy*",
            "facilitator.settle.token-phantom*",
            "facilitator.settle.token-rebasing*",
            "facilitator.settle.token-reentrant*",
        ],
        TransferToAnybody => &[
            "facilitator.settle.token-diverting*",
            "facilitator.settle.token-phantom*",
            "facilitator.settle.token-rebasing*",
            "facilitator.settle.token-reentrant*",
        ],
        BelievesTransfers => &[
            "facilitator.settle.token-phantom*",
            "facilitator.settle.token-rebasing*",
            "facilitator.settle.token-reentrant*",
        ],
        TokenGasUnbounded => &["facilitator.gas.*-token*"],
        SettlesDearly => &["facilitator.gas.*", "facilitator.wallets.gas-*"],
        ShowsRevertTexts => &["facilitator.settle.token-shouting*"],
        IgnoresDecimals => &["facilitator.decimals.*"],
        // The second of two transactions that need much gas may never be mined, and then stands before all others.
        DoubleBroadcast => &[
            "facilitator.service.alive",
            "facilitator.settle.one-transaction*",
            "facilitator.settle.pending-again",
            "facilitator.sizes.post-quantum*",
            "facilitator.wallets.gas-trap*",
        ],
        NonceCollisions => &["facilitator.settle.distinct-at-once*"],
        WedgedNonce => &[
            "facilitator.answers.*",
            "facilitator.gas.*",
            "facilitator.rpc.*",
            "facilitator.service.*",
            "facilitator.settle.*",
            "facilitator.sizes.*",
            "facilitator.wallets.gas-trap*",
        ],
        ReplayAnswersSuccess => &[
            "facilitator.books.balance",
            "facilitator.books.one-success-a-nonce",
            "facilitator.books.success-means-money",
            "facilitator.settle.*",
        ],
        ReplayAnswersAgain => &[
            "facilitator.answers.amount",
            "facilitator.books.*",
            "facilitator.permit2.*",
            "facilitator.settle.*",
            "facilitator.upto.*",
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
        SettlesFromStranger => &["facilitator.gas.settled", "facilitator.supported.signer-settles"],
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
        WedgedAfterChainFailure => {
            &["facilitator.answers.*", "facilitator.rpc.*", "facilitator.service.*", "facilitator.sizes.*"]
        }
        HangsAfterUnsent | EndsAfterUnsent => {
            &["facilitator.rpc.submit-refused", "facilitator.service.alive"]
        }
        WedgedAfterRefusal => &[
            "facilitator.decimals.*",
            "facilitator.service.*",
            "facilitator.rpc.*",
            "facilitator.settle.*",
            "facilitator.sizes.*",
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
        B402AnySignature => &["facilitator.b402.auth.signature"],
        B402UnsignedPasses => &["facilitator.b402.auth.unsigned"],
        B402SignsItsOwnWriting => &["facilitator.b402.auth.bytes"],
        B402AnyTimestamp => &["facilitator.b402.auth.stale"],
        B402MinuteWindow => &["facilitator.b402.partner.clock"],
        B402AnyCaller => &["facilitator.b402.auth.caller"],
        B402RequestReplay => &["facilitator.b402.web3.request-again"],
        B402EpochTimestamp => &["facilitator.b402.web3.epoch"],
        B402SignsShortPath => &["facilitator.b402.web3.path"],
        B402HexSignature => &["facilitator.b402.web3.hex"],
        B402WithoutLimits => &["facilitator.b402.limits.settle"],
        B402SettlesBeyondLimit => &["facilitator.b402.limits.nothing-lost"],
        B402Naked => &["facilitator.b402.envelope"],
        B402RefusesWith400 => &["facilitator.b402.refused.status"],
        B402KindWithoutSpender => {
            &["facilitator.b402.supported.spender", "facilitator.b402.settle.idle-charge"]
        }
        B402UptoIsExact => &[
            "facilitator.b402.supported.kinds",
            "facilitator.b402.settle.no-charge",
            "facilitator.b402.settle.odd-charge",
        ],
        B402SignersByChain => &["facilitator.b402.supported.signers"],
        B402NamesBySymbol => &["facilitator.b402.supported.names"],
        B402OneReason => &["facilitator.b402.reason.*", "facilitator.b402.verify.version-first"],
        B402PayloadIsRequirements => &["facilitator.b402.reason.payload"],
        B402WithoutPayer => &["facilitator.b402.refused.payer"],
        B402AlwaysExplains => &["facilitator.b402.refused.message"],
        B402SchemeBeforeVersion => &["facilitator.b402.verify.version-first"],
        B402WithoutMethod => &["facilitator.b402.verify.no-method"],
        B402TakesBoth => &["facilitator.b402.verify.two-authorizations"],
        B402ChargesTheCap => &["facilitator.b402.settle.no-charge", "facilitator.b402.settle.odd-charge"],
        B402RefusesIdleCharge => &["facilitator.b402.settle.idle-charge"],
        B402AsksAgain => &["facilitator.b402.settle.again", "facilitator.b402.settle.at-once"],
        B402KeepsByNonce => &["facilitator.b402.settle.other-with-its-nonce"],
        B402PendingIsSuccess | B402PendingWithoutHash => &["facilitator.b402.settle.under-way"],
        GatewayShortValidity => &["facilitator.gateway.validity"],
        GatewayTokenDomain => &["facilitator.gateway.token-domain"],
        GatewayRefusesDust => &["facilitator.gateway.one-unit"],
        GatewaySecondNeverSent => &["facilitator.gateway.money"],
        GatewaySuccessAgain => &["facilitator.gateway.again", "facilitator.settle.replay*"],
        GatewayKindWithoutName => &["facilitator.gateway.supported"],
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
