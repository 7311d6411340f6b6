//! The facilitator behind this one.

use super::BODY_LIMIT;
use super::act::error;
use crate::DoubleError;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{
    CONNECTION, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING, UPGRADE,
};
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Headers that concern one connection only, and those about how hyper is to send a body that is whole already.
const OF_THE_CONNECTION: [HeaderName; 5] =
    [CONNECTION, EXPECT, TRANSFER_ENCODING, UPGRADE, HeaderName::from_static("keep-alive")];

/// Where calls are forwarded to.
#[derive(Debug)]
pub(super) struct Upstream {
    /// `host:port`
    address: String,
    host: HeaderValue,
    /// What stands before every path; usually nothing.
    prefix: String,
}

/// The upstream gave no answer, or none that can be handed on.
#[derive(Debug, thiserror::Error)]
#[error("the facilitator behind this one gave no answer: {0}")]
pub(super) struct Unanswered(String);

impl Unanswered {
    fn because(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }

    pub(super) fn into_response(self) -> Response<Bytes> {
        error(StatusCode::BAD_GATEWAY, &self.to_string())
    }
}

impl Upstream {
    pub(super) fn new(url: &str) -> Result<Self, DoubleError> {
        let bad = || DoubleError::Upstream { url: url.to_owned() };
        let uri: Uri = url.parse().map_err(|_| bad())?;
        let authority = uri.authority().filter(|_| uri.scheme_str() == Some("http")).ok_or_else(bad)?;
        if uri.query().is_some() || authority.as_str().contains('@') {
            return Err(bad());
        }
        let port = authority.port_u16().unwrap_or(80);
        Ok(Self {
            address: format!("{}:{port}", authority.host()),
            host: HeaderValue::from_str(authority.as_str()).map_err(|_| bad())?,
            prefix: uri.path().trim_end_matches('/').to_owned(),
        })
    }

    /// Forwards a request over a connection of its own and waits for the whole answer.
    pub(super) async fn ask(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Unanswered> {
        let request = self.addressed(request)?;
        let stream = TcpStream::connect(&self.address).await.map_err(Unanswered::because)?;
        // The call must not wait for the acknowledgement of its own head.
        let _ = stream.set_nodelay(true);
        let (mut sender, connection) = http1::Builder::new()
            .preserve_header_case(true)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(Unanswered::because)?;
        // Ends together with this function.
        let mut driver = JoinSet::new();
        driver.spawn(connection);
        let answer = sender.send_request(request).await.map_err(Unanswered::because)?;
        let (mut head, body) = answer.into_parts();
        let body = Limited::new(body, BODY_LIMIT).collect().await.map_err(Unanswered::because)?;
        strip(&mut head.headers);
        Ok(Response::from_parts(head, body.to_bytes()))
    }

    fn addressed(&self, request: Request<Bytes>) -> Result<Request<Full<Bytes>>, Unanswered> {
        let (mut head, body) = request.into_parts();
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        head.uri = format!("{}{path}", self.prefix).parse().map_err(Unanswered::because)?;
        strip(&mut head.headers);
        head.headers.insert(HOST, self.host.clone());
        Ok(Request::from_parts(head, Full::new(body)))
    }
}

fn strip(headers: &mut HeaderMap) {
    for name in OF_THE_CONNECTION {
        headers.remove(name);
    }
}
