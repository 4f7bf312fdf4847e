//! The slots that this process may work on, kept by asking again in time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::store::{Claim, Store};

/// Groups of shards with one owner each.
pub(super) const SLOTS: u16 = 8;
/// Slots with their epochs, and until when they may be worked on.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub slots: BTreeMap<u16, i64>,
    pub until: Instant,
}

/// Claims a share of the slots of one job until it is dropped.
pub(super) struct Keeper {
    held: watch::Receiver<Held>,
    store: Arc<dyn Store>,
    claim: Claim,
    task: JoinHandle<()>,
}

impl Keeper {
    /// Claim slots of the job `name`, each time for as long as `ttl`.
    pub fn start(store: Arc<dyn Store>, name: &str, ttl: Duration) -> Self {
        let owner = Uuid::now_v7().to_string();
        let claim = Claim { name: name.to_owned(), owner, slots: SLOTS, ttl };
        let none = Held { slots: BTreeMap::new(), until: Instant::now() };
        let (sender, held) = watch::channel(none);
        let task = tokio::spawn(keep(store.clone(), claim.clone(), sender));
        Self { held, store, claim, task }
    }

    /// What may be worked on now.
    pub fn now(&self) -> BTreeMap<u16, i64> {
        let held = self.held.borrow();
        if Instant::now() < held.until { held.slots.clone() } else { BTreeMap::new() }
    }

    /// Told when the slots changed.
    pub fn changes(&self) -> watch::Receiver<Held> {
        self.held.clone()
    }

    /// Give everything back, for others to go on at once.
    pub async fn end(self) {
        self.task.abort();
        let Claim { name, owner, .. } = self.claim.clone();
        if let Err(error) = self.store.release(name, owner).await {
            tracing::debug!(exception.message = %error, "the leases run out by themselves");
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn keep(store: Arc<dyn Store>, claim: Claim, sender: watch::Sender<Held>) {
    loop {
        let asked = Instant::now();
        match store.claim(claim.clone()).await {
            Ok(leases) => {
                let slots: BTreeMap<_, _> = leases.iter().map(|it| (it.slot, it.epoch)).collect();
                // Earlier than the store thinks: a clock may be a little slow.
                let until = asked + claim.ttl * 7 / 8;
                sender.send_if_modified(|held| {
                    let changed = held.slots != slots;
                    *held = Held { slots, until };
                    changed
                });
            }
            Err(error) => {
                tracing::warn!(job = claim.name, exception.message = %error, "no leases");
            }
        }
        tokio::time::sleep(claim.ttl / 3).await;
    }
}
