//! A body that ends in its middle.

use super::connection::Ending;
use hyper::body::{Body, Bytes, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Announces the length of the whole, gives the first half, then fails, so that the connection ends.
#[derive(Debug)]
pub(super) struct Half {
    announced: u64,
    half: Bytes,
    next: Step,
}

#[derive(Debug)]
enum Step {
    Give,
    /// hyper sends what it has while a body has nothing new to give.
    Breathe,
    Fail,
}

impl Half {
    pub(super) fn of(whole: &Bytes) -> Self {
        Self { announced: whole.len() as u64, half: whole.slice(..whole.len() / 2), next: Step::Give }
    }

    /// What the client gets.
    pub(super) fn sent(&self) -> &[u8] {
        &self.half
    }
}

impl Body for Half {
    type Data = Bytes;
    type Error = Ending;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Ending>>> {
        match self.next {
            Step::Give => {
                self.next = Step::Breathe;
                Poll::Ready(Some(Ok(Frame::data(self.half.clone()))))
            }
            Step::Breathe => {
                self.next = Step::Fail;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Step::Fail => Poll::Ready(Some(Err(Ending::Close))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
