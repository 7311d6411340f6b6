//! From the text of a file to a scenario.

use super::error::ScenarioError;
use super::model::{
    Action, Bound, Call, Copies, Expect, Form, Front, Funds, Given, Line, Moment, Party, Pay, Scenario, Step,
};
use super::reader::{Source, Table, Words, did_you_mean};
use super::sense;
use gauntlet_probe::shop::ROUTES;
use gauntlet_report::Class;
use gauntlet_wire::Version;
use std::path::Path;
use toml::Spanned;
use toml::de::DeTable;

/// The keys of a file.
const KEYS: &[&str] = &[
    "id", "title", "source", "covers", "risk", "lost", "by", "versions", "alone", "given", "steps", "expect",
    "graded",
];

/// Each verb, and what may stand beside it in its step.
const VERBS: &[(&str, &[&str])] = &[
    ("pay", &["at", "as", "times", "together", "wait"]),
    ("neighbour", &["at", "as", "times", "wait"]),
    ("buy", &["at", "wait"]),
    ("unpaid", &["times"]),
    ("hold", &["call"]),
    ("release", &[]),
    ("answer", &["call", "with"]),
    ("await", &["until"]),
    ("cancel", &[]),
    ("drain", &[]),
    ("refill", &[]),
    ("preempt", &[]),
    ("drop", &[]),
    ("resend", &[]),
    ("mining", &[]),
    ("restart", &[]),
    ("compare", &[]),
];

/// How often something may happen in one step.
const MOST: u64 = 100;

impl Scenario {
    /// Reads a scenario from a file.
    ///
    /// # Errors
    /// [`ScenarioError`] with the place of the first fault.
    pub fn load(path: &Path) -> Result<Self, ScenarioError> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Source { path, text: "" }.error(None, format!("the scenario cannot be read: {error}"))
        })?;
        Self::parse(&text, path)
    }

    /// Reads a scenario from a text that stands, or could stand, in the file `path`.
    ///
    /// # Errors
    /// [`ScenarioError`] with the place of the first fault.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ScenarioError> {
        let source = Source { path, text };
        let root =
            DeTable::parse(text).map_err(|error| source.error(error.span(), error.message().trim()))?;
        let root = Table::root(source, root.get_ref());
        let scenario = read(&root)?;
        sense::check(&scenario, &root)?;
        Ok(scenario)
    }
}

fn read(root: &Table<'_>) -> Result<Scenario, ScenarioError> {
    root.only(KEYS)?;
    let text = |key: &str| root.needed_text(key).map(Spanned::into_inner);
    let (front, given) = match root.table("given")? {
        Some(table) => read_given(&table)?,
        None => (None, Vec::new()),
    };
    Ok(Scenario {
        path: root.source.path.to_owned(),
        id: read_id(root)?,
        title: text("title")?,
        source: text("source")?,
        covers: root.needed_texts("covers")?.into_iter().map(Spanned::into_inner).collect(),
        risk: text("risk")?,
        lost: text("lost")?,
        by: root.needed_word("by", Party::WORDS)?,
        versions: read_versions(root)?,
        alone: root.flag("alone")?.unwrap_or(false),
        front,
        given,
        steps: root.tables("steps")?.iter().map(read_step).collect::<Result<_, _>>()?,
        expect: read_expect(&root.needed_table("expect")?, &[])?,
        graded: match root.table("graded")? {
            Some(graded) => Some((read_class(&graded)?, read_expect(&graded, &["class"])?)),
            None => None,
        },
    })
}

/// An id names what it is and the file that it stands in.
fn read_id(root: &Table<'_>) -> Result<String, ScenarioError> {
    let id = root.needed_text("id")?;
    let stem = root.source.path.file_stem().unwrap_or_default().to_string_lossy();
    let (kind, name) = id.get_ref().split_once('.').unwrap_or((id.get_ref(), ""));
    if !matches!(kind, "attack" | "flow") || name != stem || !is_name(name) {
        let message = format!("the id of this file is `attack.{stem}` or `flow.{stem}`");
        return Err(root.source.error(id.span(), message));
    }
    Ok(id.into_inner())
}

/// Lower-case words with hyphens between them.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn read_versions(root: &Table<'_>) -> Result<Vec<Version>, ScenarioError> {
    let Some(numbers) = root.numbers("versions")? else { return Ok(Version::ALL.to_vec()) };
    numbers
        .iter()
        .map(|number| {
            u8::try_from(*number.get_ref())
                .map_err(|error| error.to_string())
                .and_then(Version::try_from)
                .map_err(|message| root.source.error(number.span(), message))
        })
        .collect()
}

fn read_given(table: &Table<'_>) -> Result<(Option<Front>, Vec<Given>), ScenarioError> {
    let front = table.word("front", Front::WORDS)?;
    let mut given = Vec::new();
    for (name, span) in table.keys().filter(|(name, _)| *name != "front") {
        if !is_name(name) {
            let message = format!("`{name}` is no name: write lower-case letters, digits and hyphens");
            return Err(table.source.error(span, message));
        }
        let one = table.needed_table(name)?;
        one.only(&["route", "funds"])?;
        given.push(Given {
            name: name.to_owned(),
            route: one.needed_word("route", &routes())?,
            funds: one.word("funds", Funds::WORDS)?.unwrap_or(Funds::Plenty),
        });
    }
    Ok((front, given))
}

/// The routes that a server may have, by name.
fn routes() -> Vec<(&'static str, &'static str)> {
    ROUTES.iter().map(|(name, _)| (*name, *name)).collect()
}

fn read_class(graded: &Table<'_>) -> Result<Class, ScenarioError> {
    let words: &Words<Class> = &[("D", Class::D), ("W", Class::W), ("I", Class::I)];
    graded.needed_word("class", words)
}

fn read_expect(table: &Table<'_>, also: &[&str]) -> Result<Expect, ScenarioError> {
    let kinds = ["served", "transfers", "settles", "reverted"];
    table.only(&[&kinds, also].concat())?;
    let bounds = |key: &str| -> Result<Vec<Bound>, ScenarioError> {
        let Some(counts) = table.table(key)? else { return Ok(Vec::new()) };
        let bound = |(name, span): (&str, std::ops::Range<usize>)| {
            let (least, most) = counts.range(name)?;
            let line = super::error::line_of(table.source.text, span.start);
            Ok(Bound { name: name.to_owned(), least, most, line })
        };
        counts.keys().map(bound).collect()
    };
    Ok(Expect {
        served: bounds("served")?,
        transfers: bounds("transfers")?,
        settles: bounds("settles")?,
        reverted: bounds("reverted")?,
    })
}

fn read_step(step: &Table<'_>) -> Result<Step, ScenarioError> {
    let verbs: Vec<&str> = VERBS.iter().map(|(verb, _)| *verb).collect();
    let found: Vec<_> = step.keys().filter(|(key, _)| verbs.contains(key)).collect();
    let (verb, span) = match found.as_slice() {
        [(verb, span)] => (*verb, span.clone()),
        [] => {
            let near = step.keys().map(|(key, _)| did_you_mean(key, &verbs)).find(|near| !near.is_empty());
            let message = format!("this step has no verb{}", near.unwrap_or_default());
            let error = step.source.error(step.span.clone(), message);
            return Err(error.with_help(format!("verbs: {}", verbs.join(", "))));
        }
        [(first, _), (second, span), ..] => {
            let message = format!("a step has one verb, and this one has `{first}` and `{second}`");
            return Err(step.source.error(span.clone(), message));
        }
    };
    let beside = VERBS.iter().find(|(known, _)| *known == verb).map_or(&[][..], |(_, beside)| *beside);
    step.only(&[&[verb], beside].concat())?;
    Ok(Step::new(read_action(step, verb)?, span, step.source.text))
}

fn read_action(step: &Table<'_>, verb: &str) -> Result<Action, ScenarioError> {
    let name = || step.needed_text(verb).map(Spanned::into_inner);
    let wait = || step.flag("wait").map(|wait| wait.unwrap_or(true));
    Ok(match verb {
        "pay" | "neighbour" => Action::Pay(read_pay(step, verb)?),
        "buy" => Action::Buy { name: name()?, at: step.word("at", &routes())?, wait: wait()? },
        "unpaid" => Action::Unpaid {
            route: step.needed_word(verb, &routes())?,
            times: step.number("times", 1, MOST)?.unwrap_or(1),
        },
        "hold" => Action::Hold { name: name()?, call: read_call(step)? },
        "release" => Action::Release(name()?),
        "answer" => read_answer(step, name()?)?,
        "await" => Action::Await {
            name: name()?,
            until: step.word("until", Moment::WORDS)?.unwrap_or(Moment::Answered),
        },
        "cancel" => Action::Cancel(name()?),
        "drain" => Action::Drain(name()?),
        "refill" => Action::Refill(name()?),
        "preempt" => Action::Preempt(name()?),
        "drop" => Action::Drop(name()?),
        "resend" => Action::Resend(name()?),
        "mining" => {
            Action::Mining { automatic: step.needed_word(verb, &[("automatic", true), ("stopped", false)])? }
        }
        "restart" => {
            step.needed_word(verb, &[("server", ())])?;
            Action::Restart
        }
        _ => Action::Compare(name()?),
    })
}

fn read_call(step: &Table<'_>) -> Result<Call, ScenarioError> {
    Ok(step.word("call", Call::WORDS)?.unwrap_or(Call::Settle))
}

fn read_answer(step: &Table<'_>, name: String) -> Result<Action, ScenarioError> {
    let (call, with) = (read_call(step)?, step.needed_word("with", Line::WORDS)?);
    if call == Call::Verify && with != Line::Refused {
        return Err(step.error_at("with", "only /settle names transactions; /verify can be `refused`"));
    }
    Ok(Action::Answer { name, call, with })
}

fn read_pay(step: &Table<'_>, verb: &str) -> Result<Pay, ScenarioError> {
    let together = step.number("together", 2, MOST)?;
    let pay = Pay {
        name: step.needed_text(verb)?.into_inner(),
        at: step.word("at", &routes())?,
        form: step.word("as", Form::WORDS)?,
        copies: match together {
            Some(copies) => Copies::AtOnce(copies),
            None => Copies::InSequence(step.number("times", 1, MOST)?.unwrap_or(1)),
        },
        neighbour: verb == "neighbour",
        wait: step.flag("wait")?.unwrap_or(true),
    };
    let beside = ["times", "as", "wait"].into_iter().find(|key| step.has(key));
    match beside.filter(|_| together.is_some()) {
        Some(key) => Err(step.error_at(key, format!("`{key}` and `together` do not go together"))),
        None => Ok(pay),
    }
}
