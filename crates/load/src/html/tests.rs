//! The pages, read by a small reader of tags, and looked at in a browser where there is one.

use super::{html, limit_html};
use crate::books::{Class, Shown};
use crate::compare::sample::{report, steady};
use crate::limit::sample::limit;
use crate::plan::{Judged, Pace, Stage, Threshold};
use crate::result::{LoadReport, Ruled};
use crate::verdict::Outcome;
use gauntlet_pages::{Browser, EVIL, Look, Tag, count, poisoned};
use std::time::Duration;

/// A run with everything: a warm-up, a stall, errors, a loss, a missed threshold, what came after the plan.
fn full() -> LoadReport {
    let mut seconds = steady(90, 1.0, 9.0, 1);
    seconds[40..46].iter_mut().for_each(Vec::clear);
    let mut run = report(&seconds);
    for point in &mut run.series[40..46] {
        (point.begun, point.bad) = (20, 7);
    }
    let steady_stage = run.plan.stages[0].clone();
    let rate = |from, to| Pace::Rate { from, to };
    run.plan.stages = vec![
        Stage { length: Duration::from_secs(10), warm_up: true, ..steady_stage.clone() },
        Stage { length: Duration::from_secs(30), pace: rate(5.0, 40.0), ..steady_stage.clone() },
        Stage { length: Duration::from_secs(45), ..steady_stage },
    ];
    run.plan.chain.rpc_delay = Duration::from_millis(200);
    run.target.facilitator = Some("double:facilitator".into());
    let threshold = Threshold::parse("payment p99 < 100ms").unwrap();
    run.thresholds =
        vec![Ruled { threshold, judged: Judged { held: false, observed: Some("812 ms".into()) } }];
    let shown = r#"{"number":7,"nonce":"0x0000000000000000000000000000000000000000000000000000000000000007","taken_in":null,
        "taken_ms":null,"answers":[{"number":7,"nonce":"0x0000000000000000000000000000000000000000000000000000000000000007",
        "payer":1,"phase":"settle","lot":"right","mark":"good","status":200,"due_us":1,"sent_us":2,"done_us":90000,
        "transaction":null,"text":"success"}]}"#;
    let shown: Shown = serde_json::from_str(shown).unwrap();
    run.books.counts.insert(Class::ServedNotTaken, 1);
    run.books.shown.insert(Class::ServedNotTaken, vec![shown]);
    run.books.chain.strays = 1;
    run.verdict.word = Outcome::Failed;
    run.verdict.reasons = vec!["1 served-not-taken: a good answer, and no money moved".into()];
    run.verdict.notes = vec!["saturated: 2 % of the payments waited".into()];
    run
}

/// The tags of a page in which every number is one.
fn read(page: &str) -> Vec<Tag> {
    for number in ["NaN", "inf", "-0.0\""] {
        assert!(!page.contains(&format!("\"{number}")) && !page.contains(&format!(" {number}")), "{number}");
    }
    gauntlet_pages::read(page)
}

#[test]
fn a_run_is_a_page_with_its_curves() {
    let page = html(&full()).unwrap();
    let tags = read(&page);
    assert_eq!((count(&tags, "svg"), count(&tags, "h1"), count(&tags, "table")), (4, 1, 3));
    for part in [
        "<span class=\"mark\">FAILED</span>",
        "99.99 %",
        ">warm-up</text>",
        ">5 to 40/s</text>",
        "class=\"warm-up\"",
        "class=\"errors\"",
        "class=\"after\"",
        "held back for 200ms",
        "Each point is a second.",
        "money lost",
        "a merchant serves and is not paid",
        "chain: not taken",
        ">812 ms</td>",
    ] {
        assert!(page.contains(part), "no {part:?}");
    }
}

#[test]
fn a_run_in_which_nothing_was_measured_is_a_page() {
    let mut empty = report(&[]);
    (empty.measured, empty.verdict.word) = (Vec::new(), Outcome::Inconclusive);
    empty.verdict.reasons = vec!["nothing answers".into()];
    let tags = read(&html(&empty).unwrap());
    assert_eq!(count(&tags, "svg"), 0);
    // Nothing good came, and everything else did.
    let silent: Vec<Vec<u64>> = vec![Vec::new(); 5];
    read(&html(&report(&silent)).unwrap());
    read(&html(&report(&[vec![1]])).unwrap());
}

#[test]
fn a_long_run_is_drawn_in_pieces() {
    let page = html(&report(&steady(7_200, 1.0, 3.0, 1))).unwrap();
    read(&page);
    assert!(page.contains("Each point is 12 seconds"));
    assert!(page.len() < 200_000, "{} bytes", page.len());
}

#[test]
fn no_text_breaks_out_of_the_page() {
    let run = poisoned(&full(), EVIL);
    assert_eq!((run.plan.name.as_str(), run.verdict.reasons[0].as_str()), (EVIL, EVIL));
    let sound = read(&html(&full()).unwrap());
    assert_eq!(read(&html(&run).unwrap()), sound, "the same tags, whatever the texts");
    let page = crate::markdown::markdown(&run);
    assert!(
        !page.contains("<script") && !page.contains(|letter: char| letter.is_control() && letter != '\n')
    );
    let search = poisoned(&limit(), EVIL);
    assert_eq!(search.target.name, EVIL);
    assert_eq!(read(&limit_html(&search).unwrap()), read(&limit_html(&limit()).unwrap()));
}

#[test]
fn a_search_is_a_page_with_its_steps() {
    let page = limit_html(&limit()).unwrap();
    let tags = read(&page);
    assert_eq!((count(&tags, "svg"), count(&tags, "circle"), count(&tags, "table")), (1, 12, 1));
    assert!(page.contains("<span class=\"mark\">20/s</span> held 3 times; 22/s did not"), "{page}");
    assert!(page.contains("money is lost from 40/s on"));
    let mut none = limit();
    (none.rate, none.steps) = (None, Vec::new());
    read(&limit_html(&none).unwrap());
}

#[test]
fn a_run_in_markdown() {
    insta::assert_snapshot!(crate::markdown::markdown(&full()));
}

#[test]
fn the_pages_fit_narrow_and_wide_screens() {
    let Some(browser) = Browser::find("load: the_pages_fit_narrow_and_wide_screens") else { return };
    let [run, limit] = [html(&full()).unwrap(), limit_html(&limit()).unwrap()];
    let evil = html(&poisoned(&full(), EVIL)).unwrap();
    let long = html(&poisoned(&full(), &"x".repeat(3000))).unwrap();
    browser.look(&[
        Look { name: "run", page: &run, picture: true },
        Look { name: "limit", page: &limit, picture: true },
        Look { name: "evil", page: &evil, picture: false },
        Look { name: "long", page: &long, picture: false },
    ]);
}
