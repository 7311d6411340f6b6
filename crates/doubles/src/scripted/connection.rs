//! One connection: requests become calls, and what acts decide becomes bytes, or the lack of them.

use super::act::{Act, Answer, Endpoint};
use super::call::Call;
use super::half::Half;
use super::perform::{Performance, Reply};
use super::shared::Shared;
use crate::body::{self, Untaken};
use crate::listener::HEAD_WITHIN;
use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::error::Error as _;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

type Body = Either<Full<Bytes>, Half>;

/// How a connection ends before its answer does. hyper ends it when it gets an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Ending {
    #[error("the connection is closed on purpose")]
    Close,
    #[error("the connection is reset on purpose")]
    Reset,
}

pub(super) async fn serve_connection(stream: TcpStream, shared: Arc<Shared>) {
    let handler = service_fn(move |request| handle(request, Arc::clone(&shared)));
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        // What is forwarded is spelt as the client spelt it.
        .preserve_header_case(true)
        .serve_connection(TokioIo::new(stream), handler);
    // A connection that breaks is the client's affair.
    let Err(ended) = (&mut connection).await else { return };
    if ended.source().and_then(|source| source.downcast_ref()) == Some(&Ending::Reset) {
        let stream = connection.into_parts().io.into_inner();
        // Closing a socket that must not linger resets the connection. Should that fail, it is closed.
        let _ = stream.set_zero_linger();
    }
}

async fn handle(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Body>, Ending> {
    let (head, body) = request.into_parts();
    let (body, fits) = take(body).await?;
    let request = Request::from_parts(head, body);
    let forced = (!fits).then(too_large);
    let Some(interpreter) = &shared.interpreter else {
        return match (Endpoint::of(request.method(), request.uri().path()), forced) {
            (Some(endpoint), forced) => call(endpoint, request, forced, &shared, |told| told).await,
            (None, Some(too_large)) => Ok(whole(too_large.into_response())),
            (None, None) => {
                let asked = shared.upstream.ask(request).await;
                Ok(whole(asked.unwrap_or_else(|failed| failed.into_response())))
            }
        };
    };
    let heard = match interpreter.hear(request) {
        Ok(heard) => heard,
        Err(denial) => return Ok(whole(interpreter.deny(denial))),
    };
    let refused = heard.refusal.map(|refusal| Answer::json(200, &refusal));
    let say = |told| interpreter.say(heard.asked, told);
    call(heard.asked.endpoint.into(), heard.request, forced.or(refused), &shared, say).await
}

/// One call; `forced` is what it is answered whatever a script says, and `say` writes an answer down for the server.
async fn call(
    endpoint: Endpoint,
    request: Request<Bytes>,
    forced: Option<Answer>,
    shared: &Arc<Shared>,
    say: impl Fn(Response<Bytes>) -> Response<Bytes>,
) -> Result<Response<Body>, Ending> {
    let call = Call::new(endpoint, request.headers(), request.body());
    let performance = Performance::new(Arc::clone(shared), &call, request);
    let (seq, act) = shared.book.enter(call);
    let act = forced.map_or(act, Act::Answer);

    // The act goes on when the client leaves: then this function is dropped and nobody hears the reply.
    let (tell, told) = oneshot::channel();
    shared.act(async move {
        let _ = tell.send(performance.perform(seq, act).await);
    });
    let answered = |status: StatusCode, body: &[u8]| {
        shared.book.note(seq, |call| call.answered = Some((status.as_u16(), body.to_vec())));
    };
    match told.await {
        Ok(Reply::Whole(response)) => {
            answered(response.status(), response.body());
            Ok(whole(say(response)))
        }
        Ok(Reply::Half(response)) => {
            let response = say(response).map(|body| Half::of(&body));
            answered(response.status(), response.body().sent());
            Ok(response.map(Either::Right))
        }
        Ok(Reply::Silence(time)) => {
            tokio::time::sleep(time).await;
            Err(Ending::Close)
        }
        Ok(Reply::Reset) => Err(Ending::Reset),
        // The facilitator stops.
        Err(_) => Err(Ending::Close),
    }
}

fn whole(response: Response<Bytes>) -> Response<Body> {
    response.map(|body| Either::Left(Full::new(body)))
}

fn too_large() -> Answer {
    let problem = serde_json::json!({ "error": "the body must not be larger than 1 MiB" });
    Answer::json(StatusCode::PAYLOAD_TOO_LARGE.as_u16(), &problem)
}

/// Takes the body from the line. Nothing, and false, when it is too large.
async fn take(body: Incoming) -> Result<(Bytes, bool), Ending> {
    match body::take(body).await {
        Ok(bytes) => Ok((bytes.into(), true)),
        Err(Untaken::TooLarge) => Ok((Bytes::new(), false)),
        Err(Untaken::BrokenOff) => Err(Ending::Close),
    }
}
