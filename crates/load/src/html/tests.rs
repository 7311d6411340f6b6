//! The pages, read by a small reader of tags, and looked at in a browser where there is one.

use super::{html, limit_html};
use crate::books::{Class, Shown};
use crate::compare::sample::{report, steady};
use crate::limit::sample::limit;
use crate::plan::{Judged, Pace, Stage, Threshold};
use crate::result::{LoadReport, Ruled};
use crate::verdict::Outcome;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Markup, escapes of a terminal, NUL, marks of direction, and no character in its place.
const EVIL: &str = "</style></script><script>alert('x')</script>\"><img src=x onerror=y>]]>\u{0}\u{1b}[31m\u{9b}2J\r\n{{ 7 * 7 }} \
                    {% raw %} &lt; \u{202e}gnp\u{2028}\u{feff}\u{ffff}";

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

/// The same with a text in place of every other text that can be any text.
fn poisoned<T: Serialize + DeserializeOwned>(sound: &T, evil: &str) -> T {
    let mut value = serde_json::to_value(sound).unwrap();
    for path in texts(&value, String::new()) {
        let mut tried = value.clone();
        *tried.pointer_mut(&path).unwrap() = Value::from(evil);
        if serde_json::from_value::<T>(tried.clone()).is_ok() {
            value = tried;
        }
    }
    serde_json::from_value(value).unwrap()
}

/// Where in a value there are texts, as JSON pointers.
fn texts(value: &Value, at: String) -> Vec<String> {
    match value {
        Value::String(_) => vec![at],
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| texts(item, format!("{at}/{index}"))).collect()
        }
        Value::Object(members) => {
            members.iter().flat_map(|(name, item)| texts(item, format!("{at}/{name}"))).collect()
        }
        _ => Vec::new(),
    }
}

/// The names of the tags of a page in which every tag that is opened is closed in its turn, and all that holds for any page.
fn read(page: &str) -> Vec<String> {
    const VOID: [&str; 2] = ["meta", "br"];
    let body = page.strip_prefix("<!DOCTYPE html>").unwrap();
    let (before, rest) = body.split_once("<style>").unwrap();
    let (style, after) = rest.split_once("</style>").unwrap();
    assert!(!style.contains('<') && !style.contains("url(") && !style.contains("@import"));
    let (mut found, mut open, mut ids) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut leads = Vec::new();
    for part in format!("{before}{after}").split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("a bare < before {part:?}"));
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed before {part:?}");
            continue;
        }
        let name = tag.split(' ').next().unwrap().to_owned();
        for attribute in tag.split(' ').skip(1) {
            let name = attribute.split_once('=').map_or("", |(name, _)| name);
            assert!(!name.starts_with("on") && name != "style", "{tag}");
        }
        if let Some((_, rest)) = tag.split_once(" id=\"") {
            assert!(ids.insert(rest.split('"').next().unwrap().to_owned()), "twice: {tag}");
        }
        if let Some((_, rest)) = tag.split_once(" href=\"") {
            leads.push(rest.split('"').next().unwrap().strip_prefix('#').unwrap().to_owned());
        }
        if !VOID.contains(&name.as_str()) && !tag.ends_with('/') {
            open.push(name.clone());
        }
        found.push(name);
    }
    assert!(open.is_empty(), "never closed: {open:?}");
    assert!(leads.iter().all(|lead| ids.contains(lead)), "{leads:?} in {ids:?}");
    for foreign in ["script", "img", "link", "iframe", "object", "form", "base", "image", "use"] {
        assert!(!found.iter().any(|name| name == foreign), "{foreign}");
    }
    for number in ["NaN", "inf", "-0.0\""] {
        assert!(!page.contains(&format!("\"{number}")) && !page.contains(&format!(" {number}")), "{number}");
    }
    assert!(!page.contains(|letter: char| letter.is_control() && letter != '\n'));
    assert!(!page.contains(['\u{202e}', '\u{2028}', '\u{feff}', '\u{ffff}']));
    assert!(!page.contains("compliant"));
    found
}

fn count(tags: &[String], name: &str) -> usize {
    tags.iter().filter(|tag| *tag == name).count()
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

// --- in a browser -------------------------------------------------------------------------------------------------

/// A Chromium of this machine.
fn chromium() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("GAUNTLET_CHROMIUM") {
        return Some(path.into());
    }
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

fn browse(chromium: &Path, home: &Path, args: &[&str], page: &Path) -> String {
    let output = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"])
        .args(["--no-first-run", "--disable-extensions", "--disable-background-networking"])
        .arg(format!("--user-data-dir={}", home.display()))
        .args(args)
        .arg(format!("file://{}", page.display()))
        .env("HOME", home)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A page that shows other pages in frames of these widths, and writes down how wide they are.
fn measuring(pages: &[String], widths: &[u32]) -> String {
    let frames: String = pages
        .iter()
        .flat_map(|page| widths.iter().map(move |width| (page, width)))
        .map(|(page, width)| {
            let quoted = page.replace('&', "&amp;").replace('"', "&quot;");
            format!("<iframe style=\"border:0;width:{width}px;height:900px\" srcdoc=\"{quoted}\"></iframe>\n")
        })
        .collect();
    format!(
        "<!DOCTYPE html><meta charset=utf-8><p id=said>nothing</p>{frames}<script>onload = () => {{\
         const said = [...document.querySelectorAll('iframe')].map(frame => {{\
           const root = frame.contentDocument.documentElement;\
           const low = [...frame.contentDocument.querySelectorAll('svg')].filter(it => it.getBoundingClientRect().height < 100);\
           return root.clientWidth + ' ' + root.scrollWidth + ' ' + low.length;\
         }});\
         document.getElementById('said').textContent = said.join(', ');\
         }};</script>"
    )
}

#[test]
fn the_pages_fit_narrow_and_wide_screens() {
    const WIDTHS: [u32; 2] = [360, 1280];
    let Some(chromium) = chromium() else {
        // Straight to stderr, since what a test prints is shown only when it fails.
        let remark =
            "skipped: the_pages_fit_narrow_and_wide_screens: no Chromium in PATH, no GAUNTLET_CHROMIUM";
        writeln!(std::io::stderr(), "{remark}").unwrap();
        return;
    };
    // A folder that stays, for whoever wants to look at the pages.
    let dir = tempfile::tempdir().unwrap();
    let folder = std::env::var_os("GAUNTLET_SHOTS").map_or_else(|| dir.path().to_owned(), PathBuf::from);
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let home = dir.path().join("home");
    let pages = [
        html(&full()).unwrap(),
        limit_html(&limit()).unwrap(),
        html(&poisoned(&full(), EVIL)).unwrap(),
        html(&poisoned(&full(), &"x".repeat(3000))).unwrap(),
    ];
    let measured = write("measuring.html", &measuring(&pages, &WIDTHS));
    let dom = browse(&chromium, &home, &["--dump-dom", "--virtual-time-budget=20000"], &measured);
    let said = dom.split_once("<p id=\"said\">").unwrap().1.split_once("</p>").unwrap().0;
    let expected: Vec<String> =
        pages.iter().flat_map(|_| WIDTHS.map(|width| format!("{width} {width} 0"))).collect();
    assert_eq!(
        said,
        expected.join(", "),
        "client width, scroll width and low pictures of each page and width"
    );
    let blank = write("blank.html", "<!DOCTYPE html><title>blank</title>");
    for (name, page) in [("run", &pages[0]), ("limit", &pages[1])] {
        let page = write(&format!("{name}.html"), page);
        for width in WIDTHS {
            let shot = |name: &str, page: &Path| {
                let path = folder.join(format!("{name}-{width}.png"));
                let file = format!("--screenshot={}", path.display());
                browse(&chromium, &home, &[&file, &format!("--window-size={width},2600")], page);
                std::fs::read(path).unwrap().len()
            };
            let (shown, empty) = (shot(name, &page), shot("blank", &blank));
            assert!(shown > 5 * empty, "{name}: {shown} bytes, a blank page {empty}, at {width} px");
        }
    }
}
