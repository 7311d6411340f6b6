//! The scripted facilitator: it stands before a real one (the upstream), records every call and forwards it, unless
//! a script says otherwise.
//!
//! A resource server under trial is pointed at it. Checks share one server and run at the same time, so scripts
//! belong to a payment, named by the nonce of its authorization; payments without one never notice.
//!
//! Acting is bound to the call, not to the connection that it came over: like a real facilitator, this one goes on
//! when its client has given up waiting.

mod act;
mod book;
mod call;
mod connection;
mod door;
mod half;
mod handle;
mod interpreter;
mod perform;
mod repeats;
mod shared;
mod upstream;

pub use act::{Act, Answer, Endpoint};
pub use call::Call;
pub use handle::Handle;

use crate::DoubleError;
use crate::tongue::Tongue;
use door::Door;
use interpreter::Interpreter;
use shared::Shared;
use std::net::SocketAddr;
use std::sync::Arc;

/// The largest answer of the upstream that is taken, bytes.
const BODY_LIMIT: usize = 1 << 20;

/// What a scripted facilitator is made of.
#[derive(Debug)]
pub struct Config {
    /// Base URL of the facilitator that answers in truth: `http://host:port[/prefix]`, without a slash at its end.
    pub upstream: String,
    /// What speaks a dialect to the server; `None` for x402. The upstream speaks x402 in every case.
    pub tongue: Option<Tongue>,
    /// Where it listens; port 0 lets the system choose.
    pub listen: SocketAddr,
}

/// A scripted facilitator that serves until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    door: Arc<Door>,
}

impl Running {
    /// Base URL, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        self.door.url()
    }

    /// What scripts it and reads its records. It outlives the facilitator, but then nothing is answered any more.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.door))
    }

    /// Stops serving. Connections end, and so does every act, held ones too.
    pub async fn stop(self) {
        self.door.shared().stop();
        self.door.close().await;
        self.door.shared().acts_ended().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.door.shared().stop();
    }
}

/// Starts a scripted facilitator. It listens when this returns; the upstream need not answer yet.
///
/// # Errors
/// [`DoubleError`] when the upstream's URL cannot be read or the address cannot be listened on.
pub async fn serve(config: Config) -> Result<Running, DoubleError> {
    let upstream = upstream::Upstream::new(&config.upstream)?;
    let door =
        Door::open_first(config.listen, Arc::new(Shared::new(upstream, config.tongue.map(Interpreter::new))))
            .await?;
    Ok(Running { door: Arc::new(door) })
}
