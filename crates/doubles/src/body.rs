//! Takes the body of a request from the line, up to a limit.

use axum::body::HttpBody;
use http_body_util::BodyExt;
use hyper::body::Bytes;
use std::time::Duration;

/// The largest body that is read, bytes.
const BODY_LIMIT: usize = 1 << 20;
/// How much of a larger body is taken from the line, so that the client gets to read its answer. Bytes.
const DRAIN_LIMIT: usize = 64 << 20;

/// The time that a body has to come, whole or as much of it as is taken.
const WITHIN: Duration = Duration::from_secs(120);

/// Why there is no body to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Untaken {
    /// It ended early, or took too long.
    BrokenOff,
    /// It is larger than 1 MiB.
    TooLarge,
}

/// The whole body.
pub(crate) async fn take<B>(body: B) -> Result<Vec<u8>, Untaken>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    tokio::time::timeout(WITHIN, taken(body)).await.unwrap_or(Err(Untaken::BrokenOff))
}

async fn taken<B>(mut body: B) -> Result<Vec<u8>, Untaken>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Untaken::BrokenOff)?.into_data() else { continue };
        length += data.len();
        if length <= BODY_LIMIT {
            bytes.extend_from_slice(&data);
        } else if length > DRAIN_LIMIT {
            break;
        }
    }
    if length <= BODY_LIMIT { Ok(bytes) } else { Err(Untaken::TooLarge) }
}
