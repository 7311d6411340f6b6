//! A node that lies or never ends (`--rpc-url`): a harness error that says so, in little memory.

use super::server::{Manner, for_ever, head, heard, server, whole};
use super::{ROOM_KIB, looks, watched};
use crate::gauntlet::{Gauntlet, PAYEE};
use std::io::Write as _;

const NODES: &[(&str, Manner)] = &[
    ("an answer without an end", |stream| {
        heard(stream)?;
        stream.write_all(&head("200 OK", "Transfer-Encoding: chunked\r\n"))?;
        for_ever(stream, b"10\r\n{\"result\":\"0x00\r\n")
    }),
    ("no JSON", |stream| {
        heard(stream)?;
        whole(stream, "200 OK", "\u{1b}]0;owned\u{7}\u{9b}2J".repeat(1_000).as_bytes())
    }),
    ("an error with a will of its own", |stream| {
        heard(stream)?;
        let body = br#"{"jsonrpc":"2.0","id":0,"error":{"code":-32000,"message":"\u001b]0;owned\u0007\u202e\n::error::x"}}"#;
        whole(stream, "500 Oops", body)
    }),
    ("the same number to every question", |stream| {
        heard(stream)?;
        whole(stream, "200 OK", br#"{"jsonrpc":"2.0","id":0,"result":"0xffffffffffffffffffff"}"#)
    }),
    ("lists in lists", |stream| {
        heard(stream)?;
        whole(stream, "200 OK", &vec![b'['; 1 << 20])
    }),
    ("somewhere else", |stream| {
        heard(stream)?;
        stream.write_all(&head(
            "307 Elsewhere",
            "Location: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n",
        ))
    }),
    ("nothing", |stream| {
        heard(stream)?;
        Ok(())
    }),
];

#[test]
fn a_node_that_means_harm() {
    for (name, manner) in NODES {
        let node = server(*manner);
        let run = watched::run(
            Gauntlet::new(),
            &[
                "run",
                "--target",
                "double:facilitator",
                "--rpc-url",
                &node,
                "--timeout",
                "1",
                "--out",
                "run",
                PAYEE,
            ],
        );
        // Nothing can be said of the target, and that is nobody's fault but the node's, which is the user's.
        assert!([3, 5].contains(&run.said.code), "{name}: {}", run.said);
        assert!(!run.said.stderr.contains("panicked"), "{name}: {}", run.said);
        assert!(run.peak_kib < ROOM_KIB, "{name}: {} KiB", run.peak_kib);
        for text in [&run.said.stdout, &run.said.stderr] {
            looks::quiet(name, text);
        }
    }
}
