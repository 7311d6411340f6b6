//! The page in a real browser, where there is one: it shows something, and does not scroll sideways.

use crate::fixture::passes;
use crate::hostile::{evil_rules, full, rules, with};
use gauntlet_pages::{Browser, EVIL, Look};
use gauntlet_report::render::html;
use gauntlet_report::{CheckReport, Record};

/// A run with many checks in a few topics, and everything that can go wrong.
fn big() -> Record {
    let mut record = full();
    let many = (0..150).map(|n| format!("facilitator.settle.a-check-with-a-long-name-{n:03}"));
    let ids: Vec<String> = many.collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    record.checks.extend(passes(&ids).into_iter().map(|check| CheckReport { took_ms: 12_345, ..check }));
    record
}

#[test]
fn the_page_fits_narrow_and_wide_screens() {
    let Some(browser) = Browser::find("report: the_page_fits_narrow_and_wide_screens") else { return };
    let sound = html(&big(), &rules()).unwrap();
    let evil = html(&with(&full(), EVIL), &evil_rules(EVIL)).unwrap();
    let long = html(&with(&full(), &"x".repeat(3000)), &evil_rules(&"y".repeat(3000))).unwrap();
    browser.look(&[
        Look { name: "report", page: &sound, picture: true },
        Look { name: "evil", page: &evil, picture: false },
        Look { name: "long", page: &long, picture: false },
    ]);
}
