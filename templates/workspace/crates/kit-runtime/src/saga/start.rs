//! From an event to a saga that runs.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::conduct::Conduct;
use super::moves::{Origin, made, put};
use crate::command::{EventMeta, Failure};
use crate::consume::{Effects, Received, Trouble};
use crate::service::Service;
use crate::store::{BoxFuture, Unit};

/// Starts the sagas of one kind.
pub(crate) struct Starts {
    name: String,
    saga: Arc<dyn Conduct>,
    service: Service,
}

impl Starts {
    pub fn new(saga: Arc<dyn Conduct>, service: Service) -> Self {
        Self { name: format!("saga:{}", saga.name()), saga, service }
    }
}

impl Effects for Starts {
    fn name(&self) -> &str {
        &self.name
    }

    fn may_park(&self) -> bool {
        true
    }

    fn apply<'a>(
        &'a self,
        batch: &'a [Received],
        unit: &'a mut Unit,
    ) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            let mut starting = Vec::new();
            for (index, received) in batch.iter().enumerate() {
                let poison = |reason: String| Trouble::Poison { index, reason };
                let meta = EventMeta::of(&received.record);
                let meta = meta.map_err(|fault| poison(fault.to_string()))?;
                let id = received.record.id;
                let make = |cx: &_| self.saga.start(received, cx);
                match made(&self.service, &meta.actor, id, make).await {
                    Ok(Ok(Some(to))) => starting.push((Origin::from(&meta), to, id)),
                    Ok(Ok(None)) => {}
                    Ok(Err(fault)) => return Err(poison(fault.to_string())),
                    Err(Failure::Store(error)) => return Err(Trouble::Store(error)),
                    Err(Failure::Fault(reason)) => return Err(poison(reason)),
                }
            }
            if starting.is_empty() {
                return Ok(());
            }
            let ids = starting.iter().map(|(_, to, _)| to.id).collect();
            let there = self.service.store().sagas(self.saga.name().to_owned(), ids).await?;
            let mut started: BTreeSet<_> = there.into_iter().flatten().map(|row| row.id).collect();
            for (origin, to, cause) in starting {
                if started.insert(to.id) {
                    put(&self.service, &*self.saga, &origin, 0, to, cause, unit);
                }
            }
            Ok(())
        })
    }
}
