//! What a new database begins with: commands in its outbox before anything else is there.
//!
//! Keeps true: all of them or none, once; they are carried out as those of a policy are, but one after the other, and
//! one that is refused is kept for a person.

use kit::{Actor, Folded, Message};
use uuid::Uuid;

use super::react::{Headers, letter};
use crate::command::Failure;
use crate::service::Service;
use crate::store::{Log, NewMessage, Outcome, Unit};

/// What has one key is handled in its order.
const KEY: &str = "seed";

/// The commands of a seed.
pub type Seed = fn() -> Folded<Vec<Message>>;

/// Put the commands into the outbox of a database in which nothing has happened yet.
///
/// # Errors
/// Trouble of the store; a command without a JSON form.
pub(crate) async fn sow(service: &Service, seed: Seed) -> Result<(), Failure> {
    if !is_new(service).await? {
        return Ok(());
    }
    let messages = seed()?.into_iter().enumerate();
    let outbox = messages.map(|(place, message)| {
        let name = format!("{}\u{1f}seed\u{1f}{place}", service.name());
        let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes());
        let headers = Headers {
            target_id: message.id.clone(),
            correlation_id: KEY.to_owned(),
            causation_id: id,
            traceparent: None,
            actor: Actor::default(),
            op_id: id,
            request_id: id,
            reply_to: service.name().to_owned(),
            park: true,
            request: None,
        };
        NewMessage { key: KEY.to_owned(), ..letter(id, &headers, message) }
    });
    let unit = Unit { outbox: outbox.collect(), ..Unit::default() };
    match service.store().commit(unit).await {
        Ok(Outcome::Committed(_)) => {
            tracing::info!(event.name = "seeded", service = service.name(), "seeded");
            Ok(())
        }
        Ok(_) => Ok(()),
        // Another instance was first.
        Err(_) if !is_new(service).await? => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn is_new(service: &Service) -> Result<bool, Failure> {
    for log in [Log::Event, Log::Outbox] {
        if service.store().head(log).await?.iter().any(|mark| mark.pos > 0) {
            return Ok(false);
        }
    }
    Ok(true)
}
