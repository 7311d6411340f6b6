//! `gauntlet recheck`: a recorded run, judged again by today's invariants.

use super::list::pretty;
use super::run::unreadable;
use crate::args::{Format, RecheckArgs};
use crate::failure::Failure;
use crate::output;
use gauntlet_engine::invariants::{Judged, Recheck, Weighed};
use gauntlet_report::record::Record;
use gauntlet_report::text::{body, escape};
use gauntlet_report::{ExitCode, Severity};
use serde_json::Value;
use std::fmt::Write as _;

/// How much of a body is written out, characters.
const BODY: usize = 200;
/// How many breaches of an invariant are written out.
const SHOWN: usize = 5;
/// How many exchanges of a breach are written out.
const EXCHANGES: usize = 6;

pub(crate) fn run(args: &RecheckArgs) -> Result<ExitCode, Failure> {
    let record = Record::read(&args.run).map_err(|error| unreadable(&error))?;
    let recheck = Recheck::of(&record);
    output::result(&match args.format {
        Format::Human => human(&record, &recheck),
        Format::Json | Format::Ndjson => {
            let document = serde_json::to_value(&recheck).map_err(|e| Failure::harness(e.to_string()))?;
            if args.format == Format::Json { pretty(&document) } else { Value::to_string(&document) }
        }
    });
    Ok(recheck.exit)
}

fn human(record: &Record, recheck: &Recheck) -> String {
    let mut text = format!(
        "{}  {} {}: {} requests, {} Transfers\n",
        recheck.run, recheck.role, recheck.target, recheck.requests, recheck.transfers
    );
    for judged in &recheck.invariants {
        tell(&mut text, record, judged);
    }
    let all = recheck.invariants.iter().flat_map(|judged| &judged.breaches);
    let (failing, others): (Vec<&Weighed>, Vec<&Weighed>) =
        all.partition(|breach| breach.severity == Severity::Failure && !breach.known);
    let verdict = match (&recheck.reason, failing.len(), others.len()) {
        (Some(reason), ..) => format!("COULD NOT TELL  {reason}"),
        (None, 0, 0) => "CLEAN  every invariant that could be judged holds".into(),
        (None, 0, others) => {
            format!("CLEAN  nothing that fails a run; {} of less weight, or known", breaches(others))
        }
        (None, failing, _) => format!("BROKEN  {}", breaches(failing)),
    };
    let _ = writeln!(text, "{verdict}");
    text
}

fn breaches(number: usize) -> String {
    if number == 1 { "1 breach".into() } else { format!("{number} breaches") }
}

fn tell(text: &mut String, record: &Record, judged: &Judged) {
    let word = judged.word.map_or("—", gauntlet_engine::invariants::Word::as_str);
    let what = match (&judged.reason, judged.breaches.len()) {
        (Some(reason), _) => format!("not judged: {reason}"),
        (None, 0) => "holds".into(),
        (None, number) => breaches(number),
    };
    let _ = writeln!(text, "  {word:4}  {:20}  {:40}  {what}", judged.requirement, judged.invariant);
    for note in &judged.notes {
        let _ = writeln!(text, "        {note}");
    }
    for kind in &judged.lost {
        let _ = writeln!(text, "        the run told {kind}, which is not found again");
    }
    for breach in judged.breaches.iter().take(SHOWN) {
        shown(text, record, breach);
    }
    if judged.breaches.len() > SHOWN {
        let _ =
            writeln!(text, "        and {} more; --format json has them all", judged.breaches.len() - SHOWN);
    }
}

fn shown(text: &mut String, record: &Record, breach: &Weighed) {
    let weight = match (breach.known, breach.severity) {
        (true, _) => "known",
        (_, Severity::Failure) => "fails",
        (_, Severity::Deviation) => "deviation",
        (_, Severity::Warning) => "warns",
        (_, Severity::Info) => "tells",
    };
    let told = if breach.told { "" } else { " — the run did not tell it" };
    let _ = writeln!(text, "        {} ({weight}){told}", breach.kind);
    let _ = writeln!(text, "          want   {}", breach.want);
    let _ = writeln!(text, "          got    {}", escape(&breach.got));
    for line in &breach.chain {
        let _ = writeln!(text, "          chain  {line}");
    }
    for seq in breach.exchanges.iter().take(EXCHANGES) {
        let Some(exchange) = record.exchange(*seq) else { continue };
        let answer = match (&exchange.fault, exchange.status) {
            (Some(fault), _) => fault.to_string(),
            (None, Some(status)) => status.to_string(),
            (None, None) => "no answer".into(),
        };
        let answered = exchange.response.as_ref().map(|response| body(&response.body, BODY));
        let _ = writeln!(
            text,
            "          {seq:>5}  {} {} → {} {}",
            exchange.method,
            escape(&exchange.url),
            escape(&answer),
            answered.unwrap_or_default()
        );
    }
    if breach.exchanges.len() > EXCHANGES {
        let _ = writeln!(text, "                 and {} more exchanges", breach.exchanges.len() - EXCHANGES);
    }
}
