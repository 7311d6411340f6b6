//! Records, and every report rendered from them.

use gauntlet_report::render::{self, BadgeFormat, Style};
use gauntlet_report::{Event, Record, Rules, Summary, text as texts};
use quick_xml::events::Event as Xml;
use serde_json::Value;
use std::path::Path;
use std::sync::OnceLock;

/// The record of a run in which something failed.
const SAMPLE: &str = include_str!("../../corpus/record/failing.ndjson");
/// Longer texts than this are cut: what happens to them happens to short ones, too.
const LONGEST: usize = 2_000;

/// Records as they are read back.
pub(crate) fn record(bytes: &[u8]) {
    if let Ok(record) = Record::parse(Path::new("run.ndjson"), bytes) {
        let summary = Summary::of(&record);
        assert_eq!(Summary::of(&record).exit, summary.exit);
        rendered(&record);
    }
}

/// A record in which every text that can be any text is this one.
pub(crate) fn poisoned(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let text = &text[..text.floor_char_boundary(LONGEST)];
    let mut lines = String::new();
    for (event, places) in sample() {
        let mut event = event.clone();
        for place in places {
            if let Some(there) = event.pointer_mut(place) {
                *there = text.into();
            }
        }
        lines.push_str(&event.to_string());
        lines.push('\n');
    }
    let record = Record::parse(Path::new("run.ndjson"), lines.as_bytes());
    rendered(&record.unwrap_or_else(|error| panic!("{error}")));
}

/// The events of the sample, and where in each a text can be any text.
fn sample() -> &'static [(Value, Vec<String>)] {
    static SAMPLES: OnceLock<Vec<(Value, Vec<String>)>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let events = SAMPLE.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        events
            .map(|event| {
                let is_free = |place: &String| {
                    let mut tried = event.clone();
                    *tried.pointer_mut(place).unwrap() = "no word of ours".into();
                    place != "/event"
                        && place != "/target/rpc_url"
                        && serde_json::from_value::<Event>(tried).is_ok()
                };
                let places = places(&event, "").into_iter().filter(is_free).collect();
                (event, places)
            })
            .collect()
    })
}

/// Where in a value there are texts, as JSON pointers.
fn places(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::String(_) => vec![at.to_owned()],
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(index, item)| places(item, &format!("{at}/{index}")))
            .collect(),
        Value::Object(members) => {
            let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
            members.iter().flat_map(|(name, item)| places(item, &format!("{at}/{}", escaped(name)))).collect()
        }
        _ => Vec::new(),
    }
}

/// Every report is what it should be, whatever stands in the record.
fn rendered(record: &Record) {
    let human = render::human(record, &Style::PLAIN);
    let tap = render::tap(record);
    let markdown = render::markdown(record, &Rules::default());
    for (what, text) in [("human", &human), ("TAP", &tap), ("Markdown", &markdown)] {
        is_quiet(what, text);
    }
    is_tap(&tap, record);
    for json in [render::json(record), render::har(record), render::badge(record, BadgeFormat::Json)] {
        let shown = texts::harmless(&json, false);
        is_quiet("JSON", &shown);
        assert!(serde_json::from_str::<Value>(&shown).is_ok());
    }
    if let Ok(junit) = render::junit(record) {
        is_xml("JUnit", &junit);
    }
    is_xml("the badge", &render::badge(record, BadgeFormat::Svg));
    if let Ok(page) = render::html(record, &Rules::default()) {
        assert!(page.trim_end().ends_with("</html>"));
        assert_eq!(page.matches("<html").count(), 1);
        assert_eq!(page.matches("</script").count(), page.matches("<script").count());
    }
}

fn is_quiet(what: &str, text: &str) {
    let found = text.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(found, None, "{what}");
}

/// A test for each check that was selected, and one for a run that did not end; those that never began are missing, so that
/// nobody takes the run for whole.
fn is_tap(text: &str, record: &Record) {
    let plan = text.lines().find_map(|line| line.strip_prefix("1..")).unwrap();
    let plan: usize = plan.split(' ').next().unwrap().parse().unwrap();
    let tests = text.lines().filter(|line| line.starts_with("ok ") || line.starts_with("not ok ")).count();
    assert_eq!(plan, tests + record.not_begun(), "{text}");
}

fn is_xml(what: &str, text: &str) {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    loop {
        match reader.read_event() {
            Ok(Xml::Eof) => break,
            Ok(Xml::Start(tag) | Xml::Empty(tag)) => {
                for attribute in tag.attributes() {
                    assert!(attribute.is_ok(), "{what}: {attribute:?} in {text}");
                }
            }
            Ok(_) => {}
            Err(error) => panic!("{what}: {error} in {text}"),
        }
    }
    let odd = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r'));
    assert_eq!(odd, None, "{what} has a character that XML has not");
}

/// Texts of others, made fit to be shown.
pub(crate) fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let escaped = texts::escape(&text);
    is_quiet("escape", &escaped);
    assert!(!escaped.contains('\n'), "one line");
    assert_eq!(texts::escape(&escaped), escaped, "twice is once");
    let harmless = texts::harmless(&text, false);
    assert_eq!(texts::harmless(&harmless, false), harmless, "twice is once");
    assert!(harmless.lines().all(|line| !line.trim_start().starts_with("::") && !line.contains("##[")));
    for limit in [0, 10, 300] {
        let short = texts::shorten(&escaped, limit);
        assert!(short.chars().count() <= limit + 40, "{} characters", short.chars().count());
        is_quiet("body", &texts::body(bytes, limit));
    }
    let wrapped = texts::wrap(&escaped, 20).join(" ");
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&wrapped), words(&escaped), "no word is lost");
    let _ = texts::shorten_hex(&text);
}
