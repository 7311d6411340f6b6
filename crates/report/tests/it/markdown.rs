//! The summary as Markdown.

use crate::fixture::{because, check, deviation, exchange, finding, known, passes, run, value_under};
use crate::hostile::{evil_rules, full, rules, with};
use gauntlet_pages::EVIL;
use gauntlet_report::render::markdown::{LIMIT, markdown, markdown_within};
use gauntlet_report::{CheckReport, Outcome, Record, Rules, Severity};
use insta::assert_snapshot;

#[test]
fn the_whole_page() {
    assert_snapshot!(markdown(&full(), &rules()));
}

#[test]
fn a_failure_is_told_whole() {
    let mut record = run([passes(&["facilitator.verify.valid"]), vec![value_under()]].concat(), 1);
    record.cases.push(exchange(7, 200, r#"{"isValid":true}"#));
    let page = markdown(&record, &rules());
    for part in [
        "# ❌ FAILED: 1 of 2 checks of set v2\\-2026\\-06 passed".replace("\\-", "-").as_str(),
        "### ❌ `facilitator.verify.value-under`",
        "`X402-EVM3009-008` (DESC, H)",
        "- **sent** `POST /verify   authorization.value 10000 → 9999`",
        r#"- **got** `200  {"isValid":true}   in 12 ms`"#,
        "- **chain** `no Transfer from 0x7099…79C8`",
        "- **risk** a buyer pays less than the price",
        "gauntlet replay runs/20261121-0412-9f3a/facilitator.verify.value-under`",
    ] {
        assert!(page.contains(part), "no {part:?} in {page}");
    }
    assert!(!page.contains("compliant"));
}

#[test]
fn a_green_run_is_short_and_others_are_not_green() {
    let green = run(passes(&["facilitator.verify.valid"]), 0);
    let page = markdown(&green, &Rules::default());
    assert!(page.starts_with("# ✅ PASSED: 1 of 1 check of set v2-2026-06 passed\n"), "{page}");
    assert!(page.lines().count() < 20, "{page}");
    for record in [
        Record { finished: None, ..green.clone() },
        run(Vec::new(), 4),
        run(vec![because("a.a.a", Outcome::NotApplicable, "not claimed")], 4),
        run(vec![because("a.a.a", Outcome::Inconclusive, "no block")], 5),
        run(vec![because("a.a.a", Outcome::HarnessError, "a panic")], 3),
    ] {
        let page = markdown(&record, &Rules::default());
        assert!(!page.contains('✅'), "{page}");
    }
}

#[test]
fn twenty_failures_are_told_and_the_rest_is_named() {
    let failing = |n: usize| CheckReport { check: format!("a.a.case-{n:03}"), ..value_under() };
    let page = markdown(&run((0..33).map(failing).collect(), 1), &rules());
    assert_eq!(page.matches("### ❌").count(), 20);
    assert!(page.contains("**and 13 more:** `a.a.case-020`, "), "{page}");
}

#[test]
fn nothing_grows_beyond_the_limit() {
    let mut record = with(&full(), &"`|<é🦀 ".repeat(2_000));
    let many: Vec<CheckReport> = [value_under(), deviation(), known(), check("x", Outcome::Inconclusive)]
        .into_iter()
        .flat_map(|report| {
            let mut report = report;
            report.findings = (0..8)
                .map(|n| finding(&format!("R-{n}"), Severity::Failure))
                .map(|found| gauntlet_report::Finding { got: "🦀`".repeat(2_000), ..found })
                .collect();
            (0..30).map(move |n| CheckReport { check: format!("{}-{n}", report.check), ..report.clone() })
        })
        .collect();
    record.checks.extend(many);
    let page = markdown(&record, &evil_rules(&"|".repeat(10_000)));
    assert!(page.len() <= LIMIT, "{} bytes", page.len());

    let small = markdown_within(&record, &rules(), 20_000);
    assert!(small.len() <= 20_000, "{} bytes", small.len());
    assert!(small.contains("**This page is cut:**"), "{small}");
    assert_eq!(
        small.matches("```text").count() * 2,
        small.matches("```").count() - small.matches("````").count()
    );
}

#[test]
fn what_a_target_says_is_neither_html_nor_markdown() {
    let page = markdown(&with(&full(), EVIL), &evil_rules(EVIL));
    assert!(!page.contains(|letter: char| letter.is_control() && letter != '\n'), "{page:?}");
    assert!(!page.contains(['\u{202e}', '\u{2028}', '\u{feff}', '\u{ffff}']));
    for line in outside_code(&page) {
        let line = line.replace("\\]", "").replace("\\[", "");
        for part in ["<script", "<img", "[", "](", "https://", "@everyone", " | a |"] {
            assert!(!line.contains(part), "{part:?} in {line:?}");
        }
    }
}

/// The lines of a page without what is inline code or a block of code.
pub(crate) fn outside_code(page: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        let run: String = line.trim_start().chars().take_while(|letter| *letter == '`').collect();
        match &open {
            Some(fence) if *fence == line.trim() => open = None,
            Some(_) => {}
            None if run.len() >= 3 && line.trim_start()[run.len()..].trim() == "text" => open = Some(run),
            None => lines.push(outside_inline(line)),
        }
    }
    assert_eq!(open, None, "a block is not closed");
    lines
}

fn outside_inline(line: &str) -> String {
    let (mut outside, mut rest) = (String::new(), line);
    while let Some(at) = rest.find('`') {
        let escaped = rest[..at].ends_with('\\');
        let fence: String = rest[at..].chars().take_while(|letter| *letter == '`').collect();
        outside.push_str(&rest[..at]);
        rest = &rest[at + fence.len()..];
        if escaped {
            continue;
        }
        let end = closing(rest, fence.len()).unwrap_or_else(|| panic!("no end of {fence} in {line:?}"));
        rest = &rest[end + fence.len()..];
    }
    outside + rest
}

/// Where a run of exactly so many backticks begins.
fn closing(text: &str, length: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find('`') {
        let start = at + found;
        let run = text[start..].bytes().take_while(|byte| *byte == b'`').count();
        if run == length {
            return Some(start);
        }
        at = start + run;
    }
    None
}
