//! Clients: a command that gets the URL of a till of ours, which offers what a check is about and sees what is signed.
//!
//! Nothing is settled: whether a signature is good is told without the chain. The purchases of the flows, where a client
//! pays a server over a real chain, are scenarios.

mod b402;

use crate::check::{Check, Judged, Stop, check};
use crate::cx::{Cx, Violation};
use crate::scenario::client::{ClientSaid, placeholders, run_client};
use gauntlet_doubles::till::{self, Then};
use gauntlet_probe::Manifest;
use gauntlet_wire::Key;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// How long a client may take, at least.
const PATIENCE: Duration = Duration::from_secs(120);

/// All checks of clients. Without one there is nothing to try.
#[must_use]
pub fn checks(client: Option<&Arc<Manifest>>) -> Vec<Check> {
    b402::checks(client)
}

/// A check of the client.
fn of_client<F>(
    client: Option<&Arc<Manifest>>,
    id: &str,
    title: &str,
    covers: &[&'static str],
    risk: &'static str,
    body: fn(Cx, Arc<Manifest>) -> F,
) -> Check
where
    F: Future<Output = Judged> + Send + 'static,
{
    let client = client.cloned();
    check(id, title, covers, risk, move |cx| {
        let client = client.clone();
        async move {
            let nobody = || Stop::NotApplicable("there is no client; name one with --client".into());
            body(cx, client.ok_or_else(nobody)?).await
        }
    })
}

/// What a client did at a till.
struct Seen {
    /// The payments that it presented; null for one that cannot be read.
    presented: Vec<Value>,
    /// What it says of it.
    said: ClientSaid,
    /// Whose money it had.
    payer: Key,
}

impl Seen {
    /// For people.
    fn got(&self) -> String {
        let payments = match self.presented.len() {
            0 => "no payment".to_owned(),
            1 => "one payment".to_owned(),
            number => format!("{number} payments"),
        };
        match self.said.status {
            Some(status) => format!("{payments}; the client says status {status}"),
            None => format!("{payments}; the client says nothing legible ({})", self.said.ended),
        }
    }
}

/// Lets the client buy from a till that offers these entries, once.
async fn at_a_till(cx: &Cx, client: &Manifest, accepts: Value, then: Then) -> Result<Seen, Stop> {
    let payer = cx.key(&format!("payer/{}", cx.next_number()));
    let till = till::open(till::Config { accepts, then }).await?;
    let log = cx.world.folder.join("client.log");
    let values = placeholders(cx, till.url(), &payer);
    let said = run_client(client, &values, &log, PATIENCE.max(cx.world.timeout)).await;
    let presented = till.presented();
    till.close().await;
    Ok(Seen { presented, said: said?, payer })
}

fn found(cx: &Cx, kind: &str, want: &str, got: String) {
    cx.find(Violation { requirement: cx.rule(), kind, want: want.into(), got, ..Violation::default() });
}
