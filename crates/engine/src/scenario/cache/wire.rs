//! HTTP/1.1 as far as a proxy for our own requests needs it.

use super::rules::Fields;
use gauntlet_probe::{Client, Request};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The longest request that is taken, bytes.
const LONGEST: usize = 1 << 20;
/// What concerns one connection only.
const OF_THE_CONNECTION: [&str; 5] =
    ["connection", "keep-alive", "transfer-encoding", "content-length", "upgrade"];

/// A request.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) fields: Fields,
    body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) reason: String,
    pub(super) fields: Fields,
    pub(super) body: Vec<u8>,
    /// Whether all of it came.
    pub(super) is_whole: bool,
}

/// Reads one request; none when the connection ends before, or what comes is no request.
pub(super) async fn read(stream: &mut TcpStream) -> std::io::Result<Option<Asked>> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if bytes.len() > LONGEST || stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.split("\r\n");
    let mut words = lines.next().unwrap_or_default().splitn(3, ' ').map(str::to_owned);
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
    let fields = fields(lines);
    let length = fields.values("content-length").next().and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = bytes.split_off(head + 4);
    while body.len() < length {
        if length > LONGEST || stream.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some(Asked { method, path, fields, body }))
}

fn fields<'a>(lines: impl Iterator<Item = &'a str>) -> Fields {
    let pairs = lines.filter_map(|line| line.split_once(':'));
    Fields(pairs.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect())
}

/// Hands a request on and takes the answer.
pub(super) async fn forward(server: &Client, asked: &Asked) -> Answered {
    let keep =
        |(name, _): &&(String, String)| !OF_THE_CONNECTION.iter().any(|hop| name.eq_ignore_ascii_case(hop));
    let request = Request {
        method: asked.method.clone(),
        path: asked.path.clone(),
        headers: asked.fields.0.iter().filter(keep).cloned().collect(),
        body: asked.body.clone(),
    };
    let exchange = server.send(request).await;
    let (Some(status), Some(response)) = (exchange.status, exchange.response) else {
        return Answered {
            status: 502,
            reason: "Bad Gateway".into(),
            fields: Fields::default(),
            body: b"the server gave no answer".to_vec(),
            is_whole: false,
        };
    };
    let mut lines = response.head.lines();
    let reason = lines.next().and_then(|line| line.splitn(3, ' ').nth(2)).unwrap_or_default().to_owned();
    let mut fields = fields(lines);
    fields.0.retain(|(name, _)| !OF_THE_CONNECTION.iter().any(|hop| name.eq_ignore_ascii_case(hop)));
    Answered { status, reason, fields, body: response.body, is_whole: exchange.fault.is_none() }
}

pub(super) async fn write(
    stream: &mut TcpStream,
    answered: &Answered,
    head_only: bool,
) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} {}\r\n", answered.status, answered.reason);
    for (name, value) in &answered.fields.0 {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\nConnection: close\r\n\r\n", answered.body.len()));
    stream.write_all(head.as_bytes()).await?;
    if !head_only {
        stream.write_all(&answered.body).await?;
    }
    stream.shutdown().await
}
