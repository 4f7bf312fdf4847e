//! What the page looks at: a service, and how far its consumers are behind the logs they follow.

use std::collections::BTreeSet;

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
pub(super) enum Lag {
    /// So many events wait for it.
    Events(usize),
    /// More than anyone counts.
    Many(usize),
    /// A log does not answer.
    Unknown,
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

    /// How many events wait for it.
    pub(super) async fn lag(&self, service: &Service) -> Lag {
        let mut waiting = 0;
        for track in &mut *self.tracks.lock().await {
            track.forget();
            match track.next(&self.reader, service.store(), MOST).await {
                Ok(records) => waiting += records.len(),
                Err(_) => return Lag::Unknown,
            }
        }
        let most = usize::try_from(MOST).unwrap_or(usize::MAX);
        if waiting < most { Lag::Events(waiting) } else { Lag::Many(waiting) }
    }
}
