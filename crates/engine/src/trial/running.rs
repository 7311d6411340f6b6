//! A target that runs.

use gauntlet_doubles::facilitator;
use gauntlet_probe::RunningTarget;
use gauntlet_wire::Version;

/// A target that runs.
pub(super) struct Live {
    /// Base URL.
    pub(super) url: String,
    /// Versions that its manifest claims.
    pub(super) claims: Option<Vec<Version>>,
    /// What has to be stopped.
    pub(super) kind: LiveKind,
}

/// Whose it is.
pub(super) enum LiveKind {
    /// A double of this process.
    Double(facilitator::Running),
    /// A process that we started.
    Process(Box<RunningTarget>),
    /// Somebody else's.
    Elsewhere,
}

impl Live {
    /// How the target ended by itself, when it did.
    pub(super) fn death(&mut self) -> Option<String> {
        match &mut self.kind {
            LiveKind::Process(target) => {
                let status = target.exited()?;
                let tail = target.log_tail(5).trim().replace('\n', " | ");
                Some(format!("its process ended by itself ({status}); its last lines: {tail}"))
            }
            LiveKind::Double(_) | LiveKind::Elsewhere => None,
        }
    }

    /// Stops what we started.
    pub(super) async fn stop(self) {
        match self.kind {
            LiveKind::Double(double) => double.stop().await,
            LiveKind::Process(mut target) => target.stop().await,
            LiveKind::Elsewhere => {}
        }
    }
}
