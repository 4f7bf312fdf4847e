//! Deletes what is no longer needed, in small bites.

use super::database;
use crate::store::StoreError;
use rusqlite::{Connection, params};

/// Deletes messages up to each position and moves the floor to the last one deleted.
pub(super) fn outbox(
    connection: &Connection,
    up_to: &[(u16, i64)],
    limit: u32,
) -> Result<u64, StoreError> {
    let mut deleted = 0;
    for (shard, pos) in up_to {
        connection
            .execute(
                "insert into kit_shard_floor (log, shard, pos, id) select 'o', shard, pos, id from (\
                 select shard, pos, id from kit_outbox where shard = ?1 and pos <= ?2 \
                 order by pos limit ?3) order by pos desc limit 1 \
                 on conflict do update set pos = excluded.pos, id = excluded.id",
                params![shard, pos, limit],
            )
            .map_err(database)?;
        let gone = connection
            .execute(
                "delete from kit_outbox where shard = ?1 and pos <= min(?2, coalesce((select pos \
                 from kit_shard_floor where log = 'o' and shard = ?1), 0))",
                params![shard, pos],
            )
            .map_err(database)?;
        deleted += u64::try_from(gone).unwrap_or(0);
    }
    Ok(deleted)
}

/// Forgets expired answers.
pub(super) fn answers(connection: &Connection, now: i64, limit: u32) -> Result<u64, StoreError> {
    let gone = connection
        .execute(
            "delete from kit_idempotency where rowid in \
             (select rowid from kit_idempotency where expires_at <= ? limit ?)",
            params![now, limit],
        )
        .map_err(database)?;
    Ok(u64::try_from(gone).unwrap_or(0))
}
