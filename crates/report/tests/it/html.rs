//! The report as a page, read by a small reader of tags.

use crate::fixture::{because, exchange, passes, run, value_under};
use crate::hostile::{evil_rules, full, rules, with};
use gauntlet_pages::{EVIL, Tag, count};
use gauntlet_report::render::html;
use gauntlet_report::{CheckReport, Outcome, Record, Rules};
use std::collections::BTreeMap;

const STYLE: &str = include_str!("../../templates/style.css");

fn read(record: &Record, rules: &Rules) -> (String, Vec<Tag>) {
    let page = html(record, rules).unwrap();
    let tags = gauntlet_pages::read(&page);
    (page, tags)
}

/// The page without its style sheet, for snapshots.
fn unstyled(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    let lines = format!("{before}{after}");
    lines.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_whole_page() {
    let (page, _) = read(&full(), &rules());
    insta::assert_snapshot!(unstyled(&page));
}

#[test]
fn a_failure_is_told_whole() {
    let mut record = run([passes(&["facilitator.verify.valid"]), vec![value_under()]].concat(), 1);
    record.cases.push(exchange(7, 200, r#"{"isValid":true}"#));
    let (page, _) = read(&record, &rules());
    for part in [
        "<span class=\"mark\">FAILED</span> <strong>1 of 2 checks of set v2-2026-06 passed</strong>",
        "a payment of less than the price is refused",
        "a buyer pays less than the price",
        "<code>X402-EVM3009-008</code> (DESC, H)",
        "the authorized value must not be below the amount asked for",
        "<code>POST /verify   authorization.value 10000 → 9999</code>",
        "200  {&#34;isValid&#34;:true}   in 12 ms",
        "no Transfer from 0x7099…79C8",
        "gauntlet replay runs/20261121-0412-9f3a/facilitator.verify.value-under",
        "curl -sS http://127.0.0.1:4021/verify",
        "Exchange 7: status 200 in 12 ms",
        "HTTP/1.1 200 OK\ncontent-type: application/json",
        "scheme exact on EVM",
        "§1 Phase 2(3)",
    ] {
        assert!(page.contains(part), "no {part:?} in {}", unstyled(&page));
    }
}

#[test]
fn what_a_target_says_is_no_markup() {
    let (page, _) = read(&with(&full(), EVIL), &evil_rules(EVIL));
    assert!(page.contains("&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;"), "{}", unstyled(&page));
    let (bare, _) = read(&with(&full(), "<"), &evil_rules("\""));
    assert!(bare.contains("&#60;"));
}

#[test]
fn every_check_is_in_the_grid_with_a_letter() {
    let (page, tags) = read(&full(), &rules());
    let cells = |class: &str| {
        let name = format!("mark {class}");
        let of_class = |tag: &&Tag| tag.attributes.get("class") == Some(&name);
        tags.iter().filter(of_class).filter(|tag| tag.attributes.contains_key("title")).count()
    };
    assert_eq!(cells("pass"), 2);
    for class in ["fail", "warn", "known", "harness-error", "not-applicable"] {
        assert_eq!(cells(class), 1, "{class}");
    }
    assert_eq!(cells("inconclusive"), 2);
    for letter in ["F", "E", "?", "…", "W", "K", "P", "–"] {
        assert!(page.contains(&format!("\">{letter}</span>")), "{letter}");
    }
}

#[test]
fn nothing_is_green_by_absence() {
    let green = run(passes(&["facilitator.verify.valid"]), 0);
    let verdict = |record: &Record| {
        let (_, tags) = read(record, &Rules::default());
        tags.iter().find_map(|tag| tag.attributes.get("class")?.strip_prefix("verdict ").map(str::to_owned))
    };
    assert_eq!(verdict(&green).as_deref(), Some("good"));
    for record in [
        Record { finished: None, ..green },
        run(Vec::new(), 4),
        run(vec![because("a.a.a", Outcome::NotApplicable, "not claimed")], 4),
        run(vec![because("a.a.a", Outcome::Inconclusive, "no block")], 5),
    ] {
        assert_eq!(verdict(&record).as_deref(), Some("doubt"));
    }
}

#[test]
fn a_flood_is_dammed() {
    let failing = |n: usize| {
        let mut report = CheckReport { check: format!("a.a.case-{n:04}"), ..value_under() };
        report.findings = vec![report.findings[0].clone(); 40];
        report
    };
    let mut record = run((0..300).map(failing).collect(), 1);
    record.cases = (0..50).map(|seq| exchange(seq, 200, &"x".repeat(10_000))).collect();
    record.cases.iter_mut().for_each(|case| case.check = "a.a.case-0000".into());
    let (page, tags) = read(&record, &rules());
    assert_eq!(count(&tags, "article"), 100);
    assert!(page.contains("And 200 more, which are in the record"));
    assert!(page.len() < 4 << 20, "{} bytes", page.len());
}

#[test]
fn nothing_is_fetched() {
    let (page, _) = read(&full(), &rules());
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
    for foreign in ["url(", "@import", "src="] {
        assert!(!STYLE.contains(foreign) && !page.contains(foreign), "{foreign}");
    }
}

// --- contrast -------------------------------------------------------------------------------------------------------

/// The colours of a part of the style sheet, by name.
fn colours(css: &str) -> BTreeMap<&str, [f64; 3]> {
    let parts = css.split("--").skip(1).filter_map(|part| part.split_once(": #"));
    parts
        .map(|(name, value)| {
            let channel = |at: usize| f64::from(u8::from_str_radix(&value[at..at + 2], 16).unwrap()) / 255.0;
            (name, [channel(0), channel(2), channel(4)])
        })
        .collect()
}

/// WCAG 2.2, relative luminance.
fn luminance(colour: [f64; 3]) -> f64 {
    let [red, green, blue] =
        colour.map(|part| if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// WCAG 2.2, contrast ratio.
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn letters_can_be_told_from_what_they_stand_on() {
    let (light, rest) = STYLE.split_once("@media screen and (prefers-color-scheme: dark)").unwrap();
    let light = colours(light);
    let mut dark = light.clone();
    dark.extend(colours(rest.split_once("\n}").unwrap().0));
    assert_ne!(light["back"], dark["back"]);
    for theme in [&light, &dark] {
        for (letters, ground) in
            [("front", "back"), ("front", "panel"), ("soft", "back"), ("soft", "panel"), ("link", "back")]
        {
            let ratio = contrast(theme[letters], theme[ground]);
            assert!(ratio >= 4.5, "{letters} on {ground}: {ratio:.2}");
        }
        for mark in ["good", "bad", "doubt", "warn", "known", "none", "error"] {
            let ratio = contrast([1.0; 3], theme[mark]);
            assert!(ratio >= 4.5, "white on {mark}: {ratio:.2}");
        }
    }
}
