//! The broken variants of the facilitator double: one fault each.
//!
//! A mutant passes a plain valid verify and settle unless its fault is about exactly that; otherwise it behaves like
//! the conforming double. The suite is measured by them: a check that no mutant fails proves nothing.

use super::concerns::concerns;
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
        "Every body is a valid payment and every settlement a success.";
    RefusesEverything, "refuses-everything",
        "No payment is ever valid.";

    // Signatures
    NoSignatureCheck, "no-signature-check",
        "The signature is not looked at.";
    AcceptsEmptySignature, "accepts-empty-signature",
        "A signature of no bytes passes.";
    AcceptsZeroSignature, "accepts-zero-signature",
        "A signature of 65 zero bytes passes.";
    AcceptsAnyRecoverableSignature, "accepts-any-recoverable-signature",
        "A signature passes when it recovers to any account at all.";
    IgnoresChainId, "ignores-chain-id",
        "A signature made for another chain id passes.";
    IgnoresDomainName, "ignores-domain-name",
        "A signature under another EIP-712 domain name passes.";
    IgnoresDomainVersion, "ignores-domain-version",
        "A signature under another EIP-712 domain version passes.";
    IgnoresVerifyingContract, "ignores-verifying-contract",
        "A signature made for another token passes.";
    DomainFromToken, "domain-from-token",
        "The EIP-712 domain is read from the token: a wrong or missing extra passes.";
    ParityVVerifies, "parity-v-verifies",
        "A signature with v of 0 or 1 verifies as valid and is refused at settle.";
    HighSPaysAgain, "high-s-pays-again",
        "A spent payment with the high-s twin of its signature is answered success.";

    // Smart wallets
    AnyWalletAnswer, "any-wallet-answer",
        "Whatever word a smart wallet answers, its signature passes.";
    ShortWalletAnswer, "short-wallet-answer",
        "An answer of a smart wallet that is shorter than a word is taken for yes.";
    RevertingWalletAnswer, "reverting-wallet-answer",
        "A smart wallet that reverts is taken to have said yes.";
    WalletAskedOnce, "wallet-asked-once",
        "Settle does not ask a smart wallet again that said yes to verify, and does not simulate its payment.";
    WalletsOnlyVerify, "wallets-only-verify",
        "A payment by an account with code verifies as valid and is refused at settle.";
    CutsWalletSignatures, "cuts-wallet-signatures",
        "Settle hands the signature of a smart wallet to the token as v, r and s.";
    RunsAnyFactory, "runs-any-factory",
        "Settle calls whatever a signature names as the factory of its wallet.";
    WrappedSignaturePasses, "wrapped-signature-passes",
        "A signature in an ERC-6492 wrapper that names a listed factory passes unseen.";
    WalletGasUnbounded, "wallet-gas-unbounded",
        "A smart wallet's payment may use as much gas as it likes.";
    DelegatedByKey, "delegated-by-key",
        "Verify goes by the key of an account whose code is delegated, although the token asks the code.";

    // Payee, amount, window
    NoPayeeCheck, "no-payee-check",
        "The payee of the authorization is not compared with payTo.";
    CaseSensitivePayee, "case-sensitive-payee",
        "Payee and payTo are compared as texts, so that upper and lower case differ.";
    AcceptsUnderpayment, "accepts-underpayment",
        "An authorized value below the price passes.";
    AcceptsOverpayment, "accepts-overpayment",
        "In version 2 an authorized value above the price passes.";
    AcceptsZeroValue, "accepts-zero-value",
        "An authorized value of zero passes for any price.";
    V1Underpays, "v1-underpays",
        "In version 1 an authorized value below maxAmountRequired passes.";
    NoExpiryCheck, "no-expiry-check",
        "An authorization that has expired passes.";
    NoStartCheck, "no-start-check",
        "An authorization whose time has not come passes.";

    // What the chain says of the payment
    NoNonceCheck, "no-nonce-check",
        "Verify calls a payment valid whose nonce is spent or cancelled.";
    NoBalanceCheck, "no-balance-check",
        "Verify calls a payment valid that the payer cannot afford.";
    BalanceOffByOne, "balance-off-by-one",
        "Verify calls a payment valid when one unit is missing from the balance.";
    NoSimulation, "no-simulation",
        "The transfer is not simulated and the token's code is not looked for.";

    // Network, scheme, version
    IgnoresNetwork, "ignores-network",
        "Requirements for any network pass, as long as the payload agrees.";
    IgnoresClaimedNetwork, "ignores-claimed-network",
        "The network that the payload names is not looked at.";
    IgnoresScheme, "ignores-scheme",
        "Requirements of any scheme pass, as long as the payload agrees.";
    IgnoresClaimedScheme, "ignores-claimed-scheme",
        "The scheme that the payload names is not looked at.";
    IgnoresVersion, "ignores-version",
        "Every x402Version but 1 is read as version 2.";
    StringVersion, "string-version",
        "An x402Version that is a string of digits passes.";
    AcceptsMixedVersions, "accepts-mixed-versions",
        "A payload of one version passes with requirements of the other.";

    // Reading
    DefaultsMissingFields, "defaults-missing-fields",
        "Members that are missing get default values, and what cannot be checked then passes.";
    Wraps256Bits, "wraps-256-bits",
        "Amounts beyond 256 bits are wrapped around.";
    Wraps128Bits, "wraps-128-bits",
        "Amounts are cut to 128 bits.";
    FloatsForAmounts, "floats-for-amounts",
        "Amounts are read as floating-point numbers: signs, fractions and exponents pass.";
    LenientNumbers, "lenient-numbers",
        "JSON numbers, hexadecimal, blanks and leading zeros pass as amounts.";
    VerifyReadsLeniently, "verify-reads-leniently",
        "Verify takes hexadecimal, blanks and leading zeros as amounts, settle does not.";
    PadsNonces, "pads-nonces",
        "Nonces that are too short or too long are padded or cut.";
    RefusesUnknownFields, "refuses-unknown-fields",
        "A request with a member that no document names is refused.";
    RefusesLowerCase, "refuses-lower-case",
        "Addresses without EIP-55 capitals are refused.";

    // Verify and settle
    VerifySettles, "verify-settles",
        "Verify already moves the money.";
    VerifySpends, "verify-spends",
        "Verify refuses a payment that it has verified before.";
    SettleNeedsVerify, "settle-needs-verify",
        "Settle refuses a payment that was not verified before.";
    SettleSkipsChecks, "settle-skips-checks",
        "Settle sends whatever the token will take, without comparing it with the requirements.";
    SettleLiesWithoutTransaction, "settle-lies-without-transaction",
        "Settle answers success without sending a transaction.";
    SettleNamesAnotherTransaction, "settle-names-another-transaction",
        "From the second settlement of a version on, settle names the transaction of the first.";
    SettleClaimsReverted, "settle-claims-reverted",
        "Settle answers success for a transaction that reverted.";
    TrustsReceiptStatus, "trusts-receipt-status",
        "Settle does not look for the transfer in the receipt.";
    DoubleBroadcast, "double-broadcast",
        "Settle sends every payment in two transactions.";
    NonceCollisions, "nonce-collisions",
        "Settlements at the same time take the same account nonce.";
    WedgedNonce, "wedged-nonce",
        "The account nonce is not taken back when a transaction could not be sent.";
    ReplayAnswersSuccess, "replay-answers-success",
        "Settle answers success, with an invented hash, for a payment that is spent.";
    ReorderedPaysAgain, "reordered-pays-again",
        "Settle knows spent payments by their bytes: encoded otherwise, they are answered success.";
    DuplicatesAllSucceed, "duplicates-all-succeed",
        "Copies of a payment that are settled at the same time are all answered success.";
    ForgetsPayment, "forgets-payment",
        "Settle gives up on a transaction after 200 ms and calls it failed; the money moves later.";
    PendingWithoutHash, "pending-without-hash",
        "Settle answers settlement_pending without naming the transaction.";
    ResendsPending, "resends-pending",
        "Settling a pending payment again sends another transaction.";
    BroadcastsDoomed, "broadcasts-doomed",
        "Settle sends payments that it knows to be spent or not covered, and pays for the gas.";
    SettlesFromStranger, "settles-from-stranger",
        "Settlements are sent by an account that /supported does not name.";

    // Bad input
    Error500OnBadInput, "error-500-on-bad-input",
        "Bodies that cannot be read are answered 500.";
    HangsOnBadInput, "hangs-on-bad-input",
        "Bodies that cannot be read are never answered.";
    DropsConnectionOnBadInput, "drops-connection-on-bad-input",
        "Bodies that cannot be read end the connection without an answer.";
    DiesOnBadInput, "dies-on-bad-input",
        "A body that is nested too deeply or too large ends the service.";
    AcceptsUnreadable, "accepts-unreadable",
        "Bodies that cannot be read are valid payments.";

    // When the chain fails
    ValidWhenChainFails, "valid-when-chain-fails",
        "When the chain does not answer, payments are valid and settled.";
    BlamesPayerForChain, "blames-payer-for-chain",
        "When the chain does not answer, the signature is called wrong.";
    WedgedAfterChainFailure, "wedged-after-chain-failure",
        "After the chain has failed once, every answer is an error.";
    WedgedAfterRefusal, "wedged-after-refusal",
        "After a settle with addresses in lower case has been refused, no other settle works.";

    // What only a particular number or a particular past shows
    TakesWholePurse, "takes-whole-purse",
        "A value that is all that the payer owns passes for any price.";
    Compares64Bits, "compares-64-bits",
        "Value and price are compared in their lowest 64 bits.";
    Compares128Bits, "compares-128-bits",
        "Value and price are compared in their lowest 128 bits.";
    ComparesAsDoubles, "compares-as-doubles",
        "Value and price are compared as floating-point numbers: beyond 2^53 a unit too little passes.";
    OddWritingHidesPrice, "odd-writing-hides-price",
        "An authorized value below the price passes in a body with unknown members, escapes or white space.";
    PayeeByFirstBytes, "payee-by-first-bytes",
        "Payee and payTo are compared in their first ten bytes.";
    StartInMilliseconds, "start-in-milliseconds",
        "A validAfter that looks like milliseconds is taken for them.";
    TakesLastSecond, "takes-last-second",
        "A payment passes in the very second of its validBefore.";
    FirstVerifiedLastSettled, "first-verified-last-settled",
        "Of a JSON member that stands there twice the first is verified and the last settled.";
    EscapedPaysAgain, "escaped-pays-again",
        "A spent payment whose JSON has escapes such as \\u0065 is answered success.";
    IgnoresLastNonceByte, "ignores-last-nonce-byte",
        "A payment is answered with the transaction of another whose nonce differs in its last byte only.";
    ForgetsAfter64, "forgets-after-64",
        "A spent payment is good again, and answered success, when 64 others have been settled since.";
    ForgetsAfterRestart, "forgets-after-restart",
        "A payment that was settled before a restart is good again, and answered success.";
    HundredthCopySucceeds, "hundredth-copy-succeeds",
        "Every hundredth copy of a payment that is being settled is answered success too.";
    OneReceiptForAPayer, "one-receipt-for-a-payer",
        "A payment is answered with the transaction of another of its payer that is being settled.";
    RefusalsStay, "refusals-stay",
        "A payment that its payer could not afford once is refused for ever.";
    WedgedAfterDeepBody, "wedged-after-deep-body",
        "After a body of more than 20,000 lists and objects every answer is an error.";

    // Answers
    LeaksInternals, "leaks-internals",
        "Refusals show the RPC URL, the key and a stack trace.";
    RefusalsAre500, "refusals-are-500",
        "Refusals have the HTTP status 500.";
    NoReason, "no-reason",
        "Refusals give no reason.";
    OneReasonForAll, "one-reason-for-all",
        "Every refusal has the reason invalid_payload.";
    FreeTextReason, "free-text-reason",
        "The reason of a refusal is a sentence.";
    ReasonOnSuccess, "reason-on-success",
        "Good answers carry a reason too.";
    NoTransactionOnFailure, "no-transaction-on-failure",
        "A failed settlement's answer has no transaction member.";
    FailureWithoutNetwork, "failure-without-network",
        "A failed settlement's answer has an empty network.";
    WrongNetworkInAnswer, "wrong-network-in-answer",
        "Settlement answers name another network.";
    WrongPayer, "wrong-payer",
        "Answers name another payer.";
    SuccessWithoutNetwork, "success-without-network",
        "Successful settles name no network.";
    OddTransactionOnFailure, "odd-transaction-on-failure",
        "Failed settles name a transaction that is neither empty nor a hash.";
    NoPayerV1, "no-payer-v1",
        "Good answers of version 1 name no payer.";
    WrongAmount, "wrong-amount",
        "Settlement answers name one unit more than was moved.";
    SuccessAsText, "success-as-text",
        "isValid and success are texts instead of booleans.";

    // Permit2
    Permit2WithoutSignature, "permit2-without-signature",
        "The signature of a payment over Permit2 is not looked at.";
    Permit2AnySpender, "permit2-any-spender",
        "The spender of a payment over Permit2 is not compared with the proxy.";
    Permit2AnyPayee, "permit2-any-payee",
        "The payee of a payment over Permit2 is not compared with payTo.";
    Permit2AnyToken, "permit2-any-token",
        "The token of a payment over Permit2 is not compared with the asset.";
    Permit2Underpaid, "permit2-underpaid",
        "The permitted amount of a payment over Permit2 is not compared with the price.";
    Permit2WithoutWindow, "permit2-without-window",
        "Deadline and validAfter of a payment over Permit2 are not looked at.";
    Permit2WithoutAllowance, "permit2-without-allowance",
        "Whether Permit2 may take the money is not looked at.";
    Permit2WithoutBalance, "permit2-without-balance",
        "The balance of a payer over Permit2 is not looked at.";
    Permit2ReplaySucceeds, "permit2-replay-succeeds",
        "A spent payment over Permit2 is answered success.";
    Permit2CopiesSucceed, "permit2-copies-succeed",
        "Copies of a payment over Permit2 that are settled at once are all answered success.";
    Permit2LiesWithoutTransaction, "permit2-lies-without-transaction",
        "Settle answers success for payments over Permit2 and sends nothing.";
    Permit2ClaimsReverted, "permit2-claims-reverted",
        "Settle does not look at payments over Permit2 and answers success for transactions that reverted.";
    Permit2RoundsAmounts, "permit2-rounds-amounts",
        "Amounts over Permit2 are told as doubles have them.";

    // Scheme upto
    UptoAnyFacilitator, "upto-any-facilitator",
        "An upto payment may name another facilitator.";
    UptoTakesTheCap, "upto-takes-the-cap",
        "Whatever is charged, the whole permitted amount is moved.";
    UptoSaysTheCap, "upto-says-the-cap",
        "Answers name the permitted amount instead of what was charged.";
    UptoAboveTheCap, "upto-above-the-cap",
        "A charge above the permitted amount is answered success, and the permitted amount is moved.";
    UptoRefusesZero, "upto-refuses-zero",
        "A charge of nothing is refused.";
    UptoWithoutAddress, "upto-without-address",
        "The upto kind does not name the account that settles.";
    UptoTakesEip3009, "upto-takes-eip3009",
        "An EIP-3009 authorization passes under scheme upto.";
    UptoPaysTheRequirements, "upto-pays-the-requirements",
        "An upto payment with another payee than the signed one is answered success.";

    // Supported kinds
    SupportedWithoutKinds, "supported-without-kinds",
        "/supported has no kinds.";
    SupportedIncomplete, "supported-incomplete",
        "/supported has no extensions and no signers.";
    SupportedOddSigners, "supported-odd-signers",
        "/supported lists its signers under a name that is not CAIP-2.";
    SupportedKindIncomplete, "supported-kind-incomplete",
        "/supported has a kind without a scheme.";
    AdvertisesTooMuch, "advertises-too-much",
        "/supported offers version 1, whose payments are always refused.";
    SupportedFlickers, "supported-flickers",
        "Every second /supported lacks a kind.";
    V1NetworkInV2, "v1-network-in-v2",
        "/supported uses short network names for version 2.";
    V2NetworkInV1, "v2-network-in-v1",
        "/supported uses CAIP-2 networks for version 1.";

    // Payments that are long
    LargeSettledAndRefused, "large-settled-and-refused",
        "A payment whose body is longer than 6 KiB is settled and called a failure.";
}
