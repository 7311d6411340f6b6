//! A small shared HTTP cache that stands before a server and keeps to RFC 9111: it stores what the server's headers
//! allow a shared cache to store, and what they are silent about it does not.

mod rules;
mod wire;

use crate::check::Stop;
use gauntlet_probe::Client;
use rules::Stored;
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use wire::{Answered, Asked};

/// A cache that serves until it is dropped.
#[derive(Debug)]
pub struct Cache {
    address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Cache {
    /// Stands before the server that `server` sends to.
    ///
    /// # Errors
    /// [`Stop::Harness`] when no port can be had.
    pub async fn start(server: &Client) -> Result<Self, Stop> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { server: server.clone(), stored: Mutex::default() });
        let accepting = tokio::spawn(async move {
            // Dropped together with this task, and every connection with it.
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                        connections.spawn(Arc::clone(&shared).converse(stream));
                    },
                    Some(_) = connections.join_next() => {}
                }
            }
        });
        Ok(Self { address, accepting })
    }

    /// Base URL, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

#[derive(Debug)]
struct Shared {
    server: Client,
    /// Variants by target.
    stored: Mutex<HashMap<String, Vec<Stored>>>,
}

impl Shared {
    /// One request, one answer, and the connection ends.
    async fn converse(self: Arc<Self>, mut stream: TcpStream) {
        if let Ok(Some(asked)) = wire::read(&mut stream).await {
            let answered = self.answer(&asked).await;
            // Who asked may be gone.
            let _ = wire::write(&mut stream, &answered, asked.method == "HEAD").await;
        }
    }

    async fn answer(&self, asked: &Asked) -> Answered {
        let target = asked.path.clone();
        if let Some(answered) = self.find(&target, asked) {
            return answered;
        }
        let answered = wire::forward(&self.server, asked).await;
        if !matches!(asked.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "TRACE") && answered.status < 400 {
            // An unsafe request that succeeded may have changed what is stored (RFC 9111 §4.4).
            self.stored().remove(&target);
        }
        if asked.method == "GET"
            && let Some(stored) = Stored::of(&asked.fields, &answered, Instant::now())
        {
            let mut all = self.stored();
            let variants = all.entry(target).or_default();
            variants.retain(|other| !other.selects(&asked.fields));
            variants.push(stored);
        }
        answered
    }

    fn find(&self, target: &str, asked: &Asked) -> Option<Answered> {
        if !matches!(asked.method.as_str(), "GET" | "HEAD") || !rules::may_be_answered(&asked.fields) {
            return None;
        }
        let all = self.stored();
        let variants = all.get(target)?.iter();
        let mut matching = variants.filter(|stored| stored.selects(&asked.fields));
        matching.find_map(|stored| stored.answer(Instant::now()))
    }

    fn stored(&self) -> MutexGuard<'_, HashMap<String, Vec<Stored>>> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
