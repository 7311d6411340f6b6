//! The ladder through nginx: a reverse proxy as most paid servers have one, with its buffers as they come.
//!
//! Two ways may be too narrow: that of the request, where `large_client_header_buffers` decides, and that of the answer,
//! where `proxy_buffer_size` does. For the latter our own double writes headers of every length, since few targets can.

use super::{end_of, keep};
use crate::check::Stop;
use crate::cx::Cx;
use crate::scenario::nginx::{Besides, Nginx, passing_on};
use crate::server::buyer::ask;
use crate::server::money;
use crate::server::offer::Offer;
use crate::server::visit::Visit;
use gauntlet_probe::{Client, Request, Route};
use gauntlet_report::Rung;
use gauntlet_report::sizes::{End, Part};
use gauntlet_wire::Version;
use gauntlet_wire::header::{PAYMENT_REQUIRED, receipt_header};
use std::path::Path;

/// What stands between, in a report.
pub(super) const NAME: &str = "nginx";

/// How long the headers of our own double are, bytes: around the 4 KiB and 8 KiB that nginx has for all of a head.
const LENGTHS: [usize; 8] = [1_300, 3_000, 3_600, 4_000, 5_700, 7_900, 8_200, 16_500];

/// An nginx before a server, and a client of it.
pub(super) struct Between {
    _nginx: Nginx,
    pub(super) client: Client,
}

impl Between {
    /// `what` names its folder among those of the check. Nothing is configured that says how long a header may be.
    pub(super) async fn start(cx: &Cx, program: &Path, server: &str, what: &str) -> Result<Self, Stop> {
        let folder = cx.world.folder.join(format!("{}.{what}.nginx", cx.check.id));
        let started =
            Nginx::configured(folder, program, |port| passing_on(port, server, Besides::default())).await;
        let nginx = started.map_err(|reason| Stop::Inconclusive(format!("nginx did not start: {reason}")))?;
        let client = cx.world.client.at(&nginx.url())?;
        Ok(Self { _nginx: nginx, client })
    }
}

/// Headers of every length that our own double sends, through nginx: those of a 402, and those of a paid answer.
pub(super) async fn answers(cx: &Cx, program: &Path) -> Result<(), Stop> {
    for (number, length) in LENGTHS.into_iter().enumerate() {
        let shop = cx.shop()?;
        let double = shop.own_double(length).await.map_err(Stop::Harness)?;
        let what = format!("answer-{number}");
        let between = Between::start(cx, program, &double.url, &what).await;
        let measured = match &between {
            Ok(between) => measure(cx, &double.url, &double.canary, &between.client).await,
            Err(stop) => Err(stop.clone()),
        };
        double.stop().await;
        measured?;
    }
    Ok(())
}

async fn measure(cx: &Cx, url: &str, canary: &str, through: &Client) -> Result<(), Stop> {
    let route = Route::get("/cheap");
    let visit = async |client: &Client, request: Request, sent: &str| {
        let exchange = client.send(request).await;
        cx.tell_case(&exchange, sent);
        Visit::of(exchange, sent.to_owned(), Some(canary))
    };
    let direct = cx.world.client.at(url)?;
    let asked = visit(&direct, ask(&route), "our own double's 402, without nginx").await;
    let written = asked.header(PAYMENT_REQUIRED).map_or(0, str::len);
    let behind = visit(through, ask(&route), "our own double's 402, through nginx").await;
    let came = behind.header(PAYMENT_REQUIRED).map_or(0, str::len);
    keep(cx, rung(Part::OwnChallenge, written, &behind, came == written, false));

    let offer = Offer::read(cx, &asked, Version::V2)
        .map_err(|problem| Stop::Harness(format!("our own double's 402 cannot be paid: {problem}")))?;
    let purchase = cx.purchase_of(offer, route).await?;
    let paid = visit(through, purchase.request()?, "a payment to our own double, through nginx").await;
    let money = cx.money(&purchase.payment).await?;
    let is_paid = money.transfers.iter().any(|transfer| money::pays(transfer, &purchase));
    let receipt = paid.header(receipt_header(Version::V2)).map_or(written, str::len);
    keep(cx, rung(Part::OwnReceipt, receipt, &paid, paid.served(), is_paid));
    Ok(())
}

fn rung(part: Part, bytes: usize, visit: &Visit, whole: bool, paid: bool) -> Rung {
    let exchange = &visit.reply.exchange;
    Rung {
        part,
        payment: String::new(),
        version: Version::V2.number(),
        bytes,
        through: Some(NAME.into()),
        end: if whole { End::Served } else { end_of(exchange.status, exchange.fault.as_ref(), false) },
        status: exchange.status,
        paid,
        detail: exchange.fault.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}
