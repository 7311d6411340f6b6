//! The process that makes the load. Goose drives its users; when they begin, what they send and what is written down is
//! ours.
//!
//! It is a process of its own because Goose owns what a process has only once: the handler of Ctrl-C, the logger, stdout.

mod ask;
mod desk;
mod line;
mod notes;
mod payments;
mod users;

pub use line::run;
pub(crate) use payments::nonces_of;
