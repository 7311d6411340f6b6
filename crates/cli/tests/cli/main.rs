//! The binary from end to end: real processes, a real Anvil, real sockets.
//!
//! `gauntlet` looks for Anvil as a user's would and installs it into the usual cache when there is none.

#![expect(clippy::unwrap_used, reason = "these are tests, helpers included")]
#![cfg(unix)]

mod anvil;
mod background;
mod book;
mod by_url;
mod catalogue;
mod chain_up;
mod ci;
mod compare;
mod deaths;
mod dialects;
mod formats;
mod gauntlet;
mod hostile;
mod init;
mod known;
mod known_update;
mod load;
mod man;
mod manners;
mod outcomes;
mod package;
mod processes;
mod recheck;
mod replay;
mod reports;
mod rpc;
mod scenarios;
mod search;
mod servers;
mod shards;
mod sizes;
mod usage;
mod vectors;
