//! The hunt on games without a target.

use super::*;
use proptest::collection::vec;
use proptest::strategy::Just;
use std::sync::atomic::{AtomicU32, Ordering};

type Faults = Vec<&'static str>;

/// Lists of small numbers, judged by a function.
struct Numbers {
    judge: fn(&[u32], Attempt, u32) -> Faults,
    plays: AtomicU32,
}

impl Numbers {
    fn new(judge: fn(&[u32], Attempt, u32) -> Faults) -> Arc<Self> {
        Arc::new(Self { judge, plays: AtomicU32::default() })
    }
}

impl Game for Numbers {
    type Case = Vec<u32>;
    type Evidence = Vec<u32>;

    fn strategy(&self, _: u64) -> BoxedStrategy<Vec<u32>> {
        vec(0_u32..100, 0..8).boxed()
    }

    fn play(self: Arc<Self>, attempt: Attempt, case: Vec<u32>) -> BoxFuture<'static, Played<Vec<u32>>> {
        let plays = self.plays.fetch_add(1, Ordering::SeqCst);
        let fingerprint = |kind: &str| Fingerprint { kind: kind.into(), class: "x".into() };
        let faults = (self.judge)(&case, attempt, plays);
        let faults = faults.into_iter().map(|kind| (fingerprint(kind), case.clone())).collect();
        let made = Made::Of { class: if case.is_empty() { "valid" } else { "invalid" }, kind: String::new() };
        Box::pin(async move { Played { made, requests: 1, faults, stop: None } })
    }
}

fn limits(cases: u64) -> Limits {
    Limits { shrink_time: Duration::MAX, ..Limits::of(Budget::default(), cases, 3) }
}

#[tokio::test]
async fn a_failure_becomes_as_small_as_it_gets() {
    let game = Numbers::new(|case, _, _| if case.iter().any(|it| *it >= 40) { vec!["big"] } else { vec![] });
    let bag = hunt(&game, "402", limits(100)).await;
    assert_eq!(bag.prey.len(), 1);
    assert_eq!((&bag.prey[0].minimum, bag.prey[0].same, bag.prey[0].of), (&vec![40], 3, 3));
    assert_eq!(bag.ended, Ended::Cases);
    assert_eq!(bag.cases(), 100);
    assert!(bag.repeated > 10 && bag.of_class("valid") > 0, "{bag:?}");
}

#[tokio::test]
async fn a_failure_never_turns_into_another_one_and_the_other_one_is_kept() {
    // Whatever has two members and one of them big fails for its length; one big member alone is another failure.
    let game = Numbers::new(|case, _, _| match case {
        [one] if *one >= 50 => vec!["alone"],
        [_, _, ..] if case.iter().any(|it| *it >= 50) => vec!["crowd"],
        _ => vec![],
    });
    let bag = hunt(&game, "402", limits(60)).await;
    let minima: Vec<(&str, &Vec<u32>)> =
        bag.prey.iter().map(|prey| (prey.fingerprint.kind.as_str(), &prey.minimum)).collect();
    assert_eq!(minima, [("crowd", &vec![0, 50]), ("alone", &vec![50])], "{minima:?}");
    assert!(bag.prey.iter().all(|prey| prey.evidence == prey.minimum));
    assert_eq!(bag.prey[1].number, bag.prey[0].number, "it was met while the first one was made smaller");
}

#[tokio::test]
async fn what_does_not_fail_again_is_flaky_and_still_kept() {
    let game = Numbers::new(|_, attempt, _| match attempt.step {
        Step::First => vec!["once"],
        Step::Smaller(_) | Step::Again(_) => vec![],
    });
    let bag = hunt(&game, "402", limits(5)).await;
    assert_eq!((bag.prey.len(), bag.prey[0].same, bag.prey[0].of), (1, 0, 3));
}

#[tokio::test]
async fn making_smaller_costs_no_more_than_it_may() {
    let game = Numbers::new(|case, _, _| if case.len() > 1 { vec!["long"] } else { vec![] });
    let limits = Limits { shrink_requests: 2, again: 0, ..limits(1) };
    for seed in ["1", "2", "3", "4", "5"] {
        game.plays.store(0, Ordering::SeqCst);
        hunt(&game, seed, limits).await;
        assert!(game.plays.load(Ordering::SeqCst) <= 3);
    }
}

#[tokio::test]
async fn the_seed_decides_every_case_and_the_lanes_do_not() {
    let drawn = |seed: &'static str| {
        let game = Numbers::new(|_, _, _| vec![]);
        (0..20).map(move |number| draw(&game, seed, number).current()).collect::<Vec<_>>()
    };
    assert_eq!(drawn("402"), drawn("402"));
    assert_ne!(drawn("402"), drawn("403"));
    let minima = async |lanes| {
        let game =
            Numbers::new(|case, _, _| if case.iter().sum::<u32>() > 90 { vec!["sum"] } else { vec![] });
        let bag = hunt(&game, "402", Limits { lanes, ..limits(40) }).await;
        bag.prey.into_iter().map(|prey| (prey.number, prey.minimum)).collect::<Vec<_>>()
    };
    assert_eq!(minima(1).await, minima(5).await);
}

/// Each case has a failure of its own, until our side fails.
struct Endless(Option<u64>);

impl Game for Endless {
    type Case = u64;
    type Evidence = ();

    fn strategy(&self, number: u64) -> BoxedStrategy<u64> {
        Just(number).boxed()
    }

    fn play(self: Arc<Self>, _: Attempt, case: u64) -> BoxFuture<'static, Played<()>> {
        let fails = self.0.is_some_and(|last| case >= last);
        let fingerprint = Fingerprint { kind: format!("kind {case}"), class: String::new() };
        let stop = fails.then(|| Stop::Harness("the chain is gone".into()));
        let made = Made::Of { class: "open", kind: String::new() };
        Box::pin(async move { Played { made, requests: 1, faults: vec![(fingerprint, ())], stop } })
    }
}

#[tokio::test]
async fn ten_different_failures_are_enough() {
    let bag = hunt(&Arc::new(Endless(None)), "402", limits(1000)).await;
    assert_eq!((bag.prey.len(), bag.ended), (10, Ended::Enough));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_fault_of_ours_ends_the_hunt_and_keeps_what_was_found() {
    let bag = on_a_thread(Arc::new(Endless(Some(2))), "402".into(), limits(1000)).await.unwrap();
    assert_eq!(bag.ended, Ended::Stopped(Stop::Harness("the chain is gone".into())));
    assert_eq!(bag.prey.len(), 3);
    assert_eq!((bag.prey[2].same, bag.prey[2].of), (0, 0), "nothing is played after the end");
}
