//! One payment of one user: what is sent, what comes back, what is written down.

use super::body::{self, Body, Unread};
use super::desk::{Desk, Visit};
use super::notes::{Kind, Notes};
use crate::job::{Answer, Job, Sold, Work};
use crate::measure::{Lot, Mark};
use crate::phase::Phase;
use gauntlet_engine::history::{Endpoint, Said};
use gauntlet_engine::reply::says;
use gauntlet_wire::header::{decode_lenient, payment_header, receipt_header};
use gauntlet_wire::{B256, SettleAnswer};
use goose::goose::{GooseMethod, GooseRequest, GooseUser};
use reqwest::Url;
use std::sync::Arc;
use std::time::Instant;

/// How much of an answer's body is kept for the reports, bytes.
const KEPT: usize = 400;

/// What the users want of the target, worked out once.
pub(super) struct Want {
    method: GooseMethod,
    verify: Option<Url>,
    settle: Option<Url>,
    buy: Option<Url>,
}

impl Want {
    pub(super) fn of(job: &Job) -> Self {
        let method = match job.sold.as_ref().map(|sold| sold.method.as_str()) {
            Some("GET") => GooseMethod::Get,
            Some("PUT") => GooseMethod::Put,
            Some("PATCH") => GooseMethod::Patch,
            Some("DELETE") => GooseMethod::Delete,
            Some("HEAD") => GooseMethod::Head,
            _ => GooseMethod::Post,
        };
        let url = |path: &str| Url::parse(&format!("{}{path}", job.base_url.trim_end_matches('/'))).ok();
        let buy = job.sold.as_ref().and_then(|sold| url(&sold.path));
        Self { method, verify: url("/verify"), settle: url("/settle"), buy }
    }

    /// How and where a phase is asked for.
    fn of_phase(&self, phase: Phase) -> (GooseMethod, Option<&Url>) {
        match phase {
            Phase::Verify => (GooseMethod::Post, self.verify.as_ref()),
            Phase::Settle => (GooseMethod::Post, self.settle.as_ref()),
            Phase::Challenge | Phase::Paid | Phase::Payment => (self.method, self.buy.as_ref()),
        }
    }
}

/// What users do.
pub(super) struct Errand {
    pub(super) want: Want,
    pub(super) job: Arc<Job>,
    pub(super) notes: Arc<Notes>,
}

/// What came back.
struct Got {
    status: u16,
    body: Vec<u8>,
    /// Whether the word that only paid content has is in the body.
    has_canary: bool,
    receipt: Option<String>,
    /// Why nothing came back.
    fault: Option<(Mark, String)>,
    sent: Instant,
    done: Instant,
}

/// What it amounts to.
struct Read {
    mark: Mark,
    transaction: Option<B256>,
}

impl Errand {
    pub(super) async fn run(&self, user: &mut GooseUser, desk: &Desk, visit: Visit) {
        let began = desk.began().unwrap_or(visit.intended);
        let begin = Instant::now();
        let phases = match self.job.work {
            Work::Mix { verifies_per_settle } => {
                let settles = visit.ticket.is_multiple_of(u64::from(verifies_per_settle) + 1);
                if settles { &[Phase::Settle] } else { &[Phase::Verify][..] }
            }
            work => work.phases(),
        };
        let mut intended = visit.intended;
        let (mut mark, mut lot) = (Mark::Unclear, Lot::Right);
        for (place, phase) in phases.iter().enumerate() {
            let is_last = place + 1 == phases.len();
            (mark, lot) = self.present(user, *phase, &visit, began, intended, is_last).await;
            if mark != Mark::Good {
                break;
            }
            intended = Instant::now();
        }
        let kind = Kind { stage: visit.stage, phase: Phase::Payment, lot, mark };
        self.notes.took(kind, visit.intended.elapsed(), begin.elapsed(), began.elapsed());
        self.notes.ended();
    }

    /// Sends one request of the payment and writes down what came back. `intended` is when it was meant to be sent.
    async fn present(
        &self,
        user: &mut GooseUser,
        phase: Phase,
        visit: &Visit,
        began: Instant,
        intended: Instant,
        is_last: bool,
    ) -> (Mark, Lot) {
        let got = self.send(user, phase, visit).await;
        let Read { mark, transaction } = self.read(phase, &got);
        let lot = lot(visit, mark, is_last);
        let kind = Kind { stage: visit.stage, phase, lot, mark };
        let response = got.done.saturating_duration_since(intended);
        let done = got.done.saturating_duration_since(began);
        self.notes.took(kind, response, got.done.saturating_duration_since(got.sent), done);
        if let Some(payment) = &visit.payment
            && (matches!(phase, Phase::Settle | Phase::Paid) || (lot == Lot::Wrong && mark == Mark::Good))
        {
            let since = |at: Instant| {
                u64::try_from(at.saturating_duration_since(began).as_micros()).unwrap_or_default()
            };
            self.notes.told(Answer {
                number: payment.number,
                nonce: payment.nonce,
                payer: u32::try_from(payment.payer).unwrap_or(u32::MAX),
                phase,
                lot,
                change: payment.change.as_deref().map(str::to_owned),
                mark,
                status: got.status,
                transaction,
                sent_us: since(got.sent),
                done_us: since(got.done),
                text: text(&got),
            });
        }
        (mark, lot)
    }

    async fn send(&self, user: &mut GooseUser, phase: Phase, visit: &Visit) -> Got {
        let (method, url) = self.want.of_phase(phase);
        let sent = Instant::now();
        let failed = |text: String| Got {
            status: 0,
            body: Vec::new(),
            has_canary: false,
            receipt: None,
            fault: Some((Mark::Broken, text)),
            sent,
            done: Instant::now(),
        };
        let Some(url) = url else { return failed("there is no such address".into()) };
        let builder = user.client.request(verb(method), url.clone());
        let builder = self.fill(builder, phase, visit);
        let request = GooseRequest::builder()
            .method(method)
            .path(phase.as_str())
            .name(phase.as_str())
            .set_request_builder(builder)
            .build();
        match user.request(request).await {
            Ok(answer) => match answer.response {
                Ok(response) => self.whole(response, sent).await,
                Err(error) => Got { fault: Some(fault(&error)), ..failed(String::new()) },
            },
            Err(error) => failed(error.to_string()),
        }
    }

    fn fill(&self, builder: reqwest::RequestBuilder, phase: Phase, visit: &Visit) -> reqwest::RequestBuilder {
        let text = visit.payment.as_ref().map(|payment| payment.text.clone()).unwrap_or_default();
        match (phase, &self.job.sold) {
            (Phase::Verify | Phase::Settle, _) => {
                builder.header("Content-Type", "application/json").body(text)
            }
            (Phase::Paid, sold) => {
                with_body(builder.header(payment_header(self.job.version), text.as_ref()), sold.as_ref())
            }
            (_, sold) => with_body(builder, sold.as_ref()),
        }
    }

    /// The answer with its whole body: a server that settles while it streams is not done at the first byte.
    async fn whole(&self, response: reqwest::Response, sent: Instant) -> Got {
        let status = response.status().as_u16();
        let receipt = response.headers().get(receipt_header(self.job.version));
        let receipt = receipt.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let canary = self.job.sold.as_ref().and_then(|sold| sold.canary.as_deref()).unwrap_or_default();
        let (body, fault) = match body::read(response, canary.as_bytes()).await {
            Ok(body) => (body, None),
            Err(Unread::Broken(error)) => (Body::new(b""), Some(fault(&error))),
            Err(Unread::Endless) => (Body::new(b""), Some((Mark::Broken, Unread::endless()))),
        };
        let Body { kept, has_word, .. } = body;
        Got { status, body: kept, has_canary: has_word, receipt, fault, sent, done: Instant::now() }
    }

    fn read(&self, phase: Phase, got: &Got) -> Read {
        if let Some((mark, _)) = &got.fault {
            return Read { mark: *mark, transaction: None };
        }
        match phase {
            Phase::Verify => Read { mark: judged(Endpoint::Verify, got), transaction: None },
            Phase::Settle => settled(got),
            Phase::Challenge | Phase::Paid | Phase::Payment => self.bought(phase, got),
        }
    }

    /// A challenge is good when it is a 402, a purchase when it has the content.
    fn bought(&self, phase: Phase, got: &Got) -> Read {
        let has_a_canary = self.job.sold.as_ref().is_some_and(|sold| sold.canary.is_some());
        let served = if has_a_canary { got.has_canary } else { (200..300).contains(&got.status) };
        let mark = match (phase, served, got.status) {
            (Phase::Challenge, false, 402) => Mark::Good,
            // Content for nothing.
            (Phase::Challenge, true, _) => Mark::Unclear,
            (_, true, _) => Mark::Good,
            (_, false, 500..) => Mark::Failed,
            (_, false, 400..) => Mark::Refused,
            (_, false, _) => Mark::Unclear,
        };
        let receipt = got.receipt.as_deref().and_then(|receipt| decode_lenient(receipt).ok());
        let receipt =
            receipt.and_then(|receipt| SettleAnswer::read(receipt.value.to_string().as_bytes()).ok());
        match receipt {
            Some(receipt) if mark != Mark::Good && receipt.is_pending() => {
                Read { mark: Mark::Pending, transaction: named(&receipt) }
            }
            receipt => Read { mark, transaction: receipt.as_ref().and_then(named) },
        }
    }
}

/// Which payments an answer belongs to. `is_last` says that nothing more is asked of this presentation after a good
/// answer; after any other nothing is anyway.
fn lot(visit: &Visit, mark: Mark, is_last: bool) -> Lot {
    if visit.payment.as_ref().is_some_and(|payment| payment.change.is_some()) {
        return Lot::Wrong;
    }
    let is_good = mark == Mark::Good;
    let is_right = if is_last || !is_good { visit.fate.is_decided_by(is_good) } else { visit.copy == 0 };
    if is_right { Lot::Right } else { Lot::Copy }
}

fn verb(method: GooseMethod) -> reqwest::Method {
    match method {
        GooseMethod::Delete => reqwest::Method::DELETE,
        GooseMethod::Get => reqwest::Method::GET,
        GooseMethod::Head => reqwest::Method::HEAD,
        GooseMethod::Patch => reqwest::Method::PATCH,
        GooseMethod::Post | GooseMethod::Custom => reqwest::Method::POST,
        GooseMethod::Put => reqwest::Method::PUT,
    }
}

fn with_body(builder: reqwest::RequestBuilder, sold: Option<&Sold>) -> reqwest::RequestBuilder {
    match sold {
        Some(sold) if !sold.body.is_empty() => {
            builder.header("Content-Type", "application/json").body(sold.body.clone())
        }
        _ => builder,
    }
}

fn judged(endpoint: Endpoint, got: &Got) -> Mark {
    let json = serde_json::from_slice(&got.body).ok();
    match says(endpoint, got.status, json.as_ref()) {
        Said::Yes => Mark::Good,
        // A refusal that says so is one, whatever its status.
        Said::No if got.status >= 500 && !has_verdict(json.as_ref()) => Mark::Failed,
        Said::No => Mark::Refused,
        Said::Unclear(_) | Said::Nothing(_) => Mark::Unclear,
    }
}

fn has_verdict(json: Option<&serde_json::Value>) -> bool {
    json.is_some_and(|json| json["isValid"].is_boolean() || json["success"].is_boolean())
}

fn settled(got: &Got) -> Read {
    let answer = SettleAnswer::read(&got.body).ok();
    let mark = match &answer {
        Some(answer) if answer.is_pending() => Mark::Pending,
        _ => judged(Endpoint::Settle, got),
    };
    Read { mark, transaction: answer.as_ref().and_then(named) }
}

fn named(answer: &SettleAnswer) -> Option<B256> {
    answer.transaction.as_ref()?.parse().ok()
}

fn fault(error: &reqwest::Error) -> (Mark, String) {
    let mark = if error.is_timeout() { Mark::TimedOut } else { Mark::Broken };
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    (mark, text)
}

/// What reports show of an answer.
fn text(got: &Got) -> String {
    match &got.fault {
        Some((_, text)) => text.clone(),
        None => String::from_utf8_lossy(&got.body[..got.body.len().min(KEPT)]).into_owned(),
    }
}
