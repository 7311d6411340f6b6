//! What no report shows when the chain is elsewhere.

use crate::hostile::{full, rules};
use gauntlet_report::Record;
use gauntlet_report::render::{BadgeFormat, Style, badge, har, html, human, json, junit, markdown, tap};

/// Every report of a run.
fn reports(record: &Record) -> Vec<(&'static str, String)> {
    vec![
        ("human", human(record, &Style::PLAIN)),
        ("json", json(record)),
        ("junit", junit(record).unwrap()),
        ("markdown", markdown(record, &rules())),
        ("tap", tap(record)),
        ("har", har(record)),
        ("html", html(record, &rules()).unwrap()),
        ("badge", badge(record, BadgeFormat::Svg)),
    ]
}

#[test]
fn no_report_has_a_signature_or_the_key_of_an_rpc_url() {
    let signature = "ab".repeat(65);
    let mut record = full();
    let url = "https://sepolia.example.org/v2/s3cret-key".to_owned();
    record.started.command = ["gauntlet", "run", "--rpc-url", &url].map(String::from).to_vec();
    record.started.target.rpc_url = Some(url);
    let body = format!("{{\"signature\":\"0x{signature}\"}}");
    record.cases[0].exchange.request.body = body.clone().into_bytes();
    record.cases[0].exchange.response.as_mut().unwrap().body = body.clone().into_bytes();
    let failing = &mut record.checks[2];
    failing.curl = Some(format!("curl http://127.0.0.1 --data-raw '{body}'"));
    failing.reason = Some(body.clone());
    failing.notes = vec![body.clone()];
    let finding = &mut failing.findings[0];
    (finding.got, finding.sent, finding.want, finding.chain) =
        (body.clone(), body.clone(), body.clone(), vec![body]);

    for (name, report) in reports(&record) {
        // Even what is shortened in the middle.
        assert!(!report.contains(&signature[..60]), "{name}: {report}");
        assert!(!report.contains("s3cret-key"), "{name}: {report}");
    }
    record.started.target.rpc_url = None;
    let local = reports(&record);
    let shown =
        |name: &str| local.iter().any(|(other, report)| *other == name && report.contains(&signature));
    assert!(shown("har") && shown("html"), "on a chain of this machine nothing is lost");
}
