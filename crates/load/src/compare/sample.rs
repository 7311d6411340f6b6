//! Made-up reports, for tests.

use super::draw::Random;
use crate::books::{Class, Closed};
use crate::measure::{Lot, Mark, Times};
use crate::phase::Phase;
use crate::plan::{Pace, Plan, Shard, Stage};
use crate::result::{ChainReport, GeneratorReport, LoadReport, Machine, SCHEMA, Target};
use crate::tally::{Measured, Point};
use crate::verdict::{Outcome, Verdict};
use std::collections::BTreeMap;
use std::time::Duration;

/// Payments a second of [`steady`].
pub(crate) const RATE: usize = 20;

/// A report of a plan that lasts as many seconds as there are, in each of which good payments of so many µs ended.
pub(crate) fn report(seconds: &[Vec<u64>]) -> LoadReport {
    let mut all = Times::new();
    let mut series = Vec::new();
    for (second, at_s) in seconds.iter().zip(1..) {
        let times = times(second);
        all.add_all(&times);
        let count = second.len() as u64;
        let micros = |time: Duration| time.as_micros() as u64;
        series.push(Point {
            at_ms: at_s * 1000 + 3,
            begun: count,
            good: count,
            bad: 0,
            p50_us: times.quantile(0.5).map(micros),
            p99_us: times.quantile(0.99).map(micros),
            good_times: times.pairs(),
            under_way: 2,
            ready: 100,
        });
    }
    let count = all.count();
    let measured = |phase| Measured {
        phase,
        lot: Lot::Right,
        mark: Mark::Good,
        first_us: 50_000,
        last_us: seconds.len() as u64 * 1_000_000,
        response: all.pairs(),
        service: all.pairs(),
    };
    LoadReport {
        schema: SCHEMA,
        run: "made-up".into(),
        gauntlet: "0.1.0".into(),
        began_ms: 1_700_000_000_000,
        took_ms: seconds.len() as u64 * 1000,
        seed: 402,
        command: vec!["gauntlet".into(), "load".into()],
        target: Target {
            name: "made-up".into(),
            role: "facilitator".into(),
            spec: "double:facilitator".into(),
            version: Some("1.2.3".into()),
            facilitator: None,
        },
        plan: plan(seconds.len() as u64),
        shard: Shard::WHOLE,
        users: 200,
        chain: ChainReport {
            network: "base-sepolia".into(),
            blocks: "1s".into(),
            anvil: "1.5.0".into(),
            ceiling: Some(400.0),
            settled_per_second: Some(20.0),
        },
        machine: Machine { cpu: "Slow 3000".into(), cores: 2, memory: 8 << 30, system: "Linux 6".into() },
        measured: vec![measured(Phase::Settle), measured(Phase::Payment)],
        series,
        generator: GeneratorReport { begun: count, ..GeneratorReport::default() },
        vitals: BTreeMap::new(),
        books: Closed { counts: [(Class::Paid, count)].into(), ..Closed::default() },
        inclusion: all.pairs(),
        waited_ms: 20,
        thresholds: Vec::new(),
        verdict: Verdict { word: Outcome::Passed, reasons: Vec::new(), notes: Vec::new(), exit: 0 },
    }
}

fn plan(seconds: u64) -> Plan {
    let pace = Pace::Rate { from: RATE as f64, to: RATE as f64 };
    let stage = Stage { length: Duration::from_secs(seconds), pace, warm_up: false };
    let plan = Plan::built_in("baseline").unwrap().clone();
    Plan { stages: vec![stage], thresholds: Vec::new(), ..plan }
}

pub(crate) fn times(micros: &[u64]) -> Times {
    let mut times = Times::new();
    micros.iter().for_each(|micros| times.record(Duration::from_micros(*micros)));
    times
}

/// So many seconds with [`RATE`] payments each: from 100 to 140 ms, and one in twenty `tail` times as long. `slower`
/// stretches all of them.
pub(crate) fn steady(seconds: usize, slower: f64, tail: f64, seed: u64) -> Vec<Vec<u64>> {
    let mut random = Random::new(seed);
    let mut payment = |number: usize| {
        let micros = (100_000 + random.below(40_000)) as f64 * slower;
        (if number == 0 { micros * tail } else { micros }) as u64
    };
    (0..seconds).map(|_| (0..RATE).map(&mut payment).collect()).collect()
}
