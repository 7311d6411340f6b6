//! An HTTP/1 answer put together from the bytes as they arrive. No I/O: what came is fed in, what is known comes out.
//!
//! Deliberately no more than RFC 9112 needs to find the end of a message: no decompression, no redirects, nothing
//! normalised.

use gauntlet_report::{Message, NetFault};

/// A head longer than this is not read to its end.
const MAX_HEAD: usize = 256 * 1024;
const MAX_HEADERS: usize = 16 * 1024;
/// So many 1xx answers are read before the one that they announce.
const MAX_INTERIM: u32 = 64;
/// How many bytes of trailer lines are kept, roughly.
const TRAILER_LIMIT: usize = 64 * 1024;
/// A chunk-size line or trailer line longer than this is not HTTP.
const MAX_CHUNK_LINE: usize = 8 * 1024;
/// How many times the kept size is read before an endless body is given up.
const READ_FACTOR: u64 = 8;

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The message is not complete.
    More,
    /// The message is complete.
    Done,
}

#[derive(Debug)]
enum State {
    Head,
    Length {
        left: u64,
        total: u64,
    },
    ChunkSize(Vec<u8>),
    ChunkData {
        left: u64,
    },
    /// The line end after a chunk.
    ChunkEnd,
    Trailer(Vec<u8>),
    UntilClose,
    Done,
}

/// The answer to one request.
#[derive(Debug)]
pub(crate) struct Answer {
    /// A HEAD request is answered without a body, whatever the headers say.
    to_head: bool,
    keep: usize,
    state: State,
    head: Vec<u8>,
    /// The last 1xx answer: shown when no other came.
    interim: Vec<u8>,
    /// How many 1xx answers came.
    interims: u32,
    body: Vec<u8>,
    /// Trailer lines: content could hide in them too.
    trailers: Vec<u8>,
    dropped: u64,
}

impl Answer {
    /// `keep`: how many bytes of the body are kept.
    pub(crate) fn new(method: &str, keep: usize) -> Self {
        Self {
            to_head: method == "HEAD",
            keep,
            state: State::Head,
            head: Vec::new(),
            interim: Vec::new(),
            interims: 0,
            body: Vec::new(),
            trailers: Vec::new(),
            dropped: 0,
        }
    }

    /// Takes the next bytes from the connection.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) -> Result<Progress, NetFault> {
        if matches!(self.state, State::Head) {
            self.head.extend_from_slice(bytes);
            let Some(head_end) = self.parse_head()? else { return Ok(Progress::More) };
            let rest = self.head.split_off(head_end);
            return self.feed_body(&rest);
        }
        if matches!(self.state, State::Done) {
            bytes = &[];
        }
        self.feed_body(bytes)
    }

    /// The connection ended, with an error or without.
    pub(crate) fn end(&self, error: Option<&std::io::Error>) -> Result<(), NetFault> {
        let how = || error.map_or_else(|| "end of stream".to_owned(), ToString::to_string);
        match &self.state {
            State::Done => Ok(()),
            State::UntilClose if error.is_none() => Ok(()),
            State::Head if self.head.is_empty() && self.interim.is_empty() => Err(NetFault::Closed(how())),
            State::Head if self.head.is_empty() => {
                Err(NetFault::Truncated(format!("only an interim answer came ({})", how())))
            }
            State::Head => Err(NetFault::Truncated(format!("within the head ({})", how()))),
            State::Length { left, total } => {
                Err(NetFault::Truncated(format!("{} of {total} body bytes came ({})", total - left, how())))
            }
            State::UntilClose => Err(NetFault::Truncated(format!("within the body ({})", how()))),
            _ => Err(NetFault::Truncated(format!("the last chunk never came ({})", how()))),
        }
    }

    /// What has come so far: the status code and the message, when there was a status line.
    pub(crate) fn finish(self) -> (Option<u16>, Option<Message>) {
        let head = if self.head.is_empty() { self.interim } else { self.head };
        let Some(status) = status_of(&head) else { return (None, None) };
        let message = Message {
            head: text_of(without_empty_line(&head)),
            body: self.body,
            trailers: text_of(&self.trailers),
            dropped: self.dropped,
            wire: None,
        };
        (Some(status), Some(message))
    }

    /// Where the head of the final answer ends in `self.head`, once it is complete; sets how the body is framed.
    fn parse_head(&mut self) -> Result<Option<usize>, NetFault> {
        loop {
            let mut room = 128;
            let parsed = loop {
                let mut headers = vec![httparse::EMPTY_HEADER; room];
                let mut response = httparse::Response::new(&mut headers);
                match response.parse(&self.head) {
                    Err(httparse::Error::TooManyHeaders) if room < MAX_HEADERS => room *= 4,
                    Err(error) => return Err(NetFault::NotHttp(format!("{error}: {}", excerpt(&self.head)))),
                    Ok(httparse::Status::Partial) => break None,
                    Ok(httparse::Status::Complete(end)) => {
                        let status = response.code.unwrap_or_default();
                        break Some((end, status, framing(status, self.to_head, response.headers)?));
                    }
                }
            };
            match parsed {
                None if self.head.len() > MAX_HEAD => {
                    return Err(NetFault::NotHttp(format!("the head is longer than {MAX_HEAD} bytes")));
                }
                None => return Ok(None),
                // 101 ends HTTP on this connection; every other 1xx announces a further answer.
                Some((end, status, _)) if (100..200).contains(&status) && status != 101 => {
                    self.interims += 1;
                    if self.interims > MAX_INTERIM {
                        return Err(NetFault::NotHttp(format!("more than {MAX_INTERIM} interim answers")));
                    }
                    let rest = self.head.split_off(end);
                    self.interim = std::mem::replace(&mut self.head, rest);
                    if self.head.is_empty() {
                        return Ok(None);
                    }
                }
                Some((end, _, state)) => {
                    self.state = state;
                    return Ok(Some(end));
                }
            }
        }
    }

    fn feed_body(&mut self, mut bytes: &[u8]) -> Result<Progress, NetFault> {
        loop {
            let used = match &mut self.state {
                State::Done => return Ok(Progress::Done),
                State::Length { left: 0, .. } => {
                    self.state = State::Done;
                    continue;
                }
                _ if bytes.is_empty() => return Ok(Progress::More),
                State::Head => return Ok(Progress::More),
                State::UntilClose => {
                    self.keep(bytes)?;
                    bytes.len()
                }
                State::Length { left, .. } => {
                    let part = prefix(bytes, *left);
                    *left -= part.len() as u64;
                    self.keep(part)?;
                    part.len()
                }
                State::ChunkSize(line) => {
                    let used = take_line(line, bytes)?;
                    if line.ends_with(b"\n") {
                        let size = chunk_size(line)?;
                        self.state = if size == 0 {
                            State::Trailer(Vec::new())
                        } else {
                            State::ChunkData { left: size }
                        };
                    }
                    used
                }
                State::ChunkData { left } => {
                    let part = prefix(bytes, *left);
                    *left -= part.len() as u64;
                    if *left == 0 {
                        self.state = State::ChunkEnd;
                    }
                    self.keep(part)?;
                    part.len()
                }
                State::ChunkEnd => {
                    match bytes[0] {
                        b'\r' => {}
                        b'\n' => self.state = State::ChunkSize(Vec::new()),
                        _ => return Err(NetFault::NotHttp(format!("a chunk runs over: {}", excerpt(bytes)))),
                    }
                    1
                }
                State::Trailer(line) => {
                    let used = take_line(line, bytes)?;
                    if line == b"\r\n" || line == b"\n" {
                        self.state = State::Done;
                    } else if line.ends_with(b"\n") {
                        if self.trailers.len() < TRAILER_LIMIT {
                            self.trailers.append(line);
                        }
                        line.clear();
                    }
                    used
                }
            };
            bytes = &bytes[used..];
        }
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), NetFault> {
        let kept = bytes.len().min(self.keep - self.body.len());
        self.body.extend_from_slice(&bytes[..kept]);
        self.dropped += (bytes.len() - kept) as u64;
        let cap = READ_FACTOR * self.keep as u64;
        if self.body.len() as u64 + self.dropped > cap {
            return Err(NetFault::Truncated(format!("reading stopped: the body is longer than {cap} bytes")));
        }
        Ok(())
    }
}

/// How the body ends: RFC 9112 section 6.3.
fn framing(status: u16, to_head: bool, headers: &[httparse::Header<'_>]) -> Result<State, NetFault> {
    let values = |name: &'static str| {
        headers
            .iter()
            .filter(move |header| header.name.eq_ignore_ascii_case(name))
            .flat_map(|header| header.value.split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii)
    };
    if to_head || matches!(status, 204 | 304) || (100..200).contains(&status) && status != 101 {
        return Ok(State::Done);
    }
    if let Some(last) = values("transfer-encoding").next_back() {
        let chunked = last.eq_ignore_ascii_case(b"chunked");
        return Ok(if chunked { State::ChunkSize(Vec::new()) } else { State::UntilClose });
    }
    let mut lengths = values("content-length");
    let Some(first) = lengths.next() else { return Ok(State::UntilClose) };
    let number =
        std::str::from_utf8(first).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let Some(total) = number.and_then(|text| text.parse().ok()) else {
        return Err(NetFault::NotHttp(format!("Content-Length is not a number: {}", excerpt(first))));
    };
    if lengths.any(|other| other != first) {
        return Err(NetFault::NotHttp("several different Content-Length".to_owned()));
    }
    Ok(State::Length { left: total, total })
}

/// What a client makes of an answer that is there already, when it arrives in parts of `step` bytes and the connection ends
/// then: its status, the message, and what is wrong. `keep` is how many bytes of the body are kept.
#[must_use]
pub fn read_answer(
    method: &str,
    keep: usize,
    raw: &[u8],
    step: usize,
) -> (Option<u16>, Option<Message>, Option<NetFault>) {
    let mut answer = Answer::new(method, keep);
    let mut fault = None;
    let mut done = false;
    for part in raw.chunks(step.max(1)) {
        match answer.feed(part) {
            Ok(Progress::More) => {}
            Ok(Progress::Done) => done = true,
            Err(error) => fault = Some(error),
        }
        if done || fault.is_some() {
            break;
        }
    }
    if !done && fault.is_none() {
        fault = answer.end(None).err();
    }
    let (status, message) = answer.finish();
    (status, message, fault)
}

fn prefix(bytes: &[u8], at_most: u64) -> &[u8] {
    &bytes[..usize::try_from(at_most).map_or(bytes.len(), |limit| limit.min(bytes.len()))]
}

/// Moves bytes to `line` up to and including a line feed; how many were moved.
fn take_line(line: &mut Vec<u8>, bytes: &[u8]) -> Result<usize, NetFault> {
    let used = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
    line.extend_from_slice(&bytes[..used]);
    if line.len() > MAX_CHUNK_LINE {
        return Err(NetFault::NotHttp(format!("a chunk header is longer than {MAX_CHUNK_LINE} bytes")));
    }
    Ok(used)
}

fn chunk_size(line: &[u8]) -> Result<u64, NetFault> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    std::str::from_utf8(digits)
        .ok()
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .and_then(|text| u64::from_str_radix(text, 16).ok())
        .ok_or_else(|| NetFault::NotHttp(format!("a chunk has no size: {}", excerpt(line))))
}

fn status_of(head: &[u8]) -> Option<u16> {
    let line = head.split(|byte| *byte == b'\n').next()?;
    let rest = std::str::from_utf8(line.get(..12)?).ok()?.strip_prefix("HTTP/1.")?;
    rest.get(2..)?.parse().ok()
}

fn without_empty_line(head: &[u8]) -> &[u8] {
    if head.ends_with(b"\n\r\n") {
        &head[..head.len() - 2]
    } else if head.ends_with(b"\n\n") {
        &head[..head.len() - 1]
    } else {
        head
    }
}

/// UTF-8 as it is; anything else as Latin-1, so that no byte is lost.
fn text_of(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes)
        .map_or_else(|_| bytes.iter().map(|byte| char::from(*byte)).collect(), str::to_owned)
}

fn excerpt(bytes: &[u8]) -> String {
    format!("`{}`", bytes[..bytes.len().min(60)].escape_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &[u8], step: usize) -> (Option<u16>, Option<Message>, Option<NetFault>) {
        read_answer("GET", 1024, raw, step)
    }

    /// The same whatever the size of the parts in which it arrives.
    fn read_any_way(raw: &[u8]) -> (Option<u16>, Option<Message>, Option<NetFault>) {
        let whole = read(raw, raw.len().max(1));
        for step in [1, 2, 3, 7] {
            assert_eq!(read(raw, step), whole, "in parts of {step}");
        }
        whole
    }

    #[test]
    fn keeps_the_head_as_it_came() {
        let head = "HTTP/1.1 402 Payment Required\r\nX-b: 2\r\nx-A: 1\r\nX-b: 3\r\nContent-Length: 2\r\n";
        let (status, message, fault) = read_any_way(format!("{head}\r\n{{}}").as_bytes());
        let message = message.unwrap();
        assert_eq!((status, fault), (Some(402), None));
        assert_eq!(message.head, head);
        assert_eq!(message.body, b"{}");
        assert_eq!(message.header("X-A"), Some("1"));
    }

    #[test]
    fn joins_chunks_and_drops_their_frame() {
        let raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n";
        let (_, message, fault) = read_any_way(raw);
        let message = message.unwrap();
        assert_eq!((message.body.as_slice(), fault), (&b"abc0123456789"[..], None));
        assert_eq!(message.trailers, "Trailer: 1\r\n");
    }

    #[test]
    fn a_body_without_length_ends_with_the_connection() {
        let (status, message, fault) = read_any_way(b"HTTP/1.0 200 OK\r\n\r\nuntil the end");
        assert_eq!((status, fault), (Some(200), None));
        assert_eq!(message.unwrap().body, b"until the end");
    }

    #[test]
    fn no_body_where_none_can_be() {
        for raw in
            ["HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"]
        {
            assert_eq!(read(raw.as_bytes(), 1024).2, None);
        }
        let mut head = Answer::new("HEAD", 10);
        assert_eq!(head.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), Ok(Progress::Done));
    }

    #[test]
    fn interim_answers_are_passed_over() {
        let raw = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n!";
        let (status, message, fault) = read_any_way(raw);
        assert_eq!((status, fault), (Some(200), None));
        assert_eq!(message.unwrap().body, b"!");

        let (status, message, fault) = read_any_way(b"HTTP/1.1 100 Continue\r\n\r\n");
        assert_eq!(status, Some(100));
        assert_eq!(message.unwrap().head, "HTTP/1.1 100 Continue\r\n");
        assert!(matches!(fault, Some(NetFault::Truncated(_))), "{fault:?}");
    }

    #[test]
    fn interim_answers_for_ever_are_given_up() {
        let raw = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(MAX_INTERIM as usize + 1);
        let (_, _, fault) = read_any_way(&raw);
        assert!(matches!(&fault, Some(NetFault::NotHttp(why)) if why.contains("interim")), "{fault:?}");
    }

    #[test]
    fn says_where_it_broke_off() {
        let faults: Vec<String> = [
            &b""[..],
            b"HTTP/1.1 2",
            b"HTTP/1.1 200 OK\r\nConte",
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
            b"SSH-2.0-OpenSSH_9.6\r\n",
            b"HTTP/1.1 200 OK\r\nBad Header: 1\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        ]
        .iter()
        .map(|raw| read(raw, raw.len().max(1)).2.unwrap().to_string())
        .collect();
        insta::assert_snapshot!(faults.join("\n"));
    }

    #[test]
    fn what_came_before_the_break_is_kept() {
        let (status, message, _) = read_any_way(b"HTTP/1.1 500 Oops\r\nContent-Length: 10\r\n\r\nhalf");
        assert_eq!((status, message.unwrap().body.as_slice()), (Some(500), &b"half"[..]));
        let (status, message, _) = read_any_way(b"HTTP/1.1 500 Oops\r\nConte");
        assert_eq!((status, message.unwrap().head.as_str()), (Some(500), "HTTP/1.1 500 Oops\r\nConte"));
    }

    #[test]
    fn a_long_body_is_counted_not_kept_and_an_endless_one_given_up() {
        let head = b"HTTP/1.1 200 OK\r\n\r\n";
        let mut answer = Answer::new("GET", 10);
        answer.feed(head).unwrap();
        answer.feed(&[b'x'; 80]).unwrap();
        let fault = answer.feed(b"x").unwrap_err();
        assert!(matches!(fault, NetFault::Truncated(_)), "{fault}");
        let message = answer.finish().1.unwrap();
        assert_eq!((message.body.len(), message.dropped), (10, 71));
    }
}
