//! Progress on stderr: a bar on a terminal, plain lines elsewhere.

use crate::output;
use gauntlet_engine::trial::Watcher;
use gauntlet_load::Lately;
use gauntlet_report::{CheckReport, Outcome, render::progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A watcher that fits the terminal.
pub(crate) fn watcher(quiet: bool) -> Arc<dyn Watcher> {
    if quiet {
        Arc::new(gauntlet_engine::trial::Nobody)
    } else if output::can_draw() {
        Arc::new(Bar::new())
    } else {
        Arc::new(Lines)
    }
}

/// One line for each step and each finished check.
struct Lines;

impl Watcher for Lines {
    fn step(&self, text: &str) {
        output::remark(text);
    }

    fn begin(&self, checks: usize) {
        output::remark(&format!("{checks} {}", if checks == 1 { "check" } else { "checks" }));
    }

    fn started(&self, _: &str) {}

    fn finished(&self, report: &CheckReport) {
        output::remark(&progress::line(report));
    }
}

/// A bar with counts; what did not pass is printed above it at once.
struct Bar {
    bar: ProgressBar,
    counts: Mutex<BTreeMap<Outcome, usize>>,
}

impl Bar {
    fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar, counts: Mutex::default() }
    }

    fn count(&self, outcome: Outcome) -> String {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(outcome).or_default() += 1;
        counts
            .iter()
            .rev()
            .map(|(outcome, count)| format!("{count} {outcome}"))
            .collect::<Vec<_>>()
            .join(" · ")
    }
}

impl Watcher for Bar {
    fn step(&self, text: &str) {
        self.bar.set_message(output::visible(text));
    }

    fn begin(&self, checks: usize) {
        self.bar.set_length(checks as u64);
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {elapsed}  {prefix}  {wide_msg}");
        self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    }

    fn started(&self, check: &str) {
        self.bar.set_message(check.to_owned());
    }

    fn finished(&self, report: &CheckReport) {
        if report.outcome > Outcome::Warn {
            self.bar.println(output::visible(&progress::line(report)));
        }
        self.bar.set_prefix(self.count(report.outcome));
        self.bar.inc(1);
    }
}

/// A watcher of a load run that fits the terminal.
pub(crate) fn load(quiet: bool) -> Box<dyn gauntlet_load::Watcher> {
    let bar = (!quiet && output::can_draw()).then(|| {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    });
    Box::new(Load { quiet, bar })
}

/// One line a second, in one place on a terminal and every tenth of them elsewhere.
struct Load {
    quiet: bool,
    bar: Option<ProgressBar>,
}

impl gauntlet_load::Watcher for Load {
    fn step(&self, text: &str) {
        match &self.bar {
            _ if self.quiet => {}
            Some(bar) => bar.set_message(output::visible(text)),
            None => output::remark(text),
        }
    }

    fn progress(&self, progress: &gauntlet_load::Progress) {
        let left = progress.of_s.saturating_sub(progress.at_s);
        let Lately { begun, good, bad, p99_ms } = progress.lately;
        let p99 = p99_ms.map(|millis| format!(" · p99 {millis:.0} ms")).unwrap_or_default();
        let line = format!(
            "{} s, {left} s left · {begun:.1}/s begun, {good:.1}/s good, {bad} errors{p99} · {} under way · {} losses",
            progress.at_s, progress.under_way, progress.losses
        );
        match &self.bar {
            _ if self.quiet => {}
            Some(bar) => bar.set_message(line),
            None if progress.at_s.is_multiple_of(10) => output::remark(&line),
            None => {}
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
