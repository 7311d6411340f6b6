//! Running `gauntlet` and watching how much memory it takes.

use crate::background::below;
use crate::gauntlet::{Gauntlet, Said, finish_with};
use std::fs;

/// What a run left behind, and where.
pub(super) struct Watched {
    pub(super) gauntlet: Gauntlet,
    pub(super) said: Said,
    /// The most memory that any one process of ours had, KiB; 0 where the system does not tell.
    pub(super) peak_kib: u64,
}

/// Runs to the end.
pub(super) fn run(gauntlet: Gauntlet, args: &[&str]) -> Watched {
    let mut peak_kib = 0;
    let shown = format!("gauntlet {}", args.join(" "));
    let said = finish_with(gauntlet.command(args), &shown, |pid| {
        let ours = below(pid).into_iter().filter(|(_, name)| name == "gauntlet").map(|(pid, _)| pid);
        let most = ours.chain([pid]).filter_map(most_kib).max().unwrap_or_default();
        peak_kib = peak_kib.max(most);
    });
    Watched { gauntlet, said, peak_kib }
}

/// The most memory that a process has had, KiB. Linux only.
pub(super) fn most_kib(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
