//! Accepts connections and hands their requests on. Unlike `axum::serve` it can end a connection without an answer.

use crate::DoubleError;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// The time that a connection has for the head of its next request. Clients keep connections for later, for a minute or two; a
/// client that sends its head byte by byte must not keep one for ever.
pub(crate) const HEAD_WITHIN: Duration = Duration::from_secs(300);

/// Changes bytes that have come in.
pub(crate) type Change = fn(&mut Vec<u8>);

/// In the extensions of a response: end the connection instead of sending it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HangUp;

/// Ends a double: its connections and whatever it still has under way.
#[derive(Debug, Clone)]
pub(crate) struct Closing(watch::Sender<bool>);

impl Closing {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    pub(crate) fn close(&self) {
        self.0.send_replace(true);
    }

    /// Waits until somebody has closed.
    pub(crate) async fn closed(&self) {
        let mut closing = self.0.subscribe();
        // The sender lives as long as `self`, so that waiting cannot fail.
        let _ = closing.wait_for(|closing| *closing).await;
    }
}

/// The accept loop and all of its connections.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    closing: Closing,
    accepting: Option<JoinHandle<()>>,
}

/// A port that is ours and does not answer yet.
#[derive(Debug)]
pub(crate) struct Port {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

/// How long a port may still be in use that was given up a moment ago.
const FREED_WITHIN: Duration = Duration::from_secs(1);

/// A process that is just being started holds copies of all our sockets until it is another program: for this moment
/// a port that we have given up is still taken.
async fn listen_at(address: SocketAddr) -> io::Result<TcpListener> {
    let began = Instant::now();
    loop {
        match TcpListener::bind(address).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && began.elapsed() < FREED_WITHIN => {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            bound => return bound,
        }
    }
}

impl Port {
    pub(crate) async fn bind(listen: SocketAddr) -> Result<Self, DoubleError> {
        let failed = |source| DoubleError::Listen { address: listen, source };
        let listener = listen_at(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address })
    }

    /// Answers every request with what `handler` makes of it.
    pub(crate) fn serve<H, F>(self, closing: Closing, handler: H) -> Listener
    where
        H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        self.serve_changed(closing, None, handler)
    }

    /// As [`Port::serve`], of requests whose bytes are changed before anybody reads them.
    pub(crate) fn serve_changed<H, F>(self, closing: Closing, change: Option<Change>, handler: H) -> Listener
    where
        H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        let accepting = tokio::spawn(accept(self.listener, closing.clone(), change, handler));
        Listener { address: self.address, closing, accepting: Some(accepting) }
    }
}

impl Listener {
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether it accepts nothing any more, because a fault has ended it.
    pub(crate) fn has_ended(&self) -> bool {
        self.accepting.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Waits until somebody ends it.
    pub(crate) async fn ended(&self) {
        self.closing.closed().await;
    }

    /// Ends everything. When this returns the port is free and no connection is left.
    pub(crate) async fn stop(mut self) {
        self.closing.close();
        if let Some(accepting) = self.accepting.take() {
            // That it has ended is all that matters.
            let _ = accepting.await;
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.closing.close();
        if let Some(accepting) = self.accepting.take() {
            accepting.abort();
        }
    }
}

async fn accept<H, F>(listener: TcpListener, closing: Closing, change: Option<Change>, handler: H)
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    // Dropped together with this task, and every connection with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = closing.closed() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // Small answers must not wait for the acknowledgement of the last one.
                    let _ = stream.set_nodelay(true);
                    connections.spawn(serve_connection(Changed { stream, change }, handler.clone()));
                }
                // Too many files are open: some connection must end first.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    drop(listener);
    connections.shutdown().await;
}

/// The handler asked for the connection to end without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped on purpose")]
struct Dropped;

async fn serve_connection<H, F>(stream: Changed, handler: H)
where
    H: Fn(Request<Incoming>) -> F + Send + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = handler(request);
        async move {
            let response = answer.await;
            match response.extensions().get::<HangUp>() {
                Some(HangUp) => Err(Dropped),
                None => Ok(response),
            }
        }
    });
    // A connection that breaks is the client's affair.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// A connection whose incoming bytes are changed: what hyper does not tell of a request can only be seen there.
#[derive(Debug)]
struct Changed {
    stream: TcpStream,
    change: Option<Change>,
}

impl AsyncRead for Changed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if let Some(change) = self.change {
            let mut bytes = buffer.filled()[before..].to_vec();
            change(&mut bytes);
            // Where there is no room for more, everything stays as it came.
            if before + bytes.len() <= buffer.capacity() {
                buffer.set_filled(before);
                buffer.put_slice(&bytes);
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Changed {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_port_that_is_given_up_in_a_moment_is_waited_for_and_no_other() {
        let held = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = held.local_addr().unwrap();
        assert!(matches!(Port::bind(address).await, Err(DoubleError::Listen { .. })));
        let giving_up = async {
            // The other one has begun to wait by then, or finds the port free at once.
            tokio::task::yield_now().await;
            drop(held);
        };
        let (bound, ()) = tokio::join!(Port::bind(address), giving_up);
        assert_eq!(bound.unwrap().address, address);
    }
}
