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

/// The dialect in which a fault shows, when that is not the foundation's x402.
#[must_use]
pub fn dialect_of(fault: Fault) -> Option<&'static str> {
    let mutant = MUTANTS.iter().find(|mutant| mutant.fault == fault)?;
    match fault {
        Fault::B402RequestReplay
        | Fault::B402EpochTimestamp
        | Fault::B402SignsShortPath
        | Fault::B402HexSignature => Some("b402-web3"),
        _ if mutant.name.starts_with("b402-") => Some("b402-partner"),
        _ if mutant.name.starts_with("gateway-") => Some("circle-gateway"),
        _ => None,
    }
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
    TransferOfAnyContract, "transfer-of-any-contract",
        "Settle takes a Transfer in the receipt for the token's, whichever contract told it, and asks no further.";
    TransferToAnybody, "transfer-to-anybody",
        "Settle does not look to whom the Transfer in the receipt went, and asks no further.";
    BelievesTransfers, "believes-transfers",
        "Settle believes a Transfer of an unknown token and does not look at the payee's balance.";
    TokenGasUnbounded, "token-gas-unbounded",
        "A payment in any token may use as much gas as it likes.";
    SettlesDearly, "settles-dearly",
        "Settle sends every transaction with 30,000 bytes behind its call data.";
    ShowsRevertTexts, "shows-revert-texts",
        "Refusals of what the token reverts show what it gave as its reason.";
    IgnoresDecimals, "ignores-decimals",
        "Prices are read as if every token had six decimals: 10,000 units pay 10^16 units.";
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
    ReplayAnswersAgain, "replay-answers-again",
        "Settle answers a payment that is spent with the success that it was answered before.";
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
    HangsAfterUnsent, "hangs-after-unsent",
        "After a settlement that could not be sent it takes connections and answers nobody until it is started again.";
    EndsAfterUnsent, "ends-after-unsent",
        "A settlement that could not be sent ends it.";
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
    Permit2RemembersBalance, "permit2-remembers-balance",
        "Settle does not look again at the balance of a payer over Permit2 who could pay at verify, nor at what became of the payment.";
    Permit2RemembersAllowance, "permit2-remembers-allowance",
        "Settle does not look again at what Permit2 might take at verify, nor at what became of the payment.";
    Permit2RemembersNonce, "permit2-remembers-nonce",
        "Settle does not look again at a Permit2 nonce that was good at verify, nor at what became of the payment.";

    Permit2AnyWallet, "permit2-any-wallet",
        "Whatever the code of a payer over Permit2 answers, its signature passes.";
    Permit2AnyWrapper, "permit2-any-wrapper",
        "A signature over Permit2 in an ERC-6492 wrapper passes, although Permit2 makes no wallets.";
    Permit2WalletsOnlyVerify, "permit2-wallets-only-verify",
        "A smart wallet's payment over Permit2 verifies as valid and is refused at settle.";

    // Permits for Permit2
    Eip2612Ignored, "eip2612-ignored",
        "Permits that payers send along are not read, although /supported claims them.";
    Eip2612AnyOwner, "eip2612-any-owner",
        "Whose permit it says it is is not compared with the payer.";
    Eip2612AnyToken, "eip2612-any-token",
        "The token that a permit names is not compared with the asset.";
    Eip2612AnySpender, "eip2612-any-spender",
        "A permit is submitted for whatever spender it names.";
    Eip2612AnyAmount, "eip2612-any-amount",
        "The amount of a permit is not compared with that of the payment.";
    Eip2612WithoutEnd, "eip2612-without-end",
        "The deadline of a permit is not looked at.";
    Eip2612WithoutSignature, "eip2612-without-signature",
        "Neither the signature nor the nonce of a permit is looked at, nor whether the token knows permits.";
    Eip2612UsedFails, "eip2612-used-fails",
        "A payment is refused when somebody else has already submitted its permit.";

    // Approvals of Permit2
    Erc20Ignored, "erc20-ignored",
        "Approvals that payers have signed are not read, although /supported claims them.";
    Erc20Unread, "erc20-unread",
        "Verify takes whatever bytes a payer calls his approval.";
    Erc20AnySigner, "erc20-any-signer",
        "Who has signed an approval is not compared with the payer.";
    Erc20AnyTarget, "erc20-any-target",
        "The contract that an approval calls is not compared with the asset.";
    Erc20AnyCall, "erc20-any-call",
        "Whatever call of the token a payer has signed is broadcast as his approval.";
    Erc20AnySpender, "erc20-any-spender",
        "An approval of anybody is broadcast.";
    Erc20AnyAmount, "erc20-any-amount",
        "The amount of an approval is not compared with that of the payment.";
    Erc20AnyChain, "erc20-any-chain",
        "The chain for which an approval is signed is not looked at.";
    Erc20AnyNonce, "erc20-any-nonce",
        "The account nonce of an approval is not looked at.";
    Erc20AnyPrice, "erc20-any-price",
        "What an approval offers for its gas is not looked at.";
    Erc20AnyGift, "erc20-any-gift",
        "Payers without coins get whatever the gas of their approval may cost.";
    Erc20GivesFirst, "erc20-gives-first",
        "Payers without coins get them before their payment is looked at.";
    Erc20NeverGives, "erc20-never-gives",
        "Payers without coins get none, although verify calls their payments valid.";

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
    UptoZeroCloses, "upto-zero-closes",
        "An upto payment that was once charged nothing is answered success ever after, and nothing moves.";
    UptoPaysTheRequirements, "upto-pays-the-requirements",
        "An upto payment with another payee than the signed one is answered success.";

    // B402: who may ask
    B402AnySignature, "b402-any-signature",
        "The signature of a request is not checked.";
    B402UnsignedPasses, "b402-unsigned-passes",
        "A request without a signature is taken.";
    B402SignsItsOwnWriting, "b402-signs-its-own-writing",
        "The signature is compared with the body written anew, not with the bytes that came.";
    B402AnyTimestamp, "b402-any-timestamp",
        "A request of an hour ago is taken.";
    B402AnyCaller, "b402-any-caller",
        "Client id and access token are not looked at.";
    B402RequestReplay, "b402-request-replay",
        "The same signed request is taken twice.";
    B402MinuteWindow, "b402-minute-window",
        "A caller's clock may be wrong by one minute and not by five.";
    B402SignsShortPath, "b402-signs-short-path",
        "A signature over the path without /build is taken.";
    B402HexSignature, "b402-hex-signature",
        "A signature in hexadecimal digits is taken.";
    B402EpochTimestamp, "b402-epoch-timestamp",
        "A timestamp in milliseconds is taken where ISO 8601 is asked for.";
    B402WithoutLimits, "b402-without-limits",
        "However much is asked in a second, nothing is answered with 429.";

    B402SettlesBeyondLimit, "b402-settles-beyond-limit",
        "A settlement that is answered with 429 is made all the same.";

    // B402: answers
    B402Naked, "b402-naked",
        "Answers stand without their envelope.";
    B402RefusesWith400, "b402-refuses-with-400",
        "An invalid payment is answered with status 400.";
    B402KindWithoutSpender, "b402-kind-without-spender",
        "Kinds over Permit2 do not name the contract that spends.";
    B402UptoIsExact, "b402-upto-is-exact",
        "The kinds of permit2-upto stand under scheme exact.";
    B402SignersByChain, "b402-signers-by-chain",
        "Signers are keyed by the chain and not by eip155:*.";
    B402NamesBySymbol, "b402-names-by-symbol",
        "Kinds name tokens by their symbols, as the samples in the documents do.";
    B402OneReason, "b402-one-reason",
        "Every invalid payment is refused as invalid_payload.";
    B402PayloadIsRequirements, "b402-payload-is-requirements",
        "A payload that cannot be read is refused as wrong requirements.";
    B402WithoutPayer, "b402-without-payer",
        "Refusals do not name the payer.";
    B402AlwaysExplains, "b402-always-explains",
        "A message stands beside every reason.";

    // B402: payments
    B402SchemeBeforeVersion, "b402-scheme-before-version",
        "The scheme is looked at before the version.";
    B402WithoutMethod, "b402-without-method",
        "Requirements need no transfer method in extra.";
    B402TakesBoth, "b402-takes-both",
        "A payload with two authorizations is taken.";
    B402ChargesTheCap, "b402-charges-the-cap",
        "A settlement of permit2-upto without settleAmount takes the whole permitted amount.";
    B402RefusesIdleCharge, "b402-refuses-idle-charge",
        "A settleAmount where none is due is refused instead of ignored.";
    B402AsksAgain, "b402-asks-again",
        "A payment that was settled is settled anew, and refused, instead of answered with what was said.";
    B402KeepsByNonce, "b402-keeps-by-nonce",
        "What was said of a payment is said of every other one with its nonce and payer.";
    B402PendingIsSuccess, "b402-pending-is-success",
        "A settlement that is under way is answered success.";
    B402PendingWithoutHash, "b402-pending-without-hash",
        "A settlement that is under way does not name its transaction.";

    // Circle Gateway
    GatewayShortValidity, "gateway-short-validity",
        "An authorization that ends in less than seven days is taken.";
    GatewayTokenDomain, "gateway-token-domain",
        "A signature under the token's own domain is taken for one under the wallet's.";
    GatewayRefusesDust, "gateway-refuses-dust",
        "A payment of less than a hundred units is refused.";
    GatewaySecondNeverSent, "gateway-second-never-sent",
        "Every payment of a payer but the first is called a success and never sent.";
    GatewaySuccessAgain, "gateway-success-again",
        "A payment that is settled once more is called a success, with another transfer.";
    GatewayKindWithoutName, "gateway-kind-without-name",
        "/supported does not say under which domain is signed.";

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
