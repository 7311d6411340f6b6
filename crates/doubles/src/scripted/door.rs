//! The listening socket, which can be closed and opened again on the same port.

use super::connection::serve_connection;
use super::interpreter::Interpreter;
use super::shared::Shared;
use crate::DoubleError;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{Mutex, oneshot};
use tokio::task::{JoinHandle, JoinSet};

/// How many connections the system keeps until they are accepted.
const BACKLOG: u32 = 1024;

/// Where the facilitator is reached.
#[derive(Debug)]
pub(super) struct Door {
    address: SocketAddr,
    shared: Arc<Shared>,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    Open {
        /// Dropped to close.
        close: oneshot::Sender<()>,
        accepting: JoinHandle<Option<TcpSocket>>,
    },
    /// The socket does not listen, but it keeps others from the port: the system would else give it to some
    /// outgoing connection.
    Closed(Option<TcpSocket>),
}

impl Door {
    pub(super) async fn open_first(listen: SocketAddr, shared: Arc<Shared>) -> Result<Self, DoubleError> {
        let failed = |source| DoubleError::Listen { address: listen, source };
        let socket = bind(listen).map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        let door = Self { address, shared, state: Mutex::new(State::Closed(Some(socket))) };
        door.open().await?;
        Ok(door)
    }

    pub(super) fn url(&self) -> String {
        let base = self.shared.interpreter.as_ref().map(Interpreter::base).unwrap_or_default();
        format!("http://{}{base}", self.address)
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Listens. A door that is open stays so.
    pub(super) async fn open(&self) -> Result<(), DoubleError> {
        let mut state = self.state.lock().await;
        let State::Closed(kept) = &mut *state else { return Ok(()) };
        let listening = if self.shared.is_stopping() {
            Err(io::Error::other("the facilitator was stopped"))
        } else {
            kept.take().map_or_else(|| bind(self.address), Ok).and_then(|socket| socket.listen(BACKLOG))
        };
        let listener = listening.map_err(|source| DoubleError::Listen { address: self.address, source })?;
        let (close, closing) = oneshot::channel();
        let accepting = tokio::spawn(accept(listener, self.address, Arc::clone(&self.shared), closing));
        *state = State::Open { close, accepting };
        Ok(())
    }

    /// Stops listening. When this returns, connections are refused and open ones have ended.
    pub(super) async fn close(&self) {
        let mut state = self.state.lock().await;
        if let State::Open { close, accepting } = std::mem::replace(&mut *state, State::Closed(None)) {
            drop(close);
            *state = State::Closed(accepting.await.ok().flatten());
        }
    }
}

/// A socket that does not listen yet.
fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Connections that have ended linger on the port for a while. (On Windows they do not, and the option would let
    // anybody share the port.)
    if cfg!(unix) {
        socket.set_reuseaddr(true)?;
    }
    socket.bind(address)?;
    Ok(socket)
}

/// Accepts until the door is closed or the facilitator stopped. Gives a socket that keeps the port.
async fn accept(
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
    mut closing: oneshot::Receiver<()>,
) -> Option<TcpSocket> {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut closing => break,
            () = shared.stopped() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // Small answers must not wait for the acknowledgement of the last one.
                    let _ = stream.set_nodelay(true);
                    connections.spawn(serve_connection(stream, Arc::clone(&shared)));
                }
                // Too many files are open: some connection must end first.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    let kept = if shared.is_stopping() { None } else { bind(address).ok() };
    connections.shutdown().await;
    kept
}
