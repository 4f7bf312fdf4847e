//! Bodies on their way through: counted, timed, never held as a whole.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep, sleep};

use crate::service::Running;

/// How far the body of a request has come.
#[derive(Debug, Default)]
pub(super) struct Progress {
    ended: AtomicBool,
    too_long: AtomicBool,
    broken: AtomicBool,
}

impl Progress {
    pub fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    pub fn too_long(&self) -> bool {
        self.too_long.load(Ordering::Acquire)
    }

    /// The caller broke off, or wrote what is no body.
    pub fn broken(&self) -> bool {
        self.broken.load(Ordering::Acquire)
    }
}

/// The body of a request: at most so long, without trailers.
pub(super) struct Counted {
    body: Body,
    left: u64,
    progress: Arc<Progress>,
}

impl Counted {
    /// `body`, of at most `longest` bytes; `progress` tells how it went.
    pub fn new(body: Body, longest: u64, progress: Arc<Progress>) -> Self {
        progress.ended.store(body.is_end_stream(), Ordering::Release);
        Self { body, left: longest, progress }
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let Some(frame) = frame else {
            self.progress.ended.store(true, Ordering::Release);
            return Poll::Ready(None);
        };
        let frame = match frame {
            Ok(frame) => frame,
            Err(error) => {
                self.progress.broken.store(true, Ordering::Release);
                return Poll::Ready(Some(Err(error)));
            }
        };
        let Ok(data) = frame.into_data() else {
            // Trailers could smuggle headers past the checks.
            self.progress.ended.store(true, Ordering::Release);
            return Poll::Ready(None);
        };
        let length = u64::try_from(data.len()).unwrap_or(u64::MAX);
        let Some(left) = self.left.checked_sub(length) else {
            self.progress.too_long.store(true, Ordering::Release);
            return Poll::Ready(Some(Err(axum::Error::new("the body is too long"))));
        };
        self.left = left;
        if self.body.is_end_stream() {
            self.progress.ended.store(true, Ordering::Release);
        }
        Poll::Ready(Some(Ok(Frame::data(data))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// What an answer holds on to until it is read to the end.
pub(super) struct Held {
    pub _running: Running,
    pub _permit: OwnedSemaphorePermit,
}

/// The body of an answer: each piece of it comes in time, or it is broken off.
pub(super) struct Paced {
    body: Body,
    patience: Duration,
    timer: Pin<Box<Sleep>>,
    _held: Held,
}

impl Paced {
    /// `body`, whose pieces are at most `patience` apart.
    pub fn new(body: Body, patience: Duration, held: Held) -> Self {
        Self { body, patience, timer: Box::pin(sleep(patience)), _held: held }
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) {
            let next = Instant::now() + self.patience;
            self.timer.as_mut().reset(next);
            return Poll::Ready(frame);
        }
        ready!(self.timer.as_mut().poll(cx));
        Poll::Ready(Some(Err(axum::Error::new("the rest of the answer did not come in time"))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
