use gauntlet_probe::{Client, ClientConfig, Request, curl_line};
use gauntlet_report::{Exchange, Message};
use std::process::Command;

/// The exchange of a request to a port where nobody listens.
async fn exchange(request: Request) -> Exchange {
    let config = ClientConfig::default();
    Client::new("http://127.0.0.1:1/base", config).unwrap().send(request).await
}

/// The words that a shell makes of the line, and what it pipes into it.
fn words(line: &str) -> (Vec<String>, Vec<u8>) {
    let piped = line.starts_with("printf");
    let script = format!(
        "curl() {{ {} printf '%s\\0' \"$@\"; }}\n{line}",
        if piped { "cat; printf '\\0\\0';" } else { "" }
    );
    let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    let stdout = output.stdout;
    let (input, words) = match stdout.windows(2).position(|window| window == b"\0\0").filter(|_| piped) {
        Some(end) => (stdout[..end].to_vec(), &stdout[end + 2..]),
        None => (Vec::new(), &stdout[..]),
    };
    let text = String::from_utf8(words.to_vec()).unwrap();
    (text.strip_suffix('\0').unwrap().split('\0').map(str::to_owned).collect(), input)
}

#[tokio::test]
async fn a_plain_line() {
    let exchange =
        exchange(Request::post_json("/settle", r#"{"x402Version":2}"#).header("X-Id", "it's")).await;
    insta::assert_snapshot!(
        [curl_line(&exchange, None), curl_line(&exchange, Some("case/body.json"))].join("\n")
    );
}

#[tokio::test]
async fn odd_requests() {
    let requests = [
        Request::get("/"),
        Request { method: "HEAD".to_owned(), ..Request::get("/") },
        Request::get("/a/../b"),
        Request::get("/list[1]?a={b}"),
        Request::get("/with space#and-fragment"),
        Request { path: "*".into(), method: "OPTIONS".into(), ..Request::get("") },
        Request::get("/").header("X-Empty", "").header("Host", "other.example"),
        Request { headers: Vec::new(), ..Request::post_json("/", "a=b") },
        Request::post_json("/", "{}").header("Content-Length", "99"),
        Request::post_json("/", ""),
    ];
    let mut lines = Vec::new();
    for request in requests {
        lines.push(curl_line(&exchange(request).await, None));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test]
async fn a_shell_reads_the_same_words() {
    let nasty = "it's $HOME `id` \"quoted\" \\ \n end; # é";
    let sent = exchange(Request::post_json("/p?a=1&b='2'", nasty).header("X-Odd", "$(id) 'x' !")).await;
    let (words, _) = words(&curl_line(&sent, None));
    assert_eq!(
        words,
        [
            "-sS",
            "-X",
            "POST",
            "http://127.0.0.1:1/base/p?a=1&b='2'",
            "-H",
            "Content-Type: application/json",
            "-H",
            "X-Odd: $(id) 'x' !",
            "--data-raw",
            nasty
        ]
    );
}

#[tokio::test]
async fn a_binary_body_is_piped_byte_for_byte() {
    let body: Vec<u8> = (0..=255).rev().chain(*b"%s\\'\"").collect();
    let sent = exchange(Request::post_json("/", body.clone())).await;
    let (words, input) = words(&curl_line(&sent, None));
    assert_eq!(words.last().unwrap(), "@-");
    assert_eq!(input, body);
    let line = curl_line(&sent, Some("it's.bin"));
    assert_eq!(self::words(&line).0.last().unwrap(), "@it's.bin");
}

#[test]
fn a_body_that_begins_with_an_at_sign_is_no_file() {
    let exchange = Exchange {
        seq: 1,
        url: "http://h:1/".to_owned(),
        method: "PUT".to_owned(),
        started_ms: 0,
        took_us: 0,
        request: Message {
            head: "PUT / HTTP/1.1\r\nHost: h:1\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n"
                .to_owned(),
            body: b"@x".to_vec(),
            ..Message::default()
        },
        response: None,
        status: None,
        fault: None,
    };
    let (words, _) = words(&curl_line(&exchange, None));
    assert_eq!(words[words.len() - 2..], ["--data-raw", "@x"]);
}
