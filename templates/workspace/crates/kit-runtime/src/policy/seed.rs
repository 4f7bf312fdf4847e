//! What a new database begins with: commands in its outbox before anything else is there.
//!
//! Keeps true: all of them or none, once, however many instances start at once; they are carried out as those of a policy are, but one after the other, and
//! one that is refused is kept for a
//! person and shown in the health of the process, also after a restart.

use kit::{Actor, Folded, Message};
use uuid::Uuid;

use super::park::DEAD_LETTERS;
use super::react::{Headers, letter};
use crate::command::Failure;
use crate::health::Condition;
use crate::service::Service;
use crate::store::{CursorMove, Log, Mark, NewMessage, Outcome, Unit};

/// What has one key is handled in its order.
pub(super) const KEY: &str = "seed";
/// How many of the first messages of a shard are looked at for what became of a seed.
const FIRST: u32 = 1_000;

/// The commands of a seed.
pub type Seed = fn() -> Folded<Vec<Message>>;

/// Put the commands into the outbox of a database in which nothing has happened yet.
///
/// # Errors
/// Trouble of the store; a command without a JSON form.
pub(crate) async fn sow(service: &Service, seed: Seed) -> Result<(), Failure> {
    if !is_new(service).await? {
        return look_back(service).await;
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
            schedule: None,
            request: None,
        };
        NewMessage { key: KEY.to_owned(), ..letter(id, &headers, message) }
    });
    // Of several instances that see the same empty database one moves this cursor, and with it the seed is there.
    let to = Mark { pos: 1, ..Mark::start(0) };
    let claim = CursorMove { name: KEY.to_owned(), epoch: 0, from: Mark::start(0), to };
    let unit = Unit { outbox: outbox.collect(), cursors: vec![claim], ..Unit::default() };
    if matches!(service.store().commit(unit).await?, Outcome::Committed(_)) {
        tracing::info!(event.name = "seeded", service = service.name(), "seeded");
    }
    Ok(())
}

/// Show what was refused of the seed when the database was new.
async fn look_back(service: &Service) -> Result<(), Failure> {
    let all = (0..service.store().meta().shards).map(|shard| (shard, 0)).collect();
    let first = service.store().tail_outbox(all, FIRST).await?;
    let kept = |it: &&NewMessage| it.topic == DEAD_LETTERS && it.key == KEY;
    if let Some(letter) = first.iter().map(|it| &it.message).find(kept) {
        let code = letter.headers.get("code").and_then(|code| code.as_str()).unwrap_or("a fault");
        refused(service, &letter.message_type, code);
    }
    Ok(())
}

/// Show that a command of the seed was refused.
pub(super) fn refused(service: &Service, command: &str, code: &str) {
    let detail = format!("{command} was refused: {code}");
    service.health().set("seed", Condition::Degraded { detail });
}

async fn is_new(service: &Service) -> Result<bool, Failure> {
    for log in [Log::Event, Log::Outbox] {
        if service.store().head(log).await?.iter().any(|mark| mark.pos > 0) {
            return Ok(false);
        }
    }
    Ok(true)
}
