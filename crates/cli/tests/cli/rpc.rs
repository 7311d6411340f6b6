//! HTTP and JSON-RPC with nothing but a socket.

use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;

/// Posts JSON and returns the body of the answer.
pub(crate) fn post(url: &str, body: &Value) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let body = body.to_string();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "POST /{path} HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// The result of a JSON-RPC call.
pub(crate) fn call(url: &str, method: &str, params: Value) -> Value {
    let answer = post(url, &json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }));
    let mut answer: Value = serde_json::from_str(&answer).unwrap();
    assert!(answer.get("error").is_none(), "{answer}");
    answer["result"].take()
}

/// The bytes that a contract answers to a call without arguments, in hexadecimal without `0x`.
pub(crate) fn contract(url: &str, address: &str, selector: &str) -> String {
    let result = call(url, "eth_call", json!([{ "to": address, "data": selector }, "latest"]));
    result.as_str().unwrap().trim_start_matches("0x").to_owned()
}
