//! Who gets which payment when.

use super::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

fn stage(milliseconds: u64, pace: Pace) -> Stage {
    Stage { length: Duration::from_millis(milliseconds), pace, warm_up: false }
}

fn steady(milliseconds: u64, rate: f64) -> Stage {
    stage(milliseconds, Pace::Rate { from: rate, to: rate })
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

fn due(number: u64, at: f64, stage: usize) -> Ticket {
    Ticket::Due { number, at: seconds(at), stage }
}

/// All tickets of stages at rates, as one user who never pays takes them.
fn all(stages: &[Stage], shard: Shard) -> Vec<(u64, Duration, usize)> {
    let schedule = Schedule::new(stages, shard);
    let take = |_| match schedule.take(0, Duration::ZERO) {
        Ticket::Due { number, at, stage } => Some((number, at, stage)),
        Ticket::Done => None,
        other => panic!("{other:?}"),
    };
    (0..).map_while(take).collect()
}

#[test]
fn payments_at_a_rate_come_in_order_to_whoever_asks() {
    let schedule = Schedule::new(&[steady(1000, 2.0), steady(500, 4.0)], Shard::WHOLE);
    // Somebody who comes early is told when to start, somebody who comes late when it should have been.
    assert_eq!(schedule.take(7, Duration::ZERO), due(0, 0.0, 0));
    assert_eq!(schedule.take(0, Duration::ZERO), due(1, 0.5, 0));
    assert_eq!(schedule.take(3, seconds(90.0)), due(2, 1.0, 1));
    assert_eq!(schedule.take(3, seconds(90.0)), due(3, 1.25, 1));
    assert_eq!(schedule.take(3, seconds(90.0)), Ticket::Done);
    assert_eq!(schedule.take(0, Duration::ZERO), Ticket::Done);
}

#[test]
fn a_closed_loop_has_its_time_and_its_users() {
    let stages = [steady(1000, 2.0), stage(2000, Pace::Users(2)), steady(1000, 1.0)];
    let schedule = Schedule::new(&stages, Shard::WHOLE);
    let free = |number| Ticket::Free { number, stage: 1 };
    assert_eq!(schedule.take(0, Duration::ZERO), due(0, 0.0, 0));
    assert_eq!(schedule.take(1, Duration::ZERO), due(1, 0.5, 0));
    assert_eq!(schedule.take(2, seconds(0.2)), Ticket::Wait { until: seconds(1.0) });
    assert_eq!(schedule.take(2, seconds(1.0)), Ticket::Wait { until: seconds(3.0) });
    // Those at rates are numbered first: there are three.
    assert_eq!(schedule.take(1, seconds(1.0)), free(3));
    assert_eq!(schedule.take(0, seconds(1.1)), free(4));
    assert_eq!(schedule.take(0, seconds(2.9)), free(5));
    assert_eq!(schedule.take(0, seconds(3.0)), due(2, 3.0, 2));
    // Whoever has read the clock before the end and asks after it goes on as well.
    assert_eq!(schedule.take(1, seconds(2.9)), Ticket::Done);
}

#[test]
fn a_backlog_comes_before_a_closed_loop() {
    let schedule = Schedule::new(&[steady(1000, 2.0), stage(1000, Pace::Users(1))], Shard::WHOLE);
    assert_eq!(schedule.take(0, seconds(1.5)), due(0, 0.0, 0));
    assert_eq!(schedule.take(0, seconds(1.6)), due(1, 0.5, 0));
    assert_eq!(schedule.take(0, seconds(1.7)), Ticket::Free { number: 2, stage: 1 });
    assert_eq!(schedule.take(0, seconds(2.0)), Ticket::Done);
}

#[test]
fn shards_share_users_and_numbers() {
    let stages = [steady(1000, 5.0), stage(1000, Pace::Users(4))];
    let shard = |index| Schedule::new(&stages, Shard { index, of: 3 });
    let numbers =
        |index| all(&stages[..1], Shard { index, of: 3 }).iter().map(|due| due.0).collect::<Vec<_>>();
    assert_eq!([numbers(0), numbers(1), numbers(2)], [vec![0, 3], vec![1, 4], vec![2]]);
    for (index, users) in [(0, 2), (1, 1), (2, 1)] {
        let schedule = shard(index);
        while matches!(schedule.take(0, Duration::ZERO), Ticket::Due { .. }) {}
        let tickets: Vec<Ticket> = (0..3).map(|user| schedule.take(user, seconds(1.5))).collect();
        let free = |ticket: &Ticket| match ticket {
            Ticket::Free { number, .. } => Some(*number),
            _ => None,
        };
        let numbers: Vec<u64> = tickets.iter().filter_map(free).collect();
        let wanted: Vec<u64> = (0..users).map(|turn| 5 + turn * 3 + u64::from(index)).collect();
        assert_eq!(numbers, wanted, "{tickets:?}");
        assert_eq!(tickets[2], Ticket::Wait { until: seconds(2.0) });
    }
}

#[test]
fn what_is_no_shard_gets_nothing() {
    let stages = [steady(1000, 5.0), stage(1000, Pace::Users(4))];
    let none = Schedule::new(&stages, Shard { index: 3, of: 3 });
    assert_eq!(none.take(0, Duration::ZERO), Ticket::Done);
    assert_eq!(all(&stages[..1], Shard { index: 0, of: 0 }), all(&stages[..1], Shard::WHOLE));
    assert_eq!(Schedule::new(&[], Shard::WHOLE).take(0, Duration::ZERO), Ticket::Done);
    assert_eq!(all(&[steady(1000, 0.0), steady(0, 5.0)], Shard::WHOLE), []);
}

#[test]
fn no_payment_goes_to_two_threads() {
    let stages = [steady(1000, 5000.0), stage(1000, Pace::Users(8))];
    let schedule = Arc::new(Schedule::new(&stages, Shard::WHOLE));
    let work = |user: usize| {
        let schedule = Arc::clone(&schedule);
        std::thread::spawn(move || {
            let number = |_| match schedule.take(user, seconds(1.5)) {
                Ticket::Due { number, .. } | Ticket::Free { number, .. } => number,
                other => panic!("{other:?}"),
            };
            (0..1000).map(number).collect::<Vec<u64>>()
        })
    };
    let threads: Vec<_> = (0..8).map(work).collect();
    let taken: BTreeSet<u64> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert_eq!(taken, (0..8000).collect());
}

fn pace() -> impl Strategy<Value = Pace> {
    prop_oneof![
        (0.001..300.0).prop_map(|rate| Pace::Rate { from: rate, to: rate }),
        (0.001..300.0, 0.001..300.0).prop_map(|(from, to)| Pace::Rate { from, to }),
    ]
}

fn stages() -> impl Strategy<Value = Vec<Stage>> {
    prop::collection::vec((1..5000_u64, pace()).prop_map(|(length, pace)| stage(length, pace)), 1..5)
}

/// The integral of a rate over a whole stage.
fn integral(stage: &Stage) -> f64 {
    match stage.pace {
        Pace::Rate { from, to } => (from + to) / 2.0 * stage.length.as_secs_f64(),
        Pace::Users(_) => panic!("a closed loop has none"),
    }
}

proptest! {
    #[test]
    fn each_stage_has_what_its_integral_says_in_order(stages in stages()) {
        let tickets = all(&stages, Shard::WHOLE);
        let numbers: Vec<u64> = tickets.iter().map(|due| due.0).collect();
        prop_assert_eq!(numbers, (0..tickets.len() as u64).collect::<Vec<_>>());
        prop_assert!(tickets.is_sorted_by_key(|due| (due.1, due.2)));
        let mut begin = Duration::ZERO;
        for (index, stage) in stages.iter().enumerate() {
            let here: Vec<Duration> = tickets.iter().filter(|due| due.2 == index).map(|due| due.1).collect();
            let end = begin + stage.length;
            prop_assert_eq!(here.first(), Some(&begin));
            prop_assert!(here.last() <= Some(&end));
            prop_assert_eq!(Some(here.len() as u64), stage.payments());
            // Rates are read to the millionth, so that the float is off by less than this.
            prop_assert!((here.len() as f64 - integral(stage)).abs() < 1.0 + 1e-5, "{}", here.len());
            begin = end;
        }
    }

    #[test]
    fn shards_together_do_what_one_does(stages in stages(), of in 1..9_u32) {
        let each: Vec<_> = (0..of).map(|index| all(&stages, Shard { index, of })).collect();
        for shard in &each {
            prop_assert!(shard.is_sorted_by_key(|due| due.1));
        }
        let mut together: Vec<_> = each.concat();
        together.sort_unstable();
        prop_assert_eq!(together, all(&stages, Shard::WHOLE));
    }

    /// Users of several shards, who take some time for each payment, with closed loops among the stages.
    #[test]
    fn no_number_is_given_twice(
        mut stages in stages(),
        users in 1..7_u32,
        at in 0..4_usize,
        of in 1..4_u32,
        pause in 1..400_u64,
    ) {
        stages.insert(at.min(stages.len()), stage(2000, Pace::Users(users)));
        let mut numbers = BTreeSet::new();
        let mut free: BTreeMap<u32, u64> = BTreeMap::new();
        let at_rates: u64 = stages.iter().filter_map(Stage::payments).sum();
        for index in 0..of {
            let schedule = Schedule::new(&stages, Shard { index, of });
            let mut clocks: Vec<Option<Duration>> = vec![Some(Duration::ZERO); 5];
            // The user whose clock is behind asks next.
            while let Some((user, now)) =
                clocks.iter().enumerate().filter_map(|(user, now)| Some((user, (*now)?))).min_by_key(|asks| asks.1)
            {
                clocks[user] = match schedule.take(user, now) {
                    Ticket::Due { number, at, .. } => {
                        prop_assert!(number < at_rates && numbers.insert(number));
                        Some(now.max(at) + Duration::from_millis(pause))
                    }
                    Ticket::Free { number, stage } => {
                        prop_assert!(number >= at_rates && numbers.insert(number));
                        let begin: Duration = stages[..stage].iter().map(|stage| stage.length).sum();
                        prop_assert!(begin <= now && now < begin + stages[stage].length);
                        *free.entry(index).or_default() += 1;
                        Some(now + Duration::from_millis(pause))
                    }
                    Ticket::Wait { until } => {
                        prop_assert!(until > now);
                        Some(until)
                    }
                    Ticket::Done => None,
                };
            }
        }
        // Nothing is left over, and one shard alone leaves no gap.
        prop_assert!((0..at_rates).all(|number| numbers.contains(&number)));
        prop_assert_eq!(numbers.len() as u64, at_rates + free.values().sum::<u64>());
        if of == 1 {
            prop_assert_eq!(numbers.last().map_or(0, |last| last + 1), numbers.len() as u64);
        }
    }
}
