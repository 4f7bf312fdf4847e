//! When a consumer looks again: at once when told, else ever less often while nothing comes.

use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::watch;

/// The pauses between two looks at a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// After something came.
    pub min: Duration,
    /// While nothing comes.
    pub max: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { min: Duration::from_millis(50), max: Duration::from_secs(1) }
    }
}

impl Pace {
    /// The pause after one of length `last` in which nothing came.
    #[must_use]
    pub fn longer(self, last: Duration) -> Duration {
        last.saturating_mul(2).min(self.max).max(self.min)
    }
}

/// Wait until one of the hints changes; for ever when there is none.
pub(crate) async fn any_change(hints: &mut [watch::Receiver<u64>]) {
    let mut waits: Vec<Pin<Box<dyn Future<Output = ()> + Send + '_>>> = Vec::new();
    for hint in hints.iter_mut() {
        waits.push(Box::pin(async move {
            if hint.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }));
    }
    std::future::poll_fn(|context| {
        for wait in &mut waits {
            if wait.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pace = Pace { min: Duration::from_millis(50), max: Duration::from_millis(150) };
        let pauses: Vec<_> = std::iter::successors(Some(pace.min), |last| Some(pace.longer(*last)))
            .take(4)
            .map(|pause| pause.as_millis())
            .collect();
        assert_eq!(pauses, [50, 100, 150, 150]);
        let odd = Pace { max: Duration::from_millis(20), ..pace };
        assert_eq!(odd.longer(pace.min), pace.min, "settings that contradict each other");
    }
}
