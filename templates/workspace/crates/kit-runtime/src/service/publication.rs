//! What leaves a service: for each aggregate the functions from private to public events.
//!
//! A form that needs the state is made when the event is, and stored in the event's meta: the log
//! stays the only place that other contexts read from, in one order, and says the same for ever.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use kit::{Aggregate, Event, Fault, Folded, Recorded};
use serde::Deserialize as _;

use crate::command::{EventMeta, recorded};
use crate::store::Record;
use crate::transport::{PublicEvent, Publication};

type Publish = Arc<dyn Fn(&Record) -> Folded<Option<PublicEvent>> + Send + Sync>;

/// From an event and the state after it to the form that others see.
pub(crate) type Enriching<A> =
    dyn Fn(&Recorded<<A as Aggregate>::Event>, &A) -> Folded<Option<PublicEvent>> + Send + Sync;

/// The public events of a service; an aggregate that is not named has none.
#[derive(Clone, Default)]
pub(crate) struct Published {
    events: BTreeMap<&'static str, Publish>,
    /// By aggregate, of the type `Arc<Enriching<A>>`.
    enriched: BTreeMap<&'static str, Arc<dyn Any + Send + Sync>>,
}

impl Published {
    /// The aggregates with public events.
    pub fn aggregates(&self) -> impl Iterator<Item = &'static str> {
        self.events.keys().copied()
    }

    pub fn add<A: Aggregate, P: Event>(&mut self, publish: fn(&Recorded<A::Event>) -> Option<P>) {
        let typed: Publish = Arc::new(move |record| {
            publish(&recorded::<A::Event>(record)?).map(|it| public(&it)).transpose()
        });
        self.events.insert(A::NAME, typed);
    }

    pub fn enrich<A: Aggregate, P: Event>(&mut self, publish: kit::Enrich<A, P>) {
        let typed: Arc<Enriching<A>> =
            Arc::new(move |event, state| publish(event, state)?.map(|it| public(&it)).transpose());
        self.enriched.insert(A::NAME, Arc::new(typed));
        self.events.entry(A::NAME).or_insert_with(|| Arc::new(|_| Ok(None)));
    }

    /// How events of `A` are published that need its state.
    pub fn enriched<A: Aggregate>(&self) -> Option<&Enriching<A>> {
        self.enriched.get(A::NAME)?.downcast_ref::<Arc<Enriching<A>>>().map(|it| &**it)
    }

    fn of(&self, record: &Record) -> Folded<Option<PublicEvent>> {
        if let Some(stored) = record.meta.get(EventMeta::PUBLIC) {
            return PublicEvent::deserialize(stored).map(Some).map_err(Fault::form);
        }
        match self.events.get(record.stream.kind.as_str()) {
            Some(publish) => publish(record),
            None => Ok(None),
        }
    }
}

fn public<P: Event>(event: &P) -> Folded<PublicEvent> {
    Ok(PublicEvent {
        event_type: event.name().to_owned(),
        schema_version: i16::try_from(event.version()).unwrap_or(i16::MAX),
        data: event.encode()?,
    })
}

impl Publication for Published {
    fn publish(&self, record: &Record) -> Result<Option<PublicEvent>, String> {
        self.of(record).map_err(|fault| fault.to_string())
    }
}
