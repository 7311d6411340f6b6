use super::sample::{report, steady};
use super::*;
use crate::books::{Class, Shown};
use crate::plan::Threshold;
use crate::vitals::Vitals;
use proptest::prelude::*;
use std::slice::from_ref;

fn run(slower: f64, tail: f64, seed: u64) -> LoadReport {
    report(&steady(60, slower, tail, seed))
}

fn of(comparison: &Comparison, metric: Metric) -> &Compared {
    comparison.metrics.iter().find(|each| each.metric == metric).unwrap()
}

fn word(comparison: &Comparison, metric: Metric) -> Word {
    of(comparison, metric).verdict
}

#[test]
fn the_same_is_unchanged() {
    let run = run(1.0, 3.0, 1);
    let comparison = compare(from_ref(&run), from_ref(&run), 7);
    assert_eq!((comparison.overall, comparison.exit()), (Overall::Unchanged, ExitCode::Success));
    let p99 = of(&comparison, Metric::PaymentP99);
    assert_eq!(p99.change, Some(1.0));
    let interval = p99.interval.unwrap();
    assert!(interval.low <= 1.0 && 1.0 <= interval.high, "{interval:?}");
    assert_eq!(comparison, compare(from_ref(&run), from_ref(&run), 7), "the seed decides");
    assert_ne!(comparison.metrics, compare(from_ref(&run), from_ref(&run), 8).metrics);
}

#[test]
fn the_values_are_those_of_the_histograms() {
    let run = run(1.0, 3.0, 1);
    let comparison = compare(from_ref(&run), from_ref(&run), 7);
    let mut tally = crate::tally::Tally::default();
    run.measured.iter().for_each(|measured| tally.measured(measured));
    let (times, _) = tally.good(crate::Phase::Payment).unwrap();
    for (metric, share) in [(Metric::PaymentP50, 0.5), (Metric::PaymentP99, 0.99)] {
        let there = times.quantile(share).unwrap().as_micros() as f64;
        assert_eq!(of(&comparison, metric).a, Some(there));
    }
    let rate = tally.good_per_second(crate::Phase::Payment, run.plan.length());
    assert_eq!(of(&comparison, Metric::Goodput).a, rate);
}

#[test]
fn a_slower_tail_is_a_regression() {
    let comparison = compare(&[run(1.0, 3.0, 1)], &[run(1.0, 3.9, 2)], 7);
    assert_eq!(word(&comparison, Metric::PaymentP99), Word::Regressed);
    assert_eq!(word(&comparison, Metric::PaymentP50), Word::Unchanged);
    assert_eq!((comparison.overall, comparison.exit()), (Overall::Regressed, ExitCode::Threshold));
    let back = compare(&[run(1.0, 3.9, 2)], &[run(1.0, 3.0, 1)], 7);
    assert_eq!((back.overall, back.exit()), (Overall::Improved, ExitCode::Success));
}

#[test]
fn better_in_one_thing_and_worse_in_another_is_mixed() {
    let comparison = compare(&[run(1.0, 3.0, 1)], &[run(0.7, 6.0, 2)], 7);
    assert_eq!(word(&comparison, Metric::PaymentP50), Word::Improved);
    assert_eq!(word(&comparison, Metric::PaymentP99), Word::Regressed);
    assert_eq!((comparison.overall, comparison.exit().number()), (Overall::Mixed, 6));
}

#[test]
fn little_and_noisy_says_nothing() {
    // Two of eight seconds are slow in one run, four in the other.
    let noisy = |slow: usize| {
        let seconds = (0..8).map(|second| vec![if second < slow { 900_000 } else { 100_000 }; 3]);
        report(&seconds.collect::<Vec<_>>())
    };
    let comparison = compare(&[noisy(2)], &[noisy(5)], 7);
    let p50 = of(&comparison, Metric::PaymentP50);
    assert!(p50.change.unwrap() > 5.0, "{p50:?}");
    assert_eq!(comparison.overall, Overall::Unchanged);
    let short = |slower: f64| report(&steady(4, slower, 1.0, 1));
    let comparison = compare(&[short(1.0)], &[short(2.0)], 7);
    assert_eq!((comparison.overall, comparison.exit()), (Overall::Inconclusive, ExitCode::Inconclusive));
    assert_eq!(word(&comparison, Metric::PaymentP50), Word::NotMeasured);
}

#[test]
fn rounds_that_differ_raise_the_noise_floor() {
    let calm = compare(&[run(1.0, 1.0, 1), run(1.0, 1.0, 2)], &[run(1.2, 1.0, 3), run(1.2, 1.0, 4)], 7);
    assert_eq!(word(&calm, Metric::PaymentP50), Word::Regressed);
    assert_eq!(of(&calm, Metric::PaymentP50).noise_floor, 0.05);
    let wild = compare(&[run(0.9, 1.0, 1), run(1.2, 1.0, 2)], &[run(1.2, 1.0, 3), run(1.2, 1.0, 4)], 7);
    let p50 = of(&wild, Metric::PaymentP50);
    assert!((p50.noise_floor - 1.0 / 3.0).abs() < 0.02, "{p50:?}");
    assert_eq!(p50.verdict, Word::Unchanged);
}

#[test]
fn a_stall_and_errors_are_seen() {
    let well = run(1.0, 1.0, 1);
    let mut seconds = steady(60, 1.0, 1.0, 2);
    seconds[20..30].iter_mut().for_each(Vec::clear);
    let mut ill = report(&seconds);
    for point in &mut ill.series[20..30] {
        (point.begun, point.bad) = (20, 20);
    }
    let comparison = compare(&[well], &[ill], 7);
    assert_eq!(word(&comparison, Metric::Goodput), Word::Regressed);
    let errors = of(&comparison, Metric::ErrorShare);
    assert!((errors.change.unwrap() - 1.0 / 6.0).abs() < 1e-9, "{errors:?}");
    assert_eq!((errors.a, errors.verdict), (Some(0.0), Word::Regressed));
}

#[test]
fn a_warm_up_does_not_count() {
    let mut run = run(1.0, 1.0, 1);
    let stage = run.plan.stages[0].clone();
    let length = std::time::Duration::from_secs(10);
    run.plan.stages.insert(0, crate::plan::Stage { length, warm_up: true, ..stage });
    for point in &mut run.series[..10] {
        (point.bad, point.good_times) = (20, Vec::new());
    }
    let side = Side::of(&[run]);
    assert_eq!((side.seconds(), side.whole(Metric::ErrorShare)), (50, Some(0.0)));
}

#[test]
fn a_long_run_is_drawn_in_pieces() {
    let run = report(&steady(1_500, 1.0, 3.0, 1));
    let side = Side::of(&[run.clone(), run.clone()]);
    assert_eq!((side.seconds(), side.pieces()), (3_000, 1_000));
    let short = Side::of(&[report(&steady(60, 1.0, 3.0, 2))]);
    assert_eq!(short.pieces(), 60);
    let times = crate::render::times(&run.measured[1].response);
    let p99 = times.quantile(0.99).unwrap().as_micros() as f64;
    assert_eq!(side.whole(Metric::PaymentP99), Some(p99));
    assert_eq!(side.whole(Metric::Goodput), Some(20.0));
}

#[test]
fn conditions_that_differ_are_named() {
    let run = run(1.0, 1.0, 1);
    let mut same = run.clone();
    same.plan.name = "other".into();
    same.plan.thresholds = vec![Threshold::parse("error-rate < 1%").unwrap()];
    same.target.name = "another".into();
    same.seed += 1;
    assert_eq!(comparable(&run, &same), Ok(()));
    let mut other = run.clone();
    other.plan.copies = 3;
    other.plan.stages[0].length = std::time::Duration::from_secs(30);
    other.chain.anvil = "1.4.0".into();
    other.machine.cores = 16;
    other.shard.of = 2;
    let named = comparable(&run, &other).unwrap_err();
    assert_eq!(
        named,
        [
            "shard: \"0 of 1\" and \"0 of 2\"",
            "Anvil: \"1.5.0\" and \"1.4.0\"",
            "machine.cores: 2 and 16",
            "plan.copies: 1 and 3",
            "plan.stages[0].for: 60000 and 30000",
        ]
    );
    let comparison = compare(&[run], &[other], 7);
    assert_eq!((comparison.overall, comparison.metrics.len()), (Overall::Inconclusive, 0));
    assert!(comparison.reasons.contains(&"A and B: plan.copies: 1 and 3".into()), "{comparison:?}");
}

#[test]
fn numbers_of_a_run_that_lost_money_are_not_compared() {
    let well = run(1.0, 1.0, 1);
    let with = |change: &dyn Fn(&mut LoadReport)| {
        let mut run = well.clone();
        change(&mut run);
        compare(from_ref(&well), &[well.clone(), run], 7)
    };
    let lost = with(&|run| run.books.counts.extend([(Class::Late, 2)]));
    assert_eq!((lost.overall, lost.exit().number()), (Overall::Inconclusive, 5));
    assert!(lost.metrics.is_empty() && lost.reasons[0].starts_with("B, run 2: by 2 payments"), "{lost:?}");
    let stray = with(&|run| run.books.chain.strays = 1);
    assert_eq!(stray.overall, Overall::Inconclusive);
    let stopped = with(&|run| run.verdict.word = Outcome::Interrupted);
    assert_eq!(stopped.reasons, ["B, run 2: the run is INTERRUPTED"]);
    let nothing = with(&|run| run.measured.clear());
    assert_eq!(nothing.reasons, ["B, run 2: nothing was measured"]);
    assert_eq!(with(&|run| run.verdict.word = Outcome::Missed).overall, Overall::Unchanged);
    assert_eq!(compare(&[], &[well], 7).reasons, ["there is no run of A"]);
}

#[test]
fn many_rounds_of_the_same_are_unchanged() {
    let rounds = |seed: u64| (0..10).map(|round| run(1.0, 3.0, seed + round)).collect::<Vec<_>>();
    let (a, b) = (rounds(10), rounds(20));
    let comparison = compare(&a, &b, 7);
    assert_eq!(comparison.overall, Overall::Unchanged);
}

#[test]
fn a_comparison_is_shown() {
    let comparison = compare(&[run(1.0, 3.0, 1)], &[run(0.7, 6.0, 2)], 7);
    let text = human(&comparison, &gauntlet_report::render::Style::PLAIN);
    insta::assert_snapshot!(text);
    let text = serde_json::to_string(&comparison).unwrap();
    assert!(text.contains(r#""metric":"payment-p50""#), "{text}");
    assert!(serde_json::from_str::<Comparison>(&text).is_ok());
}

#[test]
fn a_baseline_is_what_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baseline.json");
    let mut saved = run(1.0, 3.0, 1);
    saved.vitals.insert("target".into(), Vitals::default());
    let shown = r#"{"number":1,"nonce":"0x0000000000000000000000000000000000000000000000000000000000000001",
        "taken_in":null,"taken_ms":null,"answers":[]}"#;
    let shown: Shown = serde_json::from_str(shown).unwrap();
    saved.books.shown.insert(Class::Unresolved, vec![shown]);
    saved.plan.stages[0].pace = crate::plan::Pace::Rate { from: 0.1 + 0.2, to: 1.0 / 3.0 };
    Baseline::save(&path, &[saved.clone()]).unwrap();
    Baseline::save(&path, &[saved.clone(), saved.clone()]).unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let read = Baseline::load(&path).unwrap();
    assert_eq!(read.reports.len(), 2);
    assert!(read.reports[0].vitals.is_empty() && read.reports[0].command.is_empty());
    assert_eq!(comparable(&saved, &read.reports[1]), Ok(()));
    assert_eq!(compare(&read.reports, &[saved], 7).overall, Overall::Unchanged);
}

#[test]
fn a_file_that_is_no_baseline_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baseline.json");
    let told = |text: &str| {
        std::fs::write(&path, text).unwrap();
        Baseline::load(&path).unwrap_err().to_string().replace(&path.display().to_string(), "FILE")
    };
    assert!(told("hello").starts_with("FILE is no baseline: expected value"));
    assert_eq!(told(r#"{"schema":1,"reports":[]}"#), "FILE is no baseline: there is no run in it");
    assert_eq!(
        told(r#"{"schema":9,"reports":[{"schema":1}]}"#),
        "FILE has a baseline of schema 9, and this version reads schema 1: save the baseline again"
    );
    assert!(told(r#"{"schema":1,"reports":[{"schema":77}]}"#).contains("a report of schema 77"));
    assert!(told(r#"{"schema":1,"reports":[{"schema":1}]}"#).contains("missing field"));
    let nowhere = folder.path().join("no/such/file.json");
    assert!(matches!(Baseline::load(&nowhere), Err(BaselineError::File { .. })));
    assert!(matches!(Baseline::save(&nowhere, &[run(1.0, 1.0, 1)]), Err(BaselineError::File { .. })));
    assert!(matches!(Baseline::save(&path, &[]), Err(BaselineError::Empty)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_other_way_round_says_the_opposite(slower in 0.5_f64..2.0, tail in 1.0_f64..4.0, seed in 0_u64..1000) {
        let (a, b) = (report(&steady(30, 1.0, 2.0, seed)), report(&steady(30, slower, tail, seed + 1)));
        let there = compare(from_ref(&a), from_ref(&b), seed);
        let back = compare(&[b], &[a], seed);
        for (there, back) in there.metrics.iter().zip(&back.metrics) {
            prop_assert_eq!(there.noise_floor, back.noise_floor);
            let (change, changed) = (there.change.unwrap(), back.change.unwrap());
            let (range, back_range) = (there.interval.unwrap(), back.interval.unwrap());
            if there.metric.is_difference() {
                prop_assert!((change + changed).abs() < 1e-9);
                continue;
            }
            prop_assert!((change * changed - 1.0).abs() < 1e-9);
            prop_assert!((range.low * back_range.high - 1.0).abs() < 0.05, "{range:?} {back_range:?}");
            // Where the interval ends near 1 the draws decide, and those are others.
            let is_close = |end: f64| (end - 1.0).abs() < 0.03;
            if is_close(range.low) || is_close(range.high) {
                continue;
            }
            let opposite = match there.verdict {
                Word::Improved => Word::Regressed,
                Word::Regressed => Word::Improved,
                same => same,
            };
            prop_assert_eq!(back.verdict, opposite);
        }
    }
}

// --- runs, before and after ---------------------------------------------------------------------------------------

fn runs(a: &LoadReport, b: &LoadReport) -> RunsCompared {
    compare_runs(from_ref(a), from_ref(b), 7, None).unwrap()
}

fn lossy() -> LoadReport {
    let mut run = run(1.0, 1.0, 2);
    run.books.counts.insert(Class::ServedNotTaken, 3);
    run.verdict.word = Outcome::Failed;
    run.verdict.exit = 1;
    run.verdict.reasons = vec!["3 served-not-taken \u{1b}[31m<b>".into()];
    run
}

fn missing(words: &str, held: bool) -> LoadReport {
    let mut run = run(1.0, 1.0, 2);
    let threshold = Threshold::parse(words).unwrap();
    let judged = crate::plan::Judged { held, observed: Some("140ms".into()) };
    run.thresholds = vec![crate::result::Ruled { threshold, judged }];
    run.verdict.word = if held { Outcome::Passed } else { Outcome::Missed };
    run.verdict.exit = if held { 0 } else { 6 };
    run
}

#[test]
fn money_that_is_lost_newly_is_a_regression_whatever_the_numbers() {
    let well = run(1.0, 1.0, 1);
    let compared = runs(&well, &lossy());
    assert_eq!((compared.verdict, compared.exit), (gauntlet_report::compare::Verdict::Regressed, 6));
    let words: Vec<&str> = compared.changes.iter().map(|change| change.what.as_str()).collect();
    assert_eq!(words, ["verdict", "served-not-taken (a good answer, and no money moved)"]);
    assert!(compared.numbers.metrics.is_empty(), "its speed is worth nothing");
    let back = runs(&lossy(), &well);
    assert_eq!(back.exit, 4, "better money, and nothing to compare the numbers with: {back:?}");
    assert_eq!(runs(&lossy(), &lossy()).exit, 4);
    let text = runs_human(&compared, &gauntlet_report::render::Style::PLAIN);
    let page = runs_markdown(&compared);
    for shown in [&text, &page] {
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
    }
    assert!(!page.contains("<b>") && page.starts_with("# ❌ REGRESSED: 2 worse"), "{page}");
}

#[test]
fn a_threshold_that_is_missed_newly_is_a_regression() {
    let rule = "payment p99 < 1s";
    let compared = runs(&missing(rule, true), &missing(rule, false));
    assert_eq!((compared.exit, compared.changes.len()), (6, 2), "{compared:?}");
    let back = runs(&missing(rule, false), &missing(rule, true));
    assert_eq!((back.exit, back.verdict.word()), (0, "IMPROVED"));
    // A machine that was too busy is nobody's regression, and not green either.
    let mut busy = missing(rule, false);
    (busy.verdict.word, busy.verdict.exit) = (Outcome::GeneratorBound, 5);
    let compared = runs(&missing(rule, true), &busy);
    assert_eq!(compared.exit, 5, "{compared:?}");
    assert!(compared.changes.iter().all(|change| change.weight == gauntlet_report::compare::Weight::Doubt));
    let dropped = runs(&missing(rule, true), &run(1.0, 1.0, 2));
    assert_eq!(dropped.changes[0].after, "not asked for");
}

#[test]
fn a_slower_run_regresses_beyond_its_tolerance() {
    let (a, b) = (run(1.0, 1.0, 1), run(1.2, 1.0, 2));
    assert_eq!(runs(&a, &b).exit, 6);
    let within = |tolerance: f64| compare_runs(from_ref(&a), from_ref(&b), 7, Some(tolerance)).unwrap();
    assert_eq!(within(0.5).exit, 0);
    assert_eq!(of(&within(0.5).numbers, Metric::PaymentP50).told(), "within the tolerance");
    assert_eq!(within(0.1).exit, 6);
    let same = runs(&a, &run(1.0, 1.0, 2));
    assert_eq!(
        (same.exit, of(&same.numbers, Metric::PaymentP50).told()),
        (0, "no difference that these runs can tell")
    );
    assert_eq!(runs(&b, &a).exit, 0);
}

#[test]
fn other_conditions_are_said_and_nothing_is_compared() {
    let (a, mut b) = (run(1.0, 1.0, 1), run(1.0, 1.0, 1));
    b.machine.cores = 16;
    let compared = runs(&a, &b);
    assert_eq!(compared.exit, 4);
    let text = runs_human(&compared, &gauntlet_report::render::Style::PLAIN);
    assert!(text.contains("machine.cores: 2 and 16") && text.contains("NOTHING COMPARED"), "{text}");
    b.target.role = "server".into();
    assert!(compare_runs(&[a], &[b], 7, None).is_err());
}

#[test]
fn runs_are_shown_side_by_side() {
    let (a, mut b) = (missing("payment p99 < 1s", true), run(1.2, 6.0, 2));
    b.books.counts.insert(Class::Late, 0);
    b.thresholds = missing("payment p99 < 1s", false).thresholds;
    (b.verdict.word, b.verdict.exit) = (Outcome::Missed, 6);
    let compared = runs(&a, &b);
    insta::assert_snapshot!(runs_human(&compared, &gauntlet_report::render::Style::PLAIN));
    insta::assert_snapshot!(runs_markdown(&compared));
}
