//! Accepts connections and hands them to the router. Unlike `axum::serve` it can end a connection without an answer.

use super::router::{self, HangUp};
use super::service::Service;
use crate::DoubleError;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// The accept loop and all of its connections.
#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
    service: Arc<Service>,
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) async fn start(listen: SocketAddr, service: Arc<Service>) -> Result<Self, DoubleError> {
        let failed = |source| DoubleError::Listen { address: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let accepting = tokio::spawn(accept(listener, Arc::clone(&service)));
        Ok(Self { address, service, accepting: Some(accepting) })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) async fn stop(mut self) {
        self.service.close();
        if let Some(accepting) = self.accepting.take() {
            accepting.abort();
            // An aborted task ends with an error; that it has ended is all that matters.
            let _ = accepting.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.service.close();
        if let Some(accepting) = self.accepting.take() {
            accepting.abort();
        }
    }
}

async fn accept(listener: TcpListener, service: Arc<Service>) {
    // Dropped together with this task, and every connection with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = service.closed() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // Small answers must not wait for the acknowledgement of the last one.
                    let _ = stream.set_nodelay(true);
                    connections.spawn(serve_connection(stream, Arc::clone(&service)));
                }
                // Too many files are open: some connection must end first.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// The router asked for the connection to end without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is dropped on purpose")]
struct Dropped;

async fn serve_connection(stream: TcpStream, service: Arc<Service>) {
    let router = TowerToHyperService::new(router::router(service));
    let handler = service_fn(move |request: Request<Incoming>| {
        let answer = router.call(request);
        async move {
            let Ok(response): Result<Response<axum::body::Body>, _> = answer.await;
            match response.extensions().get::<HangUp>() {
                Some(HangUp) => Err(Dropped),
                None => Ok(response),
            }
        }
    });
    // A connection that breaks is the client's affair.
    let _ = hyper::server::conn::http1::Builder::new()
        // A time limit on request heads would also end connections that a client keeps for later.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), handler)
        .await;
}
