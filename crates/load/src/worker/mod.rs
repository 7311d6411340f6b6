//! The process that makes the load. Goose drives its users; when they begin, what they send and what is written down is
//! ours.
//!
//! It is a process of its own because Goose owns what a process has only once: the handler of Ctrl-C, the logger, stdout.

mod ask;
mod body;
mod desk;
mod line;
mod notes;
mod payments;
mod users;

use std::io;
use tokio::runtime::{Builder, Runtime};

pub use line::run;
pub(crate) use payments::nonces_of;

/// The runtime that the work is done on. One thread for every four cores: whoever paces sleeps most of the time, and a
/// thread that wakes another costs more than the request it wakes it for. Payments are made on a thread besides.
///
/// # Errors
/// What the system says when there are no threads to be had.
pub fn runtime() -> io::Result<Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Builder::new_multi_thread().worker_threads(cores.div_ceil(4)).enable_all().build()
}
