//! Payments that are presented to a facilitator.

use super::stage::{Asked, Came, Job, Stage};
use crate::check::Stop;
use crate::cx::Cx;
use crate::history::Endpoint;
use crate::payment::Payment;
use crate::scenario::model::{Ask, Call, Copies};
use futures::future::{FutureExt as _, try_join_all};
use gauntlet_probe::Request;

impl Stage {
    /// Presents a payment. The money of a settle is judged at once when nothing else is under way, and otherwise when
    /// nothing is any more.
    pub(super) async fn ask(&mut self, ask: &'static Ask, crowded: bool) -> Result<Job, Stop> {
        let mut payment = self.payment(&ask.name)?.clone();
        for change in &ask.change {
            payment.change(change, &self.cx);
        }
        for mutation in ask.form.and_then(|form| form.mutations()).unwrap_or_default() {
            payment.mutate(&mutation);
        }
        let copies = match ask.copies {
            Copies::AtOnce(copies) => usize::try_from(copies).unwrap_or(usize::MAX),
            Copies::InSequence(_) => 1,
        };
        let beside_others = crowded || ask.background || copies > 1 || self.race.is_on();
        if ask.call == Call::Settle && beside_others {
            self.enter_race(&payment).await?;
        }
        let showing = Showing { cx: self.cx.clone(), call: ask.call, payment, beside_others };
        let times = match ask.copies {
            Copies::InSequence(times) => times,
            Copies::AtOnce(_) => 1,
        };
        Ok(async move {
            let mut replies = Vec::new();
            for _ in 0..times {
                replies.extend(showing.present(copies).await?);
            }
            Ok(Came::Replies(replies))
        }
        .boxed())
    }
}

/// A payment that is about to be presented.
struct Showing {
    cx: Cx,
    call: Call,
    payment: Payment,
    /// Whether others may be settled meanwhile.
    beside_others: bool,
}

impl Showing {
    async fn present(&self, copies: usize) -> Result<Vec<Asked>, Stop> {
        let mut payment = self.payment.clone();
        self.cx.look_up(&mut payment).await?;
        let replies = match self.call {
            Call::Verify => try_join_all((0..copies).map(|_| self.cx.verify(&payment))).await?,
            Call::Settle if self.beside_others => {
                self.cx.settle_together(&vec![payment.clone(); copies]).await?
            }
            Call::Settle => vec![self.cx.settle(&payment).await?.0],
        };
        let judged = !self.beside_others;
        let asked = |reply| Asked { call: self.call, payment: payment.clone(), reply, judged };
        Ok(replies.into_iter().map(asked).collect())
    }
}

/// Asks what is supported.
pub(super) fn supported(cx: Cx) -> Job {
    async move {
        let request = Request::get(Endpoint::Supported.path());
        let reply = cx.send_raw(Endpoint::Supported, request, "GET /supported", true).await?;
        Ok(Came::Answers(vec![(reply.exchange, None)]))
    }
    .boxed()
}
