//! A purchase that stands still at the facilitator while something happens.

use crate::check::Stop;
use crate::cx::Cx;
use crate::reply::Money;
use crate::server::buyer::Purchase;
use crate::server::money::Expected;
use crate::server::visit::Visit;
use gauntlet_doubles::scripted::{Act, Call, Endpoint, Handle};
use gauntlet_wire::B256;
use std::future::Future;
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// The longest wait for a call of the server's; it ends early when the buyer has his answer.
pub(in crate::server) const PATIENCE: Duration = Duration::from_secs(120);
/// How often the world is looked at where nobody tells of its changes.
pub(in crate::server) const POLL: Duration = Duration::from_millis(20);
/// The longest wait for the facilitator behind.
const SETTLING: Duration = Duration::from_secs(30);

/// Lets a payment go on, however the check ends.
pub(in crate::server) struct Hold<'a> {
    scripted: &'a Handle,
    nonce: B256,
}

impl<'a> Hold<'a> {
    /// Holds the calls about a payment to one endpoint.
    pub(in crate::server) fn at(scripted: &'a Handle, nonce: B256, endpoint: Endpoint) -> Self {
        scripted.script(nonce, endpoint, vec![Act::Hold(Box::new(Act::Forward))]);
        Self { scripted, nonce }
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.scripted.release(self.nonce);
    }
}

/// Presents a payment and does `meanwhile` while the facilitator keeps the server waiting at one of its endpoints.
/// Gives the answer, the money, and what came of `meanwhile`: nothing when the server never asked there.
pub(in crate::server) async fn held<T>(
    cx: &Cx,
    purchase: &Purchase,
    endpoint: Endpoint,
    expected: Expected,
    meanwhile: impl Future<Output = Result<T, Stop>>,
) -> Result<(Visit, Money, Option<T>), Stop> {
    let scripted = cx.shop()?.scripted()?;
    let nonce = purchase.payment.key().nonce;
    let hold = Hold::at(scripted, nonce, endpoint);
    let answered = Notify::new();
    let buying = async {
        let bought = cx.buy_as(purchase, purchase.request()?, expected).await;
        answered.notify_one();
        bought
    };
    let watching = async {
        let came = tokio::select! {
            came = scripted.wait_for(nonce, endpoint, 1, PATIENCE) => came,
            () = answered.notified() => false,
        };
        let seen = if came { Some(meanwhile.await) } else { None };
        drop(hold);
        seen.transpose()
    };
    let (bought, seen) = tokio::join!(buying, watching);
    let (visit, money) = bought?;
    Ok((visit, money, seen?))
}

/// Waits until the facilitator behind has answered a settlement, whether or not the server still listens. Gives the
/// calls about the payment.
pub(in crate::server) async fn settled_by_upstream(scripted: &Handle, nonce: B256) -> Vec<Call> {
    let began = Instant::now();
    loop {
        let calls = scripted.calls_for(nonce);
        let is_answered =
            calls.iter().any(|call| call.endpoint == Endpoint::Settle && call.upstream.is_some());
        if is_answered || began.elapsed() >= SETTLING {
            return calls;
        }
        tokio::time::sleep(POLL).await;
    }
}
