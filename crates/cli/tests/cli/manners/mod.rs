//! Targets, clients and files that mean harm. Whatever they do, `gauntlet` ends by itself, stays small, calls nobody good who
//! is not, breaks no terminal and no report, and writes nothing where nobody asked it to.

mod clients;
mod files;
mod load;
mod looks;
mod node;
mod server;
mod shapes;
mod texts;
mod watched;

use crate::background::Background;
use crate::gauntlet::{Gauntlet, PAYEE};
use server::{Manner, server};
use watched::Watched;

/// What a run of `gauntlet` may take at most, KiB, while what it is sent has no end. A run against our own double takes a
/// tenth of it.
const ROOM_KIB: u64 = 600 * 1024;

/// The checks that a target is tried with: one of them, beside the control.
fn selection(role: &str) -> [&'static str; 2] {
    match role {
        "facilitator" => [PAYEE, "facilitator.supported.kinds"],
        _ => ["server.challenge.status", "server.challenge.header"],
    }
}

/// Tries a target with a manner, in a role, and looks at everything that must hold for any target.
fn tried(chain: &mut Background, role: &str, name: &str, url: &str) -> Watched {
    let gauntlet = Gauntlet::new();
    let rpc = chain.value("GAUNTLET_RPC_URL");
    let fixed = [
        "run",
        "--target",
        url,
        "--role",
        role,
        "--rpc-url",
        &rpc,
        "--timeout",
        "1",
        "--seed",
        "402",
        "--out",
        "run",
    ];
    let route: &[&str] = if role == "server" { &["--route", "/paid"] } else { &[] };
    let reports = looks::REPORTS.map(|(flag, file)| [flag, file]).concat();
    let watched = watched::run(gauntlet, &[&fixed[..], route, &reports, &selection(role)].concat());
    assert!([1, 5].contains(&watched.said.code), "{name}: not to be told, or bad: {}", watched.said);
    assert!(watched.peak_kib < ROOM_KIB, "{name}: {} KiB: {}", watched.peak_kib, watched.said);
    looks::at(&watched);
    watched
}

/// Every manner of a table in both roles.
fn all_tried(manners: &[(&str, Manner)]) {
    let mut chain = crate::chain_up::up(&Gauntlet::new(), &[]);
    for (name, manner) in manners {
        let url = server(*manner);
        for role in ["facilitator", "server"] {
            tried(&mut chain, role, name, &url);
        }
    }
}
