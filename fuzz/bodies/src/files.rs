//! Files that users write.

use gauntlet_engine::KnownIssues;
use gauntlet_engine::scenario::Scenario;
use gauntlet_load::compare::Baseline;
use gauntlet_load::plan::Threshold;
use gauntlet_load::{Plan, render};
use gauntlet_probe::dialect::{Dressing, throwaway_keys};
use gauntlet_probe::{Dialect, Manifest, Request, Role, Speaker};
use gauntlet_report::render::Style;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

/// The text, and where it could stand.
fn file(bytes: &[u8]) -> Option<(&str, &Path)> {
    Some((std::str::from_utf8(bytes).ok()?, Path::new("folder/name.toml")))
}

/// A place of a fault lies within the text, between two characters.
fn lies_within(text: &str, span: Option<Range<usize>>) {
    let Some(span) = span else { return };
    assert!(text.get(span.clone()).is_some(), "{span:?} is no part of {text:?}");
}

/// Scenarios.
pub(crate) fn scenario(bytes: &[u8]) {
    let Some((text, path)) = file(bytes) else { return };
    match Scenario::parse_all(text, path) {
        Ok(scenario) => assert_eq!(scenario.text, text),
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                let _ = fault.line_column();
                lies_within(text, fault.span);
            }
        }
    }
}

/// Manifests of targets.
pub(crate) fn manifest(bytes: &[u8]) {
    let Some((text, path)) = file(bytes) else { return };
    match Manifest::parse(text, path) {
        Ok(manifest) => {
            let names = [
                "port",
                "rpc_url",
                "facilitator_key",
                "chain_id",
                "facilitator_url",
                "network",
                "payee",
                "canary",
            ];
            let values: BTreeMap<String, String> =
                names.iter().map(|name| ((*name).to_owned(), "4021".to_owned())).collect();
            if let Ok(filled) = manifest.fill(&values) {
                assert!(filled.url.starts_with("http://"), "{:?}", filled.url);
            }
        }
        Err(fault) => {
            let _ = fault.line_column();
            lies_within(text, fault.span());
        }
    }
}

/// Known issues.
pub(crate) fn known(bytes: &[u8]) {
    let Some((text, path)) = file(bytes) else { return };
    let ids = ["facilitator.settle.replay", "server.replay.same"];
    match KnownIssues::parse(text, path, &ids) {
        Ok(issues) => drop(issues.stale(&[], "2026-11-22")),
        Err(fault) => lies_within(text, fault.span),
    }
}

/// Dialects, and what they make of requests and answers.
pub(crate) fn dialect(bytes: &[u8]) {
    let Some((text, _)) = file(bytes) else { return };
    let Ok(dialect) = Dialect::parse(text) else { return };
    // A key of RSA takes seconds to make.
    if text.contains("rsa") {
        return;
    }
    let keys = throwaway_keys(&dialect);
    let Ok(speaker) = Speaker::new(dialect, keys) else { return };
    let body = r#"{"x402Version":2,"paymentPayload":{"x402Version":2,"accepted":{},"payload":{}},"paymentRequirements":{"network":"eip155:56"}}"#;
    for path in ["/supported", "/verify", "/settle", "/else"] {
        let _ = speaker.dress(Request::post_json(path, body), "/prefix", Dressing::default());
        let _ = speaker.knows(path);
    }
    for answer in [body, r#"{"code":"000000","data":{"isValid":true,"success":true}}"#, "[]", ""] {
        let _ = speaker.plain(200, answer.as_bytes());
    }
}

/// Load plans.
pub(crate) fn plan(bytes: &[u8]) {
    let Some((text, path)) = file(bytes) else { return };
    match Plan::read(path, text) {
        Ok(plan) => {
            assert!(!plan.length().is_zero());
            let _ = (plan.total_payments(), plan.is_closed_loop());
            for role in [Role::Facilitator, Role::Server] {
                let _ = plan.check_thresholds(role);
            }
        }
        Err(fault) => lies_within(text, fault.span),
    }
}

/// Thresholds.
pub(crate) fn threshold(bytes: &[u8]) {
    let Some((text, _)) = file(bytes) else { return };
    match Threshold::parse(text) {
        Ok(threshold) => {
            let again = Threshold::parse(&threshold.to_string());
            assert!(again.is_ok_and(|again| again.is_like(&threshold)), "{text:?} is written {threshold}");
        }
        Err(fault) => {
            let _ = fault.picture();
            lies_within(text, Some(fault.span));
        }
    }
}

/// Baselines and reports of load runs.
pub(crate) fn baseline(bytes: &[u8]) {
    let Ok(baseline) = Baseline::parse(Path::new("baseline.json"), bytes) else { return };
    for report in &baseline.reports {
        let _ = (render::human(report, &Style::PLAIN), render::series(report));
    }
    let _ = gauntlet_load::merge::merge(baseline.reports);
}
