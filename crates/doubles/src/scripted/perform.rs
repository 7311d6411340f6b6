//! Does what the script says with one call.

use super::act::{Act, Endpoint};
use super::call::Call;
use super::repeats::Known;
use super::shared::Shared;
use super::upstream::Unanswered;
use gauntlet_wire::{Address, B256, Network};
use hyper::body::Bytes;
use hyper::header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::{Request, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// What the connection is to do.
#[derive(Debug)]
pub(super) enum Reply {
    Whole(Response<Bytes>),
    /// Half of this.
    Half(Response<Bytes>),
    Silence(Duration),
    Reset,
}

/// One call while it is acted on.
#[derive(Debug)]
pub(super) struct Performance {
    shared: Arc<Shared>,
    endpoint: Endpoint,
    nonce: B256,
    payer: Option<Address>,
    network: Value,
    /// Until the upstream is asked.
    request: Request<Bytes>,
    /// When the upstream has answered.
    upstream: Option<Response<Bytes>>,
}

impl Performance {
    pub(super) fn new(shared: Arc<Shared>, call: &Call, mut request: Request<Bytes>) -> Self {
        // An answer that is packed could neither be rewritten nor read in the record.
        request.headers_mut().remove(ACCEPT_ENCODING);
        Self {
            shared,
            endpoint: call.endpoint,
            nonce: call.nonce.unwrap_or_default(),
            payer: call.payer,
            network: call
                .request
                .as_ref()
                .map_or(Value::Null, |r| r["paymentRequirements"]["network"].clone()),
            request,
            upstream: None,
        }
    }

    pub(super) async fn perform(mut self, seq: u64, mut act: Act) -> Reply {
        loop {
            act = match act {
                Act::Hold(next) => {
                    self.shared.book.released(self.nonce).await;
                    *next
                }
                Act::Delay(time, next) => {
                    tokio::time::sleep(time).await;
                    *next
                }
                Act::After(next) => match self.ask(seq).await {
                    Ok(_) => *next,
                    Err(failed) => return Reply::Whole(failed.into_response()),
                },
                Act::Forward => {
                    return Reply::Whole(self.ask(seq).await.unwrap_or_else(|failed| failed.into_response()));
                }
                Act::Rewrite(change) => {
                    return Reply::Whole(match self.ask(seq).await {
                        Ok(answer) => rewritten(answer, &*change),
                        Err(failed) => failed.into_response(),
                    });
                }
                Act::Repeat => {
                    return Reply::Whole(
                        self.repeat(seq).await.unwrap_or_else(|failed| failed.into_response()),
                    );
                }
                Act::Answer(answer) => return Reply::Whole(answer.into_response()),
                Act::Truncate => return Reply::Half(self.cuttable()),
                Act::Silence(time) => return Reply::Silence(time),
                Act::Reset => return Reply::Reset,
            };
        }
    }

    /// The upstream's answer; asks for it when that was not done yet.
    async fn ask(&mut self, seq: u64) -> Result<Response<Bytes>, Unanswered> {
        if let Some(answer) = &self.upstream {
            return Ok(answer.clone());
        }
        let answer = self.shared.upstream.ask(self.request.clone()).await?;
        self.shared.book.note(seq, |call| {
            call.upstream = Some((answer.status().as_u16(), answer.body().to_vec()));
        });
        self.upstream = Some(answer.clone());
        if is_yes(self.endpoint, &answer) {
            self.shared.repeats.keep(self.known(), answer.clone());
        }
        Ok(answer)
    }

    /// The upstream's first yes to this payment.
    async fn repeat(&mut self, seq: u64) -> Result<Response<Bytes>, Unanswered> {
        let known = self.known();
        let turn = self.shared.repeats.turn(&known);
        let _turn = turn.lock().await;
        match self.shared.repeats.answer(&known) {
            Some(answer) => Ok(answer),
            None => self.ask(seq).await,
        }
    }

    fn known(&self) -> Known {
        Known {
            endpoint: self.endpoint,
            nonce: self.nonce,
            payer: self.payer,
            network: chain(self.network.as_str().unwrap_or_default()),
        }
    }

    /// An answer of which half can be sent: the upstream's, or one as it might have been.
    fn cuttable(self) -> Response<Bytes> {
        if let Some(answer) = self.upstream.filter(|answer| !answer.body().is_empty()) {
            return answer;
        }
        let payer = self.payer.unwrap_or_default().to_checksum(None);
        let made_up = match self.endpoint {
            Endpoint::Verify => json!({ "isValid": true, "payer": payer }),
            Endpoint::Settle => {
                json!({ "success": true, "payer": payer, "transaction": self.nonce, "network": self.network })
            }
            Endpoint::Supported => json!({ "kinds": [], "extensions": [], "signers": {} }),
        };
        let mut answer = Response::new(Bytes::from(made_up.to_string()));
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        answer
    }
}

/// A network by its one name, whichever version's it was called by.
fn chain(named: &str) -> String {
    Network::parse(named).map_or_else(|| named.to_owned(), |network| network.caip2())
}

/// Whether an answer is a yes.
fn is_yes(endpoint: Endpoint, answer: &Response<Bytes>) -> bool {
    let member = match endpoint {
        Endpoint::Verify => "isValid",
        Endpoint::Settle => "success",
        Endpoint::Supported => return false,
    };
    serde_json::from_slice::<Value>(answer.body()).is_ok_and(|answer| answer[member] == true)
}

fn rewritten(answer: Response<Bytes>, change: &(dyn Fn(&mut Value) + Send + Sync)) -> Response<Bytes> {
    match serde_json::from_slice(answer.body()) {
        Ok(mut value) => {
            change(&mut value);
            let mut answer = answer.map(|_| Bytes::from(value.to_string()));
            // It announces its new length by itself.
            answer.headers_mut().remove(CONTENT_LENGTH);
            answer
        }
        Err(_) => answer,
    }
}
