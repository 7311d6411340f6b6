//! The spellings.

use std::collections::BTreeSet;

/// One way to write targets.
pub(super) struct Spelling {
    pub(super) slug: &'static str,
    /// At the head of a sentence.
    pub(super) what: &'static str,
    write: fn(&str, &str) -> Vec<String>,
}

impl Spelling {
    /// The targets that it makes of a base URL and a path, each once; none where it does not fit.
    pub(super) fn targets(&self, base: &str, path: &str) -> Vec<String> {
        let mut targets = (self.write)(base, path);
        let mut seen = BTreeSet::new();
        targets.retain(|target| seen.insert(target.clone()));
        targets
    }
}

const fn spelling(slug: &'static str, what: &'static str, write: fn(&str, &str) -> Vec<String>) -> Spelling {
    Spelling { slug, what, write }
}

pub(super) const SPELLINGS: &[Spelling] = &[
    // ---- percent signs
    spelling("percent-letter", "a percent-encoded letter", |_, path| {
        vec![encode(path, first_letter(path), false), encode(path, last_letter(path), false)]
    }),
    spelling("percent-lower-case", "a percent-encoded letter in lower-case hexadecimal", |_, path| {
        // The first letter whose code has a digit from A to F.
        let letter = path.char_indices().find(|(_, c)| c.is_ascii_alphanumeric() && (*c as u32) % 16 > 9);
        letter.map(|(at, _)| encode(path, at, true)).into_iter().collect()
    }),
    spelling("percent-all", "a path of percent-encoded letters", |_, path| {
        let whole = path.chars().map(|c| if c == '/' { "/".into() } else { format!("%{:02X}", c as u32) });
        vec![whole.collect()]
    }),
    spelling("percent-twice", "a letter that is percent-encoded twice", |_, path| {
        vec![encode(path, first_letter(path), false).replace('%', "%25")]
    }),
    spelling("percent-slash", "a percent-encoded slash", |_, path| {
        each_slash(path, "%2F").into_iter().chain(each_slash(path, "%2f")).collect()
    }),
    spelling("percent-slash-added", "a percent-encoded slash at the end", |_, path| {
        vec![format!("{path}%2F"), format!("{path}%2f"), format!("{path}%2F..%2F{}", last_segment(path))]
    }),
    spelling("percent-backslash", "a percent-encoded backslash", |_, path| {
        let mut targets = each_slash(path, "%5C");
        targets.extend([format!("{path}%5C"), format!("/%5C{}", &path[1..])]);
        targets
    }),
    spelling("backslash", "a backslash", |_, path| {
        let mut targets = each_slash(path, "\\");
        targets.extend([format!("{path}\\"), format!("/\\{}", &path[1..])]);
        targets
    }),
    spelling("newline", "an encoded end of line", |_, path| around(path, "%0A")),
    spelling("carriage-return", "an encoded carriage return", |_, path| {
        around(path, "%0D").into_iter().chain(around(path, "%0D%0A")).collect()
    }),
    spelling("nul", "an encoded NUL", |_, path| {
        let mut targets = around(path, "%00");
        targets.push(format!("{path}%00.html"));
        targets
    }),
    spelling("blank", "an encoded blank or tab", |_, path| {
        around(path, "%20").into_iter().chain(around(path, "%09")).chain([format!("{path}+")]).collect()
    }),
    spelling("blank-raw", "a raw blank or tab", |_, path| {
        vec![format!("{path} "), format!("{path}\t"), format!(" {path}"), format!("\t{path}")]
    }),
    spelling("line-separator", "an encoded line separator of Unicode", |_, path| {
        around(path, "%E2%80%A8").into_iter().chain(around(path, "%C2%85")).collect()
    }),
    spelling("percent-malformed", "a malformed percent sign", |_, path| {
        ["%", "%2", "%zz", "%u0063", "%-1"].iter().flat_map(|bad| around(path, bad)).collect()
    }),
    spelling("utf8-invalid", "percent-encoded bytes that are not UTF-8", |_, path| {
        ["%c0%af", "%ff", "%ed%a0%80"].iter().flat_map(|bad| around(path, bad)).collect()
    }),
    spelling("utf8-overlong", "slashes in overlong UTF-8", |_, path| each_slash(path, "%c0%af")),
    spelling("unicode-raw", "letters of Unicode that fold to the right ones", |_, path| {
        let at = first_letter(path);
        let wide = |c: char| char::from_u32(c as u32 + 0xFEE0).unwrap_or(c).to_string();
        vec![replace_at(path, at, wide), path.replacen('/', "／", 1), format!("{path}\u{200b}")]
    }),
    // ---- segments
    spelling("dot-segment", "a segment that is one dot", |_, path| {
        vec![format!("/.{path}"), format!("{path}/."), before_last(path, "./"), format!("/./.{path}")]
    }),
    spelling("dot-dot-segment", "a segment that is two dots", |_, path| {
        vec![
            format!("/x/..{path}"),
            format!("/free/..{path}"),
            format!("{path}/x/.."),
            format!("/..{path}"),
            before_last(path, "x/../"),
        ]
    }),
    spelling("percent-dot", "a dot segment that is percent-encoded", |_, path| {
        vec![
            format!("/%2e{path}"),
            format!("/x/%2e%2e{path}"),
            format!("/x/.%2E{path}"),
            before_last(path, "%2e/"),
            format!("/x%2f..{path}"),
        ]
    }),
    spelling("dot-trailing", "a dot at the end", |_, path| {
        vec![format!("{path}."), format!("{path}%2E"), format!("{path}..")]
    }),
    spelling("extension", "a file name extension", |_, path| {
        vec![format!("{path}.json"), format!("{path}.html"), format!("{path}.css"), format!("{path}/.css")]
    }),
    spelling("slash-leading", "a double slash at the beginning", |_, path| {
        vec![format!("/{path}"), format!("//{path}")]
    }),
    spelling("slash-inside", "a double slash inside", |_, path| {
        if path.rfind('/') == Some(0) { Vec::new() } else { vec![before_last(path, "/")] }
    }),
    spelling("slash-trailing", "a slash at the end", |_, path| vec![format!("{path}/"), format!("{path}//")]),
    spelling("parameter", "a path parameter", |_, path| {
        vec![
            format!("{path};"),
            format!("{path};a=1"),
            format!("/;a=1{path}"),
            before_last(path, ";a=1/"),
            format!("{path}%3Ba=1"),
        ]
    }),
    // ---- letters
    spelling("upper-case", "a path in upper case", |_, path| vec![path.to_ascii_uppercase()]),
    spelling("mixed-case", "a letter in the other case", |_, path| {
        let flip = |c: char| {
            let flipped =
                if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            flipped.to_string()
        };
        vec![replace_at(path, first_letter(path), flip)]
    }),
    // ---- what is not the path
    spelling("query", "a query", |_, path| {
        ["?", "?x=1", "?/free", "?path=/free", "?x=%", "??", "?%00"]
            .map(|query| format!("{path}{query}"))
            .into()
    }),
    spelling("query-encoded", "an encoded question mark", |_, path| {
        vec![format!("{path}%3F"), format!("{path}%3Fx=1")]
    }),
    spelling("fragment", "a fragment", |_, path| {
        vec![format!("{path}#"), format!("{path}#frag"), format!("{path}%23"), format!("/free#/..{path}")]
    }),
    spelling("absolute-form", "a target in absolute form", |base, path| {
        let Some(authority) = authority(base) else { return Vec::new() };
        vec![
            format!("http://{authority}{path}"),
            format!("HTTP://{authority}{path}"),
            format!("https://{authority}{path}"),
        ]
    }),
    spelling("absolute-form-elsewhere", "a target in absolute form at another host", |base, path| {
        let Some(authority) = authority(base) else { return Vec::new() };
        vec![
            format!("http://other.example{path}"),
            format!("http://other.example:80{path}"),
            format!("http://user@{authority}{path}"),
            format!("http:{path}"),
            format!("http://{path}"),
        ]
    }),
    spelling("network-path", "a target that begins with a host", |base, path| {
        let Some(authority) = authority(base) else { return Vec::new() };
        vec![format!("//{authority}{path}"), format!("//other.example{path}")]
    }),
    spelling("without-slash", "a target without its first slash", |base, path| {
        if authority(base).is_some() { vec![path[1..].to_owned()] } else { Vec::new() }
    }),
];

/// `host:port` of a base URL; none when it has a prefix, before which nothing can be written.
fn authority(base: &str) -> Option<&str> {
    base.strip_prefix("http://")?.strip_suffix('/').filter(|authority| !authority.contains('/'))
}

fn first_letter(path: &str) -> usize {
    path.find(|c: char| c.is_ascii_alphabetic()).unwrap_or_default()
}

fn last_letter(path: &str) -> usize {
    path.rfind(|c: char| c.is_ascii_alphanumeric()).unwrap_or_default()
}

fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn replace_at(path: &str, at: usize, write: impl Fn(char) -> String) -> String {
    path.char_indices().map(|(index, c)| if index == at { write(c) } else { c.to_string() }).collect()
}

fn encode(path: &str, at: usize, lower: bool) -> String {
    replace_at(path, at, |c| if lower { format!("%{:02x}", c as u32) } else { format!("%{:02X}", c as u32) })
}

/// One target for each slash but the first, which HTTP needs, with something else in its place.
fn each_slash(path: &str, instead: &str) -> Vec<String> {
    let slashes = path.char_indices().filter(|(at, c)| *c == '/' && *at > 0);
    slashes.map(|(at, _)| replace_at(path, at, |_| instead.to_owned())).collect()
}

/// Something at the end, before the last segment and within it.
fn around(path: &str, something: &str) -> Vec<String> {
    let middle = last_letter(path);
    let within = format!("{}{something}{}", &path[..middle], &path[middle..]);
    vec![format!("{path}{something}"), before_last(path, something), within]
}

/// Something before the last segment.
fn before_last(path: &str, something: &str) -> String {
    let at = path.rfind('/').map_or(0, |slash| slash + 1);
    format!("{}{something}{}", &path[..at], &path[at..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use gauntlet_probe::{Client, ClientConfig, Request};
    use std::collections::HashSet;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    const PATHS: [&str; 3] = ["/cheap", "/items/7", "/files/manual/intro.txt"];

    #[test]
    fn every_spelling_is_another_one() {
        let slugs: HashSet<&str> = SPELLINGS.iter().map(|spelling| spelling.slug).collect();
        assert_eq!(slugs.len(), SPELLINGS.len());
        for spelling in SPELLINGS {
            let mut written = 0;
            for path in PATHS {
                let targets = spelling.targets("http://127.0.0.1:1/", path);
                assert!(targets.iter().all(|target| target != path), "{} leaves {path}", spelling.slug);
                written += targets.len();
            }
            assert!(written > 0, "{} writes nothing", spelling.slug);
        }
    }

    #[tokio::test]
    async fn what_is_spelled_is_what_goes_over_the_wire() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let lines = tokio::spawn(async move {
            let mut lines = Vec::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let mut stream = BufReader::new(stream);
                let mut line = Vec::new();
                stream.read_until(b'\n', &mut line).await.unwrap();
                let last = line.starts_with(b"LAST");
                lines.push(line);
                stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
                if last {
                    return lines;
                }
            }
        });
        let client = Client::new(&base, ClientConfig::default()).unwrap();
        let mut expected = Vec::new();
        for path in PATHS {
            for target in SPELLINGS.iter().flat_map(|spelling| spelling.targets(&client.url(""), path)) {
                expected.push(format!("GET {target} HTTP/1.1\r\n").into_bytes());
                client.send(Request::get(target)).await;
            }
        }
        client.send(Request { method: "LAST".into(), ..Request::get("/") }).await;
        let mut sent = lines.await.unwrap();
        sent.pop();
        assert_eq!(sent, expected);
    }

    #[test]
    fn spellings_are_what_they_are_called() {
        let of = |slug: &str, path: &str| {
            let spelling = SPELLINGS.iter().find(|spelling| spelling.slug == slug).unwrap();
            spelling.targets("http://127.0.0.1:8/", path)
        };
        assert_eq!(of("percent-letter", "/items/7"), ["/%69tems/7", "/items/%37"]);
        assert_eq!(of("percent-slash", "/items/7"), ["/items%2F7", "/items%2f7"]);
        assert_eq!(of("percent-twice", "/cheap"), ["/%2563heap"]);
        assert_eq!(of("newline", "/cheap"), ["/cheap%0A", "/%0Acheap", "/chea%0Ap"]);
        assert_eq!(of("slash-inside", "/cheap"), [""; 0]);
        assert_eq!(of("slash-inside", "/items/7"), ["/items//7"]);
        assert_eq!(of("absolute-form", "/cheap")[0], "http://127.0.0.1:8/cheap");
        assert_eq!(of("without-slash", "/cheap"), ["cheap"]);
    }
}
