//! What touches the target: a byte-exact HTTP client, a proxy that makes a JSON-RPC node fail on demand, and the
//! targets themselves (described by a TOML manifest, started, watched and stopped).
//!
//! Everything that is seen on the wire ends in an [`Exchange`](gauntlet_report::Exchange); nothing here reaches a
//! verdict.

mod answer;
mod base;
pub mod client;
pub mod curl;
pub mod dialect;
mod error;
pub mod guard;
mod install;
mod log;
pub mod manifest;
mod manifest_error;
mod once;
mod port;
pub mod process;
pub mod proxy;
pub mod remote;
pub mod rules;
mod section;
pub mod shop;
mod spawn;
mod template;

pub use client::{Client, ClientConfig, Ready, Request, send_together};
pub use curl::curl_line;
pub use dialect::{Dialect, Speaker};
pub use error::ProbeError;
pub use guard::Guard;
pub use manifest::{Claims, Filled, Install, Manifest, Readiness, Role, Start};
pub use manifest_error::ManifestError;
pub use once::{Ran, run_once};
pub use port::free_port;
pub use process::{RunningTarget, Target, TargetError};
pub use proxy::FaultProxy;
pub use remote::{ProxyHandle, RemoteProxy};
pub use rules::{Action, Rule};
pub use shop::{Route, Shop};
