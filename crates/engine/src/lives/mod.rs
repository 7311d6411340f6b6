//! The lives of a target. One that Gauntlet started is started again when it has died, so that the rest of the trial is
//! tried too; the death itself stays, as a note of the run and as a violation of the check that asks at the end.
//!
//! A life is known by how many have ended before it. A check that notices that its own life is over starts nobody again:
//! somebody else has done so. It is broken off, and tried once more by the schedule.

mod check;

use crate::check::Stop;
use crate::trial::End;
use crate::world::World;
use gauntlet_report::{Death, Exchange};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often a target that died is started again in a run.
pub(crate) const MOST_RESTARTS: usize = 5;
/// Between two looks at a target that may be dead.
const PAUSE: Duration = Duration::from_millis(100);

/// Ids, without version, of the checks that tell of deaths.
const TOLD_BY: [&str; 2] = ["facilitator.service.alive", "server.books.alive"];

/// Whether a check tells of the deaths of the run.
pub(crate) fn tells_of_deaths(check: &str) -> bool {
    TOLD_BY.contains(&check.strip_suffix(".v1").unwrap_or(check))
}

/// The deaths of a target so far, and who was there.
#[derive(Debug, Default)]
pub(crate) struct Lives {
    /// Lives that are over, also those that a check has ended to see what comes of it.
    ended: AtomicUsize,
    kept: Mutex<Kept>,
    /// Whoever holds it finds out whether the target is dead and starts it again; who begins something waits for that.
    revival: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Kept {
    under_way: BTreeSet<String>,
    deaths: Vec<Death>,
    /// How many of the deaths a check has told.
    told: usize,
    /// How often a check that judges survival has ended the target.
    dared: BTreeMap<String, usize>,
}

/// An exchange that was not answered because the target died, and why its check ends.
#[derive(Debug)]
pub(crate) struct Lost {
    pub(crate) stop: Stop,
    pub(crate) exchange: Option<Box<Exchange>>,
}

impl From<Stop> for Lost {
    fn from(stop: Stop) -> Self {
        Self { stop, exchange: None }
    }
}

/// Why a check ends that had begun in another life of the target.
pub(crate) fn died_meanwhile() -> Stop {
    Stop::Inconclusive("the target died while this was under way".into())
}

impl Lives {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Every change is whole by itself, so that what a panic has left is still true.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many lives are over.
    pub(crate) fn ended(&self) -> usize {
        self.ended.load(Ordering::SeqCst)
    }

    /// Waits until the target is not just being started again. It does not die as long as the guard is held.
    pub(crate) async fn settled(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.revival.lock().await
    }

    /// A check begins.
    pub(crate) fn begins(&self, check: &str) {
        self.kept().under_way.insert(check.to_owned());
    }

    /// A check has ended.
    pub(crate) fn ends(&self, check: &str) {
        self.kept().under_way.remove(check);
    }

    /// The deaths so far, in their order.
    pub(crate) fn deaths(&self) -> Vec<Death> {
        self.kept().deaths.clone()
    }

    /// Whether there are deaths that no check has told.
    pub(crate) fn has_untold(&self) -> bool {
        let kept = self.kept();
        kept.told < kept.deaths.len()
    }

    fn take_untold(&self) -> Vec<Death> {
        let mut kept = self.kept();
        let untold = kept.deaths[kept.told..].to_vec();
        kept.told = kept.deaths.len();
        untold
    }

    fn die(&self, reason: String, last_lines: String) -> usize {
        let mut kept = self.kept();
        let under_way = kept.under_way.iter().cloned().collect();
        kept.deaths.push(Death { reason, last_lines, under_way, again: false });
        self.ended.fetch_add(1, Ordering::SeqCst);
        kept.deaths.len()
    }

    fn is_back(&self) {
        if let Some(death) = self.kept().deaths.last_mut() {
            death.again = true;
        }
    }

    /// A sentence for each death.
    pub(crate) fn notes(&self) -> Vec<String> {
        let kept = self.kept();
        let dared = kept.dared.iter().map(|(check, times)| {
            let times = if *times == 1 { String::new() } else { format!(" {times} times") };
            format!("{check} ended the target{times}, which was started again")
        });
        let deaths = kept.deaths.iter().map(|death| match death.last_lines.as_str() {
            "" => format!("the target died: {}", told(death)),
            lines => format!("the target died: {}; its last lines: {lines}", told(death)),
        });
        deaths.chain(dared).collect()
    }
}

fn told(death: &Death) -> String {
    let under_way = match death.under_way.as_slice() {
        [] => "no check was under way".to_owned(),
        checks => format!("under way: {}", checks.join(", ")),
    };
    let again = if death.again { "it was started again" } else { "it was not started again" };
    format!("{}; {again}; {under_way}", death.reason)
}

impl World {
    /// The target died: told once, and started again unless it has died too often.
    ///
    /// # Errors
    /// Why it is given up; [`World::down`] says so from then on.
    async fn revive(&self, reason: &str, last_lines: &str) -> Result<(), String> {
        let lives = &self.state.lives;
        let died = lives.die(reason.to_owned(), self.redact(last_lines));
        let back = if died > MOST_RESTARTS {
            Err(format!("{reason}; it had been started again {MOST_RESTARTS} times before"))
        } else {
            self.put_right().await;
            let mut back = self.restart_target().await;
            if back.is_err() {
                // A busy machine may have kept it from being ready in time; all that is left of the trial hangs on it.
                back = self.restart_target().await;
            }
            back.map_err(|why| format!("the target ended and could not be started again: {why}"))
        };
        match &back {
            Ok(()) => lives.is_back(),
            Err(reason) => self.declare_down(reason.clone()),
        }
        back
    }

    /// Looks for a death that nobody has noticed: a target that ends by itself may do so after its last answer.
    pub(crate) async fn find_the_dead(&self) {
        if self.down().is_some() {
            return;
        }
        let _turn = self.state.lives.revival.lock().await;
        let death = self.live.lock().await.death();
        if let Some(End { how, last_lines }) = death {
            // What becomes of it is kept with the death itself.
            let _ = self.revive(&how, &last_lines).await;
        }
    }

    /// A check that is broken off may have left the world as only it needs it, and a target that starts would not find its
    /// way there. What the dead one has sent and nobody can mine is forgotten: it would come back in the way of its heir.
    async fn put_right(&self) {
        // Whoever needs one of these and does not have it says so: nothing here is worth the run.
        if !self.chain_healthy() {
            let _ = self.set_rpc_faults(Vec::new()).await;
        }
        if let Some(scripted) = self.shop.as_ref().and_then(|shop| shop.facilitator.as_ref()) {
            let _ = scripted.open_door().await;
        }
        let _ = self.chain.set_automine().await;
        let _ = self.chain.mine(1).await;
        self.disturb_chain(false);
        for signer in &self.claims.signers {
            for hash in self.chain.pending_from(*signer).await.unwrap_or_default() {
                let _ = self.chain.drop_transaction(hash).await;
            }
        }
    }

    /// How the target is dead; nothing when it lives. One whose process goes on is dead when it has answered nothing for as
    /// long as an answer is waited for, the silence until now included.
    async fn is_dead(&self, silence: Duration) -> Option<End> {
        let began = Instant::now();
        loop {
            if let Some(end) = self.live.lock().await.death() {
                return Some(end);
            }
            if silence + began.elapsed() >= self.timeout {
                return Some(End { how: "it answers nothing".into(), last_lines: String::new() });
            }
            tokio::time::sleep(PAUSE).await;
            if self.target_answers().await {
                return None;
            }
        }
    }
}
