//! A service with everything that follows logs, and how far each is behind.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::consume::Track;
use crate::service::Service;
use crate::store::Record;

/// Most events per shard that are counted.
const MOST: u32 = 200;

/// A service with everything that follows logs in it.
pub(crate) struct Place {
    pub service: Service,
    pub consumers: Vec<Consumer>,
    /// Whether it sends its logs to Kafka.
    pub relays: bool,
}

/// A view, policy or saga, and the logs it follows.
pub(crate) struct Consumer {
    /// What it is.
    pub kind: &'static str,
    /// What it is called in the domain.
    pub name: String,
    /// The name of its cursors and watermarks, and of its health.
    pub reader: String,
    /// The streams it follows.
    pub streams: BTreeSet<&'static str>,
    tracks: Mutex<Vec<Track<Record>>>,
}

/// How far a consumer is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lag {
    /// So many events wait for it,
    pub events: usize,
    /// and more than anyone counts.
    pub more: bool,
    /// When the first of them happened.
    pub since: Option<Timestamp>,
}

impl Consumer {
    pub fn new(
        kind: &'static str,
        name: String,
        reader: String,
        streams: BTreeSet<&'static str>,
        tracks: Vec<Track<Record>>,
    ) -> Self {
        Self { kind, name, reader, streams, tracks: Mutex::new(tracks) }
    }

    /// How far it is behind; none when a log does not answer.
    pub async fn lag(&self, service: &Service) -> Option<Lag> {
        let (mut events, mut since) = (0, None);
        for track in &mut *self.tracks.lock().await {
            track.forget();
            match track.next(&self.reader, service.store(), MOST).await {
                Ok(records) => {
                    events += records.len();
                    let first = records.iter().map(|record| record.recorded_at).min();
                    since = since.into_iter().chain(first).min();
                }
                Err(_) => return None,
            }
        }
        Some(Lag { events, more: events >= usize::try_from(MOST).unwrap_or(usize::MAX), since })
    }
}
