//! The running Anvil.

use super::AnvilBinary;
use crate::error::ChainError;
use alloy_node_bindings::{Anvil, AnvilInstance, NodeError};
use std::io::{self, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

/// How long Anvil may take to say where it listens. It needs some tens of milliseconds.
const STARTUP_MILLIS: u64 = 10_000;

/// How many past states Anvil keeps in memory. Without a limit it writes them to disk and leaves them there.
const PAST_STATES: &str = "64";

/// How an Anvil is started.
pub(crate) struct Launch<'a> {
    pub(crate) binary: &'a AnvilBinary,
    pub(crate) chain_id: u64,
    /// `None`: a free one.
    pub(crate) port: Option<u16>,
    /// Seconds from one block to the next; `None`: a block for each transaction.
    pub(crate) block_time: Option<u64>,
    /// Gas that fits into a block; `None`: as Anvil likes.
    pub(crate) gas_limit: Option<u64>,
    /// What Anvil prints goes there, or nowhere.
    pub(crate) log: Option<&'a Path>,
    pub(crate) extra: &'a [&'a str],
}

/// Starts Anvil and waits until it listens. Blocks; call it where that is allowed.
///
/// Anvil must not be silenced: the line that says where it listens would be missing. It must not lose its standard
/// output either, so a thread empties it until the process ends.
pub(crate) fn launch(launch: &Launch<'_>) -> Result<AnvilInstance, ChainError> {
    if let Some(port) = launch.port {
        // Anvil would say so on stderr and end, and the wait for its first words would run into the time limit.
        TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .map_err(|source| ChainError::PortInUse { port, source })?;
    }
    let mut sink: Box<dyn Write + Send> = match launch.log {
        Some(path) => Box::new(std::fs::File::create(path).map_err(ChainError::file(path))?),
        None => Box::new(io::sink()),
    };
    let mut anvil = Anvil::at(&launch.binary.path)
        .host(Ipv4Addr::LOCALHOST.to_string())
        .port(launch.port.unwrap_or(0))
        .chain_id(launch.chain_id)
        .timeout(STARTUP_MILLIS)
        .args(["--accounts", "1", "--prune-history", PAST_STATES])
        .args(launch.extra)
        .keep_stdout();
    if let Some(seconds) = launch.block_time {
        anvil = anvil.block_time(seconds);
    }
    if let Some(gas) = launch.gas_limit {
        anvil = anvil.args(["--gas-limit".to_owned(), gas.to_string()]);
    }
    let mut instance = anvil.try_spawn().map_err(|error| not_started(launch.binary, &error))?;
    if let Some(mut stdout) = instance.child_mut().stdout.take() {
        std::thread::spawn(move || io::copy(&mut stdout, &mut sink));
    }
    Ok(instance)
}

fn not_started(binary: &AnvilBinary, error: &NodeError) -> ChainError {
    let reason = match error {
        NodeError::Timeout => format!("it did not say within {} s where it listens", STARTUP_MILLIS / 1000),
        other => other.to_string(),
    };
    ChainError::NotStarted { path: binary.path.clone(), reason }
}
