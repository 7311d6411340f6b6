//! A check is tried, and once more when the target died meanwhile.

use super::schedule::Schedule;
use crate::check::{Check, Lane, Stop};
use crate::cx::{Collected, Cx};
use gauntlet_report::{CheckEvent, Event, Finding, Outcome, Severity, clock};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

/// The note of a check that was tried once more.
const SECOND_TRY: &str =
    "the target died while this was tried first, and was started again: this is the second try";

/// A check that has run.
struct Tried {
    collected: Collected,
    judged: Result<(), Stop>,
    took_ms: u64,
}

/// A check that was under way when the target died, and what it had found by then.
pub(super) struct BrokenOff {
    findings: Vec<Finding>,
}

/// A check that goes on after the run was interrupted would keep the chain alive.
struct AbortOnDrop<T>(tokio::task::JoinHandle<T>);

impl<T> std::future::Future for AbortOnDrop<T> {
    type Output = Result<T, tokio::task::JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Schedule {
    /// Runs one check and reports it. Answers why it came to no verdict: a control that found a violation and went on
    /// to its end has shown that payments can be made.
    pub(super) async fn one(&self, check: Arc<Check>) -> Option<String> {
        match self.first_try(&check).await {
            Ok(stopped) => stopped,
            Err(broken_off) => self.second_try(&check, broken_off).await,
        }
    }

    /// Runs one check and reports it as [`Schedule::one`] does, unless the target died meanwhile.
    pub(super) async fn first_try(&self, check: &Arc<Check>) -> Result<Option<String>, BrokenOff> {
        let (cx, now) = self.begin(check).await;
        self.world.tell(&Event::CheckStarted(CheckEvent { check: check.id.clone(), now }));
        self.watcher.started(&check.id);
        let mut tried = self.run(check, &cx).await;
        // A search would make up the same again, and after it nobody asks any more whether the target lives.
        if check.lane == Lane::Search && cx.tell_deaths() {
            tried.collected.findings.extend(cx.take().findings);
        }
        // What was found is a verdict, and nobody who is given up is tried again.
        let fails = |finding: &Finding| finding.severity == Severity::Failure;
        let has_verdict = tried.collected.findings.iter().any(fails);
        if cx.outlived() && !has_verdict && self.world.down().is_none() {
            return Err(BrokenOff { findings: tried.collected.findings });
        }
        Ok(self.told(check, tried, now))
    }

    /// Runs a check again that was under way when the target died. It keeps what it found before.
    pub(super) async fn second_try(&self, check: &Arc<Check>, broken_off: BrokenOff) -> Option<String> {
        let (cx, now) = self.begin(check).await;
        let cx = cx.once_more();
        let mut tried = self.run(check, &cx).await;
        let Collected { findings, notes, .. } = &mut tried.collected;
        for found in broken_off.findings {
            let is_same = |it: &Finding| it.kind == found.kind && it.requirement == found.requirement;
            if !findings.iter().any(is_same) {
                findings.push(found);
            }
        }
        notes.push(SECOND_TRY.into());
        self.told(check, tried, now)
    }

    /// A context in the present life of the target, and the Unix seconds from which windows are counted.
    async fn begin(&self, check: &Arc<Check>) -> (Cx, u64) {
        let _settled = self.world.state.lives.settled().await;
        let now = self.config_now.unwrap_or_else(clock::unix_seconds);
        (Cx::new(Arc::clone(&self.world), Arc::clone(check), now), now)
    }

    /// Runs the body of a check, when it can be run.
    async fn run(&self, check: &Arc<Check>, cx: &Cx) -> Tried {
        let began = Instant::now();
        let judged = match self.unfit(check) {
            Some(stop) => Err(stop),
            None => {
                self.world.state.lives.begins(&check.id);
                let judged = AbortOnDrop(tokio::spawn((check.body)(cx.clone()))).await;
                self.world.state.lives.ends(&check.id);
                match judged {
                    Ok(judged) => judged,
                    Err(panic) => Err(Stop::Harness(format!("the check panicked: {}", panic_text(panic)))),
                }
            }
        };
        let took_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        Tried { collected: cx.take(), judged, took_ms }
    }

    /// Reports a check that has ended. Answers why it came to no verdict.
    fn told(&self, check: &Check, tried: Tried, now: u64) -> Option<String> {
        let mut report = self.report(check, tried.collected, tried.judged, now, tried.took_ms);
        self.known.mark(&mut report, &clock::today());
        self.world.tell(&Event::CheckFinished(Box::new(report.clone())));
        self.watcher.finished(&report);
        report.reason.filter(|_| report.outcome != Outcome::NotApplicable)
    }
}

fn panic_text(panic: tokio::task::JoinError) -> String {
    match panic.try_into_panic() {
        Ok(payload) => payload
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "without a message".into()),
        Err(error) => error.to_string(),
    }
}
