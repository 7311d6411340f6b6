//! What the buyer signs: who, what, to whom, how much, when; and the money behind it.

use super::table::{CHEAPER, CONFUSED, ELSEWHERE, FORGED, Refusal, SLOPPY, STALE, change, set, world, write};
use super::world::Preparation;
use gauntlet_wire::draft::SIGNATURE;
use gauntlet_wire::mutation::KeyBox;
use gauntlet_wire::{Mutation, SignatureForm};
use serde_json::json;

pub(super) const REFUSALS: &[Refusal] = &[
    // ---- who signed
    change("signature-flipped", "a signature with one bit flipped", FORGED, |_, payment| {
        payment.mutate(&Mutation::Signature(SignatureForm::BitFlipped));
    }),
    change("signature-by-stranger", "a signature by somebody else", FORGED, |ground, payment| {
        payment.mutate(&Mutation::SignedBy(Box::new(KeyBox(ground.stranger.clone()))));
    }),
    change("signature-zero", "a signature of 65 zero bytes", FORGED, |_, payment| {
        payment.mutate(&Mutation::Signature(SignatureForm::Zero));
    }),
    change("signature-empty", "an empty signature", FORGED, |_, payment| {
        payment.mutate(&Mutation::Signature(SignatureForm::Empty));
    }),
    change("signature-truncated", "a signature of 32 bytes", FORGED, |_, payment| {
        payment.mutate(&Mutation::Signature(SignatureForm::Truncated));
    }),
    change("signature-overlong", "a signature of 66 bytes", FORGED, |_, payment| {
        payment.mutate(&Mutation::Signature(SignatureForm::Overlong));
    }),
    change("signature-wrong-v", "a signature with v = 29", FORGED, |_, payment| {
        payment.mutate(&Mutation::Signature(SignatureForm::WrongV));
    }),
    change("signature-text", "a signature that is not hexadecimal", FORGED, |_, payment| {
        set(payment, "payload/signature", json!("signed, the payer"));
    }),
    change("signature-high-s", "the high-s twin of a good signature", SLOPPY, |_, payment| {
        payment.mutate(&Mutation::Signature(SignatureForm::HighS));
    })
    .graded(),
    change("signature-parity-v", "a signature with v 0 or 1", SLOPPY, |_, payment| {
        payment.mutate(&Mutation::Signature(SignatureForm::ParityV));
    })
    .graded(),
    change("signature-compact", "a signature of 64 bytes", SLOPPY, |_, payment| {
        payment.mutate(&Mutation::Signature(SignatureForm::Compact));
    })
    .graded(),
    change("from-other", "an authorization that names another payer", FORGED, |ground, payment| {
        write(payment, "from", json!(ground.stranger.address().to_string()));
    }),
    // ---- under which domain
    change("domain-name", "a signature under another domain name", CONFUSED, |_, payment| {
        payment.mutate(&Mutation::DomainName("Tether".into()));
    }),
    change("domain-version", "a signature under another domain version", CONFUSED, |_, payment| {
        payment.mutate(&Mutation::DomainVersion("9".into()));
    }),
    change("domain-chain", "a signature for another chain", CONFUSED, |_, payment| {
        payment.mutate(&Mutation::DomainChain(1));
    }),
    change("domain-contract", "a signature for another token", CONFUSED, |ground, payment| {
        payment.mutate(&Mutation::DomainContract(ground.stranger.address()));
    }),
    // ---- to whom
    change("payee-other", "a payment to somebody else than payTo", ELSEWHERE, |ground, payment| {
        payment.mutate(&Mutation::PayeeOther(ground.stranger.address()));
    }),
    change("payee-is-payer", "a payment of the payer to himself", ELSEWHERE, |_, payment| {
        let payer = payment.payer.address();
        payment.mutate(&Mutation::PayeeOther(payer));
    }),
    // ---- how much
    change("value-under", "a value one unit below the price", CHEAPER, |_, payment| {
        payment.mutate(&Mutation::ValueBelow(1));
    }),
    change("value-zero", "a value of zero", CHEAPER, |_, payment| payment.mutate(&Mutation::ValueZero)),
    change("value-over", "a value one unit above the price", SLOPPY, |_, payment| {
        payment.mutate(&Mutation::ValueAbove(1));
    })
    .graded(),
    change("value-wraps", "a value of 2^256 more than was signed", SLOPPY, |_, payment| {
        payment.mutate(&Mutation::ValueWraps);
    }),
    change("value-wraps-128", "a value of 2^128 more than was signed", SLOPPY, |_, payment| {
        payment.mutate(&Mutation::ValueWraps128);
    }),
    change("value-negative", "a value with a minus sign", SLOPPY, |_, payment| {
        let value = payment.draft.authorization.value;
        write(payment, "value", json!(format!("-{value}")));
    }),
    change("value-fraction", "a value with a decimal point", SLOPPY, |_, payment| {
        let value = payment.draft.authorization.value;
        write(payment, "value", json!(format!("{value}.0")));
    }),
    change("value-exponent", "a value with an exponent", SLOPPY, |_, payment| {
        let value = payment.draft.authorization.value;
        write(payment, "value", json!(format!("{value}e0")));
    }),
    change("value-blank", "an empty value", SLOPPY, |_, payment| write(payment, "value", json!(""))),
    change("value-other-digits", "a value in Devanagari digits", SLOPPY, |_, payment| {
        let value = payment.draft.authorization.value.to_string();
        let digit =
            |c: char| c.to_digit(10).and_then(|digit| char::from_u32('०' as u32 + digit)).unwrap_or(c);
        write(payment, "value", json!(value.chars().map(digit).collect::<String>()));
    }),
    change("value-hexadecimal", "a value in hexadecimal", SLOPPY, |_, payment| {
        let value = payment.draft.authorization.value;
        write(payment, "value", json!(format!("{value:#x}")));
    })
    .graded(),
    change("value-leading-blank", "a value with a leading blank", SLOPPY, |_, payment| {
        let value = payment.draft.authorization.value;
        write(payment, "value", json!(format!(" {value}")));
    })
    .graded(),
    change("value-leading-zero", "a value with a leading zero", SLOPPY, |_, payment| {
        let value = payment.draft.authorization.value;
        write(payment, "value", json!(format!("0{value}")));
    })
    .graded(),
    change("value-number", "a value that is a JSON number", SLOPPY, |_, payment| {
        let value = payment.draft.authorization.value.saturating_to::<u64>();
        write(payment, "value", json!(value));
    })
    .graded(),
    // ---- when
    change("expired", "a payment that expired a minute ago", STALE, |_, payment| {
        payment.mutate(&Mutation::Expired(60));
    }),
    change("expired-long-ago", "a payment that expired an hour ago", STALE, |_, payment| {
        payment.mutate(&Mutation::Expired(3600));
    }),
    change("not-yet-valid", "a payment that is good only in ten minutes", STALE, |_, payment| {
        payment.mutate(&Mutation::NotYetValid(600));
    }),
    change("time-text", "a validBefore that is no number", SLOPPY, |_, payment| {
        write(payment, "validBefore", json!("next week"));
    }),
    change("time-number", "a validBefore that is a JSON number", SLOPPY, |_, payment| {
        let time = payment.draft.authorization.valid_before.saturating_to::<u64>();
        write(payment, "validBefore", json!(time));
    })
    .graded(),
    // ---- the nonce
    change("nonce-short", "a nonce of 31 bytes", SLOPPY, |_, payment| {
        payment.mutate(&Mutation::NonceBytes(31));
    }),
    change("nonce-long", "a nonce of 33 bytes", SLOPPY, |_, payment| {
        payment.mutate(&Mutation::NonceBytes(33));
    }),
    change("nonce-empty", "an empty nonce", SLOPPY, |_, payment| payment.mutate(&Mutation::NonceBytes(0))),
    change("nonce-text", "a nonce that is not hexadecimal", SLOPPY, |_, payment| {
        payment.mutate(&Mutation::NonceText("not-a-nonce".into()));
    }),
    change("nonce-other", "another nonce than the one that was signed", FORGED, |ground, payment| {
        write(payment, "nonce", json!(ground.stranger.to_bytes().to_string()));
    }),
    // ---- letter case
    change("upper-case-hex", "a nonce and a signature in upper-case hexadecimal", SLOPPY, |_, payment| {
        payment.mutate(&Mutation::UpperCaseHex);
    })
    .graded(),
    change("signature-without-prefix", "a signature without 0x", SLOPPY, |_, payment| {
        let signed = payment.draft.present().ok().map(|presented| presented.body);
        let text = signed.as_ref().and_then(|body| body.pointer(SIGNATURE)?.as_str());
        let digits = text.unwrap_or_default().trim_start_matches("0x").to_owned();
        set(payment, "payload/signature", json!(digits));
    })
    .graded(),
    // ---- the money
    world("balance-short", "a payment by a payer who lacks one unit", Preparation::BalanceShort),
    world("balance-zero", "a payment by a payer who owns nothing", Preparation::BalanceZero),
    world("cancelled", "an authorization that the payer has cancelled", Preparation::Cancelled),
    world("spent", "an authorization that somebody else has submitted already", Preparation::Spent),
    world("blacklisted", "a payment by a payer whom the token has blacklisted", Preparation::Blacklisted),
];
