//! A comparison as it is shown.

use super::{OTHER, of, settled};
use crate::fixture::{because, check, deviation, finished, known, passes, run, value_under};
use crate::hostile::{full, with};
use crate::markdown::outside_code;
use gauntlet_pages::EVIL;
use gauntlet_report::compare::Comparison;
use gauntlet_report::render::comparison::{LIMIT, comparison_markdown_within};
use gauntlet_report::render::{Style, comparison, comparison_markdown};
use gauntlet_report::{CheckReport, Outcome, Record, RunFinished};

/// A change of nearly every kind.
fn sides() -> (Record, Record) {
    let named = |report: CheckReport, id: &str| CheckReport { check: id.into(), ..report };
    let mut a = settled(60_000);
    a.checks.extend(passes(&["a.verify.theft", "a.verify.doubt", "a.verify.gone", "a.verify.warned"]));
    a.checks.push(named(known(), "a.verify.mended"));
    a.checks.push(named(value_under(), "a.verify.better"));
    a.checks.push(because("a.verify.unknown", Outcome::Inconclusive, "no block came"));
    let mut b = settled(90_000);
    b.checks.push(named(value_under(), "a.verify.theft"));
    b.checks.push(because("a.verify.doubt", Outcome::Inconclusive, "the chain stood still"));
    b.checks.push(named(deviation(), "a.verify.warned"));
    b.checks.extend(passes(&["a.verify.mended", "a.verify.better"]));
    b.checks.push(named(value_under(), "a.verify.unknown"));
    b.checks.push(check("a.verify.new", Outcome::Pass));
    b.started.selected = b.checks.len();
    a.started.selected = a.checks.len();
    b.started.seed = 7;
    b.started.run = "20261122-0900-0007".into();
    b.started.target.version = Some("0.2.0".into());
    b.finished = Some(RunFinished {
        stale: vec!["a.verify.mended: expected fail, got pass; remove the line from known.toml".into()],
        ..finished(1)
    });
    (a, b)
}

fn both() -> Comparison {
    let (a, b) = sides();
    of(&a, &b)
}

#[test]
fn on_a_terminal() {
    insta::assert_snapshot!(comparison(&both(), &Style::PLAIN));
}

#[test]
fn as_markdown() {
    insta::assert_snapshot!(comparison_markdown(&both()));
}

#[test]
fn the_same_is_short() {
    let record = run(passes(&[OTHER, "a.a.a"]), 0);
    insta::assert_snapshot!(comparison(&of(&record, &record), &Style::PLAIN));
    assert!(comparison_markdown(&of(&record, &record)).starts_with("# ✅ UNCHANGED: 2 checks the same\n"));
}

#[test]
fn what_a_target_says_steers_nothing() {
    let (sound, mut hostile) = (full(), with(&full(), EVIL));
    hostile.started.target.role.clone_from(&sound.started.target.role);
    // Under its own names, so that checks can be compared.
    for (ill, well) in hostile.checks.iter_mut().zip(&sound.checks) {
        ill.check.clone_from(&well.check);
    }
    hostile.checks[0] = CheckReport { check: hostile.checks[0].check.clone(), ..hostile.checks[2].clone() };
    for (a, b) in [(&sound, &hostile), (&hostile, &sound), (&hostile, &hostile)] {
        let compared = of(a, b);
        for text in [comparison(&compared, &Style::PLAIN), comparison_markdown(&compared)] {
            assert!(!text.contains(|letter: char| letter.is_control() && letter != '\n'), "{text:?}");
            assert!(!text.contains(['\u{202e}', '\u{2028}', '\u{feff}', '\u{ffff}']));
        }
        let page = comparison_markdown(&compared);
        for line in outside_code(&page) {
            let line = line.replace("\\]", "").replace("\\[", "");
            for part in ["<script", "<img", "[", "](", "https://", "@everyone", " | a |"] {
                assert!(!line.contains(part), "{part:?} in {line:?}");
            }
        }
        let tags = page.matches("<details>").count();
        assert_eq!(tags, page.matches("</details>").count());
    }
}

#[test]
fn a_comment_never_grows_too_long() {
    let long = |n: usize| CheckReport {
        check: format!("{}.{n:04}", "🦀|`<".repeat(500)),
        title: "é`|".repeat(5_000),
        reason: Some("@everyone ".repeat(5_000)),
        ..value_under()
    };
    let a = run(passes(&[OTHER]), 0);
    let b = run(passes(&[OTHER]).into_iter().chain((0..900).map(long)).collect(), 1);
    let page = comparison_markdown(&of(&a, &b));
    assert!(page.len() <= LIMIT && page.contains("This page is cut"), "{} bytes", page.len());
    assert!(page.chars().count() < 65_536);
    let small = comparison_markdown_within(&of(&b, &a), 8_000);
    assert!(small.len() <= 8_000 && small.starts_with("# ❌ REGRESSED: 900 checks regressed"), "{small}");
}
