//! Two runs side by side.

mod render;

use crate::fixture::{because, check, deviation, finding, finished, known, passes, run, value_under};
use gauntlet_report::compare::{CompareError, Comparison, Kind, Side, Standing, Verdict, Weight, compare};
use gauntlet_report::{
    AuthorizationUse, Bought, CheckReport, Ledger, Outcome, PaymentKey, Profile, Record, RunFinished, SentTx,
    Severity, Transfer,
};
use gauntlet_wire::{Address, B256, Bytes, U256};

pub(crate) fn of(a: &Record, b: &Record) -> Comparison {
    compare(&Side::from(a), &Side::from(b)).unwrap()
}

const OTHER: &str = "facilitator.verify.valid";

/// What becomes of one check that stands beside another, which passes in both runs.
fn one(before: Option<CheckReport>, after: Option<CheckReport>) -> (Option<(Kind, Weight)>, Comparison) {
    let side = |report: Option<CheckReport>| run(passes(&[OTHER]).into_iter().chain(report).collect(), 0);
    let comparison = of(&side(before), &side(after));
    let kinds = comparison.changes.iter().map(|change| (change.kind, change.weight)).collect::<Vec<_>>();
    assert!(kinds.len() <= 1, "{kinds:?}");
    (kinds.first().copied(), comparison)
}

/// One report for each way in which a check can stand.
fn reports() -> Vec<(Option<Standing>, Option<CheckReport>)> {
    let id = "facilitator.settle.replay";
    let named = |report: CheckReport| CheckReport { check: id.into(), ..report };
    vec![
        (None, None),
        (Some(Standing::NotApplicable), Some(because(id, Outcome::NotApplicable, "not claimed"))),
        (Some(Standing::Pass), Some(check(id, Outcome::Pass))),
        (Some(Standing::Warn), Some(named(deviation()))),
        (Some(Standing::Known), Some(named(known()))),
        (Some(Standing::Inconclusive), Some(because(id, Outcome::Inconclusive, "no block came"))),
        (Some(Standing::Fail), Some(named(value_under()))),
        (Some(Standing::HarnessError), Some(because(id, Outcome::HarnessError, "a panic"))),
    ]
}

/// The whole table, as a user would read it: rows are what was, columns what is.
#[test]
fn every_transition_has_its_weight() {
    let mut table = String::new();
    for (stood, before) in reports() {
        for (stands, after) in reports() {
            let (change, comparison) = one(before.clone(), after.clone());
            let word = |standing: Option<Standing>| standing.map_or("not there", Standing::word);
            let told =
                change.map_or("-".to_owned(), |(kind, weight)| format!("{} ({weight:?})", kind.word()));
            table +=
                &format!("{:14} → {:14} {told:42} exit {}\n", word(stood), word(stands), comparison.exit);
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn the_reason_of_both_sides_is_told_and_the_case_of_the_second() {
    let (_, comparison) = one(reports()[2].1.clone(), reports()[6].1.clone());
    let change = &comparison.changes[0];
    assert_eq!(change.before.as_ref().unwrap().reason, None);
    let after = change.after.as_ref().unwrap();
    let reason = after.reason.as_deref().unwrap();
    assert!(
        reason.starts_with("accepted-invalid: want isValid false; got isValid true; chain: no Transfer"),
        "{reason}"
    );
    assert_eq!(after.case.as_deref(), Some("runs/20261121-0412-9f3a/facilitator.verify.value-under"));
    assert_eq!((comparison.verdict, comparison.exit, comparison.unchanged), (Verdict::Regressed, 6, 1));
}

#[test]
fn another_kind_of_failure_is_a_change() {
    let other = CheckReport {
        findings: vec![gauntlet_report::Finding {
            kind: "settled-twice".into(),
            ..finding("X402-EVM3009-008", Severity::Failure)
        }],
        ..value_under()
    };
    let (change, comparison) = one(Some(value_under()), Some(other));
    assert_eq!(change, Some((Kind::FailsOtherwise, Weight::Neutral)));
    assert_eq!(comparison.exit, 0);
    assert_eq!(one(Some(value_under()), Some(value_under())).0, None);
}

#[test]
fn a_stricter_profile_breaks_nothing_by_itself() {
    let before = run([passes(&[OTHER]), vec![deviation()]].concat(), 0);
    let mut after = before.clone();
    after.started.profile = Profile::Strict;
    after.checks[1].outcome = Outcome::Fail;
    after.checks[1].findings[0].severity = Severity::Failure;
    let comparison = of(&before, &after);
    assert_eq!((comparison.verdict, comparison.changes.len()), (Verdict::Unchanged, 0));
    assert_eq!(comparison.differences[0].what, "profile");
    assert_eq!(of(&after, &before).verdict, Verdict::Unchanged);
}

#[test]
fn a_run_without_its_end_is_never_green() {
    let whole = run(passes(&[OTHER, "a.a.a", "b.b.b"]), 0);
    let doubtful = |change: &dyn Fn(&mut Record)| {
        let mut cut = whole.clone();
        change(&mut cut);
        (of(&whole, &cut), of(&cut, &whole))
    };
    type Cut<'a> = &'a dyn Fn(&mut Record);
    let cases: [(&str, Cut<'_>); 4] = [
        ("no end", &|record| record.finished = None),
        ("broken", &|record| record.truncated = true),
        ("stopped the run", &|record| {
            record.checks.pop();
            record.finished = Some(RunFinished { interrupted: true, ..finished(130) });
        }),
        ("never began", &|record| {
            record.checks.pop();
        }),
    ];
    for (word, change) in cases {
        let (after, before) = doubtful(change);
        assert_eq!((after.verdict, after.exit), (Verdict::Inconclusive, 5), "{word}");
        assert_eq!((before.verdict, before.exit), (Verdict::Inconclusive, 5), "{word}");
        assert!(
            after.doubts[0].contains(word) && after.doubts[0].starts_with("after: "),
            "{:?}",
            after.doubts
        );
        assert!(before.doubts[0].starts_with("before: "), "{:?}", before.doubts);
    }
    let (killed, _) = doubtful(&|record| {
        record.checks.truncate(2);
        record.started_checks = vec!["b.b.b".into()];
        record.finished = None;
    });
    let kinds: Vec<Kind> = killed.changes.iter().map(|change| change.kind).collect();
    assert_eq!((kinds, killed.exit), (vec![Kind::NotReached], 5));
    // What regressed before the end is a regression all the same.
    let (killed, _) = doubtful(&|record| {
        record.checks[1] = CheckReport { check: "a.a.a".into(), ..value_under() };
        record.finished = None;
    });
    assert_eq!(killed.verdict, Verdict::Regressed);
}

#[test]
fn our_own_fault_is_no_regression_of_the_target() {
    let before = run(passes(&[OTHER, "a.a.a"]), 0);
    let mut after =
        run(vec![passes(&[OTHER]).remove(0), because("a.a.a", Outcome::Inconclusive, "no chain")], 3);
    after.finished = Some(RunFinished { harness_error: Some("Anvil died".into()), ..finished(3) });
    let comparison = of(&before, &after);
    assert_eq!((comparison.verdict, comparison.exit), (Verdict::HarnessError, 3));
    assert_eq!(comparison.of_weight(Weight::Regression).count(), 0);
}

#[test]
fn a_control_that_fails_now_is_a_regression() {
    let before = run(passes(&[OTHER, "a.a.a"]), 0);
    let unscored = |id: &str| because(id, Outcome::Inconclusive, "the positive control failed");
    let mut after = run(vec![unscored(OTHER), unscored("a.a.a")], 5);
    after.finished = Some(RunFinished { inconclusive: Some("the control failed".into()), ..finished(5) });
    assert_eq!(of(&before, &after).exit, 6);
    // And where nothing was known before, nothing can be compared.
    assert_eq!(of(&after, &after).exit, 5);
    let doubt = run(vec![unscored(OTHER)], 5);
    assert_eq!(of(&doubt, &doubt).verdict, Verdict::NothingCompared);
}

#[test]
fn runs_that_share_no_check_have_nothing_in_common() {
    let comparison = of(&run(passes(&["a.a.a"]), 0), &run(passes(&["b.b.b"]), 0));
    assert_eq!((comparison.verdict, comparison.exit), (Verdict::NothingCompared, 4));
    assert_eq!(comparison.doubts, ["no check is in both runs"]);
    assert_eq!(of(&run(Vec::new(), 4), &run(Vec::new(), 4)).exit, 4);
}

#[test]
fn another_role_is_no_comparison() {
    let a = run(passes(&[OTHER]), 0);
    let mut b = a.clone();
    b.started.target.role = "server".into();
    let error = compare(&Side::from(&a), &Side::from(&b)).unwrap_err();
    assert_eq!(error, CompareError::Roles { a: "facilitator".into(), b: "server".into() });
}

#[test]
fn a_report_is_compared_like_its_record() {
    let (a, b) =
        (run(passes(&[OTHER]), 0), run(vec![CheckReport { check: OTHER.into(), ..value_under() }], 1));
    let read = |record: &Record| Side::of_json(&gauntlet_report::render::json(record)).unwrap();
    assert_eq!(compare(&read(&a), &Side::from(&b)).unwrap(), of(&a, &b));
    assert!(Side::of_json("{}").is_err());
    assert!(Side::of_json(r#"{"schema":99}"#).unwrap_err().to_string().contains("schema 99"));
}

#[test]
fn what_is_newly_stale_is_told() {
    let with = |stale: &[&str]| {
        let mut record = run(passes(&[OTHER]), 1);
        let stale = stale.iter().map(|line| (*line).to_owned()).collect();
        record.finished = Some(RunFinished { stale, ..finished(1) });
        record
    };
    let (before, after) =
        (with(&["a: old; see /home/a"]), with(&["a: old; see /ci/a", "b: passes now; see /ci/a"]));
    assert_eq!(of(&before, &after).stale, ["b: passes now; see /ci/a"]);
}

/// A run in which one payer settled in a check for so much gas.
pub(crate) fn settled(gas_used: u64) -> Record {
    let mut record = run(passes(&[OTHER]), 0);
    let (payer, tx, token) = (Address::repeat_byte(1), B256::repeat_byte(9), Address::repeat_byte(3));
    let key = PaymentKey { token, payer, nonce: B256::ZERO };
    record.bought.push(Bought {
        check: OTHER.into(),
        exchange: 1,
        payment: Some(key),
        path: "/".into(),
        fails: false,
        plain: true,
        payee: Address::ZERO,
        price: U256::ONE,
        served: true,
        status: Some(200),
        transaction: Some(tx),
        sent: String::new(),
        disturbed: false,
    });
    record.ledger = Some(Ledger {
        transfers: vec![Transfer {
            token,
            from: payer,
            to: Address::ZERO,
            value: U256::ONE,
            tx,
            block: 1,
            log_index: 0,
        }],
        used: vec![AuthorizationUse { token, payer, nonce: B256::ZERO, tx, block: 1 }],
        sent: vec![SentTx {
            hash: tx,
            from: Address::repeat_byte(4),
            block: 1,
            nonce: 0,
            status: true,
            gas_used,
            to: None,
            input: Bytes::new(),
        }],
        ..Ledger::default()
    });
    record
}

#[test]
fn gas_is_compared_check_by_check() {
    let comparison = of(&settled(60_000), &settled(90_000));
    let gas = &comparison.gas[0];
    assert_eq!((gas.check.as_str(), gas.before.median, gas.after.median), (OTHER, 60_000, 90_000));
    assert!((gas.ratio - 1.5).abs() < 1e-9);
    assert_eq!(comparison.exit, 0, "gas fails nobody");
    // A payer who paid in two checks leads to neither.
    let mut both = settled(60_000);
    both.bought.push(Bought { check: "another.check.id".into(), ..both.bought[0].clone() });
    assert!(of(&both, &settled(90_000)).gas.is_empty());
}
