//! How calls go to the node: over HTTP, with a limit to the time and to the length of every answer. A node can be anybody's
//! (`--rpc-url`), and one that never ends its answer must not take this process with it.

use alloy_json_rpc::{RequestPacket, ResponsePacket};
use alloy_provider::transport::{TransportError, TransportErrorKind, TransportFut};
use alloy_transport_http::reqwest::{Client, Response, Url};
use std::task::{Context, Poll};
use std::time::Duration;
use tower_service::Service;

/// The time that the node has for an answer. A batch of a thousand calls takes Anvil seconds on a machine that is busy.
pub(super) const LIMIT: Duration = Duration::from_secs(120);
/// The longest answer that is read, bytes. The logs of a hundred thousand settlements have as much.
const LONGEST: usize = 64 << 20;

/// How much of an answer that cannot be read is shown, bytes.
const SHOWN: usize = 1_000;

/// The way to a node.
#[derive(Debug, Clone)]
pub(super) struct Bounded {
    pub(super) client: Client,
    pub(super) url: Url,
}

impl Bounded {
    async fn ask(self, request: RequestPacket) -> Result<ResponsePacket, TransportError> {
        let asked = self.client.post(self.url).headers(request.headers()).json(&request).send();
        let response = asked.await.map_err(TransportErrorKind::custom)?;
        let status = response.status();
        let body = read(response).await?;
        let packet = serde_json::from_slice::<ResponsePacket>(&body);
        if status.is_success() {
            return packet.map_err(|error| TransportError::deser_err(error, excerpt(&body)));
        }
        // Some nodes tell their errors under a status of their own.
        match packet {
            Ok(packet) if packet.is_error() => Ok(packet),
            _ => Err(TransportErrorKind::http_error(status.as_u16(), excerpt(&body))),
        }
    }
}

/// What errors show of an answer.
fn excerpt(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(SHOWN)]).into_owned()
}

async fn read(mut response: Response) -> Result<Vec<u8>, TransportError> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(TransportErrorKind::custom)? {
        if body.len() + part.len() > LONGEST {
            let told = format!("its answer is longer than {} MiB", LONGEST >> 20);
            return Err(TransportErrorKind::custom_str(&told));
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

impl Service<RequestPacket> for Bounded {
    type Response = ResponsePacket;
    type Error = TransportError;
    type Future = TransportFut<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: RequestPacket) -> Self::Future {
        Box::pin(self.clone().ask(request))
    }
}
