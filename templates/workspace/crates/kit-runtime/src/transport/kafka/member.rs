//! A member of a consumer group that can be left in any state of the brokers.
//!
//! The client library leaves a group when it is dropped, and waits for the brokers without a limit.
//! When they are gone, a service would never end. So a thread of its own drops the client, and who
//! drops the member waits only for a moment.

use std::ops::Deref;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rdkafka::consumer::{ConsumerContext, StreamConsumer};

/// How long leaving may hold up who leaves. Longer than brokers that are there need; the session of
/// a member that could not say goodbye ends by itself.
const GOODBYE: Duration = Duration::from_secs(3);

/// A client in a consumer group. To drop it takes up to [`GOODBYE`].
pub(super) struct Member<C: ConsumerContext + 'static>(Option<StreamConsumer<C>>);

impl<C: ConsumerContext + 'static> Member<C> {
    pub(super) fn new(consumer: StreamConsumer<C>) -> Self {
        Self(Some(consumer))
    }
}

impl<C: ConsumerContext + 'static> Deref for Member<C> {
    type Target = StreamConsumer<C>;

    fn deref(&self) -> &Self::Target {
        self.0.as_ref().expect("it is there until the drop")
    }
}

impl<C: ConsumerContext + 'static> Drop for Member<C> {
    fn drop(&mut self) {
        let consumer = self.0.take();
        let (left, gone) = mpsc::channel::<()>();
        let leaving = thread::Builder::new().name("leave-group".to_owned()).spawn(move || {
            drop(consumer);
            drop(left);
        });
        if leaving.is_ok() {
            // It ends with an error in any case: nothing is sent.
            let _ = gone.recv_timeout(GOODBYE);
        }
    }
}
