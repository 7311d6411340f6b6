//! The report as one HTML file: no network, no script, light and dark, for a screen of any width and for paper.
//!
//! The templates are in `templates/`, and escape every text; what is shown at all is decided here. A text has passed
//! [`escape`](crate::text::escape) before, so that no control character is in it. Each part of the page is a file and a
//! template of its own; the frame, `page.html`, is that of a load run's page too.

mod checks;
mod failures;
mod ledger;
mod lists;

use super::style::Paint;
use super::{story, verdict};
use crate::rules::DocumentTally;
use crate::text::{count, escape, shorten};
use crate::{Record, Rules, Summary, clock, redact};
use askama::Template;
use checks::Topic;
use failures::Failure;
use ledger::Money;
use lists::List;

/// More of one kind of thing than this is in the record.
const LINES: usize = 200;

/// The page could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the HTML report: {0}; use --format json and report this")]
pub struct HtmlError(#[from] askama::Error);

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    title: String,
    tone: &'static str,
    word: &'static str,
    score: String,
    numbers: String,
    when: String,
    run: String,
    gauntlet: String,
    anvil: String,
    states: Vec<State>,
    failures: Vec<Failure>,
    failures_title: String,
    more_failures: Vec<String>,
    lists: Vec<List>,
    legend: [(&'static str, &'static str, &'static str); 8],
    topics: Vec<Topic>,
    ledger: Option<Money>,
    coverage_title: String,
    documents: Vec<DocumentTally>,
    facts: Vec<(&'static str, String)>,
    notes: Vec<String>,
}

/// Something that holds for the whole run.
struct State {
    tone: &'static str,
    label: &'static str,
    what: String,
    advice: &'static str,
}

/// Renders a run, finished or not.
///
/// # Errors
/// [`HtmlError`] when the page cannot be written.
pub fn html(record: &Record, rules: &Rules) -> Result<String, HtmlError> {
    let record = &*redact::shown(record);
    let summary = Summary::of(record);
    let started = &record.started;
    let target = &started.target;
    let (failures, more_failures) = failures::failures(record);
    let states = verdict::states(record, &summary).into_iter().map(|state| State {
        tone: tone(state.paint),
        label: state.label,
        what: story::field(&state.what),
        advice: state.advice,
    });
    let all = summary.coverage.all;
    let page = Page {
        title: shorten(&escape(&format!("Trial of the {} {}", target.role, target.name)), 200),
        tone: tone(verdict::paint(&summary)),
        word: verdict::word(summary.exit),
        score: story::field(&verdict::score(record, &summary)),
        numbers: verdict::numbers(record, &summary),
        when: clock::rfc3339(started.started_ms / 1000 * 1000),
        run: story::field(&started.run),
        gauntlet: story::field(&started.gauntlet),
        anvil: story::field(&started.anvil),
        states: states.collect(),
        failures_title: count(summary.unexpected.len(), "failure"),
        failures,
        more_failures,
        lists: lists::lists(record, &summary),
        legend: checks::LEGEND,
        topics: checks::topics(record),
        ledger: record.ledger.as_ref().map(ledger::money),
        coverage_title: format!(
            "{} of {} that the checks of this run cover hold.",
            all.holds,
            count(all.total, "requirement")
        ),
        documents: documents(&summary, rules),
        facts: facts(record),
        notes: record
            .finished
            .iter()
            .flat_map(|f| &f.notes)
            .take(LINES)
            .map(|note| story::field(note))
            .collect(),
    };
    Ok(page.render()? + "\n")
}

const fn tone(paint: Paint) -> &'static str {
    match paint {
        Paint::Good => "good",
        Paint::Bad => "bad",
        _ => "doubt",
    }
}

fn documents(summary: &Summary, rules: &Rules) -> Vec<DocumentTally> {
    let mut documents = rules.by_document(&summary.coverage);
    for document in &mut documents {
        document.document = story::field(&document.document);
        document.sections.iter_mut().for_each(|(section, _)| *section = story::field(section));
    }
    documents
}

/// What somebody needs who wants the same again.
fn facts(record: &Record) -> Vec<(&'static str, String)> {
    let started = &record.started;
    let target = &started.target;
    let mut facts = vec![
        ("target", verdict::subject(record)),
        ("chain", format!("{}, id {}", started.network, started.chain_id)),
        ("set", started.set.clone()),
        ("seed", started.seed.to_string()),
        ("command", started.command.join(" ")),
    ];
    facts.extend(target.dialect.clone().map(|dialect| ("dialect", dialect)));
    facts.extend(target.facilitator.clone().map(|facilitator| ("facilitator", facilitator)));
    facts.extend(target.client.clone().map(|client| ("client", client)));
    facts.into_iter().map(|(name, value)| (name, story::field(&value))).collect()
}
