//! Snapshots of the report for people. Each is stored with the exit code that goes with it.

use crate::fixture::{
    because, check, deviation, exchange, finding, finished, known, passes, run, started, unanswered,
    value_under,
};
use gauntlet_report::render::{Style, human};
use gauntlet_report::{
    CheckReport, Class, Finding, Message, Outcome, Record, RunFinished, Severity, Summary,
};
use insta::assert_snapshot;

fn shown(record: &Record) -> String {
    let text = human(record, &Style { color: false, width: 80 });
    assert!(text.lines().all(|line| line == line.trim_end()), "a line ends in blanks:\n{text}");
    assert!(!text.contains("compliant"));
    format!("{text}[exit {}]", Summary::of(record).exit.number())
}

const GOOD: [&str; 4] = [
    "facilitator.supported.kinds",
    "facilitator.verify.valid",
    "facilitator.verify.value-over",
    "facilitator.settle.valid",
];

#[test]
fn success_is_short() {
    let mut checks = passes(&GOOD);
    checks.push(because("facilitator.discovery.list", Outcome::NotApplicable, "not claimed"));
    assert_snapshot!(shown(&run(checks, 0)));
}

#[test]
fn a_failure_is_shown_whole() {
    let mut record = run([passes(&GOOD), vec![value_under()]].concat(), 1);
    record.cases.push(exchange(
        7,
        200,
        r#"{"isValid":true,"payer":"0x70997970C51812dc3A010C7d01b50e0d17dc79C8"}"#,
    ));
    assert_snapshot!(shown(&record));
}

#[test]
fn several_findings_share_a_block() {
    let second = Finding {
        kind: "no-answer".into(),
        want: "an answer within 5 s".into(),
        got: String::new(),
        sent: "signature → 0x".into(),
        exchange: Some(8),
        ..finding("X402-FAC-002", Severity::Failure)
    };
    let lighter = Finding {
        kind: "wrong-reason".into(),
        want:
            "invalid_exact_evm_payload_authorization_value or another reason that says the value is too low"
                .into(),
        got: "invalidReason bad_request".into(),
        ..finding("X402-FAC-050", Severity::Warning)
    };
    let mut report = value_under();
    report.findings.extend([second, lighter]);
    report.notes.push("answers with status 200 for an invalid payment".into());
    let mut record = run(vec![report, check("facilitator.verify.valid", Outcome::Pass)], 1);
    let long = format!(r#"{{"isValid":true,"trace":"{}","end":true}}"#, "at verify() ".repeat(80));
    record.cases.push(exchange(7, 200, &long));
    record.cases.push(unanswered(8));
    assert_snapshot!(shown(&record));
}

#[test]
fn warnings_and_deviations_take_a_line_or_two() {
    let warned = CheckReport {
        class: Class::W,
        findings: vec![Finding {
            kind: "cacheable".into(),
            want: "cache-control: no-store".into(),
            got: "no cache-control".into(),
            ..finding("X402-FAC-090", Severity::Warning)
        }],
        ..check("facilitator.verify.caching", Outcome::Warn)
    };
    assert_snapshot!(shown(&run([passes(&GOOD), vec![deviation(), warned]].concat(), 0)));
}

#[test]
fn known_issues_are_apart_and_stale_ones_red() {
    let mut record = run([passes(&GOOD), vec![known()]].concat(), 1);
    record.finished = Some(RunFinished {
        stale: vec!["facilitator.settle.valid: passes now; remove its entry".into()],
        notes: vec!["3 settlements, gas 61204 to 78012".into()],
        ..finished(1)
    });
    assert_snapshot!(shown(&record));
}

#[test]
fn without_the_positive_control_nothing_is_scored() {
    let reason = "the positive control failed: a valid payment was refused with invalid_signature";
    let checks: Vec<CheckReport> = (0..11)
        .map(|n| {
            because(&format!("facilitator.verify.case-{n:02}"), Outcome::Inconclusive, "no positive control")
        })
        .chain([because("facilitator.control.valid", Outcome::Inconclusive, reason)])
        .collect();
    let mut record = run(checks, 5);
    record.finished = Some(RunFinished { inconclusive: Some(reason.into()), ..finished(5) });
    assert_snapshot!(shown(&record));
}

#[test]
fn an_empty_selection_is_said() {
    assert_snapshot!(shown(&run(Vec::new(), 4)));
}

#[test]
fn checks_that_do_not_apply_are_no_run() {
    let checks = vec![because("facilitator.v1.valid", Outcome::NotApplicable, "v1 is not claimed")];
    assert_snapshot!(shown(&run(checks, 4)));
}

#[test]
fn an_interrupted_run_shows_what_it_has() {
    let mut record = Record::new(started(40));
    record.checks = passes(&GOOD);
    record.started_checks = vec!["facilitator.settle.replay".into()];
    record.finished = Some(RunFinished { interrupted: true, ..finished(130) });
    assert_snapshot!(shown(&record));
}

#[test]
fn a_harness_error_says_what_to_do() {
    let mut checks = passes(&GOOD);
    checks.push(because(
        "facilitator.settle.replay",
        Outcome::HarnessError,
        "the check panicked: index 3 of 2",
    ));
    let mut record = run(checks, 3);
    record.finished =
        Some(RunFinished { harness_error: Some("Anvil ended with signal 9".into()), ..finished(3) });
    assert_snapshot!(shown(&record));
}

#[test]
fn a_harness_error_of_one_check_says_it_too() {
    let panicked =
        because("facilitator.settle.replay", Outcome::HarnessError, "the check panicked: index 3 of 2");
    let text = shown(&run([passes(&GOOD), vec![panicked]].concat(), 3));
    assert_eq!(text.matches("gauntlet doctor").count(), 1, "{text}");
    assert!(text.contains("4 of 5 checks of set v2-2026-06 passed"), "{text}");
}

#[test]
fn a_flood_is_dammed() {
    let flood = because("facilitator.settle.replay", Outcome::Inconclusive, &"word ".repeat(100_000));
    assert!(shown(&run(vec![flood], 5)).len() < 4000);
}

#[test]
fn a_killed_run_with_half_a_line_is_told() {
    let mut record = Record::new(started(9));
    record.checks = passes(&GOOD);
    record.started_checks = vec!["facilitator.settle.replay".into(), "facilitator.settle.twice".into()];
    record.truncated = true;
    assert_snapshot!(shown(&record));
}

#[test]
fn payment_headers_are_opened() {
    let mut record = run(vec![value_under()], 1);
    let mut case = exchange(7, 402, "");
    case.exchange.response = Some(Message {
        head: "HTTP/1.1 402 Payment Required\r\nPayment-Required: eyJ4NDAyVmVyc2lvbiI6Mn0=\r\npayment-response: ?".into(),
        ..Message::default()
    });
    record.cases.push(case);
    let text = shown(&record);
    assert!(text.contains("402  (empty body)   in 12 ms"), "{text}");
    assert!(text.contains(r#"PAYMENT-REQUIRED: {"x402Version":2}"#), "{text}");
    assert!(text.contains("PAYMENT-RESPONSE: ? (not base64"), "{text}");
}

#[test]
fn a_target_cannot_steer_the_terminal() {
    const EVIL: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\r\u{202e}\u{9b}1m\u{0}";
    let mut report = value_under();
    report.check = format!("facilitator.verify.{EVIL}");
    report.title = EVIL.into();
    report.risk = EVIL.into();
    report.case = EVIL.into();
    report.curl = Some(EVIL.into());
    report.notes = vec![EVIL.into()];
    let found = &mut report.findings[0];
    for text in [
        &mut found.requirement,
        &mut found.kind,
        &mut found.rule,
        &mut found.source,
        &mut found.want,
        &mut found.got,
        &mut found.sent,
    ] {
        *text = EVIL.into();
    }
    found.chain = vec![EVIL.into()];
    let warned = CheckReport { outcome: Outcome::Warn, ..report.clone() };
    let expected = CheckReport { known: known().known, ..report.clone() };
    let doubtful =
        CheckReport { outcome: Outcome::Inconclusive, reason: Some(EVIL.into()), ..report.clone() };
    let ours = CheckReport { outcome: Outcome::HarnessError, ..doubtful.clone() };
    let mut record = run(vec![report, warned, expected, doubtful, ours], 1);
    record.started_checks = vec![EVIL.into()];
    record.started.target.name = EVIL.into();
    record.started.target.url = EVIL.into();
    record.started.target.version = Some(EVIL.into());
    record.started.set = EVIL.into();
    record.started.network = EVIL.into();
    let mut case = exchange(7, 200, EVIL);
    case.exchange.url = format!("http://x/{EVIL}");
    case.exchange.method = EVIL.into();
    case.exchange.response = Some(Message {
        head: format!("HTTP/1.1 200\r\nPAYMENT-RESPONSE: {EVIL}"),
        body: EVIL.into(),
        trailers: EVIL.into(),
        dropped: 3,
        wire: None,
    });
    record.cases.push(case);
    record.finished = Some(RunFinished {
        inconclusive: Some(EVIL.into()),
        harness_error: Some(EVIL.into()),
        stale: vec![EVIL.into()],
        notes: vec![EVIL.into()],
        ..finished(1)
    });

    let text = human(&record, &Style::PLAIN);
    let through: Vec<char> =
        text.chars().filter(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}').collect();
    assert!(through.is_empty(), "{through:?} in\n{text}");
    for report in &record.checks {
        let line = gauntlet_report::render::progress::line(report);
        assert!(!line.chars().any(char::is_control), "{line}");
    }
}

#[test]
fn colours_change_nothing_but_colours() {
    let mut record = run([passes(&GOOD), vec![value_under(), deviation(), known()]].concat(), 1);
    record.cases.push(exchange(7, 200, "{}"));
    let plain = human(&record, &Style { color: false, width: 80 });
    let coloured = human(&record, &Style { color: true, width: 80 });
    assert!(coloured.contains("\u{1b}[31m") || coloured.contains("\u{1b}[1m"), "{coloured:?}");
    assert_eq!(without_colours(&coloured), plain);
}

fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or(part, |(_, rest)| rest))
}

#[test]
fn progress_is_a_line_a_check() {
    let lines = [
        check("facilitator.verify.valid", Outcome::Pass),
        value_under(),
        deviation(),
        known(),
        because("facilitator.discovery.list", Outcome::NotApplicable, "not claimed"),
        because("facilitator.settle.slow", Outcome::Inconclusive, "the chain\nstood still"),
        because("facilitator.settle.replay", Outcome::HarnessError, "the check panicked"),
    ]
    .map(|report| gauntlet_report::render::progress::line(&report));
    assert_snapshot!(lines.join("\n"));
}
