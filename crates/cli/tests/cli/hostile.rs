//! Targets that are no facilitators at all, or mean harm: a clear outcome, no hang, no control characters.

use crate::background::Background;
use crate::chain_up::up;
use crate::gauntlet::{Gauntlet, PAYEE, Said};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

/// A server that does the same to every connection. It lives as long as the test binary.
fn server(
    answer: impl Fn(&str, &mut TcpStream) -> std::io::Result<()> + Send + Sync + Clone + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answer = answer.clone();
            // A client that hangs up is what some of these want.
            thread::spawn(move || answer(&request(&mut stream), &mut stream));
        }
    });
    url
}

/// Head and body of a request, as far as they come.
fn request(stream: &mut TcpStream) -> String {
    let (mut text, mut part) = (String::new(), [0; 65536]);
    while let Ok(count @ 1..) = stream.read(&mut part) {
        text.push_str(&String::from_utf8_lossy(&part[..count]));
        let length = |head: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix("Content-Length: "))?;
            line.trim().parse::<usize>().ok()
        };
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= length(head).unwrap_or_default()
        {
            break;
        }
    }
    text
}

fn ok(kind: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// Tries a URL with a few checks, and looks at everything that must hold for any target.
fn trial(gauntlet: &Gauntlet, chain: &mut Background, url: &str) -> Said {
    let rpc = chain.value("GAUNTLET_RPC_URL");
    let fixed = ["--role", "facilitator", "--rpc-url", &rpc, "--timeout", "2"];
    let said = gauntlet.trial(url, &[&fixed[..], &[PAYEE, "facilitator.supported.kinds"]].concat());
    let raw = |text: &str| text.chars().any(|letter| letter.is_control() && letter != '\n');
    let files = ["run/report.txt", "run/junit.xml"].map(|file| gauntlet.read(file));
    for text in [&said.stdout, &said.stderr].into_iter().chain(&files) {
        assert!(!raw(text), "control characters in {text:?}");
    }
    let record = gauntlet.read("run/run.ndjson");
    let last: Value = serde_json::from_str(record.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["event"], &last["exit"]),
        (&Value::from("run-finished"), &Value::from(said.code)),
        "{said}"
    );
    assert_eq!(gauntlet.run(&["report", "run"]).stdout, said.stdout);
    said
}

fn against(
    answer: impl Fn(&str, &mut TcpStream) -> std::io::Result<()> + Send + Sync + Clone + 'static,
) -> Said {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    trial(&gauntlet, &mut chain, &server(answer))
}

#[test]
fn garbage() {
    let said = against(|_, stream| stream.write_all(b"\x00\xff\x1b[31mgarbage\x07\r\n\r\n"));
    said.exits(5).prints("not HTTP");
}

#[test]
fn a_web_page() {
    let said =
        against(|_, stream| stream.write_all(ok("text/html", "<html><h1>Welcome</h1></html>").as_bytes()));
    said.exits(5).prints("the positive control failed");
}

#[test]
fn a_connection_that_closes_at_once() {
    against(|_, stream| stream.shutdown(Shutdown::Both)).exits(5).prints("nothing answers");
}

#[test]
fn half_a_body() {
    let said = against(|_, stream| {
        stream.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"kinds\":",
        )
    });
    said.exits(5).prints("9 of 500 body bytes came");
}

#[test]
fn two_megabytes() {
    let body = format!("{{\"kinds\":[],\"padding\":\"{}\"}}", "x".repeat(2 << 20));
    let answer = ok("application/json", &body);
    let said = against(move |_, stream| stream.write_all(answer.as_bytes())).exits(5);
    assert!(said.stdout.len() < 20_000, "{} bytes are printed", said.stdout.len());
}

#[test]
fn a_body_without_an_end() {
    let said = against(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"kinds\":[\"")?;
        loop {
            stream.write_all(&[b'x'; 4096])?;
        }
    });
    said.exits(5).prints("the answer broke off");
}

#[test]
fn silence() {
    let said = against(|_, stream| {
        // Until the other side gives up.
        while stream.read(&mut [0; 64])? > 0 {}
        Ok(())
    });
    said.exits(5).prints("NOT SCORED");
}

/// Colours, the end of the screen, a window title, a C1 control and a change of the writing direction.
const ESCAPES: &str = "\u{1b}[31m\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}1m\u{202e}gnp";

fn has_escapes(text: &str) -> bool {
    text.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}'])
}

#[test]
fn escape_sequences_in_a_body() {
    let said = against(|_, stream| stream.write_all(ok(ESCAPES, ESCAPES).as_bytes())).exits(5);
    assert!(!has_escapes(&said.stdout) && !has_escapes(&said.stderr), "{said}");
    said.prints("owned");
}

/// A facilitator that conforms, but for the reasons that it gives.
#[test]
fn escape_sequences_in_a_reason() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let rpc = chain.value("GAUNTLET_RPC_URL");
    let mut facilitator = gauntlet.start(&["serve", "facilitator", "--rpc-url", &rpc]);
    facilitator.until("Ctrl-C stops it");
    facilitator.until("GAUNTLET_FACILITATOR_URL=");
    let host = facilitator.value("GAUNTLET_FACILITATOR_URL").replace("http://", "");
    let url = server(move |request, stream| {
        let mut upstream = TcpStream::connect(&host)?;
        upstream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        upstream.read_to_string(&mut answer)?;
        let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
        stream.write_all(ok("application/json", &with_escapes(body)).as_bytes())
    });
    let checks = [PAYEE, "facilitator.verify.value-under", "facilitator.answers.reason-*"];
    let fixed = ["--role", "facilitator", "--rpc-url", &rpc, "--timeout", "10"];
    let said = gauntlet.trial(&url, &[&fixed[..], &checks].concat()).exits(0).prints("owned").prints("WARN");
    let files = ["run/report.txt", "run/report.json", "run/junit.xml"].map(|file| gauntlet.read(file));
    for text in [&said.stdout, &said.stderr].into_iter().chain(&files) {
        assert!(!has_escapes(text), "{text:?}");
    }
    let json: Value = serde_json::from_str(&files[1]).unwrap();
    assert!(json.to_string().contains('\u{9b}'), "the document has what was said, in visible characters");
    let again = ["run", "--target", &url, "--out", "lines", "--format", "ndjson"];
    let lines = gauntlet.run(&[&again[..], &fixed, &checks].concat()).exits(0).stdout;
    assert!(lines.contains("owned") && !has_escapes(&lines), "{lines:?}");
}

/// The same answer with another reason, when it is a refusal.
fn with_escapes(body: &str) -> String {
    let Ok(mut answer) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    match answer.get_mut("invalidReason") {
        Some(reason) if reason.is_string() => *reason = Value::from(ESCAPES),
        _ => return body.to_owned(),
    }
    answer.to_string()
}
