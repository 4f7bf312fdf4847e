//! From a unit to its outcome in spite of deadlocks and broken connections.
//!
//! After a break nobody knows whether the unit was committed. If it can be recognised, the store looks; if sending it
//! again cannot have a second effect, the store does; otherwise the caller is told that the outcome is unknown.

use super::append::{Failure, Frame, send};
use super::pool::{database, get, is_retriable};
use super::read::query;
use crate::store::{Append, Appended, Committed, Expect, Outcome, StoreError, Unit};
use deadpool_postgres::{ClientWrapper, Pool};
use std::time::Duration;
use uuid::Uuid;

/// Attempts in all.
const ATTEMPTS: u32 = 5;

/// Commits a unit by itself. `broken`: it was sent before, and nobody knows its outcome.
pub(super) async fn commit(
    pool: &Pool,
    unit: &Unit,
    frame: Frame,
    mut broken: bool,
) -> Result<Outcome, StoreError> {
    if broken && !repeatable(unit) {
        return Err(StoreError::Unknown("the connection broke".to_owned()));
    }
    let mut attempt = 0;
    loop {
        attempt += 1;
        match once(pool, unit, frame, broken).await {
            Ok(outcome) => return Ok(outcome),
            Err(Failure::Database(error)) if is_retriable(&error) && attempt < ATTEMPTS => {}
            Err(Failure::Database(error)) => match database(&error) {
                StoreError::Unavailable(text) => {
                    broken = true;
                    if !repeatable(unit) {
                        return Err(StoreError::Unknown(text));
                    }
                    if attempt == ATTEMPTS {
                        return Err(StoreError::Unavailable(text));
                    }
                }
                other => return Err(other),
            },
            Err(Failure::Unit(StoreError::Unavailable(_))) if broken && attempt < ATTEMPTS => {}
            Err(Failure::Unit(error)) => return Err(error),
        }
        tokio::time::sleep(backoff(attempt)).await;
    }
}

/// One attempt. After a break it first looks whether the unit is there already, and does not take a conflict with
/// its own earlier self for one.
async fn once(pool: &Pool, unit: &Unit, frame: Frame, broken: bool) -> Result<Outcome, Failure> {
    let client = get(pool).await?;
    if !broken {
        return send(&client, unit, frame).await;
    }
    if let Some(committed) = recognise(&client, unit, frame).await? {
        return Ok(Outcome::Committed(committed));
    }
    let outcome = send(&client, unit, frame).await?;
    if !matches!(outcome, Outcome::Committed(_))
        && let Some(committed) = recognise(&client, unit, frame).await?
    {
        return Ok(Outcome::Committed(committed));
    }
    Ok(outcome)
}

/// Whether sending the unit twice has the effect of sending it once.
fn repeatable(unit: &Unit) -> bool {
    let nothing_new = unit.appends.is_empty() && unit.outbox.is_empty();
    unit.idempotency.is_some()
        || !unit.watermarks.is_empty()
        || !unit.cursors.is_empty()
        || nothing_new
        || unit.appends.iter().any(is_recognisable)
}

fn is_recognisable(append: &Append) -> bool {
    matches!(append.expect, Expect::NoStream | Expect::Exact(_)) && !append.events.is_empty()
}

/// The places of the unit if its events are in the log: the id of the first at the version it was meant for.
async fn recognise(
    client: &ClientWrapper,
    unit: &Unit,
    frame: Frame,
) -> Result<Option<Committed>, StoreError> {
    if !unit.appends.iter().any(is_recognisable) {
        return Ok(None);
    }
    let mut appended = Vec::with_capacity(unit.appends.len());
    for append in &unit.appends {
        let key = &append.stream;
        let ids: Vec<Uuid> = append.events.iter().map(|it| it.id).collect();
        let sql = "select pos, version from kit_event where tenant = $1 and stream_type = $2 \
                   and stream_id = $3 and id = any($4) order by version";
        let rows = query(client, sql, &[&key.tenant, &key.kind, &key.id, &ids]).await?;
        let shard = key.shard(frame.shards);
        match rows.last() {
            Some(row) => appended.push(Appended { version: row.get(1), shard, pos: row.get(0) }),
            None if append.events.is_empty() => {
                let version = if let Expect::Exact(version) = append.expect { version } else { 0 };
                appended.push(Appended { version, shard, pos: 0 });
            }
            None => return Ok(None),
        }
    }
    let mut outbox = Vec::with_capacity(unit.outbox.len());
    for message in &unit.outbox {
        let shard = message.shard(frame.shards);
        let number = i16::try_from(shard).unwrap_or(i16::MAX);
        let sql =
            "select pos from kit_outbox where shard = $1 and id = $2 order by pos desc limit 1";
        let rows = query(client, sql, &[&number, &message.id]).await?;
        outbox.push((shard, rows.first().map_or(0, |row| row.get(0))));
    }
    Ok(Some(Committed { appended, outbox }))
}

/// 2 to 50 ms and more after each attempt, spread so that two who collided do not collide again.
fn backoff(attempt: u32) -> Duration {
    let spread = u64::try_from(Uuid::now_v7().as_u128() % 48).unwrap_or(0);
    Duration::from_millis((2 + spread) * u64::from(attempt))
}
