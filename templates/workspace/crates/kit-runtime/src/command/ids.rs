//! Ids that the server makes: from a UUID, or counted.
//!
//! A number is taken in a unit of its own before the command is decided: no two commands get the same one, and one
//! that was taken for a command that is refused, or whose caller came twice, is left out.

use kit::{Aggregate, Id as _};
use uuid::Uuid;

use super::execute::Failure;
use super::retry::{TRIES, pause};
use crate::service::Service;
use crate::store::{Load, NumberKey, NumberTake, Outcome, StoreError, StreamKey, Unit};

/// A new id of an aggregate.
///
/// # Errors
/// Trouble of the store; ids that no number can be.
pub async fn new_id<A: Aggregate>(service: &Service, own: Uuid) -> Result<A::Id, Failure> {
    if let Some(id) = A::Id::fresh(own) {
        return Ok(id);
    }
    let name = format!("{} id", A::NAME);
    let key = NumberKey { tenant: String::new(), name, part: String::new() };
    let _queue = service.stripes().enter_number(&key).await;
    for tries in 0..TRIES {
        if tries > 0 {
            pause(tries - 1).await;
        }
        let mut load = Load::stream(StreamKey::new(A::NAME, String::new()));
        load.numbers = vec![key.clone()];
        let loaded = service.store().load(load).await?;
        let seen = loaded.numbers.first().copied().unwrap_or_default();
        let Some(now) = seen.checked_add(1) else {
            return Err(Failure::Fault(format!("all ids of {} are taken", A::NAME)));
        };
        let take = NumberTake { key: key.clone(), seen, now };
        let unit = Unit { numbers: vec![take], ..Unit::default() };
        match service.store().commit(unit).await? {
            Outcome::Committed(_) => {
                let outside = || Failure::Fault(format!("{now} cannot be an id of {}", A::NAME));
                return A::Id::numbered(now).ok_or_else(outside);
            }
            _ => continue,
        }
    }
    Err(Failure::Store(StoreError::Busy(format!("no id of {} could be counted", A::NAME))))
}
