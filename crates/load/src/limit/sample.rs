//! A made-up limit, for tests.

use super::{Bound, Limit, Step};
use crate::books::Class;
use crate::plan::Threshold;
use crate::result::{Machine, Target};
use crate::verdict::Outcome;

pub(crate) fn step(rate: f64, held: bool, losses: u64) -> Step {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
    let us = (rate * 1000.0) as u64;
    Step {
        rate,
        held,
        word: if held { Outcome::Passed } else { Outcome::Failed },
        reasons: if held { Vec::new() } else { vec!["7 late: the money moved".into()] },
        p50_us: Some(us),
        p99_us: Some(us * 3),
        p999_us: Some(us * 5),
        goodput: rate.min(20.0),
        errors: if held { 0.0 } else { 0.25 },
        losses,
        counts: [(Class::Paid, 90), (Class::Late, losses)]
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .collect(),
        folder: "01".into(),
    }
}

pub(crate) fn limit() -> Limit {
    Limit {
        schema: 1,
        target: Target {
            name: "a <b>&\u{1b}[31m".into(),
            role: "facilitator".into(),
            spec: "x".into(),
            version: None,
            facilitator: None,
        },
        plan: "baseline".into(),
        thresholds: vec![Threshold::parse("error-rate < 1%").expect("a threshold")],
        blocks: "1s".into(),
        machine: Machine { cpu: String::new(), cores: 2, memory: 0, system: String::new() },
        ceiling: Some(200.0),
        rate: Some(20.0),
        times: 3,
        failed: Some(22.0),
        bound: Bound::Target,
        steps: vec![step(5.0, true, 0), step(40.0, false, 7), step(20.0, true, 0), step(22.0, false, 0)],
        double: Some(step(8.0, true, 0)),
        command: vec!["gauntlet".into(), "load".into(), "\u{1b}[31m".into()],
        exit: 0,
    }
}
