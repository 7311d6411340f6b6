//! Which checks each mutant of the resource server double may fail, so that the kill matrix sees a check that fails for
//! something else.
//!
//! A glob says as little as holds: a check that the fault cannot touch must not be named.

use super::mutants::Fault::{self, *};

/// Globs of the ids of the checks that may fail because of the fault.
pub(super) const fn concerns(fault: Fault) -> &'static [&'static str] {
    match fault {
        ServesUnpaid | ChallengeIs401 | ChallengeIs403 | ChallengeIs200 | V1BodyMissing => {
            &["server.challenge.*", "server.control{,.v1}"]
        }
        RefusesEverything | NeverSettles | ServesBeforeSettle => &["server.control{,.v1}"],
        ServesAnyHeader
        | ServesAnyWellFormedPayment
        | EveryTenthIs502
        | V1AnyHeader
        | WedgedAfterMalformed
        | NoReceipt
        | ReceiptNotBase64
        | ReceiptRawJson
        | ReceiptOtherTransaction
        | ContentInChallengeBody
        | ContentInChallengeHeader
        | ContentInTrailers => &["server.*", "attack.*", "flow.*"],
        OnlyCheapSells => &[
            "server.{identifier,permit2,upto}.*",
            "attack.discovery{,.v1}",
            "flow.dear-then-cheap{,.v1}",
            "server.flow.upfront{,.v1}",
            "server.order.failing-handler{,.v1}",
            "server.order.missing-content{,.v1}",
            "server.paid.*",
        ],
        CreateDropsBody => &["server.paid.create{,.v1}"],
        QueryBreaksPayment => &["server.paid.query{,.v1}"],
        FreeRouteAsks => &["server.challenge.free{,.v1}", "server.outage.from-start{,.v1}"],
        IgnoresVerifyVerdict | SettlesRefused => &[
            "server.{permit2,upto}.refused.*",
            "attack.sponsor-drain{,.v1}",
            "server.order.verify-false{,.v1}",
            "server.refused.*",
        ],
        SettlesWithoutVerify => &[
            "server.{permit2,upto}.refused.*",
            "attack.sponsor-drain{,.v1}",
            "server.flow.upfront{,.v1}",
            "server.flow.upfront-refused{,.v1}",
            "server.order.*",
            "server.outage.closed{,.v1}",
            "server.refused.*",
        ],
        SettlesBeforeVerify => &[
            "server.{permit2,upto}.*",
            "attack.sponsor-drain{,.v1}",
            "server.books.money-means-content{,.v1}",
            "server.flow.upfront{,.v1}",
            "server.order.*",
            "server.paid.handler-fails{,.v1}",
            "server.paid.handler-misses{,.v1}",
            "server.refused.*",
        ],
        HandlerBeforeVerify => &[
            "server.flow.upfront{,.v1}",
            "server.flow.upfront-refused{,.v1}",
            "server.order.work{,.v1}",
            "server.outage.closed{,.v1}",
            "server.refused.handler-idle{,.v1}",
        ],
        HandlerRunsTwice => &[
            "server.identifier.*",
            "server.flow.upfront{,.v1}",
            "server.flow.upfront-refused{,.v1}",
            "server.order.work{,.v1}",
        ],
        HandlerRunsOnMalformed => &["server.refused.handler-idle{,.v1}", "server.spelled.handler-idle{,.v1}"],
        HandlerRunsUnpaid => &["server.challenge.no-work{,.v1}", "server.method.*"],
        SettlesTwice => &[
            "attack.sponsor-drain{,.v1}",
            "server.order.work{,.v1}",
            "server.paid.once{,.v1}",
            "server.paid.receipt-mirrors{,.v1}",
        ],
        OneAtATime => &[
            "server.{identifier,permit2,upto}.*",
            "server.idempotent.*",
            "attack.*",
            "flow.*",
            "server.books.money-means-content{,.v1}",
            "server.books.no-server-error{,.v1}",
            "server.order.*",
            "server.paid.*",
            "server.refused.extension-grown{,.v1}",
            "server.replay.*",
            "server.spelled.*",
        ],
        ServesOnSettleFalse => &[
            "server.{permit2,upto}.settle-false",
            "attack.revert-dropped{,.v1}",
            "attack.revert-grant{,.v1}",
            "server.books.content-means-money{,.v1}",
            "server.flow.upfront-refused{,.v1}",
            "server.order.*",
            "server.replay.at-both-at-once{,.v1}",
        ],
        ServesOnPending => &[
            "server.idempotent.*",
            "server.books.content-means-money{,.v1}",
            "server.order.pending-for-ever{,.v1}",
        ],
        ServesOnSettleTimeout => &[
            "server.books.content-means-money{,.v1}",
            "server.order.outlasted{,.v1}",
            "server.order.settle-silent{,.v1}",
        ],
        ServesOnSettleReset => &[
            "server.idempotent.*",
            "server.books.content-means-money{,.v1}",
            "server.order.settle-reset{,.v1}",
            "server.order.settle-truncated{,.v1}",
        ],
        ServesOnSettle500 => &[
            "server.books.content-means-money{,.v1}",
            "server.order.settle-500{,.v1}",
            "server.order.settle-503{,.v1}",
        ],
        ServesOnSettleGarbage | ServesWhenVerifyIsUnusable => {
            &["server.books.content-means-money{,.v1}", "server.order.*"]
        }
        ServesWithoutTransaction => &["attack.silent-token{,.v1}", "server.order.*"],
        ServesOnOtherNetwork => &["server.order.settle-other-network{,.v1}"],
        ServesOnOtherPayer => &["server.order.settle-other-payer{,.v1}"],
        LoopsOnPending | PendingHashLost => &["server.order.pending-for-ever{,.v1}"],
        GivesUpOnPending => &["server.order.pending-once{,.v1}"],
        RetriesLostSettle | NoReceiptOnFailure | FailureReceiptClaimsSuccess => &["server.order.*"],
        ChargesFailingHandler => &[
            "server.books.money-means-content{,.v1}",
            "server.order.failing-handler{,.v1}",
            "server.paid.handler-fails{,.v1}",
        ],
        ChargesMissingContent => &[
            "server.books.money-means-content{,.v1}",
            "server.order.missing-content{,.v1}",
            "server.paid.handler-misses{,.v1}",
        ],
        ClaimsSuccessOnFailure => &[
            "server.order.failing-handler{,.v1}",
            "server.order.missing-content{,.v1}",
            "server.paid.handler-fails{,.v1}",
            "server.paid.handler-misses{,.v1}",
        ],
        HurriesSettle => &[
            "attack.discovery{,.v1}",
            "attack.replay{,.v1}",
            "server.books.money-means-content{,.v1}",
            "server.books.no-server-error{,.v1}",
            "server.order.settle-slow{,.v1}",
        ],
        RefusesUnknownAnswerFields => &[
            "server.books.money-means-content{,.v1}",
            "server.books.no-server-error{,.v1}",
            "server.order.settle-unknown-fields{,.v1}",
        ],
        StopsWhenBuyerLeaves => &[
            "server.{idempotent,identifier,permit2,upto}.*",
            "attack.*",
            "flow.*",
            "server.books.no-server-error{,.v1}",
            "server.order.hang-up{,.v1}",
            "server.order.work{,.v1}",
            "server.outage.closed{,.v1}",
            "server.refused.*",
            "server.replay.*",
            "server.spelled.*",
        ],
        CreditForRegulars => &["flow.dear-then-cheap{,.v1}", "flow.paid-fetch{,.v1}"],
        UpfrontInNameOnly => &["server.flow.upfront{,.v1}", "server.flow.upfront-refused{,.v1}"],
        UpfrontVerifies => &["server.flow.upfront{,.v1}"],
        HandlerAfterFailedUpfront => &["server.flow.upfront-refused{,.v1}"],
        UpfrontUnnamed => &["server.flow.named{,.v1}"],
        EscrowInNameOnly => &["server.flow.method{,.v1}"],
        ServesWhenFacilitatorIsDown => {
            &["server.books.content-means-money{,.v1}", "server.outage.closed{,.v1}"]
        }
        OpenWhenSupportedFails => &["server.outage.*"],
        OpenWhenNetworkIsNotListed => &["server.outage.supported-other-network{,.v1}"],
        OpenWhenSupportedRedirects => &["server.outage.supported-redirects{,.v1}"],
        OpenWhenSupportedIsEmpty => &["server.outage.supported-empty{,.v1}"],
        OpenWhenSupportedIsUnreachable => &[
            "server.books.content-means-money{,.v1}",
            "server.outage.closed{,.v1}",
            "server.outage.from-start{,.v1}",
        ],
        BrokenSinceStart => &["server.outage.from-start{,.v1}"],
        NeverRecovers => &[
            "server.{identifier,permit2,upto}.*",
            "server.idempotent.*",
            "attack.*",
            "flow.*",
            "server.books.no-server-error{,.v1}",
            "server.order.*",
            "server.outage.closed{,.v1}",
            "server.refused.*",
            "server.replay.*",
            "server.spelled.*",
        ],
        HangsWithFacilitator => &["server.order.settle-silent{,.v1}", "server.order.verify-silent{,.v1}"],
        FollowsRedirects => &["server.order.verify-redirected{,.v1}"],
        ClaimStaysAfterFailure => &["server.outage.closed{,.v1}"],
        CopiesShareSettlement => &[
            "server.{permit2,upto}.at-once",
            "server.idempotent.*",
            "attack.duplicate-race{,.v1}",
            "server.books.content-means-money{,.v1}",
            "server.replay.at-both-at-once{,.v1}",
            "server.replay.at-once{,.v1}",
        ],
        ServesSameBytesAgain => &[
            "server.{identifier,permit2,upto}.*",
            "server.idempotent.*",
            "attack.*",
            "server.books.content-means-money{,.v1}",
            "server.replay.*",
        ],
        ServesReencodedAgain => &[
            "server.{identifier,permit2,upto}.*",
            "server.idempotent.*",
            "attack.replay{,.v1}",
            "server.books.content-means-money{,.v1}",
            "server.replay.*",
        ],
        IdIgnored | IdAnswersAnyPayload | IdConflictSells | IdRunsAgain | IdIgnoresRoute | IdNotRequired
        | IdAnyForm | IdWithoutReceipt | IdAnswersInFlight => &["server.identifier.*"],
        IdRequiredAsText => {
            &["server.challenge.extension-info{,.v1}", "server.identifier.missing", "server.identifier.offer"]
        }
        Permit2RefusalsServed => &["server.{permit2,upto}.refused.*"],
        Permit2ServedAgain => &["server.{permit2,upto}.*"],
        Permit2Unnamed | Permit2WithoutDomain => &["server.{permit2,upto}.*"],
        UptoWithoutFacilitator | UptoAsksMore => &["server.upto.*"],
        UptoChargesCap => &["server.upto.{charged,unused}"],
        UptoChargesUnused => &["server.upto.unused"],
        UptoReceiptNamesCap | UptoReceiptWithoutAmount => &["server.upto.{receipt,unused,charged}"],
        TrustsRepeatedSuccess => &["server.idempotent.*", "server.{permit2,upto}.idempotent"],
        RemembersBytes | RemembersByRoute | RemembersByVersion | LocksBytes | LocksByRoute
        | ForgetsAtRestart | ServesLostAgain => &["server.idempotent.*"],
        RemembersAfterwards => &["server.idempotent.*", "server.replay.*", "attack.duplicate-race{,.v1}"],
        PendingIsFinal => &["server.idempotent.pending-*"],
        ServesSpentElsewhere => &[
            "server.{identifier,permit2,upto}.*",
            "server.idempotent.*",
            "attack.cross-resource{,.v1}",
            "server.books.content-means-money{,.v1}",
            "server.replay.first-at-twin{,.v1}",
            "server.replay.spent-at-twin{,.v1}",
        ],
        ServesSpentItDoesNotRemember => &[
            "server.idempotent.*",
            "attack.*",
            "server.books.content-means-money{,.v1}",
            "server.order.preempted{,.v1}",
            "server.refused.*",
            "server.replay.*",
        ],
        CheapBuysDear => &[
            "attack.cross-resource{,.v1}",
            "server.books.content-means-money{,.v1}",
            "server.replay.at-dear{,.v1}",
        ],
        AnyPayeeBuys => &[
            "attack.cross-resource{,.v1}",
            "server.books.content-means-money{,.v1}",
            "server.replay.at-elsewhere{,.v1}",
        ],
        TrustsClientResource => &[
            "attack.cross-resource{,.v1}",
            "server.books.content-means-money{,.v1}",
            "server.replay.at-dear{,.v1}",
            "server.replay.at-elsewhere{,.v1}",
        ],
        TrustsClientAmount => &[
            "server.{permit2,upto}.refused.*",
            "attack.cross-resource{,.v1}",
            "server.books.content-means-money{,.v1}",
            "server.refused.*",
            "server.replay.at-dear{,.v1}",
        ],
        TrustsClientPayee => &[
            "server.{permit2,upto}.refused.*",
            "attack.cross-resource{,.v1}",
            "server.books.content-means-money{,.v1}",
            "server.refused.accepted-payee{,.v1}",
            "server.refused.elsewhere-as-accepted{,.v1}",
            "server.replay.at-elsewhere{,.v1}",
        ],
        TrustsClientAsset => &["server.{permit2,upto}.refused.*", "server.refused.accepted-asset{,.v1}"],
        SendsClientRequirements => &[
            "server.{permit2,upto}.refused.*",
            "attack.cross-resource{,.v1}",
            "server.books.content-means-money{,.v1}",
            "server.refused.*",
            "server.replay.at-dear{,.v1}",
            "server.replay.at-elsewhere{,.v1}",
        ],
        IgnoresAccepted | IgnoresPayloadVersion | RefusalWithoutChallenge => {
            &["server.{permit2,upto}.refused.*", "server.refused.*"]
        }
        IgnoresExtensionEcho => &["server.refused.extension-changed{,.v1}"],
        RefusesGrownEcho => &["server.identifier.*", "server.refused.extension-grown{,.v1}"],
        V1RefusalsServed | ContentInRefusal => &[
            "server.{permit2,upto}.refused.*",
            "attack.*",
            "flow.refused-then-refilled{,.v1}",
            "server.books.content-means-money{,.v1}",
            "server.challenge.discreet{,.v1}",
            "server.order.preempted{,.v1}",
            "server.order.verify-false{,.v1}",
            "server.refused.*",
            "server.replay.*",
            "server.spelled.duplicate-signature{,.v1}",
        ],
        V1NeverVerified => &[
            "attack.sponsor-drain{,.v1}",
            "server.order.*",
            "server.outage.closed{,.v1}",
            "server.refused.*",
        ],
        V1PayloadInV2Header => &[
            "server.books.content-means-money{,.v1}",
            "server.refused.*",
            "server.spelled.other-version{,.v1}",
        ],
        V2PayloadInV1Header => &[
            "server.books.content-means-money{,.v1}",
            "server.refused.*",
            "server.spelled.other-version{,.v1}",
            "server.spelled.prototype{,.v1}",
        ],
        V1PayloadIs500 => &["server.refused.*", "server.spelled.other-version{,.v1}"],
        BothHeadersServe | JsonIs500 | HangsUpOnLargeHeader => &["server.spelled.*"],
        DiesOfHugeHeader => &["server.sizes.padded{,.v1}", "server.spelled.*"],
        BothHeadersAre500 | Base64Is500 => &["server.books.no-server-error{,.v1}", "server.spelled.*"],
        LastOfRepeatedHeaders => &["server.spelled.forged-and-valid{,.v1}"],
        WrongTypeIs500 => &["server.refused.*", "server.replay.receipt-as-payment{,.v1}", "server.spelled.*"],
        KeyOrderMatters => &["server.spelled.key-order{,.v1}"],
        RefusesUnknownFields => &["server.paid.unknown-members{,.v1}", "server.spelled.non-ascii{,.v1}"],
        RefusesUnknownExtensions => {
            &["server.outage.supported-500{,.v1}", "server.paid.unknown-extension{,.v1}"]
        }
        DemandsResource => &["server.paid.without-resource{,.v1}"],
        PaymentHeaderInCapitals => &["server.paid.header-case{,.v1}"],
        BothHeadersChargeBoth => &["server.books.transactions{,.v1}", "server.spelled.both-valid{,.v1}"],
        FirstDuplicateVerified => {
            &["server.books.content-means-money{,.v1}", "server.spelled.duplicate-signature{,.v1}"]
        }
        DiesOfDeepJson => &["server.spelled.deep{,.v1}", "server.spelled.deep-member{,.v1}"],
        EscapesNotRead => &["server.spelled.escapes{,.v1}"],
        ByteStrings => &["server.paid.item{,.v1}", "server.spelled.non-ascii{,.v1}"],
        WhiteSpaceMatters => &["server.spelled.white-space{,.v1}"],
        ReceiptUrlSafe | ReceiptTwice | V1ReceiptUnderV2Name => &["server.paid.receipt-form{,.v1}"],
        ReceiptOfAnotherRequest => &[
            "server.{identifier,permit2,upto}.*",
            "server.idempotent.*",
            "attack.*",
            "flow.*",
            "server.books.transactions{,.v1}",
            "server.order.*",
            "server.paid.*",
            "server.refused.*",
            "server.replay.*",
            "server.spelled.*",
        ],
        ReceiptWrongPayer => &["server.paid.*"],
        ReceiptWrongNetwork => &[
            "server.order.settle-mirrored{,.v1}",
            "server.paid.receipt{,.v1}",
            "server.paid.receipt-mirrors{,.v1}",
        ],
        ReasonReplaced => &["server.order.settle-false{,.v1}", "server.order.settle-false-400{,.v1}"],
        RefusesWith200 => {
            &["server.{permit2,upto}.refused.*", "server.order.verify-false{,.v1}", "server.refused.*"]
        }
        V1ErrorBodyEmpty => {
            &["server.order.settle-false{,.v1}", "server.order.settle-false-400{,.v1}", "server.refused.*"]
        }
        ContentInFailedSettle => &[
            "server.{identifier,permit2,upto}.*",
            "server.idempotent.*",
            "attack.*",
            "server.books.content-means-money{,.v1}",
            "server.flow.upfront-refused{,.v1}",
            "server.order.*",
            "server.replay.at-both-at-once{,.v1}",
        ],
        ContentTwice | ContentInPaidHead => &["server.paid.content-once{,.v1}"],
        CacheableContent => &[
            "attack.web-cache{,.v1}",
            "attack.web-headers{,.v1}",
            "server.books.content-means-money{,.v1}",
            "server.paid.cache{,.v1}",
        ],
        SharedCacheLeak | NoVary => &[
            "attack.web-cache{,.v1}",
            "attack.web-headers{,.v1}",
            "server.books.content-means-money{,.v1}",
            "server.books.transactions{,.v1}",
            "server.paid.cache{,.v1}",
        ],
        CacheableChallenge => {
            &["attack.web-cache{,.v1}", "attack.web-headers{,.v1}", "server.challenge.cache{,.v1}"]
        }
        LeaksInternals => &["server.challenge.discreet{,.v1}"],
        LeaksExtensionResponses => &["server.paid.internal-headers{,.v1}"],
        DecodesPercent | ResolvesDotSegments | MalformedPercentOpens => &["server.path.*"],
        DecodesSlash => &["server.path.percent-slash{,.v1}", "server.path.percent-slash-added{,.v1}"],
        FoldsBackslash => &["server.path.backslash{,.v1}", "server.path.percent-backslash{,.v1}"],
        DropsNewline => &["server.path.newline{,.v1}"],
        CollapsesSlashes => &["server.path.slash-inside{,.v1}", "server.path.slash-leading{,.v1}"],
        StripsTrailingSlash => &["server.path.slash-trailing{,.v1}"],
        IgnoresCase => &["server.path.mixed-case{,.v1}", "server.path.upper-case{,.v1}"],
        AbsoluteFormOpens => {
            &["server.path.absolute-form{,.v1}", "server.path.absolute-form-elsewhere{,.v1}"]
        }
        QueryOpens => &[
            "server.books.content-means-money{,.v1}",
            "server.challenge.query{,.v1}",
            "server.paid.query{,.v1}",
            "server.path.query{,.v1}",
            "server.replay.other-request{,.v1}",
        ],
        PathParameterOpens => &["server.path.parameter{,.v1}"],
        DecodesTwice => &["server.path.percent-twice{,.v1}"],
        DropsCarriageReturn => &["server.path.carriage-return{,.v1}"],
        CutsAtNul => &["server.path.nul{,.v1}"],
        TrimsBlanks => &["server.path.blank{,.v1}"],
        TrimsRawBlanks => &["server.path.blank-raw{,.v1}"],
        DropsLineSeparators => &["server.path.line-separator{,.v1}"],
        IgnoresExtension => &["server.path.dot-trailing{,.v1}", "server.path.extension{,.v1}"],
        EncodedQueryOpens => &["server.path.fragment{,.v1}", "server.path.query-encoded{,.v1}"],
        NetworkPathOpens => &["server.path.network-path{,.v1}"],
        AddsMissingSlash => &["server.path.without-slash{,.v1}"],
        UnknownPathServes => {
            &["server.challenge.discreet{,.v1}", "server.challenge.unknown-path{,.v1}", "server.path.*"]
        }
        RewriteHeaderOpens => &["server.path.rewritten{,.v1}"],
        LocalHostOpens => &["server.path.host{,.v1}"],
        ForwardedForOpens => &["server.path.local{,.v1}"],
        HeadRunsHandler => &["server.method.head{,.v1}"],
        HeadCharges => &["server.method.head-paid{,.v1}"],
        OptionsRunsHandler => &["server.challenge.preflight{,.v1}", "server.method.options{,.v1}"],
        LowerCaseMethodOpens => &["server.method.lower-case{,.v1}", "server.method.mixed-case{,.v1}"],
        OtherMethodsOpen => &[
            "server.books.content-means-money{,.v1}",
            "server.method.*",
            "server.replay.other-request{,.v1}",
        ],
        BodyOnGetOpens => &["server.method.body{,.v1}"],
        OldestHttpOpens => &["server.method.http-0-9{,.v1}"],
        OverrideOpens => &["server.method.override{,.v1}"],
        OldHttpOpens => &["server.method.http-1-0{,.v1}"],
        ChallengeWithoutHeader | ChallengeNotJson => &[
            "server.challenge.*",
            "server.control{,.v1}",
            "server.outage.*",
            "server.paid.cache{,.v1}",
            "server.spelled.*",
        ],
        ChallengeUrlSafe | ChallengeUnpadded => &["server.challenge.base64{,.v1}"],
        ChallengeTwice => &["server.challenge.one-header{,.v1}"],
        ChallengeMemberTwice => &["server.challenge.members-once{,.v1}"],
        ChallengeTooLarge => &["server.challenge.size{,.v1}"],
        ChallengeLatin1 => &["server.challenge.*", "server.paid.item{,.v1}"],
        HtmlDropsHeader => &["server.challenge.browser{,.v1}"],
        VersionAsText | VersionOne => &["server.challenge.version{,.v1}"],
        AcceptsEmpty | AcceptsObject | SchemeMissing | NetworkNotCaip2 | AmountNumber | AmountDecimal
        | AmountDollars | AmountScientific | AssetMissing | AssetNotAddress => &[
            "attack.discovery{,.v1}",
            "server.challenge.*",
            "server.control{,.v1}",
            "server.outage.*",
            "server.paid.cache{,.v1}",
            "server.spelled.*",
        ],
        ResourceMissing | ResourceWithoutUrl => {
            &["server.challenge.resource{,.v1}", "server.challenge.resource-url{,.v1}"]
        }
        ResourceUrlRelative | V1ResourceRelative => {
            &["attack.discovery{,.v1}", "server.challenge.resource-url{,.v1}"]
        }
        ExtensionsList => &["server.challenge.extension-info{,.v1}", "server.challenge.extensions{,.v1}"],
        ExtensionWithoutSchema => {
            &["server.challenge.extensions{,.v1}", "server.outage.supported-redirects{,.v1}"]
        }
        ExtensionInfoBreaksSchema => &["server.challenge.extension-info{,.v1}"],
        PayToMissing | PayToNotAddress => &[
            "attack.discovery{,.v1}",
            "server.challenge.*",
            "server.control{,.v1}",
            "server.outage.from-start{,.v1}",
            "server.outage.supported-empty{,.v1}",
            "server.paid.cache{,.v1}",
            "server.spelled.*",
        ],
        PayToOther => &[
            "attack.discovery{,.v1}",
            "server.challenge.routes-differ{,.v1}",
            "server.challenge.versions-agree{,.v1}",
            "server.control{,.v1}",
            "server.outage.from-start{,.v1}",
            "server.outage.supported-empty{,.v1}",
            "server.paid.cache{,.v1}",
            "server.spelled.*",
        ],
        MaxTimeoutText => &[
            "attack.discovery{,.v1}",
            "server.challenge.*",
            "server.control{,.v1}",
            "server.outage.from-start{,.v1}",
            "server.paid.cache{,.v1}",
            "server.spelled.*",
        ],
        MaxTimeoutZero => &[
            "attack.discovery{,.v1}",
            "server.challenge.*",
            "server.control{,.v1}",
            "server.paid.cache{,.v1}",
            "server.spelled.*",
        ],
        ExtraNull | ExtraArray => {
            &["server.{permit2,upto}.*", "server.challenge.extra{,.v1}", "server.flow.named{,.v1}"]
        }
        PriceFlickers => &[
            "server.{idempotent,identifier,permit2,upto}.*",
            "attack.discovery{,.v1}",
            "server.books.content-means-money{,.v1}",
            "server.challenge.*",
            "server.paid.once{,.v1}",
            "server.refused.*",
        ],
        UnknownFieldsDictate => &["server.search.verdict"],
        LongHeaderBuysAgain => &["server.search.agreement"],
        IgnoresLastNonceByte | ForgetsAfter64 | ThirdIsFree => &["server.search.sequence"],
        OneReceiptForAPayer => &["server.search.{sequence,crowd}"],
        WedgedAfterManyDigits => &["server.search.bytes"],
        V1ErrorMissing => &[
            "server.challenge.version{,.v1}",
            "server.order.settle-false{,.v1}",
            "server.order.settle-false-400{,.v1}",
            "server.refused.*",
        ],
        V1FieldsMissing | V1AcceptsEmpty | V1SchemeMissing | V1AssetNotAddress | V1PayToNotAddress
        | V1NetworkCaip2 | V1AmountNumber => {
            &["attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}"]
        }
        V1ExtraArray => &["server.challenge.extra{,.v1}"],
        BodyPriceDiffers => &[
            "attack.discovery{,.v1}",
            "server.books.content-means-money{,.v1}",
            "server.challenge.versions-agree{,.v1}",
            "server.paid.once{,.v1}",
            "server.refused.*",
        ],
        CorsNotExposed => &["server.challenge.cors-exposed{,.v1}", "server.paid.cors-exposed{,.v1}"],
        PreflightRefused => &["server.challenge.preflight{,.v1}"],
        LargeServedUnsettled | LargeSettledAndRefused => {
            &["server.books.*", "server.sizes.*", "server.spelled.kib-*"]
        }
        LargeReceiptCut => &["server.sizes.*", "server.spelled.kib-*"],
        B402ExtraRebuilt => &["server.b402.{extra,charge}"],
        B402AnyExtra => &["server.b402.accepted.*"],
        B402ServesPending => &["server.b402.pending{,-again}"],
        B402StatusIsSuccess => &["server.b402.{refused,pending,pending-again}"],
        B402NullIsYes => &["server.b402.envelope"],
        B402ChargesInAmount => &["server.b402.charge"],
        B402ServesReplays => &["server.b402.replay"],
        B402AsksUnsignedFirst => &["server.b402.signed"],
    }
}
