//! Work that its caller cannot drop.

use crate::store::{BoxFuture, StoreError};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::runtime::Handle;

/// Runs in the caller's task as long as the caller waits, and in a task of its own from the moment it does not: a task
/// for every unit from the start would cost a change of thread for each. Work that was never polled is not begun.
///
/// Nothing depends on how often the caller polls: a unit leaves for the server in one piece, its commit included.
pub(super) struct Detached<T: Send + 'static> {
    work: Option<BoxFuture<'static, Result<T, StoreError>>>,
    runtime: Handle,
    begun: bool,
}

/// The work, to be awaited or dropped.
pub(super) fn detached<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Detached<T> {
    let (work, runtime) = (Some(Box::pin(work) as BoxFuture<'static, _>), Handle::current());
    Detached { work, runtime, begun: false }
}

impl<T: Send + 'static> Future for Detached<T> {
    type Output = Result<T, StoreError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.begun = true;
        let Some(work) = &mut self.work else {
            return Poll::Ready(Err(StoreError::Unknown("the work is over".to_owned())));
        };
        let result = work.as_mut().poll(context);
        if result.is_ready() {
            self.work = None;
        }
        result
    }
}

impl<T: Send + 'static> Drop for Detached<T> {
    fn drop(&mut self) {
        if let Some(work) = self.work.take()
            && self.begun
        {
            self.runtime.spawn(work);
        }
    }
}
