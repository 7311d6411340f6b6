//! One file a command.

pub(crate) mod chain;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod init;
mod keep;
mod known;
pub(crate) mod lint;
pub(crate) mod list;
pub(crate) mod load;
pub(crate) mod man;
pub(crate) mod mutants;
pub(crate) mod pay;
pub(crate) mod recheck;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod sizes;
pub(crate) mod vectors;
