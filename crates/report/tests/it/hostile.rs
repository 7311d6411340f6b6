//! A record in which every text that can be anything is hostile.

use crate::fixture::{
    because, deviation, exchange, finding, finished, known, passes, run, unanswered, value_under,
};
use gauntlet_pages::{EVIL, poisoned};
use gauntlet_report::{
    AuthorizationUse, ChainFact, CheckReport, FactRead, Finding, Ledger, MadeCase, Message, Outcome, Record,
    Rule, Rules, RunFinished, SentTx, Severity, Transfer, Wire,
};
use gauntlet_wire::{Address, B256, Bytes, U256};

/// A run with something in every place.
pub(crate) fn full() -> Record {
    let mut failing = value_under();
    failing.notes.push("answers with status 200".into());
    failing.reason = Some("the second of two answers".into());
    failing.findings.push(Finding {
        place: Some("12 | want = \"refused\"\n   |         ^".into()),
        case: Some(MadeCase { folder: "runs/x/cases/0001".into(), again: "same 3 of 3".into() }),
        exchange: Some(8),
        ..finding("X402-FAC-002", Severity::Failure)
    });
    failing.findings.push(finding("X402-FAC-050", Severity::Warning));
    let mut record = run(
        [
            passes(&["facilitator.verify.valid", "facilitator.settle.valid"]),
            vec![
                failing,
                deviation(),
                known(),
                because("facilitator.settle.slow", Outcome::Inconclusive, "the chain stood still"),
                because("facilitator.settle.replay", Outcome::HarnessError, "the check panicked"),
                because("facilitator.discovery.list", Outcome::NotApplicable, "not claimed"),
            ],
        ]
        .concat(),
        3,
    );
    record.started.selected = 12;
    record.started.target.rpc_url = Some("http://localhost:8545".into());
    record.started_checks = vec!["facilitator.settle.twice".into()];
    record.cases = vec![exchange(7, 200, r#"{"isValid":true}"#), unanswered(8), binary(9)];
    record.ledger = Some(ledger());
    record.facts = vec![FactRead {
        check: "facilitator.verify.value-under".into(),
        fact: ChainFact { block: 7, text: "no Transfer".into() },
    }];
    record.finished = Some(RunFinished {
        stale: vec!["facilitator.settle.valid: passes now".into()],
        notes: vec!["3 settlements, gas 61204 to 78012".into()],
        ..finished(3)
    });
    record
}

/// An exchange whose bodies are no text.
pub(crate) fn binary(seq: u64) -> gauntlet_report::CaseSent {
    let mut case = exchange(seq, 200, "");
    case.exchange.request.body = vec![0xff, 0x00, 0xfe];
    case.exchange.response = Some(Message {
        head: "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\nset-cookie: a=b\r\n".into(),
        body: vec![0xff, 0x1b, 0x00],
        trailers: "x-checksum: 1".into(),
        dropped: 12,
        wire: Some(Wire { status: 202, body: vec![0xff] }),
    });
    case
}

fn ledger() -> Ledger {
    let (payer, payee, tx) = (Address::repeat_byte(1), Address::repeat_byte(2), B256::repeat_byte(9));
    let usdc = Address::repeat_byte(3);
    let transfer = Transfer {
        token: usdc,
        from: payer,
        to: payee,
        value: U256::from(10_000),
        tx,
        block: 7,
        log_index: 0,
    };
    Ledger {
        from_block: 1,
        to_block: 9,
        usdc,
        signers: [Address::repeat_byte(4)].into(),
        transfers: vec![transfer],
        used: vec![AuthorizationUse { token: usdc, payer, nonce: B256::repeat_byte(5), tx, block: 7 }],
        sent: vec![SentTx {
            hash: tx,
            from: Address::repeat_byte(4),
            block: 7,
            nonce: 0,
            status: true,
            gas_used: 65_000,
            to: Some(usdc),
            input: Bytes::new(),
        }],
        relayed: [].into(),
    }
}

/// The same record with a text in place of every other text that can be any text.
pub(crate) fn with(record: &Record, evil: &str) -> Record {
    let mut hostile = Record::new(poisoned(&record.started, evil));
    // What decides on redaction is not what is tested here.
    hostile.started.target.rpc_url = None;
    hostile.checks = record.checks.iter().map(|check: &CheckReport| poisoned(check, evil)).collect();
    hostile.started_checks = vec![evil.to_owned()];
    hostile.cases = record.cases.iter().map(|case| poisoned(case, evil)).collect();
    hostile.ledger = record.ledger.clone();
    hostile.facts = vec![FactRead { check: evil.into(), fact: ChainFact { block: 7, text: evil.into() } }];
    hostile.finished = record.finished.as_ref().map(|finished| poisoned(finished, evil));
    hostile
}

/// Places for the requirements of the samples.
pub(crate) fn rules() -> Rules {
    let rule = |document: &str, section: &str| Rule { document: document.into(), section: section.into() };
    [
        ("X402-EVM3009-008".to_owned(), rule("scheme exact on EVM", "§1 Phase 2(3)")),
        ("X402-FAC-002".to_owned(), rule("core v2", "§7.1")),
        ("X402-FAC-031".to_owned(), rule("core v2", "§7.3")),
        ("X402-FAC-050".to_owned(), rule("core v2", "§9")),
    ]
    .into_iter()
    .collect()
}

/// The same places with hostile names.
pub(crate) fn evil_rules(evil: &str) -> Rules {
    let rule = Rule { document: evil.to_owned(), section: evil.to_owned() };
    [(evil.to_owned(), rule.clone()), ("X402-FAC-031".to_owned(), rule)].into_iter().collect()
}

#[test]
fn every_field_is_poisoned() {
    let record = with(&full(), EVIL);
    let failing = &record.checks[2];
    assert_eq!((failing.outcome, failing.check.as_str()), (Outcome::Fail, EVIL));
    assert_eq!(failing.findings[1].place.as_deref(), Some(EVIL));
    assert_eq!(failing.findings[1].case.as_ref().unwrap().folder, EVIL);
    assert_eq!(record.started.target.name, EVIL);
    assert_eq!(record.cases[0].exchange.url, EVIL);
    assert_eq!(record.finished.as_ref().unwrap().notes[0], EVIL);
}
