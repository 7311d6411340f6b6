//! Small servers and small questions to the system.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// Reads one request, as far as its Content-Length says.
pub(crate) async fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let wanted = bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|end| {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
            end + 4 + length.map_or(0, |length| length.trim().parse::<usize>().unwrap())
        });
        if wanted.is_some_and(|wanted| bytes.len() >= wanted)
            || stream.read_buf(&mut bytes).await.unwrap() == 0
        {
            return bytes;
        }
    }
}

/// A server for one connection: reads a request, writes `answer` as it is, closes. The task gives what it read.
pub(crate) async fn answer_once(answer: impl Into<Vec<u8>>) -> (String, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = answer.into();
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read_request(&mut stream).await;
        // The other side may have had enough before the end.
        let _ = stream.write_all(&answer).await;
        request
    });
    (url, task)
}

/// A JSON-RPC node: the result of a call is `node:` and its method. Keeps every body that it gets.
pub(crate) struct Node {
    pub(crate) url: String,
    pub(crate) bodies: Arc<Mutex<Vec<serde_json::Value>>>,
    server: JoinHandle<()>,
}

impl Node {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&bodies);
        let server = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let seen = Arc::clone(&seen);
                connections.spawn(async move {
                    loop {
                        let request = read_request(&mut stream).await;
                        let Some(start) = request.windows(4).position(|window| window == b"\r\n\r\n") else { return };
                        let body: serde_json::Value = serde_json::from_slice(&request[start + 4..]).unwrap();
                        let answer = node_answer(&body).to_string();
                        seen.lock().unwrap().push(body);
                        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Node: yes\r\nContent-Length";
                        let raw = format!("{head}: {}\r\n\r\n{answer}", answer.len());
                        stream.write_all(raw.as_bytes()).await.unwrap();
                    }
                });
            }
        });
        Self { url, bodies, server }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn node_answer(call: &serde_json::Value) -> serde_json::Value {
    match call.as_array() {
        // Out of order, as JSON-RPC allows.
        Some(calls) => calls.iter().rev().map(node_answer).collect(),
        None => {
            let result = format!("node:{}", call["method"].as_str().unwrap());
            serde_json::json!({"jsonrpc": "2.0", "id": call["id"], "result": result})
        }
    }
}

/// Whether a process runs; one that is dead and not yet collected does not.
#[cfg(unix)]
pub(crate) fn runs(pid: u32) -> bool {
    let state = std::process::Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output();
    let state = match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat.rsplit(") ").next().unwrap_or_default().to_owned(),
        Err(_) => {
            state.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
        }
    };
    !state.trim().is_empty() && !state.starts_with(['Z', 'X'])
}

/// Waits until a process is gone; gives up after a time that no machine needs.
#[cfg(unix)]
pub(crate) async fn gone(pid: u32) {
    eventually(&format!("process {pid} is gone"), || !runs(pid)).await;
}

/// Waits until something holds.
pub(crate) async fn eventually(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..6000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never: {what}");
}
