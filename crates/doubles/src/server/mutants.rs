//! The broken variants of the resource server double: one fault each.
//!
//! A mutant sells a plain route for a valid payment unless its fault is about exactly that; otherwise it behaves
//! like the conforming double. The suite is measured by them: a check that no mutant fails proves nothing.

use crate::mutant::{self, UnknownMutant, mutants};

/// A resource server double with exactly one fault.
pub type Mutant = mutant::Mutant<Fault>;

/// Finds a mutant of the resource server double by its name.
///
/// # Errors
/// [`UnknownMutant`], with the nearest name when one is near.
pub fn by_name(name: &str) -> Result<&'static Mutant, UnknownMutant> {
    mutant::find(MUTANTS, name)
}

mutants! {
    // Everything at once
    ServesUnpaid, "serves-unpaid",
        "A request without a payment gets the content.", &["server.challenge.*", "server.control{,.v1}"];
    RefusesEverything, "refuses-everything",
        "No payment is ever accepted.", &["server.control{,.v1}"];
    ServesAnyHeader, "serves-any-header",
        "Whatever stands in a payment header, the content is served.", &["server.*", "attack.*", "flow.*"];
    ServesAnyWellFormedPayment, "serves-any-well-formed-payment",
        "A payment that can be read is served, whatever its price, signature or history.", &[
            "server.*", "attack.*", "flow.*",
        ];
    OnlyCheapSells, "only-cheap-sells",
        "Payments for other routes than cheap are refused.", &[
            "attack.discovery{,.v1}", "flow.dear-then-cheap{,.v1}", "server.flow.upfront{,.v1}",
            "server.order.failing-handler{,.v1}", "server.order.missing-content{,.v1}", "server.paid.*",
        ];
    CreateDropsBody, "create-drops-body",
        "The handler of a POST route gets an empty object instead of the body.", &[
            "server.paid.create{,.v1}",
        ];
    EveryTenthIs502, "every-tenth-is-502",
        "Every tenth payment is answered 502 and nobody is asked.", &["server.*", "attack.*", "flow.*"];
    QueryBreaksPayment, "query-breaks-payment",
        "A payment for a route with a query is refused.", &["server.paid.query{,.v1}"];
    FreeRouteAsks, "free-route-asks",
        "The free route asks for a payment.", &[
            "server.challenge.free{,.v1}", "server.outage.from-start{,.v1}",
        ];

    // Verifying and settling
    IgnoresVerifyVerdict, "ignores-verify-verdict",
        "isValid false is taken for a yes, and the payment goes on to the handler and to settle.", &[
            "attack.sponsor-drain{,.v1}", "server.order.verify-false{,.v1}", "server.refused.*",
        ];
    NeverSettles, "never-settles",
        "Content is served as soon as the payment is verified; settle is never asked.", &[
            "server.control{,.v1}",
        ];
    ServesBeforeSettle, "serves-before-settle",
        "Content is served while settle is still under way, whatever comes of it.", &[
            "server.control{,.v1}",
        ];
    SettlesWithoutVerify, "settles-without-verify",
        "The handler runs and settle is asked without a verify before.", &[
            "attack.sponsor-drain{,.v1}", "server.flow.upfront{,.v1}", "server.flow.upfront-refused{,.v1}",
            "server.order.*", "server.outage.closed{,.v1}", "server.refused.*",
        ];
    SettlesBeforeVerify, "settles-before-verify",
        "Settle is asked first, then verify, whose answer no longer matters, then the handler runs.", &[
            "attack.sponsor-drain{,.v1}", "server.books.money-means-content{,.v1}",
            "server.flow.upfront{,.v1}", "server.order.*", "server.paid.handler-fails{,.v1}",
            "server.paid.handler-misses{,.v1}", "server.refused.*",
        ];
    HandlerBeforeVerify, "handler-before-verify",
        "The handler runs before the payment is verified.", &[
            "server.flow.upfront{,.v1}", "server.flow.upfront-refused{,.v1}", "server.order.work{,.v1}",
            "server.outage.closed{,.v1}", "server.refused.handler-idle{,.v1}",
        ];
    HandlerRunsTwice, "handler-runs-twice",
        "The handler runs twice for one payment.", &[
            "server.flow.upfront{,.v1}", "server.flow.upfront-refused{,.v1}", "server.order.work{,.v1}",
        ];
    HandlerRunsOnMalformed, "handler-runs-on-malformed",
        "The handler runs for a payment that cannot be read, which is then refused.", &[
            "server.refused.handler-idle{,.v1}", "server.spelled.handler-idle{,.v1}",
        ];
    HandlerRunsUnpaid, "handler-runs-unpaid",
        "The handler runs for a request without a payment, which is then answered 402.", &[
            "server.challenge.no-work{,.v1}", "server.method.*",
        ];
    SettlesTwice, "settles-twice",
        "After a success settle is asked once more, and its second answer is ignored.", &[
            "attack.sponsor-drain{,.v1}", "server.order.work{,.v1}", "server.paid.once{,.v1}",
            "server.paid.receipt-mirrors{,.v1}",
        ];
    OneAtATime, "one-at-a-time",
        "While one payment is on its way every other one is refused.", &[
            "attack.*", "flow.*", "server.books.money-means-content{,.v1}",
            "server.books.no-server-error{,.v1}", "server.order.*", "server.paid.*",
            "server.refused.extension-grown{,.v1}", "server.replay.*", "server.spelled.*",
        ];
    ServesOnSettleFalse, "serves-on-settle-false",
        "A settle that says success false is served.", &[
            "attack.revert-dropped{,.v1}", "attack.revert-grant{,.v1}",
            "server.books.content-means-money{,.v1}", "server.flow.upfront-refused{,.v1}", "server.order.*",
            "server.replay.at-both-at-once{,.v1}",
        ];
    ServesOnPending, "serves-on-pending",
        "A settlement that is pending is served.", &[
            "server.books.content-means-money{,.v1}", "server.order.pending-for-ever{,.v1}",
        ];
    ServesOnSettleTimeout, "serves-on-settle-timeout",
        "When settle does not answer in time, the content is served.", &[
            "server.books.content-means-money{,.v1}", "server.order.outlasted{,.v1}",
            "server.order.settle-silent{,.v1}",
        ];
    ServesOnSettleReset, "serves-on-settle-reset",
        "When the connection ends without settle's answer, the content is served.", &[
            "server.books.content-means-money{,.v1}", "server.order.settle-reset{,.v1}",
            "server.order.settle-truncated{,.v1}",
        ];
    ServesOnSettle500, "serves-on-settle-500",
        "When settle answers with a server error, the content is served.", &[
            "server.books.content-means-money{,.v1}", "server.order.settle-500{,.v1}",
            "server.order.settle-503{,.v1}",
        ];
    ServesOnSettleGarbage, "serves-on-settle-garbage",
        "When settle's answer is no JSON, the content is served.", &[
            "server.books.content-means-money{,.v1}", "server.order.*",
        ];
    ServesWithoutTransaction, "serves-without-transaction",
        "A success that names no transaction is believed.", &["attack.silent-token{,.v1}", "server.order.*"];
    ServesOnOtherNetwork, "serves-on-other-network",
        "A success on another network is believed.", &["server.order.settle-other-network{,.v1}"];
    ServesOnOtherPayer, "serves-on-other-payer",
        "A success for another payer is believed.", &["server.order.settle-other-payer{,.v1}"];
    LoopsOnPending, "loops-on-pending",
        "Settle is asked again and again while the settlement is pending.", &[
            "server.order.pending-for-ever{,.v1}",
        ];
    GivesUpOnPending, "gives-up-on-pending",
        "Settle is not asked again when the settlement is pending.", &["server.order.pending-once{,.v1}"];
    PendingHashLost, "pending-hash-lost",
        "The refusal of a pending settlement does not name its transaction.", &[
            "server.order.pending-for-ever{,.v1}",
        ];
    RetriesLostSettle, "retries-lost-settle",
        "When settle's answer is lost, settle is asked again and its second answer counts.", &[
            "server.order.*",
        ];
    ChargesFailingHandler, "charges-failing-handler",
        "A payment is settled although the handler failed with a 5xx.", &[
            "server.books.money-means-content{,.v1}", "server.order.failing-handler{,.v1}",
            "server.paid.handler-fails{,.v1}",
        ];
    ChargesMissingContent, "charges-missing-content",
        "A payment is settled although the handler answered with a 4xx.", &[
            "server.books.money-means-content{,.v1}", "server.order.missing-content{,.v1}",
            "server.paid.handler-misses{,.v1}",
        ];
    ClaimsSuccessOnFailure, "claims-success-on-failure",
        "The answer of a handler that failed carries a receipt with success true.", &[
            "server.order.failing-handler{,.v1}", "server.order.missing-content{,.v1}",
            "server.paid.handler-fails{,.v1}", "server.paid.handler-misses{,.v1}",
        ];
    SettlesRefused, "settles-refused",
        "A payment that verify refused is settled all the same, and refused.", &[
            "attack.sponsor-drain{,.v1}", "server.order.verify-false{,.v1}", "server.refused.*",
        ];
    HurriesSettle, "hurries-settle",
        "A settlement that takes longer than a second and a half is given up and refused.", &[
            "attack.discovery{,.v1}", "attack.replay{,.v1}", "server.books.money-means-content{,.v1}",
            "server.books.no-server-error{,.v1}", "server.order.settle-slow{,.v1}",
        ];
    RefusesUnknownAnswerFields, "refuses-unknown-answer-fields",
        "A success of settle with a member that no document knows is refused.", &[
            "server.books.money-means-content{,.v1}", "server.books.no-server-error{,.v1}",
            "server.order.settle-unknown-fields{,.v1}",
        ];
    StopsWhenBuyerLeaves, "stops-when-buyer-leaves",
        "A buyer who hangs up before his payment is answered leaves every later payment refused.", &[
            "attack.*", "flow.*", "server.books.no-server-error{,.v1}", "server.order.hang-up{,.v1}",
            "server.order.work{,.v1}", "server.outage.closed{,.v1}", "server.refused.*",
            "server.replay.after-restart{,.v1}", "server.replay.at-once{,.v1}", "server.spelled.*",
        ];
    CreditForRegulars, "credit-for-regulars",
        "A payer who has bought once is served its further payments without their being settled.", &[
            "flow.dear-then-cheap{,.v1}", "flow.paid-fetch{,.v1}",
        ];

    // The flow in which the payment is settled first
    UpfrontInNameOnly, "upfront-in-name-only",
        "An offer names the flow upfront, and the payment is settled after the handler.", &[
            "server.flow.upfront{,.v1}", "server.flow.upfront-refused{,.v1}",
        ];
    UpfrontVerifies, "upfront-verifies",
        "Under upfront verify is asked before settle.", &["server.flow.upfront{,.v1}"];
    HandlerAfterFailedUpfront, "handler-after-failed-upfront",
        "Under upfront the handler runs although the settlement failed; the answer is 402.", &[
            "server.flow.upfront-refused{,.v1}",
        ];
    UpfrontUnnamed, "upfront-unnamed",
        "The offer of a route that is settled before its handler names no flow.", &[
            "server.flow.named{,.v1}",
        ];
    EscrowInNameOnly, "escrow-in-name-only",
        "An offer names the flow escrow, and the payment is settled once, after the handler.", &[
            "server.flow.method{,.v1}",
        ];

    // When the facilitator fails
    ServesWhenFacilitatorIsDown, "serves-when-facilitator-is-down",
        "When the facilitator cannot be reached, the content is served.", &[
            "server.books.content-means-money{,.v1}", "server.outage.closed{,.v1}",
        ];
    ServesWhenVerifyIsUnusable, "serves-when-verify-is-unusable",
        "When verify gives no usable answer, the content is served.", &[
            "server.books.content-means-money{,.v1}", "server.order.*",
        ];
    OpenWhenSupportedFails, "open-when-supported-fails",
        "When /supported gives no usable answer, nothing has to be paid.", &["server.outage.*"];
    OpenWhenNetworkIsNotListed, "open-when-network-is-not-listed",
        "When /supported lists other networks only, nothing has to be paid.", &[
            "server.outage.supported-other-network{,.v1}",
        ];
    OpenWhenSupportedRedirects, "open-when-supported-redirects",
        "When /supported redirects, nothing has to be paid.", &["server.outage.supported-redirects{,.v1}"];
    OpenWhenSupportedIsEmpty, "open-when-supported-is-empty",
        "When /supported lists no kind, nothing has to be paid.", &["server.outage.supported-empty{,.v1}"];
    OpenWhenSupportedIsUnreachable, "open-when-supported-is-unreachable",
        "When /supported cannot be reached, nothing has to be paid.", &[
            "server.books.content-means-money{,.v1}", "server.outage.closed{,.v1}",
            "server.outage.from-start{,.v1}",
        ];
    BrokenSinceStart, "broken-since-start",
        "A facilitator that is down when the server starts leaves it answering 500 for ever.", &[
            "server.outage.from-start{,.v1}",
        ];
    NeverRecovers, "never-recovers",
        "After the facilitator has failed once, every payment is refused.", &[
            "attack.*", "flow.*", "server.books.no-server-error{,.v1}", "server.order.*",
            "server.outage.closed{,.v1}", "server.refused.*", "server.replay.after-restart{,.v1}",
            "server.replay.at-once{,.v1}", "server.spelled.*",
        ];
    HangsWithFacilitator, "hangs-with-facilitator",
        "Calls to the facilitator have no time limit.", &[
            "server.order.settle-silent{,.v1}", "server.order.verify-silent{,.v1}",
        ];
    FollowsRedirects, "follows-redirects",
        "Redirects of the facilitator are followed.", &["server.order.verify-redirected{,.v1}"];
    ClaimStaysAfterFailure, "claim-stays-after-failure",
        "A payment that could not be checked is never taken again.", &["server.outage.closed{,.v1}"];

    // Replay and races
    CopiesShareSettlement, "copies-share-settlement",
        "Copies of a payment that come together are all served for its one settlement.", &[
            "attack.duplicate-race{,.v1}", "server.books.content-means-money{,.v1}",
            "server.replay.at-both-at-once{,.v1}", "server.replay.at-once{,.v1}",
        ];
    ServesSameBytesAgain, "serves-same-bytes-again",
        "A payment header that has bought a route buys it again.", &[
            "attack.*", "server.books.content-means-money{,.v1}", "server.replay.*",
        ];
    ServesReencodedAgain, "serves-reencoded-again",
        "A spent payment buys its route again when its header is written otherwise.", &[
            "attack.replay{,.v1}", "server.books.content-means-money{,.v1}", "server.replay.*",
        ];
    ServesSpentElsewhere, "serves-spent-elsewhere",
        "A spent payment buys every other route.", &[
            "attack.cross-resource{,.v1}", "server.books.content-means-money{,.v1}",
            "server.replay.first-at-twin{,.v1}", "server.replay.spent-at-twin{,.v1}",
        ];
    ServesSpentItDoesNotRemember, "serves-spent-it-does-not-remember",
        "A payment that verify refuses as spent is served unless this process itself has settled it.", &[
            "attack.*", "server.books.content-means-money{,.v1}", "server.order.preempted{,.v1}",
            "server.refused.*", "server.replay.*",
        ];
    CheapBuysDear, "cheap-buys-dear",
        "A payment of any route's price buys every route with the same payee.", &[
            "attack.cross-resource{,.v1}", "server.books.content-means-money{,.v1}",
            "server.replay.at-dear{,.v1}",
        ];
    AnyPayeeBuys, "any-payee-buys",
        "A payment to any route's payee buys every route with the same price.", &[
            "attack.cross-resource{,.v1}", "server.books.content-means-money{,.v1}",
            "server.replay.at-elsewhere{,.v1}",
        ];
    TrustsClientResource, "trusts-client-resource",
        "The price and payee are those of the route that the payment's resource.url names.", &[
            "attack.cross-resource{,.v1}", "server.books.content-means-money{,.v1}",
            "server.replay.at-dear{,.v1}", "server.replay.at-elsewhere{,.v1}",
        ];
    TrustsClientAmount, "trusts-client-amount",
        "The price is the one that the payment says it accepted.", &[
            "attack.cross-resource{,.v1}", "server.books.content-means-money{,.v1}", "server.refused.*",
            "server.replay.at-dear{,.v1}",
        ];
    TrustsClientPayee, "trusts-client-payee",
        "The payee is the one that the payment says it accepted.", &[
            "attack.cross-resource{,.v1}", "server.books.content-means-money{,.v1}",
            "server.refused.accepted-payee{,.v1}", "server.refused.elsewhere-as-accepted{,.v1}",
            "server.replay.at-elsewhere{,.v1}",
        ];
    TrustsClientAsset, "trusts-client-asset",
        "The token is the one that the payment says it accepted.", &["server.refused.accepted-asset{,.v1}"];
    SendsClientRequirements, "sends-client-requirements",
        "The facilitator is asked with the requirements that the payment says it accepted.", &[
            "attack.cross-resource{,.v1}", "server.books.content-means-money{,.v1}", "server.refused.*",
            "server.replay.at-dear{,.v1}", "server.replay.at-elsewhere{,.v1}",
        ];
    IgnoresAccepted, "ignores-accepted",
        "What the payment says it accepted is not looked at; the terms are the server's own.", &[
            "server.refused.*",
        ];
    IgnoresExtensionEcho, "changes-extension-echo-ignored",
        "A payment that changes what an extension says is taken.", &[
            "server.refused.extension-changed{,.v1}",
        ];
    RefusesGrownEcho, "refuses-grown-echo",
        "A payment whose echo of an extension has a member more is refused.", &[
            "server.refused.extension-grown{,.v1}",
        ];

    // Versions and headers
    V1AnyHeader, "v1-any-header",
        "Whatever stands in X-PAYMENT, the content is served.", &["server.*", "attack.*", "flow.*"];
    V1RefusalsServed, "v1-refusals-served",
        "A version 1 payment that is refused at verify is served.", &[
            "attack.*", "flow.refused-then-refilled{,.v1}", "server.books.content-means-money{,.v1}",
            "server.challenge.discreet{,.v1}", "server.order.preempted{,.v1}",
            "server.order.verify-false{,.v1}", "server.refused.*", "server.replay.*",
            "server.spelled.duplicate-signature{,.v1}",
        ];
    V1NeverVerified, "v1-never-verified",
        "Version 1 payments are settled after the handler without a verify before.", &[
            "attack.sponsor-drain{,.v1}", "server.order.*", "server.outage.closed{,.v1}", "server.refused.*",
        ];
    V1PayloadInV2Header, "v1-payload-in-v2-header",
        "A version 1 payload in PAYMENT-SIGNATURE is served unchecked.", &[
            "server.books.content-means-money{,.v1}", "server.refused.*",
            "server.spelled.other-version{,.v1}",
        ];
    V2PayloadInV1Header, "v2-payload-in-v1-header",
        "A version 2 payload in X-PAYMENT is served unchecked.", &[
            "server.books.content-means-money{,.v1}", "server.refused.*",
            "server.spelled.other-version{,.v1}", "server.spelled.prototype{,.v1}",
        ];
    V1PayloadIs500, "v1-payload-is-500",
        "A version 1 payload in PAYMENT-SIGNATURE is answered 500.", &[
            "server.refused.*", "server.spelled.other-version{,.v1}",
        ];
    BothHeadersServe, "both-headers-serve",
        "A request with both payment headers is served unchecked.", &["server.spelled.*"];
    BothHeadersAre500, "both-headers-are-500",
        "A request with both payment headers is answered 500.", &[
            "server.books.no-server-error{,.v1}", "server.spelled.*",
        ];
    LastOfRepeatedHeaders, "last-of-repeated-headers",
        "Of several payment headers of one name the last counts.", &[
            "server.spelled.forged-and-valid{,.v1}",
        ];
    Base64Is500, "base64-is-500",
        "A payment header that is not base64 is answered 500.", &[
            "server.books.no-server-error{,.v1}", "server.spelled.*",
        ];
    JsonIs500, "json-is-500",
        "A payment header that is not JSON is answered 500.", &["server.spelled.*"];
    WrongTypeIs500, "wrong-type-is-500",
        "A payment with a member missing or of a wrong type is answered 500.", &[
            "server.refused.*", "server.replay.receipt-as-payment{,.v1}", "server.spelled.*",
        ];
    DiesOfHugeHeader, "dies-of-huge-header",
        "A payment header of more than 32 KiB ends the server.", &["server.spelled.*"];
    WedgedAfterMalformed, "wedged-after-malformed",
        "After a payment that could not be read, every payment is refused.", &[
            "server.*", "attack.*", "flow.*",
        ];
    KeyOrderMatters, "key-order-matters",
        "A payment whose accepted has its members in another order is refused.", &[
            "server.spelled.key-order{,.v1}",
        ];
    RefusesUnknownFields, "refuses-unknown-fields",
        "A payment with a member that no document knows is refused.", &[
            "server.paid.unknown-members{,.v1}", "server.spelled.non-ascii{,.v1}",
        ];
    RefusesUnknownExtensions, "refuses-unknown-extensions",
        "A payment with an extension that was not offered is refused.", &[
            "server.outage.supported-500{,.v1}", "server.paid.unknown-extension{,.v1}",
        ];
    DemandsResource, "demands-resource",
        "A payment that does not repeat the resource is refused.", &["server.paid.without-resource{,.v1}"];
    PaymentHeaderInCapitals, "payment-header-in-capitals",
        "A payment is found only in a header whose name is written in capitals.", &[
            "server.paid.header-case{,.v1}",
        ];
    IgnoresPayloadVersion, "ignores-payload-version",
        "The x402Version of a payment is not looked at.", &["server.refused.*"];
    BothHeadersChargeBoth, "both-headers-charge-both",
        "The payments of both headers of one request are settled for one answer.", &[
            "server.books.transactions{,.v1}", "server.spelled.both-valid{,.v1}",
        ];
    FirstDuplicateVerified, "first-duplicate-verified",
        "Of a JSON member that stands there twice the first is verified and the last settled, and served in vain.", &[
            "server.books.content-means-money{,.v1}", "server.spelled.duplicate-signature{,.v1}",
        ];
    HangsUpOnLargeHeader, "hangs-up-on-large-header",
        "A payment header of more than 16 KiB ends the connection without an answer.", &["server.spelled.*"];
    DiesOfDeepJson, "dies-of-deep-json",
        "A payment header of JSON nested deeper than 1000 levels ends the server.", &[
            "server.spelled.deep{,.v1}", "server.spelled.deep-member{,.v1}",
        ];
    EscapesNotRead, "escapes-not-read",
        "A payment whose JSON has an escape such as \\u0065 is refused.", &["server.spelled.escapes{,.v1}"];
    ByteStrings, "byte-strings",
        "A payment with letters beyond ASCII is refused.", &[
            "server.paid.item{,.v1}", "server.spelled.non-ascii{,.v1}",
        ];
    WhiteSpaceMatters, "white-space-matters",
        "A payment whose JSON has white space is refused.", &["server.spelled.white-space{,.v1}"];

    // Receipts and refusals
    NoReceipt, "no-receipt",
        "A paid answer has no receipt.", &["server.*", "attack.*", "flow.*"];
    ReceiptNotBase64, "receipt-not-base64",
        "The receipt is not base64: something stands before it.", &["server.*", "attack.*", "flow.*"];
    ReceiptRawJson, "receipt-raw-json",
        "The receipt is plain JSON.", &["server.*", "attack.*", "flow.*"];
    ReceiptUrlSafe, "receipt-url-safe",
        "The receipt is written in the URL-safe alphabet, without padding.", &[
            "server.paid.receipt-form{,.v1}",
        ];
    ReceiptTwice, "receipt-twice",
        "The receipt stands in two header lines.", &["server.paid.receipt-form{,.v1}"];
    ReceiptOtherTransaction, "receipt-other-transaction",
        "The receipt names a transaction that does not exist.", &["server.*", "attack.*", "flow.*"];
    ReceiptOfAnotherRequest, "receipt-of-another-request",
        "The receipt is that of the server's latest settlement, whoever paid it.", &[
            "attack.*", "flow.*", "server.books.transactions{,.v1}", "server.order.*", "server.paid.*",
            "server.refused.*", "server.replay.*", "server.spelled.*",
        ];
    ReceiptWrongPayer, "receipt-wrong-payer",
        "The receipt names another payer.", &["server.paid.*"];
    ReceiptWrongNetwork, "receipt-wrong-network",
        "The receipt names another network.", &[
            "server.order.settle-mirrored{,.v1}", "server.paid.receipt{,.v1}",
            "server.paid.receipt-mirrors{,.v1}",
        ];
    V1ReceiptUnderV2Name, "v1-receipt-under-v2-name",
        "The receipt of a version 1 payment is called PAYMENT-RESPONSE.", &[
            "server.paid.receipt-form{,.v1}",
        ];
    NoReceiptOnFailure, "no-receipt-on-failure",
        "The refusal of a payment that was not settled has no receipt.", &["server.order.*"];
    FailureReceiptClaimsSuccess, "failure-receipt-claims-success",
        "The receipt of a payment that was not settled says success true.", &["server.order.*"];
    ReasonReplaced, "reason-replaced",
        "The receipt of a payment that was not settled gives a reason of the server's own.", &[
            "server.order.settle-false{,.v1}", "server.order.settle-false-400{,.v1}",
        ];
    RefusalWithoutChallenge, "refusal-without-challenge",
        "The refusal of a payment does not say again what has to be paid.", &["server.refused.*"];
    RefusesWith200, "refuses-with-200",
        "A payment that verify refused is answered 200 with an error and no content.", &[
            "server.order.verify-false{,.v1}", "server.refused.*",
        ];
    V1ErrorBodyEmpty, "v1-error-body-empty",
        "The body of a refused payment is an empty object.", &[
            "server.order.settle-false{,.v1}", "server.order.settle-false-400{,.v1}", "server.refused.*",
        ];

    // Leaks
    ContentInChallengeBody, "content-in-challenge-body",
        "The body of an unpaid 402 contains the content.", &["server.*", "attack.*", "flow.*"];
    ContentInChallengeHeader, "content-in-challenge-header",
        "A header of an unpaid 402 contains the content.", &["server.*", "attack.*", "flow.*"];
    ContentInRefusal, "content-in-refusal",
        "The body of the refusal of a payment that verify refused contains the content.", &[
            "attack.*", "flow.refused-then-refilled{,.v1}", "server.books.content-means-money{,.v1}",
            "server.challenge.discreet{,.v1}", "server.order.preempted{,.v1}",
            "server.order.verify-false{,.v1}", "server.refused.*", "server.replay.*",
            "server.spelled.duplicate-signature{,.v1}",
        ];
    ContentInFailedSettle, "content-in-failed-settle",
        "The body of the refusal of a payment that was not settled contains the content.", &[
            "attack.*", "server.books.content-means-money{,.v1}", "server.flow.upfront-refused{,.v1}",
            "server.order.*", "server.replay.at-both-at-once{,.v1}",
        ];
    ContentInTrailers, "content-in-trailers",
        "The trailers of an unpaid 402 contain the content, for clients that accept trailers.", &["server.*", "attack.*", "flow.*"];
    ContentTwice, "content-twice",
        "The body of a paid answer is written twice, one after the other.", &[
            "server.paid.content-once{,.v1}",
        ];
    ContentInPaidHead, "content-in-paid-head",
        "A header of a paid answer repeats the content.", &["server.paid.content-once{,.v1}"];
    CacheableContent, "cacheable-content",
        "Paid content may be stored by shared caches.", &[
            "attack.web-cache{,.v1}", "attack.web-headers{,.v1}", "server.books.content-means-money{,.v1}",
            "server.paid.cache{,.v1}",
        ];
    SharedCacheLeak, "shared-cache-leak",
        "Paid content may be stored by shared caches and does not say that it varies.", &[
            "attack.web-cache{,.v1}", "attack.web-headers{,.v1}", "server.books.content-means-money{,.v1}",
            "server.books.transactions{,.v1}", "server.paid.cache{,.v1}",
        ];
    CacheableChallenge, "cacheable-challenge",
        "The 402 may be stored by caches.", &[
            "attack.web-cache{,.v1}", "attack.web-headers{,.v1}", "server.challenge.cache{,.v1}",
        ];
    NoVary, "no-vary",
        "Paid content may be stored, and does not say that it varies with the payment headers.", &[
            "attack.web-cache{,.v1}", "attack.web-headers{,.v1}", "server.books.content-means-money{,.v1}",
            "server.books.transactions{,.v1}", "server.paid.cache{,.v1}",
        ];
    LeaksInternals, "leaks-internals",
        "The error of a refused payment names the facilitator's URL and a line of the source.", &[
            "server.challenge.discreet{,.v1}",
        ];
    LeaksExtensionResponses, "leaks-extension-responses",
        "Extension data of the facilitator is handed on to the buyer.", &[
            "server.paid.internal-headers{,.v1}",
        ];

    // Paths and methods
    DecodesPercent, "decodes-percent",
        "A path whose letters are percent-encoded opens its route unpaid.", &["server.path.*"];
    DecodesSlash, "decodes-slash",
        "A path with %2F for a slash opens its route unpaid.", &[
            "server.path.percent-slash{,.v1}", "server.path.percent-slash-added{,.v1}",
        ];
    FoldsBackslash, "folds-backslash",
        "A path with a backslash, plain or encoded, for a slash opens its route unpaid.", &[
            "server.path.backslash{,.v1}", "server.path.percent-backslash{,.v1}",
        ];
    DropsNewline, "drops-newline",
        "A path with an encoded newline opens its route unpaid.", &["server.path.newline{,.v1}"];
    ResolvesDotSegments, "resolves-dot-segments",
        "A path with dot segments opens its route unpaid.", &["server.path.*"];
    CollapsesSlashes, "collapses-slashes",
        "A path with a double slash opens its route unpaid.", &[
            "server.path.slash-inside{,.v1}", "server.path.slash-leading{,.v1}",
        ];
    StripsTrailingSlash, "strips-trailing-slash",
        "A path with a slash at its end opens its route unpaid.", &["server.path.slash-trailing{,.v1}"];
    IgnoresCase, "ignores-case",
        "A path in another case opens its route unpaid.", &[
            "server.path.mixed-case{,.v1}", "server.path.upper-case{,.v1}",
        ];
    AbsoluteFormOpens, "absolute-form-opens",
        "A request target in absolute form opens its route unpaid.", &[
            "server.path.absolute-form{,.v1}", "server.path.absolute-form-elsewhere{,.v1}",
        ];
    MalformedPercentOpens, "malformed-percent-opens",
        "A path with a malformed percent-encoding opens its route unpaid.", &["server.path.*"];
    QueryOpens, "query-opens",
        "A query opens the route unpaid.", &[
            "server.books.content-means-money{,.v1}", "server.challenge.query{,.v1}",
            "server.paid.query{,.v1}", "server.path.query{,.v1}", "server.replay.other-request{,.v1}",
        ];
    PathParameterOpens, "path-parameter-opens",
        "A path with a parameter after a semicolon opens its route unpaid.", &[
            "server.path.parameter{,.v1}",
        ];
    DecodesTwice, "decodes-twice",
        "A path that is percent-encoded twice opens its route unpaid.", &["server.path.percent-twice{,.v1}"];
    DropsCarriageReturn, "drops-carriage-return",
        "A path with an encoded carriage return opens its route unpaid.", &[
            "server.path.carriage-return{,.v1}",
        ];
    CutsAtNul, "cuts-at-nul",
        "A path is cut at an encoded NUL and opens its route unpaid.", &["server.path.nul{,.v1}"];
    TrimsBlanks, "trims-blanks",
        "A path with encoded blanks around its segments opens its route unpaid.", &[
            "server.path.blank{,.v1}",
        ];
    TrimsRawBlanks, "trims-raw-blanks",
        "A target with a raw blank behind it opens its route unpaid.", &["server.path.blank-raw{,.v1}"];
    DropsLineSeparators, "drops-line-separators",
        "A path with an encoded U+2028 or U+0085 in it opens its route unpaid.", &[
            "server.path.line-separator{,.v1}",
        ];
    IgnoresExtension, "ignores-extension",
        "A path with a file name extension or a dot at its end opens its route unpaid.", &[
            "server.path.dot-trailing{,.v1}", "server.path.extension{,.v1}",
        ];
    EncodedQueryOpens, "encoded-query-opens",
        "A path with an encoded question mark or number sign opens its route unpaid.", &[
            "server.path.fragment{,.v1}", "server.path.query-encoded{,.v1}",
        ];
    NetworkPathOpens, "network-path-opens",
        "A target that begins with // and a host opens its route unpaid.", &[
            "server.path.network-path{,.v1}",
        ];
    AddsMissingSlash, "adds-missing-slash",
        "A target without its first slash opens its route unpaid.", &["server.path.without-slash{,.v1}"];
    UnknownPathServes, "unknown-path-serves",
        "A path that is no route is answered with the content of cheap, unpaid.", &[
            "server.challenge.discreet{,.v1}", "server.challenge.unknown-path{,.v1}", "server.path.*",
        ];
    RewriteHeaderOpens, "rewrite-header-opens",
        "/free with X-Original-URL or X-Rewrite-URL of a paid route gets its content.", &[
            "server.path.rewritten{,.v1}",
        ];
    LocalHostOpens, "local-host-opens",
        "A request whose Host is localhost is not asked to pay.", &["server.path.host{,.v1}"];
    ForwardedForOpens, "forwarded-for-opens",
        "A request with X-Forwarded-For 127.0.0.1 is not asked to pay.", &["server.path.local{,.v1}"];
    HeadRunsHandler, "head-runs-handler",
        "An unpaid HEAD runs the handler and is answered 200.", &["server.method.head{,.v1}"];
    HeadCharges, "head-charges",
        "A paid HEAD is settled.", &["server.method.head-paid{,.v1}"];
    OptionsRunsHandler, "options-runs-handler",
        "An unpaid OPTIONS runs the handler and is answered with the content.", &[
            "server.challenge.preflight{,.v1}", "server.method.options{,.v1}",
        ];
    LowerCaseMethodOpens, "lower-case-method-opens",
        "A method in lower case opens the route unpaid.", &[
            "server.method.lower-case{,.v1}", "server.method.mixed-case{,.v1}",
        ];
    OtherMethodsOpen, "other-methods-open",
        "A method that the route does not have opens it unpaid.", &[
            "server.books.content-means-money{,.v1}", "server.method.*", "server.replay.other-request{,.v1}",
        ];
    BodyOnGetOpens, "body-on-get-opens",
        "A GET with a body opens the route unpaid.", &["server.method.body{,.v1}"];
    OldestHttpOpens, "oldest-http-opens",
        "A request line without a version opens its route unpaid.", &["server.method.http-0-9{,.v1}"];
    OverrideOpens, "override-opens",
        "X-HTTP-Method-Override makes an unsold method the sold one, unpaid.", &[
            "server.method.override{,.v1}",
        ];
    OldHttpOpens, "old-http-opens",
        "A request of HTTP/1.0 is not asked to pay.", &["server.method.http-1-0{,.v1}"];

    // The 402 of version 2
    ChallengeWithoutHeader, "challenge-without-header",
        "The 402 has no PAYMENT-REQUIRED header.", &[
            "server.challenge.*", "server.control{,.v1}", "server.outage.*", "server.paid.cache{,.v1}",
            "server.spelled.*",
        ];
    ChallengeUrlSafe, "challenge-url-safe",
        "PAYMENT-REQUIRED is written in the URL-safe alphabet.", &["server.challenge.base64{,.v1}"];
    ChallengeUnpadded, "challenge-unpadded",
        "PAYMENT-REQUIRED lacks the padding of base64.", &["server.challenge.base64{,.v1}"];
    ChallengeNotJson, "challenge-not-json",
        "PAYMENT-REQUIRED contains no JSON.", &[
            "server.challenge.*", "server.control{,.v1}", "server.outage.*", "server.paid.cache{,.v1}",
            "server.spelled.*",
        ];
    ChallengeTwice, "challenge-twice",
        "The 402 has two PAYMENT-REQUIRED lines.", &["server.challenge.one-header{,.v1}"];
    ChallengeMemberTwice, "challenge-member-twice",
        "The offer in PAYMENT-REQUIRED and in the body has payTo twice.", &[
            "server.challenge.members-once{,.v1}",
        ];
    ChallengeTooLarge, "challenge-too-large",
        "PAYMENT-REQUIRED is larger than 16 KiB.", &["server.challenge.size{,.v1}"];
    ChallengeLatin1, "challenge-latin1",
        "PAYMENT-REQUIRED is written in Latin-1 instead of UTF-8.", &[
            "server.challenge.*", "server.paid.item{,.v1}",
        ];
    ChallengeIs401, "challenge-is-401",
        "The status of an unpaid request is 401.", &["server.challenge.*", "server.control{,.v1}"];
    ChallengeIs403, "challenge-is-403",
        "The status of an unpaid request is 403.", &["server.challenge.*", "server.control{,.v1}"];
    ChallengeIs200, "challenge-is-200",
        "The status of an unpaid request is 200.", &["server.challenge.*", "server.control{,.v1}"];
    HtmlDropsHeader, "html-drops-header",
        "Browsers get a page and no PAYMENT-REQUIRED header.", &["server.challenge.browser{,.v1}"];
    VersionAsText, "version-as-text",
        "x402Version in PAYMENT-REQUIRED is a text.", &["server.challenge.version{,.v1}"];
    VersionOne, "version-one",
        "x402Version in PAYMENT-REQUIRED is 1.", &["server.challenge.version{,.v1}"];
    AcceptsEmpty, "accepts-empty",
        "accepts in PAYMENT-REQUIRED is empty.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}", "server.outage.*",
            "server.paid.cache{,.v1}", "server.spelled.*",
        ];
    AcceptsObject, "accepts-object",
        "accepts in PAYMENT-REQUIRED is an object.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}", "server.outage.*",
            "server.paid.cache{,.v1}", "server.spelled.*",
        ];
    ResourceMissing, "resource-missing",
        "PAYMENT-REQUIRED has no resource.", &[
            "server.challenge.resource{,.v1}", "server.challenge.resource-url{,.v1}",
        ];
    ResourceWithoutUrl, "resource-without-url",
        "The resource of PAYMENT-REQUIRED has no url.", &[
            "server.challenge.resource{,.v1}", "server.challenge.resource-url{,.v1}",
        ];
    ResourceUrlRelative, "resource-url-relative",
        "The resource of PAYMENT-REQUIRED has a relative url.", &[
            "attack.discovery{,.v1}", "server.challenge.resource-url{,.v1}",
        ];
    ExtensionsList, "extensions-list",
        "The extensions of PAYMENT-REQUIRED are a list.", &[
            "server.challenge.extension-info{,.v1}", "server.challenge.extensions{,.v1}",
        ];
    ExtensionWithoutSchema, "extension-without-schema",
        "An extension in PAYMENT-REQUIRED has no schema.", &[
            "server.challenge.extensions{,.v1}", "server.outage.supported-redirects{,.v1}",
        ];
    ExtensionInfoBreaksSchema, "extension-info-breaks-schema",
        "The info of an extension in PAYMENT-REQUIRED lacks a member that its schema requires.", &[
            "server.challenge.extension-info{,.v1}",
        ];
    SchemeMissing, "scheme-missing",
        "The offer has no scheme.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}", "server.outage.*",
            "server.paid.cache{,.v1}", "server.spelled.*",
        ];
    NetworkNotCaip2, "network-not-caip2",
        "The network of the offer is a short name.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}", "server.outage.*",
            "server.paid.cache{,.v1}", "server.spelled.*",
        ];
    AmountNumber, "amount-number",
        "The amount of the offer is a number.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}", "server.outage.*",
            "server.paid.cache{,.v1}", "server.spelled.*",
        ];
    AmountDecimal, "amount-decimal",
        "The amount of the offer is a decimal fraction.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}", "server.outage.*",
            "server.paid.cache{,.v1}", "server.spelled.*",
        ];
    AmountDollars, "amount-dollars",
        "The amount of the offer is a price in dollars.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}", "server.outage.*",
            "server.paid.cache{,.v1}", "server.spelled.*",
        ];
    AmountScientific, "amount-scientific",
        "The amount of the offer is in scientific notation.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}", "server.outage.*",
            "server.paid.cache{,.v1}", "server.spelled.*",
        ];
    AssetMissing, "asset-missing",
        "The offer has no asset.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}", "server.outage.*",
            "server.paid.cache{,.v1}", "server.spelled.*",
        ];
    AssetNotAddress, "asset-not-address",
        "The asset of the offer is no address.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}", "server.outage.*",
            "server.paid.cache{,.v1}", "server.spelled.*",
        ];
    PayToMissing, "pay-to-missing",
        "The offer has no payTo.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}",
            "server.outage.from-start{,.v1}", "server.outage.supported-empty{,.v1}",
            "server.paid.cache{,.v1}", "server.spelled.*",
        ];
    PayToNotAddress, "pay-to-not-address",
        "The payTo of the offer is no address.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}",
            "server.outage.from-start{,.v1}", "server.outage.supported-empty{,.v1}",
            "server.paid.cache{,.v1}", "server.spelled.*",
        ];
    PayToOther, "pay-to-other",
        "The payTo of the offer is an account that the server does not accept.", &[
            "attack.discovery{,.v1}", "server.challenge.routes-differ{,.v1}",
            "server.challenge.versions-agree{,.v1}", "server.control{,.v1}",
            "server.outage.from-start{,.v1}", "server.outage.supported-empty{,.v1}",
            "server.paid.cache{,.v1}", "server.spelled.*",
        ];
    MaxTimeoutText, "max-timeout-text",
        "maxTimeoutSeconds of the offer is a text.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}",
            "server.outage.from-start{,.v1}", "server.paid.cache{,.v1}", "server.spelled.*",
        ];
    MaxTimeoutZero, "max-timeout-zero",
        "maxTimeoutSeconds of the offer is zero.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}",
            "server.paid.cache{,.v1}", "server.spelled.*",
        ];
    ExtraNull, "extra-null",
        "The extra of the offer is null.", &["server.challenge.extra{,.v1}", "server.flow.named{,.v1}"];
    ExtraArray, "extra-array",
        "The extra of the offer is an array.", &["server.challenge.extra{,.v1}", "server.flow.named{,.v1}"];
    PriceFlickers, "price-flickers",
        "Every second 402 asks for one unit more.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.paid.once{,.v1}", "server.refused.*",
        ];

    // The 402 of version 1, CORS
    V1BodyMissing, "v1-body-missing",
        "The body of the 402 is no PaymentRequirementsResponse.", &[
            "server.challenge.*", "server.control{,.v1}",
        ];
    V1ErrorMissing, "v1-error-missing",
        "The body of the 402 has no error.", &[
            "server.challenge.version{,.v1}", "server.order.settle-false{,.v1}",
            "server.order.settle-false-400{,.v1}", "server.refused.*",
        ];
    V1FieldsMissing, "v1-fields-missing",
        "The offer in the body lacks resource, description and maxTimeoutSeconds.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}",
        ];
    V1AcceptsEmpty, "v1-accepts-empty",
        "accepts in the body is empty.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}",
        ];
    V1SchemeMissing, "v1-scheme-missing",
        "The offer in the body has no scheme.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}",
        ];
    V1AssetNotAddress, "v1-asset-not-address",
        "The asset in the body is no address.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}",
        ];
    V1PayToNotAddress, "v1-pay-to-not-address",
        "The payTo in the body is no address.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}",
        ];
    V1ExtraArray, "v1-extra-array",
        "The extra of the offer in the body is an array.", &["server.challenge.extra{,.v1}"];
    V1ResourceRelative, "v1-resource-relative",
        "The resource of the offer in the body is a relative URL.", &[
            "attack.discovery{,.v1}", "server.challenge.resource-url{,.v1}",
        ];
    V1NetworkCaip2, "v1-network-caip2",
        "The network in the body is a CAIP-2 identifier.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}",
        ];
    V1AmountNumber, "v1-amount-number",
        "The price in the body is a number.", &[
            "attack.discovery{,.v1}", "server.challenge.*", "server.control{,.v1}",
        ];
    BodyPriceDiffers, "body-price-differs",
        "The body asks for one unit more than the header.", &[
            "attack.discovery{,.v1}", "server.books.content-means-money{,.v1}",
            "server.challenge.versions-agree{,.v1}", "server.paid.once{,.v1}", "server.refused.*",
        ];
    CorsNotExposed, "cors-not-exposed",
        "Browsers may not read the payment headers of answers.", &[
            "server.challenge.cors-exposed{,.v1}", "server.paid.cors-exposed{,.v1}",
        ];
    PreflightRefused, "preflight-refused",
        "A preflight is answered 402 and allows nothing.", &["server.challenge.preflight{,.v1}"];
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
        assert!(MUTANTS.len() >= 70, "{} mutants", MUTANTS.len());
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
        assert_eq!(by_name("never-settles").map(|mutant| mutant.fault), Ok(Fault::NeverSettles));
        assert_eq!(by_name("never-setles").expect_err("not a name").suggestion, Some("never-settles"));
    }
}
