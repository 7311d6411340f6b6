//! EIP-3009 authorizations: EIP-712 digests, signatures and their other forms.

use super::{Case, NOW, Outcome, PRICE, Setting, VectorError, independent, slug, text};
use crate::eip3009::cancel_digest;
use crate::{Authorization, Cast, Domain, Key, SignatureForm, U256};
use Outcome::{Invalid, Open, Valid};
use alloy_primitives::{B256, hex};
use serde_json::{Value, json};

const BY_OTHERS: &str = include_str!("../../../../fixtures/vectors/independent/eip3009.json");
const RULES: &[&str] = &["X402-EVM3009-006"];
const FORM_RULES: &[&str] = &["X402-EVM3009-033", "X402-EVM3009-034"];

/// Each form, its name, and what a careful reader makes of it.
const FORMS: [(SignatureForm, &str, Outcome); 10] = [
    (SignatureForm::Plain, "plain", Valid),
    (SignatureForm::HighS, "high-s", Open),
    (SignatureForm::ParityV, "parity-v", Open),
    (SignatureForm::Compact, "compact", Open),
    (SignatureForm::BitFlipped, "bit-flipped", Invalid),
    (SignatureForm::Zero, "zero", Invalid),
    (SignatureForm::Empty, "empty", Invalid),
    (SignatureForm::Truncated, "truncated", Invalid),
    (SignatureForm::Overlong, "overlong", Invalid),
    (SignatureForm::WrongV, "wrong-v", Invalid),
];

pub(super) fn cases(setting: &Setting) -> Result<Vec<Case>, VectorError> {
    let (_, by_others) = independent("eip3009", BY_OTHERS)?;
    let mut cases: Vec<Case> = by_others.iter().flat_map(taken_over).collect();
    for (name, comment, flag, domain, authorization) in payments(setting) {
        cases.push(signed(setting, name, comment, flag, &domain, &authorization));
    }
    cases.extend(forms(setting));
    cases.extend(misfits(setting));
    Ok(cases)
}

/// A case of another implementation: what it signs, and its signature in four forms.
fn taken_over(case: &Value) -> Vec<Case> {
    let name = slug(text(case, "name"));
    let sign = Case {
        id: format!("signing/sign/{name}"),
        comment: text(case, "name").to_owned(),
        flags: vec!["Independent", "Plain"],
        input: json!({
            "kind": "sign",
            "privateKey": case["privateKey"],
            "domain": case["domain"],
            "authorization": case["authorization"],
        }),
        result: Valid,
        expected: json!({
            "domainSeparator": case["domainSeparator"],
            "digest": case["digest"],
            "cancelDigest": case["cancelDigest"],
            "signature": case["signature"],
        }),
        requirements: RULES.to_vec(),
    };
    let forms =
        [("plain", "signature"), ("high-s", "highS"), ("parity-v", "parityV"), ("compact", "compact")];
    let recover = forms.map(|(form, member)| Case {
        id: format!("signing/recover/{name}/{form}"),
        comment: format!("{}, its signature {form}", text(case, "name")),
        flags: vec!["Independent", if form == "plain" { "Plain" } else { "SignatureForm" }],
        input: recover_input(&case["domain"], &case["authorization"], &case[member]),
        result: if form == "plain" { Valid } else { Open },
        expected: json!({ "signer": case["recovered"] }),
        requirements: FORM_RULES.to_vec(),
    });
    [sign].into_iter().chain(recover).collect()
}

fn recover_input(domain: &Value, authorization: &Value, signature: &Value) -> Value {
    json!({ "kind": "recover", "domain": domain, "authorization": authorization, "signature": signature })
}

/// Name, comment, flag, domain and authorization of what is signed here.
type Payment = (&'static str, &'static str, &'static str, Domain, Authorization);

fn payments(setting: &Setting) -> Vec<Payment> {
    let domain = domain(setting);
    let plain = plain(setting);
    let with = |change: &dyn Fn(&mut Authorization)| {
        let mut changed = plain.clone();
        change(&mut changed);
        changed
    };
    let value = |value: U256| with(&|payment| payment.value = value);
    let under = |name: &str, version: &str, chain_id: u64| Domain {
        name: name.into(),
        version: version.into(),
        chain_id,
        ..domain.clone()
    };
    let (one, chain) = (U256::ONE, domain.chain_id);
    let same = || plain.clone();
    vec![
        ("usual", "a payment of the usual price", "Plain", domain.clone(), same()),
        ("value-0", "a value of nothing", "Boundary", domain.clone(), value(U256::ZERO)),
        ("value-1", "a value of one unit", "Boundary", domain.clone(), value(one)),
        ("value-2-53", "a value of 2^53 + 1", "Boundary", domain.clone(), value((one << 53) + one)),
        ("value-2-64", "a value of 2^64", "Boundary", domain.clone(), value(one << 64)),
        ("value-2-128", "a value of 2^128", "Boundary", domain.clone(), value(one << 128)),
        ("value-max", "a value of 2^256 - 1", "Boundary", domain.clone(), value(U256::MAX)),
        (
            "window-max",
            "a window without an end",
            "Boundary",
            domain.clone(),
            with(&|payment| payment.valid_before = U256::MAX),
        ),
        (
            "after-max",
            "a window that never begins",
            "Boundary",
            domain.clone(),
            with(&|payment| payment.valid_after = U256::MAX),
        ),
        (
            "nonce-0",
            "a nonce of zeros",
            "Boundary",
            domain.clone(),
            with(&|payment| payment.nonce = B256::ZERO),
        ),
        (
            "nonce-max",
            "a nonce of ones",
            "Boundary",
            domain.clone(),
            with(&|payment| payment.nonce = B256::repeat_byte(0xff)),
        ),
        (
            "to-zero",
            "the zero address as payee",
            "Boundary",
            domain.clone(),
            with(&|p| p.to = crate::Address::ZERO),
        ),
        ("name-empty", "a domain without a name", "Domain", under("", "2", chain), same()),
        ("name-unicode", "a domain name beyond ASCII", "Unicode", under("USD₮0 🪙", "1", chain), same()),
        ("name-blank", "a domain name with blanks", "Domain", under(" USD Coin ", "2", chain), same()),
        (
            "version-long",
            "a domain version of 64 letters",
            "Domain",
            under("USDC", &"2".repeat(64), chain),
            same(),
        ),
        ("chain-1", "chain id 1", "Network", under("USDC", "2", 1), same()),
        ("chain-2-53", "chain id 2^53 - 1", "Boundary", under("USDC", "2", (1 << 53) - 1), same()),
    ]
}

fn domain(setting: &Setting) -> Domain {
    Domain {
        name: setting.token.name.clone(),
        version: setting.token.version.clone(),
        chain_id: setting.network.chain_id,
        verifying_contract: setting.token.address,
    }
}

fn plain(setting: &Setting) -> Authorization {
    Authorization {
        from: payer(setting).address(),
        to: setting.account("payee").address(),
        value: U256::from(PRICE),
        valid_after: U256::ZERO,
        valid_before: U256::from(NOW + 60),
        nonce: setting.nonce("signing"),
    }
}

fn payer(setting: &Setting) -> Key {
    setting.account("payer")
}

fn signed(
    setting: &Setting,
    name: &str,
    comment: &str,
    flag: &'static str,
    domain: &Domain,
    payment: &Authorization,
) -> Case {
    let (key, digest) = (payer(setting), payment.digest(domain));
    Case {
        id: format!("signing/made/{name}"),
        comment: comment.to_owned(),
        flags: vec![flag],
        input: json!({
            "kind": "sign",
            "privateKey": key.to_bytes(),
            "domain": domain_json(domain),
            "authorization": payment_json(payment),
        }),
        result: Valid,
        expected: json!({
            "domainSeparator": domain.separator(),
            "digest": digest,
            "cancelDigest": cancel_digest(key.address(), payment.nonce, domain),
            "signature": hex::encode_prefixed(key.sign_as(digest, SignatureForm::Plain)),
        }),
        requirements: RULES.to_vec(),
    }
}

/// One payment with its signature in every form.
fn forms(setting: &Setting) -> Vec<Case> {
    let (domain, payment, key) = (domain(setting), plain(setting), payer(setting));
    let signer = key.address().to_checksum(None);
    FORMS
        .iter()
        .map(|(form, name, result)| {
            let signature = hex::encode_prefixed(key.sign_as(payment.digest(&domain), *form));
            Case {
                id: format!("signing/form/{name}"),
                comment: format!("a signature that is {name}"),
                flags: vec![match result {
                    Valid => "Plain",
                    Open => "SignatureForm",
                    Invalid => "Signature",
                }],
                input: recover_input(&domain_json(&domain), &payment_json(&payment), &json!(signature)),
                result: *result,
                expected: if *result == Invalid { Value::Null } else { json!({ "signer": signer }) },
                requirements: if *result == Open { FORM_RULES.to_vec() } else { RULES.to_vec() },
            }
        })
        .collect()
}

/// Good signatures for something else: they recover to another account than the payer.
fn misfits(setting: &Setting) -> Vec<Case> {
    let (domain, payment, key) = (domain(setting), plain(setting), payer(setting));
    let of = |key: &Key, domain: &Domain, payment: &Authorization| {
        hex::encode_prefixed(key.sign_as(payment.digest(domain), SignatureForm::Plain))
    };
    let other_domain = |change: &dyn Fn(&mut Domain)| {
        let mut changed = domain.clone();
        change(&mut changed);
        of(&key, &changed, &payment)
    };
    let other_payment = |change: &dyn Fn(&mut Authorization)| {
        let mut changed = payment.clone();
        change(&mut changed);
        of(&key, &domain, &changed)
    };
    let stranger = setting.account("stranger");
    let rows = [
        ("stranger", "somebody else's signature", "Signature", of(&stranger, &domain, &payment)),
        ("other-name", "signed under another name", "Domain", other_domain(&|d| d.name.push('x'))),
        ("other-version", "signed under another version", "Domain", other_domain(&|d| d.version.push('x'))),
        ("other-chain", "signed for another chain", "Network", other_domain(&|d| d.chain_id += 1)),
        (
            "other-token",
            "signed for another token",
            "Domain",
            other_domain(&|d| d.verifying_contract = stranger.address()),
        ),
        ("other-payee", "signed for another payee", "Payee", other_payment(&|p| p.to = stranger.address())),
        ("other-value", "signed for one unit less", "Amount", other_payment(&|p| p.value -= U256::ONE)),
        ("other-start", "signed for another start", "Window", other_payment(&|p| p.valid_after += U256::ONE)),
        ("other-end", "signed for another end", "Window", other_payment(&|p| p.valid_before += U256::ONE)),
        ("other-nonce", "signed for another nonce", "Nonce", other_payment(&|p| p.nonce[31] ^= 1)),
    ];
    rows.into_iter()
        .map(|(name, comment, flag, signature)| Case {
            id: format!("signing/misfit/{name}"),
            comment: comment.to_owned(),
            flags: vec![flag],
            input: recover_input(&domain_json(&domain), &payment_json(&payment), &json!(signature)),
            result: Invalid,
            expected: Value::Null,
            requirements: RULES.to_vec(),
        })
        .collect()
}

fn domain_json(domain: &Domain) -> Value {
    json!({
        "name": domain.name,
        "version": domain.version,
        "chainId": domain.chain_id,
        "verifyingContract": domain.verifying_contract.to_checksum(None),
    })
}

fn payment_json(payment: &Authorization) -> Value {
    json!({
        "from": payment.from.to_checksum(None),
        "to": payment.to.to_checksum(None),
        "value": payment.value.to_string(),
        "validAfter": payment.valid_after.to_string(),
        "validBefore": payment.valid_before.to_string(),
        "nonce": payment.nonce,
    })
}
