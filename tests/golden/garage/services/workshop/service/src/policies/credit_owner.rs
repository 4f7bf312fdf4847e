// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! Policy credit owner.

use kit::prelude::*;
use workshop_domain::account::{AccountId, CreditPoints};
use workshop_domain::job::JobEvent;

/// Credit owner.
pub struct CreditOwner;

impl Policy<JobEvent> for CreditOwner {
    const NAME: &'static str = "credit_owner";

    fn on(event: &Recorded<JobEvent>, _: &Context) -> Folded<Vec<Message>> {
        let JobEvent::WorkDone(ev) = &event.data else { return Ok(Vec::new()) };
        let mut messages = Vec::new();
        if ev.due >= num::decimal(1, 0) {
            let credit_points = CreditPoints { points: num::floor(ev.due)? };
            messages.push(Message::to(&AccountId(ev.owner_id), &credit_points)?);
        }
        Ok(messages)
    }
}
