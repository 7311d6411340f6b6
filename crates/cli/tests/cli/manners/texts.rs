//! Targets that do as they should and say what they like.

use super::looks;
use super::server::{Manner, counted, head, heard, whole};
use super::{all_tried, double, flags, selection, watched};
use crate::chain_up::up;
use crate::gauntlet::Gauntlet;
use gauntlet_wire::header::encode;
use serde_json::{Value, json};
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::Ordering;

/// Something for every reader: a terminal (colours, the cursor, links, the clipboard, the title), a browser, XML, Markdown, TAP,
/// the log of a CI job, a file system; and what hides text.
const EVIL: &str = "\u{1b}[31m\u{1b}[2J\u{1b}[1;1H\u{1b}]8;;http://evil.example\u{7}x\u{1b}]8;;\u{7}\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}]0;owned\u{7}\
                    \u{9b}31m\r\u{202e}gnp\u{200b}\u{feff}\u{0}\u{8}</script><script>alert(1)</script><img src=x onerror=alert(1)>]]>\
                    \n::error::owned\n  ::add-mask::a\n##[stop-commands]x\n##vso[task.setvariable]y\nnot ok 1 owned\nBail out!\n1..0\n```\n| a | b |\n\
                    \u{85}\u{2028}@everyone ![x](https://evil.example) $(id) `id` ';id;' %s %n ../../../../tmp/owned CON C:\\owned";

const SAID: &[(&str, Manner)] = &[
    ("a refusal that says everything", |stream| {
        heard(stream)?;
        let body = json!({
            "isValid": false, "invalidReason": EVIL, "invalidMessage": EVIL, "payer": EVIL, "success": false, "errorReason": EVIL,
            "errorMessage": EVIL, "transaction": EVIL, "network": EVIL, EVIL: EVIL, "extensions": [EVIL], "signers": { EVIL: [EVIL] },
            "kinds": [{ "x402Version": 2, "scheme": EVIL, "network": EVIL, "extra": { EVIL: EVIL } }],
        });
        whole(stream, "200 OK", body.to_string().as_bytes())
    }),
    ("an offer that says everything", |stream| {
        heard(stream)?;
        let offer = json!({
            "x402Version": 2, "error": EVIL, "resource": { "url": EVIL, "description": EVIL, "mimeType": EVIL },
            "accepts": [{
                "scheme": EVIL, "network": EVIL, "amount": EVIL, "asset": EVIL, "payTo": EVIL, "maxTimeoutSeconds": 60,
                "extra": { "name": EVIL, "version": EVIL },
            }],
            "extensions": { EVIL: { "info": EVIL, "schema": EVIL } },
        });
        let lines =
            format!("PAYMENT-REQUIRED: {}\r\nContent-Length: 2\r\nConnection: close\r\n", encode(&offer));
        stream.write_all(&[head("402 Payment Required", &lines), b"{}".to_vec()].concat())
    }),
    ("a page of control characters", |stream| {
        heard(stream)?;
        let lines = format!("X-Evil: \u{1b}]0;owned\u{7}\u{9b}2J\r\nContent-Length: {}\r\n", EVIL.len());
        stream.write_all(&[head("200 \u{1b}[31mOK", &lines), EVIL.as_bytes().to_vec()].concat())
    }),
];

#[test]
fn whatever_they_say_is_text() {
    all_tried(SAID);
}

/// The request as it came, and what the double answers to it: head and body.
fn passed_on(host: &str, stream: &mut TcpStream) -> io::Result<(String, String, String)> {
    let asked = request(stream)?;
    let mut upstream = TcpStream::connect(host)?;
    upstream.write_all(asked.as_bytes())?;
    let mut answer = String::new();
    upstream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    Ok((asked, head.to_owned(), body.to_owned()))
}

/// Head and body of a request.
fn request(stream: &mut TcpStream) -> io::Result<String> {
    let (mut text, mut part) = (String::new(), [0; 65_536]);
    loop {
        let count = stream.read(&mut part)?;
        text.push_str(&String::from_utf8_lossy(&part[..count]));
        let length = |head: &str| {
            head.lines().find_map(|line| line.strip_prefix("Content-Length: ")?.trim().parse().ok())
        };
        let ended =
            text.split_once("\r\n\r\n").is_some_and(|(head, body)| body.len() >= length(head).unwrap_or(0));
        if ended || count == 0 {
            return Ok(text);
        }
    }
}

/// A facilitator that conforms, but for what it says: its verdicts are scored, and its words stand in every report.
#[test]
fn whatever_a_facilitator_says_that_is_scored_is_text() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let rpc = chain.value("GAUNTLET_RPC_URL");
    let (_double, host) = double(&gauntlet, "facilitator", &["--rpc-url", &rpc]);
    let (url, _) = counted(move |stream| {
        let (asked, _, body) = passed_on(&host, stream)?;
        whole(stream, "200 OK", evil(&asked, &body).as_bytes())
    });
    let checks = [
        "facilitator.verify.payee-other",
        "facilitator.verify.value-*",
        "facilitator.answers.*",
        "facilitator.supported.*",
    ];
    let reports = looks::REPORTS.map(|(flag, file)| [flag, file]).concat();
    let args =
        [&["run", "--timeout", "10"], &flags(&url, "facilitator", &rpc)[..], &reports, &checks].concat();
    let run = watched::run(Gauntlet::new(), &args);
    assert!([0, 1, 5].contains(&run.said.code), "{}", run.said);
    assert!(run.said.stdout.contains("owned"), "what it says is shown: {}", run.said);
    looks::at(&run);
}

/// The same answer with other words, and a facilitator that pays nobody what it says.
fn evil(asked: &str, body: &str) -> String {
    let Ok(mut answer) = serde_json::from_str::<Value>(body) else { return body.to_owned() };
    if asked.starts_with("GET /supported") {
        answer["extensions"] = json!([EVIL]);
        answer["signers"][EVIL] = json!([EVIL]);
        return answer.to_string();
    }
    for name in ["invalidReason", "errorReason"] {
        if answer.get(name).is_some_and(Value::is_string) {
            answer[name] = EVIL.into();
        }
    }
    answer["invalidMessage"] = EVIL.into();
    answer.to_string()
}

#[test]
fn nobody_is_sent_elsewhere() {
    let gauntlet = Gauntlet::new();
    let mut chain = up(&gauntlet, &[]);
    let rpc = chain.value("GAUNTLET_RPC_URL");
    let (elsewhere, came) = counted(|stream| whole(stream, "200 OK", b"{\"isValid\":true,\"success\":true}"));
    for (status, place) in [
        ("301 Moved Permanently", format!("{elsewhere}/supported")),
        ("307 Temporary Redirect", elsewhere.clone()),
        ("308 Permanent Redirect", "file:///etc/passwd".to_owned()),
        ("302 Found", "/again".to_owned()),
    ] {
        let lines = format!(
            "Location: {place}\r\nRefresh: 0; url={place}\r\nContent-Length: 0\r\nConnection: close\r\n"
        );
        let (url, _) = counted(move |stream| {
            heard(stream)?;
            stream.write_all(&head(status, &lines))
        });
        for role in ["facilitator", "server"] {
            super::tried(&mut chain, role, &place, &url);
        }
    }
    // The server asks for its price as it should, and sends whoever pays to somebody else.
    let (_double, host) = double(&gauntlet, "server", &["--rpc-url", &rpc]);
    let place = format!("Location: {elsewhere}/cheap\r\nContent-Length: 0\r\nConnection: close\r\n");
    let (url, _) = counted(move |stream| {
        let (asked, unpaid, body) = passed_on(&host, stream)?;
        if asked.to_ascii_uppercase().contains("\r\nPAYMENT-SIGNATURE:") {
            return stream.write_all(&head("307 Temporary Redirect", &place));
        }
        stream.write_all(format!("{unpaid}\r\n\r\n{body}").as_bytes())
    });
    let fixed = ["run", "--timeout", "10", "--route", "/cheap"];
    let args = [&fixed[..], &flags(&url, "server", &rpc), &selection("server")].concat();
    let run = Gauntlet::new().run(&args);
    assert!([1, 5].contains(&run.code), "{run}");
    assert!(run.stdout.contains("307"), "it was asked for a payment: {run}");
    assert_eq!(came.load(Ordering::SeqCst), 0, "a request, or a payment, went to another origin");
}
