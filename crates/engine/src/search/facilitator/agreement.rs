//! What must not change an answer: another way of writing the same payment, and a richer payer.

use super::verdict::{calls_valid, versions};
use crate::check::Stop;
use crate::cx::{Cx, Violation};
use crate::history::Said;
use crate::payment::Payment;
use crate::search::hunt;
use crate::search::payment::{Made, Purse, Sketch, in_a_block, list, make};
use crate::search::run::{self, Told};
use crate::search::words::{HARMLESS, in_order, singles_of_meaning};
use crate::search::{blame, class_of, name};
use futures::future::BoxFuture;
use gauntlet_probe::Role;
use gauntlet_wire::mutation::Change;
use gauntlet_wire::{ReasonClass, U256, Verdict, Version};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// The property.
pub(super) struct Property {
    versions: Vec<Version>,
}

impl Property {
    pub(super) fn of(cx: &Cx) -> Self {
        Self { versions: versions(cx) }
    }
}

/// A payment and other ways of writing it.
#[derive(Debug, Clone)]
pub(super) struct Twins {
    first: Sketch,
    /// How the copies are written, one list of changes each.
    copies: Vec<Vec<Change>>,
    /// Whether the payer gets richer between two questions.
    richer: bool,
}

/// One or two copies, each with at least one change of writing.
fn copies() -> impl Strategy<Value = Vec<Vec<Change>>> {
    let words: Vec<Change> = HARMLESS.iter().filter_map(|word| Change::word(word).ok()).collect();
    vec(vec(select(words).no_shrink(), 1..=3).prop_map(in_order), 1..=2)
}

impl run::Property for Property {
    type Case = Twins;

    fn role(&self) -> Role {
        Role::Facilitator
    }

    fn lanes(&self) -> usize {
        4
    }

    fn classes(&self) -> &'static [&'static str] {
        &["valid", "invalid"]
    }

    fn strategy(&self, _: u64) -> BoxedStrategy<Twins> {
        let version = select(self.versions.clone()).no_shrink();
        version
            .prop_flat_map(|version| {
                let faulty = select(singles_of_meaning(version)).no_shrink().prop_map(|change| vec![change]);
                let changes = prop_oneof![1 => Just(Vec::new()).boxed(), 1 => faulty.boxed()];
                let purse = select(vec![Purse::Plenty, Purse::Exact, Purse::Short]);
                (Just(version), changes, purse, copies(), any::<bool>())
            })
            .prop_map(|(version, changes, purse, copies, richer)| Twins {
                first: Sketch { changes, purse, ..Sketch::plain(version) },
                copies,
                richer,
            })
            .boxed()
    }

    fn version(&self, case: &Twins) -> Option<Version> {
        Some(case.first.version)
    }

    fn play<'a>(&'a self, cx: &'a Cx, case: &'a Twins, _: u64) -> BoxFuture<'a, Result<Told, Stop>> {
        Box::pin(play(cx, case))
    }
}

/// The payment with further changes: the same authorization, written anew.
fn copy(cx: &Cx, payment: &Payment, changes: &[Change]) -> Payment {
    let mut copy = payment.clone();
    for change in changes {
        copy.change(change, cx);
    }
    copy
}

async fn play(cx: &Cx, case: &Twins) -> Result<Told, Stop> {
    let Some(made) = make(cx, &case.first).await? else { return Ok(Told::not_made()) };
    let (verdict, faults) = made.judged(cx)?;
    let (payment, version) = (&made.payment, case.first.version);
    let mut told = Told {
        made: class_of(&verdict, &faults),
        class: faults.first().copied().map_or_else(|| "valid".into(), name),
        chain: made.recipe(),
        script: script(&made, case, &verdict),
    };
    let first = cx.verify(payment).await?;
    if let Said::Nothing(fault) = &first.said {
        told.made = hunt::Made::Unanswered(format!("{} ({fault})", first.sent));
        return Ok(told);
    }
    let copies: Vec<Payment> = case.copies.iter().map(|changes| copy(cx, payment, changes)).collect();
    if matches!(verdict, Verdict::Invalid(_)) && first.said == Said::No {
        let rule = blame::requirement(&faults, &made, &payment.body()?, version);
        for copy in &copies {
            let again = cx.verify(copy).await?;
            if again.said == Said::Yes {
                cx.find(Violation {
                    requirement: rule,
                    kind: "accepted-when-written-anew",
                    want: "isValid false, as when it was written otherwise".into(),
                    reply: Some(&again),
                    ..Violation::default()
                });
            }
        }
    }
    let only_poor = faults == [ReasonClass::Funds] && first.said == Said::No;
    let good = verdict == Verdict::Valid && first.said == Said::Yes;
    if (good && case.richer) || only_poor {
        is_valid_when_richer(cx, &made, version).await?;
    }
    if good || only_poor {
        let (settled, _) = cx.settle(payment).await?;
        cx.must_have_answered(&settled)?;
        // Money and success are judged at each: see `Cx::settle`.
        for copy in &copies {
            let _ = cx.settle(copy).await?;
        }
    }
    Ok(told)
}

/// More money makes no payment worse, and one that nothing but money was missing from good.
async fn is_valid_when_richer(cx: &Cx, made: &Made, version: Version) -> Result<(), Stop> {
    let payment = &made.payment;
    let richer = made.purse.saturating_mul(U256::from(3));
    cx.world.chain.set_balance(payment.token.address, payment.payer.address(), richer).await?;
    in_a_block(cx).await?;
    let mut rich = made.clone();
    rich.payment.ledger.balance = richer;
    if rich.judged(cx)?.0 != Verdict::Valid {
        return Ok(());
    }
    let again = cx.verify(payment).await?;
    if matches!(again.said, Said::No | Said::Unclear(_)) {
        cx.find(Violation {
            requirement: calls_valid(version),
            kind: "refused-when-richer",
            want: "isValid true, now that the payer has more than enough".into(),
            reply: Some(&again),
            ..Violation::default()
        });
    }
    Ok(())
}

fn script(made: &Made, case: &Twins, verdict: &Verdict) -> String {
    let given = made.script(None);
    let mut steps = String::from("\n[[steps]]\nverify = \"p\"\n");
    let poor = case.first.purse == Purse::Short && case.first.changes.is_empty();
    let valid = *verdict == Verdict::Valid || poor;
    if poor {
        steps.push_str("expect = { json = { isValid = { not = true } } }\n");
    } else if valid {
        steps.push_str("expect = { json = { isValid = true } }\n");
    }
    if poor || (valid && case.richer) {
        steps.push_str("\n[[steps]]\nrefill = \"p\"\n\n[[steps]]\nverify = \"p\"\nexpect = { json = { isValid = true } }\n");
    }
    if valid {
        steps.push_str("\n[[steps]]\nsettle = \"p\"\n");
    }
    let (verb, want) = match valid {
        true => ("settle", ""),
        false => ("verify", "expect = { json = { isValid = { not = true } } }\n"),
    };
    for changes in &case.copies {
        steps.push_str(&format!("\n[[steps]]\n{verb} = \"p\"\nchange = {}\n{want}", list(changes)));
    }
    let moved = u8::from(valid);
    format!("{given}{steps}\n[expect]\ntransfers = {{ p = {moved}{} }}\n", made.other_transfers())
}
