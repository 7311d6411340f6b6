//! Sample runs.

use gauntlet_report::{
    CaseSent, CheckReport, Class, Exchange, Finding, KnownUse, Level, Message, NetFault, Outcome, Profile,
    Record, RunFinished, RunStarted, Severity, TargetInfo,
};

const RUN: &str = "20261121-0412-9f3a";
const START: u64 = 1_795_234_320_000;

pub(crate) fn started(selected: usize) -> RunStarted {
    RunStarted {
        schema: gauntlet_report::event::SCHEMA,
        run: RUN.into(),
        gauntlet: "0.1.0".into(),
        started_ms: START,
        seed: 8_413_007,
        target: TargetInfo {
            name: "double:facilitator".into(),
            role: "facilitator".into(),
            url: "http://127.0.0.1:4021".into(),
            version: Some("0.1.0".into()),
            spec: "double:facilitator".into(),
            command: Vec::new(),
            rpc_url: None,
            dialect: None,
            routes: Vec::new(),
            facilitator: None,
            client: None,
        },
        network: "base-sepolia".into(),
        chain_id: 84532,
        anvil: "1.5.0".into(),
        profile: Profile::Reference,
        set: "v2-2026-06".into(),
        selected,
        command: ["gauntlet", "run", "--target", "double:facilitator"].map(String::from).to_vec(),
    }
}

pub(crate) fn finished(exit: u8) -> RunFinished {
    RunFinished {
        ended_ms: START + 11_249,
        interrupted: false,
        inconclusive: None,
        harness_error: None,
        stale: Vec::new(),
        exit,
        notes: Vec::new(),
        deaths: Vec::new(),
    }
}

/// A run of these checks that came to its end.
pub(crate) fn run(checks: Vec<CheckReport>, exit: u8) -> Record {
    Record { checks: checks.clone(), finished: Some(finished(exit)), ..Record::new(started(checks.len())) }
}

pub(crate) fn check(id: &str, outcome: Outcome) -> CheckReport {
    CheckReport {
        check: id.into(),
        title: "a payment of less than the price is refused".into(),
        outcome,
        level: Level::Must,
        class: Class::H,
        requirements: vec![format!("REQ-{id}")],
        risk: "a buyer pays less than the price".into(),
        findings: Vec::new(),
        reason: None,
        notes: Vec::new(),
        sizes: Vec::new(),
        known: None,
        took_ms: 41,
        now: 0,
        case: format!("runs/{RUN}/{id}"),
        curl: None,
    }
}

pub(crate) fn because(id: &str, outcome: Outcome, reason: &str) -> CheckReport {
    CheckReport { reason: Some(reason.into()), ..check(id, outcome) }
}

pub(crate) fn passes(ids: &[&str]) -> Vec<CheckReport> {
    ids.iter().map(|id| check(id, Outcome::Pass)).collect()
}

pub(crate) fn finding(requirement: &str, severity: Severity) -> Finding {
    let class = match severity {
        Severity::Failure => Class::H,
        Severity::Deviation => Class::D,
        Severity::Warning => Class::W,
        Severity::Info => Class::I,
    };
    Finding {
        requirement: requirement.into(),
        level: Level::Desc,
        class,
        severity,
        kind: "accepted-invalid".into(),
        rule: "the authorized value must not be below the amount asked for".into(),
        source: "scheme exact on EVM §1, Phase 2(3), June 2026".into(),
        want: "isValid false".into(),
        got: "isValid true".into(),
        sent: "authorization.value 10000 → 9999".into(),
        exchange: None,
        chain: Vec::new(),
        case: None,
        place: None,
    }
}

/// A check that failed with one finding and everything that goes with it; its exchange is number 7.
pub(crate) fn value_under() -> CheckReport {
    let shown = Finding {
        exchange: Some(7),
        chain: vec![
            "no Transfer from 0x70997970C51812dc3A010C7d01b50e0d17dc79C8".into(),
            "balance of payer 1000000".into(),
        ],
        place: None,
        ..finding("X402-EVM3009-008", Severity::Failure)
    };
    CheckReport {
        requirements: vec!["X402-EVM3009-008".into()],
        findings: vec![shown],
        curl: Some(
            "curl -sS http://127.0.0.1:4021/verify -H 'content-type: application/json' \\\n  --data-raw '{\"x402Version\":2}'"
                .into(),
        ),
        ..check("facilitator.verify.value-under", Outcome::Fail)
    }
}

pub(crate) fn deviation() -> CheckReport {
    let found = Finding {
        kind: "no-extensions".into(),
        want: "extensions is an array".into(),
        got: "no member extensions".into(),
        ..finding("X402-FAC-031", Severity::Deviation)
    };
    CheckReport {
        level: Level::Req,
        requirements: vec!["X402-FAC-031".into()],
        findings: vec![found],
        took_ms: 4,
        now: 0,
        ..check("facilitator.supported.extensions", Outcome::Warn)
    }
}

pub(crate) fn known() -> CheckReport {
    CheckReport {
        findings: vec![Finding {
            kind: "reason-unknown".into(),
            ..finding("X402-FAC-052", Severity::Failure)
        }],
        known: Some(KnownUse {
            reason: "uses its own reason codes".into(),
            link: Some("https://example.org/issues/12".into()),
        }),
        ..check("facilitator.verify.reasons", Outcome::Fail)
    }
}

pub(crate) fn exchange(seq: u64, status: u16, body: &str) -> CaseSent {
    CaseSent {
        check: "facilitator.verify.value-under".into(),
        sent: "authorization.value 10000 → 9999".into(),
        asked: None,
        exchange: Exchange {
            seq,
            url: "http://127.0.0.1:4021/verify".into(),
            method: "POST".into(),
            started_ms: START + 100,
            took_us: 12_400,
            request: Message {
                head: "POST /verify HTTP/1.1".into(),
                body: b"{}".to_vec(),
                ..Message::default()
            },
            response: Some(Message {
                head: format!("HTTP/1.1 {status} OK\r\ncontent-type: application/json"),
                body: body.as_bytes().to_vec(),
                ..Message::default()
            }),
            status: Some(status),
            fault: None,
        },
    }
}

pub(crate) fn unanswered(seq: u64) -> CaseSent {
    let mut case = exchange(seq, 200, "");
    case.exchange.response = None;
    case.exchange.status = None;
    case.exchange.fault = Some(NetFault::TimedOut(5000));
    case.exchange.took_us = 5_000_120;
    case
}

/// A run with every outcome, of an exit code of 3; `unclaimed` is why one check does not apply.
pub(crate) fn one_of_each(unclaimed: &str) -> Record {
    let mut record = run(
        [
            passes(&["facilitator.verify.valid"]),
            vec![
                value_under(),
                deviation(),
                known(),
                because("facilitator.settle.slow", Outcome::Inconclusive, "the chain stood still"),
                because("facilitator.settle.replay", Outcome::HarnessError, "the check panicked"),
                because("facilitator.discovery.list", Outcome::NotApplicable, unclaimed),
            ],
        ]
        .concat(),
        3,
    );
    record.cases.push(exchange(7, 200, r#"{"isValid":true}"#));
    record
}
