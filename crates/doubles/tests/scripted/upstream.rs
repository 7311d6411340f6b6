//! A facilitator that believes everybody, and remembers who asked what.

use crate::support::PATIENCE;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use gauntlet_wire::B256;
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Stops when it is dropped.
pub(crate) struct Upstream {
    pub(crate) url: String,
    asked: Arc<watch::Sender<Vec<Asked>>>,
    serving: JoinHandle<()>,
}

#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) nonce: Value,
}

impl Upstream {
    pub(crate) async fn start() -> Self {
        let asked = Arc::new(watch::Sender::new(Vec::new()));
        let router = Router::new()
            .route("/verify", post(verify))
            .route("/settle", post(settle))
            .route("/supported", get(async || Json(json!({ "kinds": ["all"] }))))
            .route("/below/settle", post(async || Json(json!({ "success": "below" }))))
            .route("/discovery/resources", get(echo).put(echo))
            .with_state(Arc::clone(&asked));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { url, asked, serving }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.borrow().clone()
    }

    /// Waits until a payment was brought to `path`.
    pub(crate) async fn was_asked(&self, path: &str, nonce: B256) {
        let nonce = nonce.to_string();
        let mut asked = self.asked.subscribe();
        let came = asked
            .wait_for(|asked| asked.iter().any(|asked| asked.path == path && asked.nonce == nonce.as_str()));
        tokio::time::timeout(PATIENCE, came)
            .await
            .expect("the upstream hears of it")
            .expect("the sender lives");
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

type Memory = State<Arc<watch::Sender<Vec<Asked>>>>;

async fn verify(State(memory): Memory, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    note(&memory, "/verify", headers, &body);
    // Not the usual status, so that it shows whose it is.
    (StatusCode::ACCEPTED, Json(json!({ "isValid": true, "payer": from(&body), "from": "upstream" })))
        .into_response()
}

async fn settle(State(memory): Memory, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    note(&memory, "/settle", headers, &body);
    if body["paymentRequirements"]["asPage"] == true {
        return ([(header::CONTENT_TYPE, "text/html")], "<p>settled</p>").into_response();
    }
    Json(json!({ "success": true, "transaction": "0x01", "payer": from(&body) })).into_response()
}

/// Says what came in.
async fn echo(request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    let headers: Vec<_> = head.headers.iter().map(|(k, v)| json!([k.as_str(), v.to_str().ok()])).collect();
    let said = json!({ "method": head.method.as_str(), "uri": head.uri.to_string(), "headers": headers, "body": *body });
    (StatusCode::IM_A_TEAPOT, AppendHeaders([("x-odd", "kept"), ("x-odd", "twice")]), Json(said))
        .into_response()
}

fn from(body: &Value) -> &Value {
    &body["paymentPayload"]["payload"]["authorization"]["from"]
}

fn note(memory: &watch::Sender<Vec<Asked>>, path: &str, headers: HeaderMap, body: &Value) {
    let nonce = body["paymentPayload"]["payload"]["authorization"]["nonce"].clone();
    memory.send_modify(|asked| asked.push(Asked { path: path.into(), headers, nonce }));
}
