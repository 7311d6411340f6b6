//! Trials that an interrupted matrix has left: what is whole is not held again.

use crate::check::Check;
use crate::trial::TrialError;
use gauntlet_report::{CheckReport, Record};
use std::io::ErrorKind;
use std::path::Path;

/// What a whole trial of the same checks in this folder has told, by the same version and seed; otherwise nothing, and what
/// stands there is removed.
///
/// # Errors
/// [`TrialError::Internal`] when the rest of a trial cannot be removed.
pub(super) fn reports(
    folder: &Path,
    seed: u64,
    checks: &[Check],
) -> Result<Option<Vec<CheckReport>>, TrialError> {
    let whole = Record::read(folder).ok().filter(|record| {
        let done = record.finished.as_ref().is_some_and(|finished| !finished.interrupted);
        let same = record.started.gauntlet == env!("CARGO_PKG_VERSION")
            && record.started.set == crate::SET
            && record.started.seed == seed;
        let tried = |check: &Check| record.checks.iter().any(|report| report.check == check.id);
        done && same && record.checks.len() == checks.len() && checks.iter().all(tried)
    });
    if let Some(record) = whole {
        return Ok(Some(record.checks));
    }
    match std::fs::remove_dir_all(folder) {
        Ok(()) => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(TrialError::Internal(format!(
            "{} holds the rest of a trial and cannot be removed: {error}",
            folder.display()
        ))),
    }
}
