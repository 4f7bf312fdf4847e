// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! What workshop tells other contexts. No other event leaves it.

use contracts::workshop as public;
use kit::prelude::*;
use workshop_domain::job::JobEvent;

/// The published form of an event of one job; none when it stays private.
pub fn job(event: &Recorded<JobEvent>) -> Option<public::JobEvent> {
    match &event.data {
        JobEvent::WorkDone(ev) => {
            Some(public::WorkDone { owner_id: ev.owner_id, due: ev.due }.into())
        }
        JobEvent::JobOpened(_)
        | JobEvent::DetailsChanged(_)
        | JobEvent::HoursLogged(_)
        | JobEvent::HoursSpread(_)
        | JobEvent::JobCancelled(_)
        | JobEvent::JobFlagged(_)
        | JobEvent::JobQuoted(_)
        | JobEvent::LimitNear(_)
        | JobEvent::NoteAdded(_)
        | JobEvent::PartAdded(_)
        | JobEvent::PartRefused(_)
        | JobEvent::PartRemoved(_)
        | JobEvent::PartRepriced(_)
        | JobEvent::QuoteAdjusted(_)
        | JobEvent::WorkPaused(_)
        | JobEvent::WorkPlanned(_)
        | JobEvent::WorkResumed(_)
        | JobEvent::WorkStarted(_) => None,
    }
}
