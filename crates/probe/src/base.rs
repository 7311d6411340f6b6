//! The base URL of a target: `http://host[:port][/prefix]`.

use crate::ProbeError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base {
    /// `host:port` as it was written: the value of the Host header.
    pub(crate) authority: String,
    /// Without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Empty, or begins with a slash and does not end with one.
    pub(crate) prefix: String,
}

impl Base {
    pub(crate) fn parse(base: &str) -> Result<Self, ProbeError> {
        let bad = |why: &str| ProbeError::BadBase { base: base.to_owned(), why: why.to_owned() };
        let (scheme, rest) =
            base.split_once("://").ok_or_else(|| bad("it has no scheme; write it as `http://host:port`"))?;
        if scheme.eq_ignore_ascii_case("https") {
            return Err(bad(
                "https is not supported yet; give the target's plain-text port, or put a local proxy that ends TLS in front of it",
            ));
        }
        if !scheme.eq_ignore_ascii_case("http") {
            return Err(bad("only `http://host:port[/prefix]` is supported"));
        }
        let (authority, prefix) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if prefix.contains(['?', '#']) {
            return Err(bad("a base URL has no query and no fragment; put them into the request's path"));
        }
        if authority.contains('@') {
            return Err(bad(
                "user names and passwords are not supported; send an Authorization header instead",
            ));
        }
        if base.contains(|c: char| c.is_ascii_control() || c == ' ') {
            return Err(bad("it contains a space or a control character"));
        }
        let (host, port) =
            split_port(authority).ok_or_else(|| bad("its port is not a number from 1 to 65535"))?;
        if host.is_empty() {
            return Err(bad("it names no host; write it as `http://host:port`"));
        }
        Ok(Self {
            authority: authority.to_owned(),
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port,
            prefix: prefix.trim_end_matches('/').to_owned(),
        })
    }

    /// What stands in the request line for `path`: the prefix and the path, both untouched.
    pub(crate) fn target(&self, path: &str) -> String {
        match format!("{}{path}", self.prefix) {
            empty if empty.is_empty() => "/".to_owned(),
            target => target,
        }
    }

    /// The absolute URL of a path. A target that is none (`*`, an absolute form) stands after a slash of ours, so that
    /// host and port stay legible; what was really sent stands in the request line.
    pub(crate) fn url(&self, path: &str) -> String {
        let target = self.target(path);
        let slash = if target.starts_with('/') { "" } else { "/" };
        format!("http://{}{slash}{target}", self.authority)
    }
}

fn split_port(authority: &str) -> Option<(&str, u16)> {
    let after_address = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    match authority[after_address..].rfind(':') {
        None => Some((authority, 80)),
        Some(colon) => {
            let (host, port) = authority.split_at(after_address + colon);
            port[1..].parse().ok().filter(|port| *port != 0).map(|port| (host, port))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_what_it_supports() {
        let base = Base::parse("http://127.0.0.1:4021/api/v1/").unwrap();
        assert_eq!((base.host.as_str(), base.port, base.prefix.as_str()), ("127.0.0.1", 4021, "/api/v1"));
        assert_eq!(base.target("/verify?x=%2F..#"), "/api/v1/verify?x=%2F..#");

        let base = Base::parse("http://[::1]:80").unwrap();
        assert_eq!((base.host.as_str(), base.port, base.authority.as_str()), ("::1", 80, "[::1]:80"));
        assert_eq!(base.target(""), "/");
        assert_eq!(Base::parse("http://localhost").unwrap().port, 80);
    }

    #[test]
    fn says_what_it_does_not_support() {
        let errors: Vec<String> = [
            "127.0.0.1:4021",
            "https://example.com",
            "ftp://example.com",
            "http://me:secret@host:1",
            "http://host:1/?a=b",
            "http://host:70000",
            "http://:80",
            "http://host:1/a b",
        ]
        .iter()
        .map(|base| Base::parse(base).unwrap_err().to_string())
        .collect();
        insta::assert_snapshot!(errors.join("\n"));
    }
}
