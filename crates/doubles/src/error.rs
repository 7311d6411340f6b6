//! What keeps a double from starting.

use std::net::SocketAddr;

/// A double could not start.
#[derive(Debug, thiserror::Error)]
pub enum DoubleError {
    /// The RPC URL cannot be read.
    #[error("the RPC URL is no URL; give one such as http://127.0.0.1:8545")]
    RpcUrl,
    /// The URL of the facilitator that a double asks cannot be read.
    #[error("{url:?} is no base URL of a facilitator; give one such as http://127.0.0.1:4021")]
    Upstream {
        /// The URL that was given.
        url: String,
    },
    /// The address is taken or not ours.
    #[error(
        "cannot listen on {address}: {source}; choose another address, or port 0 to let the system choose"
    )]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}
