//! Load on targets that do as they should once, and then do not.

use super::server::{counted, for_ever, head, slowly, whole};
use super::{ROOM_KIB, double, flags, looks, watched};
use crate::chain_up::up;
use crate::gauntlet::Gauntlet;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;

const PLAN: &str = "title = \"A test\"\ntimeout = \"2s\"\n[payments]\npayers = 40\nwindow = \"10s\"\n[[stages]]\nfor = \"2s\"\nrate = 10\n";

/// The one payment before the load is presented to a facilitator of ours; whatever comes after it meets the manner.
fn loaded(name: &str, manner: fn(&mut TcpStream) -> io::Result<()>) {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let rpc = chain.value("GAUNTLET_RPC_URL");
    let (_double, host) = double(&gauntlet, "facilitator", &["--rpc-url", &rpc]);
    let (url, _) = counted(move |stream| {
        let mut bytes = vec![0; 65_536];
        let count = stream.read(&mut bytes)?;
        // Ours asks on a connection of its own each time; those of the load keep theirs.
        let asked = String::from_utf8_lossy(&bytes[..count]);
        if !asked.contains("Connection: close") {
            return manner(stream);
        }
        let mut upstream = TcpStream::connect(&host)?;
        upstream.write_all(&bytes[..count])?;
        let mut answer = Vec::new();
        upstream.read_to_end(&mut answer)?;
        stream.write_all(&answer)
    });
    let run = Gauntlet::new();
    run.write("plan.toml", PLAN);
    let args = [&["load", "plan.toml", "--no-ceiling"], &flags(&url, "facilitator", &rpc)[..]].concat();
    let run = watched::run(run, &args);
    // Whether the machine was too busy to measure anything is another matter: nothing was good.
    assert!([1, 5, 6].contains(&run.said.code), "{name}: {}", run.said);
    // How many of them a busy machine begins in time is its own matter.
    let met = run.said.stdout.contains(" begun,") && !run.said.stdout.contains(" 0 begun,");
    assert!(met, "{name}: the load met it: {}", run.said);
    assert!(run.peak_kib < ROOM_KIB, "{name}: {} KiB", run.peak_kib);
    for text in [&run.said.stdout, &run.said.stderr, &run.gauntlet.read("run/report.txt")] {
        looks::quiet(name, text);
    }
}

#[test]
fn an_answer_without_an_end() {
    loaded("chunks without an end", |stream| {
        stream.write_all(&head("200 OK", "Transfer-Encoding: chunked\r\n"))?;
        for_ever(stream, b"10\r\n{\"success\":true,\r\n")
    });
}

#[test]
fn an_answer_that_takes_for_ever() {
    loaded("a body byte by byte", |stream| {
        stream.write_all(&head("200 OK", "Content-Length: 100000\r\n"))?;
        slowly(stream, b"[")
    });
}

#[test]
fn a_head_without_an_end() {
    loaded("a header without an end", |stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nX: ")?;
        for_ever(stream, b"x")
    });
}

#[test]
fn words_that_steer() {
    loaded("a refusal that says everything", |stream| {
        let reason = "\\u001b]0;owned\\u0007\\u009b2J\\u202e\\n::error::x";
        whole(stream, "200 OK", format!("{{\"success\":false,\"errorReason\":\"{reason}\"}}").as_bytes())
    });
}
