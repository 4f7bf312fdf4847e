//! Deletes what is no longer needed, in small bites.

use super::database;
use crate::store::StoreError;
use deadpool_postgres::ClientWrapper;
use tokio_postgres::{Error, Transaction};

/// Deletes messages up to each position and moves the floor to the last one deleted.
pub(super) async fn outbox(
    transaction: &Transaction<'_>,
    up_to: &[(u16, i64)],
    limit: u32,
) -> Result<u64, StoreError> {
    let failed = |error: Error| database(&error);
    let mut deleted = 0;
    for (shard, pos) in up_to {
        let shard = i16::try_from(*shard).unwrap_or(i16::MAX);
        transaction
            .execute(
                "insert into kit_shard_floor as f (log, shard, pos, id) select 'o', b.shard, b.pos, b.id from \
                 (select shard, pos, id from kit_outbox where shard = $1 and pos <= $2 order by pos limit $3) b \
                 order by b.pos desc limit 1 \
                 on conflict (log, shard) do update set pos = excluded.pos, id = excluded.id",
                &[&shard, pos, &i64::from(limit)],
            )
            .await
            .map_err(failed)?;
        deleted += transaction
            .execute(
                "delete from kit_outbox where shard = $1 and pos <= least($2, coalesce((select pos \
                 from kit_shard_floor where log = 'o' and shard = $1), 0))",
                &[&shard, pos],
            )
            .await
            .map_err(failed)?;
    }
    Ok(deleted)
}

/// Forgets expired answers.
pub(super) async fn answers(
    client: &ClientWrapper,
    now: Option<i64>,
    limit: u32,
) -> Result<u64, StoreError> {
    client
        .execute(
            "delete from kit_idempotency where ctid = any (array(select ctid from kit_idempotency \
             where expires_at <= coalesce($1::bigint, kit_now()) limit $2))",
            &[&now, &i64::from(limit)],
        )
        .await
        .map_err(|error| database(&error))
}
