//! Payment headers that only look like payments: they buy nothing, and the next buyer is served.

use super::versions;
use crate::check::Stop;
use crate::cx::Cx;
use crate::search::bytes::{Bytes, bytes};
use crate::search::case::text;
use crate::search::hunt::Made;
use crate::search::run::{self, Told};
use crate::server::buyer::ask;
use crate::server::spelled::{goes_on, survives};
use futures::future::BoxFuture;
use gauntlet_probe::Role;
use gauntlet_wire::Version;
use gauntlet_wire::header::{encode_bytes, payment_header};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

/// The longest header, bytes: servers may refuse longer ones without looking at them.
const LONGEST: usize = 6_000;
/// After every so many-th header somebody buys.
const BUYS: u64 = 10;

/// The property.
pub(super) struct Property {
    versions: Vec<Version>,
}

impl Property {
    pub(super) fn of(cx: &Cx) -> Self {
        Self { versions: versions(cx) }
    }
}

/// A made-up header.
#[derive(Debug, Clone)]
pub(super) struct Header {
    version: Version,
    bytes: Bytes,
    /// Whether the bytes are what stands in base64, and not the header itself.
    inside: bool,
}

impl run::Property for Property {
    type Case = Header;

    fn role(&self) -> Role {
        Role::Server
    }

    /// What ends the server is to be known.
    fn lanes(&self) -> usize {
        1
    }

    fn classes(&self) -> &'static [&'static str] {
        &["inside", "outside"]
    }

    fn strategy(&self, _: u64) -> BoxedStrategy<Header> {
        let inside = prop_oneof![3 => Just(true), 1 => Just(false)].no_shrink();
        (select(self.versions.clone()).no_shrink(), bytes(LONGEST), inside)
            .prop_map(|(version, bytes, inside)| Header { version, bytes, inside })
            .boxed()
    }

    fn version(&self, case: &Header) -> Option<Version> {
        Some(case.version)
    }

    fn play<'a>(&'a self, cx: &'a Cx, case: &'a Header, number: u64) -> BoxFuture<'a, Result<Told, Stop>> {
        Box::pin(play(cx, case, number))
    }
}

async fn play(cx: &Cx, case: &Header, number: u64) -> Result<Told, Stop> {
    let mut purchase = cx.purchase("cheap").await?;
    purchase.payment.money_rule = "GAUNTLET-RS-001";
    let (what, value) = if case.inside {
        let good = purchase.payment.draft.payload()?;
        ("base64 of ", encode_bytes(&case.bytes.of(good.as_bytes())))
    } else {
        ("", in_a_line(&case.bytes.of(purchase.header()?.as_bytes())))
    };
    let sent = format!("{what}{}", case.bytes.describe());
    purchase.payment.changes.push(format!("sent as {sent}"));
    let name = payment_header(case.version);
    let told = Told {
        made: Made::Of { class: if case.inside { "inside" } else { "outside" }, kind: String::new() },
        class: if case.inside { "inside" } else { "outside" }.into(),
        chain: json!({ "balance": purchase.payment.ledger.balance.to_string() }),
        script: script(&purchase.route.path, name, &value),
    };
    let visit = survives(cx, &purchase, ask(&purchase.route).header(name, value)).await?;
    if number.is_multiple_of(BUYS) || visit.is_silence() || visit.status() >= 500 {
        goes_on(cx, &sent).await?;
    }
    Ok(told)
}

/// What can stand in a header line without ending it.
fn in_a_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace(['\r', '\n', '\0'], " ")
}

fn script(path: &str, name: &str, value: &str) -> String {
    format!(
        "[given.p]\nroute = \"cheap\"\n\n[[steps]]\nrequest = {{ method = \"GET\", path = {}, headers = {{ {name} = {} }} }}\n\
         expect = {{ canary = false, status = {{ lte = 499 }} }}\n\n[[steps]]\npay = \"p\"\nexpect = {{ canary = true }}\n\n\
         [expect]\nserved = {{ p = 1 }}\ntransfers = {{ p = 1 }}\n",
        text(path),
        text(value)
    )
}
