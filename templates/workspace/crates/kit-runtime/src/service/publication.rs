//! What leaves a service: for each aggregate the function from private to public events.

use std::collections::BTreeMap;
use std::sync::Arc;

use kit::{Aggregate, Event, Folded, Recorded};

use crate::command::recorded;
use crate::store::Record;
use crate::transport::{PublicEvent, Publication};

type Publish = Arc<dyn Fn(&Record) -> Folded<Option<PublicEvent>> + Send + Sync>;

/// The public events of a service; an aggregate that is not named has none.
#[derive(Clone, Default)]
pub(super) struct Published(BTreeMap<&'static str, Publish>);

impl Published {
    /// The aggregates with public events.
    pub fn aggregates(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }

    pub fn add<A: Aggregate, P: Event>(&mut self, publish: fn(&Recorded<A::Event>) -> Option<P>) {
        let typed: Publish = Arc::new(move |record| {
            let Some(public) = publish(&recorded::<A::Event>(record)?) else { return Ok(None) };
            Ok(Some(PublicEvent {
                event_type: public.name().to_owned(),
                schema_version: i16::try_from(public.version()).unwrap_or(i16::MAX),
                data: public.encode()?,
            }))
        });
        self.0.insert(A::NAME, typed);
    }
}

impl Publication for Published {
    fn publish(&self, record: &Record) -> Result<Option<PublicEvent>, String> {
        match self.0.get(record.stream.kind.as_str()) {
            Some(publish) => publish(record).map_err(|fault| fault.to_string()),
            None => Ok(None),
        }
    }
}
