//! Targets, clients and files that mean harm. Whatever they do, `gauntlet` ends by itself, stays small, calls nobody good who
//! is not, breaks no terminal and no report, and writes nothing where nobody asked it to.

mod clients;
mod files;
mod load;
mod looks;
mod names;
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

/// What every run here is told: a target by its URL, in a role, on a chain that is there.
fn flags<'a>(url: &'a str, role: &'a str, rpc: &'a str) -> [&'a str; 10] {
    ["--target", url, "--role", role, "--rpc-url", rpc, "--seed", "402", "--out", "run"]
}

/// One of our doubles, up, and where it listens.
fn double(gauntlet: &Gauntlet, role: &str, more: &[&str]) -> (Background, String) {
    let mut double = gauntlet.start(&[&["serve", role], more].concat());
    double.until("Ctrl-C stops it");
    let host = double.value(&format!("GAUNTLET_{}_URL", role.to_uppercase())).replace("http://", "");
    (double, host)
}

/// Tries a target with a manner, in a role, and looks at everything that must hold for any target.
fn tried(chain: &mut Background, role: &str, name: &str, url: &str) -> Watched {
    let gauntlet = Gauntlet::new();
    let rpc = chain.value("GAUNTLET_RPC_URL");
    let route: &[&str] = if role == "server" { &["--route", "/paid"] } else { &[] };
    let reports = looks::REPORTS.map(|(flag, file)| [flag, file]).concat();
    let args = [&["run", "--timeout", "1"], &flags(url, role, &rpc)[..], route, &reports, &selection(role)];
    let watched = watched::run(gauntlet, &args.concat());
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
