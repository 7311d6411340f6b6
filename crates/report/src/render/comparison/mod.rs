//! A comparison of two runs, for a terminal and as Markdown.

mod markdown;

pub use markdown::{LIMIT, comparison_markdown, comparison_markdown_within};

use super::block::Block;
use super::style::{Paint, Style};
use crate::compare::{Change, Comparison, Difference, GasChange, Kind, Seen, Standing, Verdict, Weight, Who};
use crate::summary::Counts;
use crate::text::{count, escape, shorten};
use std::collections::BTreeMap;

/// Changes of one kind that are told whole; the others are named.
const WHOLE: usize = 20;
/// Names in one list.
const NAMES: usize = 8;
/// About as much of a reason as can be taken in at a glance.
const REASON: usize = 300;
/// Changes of gas that are shown.
const GAS: usize = 8;
/// A change of the gas of a settlement below this is no news: calldata has more or fewer zeros.
const GAS_NEWS: f64 = 0.02;

/// Renders a comparison in text.
#[must_use]
pub fn comparison(comparison: &Comparison, style: &Style) -> String {
    let style = *style;
    let sections = [
        head(comparison),
        differences(comparison, style),
        doubts(comparison, style),
        changes(comparison, style),
        stale(comparison, style),
        counts(comparison),
        gas(comparison),
        foot(comparison, style),
    ];
    let shown: Vec<String> = sections.into_iter().filter(|section| !section.is_empty()).collect();
    shown.join("\n\n") + "\n"
}

fn head(comparison: &Comparison) -> String {
    let line = |name: &str, who: &Who| format!("{name:7} {}", escape(&subject(who)));
    format!("{}\n{}", line("before", &comparison.a), line("after", &comparison.b))
}

/// `facilitator double:facilitator 0.1.0 · run 2026… · seed 402`.
fn subject(who: &Who) -> String {
    let version = who.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    format!("{} {}{version} · run {} · seed {}", who.role, who.target, who.run, who.seed)
}

fn differences(comparison: &Comparison, style: Style) -> String {
    let mut block = Block::new(style);
    for difference in &comparison.differences {
        block.field("differs", &told(difference));
    }
    block.text()
}

fn told(difference: &Difference) -> String {
    let Difference { what, a, b, means } = difference;
    let means = if means.is_empty() { String::new() } else { format!("; {means}") };
    format!("{what}: {} before, {} after{means}", shorten(a, REASON), shorten(b, REASON))
}

fn doubts(comparison: &Comparison, style: Style) -> String {
    if comparison.doubts.is_empty() {
        return String::new();
    }
    let mut block = Block::new(style);
    block.head(Paint::Doubt, "NOT WHOLE", "", "");
    for doubt in &comparison.doubts {
        block.field("why", doubt);
    }
    block.text()
}

// --- what changed -------------------------------------------------------------------------------------------------

/// Changes of one weight and kind.
type Group<'a> = ((Weight, Kind), Vec<&'a Change>);

/// The changes of each weight and kind, in the order in which they are shown.
fn groups(comparison: &Comparison) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<(Weight, Kind), Vec<&Change>> = BTreeMap::new();
    for change in &comparison.changes {
        groups.entry((change.weight, change.kind)).or_default().push(change);
    }
    groups.into_iter().collect()
}

fn changes(comparison: &Comparison, style: Style) -> String {
    let groups = groups(comparison);
    let shown = groups.iter().map(|((weight, kind), changes)| group(*weight, *kind, changes, style));
    shown.collect::<Vec<_>>().join("\n\n")
}

fn group(weight: Weight, kind: Kind, changes: &[&Change], style: Style) -> String {
    let mut block = Block::new(style);
    block.head(paint(weight), &label(weight, kind), &count(changes.len(), "check"), "");
    for change in changes.iter().take(WHOLE) {
        block.line(format!("  {}", escape(&change.check)));
        block.field("before", &seen(change.before.as_ref()));
        block.field("after", &seen(change.after.as_ref()));
        if let Some(case) = again(change) {
            block.field("again", &format!("gauntlet replay {case}"));
        }
    }
    let rest = changes.get(WHOLE..).unwrap_or_default();
    if !rest.is_empty() {
        block.field("more", &names(rest));
    }
    block.text()
}

/// `NOW FAILING`; of what could not be told before nobody knows whether that is new.
fn label(weight: Weight, kind: Kind) -> String {
    let word = kind.word().to_uppercase();
    if (weight, kind) == (Weight::Doubt, Kind::NowFailing) {
        format!("{word}, perhaps as before")
    } else {
        word
    }
}

fn seen(seen: Option<&Seen>) -> String {
    let Some(seen) = seen else { return "not there".to_owned() };
    let reason = seen.reason.as_deref().map(|reason| format!(": {}", shorten(reason, REASON)));
    format!("{}{}", seen.standing.word(), reason.unwrap_or_default())
}

/// The case that shows it in B; where all is well there is nothing to see.
fn again(change: &Change) -> Option<&str> {
    let after = change.after.as_ref()?;
    let is_well = matches!(after.standing, Standing::Pass | Standing::NotApplicable);
    if is_well { None } else { after.case.as_deref() }
}

fn names(changes: &[&Change]) -> String {
    let shown: Vec<&str> = changes.iter().take(NAMES).map(|change| change.check.as_str()).collect();
    let more = match changes.len().saturating_sub(NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}

const fn paint(weight: Weight) -> Paint {
    match weight {
        Weight::Regression | Weight::OurFault => Paint::Bad,
        Weight::Doubt => Paint::Doubt,
        Weight::Neutral => Paint::Warning,
        Weight::Improvement => Paint::Good,
    }
}

fn stale(comparison: &Comparison, style: Style) -> String {
    if comparison.stale.is_empty() {
        return String::new();
    }
    let mut block = Block::new(style);
    block.head(Paint::Warning, "STALE", &count(comparison.stale.len(), "known issue"), "");
    for issue in comparison.stale.iter().take(WHOLE) {
        block.field("×", issue);
    }
    if let Some(more) = comparison.stale.len().checked_sub(WHOLE).filter(|more| *more > 0) {
        block.field("more", &format!("{more} more, which are in the report of the run"));
    }
    block.text()
}

// --- numbers ------------------------------------------------------------------------------------------------------

/// Outcomes with their numbers before and after; those that nobody had are left out.
fn rows(comparison: &Comparison) -> Vec<(&'static str, usize, usize)> {
    type Number = fn(&Counts) -> usize;
    const ROWS: [(&str, Number); 8] = [
        ("passed", |counts| counts.pass),
        ("failed", |counts| counts.fail),
        ("harness error", |counts| counts.harness_error),
        ("inconclusive", |counts| counts.inconclusive),
        ("warned", |counts| counts.warn),
        ("known", |counts| counts.known),
        ("not applicable", |counts| counts.not_applicable),
        ("not begun", |counts| counts.not_begun),
    ];
    let (a, b) = (&comparison.a.counts, &comparison.b.counts);
    let rows = ROWS.into_iter().map(|(name, number)| (name, number(a), number(b)));
    rows.filter(|(_, a, b)| a + b > 0).collect()
}

fn counts(comparison: &Comparison) -> String {
    let mut lines = vec![format!("{:16}{:>8}{:>8}", "", "before", "after")];
    lines.extend(rows(comparison).iter().map(|(name, a, b)| format!("{name:16}{a:>8}{b:>8}")));
    lines.join("\n")
}

/// Checks whose settlements cost something else now.
fn dearer_or_cheaper(comparison: &Comparison) -> impl Iterator<Item = &GasChange> {
    comparison.gas.iter().filter(|change| (change.ratio - 1.0).abs() > GAS_NEWS)
}

fn gas(comparison: &Comparison) -> String {
    let mut lines = Vec::new();
    if let (Some(a), Some(b)) = (&comparison.a.gas, &comparison.b.gas) {
        let (a, b) = (a.settled, b.settled);
        lines.push(format!(
            "gas of a settlement, in the median: {} before (of {}), {} after (of {})",
            a.median, a.transactions, b.median, b.transactions
        ));
    }
    let changed: Vec<&GasChange> = dearer_or_cheaper(comparison).collect();
    for GasChange { check, before, after, ratio } in changed.iter().take(GAS) {
        lines.push(format!("  ×{ratio:.3}  {} → {}  {}", before.median, after.median, escape(check)));
    }
    if changed.len() > GAS {
        lines.push(format!("  and {} more", count(changed.len() - GAS, "check")));
    }
    lines.join("\n")
}

// --- the sum ------------------------------------------------------------------------------------------------------

/// `2 checks regressed, 1 is better, 695 say the same`.
fn sum(comparison: &Comparison) -> String {
    let of = |weight| comparison.of_weight(weight).count();
    let mut parts: Vec<String> = [
        (of(Weight::Regression), "regressed"),
        (of(Weight::OurFault), "ended by a fault of Gauntlet's"),
        (of(Weight::Doubt), "cannot be told"),
        (of(Weight::Improvement), "better"),
        (of(Weight::Neutral), "otherwise changed"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!("{} {word}", count(number, "check")))
    .collect();
    parts.push(format!("{} the same", count(comparison.unchanged, "check")));
    match comparison.new_failures() {
        0 => {}
        1 => parts.push("1 new check fails".to_owned()),
        more => parts.push(format!("{more} new checks fail")),
    }
    parts.join(", ")
}

fn foot(comparison: &Comparison, style: Style) -> String {
    let word = style.paint(verdict_paint(comparison.verdict), comparison.verdict.word());
    format!("{word}  {}", sum(comparison))
}

const fn verdict_paint(verdict: Verdict) -> Paint {
    match verdict {
        Verdict::Improved | Verdict::Unchanged => Paint::Good,
        Verdict::Regressed | Verdict::HarnessError => Paint::Bad,
        Verdict::Inconclusive | Verdict::NothingCompared => Paint::Doubt,
    }
}
