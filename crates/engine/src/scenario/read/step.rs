//! `[[steps]]`: what happens.

use super::expect::read_answers;
use super::{Faults, values};
use crate::scenario::error::ScenarioError;
use crate::scenario::grammar::{self, MOST, Takes, Verb};
use crate::scenario::model::{Action, Answers, Ask, Call, Copies, Form, Line, Moment, Pay, Step};
use crate::scenario::reader::{Table, did_you_mean};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gauntlet_probe::{Request, Role, shop::ROUTES};
use std::ops::Range;
use toml::Spanned;
use toml::de::DeValue;

/// How deep steps may stand inside steps.
const DEPTH: usize = 2;

pub(super) fn read_all(root: &Table<'_>, role: Role, faults: &mut Faults) -> Option<Vec<Step>> {
    let mut steps = Some(Vec::new());
    for step in faults.take(root.tables("steps"))? {
        match (faults.take(read(&step, role, 0)), &mut steps) {
            (Some(step), Some(steps)) => steps.push(step),
            _ => steps = None,
        }
    }
    steps
}

/// The routes that a server may have, by name.
pub(super) fn routes() -> Vec<(&'static str, &'static str)> {
    ROUTES.iter().map(|(name, _)| (*name, *name)).collect()
}

fn read(step: &Table<'_>, role: Role, depth: usize) -> Result<Step, ScenarioError> {
    let (verb, span) = verb_of(step, role)?;
    step.only(&verb.keys())?;
    let action = read_action(step, verb, role, depth)?;
    let answers = read_answers(step, role)?;
    no_answers_of_their_own(step, &action, &answers)?;
    Ok(Step::new(action, answers, span, step.source.text))
}

/// The verb of a step, and where it stands.
fn verb_of(step: &Table<'_>, role: Role) -> Result<(&'static Verb, Range<usize>), ScenarioError> {
    let known: Vec<&str> =
        grammar::VERBS.iter().filter(|verb| verb.is_for(role)).map(|verb| verb.name).collect();
    let error = |span: Range<usize>, message: String| step.source.error(span, message);
    let found: Vec<_> =
        step.keys().into_iter().filter_map(|(key, span)| Some((grammar::find(key)?, span))).collect();
    match found.as_slice() {
        [(verb, span)] if verb.is_for(role) => Ok((verb, span.clone())),
        [(verb, span)] => {
            let other = if role == Role::Server { "facilitators" } else { "servers" };
            let message = format!("`{}` is for {other}, and this scenario tries a {role}", verb.name);
            Err(error(span.clone(), message).with_help(format!("verbs: {}", known.join(", "))))
        }
        [] => {
            let near = step.keys().into_iter().find_map(|(key, _)| {
                let near = if key == "buy" {
                    "; it is called `fetch` now".into()
                } else {
                    did_you_mean(key, &known)
                };
                (!near.is_empty()).then_some(near)
            });
            let message = format!("this step has no verb{}", near.unwrap_or_default());
            Err(error(step.span.clone(), message).with_help(format!("verbs: {}", known.join(", "))))
        }
        [(first, first_at), (second, second_at), ..] => {
            let waits = |verb: &Verb| verb.name == "wait";
            let message =
                format!("a step has one verb, and this one has `{}` and `{}`", first.name, second.name);
            if waits(first) || waits(second) {
                let at = if waits(first) { first_at } else { second_at };
                return Err(error(at.clone(), message)
                    .with_help("to go on without the answer, write background = true"));
            }
            Err(error(second_at.clone(), message))
        }
    }
}

/// Answers are looked at where a verb gets any; and those of steps inside belong to those steps.
fn no_answers_of_their_own(
    step: &Table<'_>,
    action: &Action,
    answers: &Answers,
) -> Result<(), ScenarioError> {
    let is_background = matches!(
        action,
        Action::Ask(Ask { background: true, .. })
            | Action::Pay(Pay { background: true, .. })
            | Action::Fetch { background: true, .. }
    );
    if answers.require.is_some() && is_background {
        return Err(step.error_at(
            "require",
            "the next step goes on without the answer; `require` it where it is waited for, or `expect` it",
        ));
    }
    Ok(())
}

fn read_action(step: &Table<'_>, verb: &Verb, role: Role, depth: usize) -> Result<Action, ScenarioError> {
    let name = || step.needed_text(verb.name).map(Spanned::into_inner);
    Ok(match verb.name {
        "verify" => Action::Ask(read_ask(step, Call::Verify, name()?)?),
        "settle" => Action::Ask(read_ask(step, Call::Settle, name()?)?),
        "supported" => {
            step.needed_word(verb.name, &[("ask", ())])?;
            Action::Supported
        }
        "request" => Action::Request { request: Box::new(read_request(step)?), times: times(step)? },
        "pay" | "neighbour" => Action::Pay(read_pay(step, verb, name()?)?),
        "fetch" => {
            Action::Fetch { name: name()?, at: step.word("at", &routes())?, background: background(step)? }
        }
        "unpaid" => Action::Unpaid { route: step.needed_word(verb.name, &routes())?, times: times(step)? },
        "hold" => Action::Hold { name: name()?, call: read_call(step)? },
        "release" => Action::Release(name()?),
        "answer" => read_answer(step, name()?)?,
        "await" => read_await(step, name()?, role)?,
        "cancel" => Action::Cancel(name()?),
        "drain" => Action::Drain(name()?),
        "refill" => Action::Refill(name()?),
        "preempt" => Action::Preempt(name()?),
        "drop" => Action::Drop(name()?),
        "resend" => Action::Resend(name()?),
        "mining" => Action::Mining(values::mining(step, verb.name, step.needed_value(verb.name)?)?),
        "mine" => Action::Mine(count(step, verb)?),
        "reorg" => Action::Reorg(count(step, verb)?),
        "wait" => Action::Wait(count(step, verb)?),
        "fault" => Action::Fault(read_fault(step)?),
        "restart" => {
            step.needed_word(verb.name, &[("target", ()), ("server", ())])?;
            Action::Restart
        }
        "parallel" => Action::Parallel(read_inner(step, verb.name, role, depth)?),
        "repeat" => {
            Action::Repeat { times: count(step, verb)?, steps: read_inner(step, "steps", role, depth)? }
        }
        _ => Action::Compare(name()?),
    })
}

fn count(step: &Table<'_>, verb: &Verb) -> Result<u64, ScenarioError> {
    let (from, to) = match verb.takes {
        Takes::Count(from, to) => (from, to),
        _ => (1, MOST),
    };
    Ok(step.number(verb.name, from, to)?.unwrap_or(from))
}

fn times(step: &Table<'_>) -> Result<u64, ScenarioError> {
    Ok(step.number("times", 1, MOST)?.unwrap_or(1))
}

fn background(step: &Table<'_>) -> Result<bool, ScenarioError> {
    Ok(step.flag("background")?.unwrap_or(false))
}

/// The steps inside a step.
fn read_inner(step: &Table<'_>, key: &str, role: Role, depth: usize) -> Result<Vec<Step>, ScenarioError> {
    if depth + 1 > DEPTH {
        return Err(step.error_at(key, format!("steps stand at most {DEPTH} deep inside others")));
    }
    let inner = step.tables(key)?;
    if key == "parallel" {
        for one in &inner {
            let (verb, span) = verb_of(one, role)?;
            if !verb.parallel {
                let may: Vec<&str> = grammar::VERBS
                    .iter()
                    .filter(|verb| verb.parallel && verb.is_for(role))
                    .map(|verb| verb.name)
                    .collect();
                let message = format!("`{}` cannot stand in `parallel`", verb.name);
                return Err(step
                    .source
                    .error(span, message)
                    .with_help(format!("these can: {}", may.join(", "))));
            }
            if one.has("background") {
                return Err(one.error_at(
                    "background",
                    "everything in `parallel` goes on beside the rest, and ends with it",
                ));
            }
        }
        if inner.len() < 2 {
            return Err(step.error_at(key, "`parallel` needs two steps or more"));
        }
    }
    inner.iter().map(|one| read(one, role, depth + 1)).collect()
}

fn read_call(step: &Table<'_>) -> Result<Call, ScenarioError> {
    Ok(step.word("call", Call::WORDS)?.unwrap_or(Call::Settle))
}

fn read_answer(step: &Table<'_>, name: String) -> Result<Action, ScenarioError> {
    let (call, with) = (read_call(step)?, step.needed_word("with", Line::WORDS)?);
    if call == Call::Verify && !matches!(with, Line::Refused | Line::Truth) {
        let message = "only /settle names transactions; /verify can be `refused`, or say the `truth`";
        return Err(step.error_at("with", message));
    }
    Ok(Action::Answer { name, call, with })
}

fn read_await(step: &Table<'_>, name: String, role: Role) -> Result<Action, ScenarioError> {
    let until = step.word("until", Moment::WORDS)?.unwrap_or(Moment::Answered);
    if role != Role::Server && until != Moment::Answered {
        return Err(step
            .error_at("until", "it is the facilitator that is tried; only its `answer` can be waited for"));
    }
    Ok(Action::Await { name, until })
}

fn read_fault(step: &Table<'_>) -> Result<Vec<gauntlet_probe::Rule>, ScenarioError> {
    let value = step.needed_value("fault")?;
    if let DeValue::String(_) = value.get_ref() {
        step.needed_word("fault", &[("none", ())])?;
        return Ok(Vec::new());
    }
    Ok(vec![values::fault(step, "fault", value)?])
}

fn read_request(step: &Table<'_>) -> Result<Request, ScenarioError> {
    let table = step.needed_table("request")?;
    table.only(&grammar::names(grammar::REQUEST))?;
    let path = table.needed_text("path")?;
    if !path.get_ref().starts_with('/') {
        return Err(table.source.error(path.span(), "a path begins with a slash"));
    }
    let mut request = Request::get(path.into_inner());
    if let Some(headers) = table.table("headers")? {
        for (name, _) in headers.keys() {
            let value = headers.text(name)?.map(Spanned::into_inner).unwrap_or_default();
            request.headers.push((name.to_owned(), value));
        }
    }
    let bodies: Vec<&str> = ["body", "json", "base64"].into_iter().filter(|key| table.has(key)).collect();
    if let [first, second, ..] = bodies[..] {
        return Err(table.error_at(second, format!("`{first}` and `{second}` do not go together")));
    }
    if let Some(body) = table.text("body")? {
        request.body = body.into_inner().into_bytes();
    }
    if let Some(body) = table.text("base64")? {
        request.body = STANDARD
            .decode(body.get_ref())
            .map_err(|error| table.source.error(body.span(), format!("this is no base64: {error}")))?;
    }
    if let Some(json) = table.value("json") {
        request.body = values::json(table.source, json)?.to_string().into_bytes();
        if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            request = request.header("Content-Type", "application/json");
        }
    }
    if !request.body.is_empty() {
        request.method = "POST".into();
    }
    if let Some(method) = table.text("method")? {
        if method.get_ref().is_empty() || !method.get_ref().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(table.source.error(method.span(), "this is no HTTP method"));
        }
        request.method = method.into_inner();
    }
    Ok(request)
}

fn copies(step: &Table<'_>, alone: &[&str]) -> Result<Copies, ScenarioError> {
    let Some(together) = step.number("together", 2, MOST)? else {
        return Ok(Copies::InSequence(times(step)?));
    };
    match alone.iter().find(|key| step.has(key)) {
        Some(key) => Err(step.error_at(key, format!("`{key}` and `together` do not go together"))),
        None => Ok(Copies::AtOnce(together)),
    }
}

fn read_ask(step: &Table<'_>, call: Call, name: String) -> Result<Ask, ScenarioError> {
    let form = step.word("as", Form::WORDS)?;
    if form.is_some_and(|form| form.mutations().is_none()) {
        return Err(
            step.error_at("as", "this is about HTTP headers, and a facilitator gets payments in its body")
        );
    }
    Ok(Ask {
        call,
        name,
        change: values::changes(step, "change")?,
        form,
        copies: copies(step, &["times"])?,
        background: background(step)?,
    })
}

fn read_pay(step: &Table<'_>, verb: &Verb, name: String) -> Result<Pay, ScenarioError> {
    Ok(Pay {
        name,
        at: step.word("at", &routes())?,
        change: values::changes(step, "change")?,
        form: step.word("as", Form::WORDS)?,
        copies: copies(step, &["times", "as", "background"])?,
        neighbour: verb.name == "neighbour",
        background: background(step)?,
    })
}
