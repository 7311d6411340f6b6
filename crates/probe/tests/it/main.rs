//! The probe against real sockets and processes.

#![allow(clippy::unwrap_used, reason = "helpers of tests are not recognised as tests")]

mod client;
mod curl;
#[cfg(unix)]
mod guard;
mod manifest;
#[cfg(unix)]
mod process;
mod proxy;
mod shop;
mod support;
