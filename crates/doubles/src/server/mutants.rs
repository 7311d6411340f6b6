//! The broken variants of the resource server double: one fault each.
//!
//! A mutant sells a plain route for a valid payment unless its fault is about exactly that; otherwise it behaves
//! like the conforming double. The suite is measured by them: a check that no mutant fails proves nothing.

use super::concerns::concerns;
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

/// The dialect of its facilitator in which a fault shows, when that is not the foundation's x402.
#[must_use]
pub fn dialect_of(fault: Fault) -> Option<&'static str> {
    let mutant = MUTANTS.iter().find(|mutant| mutant.fault == fault)?;
    mutant.name.starts_with("b402-").then_some("b402-partner")
}

mutants! {
    // Everything at once
    ServesUnpaid, "serves-unpaid",
        "A request without a payment gets the content.";
    RefusesEverything, "refuses-everything",
        "No payment is ever accepted.";
    ServesAnyHeader, "serves-any-header",
        "Whatever stands in a payment header, the content is served.";
    ServesAnyWellFormedPayment, "serves-any-well-formed-payment",
        "A payment that can be read is served, whatever its price, signature or history.";
    OnlyCheapSells, "only-cheap-sells",
        "Payments for other routes than cheap are refused.";
    CreateDropsBody, "create-drops-body",
        "The handler of a POST route gets an empty object instead of the body.";
    EveryTenthIs502, "every-tenth-is-502",
        "Every tenth payment is answered 502 and nobody is asked.";
    QueryBreaksPayment, "query-breaks-payment",
        "A payment for a route with a query is refused.";
    FreeRouteAsks, "free-route-asks",
        "The free route asks for a payment.";

    // Verifying and settling
    IgnoresVerifyVerdict, "ignores-verify-verdict",
        "isValid false is taken for a yes, and the payment goes on to the handler and to settle.";
    NeverSettles, "never-settles",
        "Content is served as soon as the payment is verified; settle is never asked.";
    ServesBeforeSettle, "serves-before-settle",
        "Content is served while settle is still under way, whatever comes of it.";
    SettlesWithoutVerify, "settles-without-verify",
        "The handler runs and settle is asked without a verify before.";
    SettlesBeforeVerify, "settles-before-verify",
        "Settle is asked first, then verify, whose answer no longer matters, then the handler runs.";
    HandlerBeforeVerify, "handler-before-verify",
        "The handler runs before the payment is verified.";
    HandlerRunsTwice, "handler-runs-twice",
        "The handler runs twice for one payment.";
    HandlerRunsOnMalformed, "handler-runs-on-malformed",
        "The handler runs for a payment that cannot be read, which is then refused.";
    HandlerRunsUnpaid, "handler-runs-unpaid",
        "The handler runs for a request without a payment, which is then answered 402.";
    SettlesTwice, "settles-twice",
        "After a success settle is asked once more, and its second answer is ignored.";
    OneAtATime, "one-at-a-time",
        "While one payment is on its way every other one is refused.";
    ServesOnSettleFalse, "serves-on-settle-false",
        "A settle that says success false is served.";
    ServesOnPending, "serves-on-pending",
        "A settlement that is pending is served.";
    ServesOnSettleTimeout, "serves-on-settle-timeout",
        "When settle does not answer in time, the content is served.";
    ServesOnSettleReset, "serves-on-settle-reset",
        "When the connection ends without settle's answer, the content is served.";
    ServesOnSettle500, "serves-on-settle-500",
        "When settle answers with a server error, the content is served.";
    ServesOnSettleGarbage, "serves-on-settle-garbage",
        "When settle's answer is no JSON, the content is served.";
    ServesWithoutTransaction, "serves-without-transaction",
        "A success that names no transaction is believed.";
    ServesOnOtherNetwork, "serves-on-other-network",
        "A success on another network is believed.";
    ServesOnOtherPayer, "serves-on-other-payer",
        "A success for another payer is believed.";
    LoopsOnPending, "loops-on-pending",
        "Settle is asked again and again while the settlement is pending.";
    GivesUpOnPending, "gives-up-on-pending",
        "Settle is not asked again when the settlement is pending.";
    PendingHashLost, "pending-hash-lost",
        "The refusal of a pending settlement does not name its transaction.";
    RetriesLostSettle, "retries-lost-settle",
        "When settle's answer is lost, settle is asked again and its second answer counts.";
    ChargesFailingHandler, "charges-failing-handler",
        "A payment is settled although the handler failed with a 5xx.";
    ChargesMissingContent, "charges-missing-content",
        "A payment is settled although the handler answered with a 4xx.";
    ClaimsSuccessOnFailure, "claims-success-on-failure",
        "The answer of a handler that failed carries a receipt with success true.";
    SettlesRefused, "settles-refused",
        "A payment that verify refused is settled all the same, and refused.";
    HurriesSettle, "hurries-settle",
        "A settlement that takes longer than a second and a half is given up and refused.";
    RefusesUnknownAnswerFields, "refuses-unknown-answer-fields",
        "A success of settle with a member that no document knows is refused.";
    StopsWhenBuyerLeaves, "stops-when-buyer-leaves",
        "A buyer who hangs up before his payment is answered leaves every later payment refused.";
    CreditForRegulars, "credit-for-regulars",
        "A payer who has bought once is served its further payments without their being settled.";

    // The flow in which the payment is settled first
    UpfrontInNameOnly, "upfront-in-name-only",
        "An offer names the flow upfront, and the payment is settled after the handler.";
    UpfrontVerifies, "upfront-verifies",
        "Under upfront verify is asked before settle.";
    HandlerAfterFailedUpfront, "handler-after-failed-upfront",
        "Under upfront the handler runs although the settlement failed; the answer is 402.";
    UpfrontUnnamed, "upfront-unnamed",
        "The offer of a route that is settled before its handler names no flow.";
    EscrowInNameOnly, "escrow-in-name-only",
        "An offer names the flow escrow, and the payment is settled once, after the handler.";

    // Payments over Permit2
    Permit2RefusalsServed, "permit2-refusals-served",
        "A payment over Permit2 that is refused at verify is served.";
    Permit2ServedAgain, "permit2-served-again",
        "A spent payment over Permit2 is served again.";
    Permit2Unnamed, "permit2-unnamed",
        "The offer of a route that is paid over Permit2 does not say so.";
    Permit2WithoutDomain, "permit2-without-domain",
        "The offers over Permit2 do not name the token's domain.";
    UptoWithoutFacilitator, "upto-without-facilitator",
        "The offers of scheme upto do not name the account that settles.";
    UptoChargesCap, "upto-charges-cap",
        "Under upto the whole of what was signed is charged, whatever was used.";
    UptoChargesUnused, "upto-charges-unused",
        "Under upto one unit is charged when nothing was used.";
    UptoAsksMore, "upto-asks-more",
        "Under upto settle is asked for one unit more than was signed.";
    UptoReceiptNamesCap, "upto-receipt-names-cap",
        "The receipt of an upto payment names what was signed instead of what was charged.";
    UptoReceiptWithoutAmount, "upto-receipt-without-amount",
        "The receipt of an upto payment names no amount.";

    // Payment identifiers
    IdIgnored, "id-ignored",
        "Payment identifiers are offered, and nothing is done about them.";
    IdAnswersAnyPayload, "id-answers-any-payload",
        "Whoever sends a known payment identifier gets its stored answer, whatever the payment.";
    IdConflictSells, "id-conflict-sells",
        "Another payment under a known payment identifier is sold as any other.";
    IdRunsAgain, "id-runs-again",
        "The handler runs again for a payment whose stored answer is sent.";
    IdIgnoresRoute, "id-ignores-route",
        "The stored answer of a payment identifier is sent at every route.";
    IdNotRequired, "id-not-required",
        "A payment without an identifier is sold where one is called required.";
    IdAnyForm, "id-any-form",
        "Any text is taken for a payment identifier.";
    IdWithoutReceipt, "id-without-receipt",
        "The stored answer of a payment identifier has no receipt.";
    IdAnswersInFlight, "id-answers-in-flight",
        "Copies of a payment with an identifier that come while it is on its way get the content at once.";
    IdRequiredAsText, "id-required-as-text",
        "The offer of payment identifiers says whether one is required with a text.";

    // When the facilitator fails
    ServesWhenFacilitatorIsDown, "serves-when-facilitator-is-down",
        "When the facilitator cannot be reached, the content is served.";
    ServesWhenVerifyIsUnusable, "serves-when-verify-is-unusable",
        "When verify gives no usable answer, the content is served.";
    OpenWhenSupportedFails, "open-when-supported-fails",
        "When /supported gives no usable answer, nothing has to be paid.";
    OpenWhenNetworkIsNotListed, "open-when-network-is-not-listed",
        "When /supported lists other networks only, nothing has to be paid.";
    OpenWhenSupportedRedirects, "open-when-supported-redirects",
        "When /supported redirects, nothing has to be paid.";
    OpenWhenSupportedIsEmpty, "open-when-supported-is-empty",
        "When /supported lists no kind, nothing has to be paid.";
    OpenWhenSupportedIsUnreachable, "open-when-supported-is-unreachable",
        "When /supported cannot be reached, nothing has to be paid.";
    BrokenSinceStart, "broken-since-start",
        "A facilitator that is down when the server starts leaves it answering 500 for ever.";
    NeverRecovers, "never-recovers",
        "After the facilitator has failed once, every payment is refused.";
    HangsWithFacilitator, "hangs-with-facilitator",
        "Calls to the facilitator have no time limit.";
    FollowsRedirects, "follows-redirects",
        "Redirects of the facilitator are followed.";
    ClaimStaysAfterFailure, "claim-stays-after-failure",
        "A payment that could not be checked is never taken again.";

    // Replay and races
    CopiesShareSettlement, "copies-share-settlement",
        "Copies of a payment that come together are all served for its one settlement.";
    ServesSameBytesAgain, "serves-same-bytes-again",
        "A payment header that has bought a route buys it again.";
    ServesReencodedAgain, "serves-reencoded-again",
        "A spent payment buys its route again when its header is written otherwise.";
    ServesSpentElsewhere, "serves-spent-elsewhere",
        "A spent payment buys every other route.";
    ServesSpentItDoesNotRemember, "serves-spent-it-does-not-remember",
        "A payment that verify refuses as spent is served unless this process itself has settled it.";
    TrustsRepeatedSuccess, "trusts-repeated-success",
        "What has bought something is not remembered: whenever settle says success, the content is served.";
    RemembersBytes, "remembers-bytes",
        "A spent payment is known again by the bytes of its header only.";
    RemembersByRoute, "remembers-by-route",
        "A spent payment is known again only at the route that it has bought.";
    RemembersByVersion, "remembers-by-version",
        "A spent payment is known again only in the protocol version in which it was presented.";
    RemembersAfterwards, "remembers-afterwards",
        "A payment is remembered when it has bought something, not while it is on its way.";
    LocksBytes, "locks-bytes",
        "Copies of a payment that come together are known by the bytes of their header only.";
    LocksByRoute, "locks-by-route",
        "Copies of a payment that come together are known only at the same route.";
    ForgetsAtRestart, "forgets-at-restart",
        "Which payments have bought something is forgotten when the process ends.";
    ServesLostAgain, "serves-lost-again",
        "A payment whose settlement was once not heard of is served whenever settle says success.";
    PendingIsFinal, "pending-is-final",
        "A payment whose settlement was pending is never taken again.";
    CheapBuysDear, "cheap-buys-dear",
        "A payment of any route's price buys every route with the same payee.";
    AnyPayeeBuys, "any-payee-buys",
        "A payment to any route's payee buys every route with the same price.";
    TrustsClientResource, "trusts-client-resource",
        "The price and payee are those of the route that the payment's resource.url names.";
    TrustsClientAmount, "trusts-client-amount",
        "The price is the one that the payment says it accepted.";
    TrustsClientPayee, "trusts-client-payee",
        "The payee is the one that the payment says it accepted.";
    TrustsClientAsset, "trusts-client-asset",
        "The token is the one that the payment says it accepted.";
    SendsClientRequirements, "sends-client-requirements",
        "The facilitator is asked with the requirements that the payment says it accepted.";
    IgnoresAccepted, "ignores-accepted",
        "What the payment says it accepted is not looked at; the terms are the server's own.";
    IgnoresExtensionEcho, "changes-extension-echo-ignored",
        "A payment that changes what an extension says is taken.";
    RefusesGrownEcho, "refuses-grown-echo",
        "A payment whose echo of an extension has a member more is refused.";

    // What only a particular number or a particular past shows
    UnknownFieldsDictate, "unknown-fields-dictate",
        "The terms are those that the payment says it accepted, when it has a member that no document names.";
    LongHeaderBuysAgain, "long-header-buys-again",
        "A spent payment in a header of more than 4 KiB buys its route again.";
    IgnoresLastNonceByte, "ignores-last-nonce-byte",
        "A payment whose nonce differs in its last byte only from one that was settled is served without being settled.";
    ForgetsAfter64, "forgets-after-64",
        "A spent payment buys its route again when 64 others have been settled since.";
    ThirdIsFree, "third-is-free",
        "From its third payment on a payer is served without any being settled.";
    OneReceiptForAPayer, "one-receipt-for-a-payer",
        "A payment is served for another of its payer that is being settled.";
    WedgedAfterManyDigits, "wedged-after-many-digits",
        "After a payment header with more than 400 digits in a row nobody can buy.";

    // Versions and headers
    V1AnyHeader, "v1-any-header",
        "Whatever stands in X-PAYMENT, the content is served.";
    V1RefusalsServed, "v1-refusals-served",
        "A version 1 payment that is refused at verify is served.";
    V1NeverVerified, "v1-never-verified",
        "Version 1 payments are settled after the handler without a verify before.";
    V1PayloadInV2Header, "v1-payload-in-v2-header",
        "A version 1 payload in PAYMENT-SIGNATURE is served unchecked.";
    V2PayloadInV1Header, "v2-payload-in-v1-header",
        "A version 2 payload in X-PAYMENT is served unchecked.";
    V1PayloadIs500, "v1-payload-is-500",
        "A version 1 payload in PAYMENT-SIGNATURE is answered 500.";
    BothHeadersServe, "both-headers-serve",
        "A request with both payment headers is served unchecked.";
    BothHeadersAre500, "both-headers-are-500",
        "A request with both payment headers is answered 500.";
    LastOfRepeatedHeaders, "last-of-repeated-headers",
        "Of several payment headers of one name the last counts.";
    Base64Is500, "base64-is-500",
        "A payment header that is not base64 is answered 500.";
    JsonIs500, "json-is-500",
        "A payment header that is not JSON is answered 500.";
    WrongTypeIs500, "wrong-type-is-500",
        "A payment with a member missing or of a wrong type is answered 500.";
    DiesOfHugeHeader, "dies-of-huge-header",
        "A payment header of more than 32 KiB ends the server.";
    WedgedAfterMalformed, "wedged-after-malformed",
        "After a payment that could not be read, every payment is refused.";
    KeyOrderMatters, "key-order-matters",
        "A payment whose accepted has its members in another order is refused.";
    RefusesUnknownFields, "refuses-unknown-fields",
        "A payment with a member that no document knows is refused.";
    RefusesUnknownExtensions, "refuses-unknown-extensions",
        "A payment with an extension that was not offered is refused.";
    DemandsResource, "demands-resource",
        "A payment that does not repeat the resource is refused.";
    PaymentHeaderInCapitals, "payment-header-in-capitals",
        "A payment is found only in a header whose name is written in capitals.";
    IgnoresPayloadVersion, "ignores-payload-version",
        "The x402Version of a payment is not looked at.";
    BothHeadersChargeBoth, "both-headers-charge-both",
        "The payments of both headers of one request are settled for one answer.";
    FirstDuplicateVerified, "first-duplicate-verified",
        "Of a JSON member that stands there twice the first is verified and the last settled, and served in vain.";
    HangsUpOnLargeHeader, "hangs-up-on-large-header",
        "A payment header of more than 16 KiB ends the connection without an answer.";
    DiesOfDeepJson, "dies-of-deep-json",
        "A payment header of JSON nested deeper than 1000 levels ends the server.";
    EscapesNotRead, "escapes-not-read",
        "A payment whose JSON has an escape such as \\u0065 is refused.";
    ByteStrings, "byte-strings",
        "A payment with letters beyond ASCII is refused.";
    WhiteSpaceMatters, "white-space-matters",
        "A payment whose JSON has white space is refused.";

    // Receipts and refusals
    NoReceipt, "no-receipt",
        "A paid answer has no receipt.";
    ReceiptNotBase64, "receipt-not-base64",
        "The receipt is not base64: something stands before it.";
    ReceiptRawJson, "receipt-raw-json",
        "The receipt is plain JSON.";
    ReceiptUrlSafe, "receipt-url-safe",
        "The receipt is written in the URL-safe alphabet, without padding.";
    ReceiptTwice, "receipt-twice",
        "The receipt stands in two header lines.";
    ReceiptOtherTransaction, "receipt-other-transaction",
        "The receipt names a transaction that does not exist.";
    ReceiptOfAnotherRequest, "receipt-of-another-request",
        "The receipt is that of the server's latest settlement, whoever paid it.";
    ReceiptWrongPayer, "receipt-wrong-payer",
        "The receipt names another payer.";
    ReceiptWrongNetwork, "receipt-wrong-network",
        "The receipt names another network.";
    V1ReceiptUnderV2Name, "v1-receipt-under-v2-name",
        "The receipt of a version 1 payment is called PAYMENT-RESPONSE.";
    NoReceiptOnFailure, "no-receipt-on-failure",
        "The refusal of a payment that was not settled has no receipt.";
    FailureReceiptClaimsSuccess, "failure-receipt-claims-success",
        "The receipt of a payment that was not settled says success true.";
    ReasonReplaced, "reason-replaced",
        "The receipt of a payment that was not settled gives a reason of the server's own.";
    RefusalWithoutChallenge, "refusal-without-challenge",
        "The refusal of a payment does not say again what has to be paid.";
    RefusesWith200, "refuses-with-200",
        "A payment that verify refused is answered 200 with an error and no content.";
    V1ErrorBodyEmpty, "v1-error-body-empty",
        "The body of a refused payment is an empty object.";

    // Leaks
    ContentInChallengeBody, "content-in-challenge-body",
        "The body of an unpaid 402 contains the content.";
    ContentInChallengeHeader, "content-in-challenge-header",
        "A header of an unpaid 402 contains the content.";
    ContentInRefusal, "content-in-refusal",
        "The body of the refusal of a payment that verify refused contains the content.";
    ContentInFailedSettle, "content-in-failed-settle",
        "The body of the refusal of a payment that was not settled contains the content.";
    ContentInTrailers, "content-in-trailers",
        "The trailers of an unpaid 402 contain the content, for clients that accept trailers.";
    ContentTwice, "content-twice",
        "The body of a paid answer is written twice, one after the other.";
    ContentInPaidHead, "content-in-paid-head",
        "A header of a paid answer repeats the content.";
    CacheableContent, "cacheable-content",
        "Paid content may be stored by shared caches.";
    SharedCacheLeak, "shared-cache-leak",
        "Paid content may be stored by shared caches and does not say that it varies.";
    CacheableChallenge, "cacheable-challenge",
        "The 402 may be stored by caches.";
    NoVary, "no-vary",
        "Paid content may be stored, and does not say that it varies with the payment headers.";
    LeaksInternals, "leaks-internals",
        "The error of a refused payment names the facilitator's URL and a line of the source.";
    LeaksExtensionResponses, "leaks-extension-responses",
        "Extension data of the facilitator is handed on to the buyer.";

    // Paths and methods
    DecodesPercent, "decodes-percent",
        "A path whose letters are percent-encoded opens its route unpaid.";
    DecodesSlash, "decodes-slash",
        "A path with %2F for a slash opens its route unpaid.";
    FoldsBackslash, "folds-backslash",
        "A path with a backslash, plain or encoded, for a slash opens its route unpaid.";
    DropsNewline, "drops-newline",
        "A path with an encoded newline opens its route unpaid.";
    ResolvesDotSegments, "resolves-dot-segments",
        "A path with dot segments opens its route unpaid.";
    CollapsesSlashes, "collapses-slashes",
        "A path with a double slash opens its route unpaid.";
    StripsTrailingSlash, "strips-trailing-slash",
        "A path with a slash at its end opens its route unpaid.";
    IgnoresCase, "ignores-case",
        "A path in another case opens its route unpaid.";
    AbsoluteFormOpens, "absolute-form-opens",
        "A request target in absolute form opens its route unpaid.";
    MalformedPercentOpens, "malformed-percent-opens",
        "A path with a malformed percent-encoding opens its route unpaid.";
    QueryOpens, "query-opens",
        "A query opens the route unpaid.";
    PathParameterOpens, "path-parameter-opens",
        "A path with a parameter after a semicolon opens its route unpaid.";
    DecodesTwice, "decodes-twice",
        "A path that is percent-encoded twice opens its route unpaid.";
    DropsCarriageReturn, "drops-carriage-return",
        "A path with an encoded carriage return opens its route unpaid.";
    CutsAtNul, "cuts-at-nul",
        "A path is cut at an encoded NUL and opens its route unpaid.";
    TrimsBlanks, "trims-blanks",
        "A path with encoded blanks around its segments opens its route unpaid.";
    TrimsRawBlanks, "trims-raw-blanks",
        "A target with a raw blank behind it opens its route unpaid.";
    DropsLineSeparators, "drops-line-separators",
        "A path with an encoded U+2028 or U+0085 in it opens its route unpaid.";
    IgnoresExtension, "ignores-extension",
        "A path with a file name extension or a dot at its end opens its route unpaid.";
    EncodedQueryOpens, "encoded-query-opens",
        "A path with an encoded question mark or number sign opens its route unpaid.";
    NetworkPathOpens, "network-path-opens",
        "A target that begins with // and a host opens its route unpaid.";
    AddsMissingSlash, "adds-missing-slash",
        "A target without its first slash opens its route unpaid.";
    UnknownPathServes, "unknown-path-serves",
        "A path that is no route is answered with the content of cheap, unpaid.";
    RewriteHeaderOpens, "rewrite-header-opens",
        "/free with X-Original-URL or X-Rewrite-URL of a paid route gets its content.";
    LocalHostOpens, "local-host-opens",
        "A request whose Host is localhost is not asked to pay.";
    ForwardedForOpens, "forwarded-for-opens",
        "A request with X-Forwarded-For 127.0.0.1 is not asked to pay.";
    HeadRunsHandler, "head-runs-handler",
        "An unpaid HEAD runs the handler and is answered 200.";
    HeadCharges, "head-charges",
        "A paid HEAD is settled.";
    OptionsRunsHandler, "options-runs-handler",
        "An unpaid OPTIONS runs the handler and is answered with the content.";
    LowerCaseMethodOpens, "lower-case-method-opens",
        "A method in lower case opens the route unpaid.";
    OtherMethodsOpen, "other-methods-open",
        "A method that the route does not have opens it unpaid.";
    BodyOnGetOpens, "body-on-get-opens",
        "A GET with a body opens the route unpaid.";
    OldestHttpOpens, "oldest-http-opens",
        "A request line without a version opens its route unpaid.";
    OverrideOpens, "override-opens",
        "X-HTTP-Method-Override makes an unsold method the sold one, unpaid.";
    OldHttpOpens, "old-http-opens",
        "A request of HTTP/1.0 is not asked to pay.";

    // The 402 of version 2
    ChallengeWithoutHeader, "challenge-without-header",
        "The 402 has no PAYMENT-REQUIRED header.";
    ChallengeUrlSafe, "challenge-url-safe",
        "PAYMENT-REQUIRED is written in the URL-safe alphabet.";
    ChallengeUnpadded, "challenge-unpadded",
        "PAYMENT-REQUIRED lacks the padding of base64.";
    ChallengeNotJson, "challenge-not-json",
        "PAYMENT-REQUIRED contains no JSON.";
    ChallengeTwice, "challenge-twice",
        "The 402 has two PAYMENT-REQUIRED lines.";
    ChallengeMemberTwice, "challenge-member-twice",
        "The offer in PAYMENT-REQUIRED and in the body has payTo twice.";
    ChallengeTooLarge, "challenge-too-large",
        "PAYMENT-REQUIRED is larger than 16 KiB.";
    ChallengeLatin1, "challenge-latin1",
        "PAYMENT-REQUIRED is written in Latin-1 instead of UTF-8.";
    ChallengeIs401, "challenge-is-401",
        "The status of an unpaid request is 401.";
    ChallengeIs403, "challenge-is-403",
        "The status of an unpaid request is 403.";
    ChallengeIs200, "challenge-is-200",
        "The status of an unpaid request is 200.";
    HtmlDropsHeader, "html-drops-header",
        "Browsers get a page and no PAYMENT-REQUIRED header.";
    VersionAsText, "version-as-text",
        "x402Version in PAYMENT-REQUIRED is a text.";
    VersionOne, "version-one",
        "x402Version in PAYMENT-REQUIRED is 1.";
    AcceptsEmpty, "accepts-empty",
        "accepts in PAYMENT-REQUIRED is empty.";
    AcceptsObject, "accepts-object",
        "accepts in PAYMENT-REQUIRED is an object.";
    ResourceMissing, "resource-missing",
        "PAYMENT-REQUIRED has no resource.";
    ResourceWithoutUrl, "resource-without-url",
        "The resource of PAYMENT-REQUIRED has no url.";
    ResourceUrlRelative, "resource-url-relative",
        "The resource of PAYMENT-REQUIRED has a relative url.";
    ExtensionsList, "extensions-list",
        "The extensions of PAYMENT-REQUIRED are a list.";
    ExtensionWithoutSchema, "extension-without-schema",
        "An extension in PAYMENT-REQUIRED has no schema.";
    ExtensionInfoBreaksSchema, "extension-info-breaks-schema",
        "The info of an extension in PAYMENT-REQUIRED lacks a member that its schema requires.";
    SchemeMissing, "scheme-missing",
        "The offer has no scheme.";
    NetworkNotCaip2, "network-not-caip2",
        "The network of the offer is a short name.";
    AmountNumber, "amount-number",
        "The amount of the offer is a number.";
    AmountDecimal, "amount-decimal",
        "The amount of the offer is a decimal fraction.";
    AmountDollars, "amount-dollars",
        "The amount of the offer is a price in dollars.";
    AmountScientific, "amount-scientific",
        "The amount of the offer is in scientific notation.";
    AssetMissing, "asset-missing",
        "The offer has no asset.";
    AssetNotAddress, "asset-not-address",
        "The asset of the offer is no address.";
    PayToMissing, "pay-to-missing",
        "The offer has no payTo.";
    PayToNotAddress, "pay-to-not-address",
        "The payTo of the offer is no address.";
    PayToOther, "pay-to-other",
        "The payTo of the offer is an account that the server does not accept.";
    MaxTimeoutText, "max-timeout-text",
        "maxTimeoutSeconds of the offer is a text.";
    MaxTimeoutZero, "max-timeout-zero",
        "maxTimeoutSeconds of the offer is zero.";
    ExtraNull, "extra-null",
        "The extra of the offer is null.";
    ExtraArray, "extra-array",
        "The extra of the offer is an array.";
    PriceFlickers, "price-flickers",
        "Every second 402 asks for one unit more.";

    // The 402 of version 1, CORS
    V1BodyMissing, "v1-body-missing",
        "The body of the 402 is no PaymentRequirementsResponse.";
    V1ErrorMissing, "v1-error-missing",
        "The body of the 402 has no error.";
    V1FieldsMissing, "v1-fields-missing",
        "The offer in the body lacks resource, description and maxTimeoutSeconds.";
    V1AcceptsEmpty, "v1-accepts-empty",
        "accepts in the body is empty.";
    V1SchemeMissing, "v1-scheme-missing",
        "The offer in the body has no scheme.";
    V1AssetNotAddress, "v1-asset-not-address",
        "The asset in the body is no address.";
    V1PayToNotAddress, "v1-pay-to-not-address",
        "The payTo in the body is no address.";
    V1ExtraArray, "v1-extra-array",
        "The extra of the offer in the body is an array.";
    V1ResourceRelative, "v1-resource-relative",
        "The resource of the offer in the body is a relative URL.";
    V1NetworkCaip2, "v1-network-caip2",
        "The network in the body is a CAIP-2 identifier.";
    V1AmountNumber, "v1-amount-number",
        "The price in the body is a number.";
    BodyPriceDiffers, "body-price-differs",
        "The body asks for one unit more than the header.";
    CorsNotExposed, "cors-not-exposed",
        "Browsers may not read the payment headers of answers.";
    PreflightRefused, "preflight-refused",
        "A preflight is answered 402 and allows nothing.";

    // Payments that are long
    LargeServedUnsettled, "large-served-unsettled",
        "A payment whose header is longer than 6 KiB is served as soon as it is verified; settle is never asked.";
    LargeSettledAndRefused, "large-settled-and-refused",
        "A payment whose header is longer than 6 KiB is settled and answered 431.";
    LargeReceiptCut, "large-receipt-cut",
        "The receipt of a payment whose header is longer than 6 KiB names half of its transaction.";

    // A facilitator that speaks B402
    B402ExtraRebuilt, "b402-extra-rebuilt",
        "What the facilitator's kinds say in extra stands in no offer, but for what x402 knows.";
    B402AnyExtra, "b402-any-extra",
        "Whatever a payment repeats of extra, it passes for what was offered.";
    B402ServesPending, "b402-serves-pending",
        "A settlement that is under way is served as if the money had come.";
    B402StatusIsSuccess, "b402-status-is-success",
        "A settlement that failed is served, since the answer has status 200.";
    B402NullIsYes, "b402-null-is-yes",
        "An envelope with nothing in it is taken for a yes.";
    B402ChargesInAmount, "b402-charges-in-amount",
        "What is charged stands in the requirements' amount instead of settleAmount.";
    B402ServesReplays, "b402-serves-replays",
        "A payment is served as often as the facilitator says that it is settled.";
    B402AsksUnsignedFirst, "b402-asks-unsigned-first",
        "Every call is made without its signature, and once more with it when it is turned away.";
}
