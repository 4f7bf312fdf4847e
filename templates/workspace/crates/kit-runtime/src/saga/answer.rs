//! From a reply to the next move of its saga.

use kit::saga::Answered;
use serde::Deserialize as _;

use super::moves::{Known, made};
use crate::command::{Done, Failure, Verdict};
use crate::service::Service;
use crate::store::{NewMessage, Outcome, StoreError, Unit, WatermarkMove};

/// How often a move is made again because the saga moved meanwhile.
const TRIES: u32 = 20;

/// Take a reply; the watermark moves with the saga.
///
/// # Errors
/// Trouble of the store; a reply that nobody can read.
pub(crate) async fn answer(
    service: &Service,
    message: &NewMessage,
    watermark: &WatermarkMove,
) -> Result<Verdict, Failure> {
    let answered = Answered::deserialize(&message.payload);
    let answered = answered.map_err(|error| Failure::Fault(error.to_string()))?;
    let name = answered.request.saga.clone();
    let Some(saga) = service.sagas().get(name.as_str()) else {
        return Err(Failure::Fault(format!("there is no saga {name}")));
    };
    let id = answered.request.id;
    for _ in 0..TRIES {
        let row = service.store().sagas(name.clone(), vec![id]).await?.into_iter().next().flatten();
        let mut unit = Unit { watermarks: vec![watermark.clone()], ..Unit::default() };
        let mut version = 0;
        if let Some(row) = row {
            let known = Known::of(row)?;
            version = known.version;
            let make = |cx: &_| saga.answered(&known.run, &answered, cx);
            let to = match made(service, &known.origin.actor, message.id, make).await? {
                Ok(to) => to,
                Err(fault) => Some(saga.parked(&known.run, &fault.to_string())?),
            };
            match to {
                Some(to) => known.put(service, &**saga, to, message.id, &mut unit),
                None => stale(&answered),
            }
        } else {
            stale(&answered);
        }
        match service.store().commit(unit).await? {
            Outcome::Committed(_) => {
                let done = Done {
                    id: id.to_string(),
                    before: version,
                    version,
                    outcome: None,
                    place: None,
                };
                return Ok(Verdict::Done(done));
            }
            Outcome::Overtaken { .. } => {}
            _ => return Ok(Verdict::Moved),
        }
    }
    Err(Failure::Store(StoreError::Busy(format!("saga {id} moves too often"))))
}

fn stale(answered: &Answered) {
    let request = &answered.request;
    tracing::debug!(
        event.name = "reply_stale",
        saga = request.saga,
        saga.id = request.id.to_string(),
        step = request.step,
        attempt = request.attempt,
        "nobody waits for this reply any more"
    );
}
