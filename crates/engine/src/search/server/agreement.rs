//! A payment that was served buys nothing more, in whatever way it is written.

use super::{LANES, versions};
use crate::check::Stop;
use crate::cx::Cx;
use crate::search::payment::{Made, Sketch, dress, list};
use crate::search::run::{self, Told};
use crate::search::words::{HARMLESS, in_order, singles_of_meaning};
use crate::search::{class_of, name};
use crate::server::buyer::{Purchase, ask};
use crate::server::money::Expected;
use futures::future::BoxFuture;
use gauntlet_probe::{Request, Role};
use gauntlet_wire::header::payment_header;
use gauntlet_wire::mutation::Change;
use gauntlet_wire::{Verdict, Version};
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

/// How the header line itself is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Plain,
    LowerCaseName,
    Unpadded,
    UrlSafe,
    Twice,
    BlankAround,
    Query,
}

const LINES: [Line; 7] = [
    Line::Plain,
    Line::LowerCaseName,
    Line::Unpadded,
    Line::UrlSafe,
    Line::Twice,
    Line::BlankAround,
    Line::Query,
];

/// A payment, and further ways of presenting it.
#[derive(Debug, Clone)]
pub(super) struct Twins {
    first: Sketch,
    copies: Vec<(Vec<Change>, Line)>,
}

impl run::Property for Property {
    type Case = Twins;

    fn role(&self) -> Role {
        Role::Server
    }

    fn lanes(&self) -> usize {
        LANES
    }

    fn classes(&self) -> &'static [&'static str] {
        &["valid", "invalid"]
    }

    fn strategy(&self, _: u64) -> BoxedStrategy<Twins> {
        let words: Vec<Change> = HARMLESS.iter().filter_map(|word| Change::word(word).ok()).collect();
        let changes = vec(select(words).no_shrink(), 0..=3).prop_map(in_order);
        let copies = vec((changes, select(LINES.to_vec())), 1..=3);
        let version = select(self.versions.clone()).no_shrink();
        (version, copies)
            .prop_flat_map(|(version, copies)| {
                let faulty = select(singles_of_meaning(version)).no_shrink().prop_map(|change| vec![change]);
                let changes = prop_oneof![2 => Just(Vec::new()).boxed(), 1 => faulty.boxed()];
                (Just(version), changes, Just(copies))
            })
            .prop_map(|(version, changes, copies)| Twins {
                first: Sketch { changes, ..Sketch::plain(version) },
                copies,
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

impl Line {
    fn request(self, purchase: &Purchase) -> Result<Request, Stop> {
        let name = payment_header(purchase.version());
        let (header, request) = (purchase.header()?, ask(&purchase.route));
        Ok(match self {
            Self::Plain => request.header(name, header),
            Self::LowerCaseName => request.header(name.to_ascii_lowercase(), header),
            Self::Unpadded => request.header(name, header.trim_end_matches('=')),
            Self::UrlSafe => request.header(name, header.replace('+', "-").replace('/', "_")),
            Self::Twice => request.header(name, header.clone()).header(name, header),
            Self::BlankAround => request.header(name, format!("  {header} \t")),
            Self::Query => {
                let path =
                    format!("{}{}again=1", request.path, if request.path.contains('?') { '&' } else { '?' });
                Request { path, ..request }.header(name, header)
            }
        })
    }

    /// The same in a scenario, where scenarios have a word for it.
    fn written(self) -> &'static str {
        match self {
            Self::LowerCaseName => "as = \"lower-case-header\"\n",
            Self::Unpadded => "as = \"unpadded\"\n",
            Self::Twice => "as = \"twice\"\n",
            Self::Plain | Self::UrlSafe | Self::BlankAround | Self::Query => "",
        }
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Plain => "presented again",
            Self::LowerCaseName => "with the header's name in lower case",
            Self::Unpadded => "without padding",
            Self::UrlSafe => "in the URL-safe alphabet",
            Self::Twice => "in two lines",
            Self::BlankAround => "with blanks around it",
            Self::Query => "with a query",
        }
    }
}

async fn play(cx: &Cx, case: &Twins) -> Result<Told, Stop> {
    let mut purchase = cx.purchase("cheap").await?;
    let Some(made) = dress(cx, &case.first, purchase.payment.clone()).await? else {
        return Ok(Told::not_made());
    };
    purchase.payment = made.payment.clone();
    let (verdict, faults) = made.judged(cx)?;
    let told = Told {
        made: class_of(&verdict, &faults),
        class: faults.first().copied().map_or_else(|| "valid".into(), name),
        chain: made.recipe(),
        script: script(&made, case, verdict == Verdict::Valid),
    };
    // Money and content are judged at every purchase: see `Cx::buy_as`.
    let (first, _) = cx.buy(&purchase).await?;
    cx.must_have_come(&first)?;
    for (changes, line) in &case.copies {
        let mut copy = purchase.clone();
        for change in changes {
            copy.payment.change(change, cx);
        }
        copy.payment.changes.push(line.describe().into());
        if copy.payment.draft.payload().is_ok() {
            cx.buy_as(&copy, line.request(&copy)?, Expected::Plain).await?;
        }
    }
    Ok(told)
}

/// The payment, and copies of it: further payments of the same payer with the same nonce.
fn script(made: &Made, case: &Twins, valid: bool) -> String {
    let nonce = made.payment.draft.authorization.nonce;
    let same = format!("payer = \"buyer\"\nnonce = \"{nonce}\"\n");
    let (mut given, mut steps) = made.script_with(Some("cheap"), &same);
    steps.push_str("\n[[steps]]\npay = \"p\"\n");
    let (mut served, count) = (String::new(), u8::from(valid));
    for (number, (changes, line)) in case.copies.iter().enumerate() {
        let change = list(&[case.first.changes.as_slice(), changes].concat());
        let what = line.describe();
        given.push_str(&format!("\n[given.copy{number}]\nroute = \"cheap\"\n{same}change = {change}\n"));
        steps.push_str(&format!("\n[[steps]] # {what}\npay = \"copy{number}\"\n{}", line.written()));
        steps.push_str("expect = { canary = false }\n");
        served.push_str(&format!(", copy{number} = 0"));
    }
    let transfers = served.replace(" = 0", &format!(" = {count}"));
    let others = made.other_transfers();
    format!(
        "{given}{steps}\n[expect]\nserved = {{ p = {count}{served}{others} }}\ntransfers = {{ p = {count}{transfers}{others} }}\n"
    )
}
