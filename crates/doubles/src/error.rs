//! What keeps a double from starting.

use std::net::SocketAddr;

/// A double could not start.
#[derive(Debug, thiserror::Error)]
pub enum DoubleError {
    /// The RPC URL cannot be read.
    #[error("the RPC URL is no URL; give one such as http://127.0.0.1:8545")]
    RpcUrl,
    /// The address is taken or not ours.
    #[error("cannot listen on {address}; choose another address, or port 0 to let the system choose")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}
