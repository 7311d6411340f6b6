//! From a line to a threshold.

use super::{BOOKS, GAS_PER_SETTLE, Limit, Measure, Op, Stat, Threshold, ThresholdError, Time};
use crate::Phase;
use crate::plan::quantity::Quantity;
use crate::plan::stage::FASTEST;
use gauntlet_engine::scenario::reader::did_you_mean;
use std::ops::Range;
use std::time::Duration;

/// The units of latencies, in microseconds.
const UNITS: [(&str, u64); 3] = [("us", 1), ("ms", 1_000), ("s", 1_000_000)];

/// The longest latency that makes sense as a bound.
const LONGEST: Duration = Duration::from_hours(24);

/// The most blocks that make sense as a bound.
const MOST_BLOCKS: f64 = 10_000.0;

pub(super) fn parse(text: &str) -> Result<Threshold, ThresholdError> {
    Line { text }.threshold()
}

#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a str,
}

/// A word of the line, and where it begins.
#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    at: usize,
}

impl Word<'_> {
    fn span(self) -> Range<usize> {
        self.at..self.at + self.text.len()
    }

    /// What compares, or would like to.
    fn is_operator(self) -> bool {
        self.text.starts_with(is_sign)
    }
}

fn is_sign(c: char) -> bool {
    matches!(c, '<' | '>' | '=' | '!' | '≤' | '≥' | '≠')
}

/// The place of words that stand together.
fn span(words: &[Word<'_>]) -> Range<usize> {
    match (words.first(), words.last()) {
        (Some(first), Some(last)) => first.at..last.span().end,
        _ => 0..0,
    }
}

impl<'a> Line<'a> {
    fn error(self, span: Range<usize>, message: impl Into<String>) -> ThresholdError {
        ThresholdError::new(self.text, span, message)
    }

    /// Words are parted by blanks, and by operators also without.
    fn words(self) -> Vec<Word<'a>> {
        let kind = |c: char| if c.is_whitespace() { 0 } else { 1 + u8::from(is_sign(c)) };
        let mut words = Vec::new();
        let mut rest = self.text;
        while let Some(first) = rest.chars().next() {
            let end = rest.find(|c| kind(c) != kind(first)).unwrap_or(rest.len());
            let (text, after) = rest.split_at(end);
            if !first.is_whitespace() {
                words.push(Word { text, at: self.text.len() - rest.len() });
            }
            rest = after;
        }
        words
    }

    fn threshold(self) -> Result<Threshold, ThresholdError> {
        let words = self.words();
        let example = "for example: payment p99 < 3s";
        let Some(at) = words.iter().position(|word| word.is_operator()) else {
            let message = if words.is_empty() { "this threshold is empty" } else { "this compares nothing" };
            return Err(self.error(span(&words), message).with_help(example));
        };
        let (left, operator, right) = (&words[..at], words[at], &words[at + 1..]);
        if let Some(second) = right.iter().find(|word| word.is_operator()) {
            return Err(self.error(second.span(), "a threshold compares once"));
        }
        let op = self.op(operator)?;
        if left.is_empty() {
            return Err(self.error(operator.span(), "nothing stands before this").with_help(example));
        }
        let measure = self.measure(left)?;
        let limit = self.limit(measure, operator, right)?;
        self.makes_sense(measure, operator, op, limit, span(right))?;
        Ok(Threshold { measure, op, limit })
    }

    fn op(self, word: Word<'_>) -> Result<Op, ThresholdError> {
        let meant = match word.text {
            "=" | "===" => "==",
            "=<" | "≤" => "<=",
            "=>" | "≥" => ">=",
            text => text,
        };
        let known = Op::ALL.into_iter().find(|op| op.as_str() == meant);
        match known {
            Some(op) if meant == word.text => Ok(op),
            _ => {
                let near = known.map(|op| format!("; did you mean `{}`?", op.as_str())).unwrap_or_default();
                let all = Op::ALL.map(Op::as_str).join(" ");
                let message = format!("`{}` is no comparison{near}", word.text);
                Err(self.error(word.span(), message).with_help(format!("known: {all}")))
            }
        }
    }

    // ---- what stands on the left ---------------------------------------------------------------------------------

    fn measure(self, words: &[Word<'_>]) -> Result<Measure, ThresholdError> {
        match words {
            [one] => self.alone(*one),
            [first, rest @ ..] => match phase(first.text) {
                Some(phase) => self.of_phase(phase, rest),
                None => Err(self.no_phase(*first, words)),
            },
            [] => Err(self.error(0..0, "nothing is compared")),
        }
    }

    /// What is no part of a payment: the books, and the errors over all phases.
    fn alone(self, word: Word<'_>) -> Result<Measure, ThresholdError> {
        if let Some(measure) = alone(word.text) {
            return Ok(measure);
        }
        if let Some(phase) = phase(word.text) {
            let message = format!("`{phase}` is a part of a payment: say what of it is compared");
            return Err(self.error(word.span(), message).with_help(after_phase(phase)));
        }
        if stat(word.text).is_some() || matches!(word.text, "rate" | "service") {
            let message = format!("`{}` of what?", word.text);
            return Err(self
                .error(word.span(), message)
                .with_help(format!("phases: {}", phases().join(", "))));
        }
        let known: Vec<&str> =
            ["error-rate"].into_iter().chain(BOOKS.iter().map(|(name, _)| *name)).collect();
        let every: Vec<&str> = known.iter().copied().chain(phases()).collect();
        let message = format!("`{}` is not measured{}", word.text, did_you_mean(word.text, &every));
        let help = format!("known: {}; and of a phase ({})", known.join(", "), phases().join(", "));
        Err(self.error(word.span(), message).with_help(format!("{help}: p99, rate, error-rate")))
    }

    fn no_phase(self, first: Word<'_>, words: &[Word<'_>]) -> ThresholdError {
        let texts: Vec<&str> = words.iter().map(|word| word.text).collect();
        let joined = texts.join("-");
        if alone(&joined).is_some() {
            return self.error(span(words), format!("this is one word; did you mean `{joined}`?"));
        }
        if alone(first.text).is_some() {
            let message = format!("`{}` stands alone", first.text);
            return self.error(span(&words[1..]), message);
        }
        let message = format!("there is no phase `{}`{}", first.text, did_you_mean(first.text, &phases()));
        self.error(first.span(), message).with_help(format!("phases: {}", phases().join(", ")))
    }

    fn of_phase(self, phase: Phase, words: &[Word<'_>]) -> Result<Measure, ThresholdError> {
        let (measure, used) = match words {
            [one, ..] if one.text == "rate" => (Measure::Rate(phase), 1),
            [one, ..] if one.text == "error-rate" => (Measure::Errors(Some(phase)), 1),
            [one] if one.text == "service" => {
                let message = "`service` is about a latency: say which";
                let help = format!("for example: {phase} service p99");
                return Err(self.error(one.span(), message).with_help(help));
            }
            [one, two, ..] if one.text == "service" && matches!(two.text, "rate" | "error-rate") => {
                let message = format!("`service` is about a latency; leave it out for `{}`", two.text);
                return Err(self.error(one.span(), message));
            }
            [one, two, ..] if one.text == "service" => {
                (Measure::Latency { phase, time: Time::Service, stat: self.stat(phase, *two)? }, 2)
            }
            [one, ..] => (Measure::Latency { phase, time: Time::Response, stat: self.stat(phase, *one)? }, 1),
            [] => return Err(self.error(0..0, "nothing is compared")),
        };
        match words.get(used) {
            None => Ok(measure),
            Some(word) if word.text == "service" => {
                let help = format!("for example: {phase} service p99");
                Err(self.error(word.span(), "`service` stands after the phase").with_help(help))
            }
            Some(word) => Err(self.error(word.span(), format!("`{}` is one word too many", word.text))),
        }
    }

    fn stat(self, phase: Phase, word: Word<'_>) -> Result<Stat, ThresholdError> {
        if let Some(stat) = stat(word.text) {
            return Ok(stat);
        }
        if word.text.strip_prefix('p').is_some_and(|number| Quantity::split(number).is_some()) {
            let message = "a percentile is from p0.001 to p99.999, with at most three digits after the point";
            return Err(self.error(word.span(), message).with_help("the least is `min`, the greatest `max`"));
        }
        let known =
            ["min", "mean", "p50", "p90", "p95", "p99", "p99.9", "max", "service", "rate", "error-rate"];
        let near = did_you_mean(word.text, &known);
        let message = format!("`{}` of `{phase}` is not measured{near}", word.text);
        Err(self.error(word.span(), message).with_help(after_phase(phase)))
    }

    // ---- what stands on the right --------------------------------------------------------------------------------

    fn limit(
        self,
        measure: Measure,
        operator: Word<'_>,
        words: &[Word<'_>],
    ) -> Result<Limit, ThresholdError> {
        if let Some(word) = words.get(2) {
            return Err(self.error(word.span(), format!("`{}` is one word too many", word.text)));
        }
        let place = span(words);
        if place.is_empty() {
            let message = format!("nothing stands after `{}`", operator.text);
            return Err(self.error(operator.span(), message).with_help(fitting(measure)));
        }
        let written = &self.text[place.clone()];
        let Some(quantity) = Quantity::split(written) else {
            let message = format!("`{written}` is no number");
            return Err(self.error(place, message).with_help(fitting(measure)));
        };
        if quantity.is_negative() {
            return Err(self.error(place, "this is below zero, and nothing that is measured is"));
        }
        let limit = match measure {
            Measure::Latency { .. } => time(quantity),
            Measure::Rate(_) if quantity.unit == "/s" => per_second(quantity),
            Measure::Rate(_) => share("a rate", quantity),
            Measure::Errors(_) => share("an error rate", quantity),
            Measure::Book(name) => count(name, quantity),
        };
        limit.map_err(|message| self.error(place, message).with_help(fitting(measure)))
    }

    // ---- whether both together make sense ------------------------------------------------------------------------

    fn makes_sense(
        self,
        measure: Measure,
        operator: Word<'_>,
        op: Op,
        limit: Limit,
        right: Range<usize>,
    ) -> Result<(), ThresholdError> {
        let refuse = |message: &str, help: &str| Err(self.error(operator.span(), message).with_help(help));
        match measure {
            Measure::Latency { .. } if op == Op::Equal => {
                refuse("no latency is exactly anything", "write `<` or `<=`")
            }
            Measure::Latency { .. } if op.is_lower() => refuse(
                "this asks for a target that is slow: a latency has an upper bound only",
                "write `<` or `<=`",
            ),
            Measure::Rate(_) | Measure::Errors(_) if op == Op::Equal => {
                refuse("no rate is exactly anything", "write `>=` for good answers, `<=` for errors")
            }
            Measure::Rate(phase) if op.is_upper() => refuse(
                "this asks for a target that fails: a rate of good answers has a lower bound only",
                &format!("write `>` or `>=`, or compare errors: {phase} error-rate < 1%"),
            ),
            Measure::Errors(_) if op.is_lower() => {
                refuse("this asks for errors: an error rate has an upper bound only", "write `<` or `<=`")
            }
            Measure::Book(GAS_PER_SETTLE) if !op.is_upper() => {
                refuse("gas has an upper bound only", "write `<` or `<=`")
            }
            _ => match outcome(op, limit) {
                None => Ok(()),
                Some(true) => Err(self.error(right, "this always holds, whatever is measured")),
                Some(false) => Err(self.error(right, "this can never hold")),
            },
        }
    }
}

/// Whether a comparison has one outcome only: nothing is below zero, no share is above one.
fn outcome(op: Op, limit: Limit) -> Option<bool> {
    let is_zero = match limit {
        Limit::Time(time) => time.is_zero(),
        Limit::Blocks(number) | Limit::Share(number) | Limit::PerSecond(number) => number == 0.0,
        Limit::Count(count) => count == 0,
    };
    // A latency of nothing is no goal either.
    let is_latency = matches!(limit, Limit::Time(_) | Limit::Blocks(_));
    match op {
        Op::Below if is_zero => Some(false),
        Op::AtMost if is_zero && is_latency => Some(false),
        Op::AtLeast if is_zero => Some(true),
        Op::Above if limit == Limit::Share(1.0) => Some(false),
        Op::AtMost if limit == Limit::Share(1.0) => Some(true),
        _ => None,
    }
}

fn phase(text: &str) -> Option<Phase> {
    Phase::ALL.into_iter().find(|phase| phase.as_str() == text)
}

fn phases() -> Vec<&'static str> {
    Phase::ALL.iter().map(|phase| phase.as_str()).collect()
}

fn after_phase(phase: Phase) -> String {
    format!("for example: {phase} p99, {phase} service p99, {phase} rate, {phase} error-rate")
}

fn alone(text: &str) -> Option<Measure> {
    if text == "error-rate" {
        return Some(Measure::Errors(None));
    }
    BOOKS.iter().find(|(name, _)| *name == text).map(|(name, _)| Measure::Book(name))
}

fn stat(text: &str) -> Option<Stat> {
    match text {
        "min" => Some(Stat::Min),
        "mean" => Some(Stat::Mean),
        "max" => Some(Stat::Max),
        _ => {
            let quantity =
                Quantity::split(text.strip_prefix('p')?).filter(|quantity| quantity.unit.is_empty())?;
            let thousandths = u32::try_from(quantity.times(1000)?).ok()?;
            (1..=99_999).contains(&thousandths).then_some(Stat::Percentile(thousandths))
        }
    }
}

/// What may stand on the right.
fn fitting(measure: Measure) -> &'static str {
    match measure {
        Measure::Latency { .. } => {
            "a time such as 300ms (us, ms, s), or times between blocks such as 2 blocks"
        }
        Measure::Rate(_) => "a share such as 95%, or a number per second such as 100/s",
        Measure::Errors(_) => "a share such as 0.5%",
        // The one word that is a phase as well.
        Measure::Book("paid") => "a whole number such as 0; for a latency write `paid p99`",
        Measure::Book(_) => "a whole number such as 0",
    }
}

fn time(quantity: Quantity<'_>) -> Result<Limit, String> {
    if matches!(quantity.unit, "block" | "blocks") {
        let blocks =
            quantity.times(1000).map(|_| quantity.shifted(0)).filter(|blocks| *blocks <= MOST_BLOCKS);
        return blocks.map(Limit::Blocks).ok_or_else(|| {
            format!("blocks are counted to {MOST_BLOCKS}, with at most three digits after the point")
        });
    }
    let scale = UNITS.iter().find(|(unit, _)| *unit == quantity.unit).map(|(_, scale)| *scale);
    let scale = scale.ok_or_else(|| no_unit("a latency", quantity.unit))?;
    let time = quantity.times(scale).map(Duration::from_micros).filter(|time| *time <= LONGEST);
    time.map(Limit::Time).ok_or_else(|| "a latency is whole microseconds, and at most a day".to_owned())
}

fn per_second(quantity: Quantity<'_>) -> Result<Limit, String> {
    let rate = quantity.times(1_000_000).map(|_| quantity.shifted(0)).filter(|rate| *rate <= FASTEST);
    rate.map(Limit::PerSecond).ok_or_else(|| {
        format!("a rate is at most {FASTEST} per second, with at most six digits after the point")
    })
}

fn share(what: &str, quantity: Quantity<'_>) -> Result<Limit, String> {
    if quantity.unit != "%" {
        return Err(no_unit(what, quantity.unit));
    }
    let share = quantity.times(1_000_000).map(|_| quantity.shifted(-2)).filter(|share| *share <= 1.0);
    share
        .map(Limit::Share)
        .ok_or_else(|| "a share is from 0% to 100%, with at most six digits after the point".to_owned())
}

fn count(name: &str, quantity: Quantity<'_>) -> Result<Limit, String> {
    let count = Some(quantity).filter(|quantity| quantity.unit.is_empty()).and_then(|it| it.times(1));
    count.map(Limit::Count).ok_or_else(|| format!("`{name}` is a whole number"))
}

fn no_unit(what: &str, unit: &str) -> String {
    if unit.is_empty() { format!("{what} needs a unit") } else { format!("`{unit}` is no unit of {what}") }
}
