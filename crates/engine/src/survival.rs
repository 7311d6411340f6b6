//! Requests that may end the target, where that it ends is what is judged.

use crate::check::{Judged, Stop};
use crate::cx::Cx;
use gauntlet_probe::Request;
use gauntlet_report::Exchange;

impl Cx {
    /// Sends a request without giving the target up when it does not answer. Says as well whether it still answers.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] when the target was dead before.
    pub async fn dare(&self, request: Request) -> Result<(Exchange, bool), Stop> {
        self.refuse_when_down()?;
        let exchange = self.world.client.send(request).await;
        let lives = exchange.status.is_some() || self.world.target_answers().await;
        Ok((exchange, lives))
    }

    /// Starts a target again that is gone or answers no more, for what follows.
    ///
    /// # Errors
    /// [`Stop::Inconclusive`] when it does not come back; then the target is given up.
    pub async fn start_again(&self) -> Judged {
        if self.world.ours {
            return self.bring_back().await;
        }
        let reason = "the target ended and could not be started again: it was not started by Gauntlet";
        self.world.declare_down(reason.into());
        Err(Stop::Inconclusive(reason.into()))
    }
}
