//! Thresholds that are in order, those that are not, and what comes of them.

use super::*;
use std::fmt::Write as _;

fn parse(text: &str) -> Threshold {
    Threshold::parse(text).unwrap_or_else(|error| panic!("{}", error.picture()))
}

/// What is told of each of these.
fn told(texts: &[&str]) -> String {
    let mut said = String::new();
    for text in texts {
        let error = Threshold::parse(text).expect_err(text);
        let _ = writeln!(said, "{}\n", error.picture());
    }
    said
}

#[test]
fn a_threshold_is_written_as_it_is_read() {
    let canonical = [
        "payment p99 < 3s",
        "settle p50 <= 2.5s",
        "verify max < 50ms",
        "verify min < 80us",
        "challenge mean <= 1.25ms",
        "paid service p95 < 1s",
        "paid service p99.999 < 1000s",
        "payment p99.9 < 2 blocks",
        "payment p75 <= 1 block",
        "payment p0.001 <= 1.5 blocks",
        "settle rate >= 95%",
        "settle rate > 99.9%",
        "payment rate >= 100/s",
        "payment rate > 0.5/s",
        "error-rate < 0.5%",
        "error-rate <= 0%",
        "settle error-rate < 0.000001%",
        "taken-not-served == 0",
        "late <= 3",
        "paid >= 100",
        "ran-dry < 1",
        "gas-per-settle <= 90000",
    ];
    for text in canonical {
        let threshold = parse(text);
        assert_eq!(threshold.to_string(), text);
        let json = serde_json::to_string(&threshold).unwrap();
        assert_eq!(json, format!("\"{text}\""));
        assert_eq!(serde_json::from_str::<Threshold>(&json).unwrap(), threshold);
    }
    for (text, canonical) in [
        ("  payment  p99<300ms ", "payment p99 < 300ms"),
        ("payment p99.00 <= 1500 ms", "payment p99 <= 1.5s"),
        ("settle p50 < 1000us", "settle p50 < 1ms"),
        ("payment p50 < 2.0blocks", "payment p50 < 2 blocks"),
        ("payment p50 < 1 blocks", "payment p50 < 1 block"),
        ("settle rate>=95.0 %", "settle rate >= 95%"),
        ("lost==007", "lost == 7"),
    ] {
        assert_eq!(parse(text).to_string(), canonical);
        assert_eq!(parse(canonical), parse(text));
    }
}

#[test]
fn every_book_can_be_asked_for() {
    for (name, meaning) in BOOKS {
        let text = format!("{name} <= 3");
        assert_eq!(parse(&text).to_string(), text);
        assert!(meaning.len() > 12 && !meaning.ends_with('.'), "{name}");
    }
}

#[test]
fn unknown_words_are_told() {
    insta::assert_snapshot!(told(&[
        "",
        "payment p99",
        "payment p99 < 1s < 2s",
        "payment p99 = 1s",
        "payment p99 =< 1s",
        "payment p99 != 1s",
        "< 1s",
        "paymnet p99 < 1s",
        "payment p9x < 1s",
        "payment men < 1s",
        "payment p100 < 1s",
        "payment p99.9999 < 1s",
        "payment p99 service < 1s",
        "payment service < 1s",
        "payment service rate >= 1%",
        "payment p99 p95 < 1s",
        "payment < 1s",
        "p99 < 1s",
        "eror-rate < 1%",
        "error rate < 1%",
        "taken not served == 0",
        "taken-not-server == 0",
        "setle == 0",
        "lost p99 < 1s",
    ]));
}

#[test]
fn limits_that_do_not_fit_are_told() {
    insta::assert_snapshot!(told(&[
        "payment p99 <",
        "payment p99 < soon",
        "payment p99 < 3",
        "payment p99 < 3%",
        "payment p99 < 3 sec",
        "payment p99 < 3 s now",
        "payment p99 < 0.5us",
        "payment p99 < 25000000s",
        "payment p99 < 20000 blocks",
        "payment p99 < -1s",
        "settle rate >= 95",
        "settle rate >= 95/m",
        "settle rate >= 101%",
        "settle rate >= 2000000/s",
        "error-rate < 0.005",
        "error-rate < 100/s",
        "lost <= 1%",
        "paid < 1s",
        "lost == 0.5",
        "lost == -1",
        "lost == 99999999999999999999",
    ]));
}

#[test]
fn what_makes_no_sense_is_told() {
    insta::assert_snapshot!(told(&[
        "payment p99 > 1s",
        "payment p99 >= 2 blocks",
        "payment p99 == 1s",
        "payment p99 < 0s",
        "payment p99 <= 0 blocks",
        "settle rate < 50%",
        "settle rate == 50%",
        "settle rate >= 0%",
        "settle rate > 100%",
        "settle rate >= 0/s",
        "error-rate > 1%",
        "error-rate == 0%",
        "error-rate < 0%",
        "error-rate <= 100%",
        "lost < 0",
        "lost >= 0",
        "gas-per-settle >= 1",
        "gas-per-settle == 50000",
        "gas-per-settle < 0",
    ]));
}

/// What a run has measured: everything, or nothing.
struct Run(bool);

impl Run {
    fn said<T>(&self, value: T) -> Option<T> {
        self.0.then_some(value)
    }
}

impl Measured for Run {
    fn latency(&self, phase: Phase, time: Time, stat: Stat) -> Option<Duration> {
        let milliseconds = match (phase, time, stat) {
            (Phase::Payment, Time::Response, Stat::Percentile(99_000)) => 2500,
            (Phase::Payment, Time::Service, Stat::Max) => 40,
            _ => return None,
        };
        self.said(Duration::from_millis(milliseconds))
    }

    fn good_per_second(&self, _: Phase) -> Option<f64> {
        self.said(99.5)
    }

    fn good_share(&self, _: Phase) -> Option<f64> {
        self.said(999.0 / 1000.0)
    }

    fn error_share(&self, phase: Option<Phase>) -> Option<f64> {
        self.said(if phase.is_none() { 0.01 } else { 0.0 })
    }

    fn count(&self, name: &str) -> Option<u64> {
        self.said(if name == "lost" { 2 } else { 0 })
    }

    fn gas_per_settle(&self) -> Option<u64> {
        self.said(86_000)
    }
}

#[test]
fn a_run_is_judged() {
    let block = Some(Duration::from_secs(2));
    let cases = [
        ("payment p99 < 3s", true, "2.5s"),
        ("payment p99 < 2.5s", false, "2.5s"),
        ("payment p99 <= 2.5s", true, "2.5s"),
        ("payment service max < 50ms", true, "40ms"),
        ("payment p99 < 1.25 blocks", false, "1.25 blocks (2.5s)"),
        ("payment p99 <= 1.25 blocks", true, "1.25 blocks (2.5s)"),
        ("settle rate >= 99.9%", true, "99.9%"),
        ("settle rate > 99.9%", false, "99.9%"),
        ("settle rate >= 100/s", false, "99.5/s"),
        ("error-rate < 1%", false, "1%"),
        ("error-rate <= 1%", true, "1%"),
        ("settle error-rate <= 0%", true, "0%"),
        ("lost == 2", true, "2"),
        ("lost < 2", false, "2"),
        ("lost > 1", true, "2"),
        ("taken-twice == 0", true, "0"),
        ("gas-per-settle <= 85999", false, "86000"),
    ];
    for (text, held, observed) in cases {
        let judged = parse(text).judge(&Run(true), block);
        assert_eq!(judged, Judged { held, observed: Some(observed.into()) }, "{text}");
        let nothing = parse(text).judge(&Run(false), block);
        assert_eq!(nothing, Judged { held: false, observed: None }, "{text}");
    }
}

#[test]
fn what_was_not_measured_does_not_hold() {
    let nothing = Judged { held: false, observed: None };
    assert_eq!(parse("verify p99 < 3s").judge(&Run(true), None), nothing);
    assert_eq!(parse("payment p99 < 9 blocks").judge(&Run(true), None), nothing);
    assert_eq!(parse("payment p99 < 9 blocks").judge(&Run(true), Some(Duration::ZERO)), nothing);
}

#[test]
fn a_stat_is_a_quantile() {
    assert_eq!(parse("payment p99.9 < 1s").measure.to_string(), "payment p99.9");
    assert_eq!(Stat::Percentile(99_900).quantile(), Some(0.999));
    assert_eq!([Stat::Min, Stat::Mean, Stat::Max].map(Stat::quantile), [Some(0.0), None, Some(1.0)]);
}
