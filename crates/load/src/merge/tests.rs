use super::*;
use crate::books::{Class, Shown};
use crate::compare::sample::{report, steady, times};
use crate::plan::Threshold;
use std::collections::BTreeSet;

const OF: u32 = 3;

/// A run, and its payments dealt out to three shards in turn.
fn cut() -> (LoadReport, Vec<LoadReport>) {
    let seconds = steady(20, 1.0, 5.0, 1);
    let shard = |index: u32| {
        let deal =
            |second: &Vec<u64>| second.iter().skip(index as usize).step_by(OF as usize).copied().collect();
        let part: Vec<Vec<u64>> = seconds.iter().map(deal).collect();
        let mut shard = report(&part);
        shard.shard = Shard { index, of: OF };
        shard.began_ms += u64::from(index) * 10;
        shard.books.chain = book(shard.generator.begun);
        shard.generator.late = times(&[u64::from(index) * 100; 5]).pairs();
        shard.chain.settled_per_second = Some(7.0);
        shard.chain.ceiling = Some(100.0 + f64::from(index));
        shard
    };
    let mut whole = report(&seconds);
    whole.books.chain = book(400);
    whole.books.chain.unmixed_gas = 400 * 65_000;
    (whole, (0..OF).map(shard).collect())
}

fn book(settling: u64) -> ChainBook {
    ChainBook {
        blocks: 20,
        full_blocks: 20,
        transactions: 400,
        settling,
        gas: 400 * 65_000,
        fullest: 0.5,
        fullness: 9.5,
        ..ChainBook::default()
    }
}

fn json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

#[test]
fn shards_add_up_to_the_run_that_they_are_a_part_of() {
    let (whole, mut shards) = cut();
    shards.reverse();
    let sum = merge(shards).unwrap();
    assert_eq!(json(&sum.measured), json(&whole.measured));
    assert_eq!(sum.inclusion, whole.inclusion);
    assert_eq!(sum.books.counts, whole.books.counts);
    assert_eq!(sum.books.chain.settling, 400);
    assert_eq!(sum.books.chain.gas_per_settle(), Some(65_000));
    assert_eq!((sum.books.chain.blocks, sum.books.chain.transactions), (20, 400));
    assert_eq!((sum.shard, sum.began_ms, sum.users), (Shard::WHOLE, whole.began_ms, 600));
    assert_eq!(sum.series.len(), whole.series.len());
    for (sum, whole) in sum.series.iter().zip(&whole.series) {
        assert_eq!(sum, &Point { under_way: 6, ready: 300, ..whole.clone() });
    }
    assert_eq!(sum.generator.begun, 400);
    assert_eq!(
        sum.generator.late,
        times(&[0, 0, 0, 0, 0, 100, 100, 100, 100, 100, 200, 200, 200, 200, 200]).pairs()
    );
    assert_eq!((sum.chain.settled_per_second, sum.chain.ceiling), (Some(21.0), Some(102.0)));
    assert_eq!(sum.verdict.word, Outcome::Passed);
}

#[test]
fn thresholds_are_judged_over_the_sum() {
    let (_, mut shards) = cut();
    for shard in &mut shards {
        shard.plan.thresholds = vec![Threshold::parse("payment rate >= 99%").unwrap()];
    }
    shards[0].books.counts.insert(Class::Refused, 1);
    let sum = merge(shards.clone()).unwrap();
    assert!(sum.thresholds[0].judged.held, "{:?}", sum.thresholds);
    shards
        .iter_mut()
        .for_each(|shard| shard.plan.thresholds = vec![Threshold::parse("refused == 0").unwrap()]);
    let sum = merge(shards).unwrap();
    assert_eq!((sum.verdict.word, sum.verdict.exit), (Outcome::Missed, 6));
}

#[test]
fn losses_and_what_only_one_shard_saw_are_kept() {
    let (_, mut shards) = cut();
    for (shard, index) in shards.iter_mut().zip(0..) {
        shard.books.counts.insert(Class::Late, 7);
        shard.books.shown.insert(Class::Late, (0..7).map(|number| shown(number * 3 + index)).collect());
        shard.books.chain.strays = 2;
        shard.books.chain.first_strays = vec!["a transfer".into(), "another".into()];
        shard.vitals.insert("generator".into(), Vitals { cores_mean: 0.5, ..Vitals::default() });
    }
    shards[1].verdict.reasons = vec!["the target did not live through it: exit 1".into()];
    let sum = merge(shards).unwrap();
    let numbers: Vec<u64> = sum.books.shown[&Class::Late].iter().map(|shown| shown.number).collect();
    assert_eq!(numbers, (0..10).collect::<Vec<_>>());
    assert_eq!((sum.books.count(Class::Late), sum.books.chain.strays, sum.books.losses()), (21, 2, 23));
    assert_eq!(sum.books.chain.first_strays.len(), 2);
    assert_eq!(sum.verdict.word, Outcome::Failed);
    assert_eq!(sum.verdict.death(), Some("exit 1"));
    let names: BTreeSet<&str> = sum.vitals.keys().map(String::as_str).collect();
    assert_eq!(names, ["generator#0", "generator#1", "generator#2"].into());
}

fn shown(number: u64) -> Shown {
    Shown { number, nonce: gauntlet_wire::B256::ZERO, taken_in: None, taken_ms: None, answers: Vec::new() }
}

#[test]
fn a_busy_generator_and_an_interrupt_of_one_shard_are_those_of_the_run() {
    let (_, mut shards) = cut();
    shards[2].vitals.insert("generator".into(), Vitals { cores_mean: 1.9, ..Vitals::default() });
    assert_eq!(merge(shards.clone()).unwrap().verdict.word, Outcome::GeneratorBound);
    shards[1].verdict.word = Outcome::Interrupted;
    assert_eq!(merge(shards).unwrap().verdict.word, Outcome::Interrupted);
}

#[test]
fn a_shard_that_was_not_held_leaves_the_run_open() {
    let (_, mut shards) = cut();
    let mut empty = report(&[]);
    (empty.shard, empty.plan, empty.began_ms) = (shards[1].shard, shards[1].plan.clone(), 0);
    empty.verdict = Verdict::inconclusive("no answer".into());
    shards[1] = empty;
    let sum = merge(shards.clone()).unwrap();
    assert_eq!((sum.verdict.word, sum.verdict.exit), (Outcome::Inconclusive, 5));
    assert_eq!(sum.verdict.reasons, ["shard 1 of 3 could not be held: no answer"]);
    assert_eq!(sum.began_ms, shards[0].began_ms);
    shards[0].books.counts.insert(Class::TakenTwice, 1);
    assert_eq!(merge(shards).unwrap().verdict.word, Outcome::Failed);
}

#[test]
fn what_is_not_one_run_is_told() {
    let (_, shards) = cut();
    let told = |change: &dyn Fn(&mut Vec<LoadReport>)| {
        let mut shards = shards.clone();
        change(&mut shards);
        merge(shards).unwrap_err().to_string()
    };
    assert_eq!(told(&Vec::clear), "there is no report to add up");
    assert_eq!(told(&|all| drop(all.remove(1))), "shard 1 of 3 is missing (they count from 0)");
    assert_eq!(told(&|all| drop(all.pop())), "shard 2 of 3 is missing (they count from 0)");
    assert_eq!(told(&|all| all.push(all[1].clone())), "shard 1 of 3 is there twice (they count from 0)");
    assert_eq!(told(&|all| all[2].shard.index = 0), "shard 0 of 3 is there twice (they count from 0)");
    assert_eq!(told(&|all| all[2].shard.index = 3), "there is no shard 3 of 3 (they count from 0)");
    assert_eq!(told(&|all| all[2].seed = 7), "shards 0 and 2 are not of one run: seed: 402 and 7");
    assert_eq!(
        told(&|all| all[1].plan.copies = 2),
        "shards 0 and 1 are not of one run: plan.copies: 1 and 2"
    );
    assert_eq!(told(&|all| all[2].shard.of = 4), "shards 0 and 2 are not of one run: shards: 3 and 4");
    assert_eq!(
        told(&|all| all[2].began_ms += 5_000),
        "the shards began 5020 ms apart, so they were not one run"
    );
}

#[test]
fn two_points_in_one_second_are_one() {
    let mut run = report(&steady(3, 1.0, 1.0, 1));
    run.series[1].at_ms = 2_400;
    run.series[0].at_ms = 1_600;
    (run.series[0].under_way, run.series[1].under_way) = (9, 4);
    let sum = merge(vec![run]).unwrap();
    assert_eq!(sum.series.len(), 2);
    assert_eq!((sum.series[0].good, sum.series[0].at_ms, sum.series[0].under_way), (40, 2_400, 4));
}
