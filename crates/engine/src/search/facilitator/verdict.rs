//! Valid payments are accepted, invalid ones refused: changes of the vocabulary, and a world around them.

use crate::check::Stop;
use crate::cx::{Cx, Violation, this_second};
use crate::history::Said;
use crate::reply::Reply;
use crate::search::hunt;
use crate::search::payment::{CENT, Company, Made, Nonce, Purse, Sketch, make};
use crate::search::run::{self, Told};
use crate::search::words::{amounts, any_change, harmless, hidden, in_order, singles};
use crate::search::{blame, class_of, name};
use futures::future::BoxFuture;
use gauntlet_probe::Role;
use gauntlet_wire::mutation::Change;
use gauntlet_wire::{ReasonClass, U256, Verdict, Version, reason};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Of the payments that are refused every so many-th is presented to `/settle` as well.
const SETTLED_ALL_THE_SAME: u64 = 4;
/// Seconds before the end of a window within which `/settle` may say otherwise than `/verify`.
const SOON: u64 = 30;

/// How far a walk goes from one case to the next when it cannot see them all: a prime, so that it would.
const STRIDE: usize = 1009;

/// The property.
pub(super) struct Property {
    versions: Vec<Version>,
    walk: Walk,
}

/// Single changes and states, one case each, in the order in which they are walked.
pub(in crate::search) struct Walk {
    cases: Vec<Sketch>,
    /// All cases of the search.
    of: u64,
    /// Where a walk begins that is not gone to its end.
    start: usize,
}

impl Property {
    pub(super) fn of(cx: &Cx) -> Self {
        let versions = versions(cx);
        let walk = Walk::new(versions.iter().flat_map(|version| walk(*version)).collect(), cx);
        Self { versions, walk }
    }
}

/// The versions that are searched: those that the target claims.
pub(in crate::search) fn versions(cx: &Cx) -> Vec<Version> {
    let claimed = &cx.world.claims.versions;
    if claimed.is_empty() { vec![Version::V2] } else { claimed.clone() }
}

impl Walk {
    pub(in crate::search) fn new(cases: Vec<Sketch>, cx: &Cx) -> Self {
        let start = usize::try_from(cx.world.seed % (cases.len().max(1) as u64)).unwrap_or_default();
        Self { cases, of: cx.world.budget.cases, start }
    }

    /// The walked case of a number. A search that is long enough walks first and draws afterwards; a shorter one takes
    /// turns, and its walk begins where the seed says and goes in strides, so that it sees something of every kind.
    pub(in crate::search) fn case(&self, number: u64) -> Option<&Sketch> {
        let length = self.cases.len() as u64;
        if self.of >= 2 * length {
            return self.cases.get(usize::try_from(number).ok()?);
        }
        let step = usize::try_from(number / 2).ok().filter(|_| number.is_multiple_of(2))?;
        self.cases.get((self.start + step * STRIDE) % self.cases.len().max(1))
    }
}

/// Every single change, every state of the world, and prices at the limits with values beside them.
pub(in crate::search) fn walk(version: Version) -> Vec<Sketch> {
    let plain = Sketch::plain(version);
    let near = |word: &str| Change::with(word, 1).into_iter();
    let mut cases = vec![plain.clone()];
    for amount in amounts() {
        let priced = Sketch { amount, ..plain.clone() };
        cases.push(priced.clone());
        for change in near("value-below").chain(near("value-above")) {
            cases.push(Sketch { changes: vec![change], ..priced.clone() });
        }
    }
    cases.extend([Purse::Exact, Purse::Short, Purse::Empty].map(|purse| Sketch { purse, ..plain.clone() }));
    cases.extend([Nonce::Cancelled, Nonce::Spent].map(|nonce| Sketch { nonce, ..plain.clone() }));
    cases.extend([Company::OfPayer, Company::ToPayee].map(|company| Sketch { company, ..plain.clone() }));
    cases
        .extend(singles(version).into_iter().map(|change| Sketch { changes: vec![change], ..plain.clone() }));
    cases
}

/// Combinations: a third of them with nothing that makes a payment invalid, a third with one fault behind another way of
/// writing.
pub(in crate::search) fn drawn(versions: &[Version]) -> BoxedStrategy<Sketch> {
    let worlds = (
        select(vec![Purse::Plenty, Purse::Exact, Purse::Short, Purse::Empty]),
        select(vec![Nonce::Unused, Nonce::Unused, Nonce::Unused, Nonce::Cancelled, Nonce::Spent]),
        select(vec![Company::None, Company::None, Company::None, Company::OfPayer, Company::ToPayee]),
    );
    let good = (select(vec![Purse::Plenty, Purse::Exact]), Just(Nonce::Unused), Just(Company::None));
    let changes = |version: Version| vec(any_change(version), 0..=5);
    let amount = prop_oneof![
        3 => Just(CENT),
        1 => select(amounts()),
        1 => (1_u64..=1 << 40).prop_map(U256::from),
    ];
    let version = select(versions.to_vec()).no_shrink();
    version
        .prop_flat_map(move |version| {
            let (harmless, hidden) = ((harmless(), good.clone()), (hidden(version), good.clone()));
            let gone =
                (changes(version), prop_oneof![4 => good.clone().boxed(), 3 => worlds.clone().boxed()]);
            let parts = prop_oneof![harmless.boxed(), hidden.boxed(), gone.boxed()];
            (Just(version), amount.clone(), parts)
        })
        .prop_map(|(version, amount, (changes, (purse, nonce, company)))| {
            // Money that was paid before needs a payer who can pay.
            let company = if purse == Purse::Plenty { company } else { Company::None };
            Sketch { version, amount, changes: in_order(changes), purse, nonce, company }
        })
        .boxed()
}

impl run::Property for Property {
    type Case = Sketch;

    fn role(&self) -> Role {
        Role::Facilitator
    }

    fn lanes(&self) -> usize {
        4
    }

    fn classes(&self) -> &'static [&'static str] {
        &["valid", "invalid", "open"]
    }

    fn strategy(&self, number: u64) -> BoxedStrategy<Sketch> {
        match self.walk.case(number) {
            Some(case) => Just(case.clone()).boxed(),
            None => drawn(&self.versions),
        }
    }

    fn version(&self, case: &Sketch) -> Option<Version> {
        Some(case.version)
    }

    fn play<'a>(&'a self, cx: &'a Cx, case: &'a Sketch, number: u64) -> BoxFuture<'a, Result<Told, Stop>> {
        Box::pin(play(cx, case, number))
    }
}

async fn play(cx: &Cx, case: &Sketch, number: u64) -> Result<Told, Stop> {
    let Some(made) = make(cx, case).await? else { return Ok(Told::not_made()) };
    let (verdict, faults) = made.judged(cx)?;
    let body = made.payment.body()?;
    let rule = blame::requirement(&faults, &made, &body, case.version);
    let verified = cx.verify(&made.payment).await?;
    let mut told = Told {
        made: class_of(&verdict, &faults),
        class: class(&verdict, &faults, &verified),
        chain: made.recipe(),
        script: script(&made, &verdict),
    };
    if let Said::Nothing(fault) = &verified.said {
        told.made = hunt::Made::Unanswered(format!("{} ({fault})", verified.sent));
        return Ok(told);
    }
    judge_verify(cx, &verdict, &verified, rule, case.version);
    let accepted = verified.said == Said::Yes;
    if verdict == Verdict::Valid || accepted || number.is_multiple_of(SETTLED_ALL_THE_SAME) {
        settle(cx, &made, &verdict, accepted, rule).await?;
    }
    Ok(told)
}

/// What tells this failure from others of its kind.
fn class(verdict: &Verdict, faults: &[ReasonClass], verified: &Reply) -> String {
    match (verdict, faults.first(), verified.reason()) {
        (Verdict::Invalid(_), Some(fault), _) => name(*fault),
        (_, _, Some(said)) if verified.said == Said::No => {
            reason::classify(&said).first().copied().map(name).unwrap_or_default()
        }
        _ => format!("{}xx", verified.exchange.status.unwrap_or_default() / 100),
    }
}

fn judge_verify(cx: &Cx, verdict: &Verdict, verified: &Reply, rule: &'static str, version: Version) {
    let violation = Violation { reply: Some(verified), ..Violation::default() };
    match (verdict, &verified.said) {
        (Verdict::Valid, Said::No | Said::Unclear(_)) => cx.find(Violation {
            requirement: calls_valid(version),
            kind: "refused-valid",
            want: "isValid true".into(),
            ..violation
        }),
        (Verdict::Invalid(_), Said::Yes) => cx.find(Violation {
            requirement: rule,
            kind: "accepted-invalid",
            want: "isValid false".into(),
            ..violation
        }),
        _ => {}
    }
}

/// The requirement that valid payments are called valid.
pub(super) fn calls_valid(version: Version) -> &'static str {
    match version {
        Version::V2 => "X402V2-FA-VERIFY-001",
        Version::V1 => "X402V1-FA-001",
    }
}

async fn settle(
    cx: &Cx,
    made: &Made,
    verdict: &Verdict,
    accepted: bool,
    rule: &'static str,
) -> Result<(), Stop> {
    let before = cx.money(&made.payment).await?.transfers.len();
    let (settled, money) = cx.settle(&made.payment).await?;
    cx.must_have_answered(&settled)?;
    let (moved, said) = (money.transfers.len() > before, settled.said == Said::Yes);
    let violation =
        Violation { requirement: rule, reply: Some(&settled), chain: money.lines, ..Violation::default() };
    // A success for what was spent before may name the transaction that spent it, and has been judged.
    let names_the_past = made.is_spent() && !moved;
    match verdict {
        Verdict::Invalid(_) if (said && !names_the_past) || moved => {
            cx.find(Violation {
                kind: "settled-invalid",
                want: "success false, and no Transfer".into(),
                ..violation
            });
        }
        Verdict::Valid | Verdict::Open(_) if accepted && !said && !ends_soon(made) => cx.find(Violation {
            requirement: "INV-005",
            kind: "verify-and-settle-disagree",
            want: "success for what /verify has just called valid".into(),
            ..violation
        }),
        _ => {}
    }
    Ok(())
}

fn ends_soon(made: &Made) -> bool {
    made.payment.draft.authorization.valid_before <= U256::from(this_second() + SOON)
}

/// The payment presented once to each, and what the oracle wants.
fn script(made: &Made, verdict: &Verdict) -> String {
    let (before, others) = (made.moved_before(), made.other_transfers());
    let (verify, settle, moved) = match verdict {
        Verdict::Valid => ("json = { isValid = true }", "json = { success = true }", "1".to_owned()),
        Verdict::Invalid(_) => {
            ("json = { isValid = { not = true } }", "json = { success = { not = true } }", before.to_string())
        }
        Verdict::Open(_) => ("", "", format!("[{before}, 1]")),
    };
    let step = |verb: &str, want: &str| match want {
        "" => format!("\n[[steps]]\n{verb} = \"p\"\n"),
        want => format!("\n[[steps]]\n{verb} = \"p\"\nexpect = {{ {want} }}\n"),
    };
    format!(
        "{}{}{}\n[expect]\ntransfers = {{ p = {moved}{others} }}\n",
        made.script(None),
        step("verify", verify),
        step("settle", settle)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    #[test]
    fn a_walk_meets_every_word_and_every_state() {
        let cases = walk(Version::V2);
        assert!(cases.len() > 300, "{}", cases.len());
        for word in gauntlet_wire::mutation::WORDS {
            let meets = |case: &&Sketch| case.changes.iter().any(|change| change.name() == word.name);
            assert!(cases.iter().any(|case| meets(&case)), "{}", word.name);
        }
        assert!(cases.iter().any(|case| case.purse == Purse::Short));
        assert!(cases.iter().any(|case| case.nonce == Nonce::Spent));
        assert!(cases.iter().any(|case| case.company == Company::ToPayee));
    }

    #[test]
    fn a_long_search_walks_first_and_a_short_one_takes_turns() {
        let of = |of, start| Walk { cases: walk(Version::V2), of, start };
        let length = walk(Version::V2).len() as u64;
        let long = of(2 * length, 7);
        assert_eq!(long.case(0), Some(&Sketch::plain(Version::V2)));
        assert!(long.case(length - 1).is_some() && long.case(length).is_none());
        let cases = usize::try_from(length).unwrap();
        let short = of(100, cases - STRIDE % cases);
        assert_eq!(short.case(2), Some(&Sketch::plain(Version::V2)));
        assert!(short.case(1).is_none());
    }

    #[test]
    fn a_third_of_the_drawn_cases_has_nothing_but_harmless_changes() {
        let mut runner = TestRunner::deterministic();
        let strategy = drawn(&Version::ALL);
        let cases: Vec<Sketch> =
            (0..600).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
        let is_harmless = |case: &&Sketch| {
            let changes = case.changes.iter();
            let harmless = crate::search::words::HARMLESS;
            let good = matches!(case.purse, Purse::Plenty | Purse::Exact) && case.nonce == Nonce::Unused;
            good && changes.map(Change::name).all(|name| harmless.contains(&name))
        };
        let share = cases.iter().filter(is_harmless).count();
        assert!((200..400).contains(&share), "{share} of 600");
        assert!(cases.iter().any(|case| case.changes.len() == 5));
        assert!(Version::ALL.iter().all(|version| cases.iter().any(|case| case.version == *version)));
    }
}
