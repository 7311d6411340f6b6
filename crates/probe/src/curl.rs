//! An exchange as a `curl` line that a reader can paste into a shell.

use gauntlet_report::Exchange;
use std::fmt::Write as _;

/// The request of an exchange as a line for a POSIX shell.
///
/// The body is read from `body_file` when one is given, and stands in the line itself otherwise. `Host`,
/// `Content-Length` and `Connection: close` are left to curl unless the request had odd ones.
#[must_use]
pub fn curl_line(exchange: &Exchange, body_file: Option<&str>) -> String {
    let body = &exchange.request.body;
    let mut line = String::new();
    let inline = std::str::from_utf8(body).ok().filter(|text| !text.contains('\0'));
    if body_file.is_none() && inline.is_none() {
        let _ = write!(line, "printf '{}' | ", octal(body));
    }
    line.push_str("curl -sS");

    // `-X HEAD` would wait for a body that never comes.
    if exchange.method == "HEAD" {
        line.push_str(" --head");
    } else {
        let _ = write!(line, " -X {}", quote(&exchange.method));
    }
    write_url(&mut line, exchange);
    write_headers(&mut line, exchange);

    match (body_file, inline) {
        (Some(file), _) => {
            let _ = write!(line, " --data-binary {}", quote(&format!("@{file}")));
        }
        (None, None) => line.push_str(" --data-binary @-"),
        (None, Some("")) if !has_body(exchange) => {}
        (None, Some(text)) => {
            let _ = write!(line, " --data-raw {}", quote(text));
        }
    }
    line
}

/// curl tidies a path up and gives `[`, `{` and `#` a meaning; it is told not to where that would matter.
fn write_url(line: &mut String, exchange: &Exchange) {
    let url = exchange.url.as_str();
    let (origin, of_url) = split_url(url);
    let target = target_of(&exchange.request.head).unwrap_or(of_url);
    if target.contains("/.") {
        line.push_str(" --path-as-is");
    }
    if target.contains(['[', ']', '{', '}']) {
        line.push_str(" --globoff");
    }
    if target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#') && target.starts_with('/') {
        let _ = write!(line, " {}", quote(url));
    } else {
        let _ = write!(line, " --request-target {} {}", quote(target), quote(&format!("{origin}/")));
    }
}

/// What stood between method and version in the request line. A target may have blanks, a method has none.
fn target_of(head: &str) -> Option<&str> {
    let (_, rest) = head.lines().next()?.split_once(' ')?;
    rest.rsplit_once(' ').map(|(target, _)| target)
}

fn write_headers(line: &mut String, exchange: &Exchange) {
    let (origin, _) = split_url(&exchange.url);
    let host = origin.trim_start_matches("http://");
    let length = exchange.request.body.len().to_string();
    for header in exchange.request.head.lines().skip(1) {
        let (name, value) = header.split_once(':').unwrap_or((header, ""));
        let value = value.trim();
        let usual = (name.eq_ignore_ascii_case("host") && value == host)
            || (name.eq_ignore_ascii_case("content-length") && value == length)
            || (name.eq_ignore_ascii_case("connection") && value == "close");
        if usual {
            continue;
        }
        // `Name:` would take the header away; `Name;` sends it empty.
        let text = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        let _ = write!(line, " -H {}", quote(&text));
    }
    if has_body(exchange) && exchange.request.header("content-type").is_none() {
        line.push_str(" -H 'Content-Type:'");
    }
}

/// A body of no bytes is one too, when the request gave its length.
fn has_body(exchange: &Exchange) -> bool {
    !exchange.request.body.is_empty() || exchange.request.header("content-length").is_some()
}

/// `http://host:port` and what follows it.
fn split_url(url: &str) -> (&str, &str) {
    let authority = url.find("://").map_or(0, |at| at + 3);
    url.split_at(url[authority..].find(['/', '?', '#']).map_or(url.len(), |at| authority + at))
}

/// One word for a POSIX shell.
fn quote(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./@%+=:,".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) && text.len() < 24 {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// For `printf`: every byte that is not plain as three octal digits.
fn octal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b" {}[]\":,._-".contains(byte) {
            text.push(char::from(*byte));
        } else {
            let _ = write!(text, "\\{byte:03o}");
        }
        text
    })
}
