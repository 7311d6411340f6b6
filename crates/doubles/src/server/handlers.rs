//! What the routes do once nothing stands in the way, and how often each has done it.

use super::routes::{Place, ROUTES, Work};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How long the handler of `slow` takes.
const SLOWNESS: Duration = Duration::from_millis(300);

/// What a handler answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Handled {
    pub(super) status: StatusCode,
    pub(super) body: Value,
    /// What it costs, in per cent of the price; none when it costs the price.
    pub(super) used: Option<u8>,
}

impl Handled {
    /// Whether there is nothing to be paid for.
    pub(super) fn is_failure(&self) -> bool {
        self.status.is_client_error() || self.status.is_server_error()
    }
}

/// The handlers.
#[derive(Debug)]
pub(super) struct Handlers {
    canary: String,
    /// In the order of [`ROUTES`].
    runs: Vec<AtomicU64>,
}

impl Handlers {
    pub(super) fn new(canary: String) -> Self {
        Self { canary, runs: ROUTES.iter().map(|_| AtomicU64::new(0)).collect() }
    }

    /// Runs a route's handler.
    pub(super) async fn run(&self, place: &Place, body: &[u8]) -> Handled {
        if let Some(index) = ROUTES.iter().position(|route| route == place.route) {
            self.runs[index].fetch_add(1, Ordering::Relaxed);
        }
        let good = |body| Handled { status: StatusCode::OK, body, used: None };
        let failed = |status, error: &str| Handled { status, body: json!({ "error": error }), used: None };
        match place.route.work {
            Work::Free => good(json!({ "route": place.route.name, "free": true })),
            Work::Runs => good(self.counted()),
            Work::Content => good(self.content(place)),
            Work::Metered(used) => Handled { used: Some(used), ..good(self.content(place)) },
            Work::Slow => {
                tokio::time::sleep(SLOWNESS).await;
                good(self.content(place))
            }
            Work::Fail => failed(StatusCode::INTERNAL_SERVER_ERROR, "the handler failed"),
            Work::Miss => failed(StatusCode::NOT_FOUND, "there is no such thing"),
            Work::Echo => match serde_json::from_slice::<Value>(body) {
                Ok(body) => {
                    let mut content = self.content(place);
                    content["echo"] = body;
                    good(content)
                }
                Err(_) => failed(StatusCode::BAD_REQUEST, "the body must be JSON"),
            },
        }
    }

    /// What is paid for. Making it is no run.
    pub(super) fn content(&self, place: &Place) -> Value {
        json!({ "route": place.route.name, "secret": self.secret(place) })
    }

    pub(super) fn secret(&self, place: &Place) -> String {
        let canary = &self.canary;
        match (place.route.name, place.rest.as_str()) {
            ("item", id) => format!("{canary}.item.{id}"),
            (name, _) => format!("{canary}.{name}"),
        }
    }

    fn counted(&self) -> Value {
        let counts = ROUTES.iter().zip(&self.runs).filter(|(route, _)| route.price.is_some());
        let counts = counts.map(|(route, runs)| (route.name.to_owned(), json!(runs.load(Ordering::Relaxed))));
        Value::Object(counts.collect::<Map<_, _>>())
    }
}
