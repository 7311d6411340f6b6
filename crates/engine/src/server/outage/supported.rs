//! `/supported` says something else than it should.

use super::quiet::{nothing_is_free, sells_after_restart};
use crate::check::Judged;
use crate::cx::Cx;
use gauntlet_doubles::scripted::Act;
use gauntlet_wire::Network;
use serde_json::{Value, json};

/// Starts the server while `/supported` answers in a strange way, and tries to get in.
pub(super) async fn says(cx: Cx, act: fn(&str) -> Act) -> Judged {
    let scripted = cx.shop()?.scripted()?;
    scripted.set_supported(Some(act(&scripted.url())));
    let seen = match cx.world.restart_target().await {
        Ok(()) => nothing_is_free(&cx).await,
        Err(reason) => {
            let reason = reason.lines().next().unwrap_or_default().to_owned();
            cx.note(format!("with such a facilitator the server does not get ready: {reason}"));
            Ok(())
        }
    };
    scripted.set_supported(None);
    // Whether it would notice by itself is the matter of a check of its own.
    sells_after_restart(&cx).await?;
    seen
}

/// Kinds on a network that nobody here sells on.
pub(super) fn elsewhere() -> Value {
    let network = Network::new(137);
    json!({
        "kinds": [
            { "x402Version": 2, "scheme": "exact", "network": network.caip2() },
            { "x402Version": 1, "scheme": "exact", "network": "polygon" },
        ],
        "extensions": [],
        "signers": {},
    })
}
