//! What the processes of a run take from the machine.

use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// A process, over the run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Vitals {
    /// Mean share of one core, 0 to the number of cores.
    pub cores_mean: f64,
    /// The largest share of one core within a second.
    pub cores_max: f64,
    /// Memory at the first look, or at the last one of the warm-up, bytes: what a process needs at all it has by then.
    pub memory_first: u64,
    /// Memory at the last look, bytes.
    pub memory_last: u64,
    /// The most memory at any look, bytes.
    pub memory_max: u64,
    /// How often it was looked at.
    pub looks: u64,
}

impl Vitals {
    fn add(&mut self, cores: f64, memory: u64, is_warm_up: bool) {
        if self.looks == 0 || is_warm_up {
            self.memory_first = memory;
        }
        self.looks += 1;
        #[expect(clippy::cast_precision_loss, reason = "a number of seconds")]
        let looks = self.looks as f64;
        self.cores_mean += (cores - self.cores_mean) / looks;
        self.cores_max = self.cores_max.max(cores);
        self.memory_last = memory;
        self.memory_max = self.memory_max.max(memory);
    }
}

/// Looks at processes once a second, each with all that it started; this process alone.
#[derive(Debug)]
pub struct Watch {
    /// None where the system does not tell about its processes.
    system: Option<System>,
    watched: Vec<(&'static str, Pid)>,
    vitals: HashMap<&'static str, Vitals>,
    is_first: bool,
}

impl Watch {
    /// Watches processes, each with those that it started.
    #[must_use]
    pub fn new(watched: Vec<(&'static str, u32)>) -> Self {
        let watched = watched.into_iter().map(|(name, pid)| (name, Pid::from_u32(pid))).collect();
        Self { system: System::new().ok(), watched, vitals: HashMap::new(), is_first: true }
    }

    /// Looks. The first look has no time before it to compare with, and counts for nothing.
    pub fn look(&mut self, is_warm_up: bool) {
        let what = ProcessRefreshKind::nothing().with_cpu().with_memory();
        let Some(system) = &mut self.system else { return };
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
        if std::mem::take(&mut self.is_first) {
            return;
        }
        for (name, pid) in &self.watched {
            // All that is watched besides has been started by this process.
            let is_own = pid.as_u32() == std::process::id();
            let family = if is_own { HashSet::from([*pid]) } else { family(system, *pid) };
            let members = || family.iter().filter_map(|pid| system.process(*pid));
            if members().next().is_none() {
                continue;
            }
            let cores: f32 = members().map(|process| process.cpu_usage() / 100.0).sum();
            let memory = members().map(sysinfo::Process::memory).sum();
            self.vitals.entry(name).or_default().add(f64::from(cores), memory, is_warm_up);
        }
    }

    /// What was seen so far.
    #[must_use]
    pub fn vitals(&self) -> HashMap<String, Vitals> {
        self.vitals.iter().map(|(name, vitals)| ((*name).to_owned(), *vitals)).collect()
    }
}

/// A process and all that it started; threads are no processes of their own.
fn family(system: &System, root: Pid) -> HashSet<Pid> {
    let mut family = HashSet::from([root]);
    loop {
        let children: Vec<Pid> = system
            .processes()
            .values()
            .filter(|process| process.thread_kind().is_none() && !family.contains(&process.pid()))
            .filter(|process| process.parent().is_some_and(|parent| family.contains(&parent)))
            .map(sysinfo::Process::pid)
            .collect();
        if children.is_empty() {
            return family;
        }
        family.extend(children);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_counts_from_the_end_of_the_warm_up() {
        let mut vitals = Vitals::default();
        for (memory, is_warm_up) in [(10, true), (30, true), (31, false), (33, false)] {
            vitals.add(0.5, memory, is_warm_up);
        }
        assert_eq!((vitals.memory_first, vitals.memory_last, vitals.memory_max), (30, 33, 33));
    }

    #[test]
    fn this_process_has_vitals() {
        let mut watch = Watch::new(vec![("ourselves", std::process::id()), ("nobody", u32::MAX - 1)]);
        watch.look(true);
        watch.look(false);
        let vitals = watch.vitals();
        assert_eq!(vitals["ourselves"].looks, 1);
        assert!(vitals["ourselves"].memory_last > 0);
        assert!(!vitals.contains_key("nobody"));
    }
}
