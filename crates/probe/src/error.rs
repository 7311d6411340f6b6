//! What can go wrong before anything is on the wire.

/// An address that cannot be used, or a proxy that cannot be reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// The base URL is not `http://host[:port][/prefix]`.
    #[error("cannot use the URL `{base}`: {why}")]
    BadBase {
        /// The URL as it was given.
        base: String,
        /// What is wrong with it and what is supported.
        why: String,
    },
    /// The proxy has no port to listen on.
    #[error("the fault proxy cannot listen on {address}: {source}; give a free local port, or none at all")]
    Listen {
        /// The wanted address.
        address: std::net::SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// A fault proxy in another process did not do what it was told.
    #[error(
        "the fault proxy at {url} did not answer `{method}`: {why}; is `gauntlet chain up` still running?"
    )]
    Remote {
        /// Its URL.
        url: String,
        /// The JSON-RPC method that was called.
        method: &'static str,
        /// What came back instead.
        why: String,
    },
}
