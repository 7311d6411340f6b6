//! What stands before the server: a shared cache, a real one when the machine has it.

use super::cache::Cache;
use super::model::Front;
use super::nginx::{self, Nginx};
use crate::check::Stop;
use crate::cx::Cx;

/// Something that stands before the server; it ends when this is dropped.
pub(super) enum Standing {
    /// Our own cache.
    Ours(Cache),
    /// A real one.
    Nginx(Nginx),
}

impl Standing {
    pub(super) async fn before(cx: &Cx, front: Front) -> Result<Self, Stop> {
        let Front::Cache = front;
        let server = cx.world.client.url("");
        if let Some(program) = nginx::program() {
            match Nginx::start(cx, &program, &server).await {
                Ok(nginx) => {
                    cx.note(format!("the cache is {}", program.display()));
                    return Ok(Self::Nginx(nginx));
                }
                Err(reason) => {
                    cx.note(format!(
                        "{} did not start, our own cache takes its place: {reason}",
                        program.display()
                    ));
                }
            }
        }
        Ok(Self::Ours(Cache::start(&cx.world.client).await?))
    }

    /// Base URL.
    pub(super) fn url(&self) -> String {
        match self {
            Self::Ours(cache) => cache.url(),
            Self::Nginx(nginx) => nginx.url(),
        }
    }
}
