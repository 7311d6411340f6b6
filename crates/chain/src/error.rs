//! What can go wrong with the chain of a run.

use crate::anvil::AnvilError;
use alloy_primitives::{Address, B256};
use alloy_provider::transport::TransportError;
use std::path::PathBuf;
use std::time::Duration;

/// An operation on the chain failed. None of these is the fault of a target.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChainError {
    /// Anvil could not be found, installed or run.
    #[error(transparent)]
    Anvil(#[from] AnvilError),
    /// The port that was asked for is taken.
    #[error(
        "port {port} is taken ({source}); end what listens there, choose another port, or leave the port out"
    )]
    PortInUse {
        /// The port.
        port: u16,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The process did not come up.
    #[error(
        "Anvil at {path} did not start: {reason}; run it by hand to see why, or give another one with --anvil"
    )]
    NotStarted {
        /// The program.
        path: PathBuf,
        /// What was seen.
        reason: String,
    },
    /// A call over JSON-RPC failed.
    #[error("the chain would not {what}: {source}; see whether Anvil still runs")]
    Rpc {
        /// The operation, as an infinitive.
        what: &'static str,
        /// What the transport or the node said.
        source: Box<TransportError>,
    },
    /// An answer over JSON-RPC has not the shape that it should.
    #[error(
        "the chain's answer to `{what}` makes no sense: {detail}; is it an Anvil of version 1.7 or newer?"
    )]
    Answer {
        /// The operation, as an infinitive.
        what: &'static str,
        /// What is odd about it.
        detail: String,
    },
    /// The URL of a chain cannot be read.
    #[error("`{url}` is no URL of a chain ({detail}); write it like http://127.0.0.1:8545")]
    BadUrl {
        /// What was given.
        url: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A chain that is already up has another chain id than the profile.
    #[error(
        "the chain at {url} has id {found}, but network {profile} has id {expected}; choose the --network that it was started with"
    )]
    WrongChain {
        /// Where the chain is.
        url: String,
        /// Its chain id.
        found: u64,
        /// The id of the profile.
        expected: u64,
        /// The name of the profile.
        profile: &'static str,
    },
    /// A chain that is already up was not set up by Gauntlet, or by another version of it.
    #[error(
        "the chain at {url} lacks Gauntlet's contracts ({address} has other code or none); start it with `gauntlet chain up` of this version"
    )]
    NoContracts {
        /// Where the chain is.
        url: String,
        /// The first address that is not as it should be.
        address: Address,
    },
    /// Storage can only be written to contracts whose layout is known.
    #[error("{0} is none of the chain's own tokens; take one of `Chain::tokens`")]
    UnknownToken(Address),
    /// A chain that another process started makes its blocks by itself, and not at such intervals.
    #[error(
        "a chain that is already up makes blocks at intervals of whole seconds only, not of {0:?}; take whole seconds, or let Gauntlet start the chain"
    )]
    WholeSeconds(Duration),
    /// A block that had been read is no longer part of the chain.
    #[error(
        "block {block} was taken back after it had been read; take no blocks back while they are followed"
    )]
    TakenBack {
        /// Its number.
        block: u64,
    },
    /// It could not be measured how much the chain carries.
    #[error("the chain's ceiling could not be measured: {0}")]
    Ceiling(String),
    /// A transaction was not in a block in time.
    #[error("transaction {hash} was in no block after {seconds} s; is mining stopped?")]
    NotMined {
        /// The transaction.
        hash: B256,
        /// How long it was waited for.
        seconds: u64,
    },
    /// A file of the cache or the log could not be used.
    #[error(
        "cannot use {path}: {source}; check the folder's permissions or name another one with $GAUNTLET_CACHE"
    )]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
}

impl ChainError {
    pub(crate) fn rpc(what: &'static str) -> impl Fn(TransportError) -> Self {
        move |source| Self::Rpc { what, source: Box::new(source) }
    }

    pub(crate) fn answer(what: &'static str, detail: impl Into<String>) -> Self {
        Self::Answer { what, detail: detail.into() }
    }

    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
