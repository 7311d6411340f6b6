//! Reason codes, by class.
//!
//! The specifications list fifteen codes and implementations use hundreds, so no code is ever compared literally:
//! a code belongs to one or more classes, and a check says which classes fit its fault. An unknown code belongs to
//! [`ReasonClass::Other`] and is never worse than a warning.
//!
//! Source: core v2 §9, core v1 §9, schemes `exact` and `upto` on EVM; and what published implementations answer.

use serde::{Deserialize, Serialize};

/// What a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonClass {
    /// The signature does not recover to the payer.
    Signature,
    /// The payee is not the one that was asked for.
    Recipient,
    /// The value is not the price.
    Amount,
    /// `validBefore` has passed.
    Expired,
    /// `validAfter` has not come.
    Early,
    /// The payer's balance is too small.
    Funds,
    /// The payer has not allowed Permit2 to take that much.
    Allowance,
    /// The facilitator is not the one that the payer has named.
    Facilitator,
    /// The authorization's nonce is spent or cancelled.
    Nonce,
    /// The simulated call fails.
    Simulation,
    /// The transaction failed.
    Transaction,
    /// The settlement is still under way.
    Pending,
    /// The network is wrong or unknown.
    Network,
    /// The scheme is wrong or unknown.
    Scheme,
    /// The protocol version is wrong or unknown.
    Version,
    /// The token is wrong, or is no such token.
    Token,
    /// The token's EIP-712 domain is missing or wrong.
    Domain,
    /// The payment payload cannot be read.
    Payload,
    /// The payment requirements cannot be read.
    Requirements,
    /// The facilitator could not tell.
    Unexpected,
    /// A code that we do not know.
    Other,
}

use ReasonClass as C;

/// Codes of core v2 §9 and core v1 §9: the published vocabulary.
pub const SPECIFIED: &[&str] = &[
    "insufficient_funds",
    "invalid_exact_evm_payload_authorization_valid_after",
    "invalid_exact_evm_payload_authorization_valid_before",
    "invalid_exact_evm_payload_authorization_value",
    "invalid_exact_evm_payload_authorization_value_mismatch",
    "invalid_exact_evm_payload_recipient_mismatch",
    "invalid_exact_evm_payload_signature",
    "invalid_network",
    "invalid_payload",
    "invalid_payment_requirements",
    "invalid_scheme",
    "invalid_transaction_state",
    "invalid_x402_version",
    "settlement_pending",
    "unexpected_settle_error",
    "unexpected_verify_error",
    "unsupported_scheme",
];

/// Parts of codes, most telling first, and the classes that they stand for. The first row that matches decides.
const PARTS: &[(&str, &[C])] = &[
    ("settlement_pending", &[C::Pending]),
    ("missing_eip712_domain", &[C::Domain]),
    ("token_name_mismatch", &[C::Domain, C::Signature]),
    ("token_version_mismatch", &[C::Domain, C::Signature]),
    ("asset_info", &[C::Token, C::Unexpected]),
    ("eip3009_not_supported", &[C::Simulation, C::Token]),
    ("not_deployed", &[C::Simulation, C::Token]),
    ("asset_mismatch", &[C::Token]),
    ("token_mismatch", &[C::Token]),
    ("nonce_already_used", &[C::Nonce]),
    ("nonce_used", &[C::Nonce]),
    ("authorization_used", &[C::Nonce]),
    ("already_settled", &[C::Nonce]),
    ("duplicate_settlement", &[C::Nonce]),
    ("invalid_nonce", &[C::Nonce, C::Payload]),
    ("payment_already_collected", &[C::Nonce]),
    // Circle Gateway: it ends too soon, though not yet.
    ("validity_too_short", &[C::Expired]),
    ("valid_before", &[C::Expired]),
    ("payment_expired", &[C::Expired]),
    ("authorization_expired", &[C::Expired]),
    ("deadline_expired", &[C::Expired]),
    ("valid_after", &[C::Early]),
    ("payment_early", &[C::Early]),
    ("too_early", &[C::Early]),
    ("not_yet_valid", &[C::Early]),
    ("recipient_mismatch", &[C::Recipient]),
    ("receiver_mismatch", &[C::Recipient]),
    ("address_mismatch", &[C::Recipient]),
    ("self_transfer", &[C::Recipient]),
    ("unsupported_asset", &[C::Token]),
    ("unsupported_domain", &[C::Domain, C::Signature]),
    // A payer who has deposited nothing.
    ("wallet_not_found", &[C::Funds]),
    // The money that goes to another contract than the agreed one goes to somebody else.
    ("spender", &[C::Recipient]),
    ("destination", &[C::Recipient]),
    ("token_collector_mismatch", &[C::Recipient]),
    // Before `insufficient`: an allowance can be that as well.
    ("allowance", &[C::Allowance]),
    ("facilitator_mismatch", &[C::Facilitator]),
    ("unauthorized_facilitator", &[C::Facilitator]),
    ("insufficient", &[C::Funds]),
    ("balance_check", &[C::Funds, C::Unexpected]),
    ("authorization_value", &[C::Amount]),
    ("amount_mismatch", &[C::Amount]),
    ("payment_amount", &[C::Amount]),
    ("permit2_amount", &[C::Amount]),
    ("invalid_amount", &[C::Amount, C::Payload]),
    ("exceeds", &[C::Amount]),
    ("required_amount", &[C::Amount, C::Requirements]),
    ("network_mismatch", &[C::Network]),
    ("invalid_network", &[C::Network]),
    ("unsupported_network", &[C::Network]),
    ("unsupported_chain", &[C::Network]),
    ("chain_id_mismatch", &[C::Network]),
    ("get_network_config", &[C::Network]),
    ("no_facilitator_for_network", &[C::Network, C::Scheme, C::Version]),
    // x402-rs routes by version, scheme and network at once and has one word for all three.
    ("unsupported_scheme", &[C::Scheme, C::Network, C::Version, C::Payload]),
    ("evm_scheme", &[C::Scheme]),
    ("invalid_scheme", &[C::Scheme]),
    ("x402_version", &[C::Version]),
    ("x402version", &[C::Version]),
    ("invalid_version", &[C::Version]),
    ("unsupported_version", &[C::Version]),
    ("accepted_requirements_mismatch", &[C::Requirements, C::Amount, C::Recipient, C::Token, C::Network]),
    ("payment_requirements", &[C::Requirements]),
    ("v2_requirements", &[C::Requirements]),
    ("simulation", &[C::Simulation]),
    ("transaction_failed", &[C::Transaction]),
    ("execute_transfer", &[C::Transaction]),
    ("transfer_event_mismatch", &[C::Transaction]),
    ("tx_failed", &[C::Transaction]),
    ("broadcast_failed", &[C::Transaction]),
    ("transaction_state", &[C::Transaction]),
    ("transaction_reverted", &[C::Transaction]),
    // A wallet that is not there cannot say that it signed.
    ("smart_wallet", &[C::Signature, C::Simulation]),
    ("factory_not_allowed", &[C::Signature]),
    ("invalid_owner", &[C::Signature]),
    ("permit2_owner", &[C::Signature]),
    ("from_mismatch", &[C::Signature]),
    ("signer_mismatch", &[C::Signature]),
    ("signature", &[C::Signature]),
    ("payload_type", &[C::Payload]),
    ("payload_format", &[C::Payload]),
    ("invalid_format", &[C::Payload, C::Requirements, C::Version]),
    ("invalid_exact_evm_payload", &[C::Payload]),
    ("invalid_payload", &[C::Payload]),
    ("malformed", &[C::Payload, C::Requirements]),
    ("v1_payload", &[C::Payload]),
    ("v2_payload", &[C::Payload]),
    ("verification_failed", &[C::Unexpected]),
    ("unexpected", &[C::Unexpected]),
    ("unknown_settlement_error", &[C::Unexpected]),
    ("read_failed", &[C::Unexpected]),
];

/// The same for sentences. A library's report of a failed call prints the call as well, and with it words such as
/// `signature` and `validBefore` that say nothing about the failure: only what the token or the node said counts.
const PHRASES: &[(&str, &[C])] = &[
    // The facilitator's own purse, not the payer's.
    ("insufficient funds for gas", &[C::Unexpected]),
    ("exceeds the balance of the account", &[C::Unexpected]),
    ("authorization is used", &[C::Nonce]),
    ("authorization is expired", &[C::Expired]),
    ("authorization is not yet valid", &[C::Early]),
    ("exceeds allowance", &[C::Allowance]),
    ("insufficient allowance", &[C::Allowance]),
    ("exceeds balance", &[C::Funds]),
    ("blacklist", &[C::Simulation]),
    ("paused", &[C::Simulation]),
    ("invalid signature", &[C::Signature]),
    ("no facilitator", &[C::Network, C::Scheme, C::Version]),
    ("x402version", &[C::Version]),
    ("x402 version", &[C::Version]),
    ("reverted", &[C::Simulation, C::Transaction]),
    ("returned no data", &[C::Simulation, C::Token]),
    ("timed out", &[C::Unexpected]),
    ("timeout", &[C::Unexpected]),
];

/// The classes of a reason, never empty. A text with blanks in it is a sentence, unless its first word is a code.
#[must_use]
pub fn classify(reason: &str) -> &'static [ReasonClass] {
    let lower = reason.trim().to_ascii_lowercase();
    let (text, table) = match lower.split_once(char::is_whitespace) {
        None => (lower.as_str(), PARTS),
        Some((code, _)) if is_machine_string(code.trim_end_matches(':')) && code.contains('_') => {
            (code, PARTS)
        }
        Some(_) => (lower.as_str(), PHRASES),
    };
    table.iter().find(|(part, _)| text.contains(part)).map_or(&[C::Other], |(_, classes)| classes)
}

/// Whether a reason fits one of the classes that a fault may be reported as.
///
/// A simulated or sent transaction that fails, and a facilitator that could not tell, are fitting answers to every
/// fault that the chain itself refuses: several implementations leave the finding to the token, or to Permit2.
#[must_use]
pub fn fits(reason: &str, expected: &[ReasonClass]) -> bool {
    let token_refuses = expected.iter().any(|class| {
        matches!(
            class,
            C::Signature
                | C::Nonce
                | C::Funds
                | C::Allowance
                | C::Facilitator
                | C::Expired
                | C::Early
                | C::Token
                | C::Domain
                | C::Simulation
        )
    });
    classify(reason).iter().any(|class| {
        expected.contains(class)
            || (token_refuses && matches!(class, C::Simulation | C::Transaction | C::Unexpected))
    })
}

/// Whether a reason is a stable machine string, `^[a-z0-9_]+$`.
#[must_use]
pub fn is_machine_string(reason: &str) -> bool {
    !reason.is_empty()
        && reason.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_are(class: ReasonClass, reasons: &[&str]) {
        for reason in reasons {
            assert!(classify(reason).contains(&class), "{reason} is {:?}, not {class:?}", classify(reason));
        }
    }

    #[test]
    fn codes_of_the_typescript_packages() {
        all_are(
            C::Signature,
            &[
                "invalid_exact_evm_signature",
                "invalid_exact_evm_signature_format",
                "invalid_exact_evm_failed_to_parse_signature",
                "invalid_exact_evm_failed_to_verify_signature",
                "invalid_exact_evm_payload_missing_signature",
                "invalid_permit2_signature",
                "permit2_invalid_owner",
            ],
        );
        all_are(
            C::Recipient,
            &[
                "invalid_exact_evm_recipient_mismatch",
                "invalid_permit2_recipient_mismatch",
                "invalid_permit2_spender",
                "permit2_invalid_destination",
            ],
        );
        all_are(
            C::Amount,
            &[
                "invalid_exact_evm_authorization_value",
                "invalid_exact_evm_payload_authorization_value_mismatch",
                "permit2_amount_mismatch",
                "permit2_2612_amount_mismatch",
                "permit2_invalid_amount",
                "invalid_upto_evm_payload_settlement_exceeds_amount",
            ],
        );
        all_are(
            C::Expired,
            &["invalid_exact_evm_payload_authorization_valid_before", "permit2_deadline_expired"],
        );
        all_are(
            C::Early,
            &["invalid_exact_evm_payload_authorization_valid_after", "permit2_payment_too_early"],
        );
        all_are(C::Funds, &["invalid_exact_evm_insufficient_balance", "permit2_insufficient_balance"]);
        all_are(C::Allowance, &["permit2_allowance_required", "PERMIT2_ALLOWANCE_REQUIRED"]);
        all_are(C::Facilitator, &["upto_facilitator_mismatch", "upto_unauthorized_facilitator"]);
        all_are(C::Nonce, &["invalid_exact_evm_nonce_already_used", "permit2_invalid_nonce"]);
        all_are(
            C::Simulation,
            &[
                "invalid_exact_evm_transaction_simulation_failed",
                "invalid_exact_evm_eip3009_not_supported",
                "permit2_simulation_failed",
                "permit2_proxy_not_deployed",
            ],
        );
        all_are(
            C::Transaction,
            &[
                "invalid_exact_evm_transaction_failed",
                "invalid_exact_evm_failed_to_execute_transfer",
                "invalid_exact_evm_transfer_event_mismatch",
                "erc20_approval_tx_failed",
                "erc20_approval_broadcast_failed",
                "invalid_transaction_state",
            ],
        );
        all_are(C::Pending, &["settlement_pending"]);
        all_are(C::Token, &["asset_not_deployed_contract", "permit2_token_mismatch"]);
        all_are(
            C::Domain,
            &[
                "invalid_exact_evm_missing_eip712_domain",
                "invalid_exact_evm_token_name_mismatch",
                "invalid_exact_evm_token_version_mismatch",
            ],
        );
        all_are(C::Payload, &["unsupported_payload_type", "invalid_exact_evm_payload", "invalid_v2_payload"]);
        all_are(C::Requirements, &["invalid_v2_requirements"]);
        all_are(C::Unexpected, &["invalid_exact_evm_verification_failed", "unknown_settlement_error"]);
        all_are(C::Scheme, &["invalid_exact_evm_scheme", "invalid_upto_evm_scheme"]);
        all_are(C::Network, &["invalid_exact_evm_network_mismatch", "no_facilitator_for_network"]);
        all_are(C::Scheme, &["No facilitator registered for scheme: foo and network: eip155:84532"]);
        all_are(C::Network, &["No facilitator supports exact on eip155:1 for v2"]);
        all_are(
            C::Version,
            &["No facilitator registered for x402 version: 3", "unsupported_version_3", "invalid_version"],
        );
    }

    #[test]
    fn codes_of_the_python_package() {
        all_are(C::Signature, &["invalid_exact_evm_payload_signature", "invalid_permit2_owner"]);
        all_are(
            C::Signature,
            &["invalid_exact_evm_payload_undeployed_smart_wallet", "eip6492_factory_not_allowed"],
        );
        all_are(
            C::Recipient,
            &["invalid_exact_evm_payload_recipient_mismatch", "invalid_permit2_destination"],
        );
        all_are(C::Amount, &["invalid_permit2_amount"]);
        all_are(C::Funds, &["balance_check_failed"]);
        all_are(C::Network, &["network_mismatch", "invalid_exact_evm_failed_to_get_network_config"]);
        all_are(C::Token, &["invalid_exact_evm_failed_to_get_asset_info"]);
        all_are(C::Domain, &["missing_eip712_domain"]);
        all_are(C::Transaction, &["transaction_failed"]);
        all_are(C::Payload, &["invalid_permit2_payload_format", "unsupported_payload_type"]);
        all_are(C::Version, &["Invalid x402Version"]);
        all_are(C::Early, &["permit2_not_yet_valid"]);
    }

    #[test]
    fn codes_of_the_rust_crates() {
        all_are(C::Signature, &["invalid_signature"]);
        all_are(C::Recipient, &["recipient_mismatch"]);
        all_are(C::Amount, &["invalid_payment_amount"]);
        all_are(C::Expired, &["invalid_payment_expired"]);
        all_are(C::Early, &["invalid_payment_early"]);
        all_are(C::Funds, &["insufficient_funds"]);
        all_are(C::Simulation, &["transaction_simulation"]);
        all_are(C::Network, &["chain_id_mismatch", "unsupported_chain", "unsupported_scheme"]);
        all_are(C::Version, &["unsupported_scheme", "invalid_format"]);
        all_are(C::Token, &["asset_mismatch"]);
        all_are(C::Payload, &["invalid_format"]);
        all_are(C::Requirements, &["accepted_requirements_mismatch", "invalid_format"]);
        all_are(C::Unexpected, &["unexpected_error"]);
    }

    #[test]
    fn codes_and_sentences_of_the_first_generation() {
        all_are(C::Amount, &["invalid_exact_evm_payload_authorization_value"]);
        all_are(C::Expired, &["payment_expired"]);
        all_are(C::Network, &["invalid_network"]);
        all_are(C::Scheme, &["invalid_scheme", "unsupported_scheme"]);
        all_are(C::Version, &["invalid_x402_version"]);
        all_are(C::Payload, &["invalid_payload"]);
        all_are(C::Requirements, &["invalid_payment_requirements"]);
        all_are(C::Nonce, &["duplicate_settlement"]);
        all_are(C::Unexpected, &["unexpected_settle_error", "unexpected_verify_error"]);
    }

    #[test]
    fn a_sentence_is_judged_by_what_the_token_said_and_not_by_the_call_that_it_prints() {
        let call = "\n\nContract Call:\n  function:  transferWithAuthorization(address from, address to, \
                    uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, bytes signature)";
        for (said, class) in [
            ("FiatTokenV2: authorization is used or canceled", C::Nonce),
            ("FiatTokenV2: authorization is expired", C::Expired),
            ("FiatTokenV2: authorization is not yet valid", C::Early),
            ("FiatTokenV2: invalid signature", C::Signature),
            ("ECRecover: invalid signature 's' value", C::Signature),
            ("ERC20: transfer amount exceeds balance", C::Funds),
            ("ERC20: transfer amount exceeds allowance", C::Allowance),
            ("Pausable: paused", C::Simulation),
            ("Blacklistable: account is blacklisted", C::Simulation),
            ("something that nobody has seen", C::Transaction),
        ] {
            let sentence =
                format!("The contract function \"transferWithAuthorization\" reverted: {said}{call}");
            assert!(classify(&sentence).contains(&class), "{said}: {:?}", classify(&sentence));
            assert_eq!(classify(&sentence).contains(&C::Signature), class == C::Signature, "{said}");
        }
        let purse = "The total cost (gas * gas fee + value) of executing this transaction exceeds the balance of the account.";
        assert_eq!(classify(purse), &[C::Unexpected]);
        assert_eq!(classify("invalid_exact_evm_signature: recovered somebody else"), &[C::Signature]);
    }

    #[test]
    fn codes_of_circle_gateway() {
        all_are(C::Expired, &["authorization_expired", "authorization_validity_too_short"]);
        all_are(C::Early, &["authorization_not_yet_valid"]);
        all_are(C::Recipient, &["address_mismatch", "self_transfer"]);
        all_are(C::Funds, &["insufficient_balance", "wallet_not_found"]);
        all_are(C::Nonce, &["nonce_already_used"]);
        all_are(C::Amount, &["amount_mismatch"]);
        all_are(C::Network, &["network_mismatch", "unsupported_network"]);
        all_are(C::Token, &["unsupported_asset"]);
        all_are(C::Domain, &["unsupported_domain"]);
        all_are(C::Signature, &["invalid_signature"]);
        all_are(C::Unexpected, &["unexpected_error"]);
    }

    #[test]
    fn what_nobody_knows_is_other() {
        for unknown in ["", " ", "what_is_this", "no", "The dog ate it", "💥"] {
            assert_eq!(classify(unknown), &[C::Other], "{unknown:?}");
        }
    }

    #[test]
    fn machine_strings() {
        assert!(is_machine_string("invalid_x402_version"));
        for text in ["", "Invalid", "no facilitator", "a-b", "ä"] {
            assert!(!is_machine_string(text), "{text:?}");
        }
    }

    #[test]
    fn every_specified_code_has_a_class() {
        for code in SPECIFIED {
            assert_ne!(classify(code), &[C::Other], "{code}");
        }
    }

    #[test]
    fn the_token_may_speak_for_the_facilitator_but_not_about_the_payee() {
        assert!(fits("unexpected_error", &[C::Signature]));
        assert!(fits("transaction_failed", &[C::Nonce]));
        assert!(!fits("unexpected_error", &[C::Recipient]));
        assert!(!fits("insufficient_funds", &[C::Signature]));
    }
}
