//! Answers that are no answers: without an end, too slow, too long, half, twice, packed, deep.

use super::all_tried;
use super::server::{Manner, for_ever, head, heard, slowly, whole};
use std::io::Write as _;

const OK: &str = "200 OK";
const PAY: &str = "402 Payment Required";

const ENDLESS: &[(&str, Manner)] = &[
    ("chunks without an end", |stream| {
        heard(stream)?;
        stream.write_all(&head(OK, "Transfer-Encoding: chunked\r\n"))?;
        for_ever(stream, b"10\r\n{\"kinds\":[[[[[[[\r\n")
    }),
    ("a body of a million gigabytes", |stream| {
        heard(stream)?;
        stream.write_all(&head(PAY, "Content-Length: 1000000000000000\r\n"))?;
        for_ever(stream, b"[")
    }),
    ("interim answers for ever", |stream| {
        heard(stream)?;
        for_ever(stream, b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
    }),
    ("trailers without an end", |stream| {
        heard(stream)?;
        stream.write_all(&head(OK, "Transfer-Encoding: chunked\r\n"))?;
        stream.write_all(b"2\r\n{}\r\n0\r\n")?;
        for_ever(stream, b"X-Trailer: 1\r\n")
    }),
    ("one line without an end", |stream| {
        heard(stream)?;
        stream.write_all(b"HTTP/1.1 200 ")?;
        for_ever(stream, b"x")
    }),
];

const SLOW: &[(&str, Manner)] = &[
    ("a head byte by byte", |stream| {
        heard(stream)?;
        slowly(stream, b"HTTP/1.1 200 OK\r\nX: ")
    }),
    ("a body byte by byte", |stream| {
        heard(stream)?;
        stream.write_all(&head(OK, "Content-Length: 100000\r\n"))?;
        slowly(stream, b"[")
    }),
];

const LONG_HEADS: &[(&str, Manner)] = &[
    ("a hundred thousand header lines", |stream| {
        heard(stream)?;
        stream.write_all(&head(PAY, &"X-Many: 1\r\n".repeat(100_000)))
    }),
    ("a header of a hundred megabytes", |stream| {
        heard(stream)?;
        stream.write_all(b"HTTP/1.1 402 Payment Required\r\nX-Long: ")?;
        stream.write_all(&vec![b'x'; 100 << 20])?;
        stream.write_all(b"\r\nContent-Length: 0\r\n\r\n")
    }),
    ("a challenge of fifty megabytes", |stream| {
        heard(stream)?;
        stream.write_all(b"HTTP/1.1 402 Payment Required\r\nPAYMENT-REQUIRED: ")?;
        stream.write_all(&b"eyJ4NDAyVmVyc2lvbiI6Mn0=".repeat(50 << 20 >> 4))?;
        stream.write_all(b"\r\nContent-Length: 0\r\n\r\n")
    }),
    ("the longest challenge that is read, of lists in lists", |stream| {
        heard(stream)?;
        let deep = format!("PAYMENT-REQUIRED: {}\r\nContent-Length: 0\r\n", "W1tb".repeat(60_000));
        stream.write_all(&head(PAY, &deep))
    }),
];

const BROKEN: &[(&str, Manner)] = &[
    ("half an answer", |stream| {
        heard(stream)?;
        stream.write_all(&head(OK, "Content-Length: 1000\r\n"))?;
        stream.write_all(b"{\"kinds\":[")
    }),
    ("an answer before the question", |stream| {
        whole(stream, OK, b"{\"kinds\":[]}")?;
        heard(stream)
    }),
    ("two answers to one question", |stream| {
        heard(stream)?;
        let one = [head(PAY, "Content-Length: 2\r\n"), b"{}".to_vec()].concat();
        let other = [head(OK, "Content-Length: 16\r\n"), b"{\"isValid\":true}".to_vec()].concat();
        stream.write_all(&[one, other.repeat(1_000)].concat())
    }),
    ("no head at all, as in HTTP/0.9", |stream| {
        heard(stream)?;
        stream.write_all(b"{\"kinds\":[],\"isValid\":true,\"success\":true}\n")
    }),
    ("lengths that contradict one another", |stream| {
        heard(stream)?;
        stream.write_all(&head(
            OK,
            "Content-Length: 2\r\nContent-Length: 20\r\nTransfer-Encoding: chunked\r\n",
        ))?;
        stream.write_all(b"{}\r\n0\r\n\r\n")
    }),
    ("no UTF-8 and NULs in a header", |stream| {
        heard(stream)?;
        stream.write_all(b"HTTP/1.1 402 \xff\xfe\r\nPAYMENT-REQUIRED: \xc3\x28\x80\x00\r\nX\x00Y: \xff\r\nContent-Length: 0\r\n\r\n")
    }),
];

const PACKED: &[(&str, Manner)] = &[
    ("gigabytes of zeros, packed as gzip", |stream| {
        heard(stream)?;
        let body = bomb(8 << 20);
        let length = format!("Content-Encoding: gzip\r\nContent-Length: {}\r\n", body.len());
        stream.write_all(&[head(OK, &length), body].concat())
    }),
    ("packed in every way at once", |stream| {
        heard(stream)?;
        let body = bomb(1 << 19);
        let length =
            format!("Content-Encoding: gzip, br, deflate, zstd\r\nContent-Length: {}\r\n", body.len());
        stream.write_all(&[head(PAY, &length), body].concat())
    }),
    ("packed as its transfer says", |stream| {
        heard(stream)?;
        stream.write_all(&head(OK, "Transfer-Encoding: gzip, chunked\r\n"))?;
        let body = bomb(1 << 19);
        stream.write_all(
            &[format!("{:x}\r\n", body.len()).into_bytes(), body, b"\r\n0\r\n\r\n".to_vec()].concat(),
        )
    }),
];

const JSON: &[(&str, Manner)] = &[
    ("a hundred thousand lists in lists", |stream| {
        heard(stream)?;
        whole(stream, OK, &[vec![b'['; 100_000], vec![b']'; 100_000]].concat())
    }),
    ("a hundred thousand objects in objects", |stream| {
        heard(stream)?;
        whole(stream, PAY, &b"{\"a\":".repeat(100_000))
    }),
    ("numbers that no machine holds", |stream| {
        heard(stream)?;
        let digits = "9".repeat(300_000);
        let body = format!(
            "{{\"isValid\":1e{digits},\"success\":{digits},\"kinds\":[{{\"x402Version\":{digits}}}]}}"
        );
        whole(stream, OK, body.as_bytes())
    }),
    ("names twice, and halves of characters", |stream| {
        heard(stream)?;
        let body = r#"{"isValid":true,"isValid":false,"success":true,"success":"\ud800","invalidReason":"\udfff\u0000","kinds":[],"kinds":7}"#;
        whole(stream, OK, body.as_bytes())
    }),
    ("as many kinds as fit", |stream| {
        heard(stream)?;
        let kind = r#"{"x402Version":2,"scheme":"exact","network":"eip155:84532"},"#;
        let kinds = kind.repeat((1 << 20) / kind.len() - 10);
        whole(stream, OK, format!("{{\"kinds\":[{}]}}", kinds.trim_end_matches(',')).as_bytes())
    }),
    ("a million kinds", |stream| {
        heard(stream)?;
        let kinds = r#"{"x402Version":2,"scheme":"exact","network":"eip155:84532"},"#.repeat(1_000_000);
        whole(stream, OK, format!("{{\"kinds\":[{}]}}", kinds.trim_end_matches(',')).as_bytes())
    }),
];

/// Zeros as gzip: one zero, and then about `length` bytes of references to it, each of 258 zeros in 13 bits. Nobody unpacks it
/// to look at its checksum.
fn bomb(length: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    // The last block, with the codes of RFC 1951 section 3.2.6; a zero.
    bits.push(0b1, 1);
    bits.push(0b01, 2);
    bits.push(0b0000_1100, 8);
    // Length 258 is code 285, and distance 1 is code 0. Eight of them are thirteen bytes, and then it begins again.
    for _ in 0..16 {
        bits.push(0b1010_0011, 8);
        bits.push(0, 5);
    }
    let again = bits.bytes[2..15].repeat(length / 13);
    [b"\x1f\x8b\x08\0\0\0\0\0\0\xff", &bits.bytes[..15], &again, &[0; 8]].concat()
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    /// The lowest bit first.
    fn push(&mut self, value: u32, count: u32) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.len() - 1;
            self.bytes[last] |= u8::try_from(value >> bit & 1).unwrap() << (self.used % 8);
            self.used += 1;
        }
    }
}

#[test]
fn answers_without_an_end() {
    all_tried(ENDLESS);
}

#[test]
fn answers_that_take_for_ever() {
    all_tried(SLOW);
}

#[test]
fn heads_that_are_too_long() {
    all_tried(LONG_HEADS);
}

#[test]
fn answers_that_break() {
    all_tried(BROKEN);
}

#[test]
fn answers_that_unpack_to_gigabytes() {
    all_tried(PACKED);
}

#[test]
fn json_that_no_one_should_read() {
    all_tried(JSON);
}
