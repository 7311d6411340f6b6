//! Clients that mean harm, before our own servers: whoever comes after them is served, and memory stays what it was.

use super::watched::most_kib;
use super::{ROOM_KIB, double};
use crate::background::Background;
use crate::chain_up::up;
use crate::gauntlet::Gauntlet;
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::thread;

/// What is sent at most to somebody who should have had enough, bytes.
const MUCH: usize = 256 << 20;

/// Sends the same until the other side has enough.
fn pour(host: &str, head: &str, part: &[u8]) -> io::Result<()> {
    let mut stream = TcpStream::connect(host)?;
    stream.write_all(head.as_bytes())?;
    let many = part.repeat((1 << 20) / part.len());
    for _ in 0..MUCH / many.len() {
        stream.write_all(&many)?;
    }
    Ok(())
}

/// Status line of an answer to a plain request.
fn asked(host: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

/// Everything that a client could do to a server, and then a plain request.
fn besieged(double: &Background, host: &str, path: &str, status: &str) {
    let post = format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n");
    let pours: [(String, &[u8]); 6] = [
        (format!("{post}Transfer-Encoding: chunked\r\n\r\n"), b"10\r\n[[[[[[[[[[[[[[[[\r\n"),
        (format!("{post}Content-Length: 1000000000000000\r\n\r\n"), b"["),
        (post.clone(), b"X-Many: 1\r\n"),
        (format!("{post}X-Long: "), b"x"),
        (format!("GET {path} HTTP/1.1\r\nHost: x\r\nPAYMENT-SIGNATURE: "), b"eyJ4"),
        ("GET /".to_owned(), b"a"),
    ];
    let all: Vec<_> = pours
        .into_iter()
        .map(|(head, part)| {
            let (host, part) = (host.to_owned(), part.to_vec());
            // That the other side hangs up is what is wanted.
            thread::spawn(move || drop(pour(&host, &head, &part)))
        })
        .collect();
    // Those who have begun to say something, and take their time.
    let slow: Vec<TcpStream> = (0..100)
        .map(|_| {
            let mut stream = TcpStream::connect(host).unwrap();
            stream.write_all(format!("{post}Content-Length: 10\r\n").as_bytes()).unwrap();
            stream
        })
        .collect();
    assert!(asked(host, path).contains(status), "while they are there");
    all.into_iter().for_each(|pouring| pouring.join().unwrap());
    assert!(asked(host, path).contains(status), "after them");
    let peak = most_kib(double.pid()).unwrap_or_default();
    assert!(peak < ROOM_KIB, "{peak} KiB");
    slow.iter().for_each(|stream| drop(stream.shutdown(Shutdown::Both)));
}

#[test]
fn before_a_facilitator() {
    let gauntlet = Gauntlet::new();
    let (double, host) = double(&gauntlet, "facilitator", &[]);
    besieged(&double, &host, "/supported", " 200 ");
}

#[test]
fn before_a_resource_server() {
    let gauntlet = Gauntlet::new();
    let (double, host) = double(&gauntlet, "server", &[]);
    besieged(&double, &host, "/cheap", " 402 ");
}

/// The proxy between a target and its node is what a target can reach of us, too.
#[test]
fn before_the_node() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let host = chain.value("GAUNTLET_RPC_URL").replace("http://", "");
    besieged(&chain, &host, "/", " ");
}
