//! What stands before the server: a shared cache, a real one when the machine has it.

use super::cache::Cache;
use super::model::Front;
use super::nginx::{self, Nginx};
use crate::check::Stop;
use crate::cx::Cx;
use gauntlet_probe::Request;
use std::path::Path;

/// Something that stands before the server; it ends when this is dropped.
pub(super) enum Standing {
    /// Our own cache.
    Ours(Cache),
    /// A real one.
    Nginx(Box<Nginx>),
}

impl Standing {
    pub(super) async fn before(cx: &Cx, front: Front) -> Result<Self, Stop> {
        let Front::Cache = front;
        if let Some(program) = nginx::program() {
            match Self::nginx(cx, &program).await {
                Ok(nginx) => {
                    cx.note(format!("the cache is {}", program.display()));
                    return Ok(nginx);
                }
                Err(reason) => {
                    cx.note(format!("{} cannot be the cache, ours is: {reason}", program.display()));
                }
            }
        }
        let ours = Self::Ours(Cache::start(&cx.world.client).await?);
        ours.works(cx).await.map_err(Stop::Inconclusive)?;
        Ok(ours)
    }

    async fn nginx(cx: &Cx, program: &Path) -> Result<Self, String> {
        let nginx = Nginx::start(cx, program, &cx.world.client.url("")).await?;
        let nginx = Self::Nginx(Box::new(nginx));
        nginx.works(cx).await?;
        Ok(nginx)
    }

    /// What does not lead to the server would look as if the server did not sell.
    async fn works(&self, cx: &Cx) -> Result<(), String> {
        let through = cx.world.client.at(&self.url()).map_err(|error| error.to_string())?;
        let ask = || Request::get(&cx.world.heartbeat);
        let (direct, led) = (cx.world.client.send(ask()).await, through.send(ask()).await);
        if direct.status == led.status {
            return Ok(());
        }
        Err(format!(
            "{} is answered {:?} through it and {:?} without it",
            direct.url, led.status, direct.status
        ))
    }

    /// Base URL.
    pub(super) fn url(&self) -> String {
        match self {
            Self::Ours(cache) => cache.url(),
            Self::Nginx(nginx) => nginx.url(),
        }
    }
}
