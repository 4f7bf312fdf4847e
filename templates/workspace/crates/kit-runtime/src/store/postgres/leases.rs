//! Leases: one transaction for each claim, which holds the rows of the job while it decides.

use super::pool::database;
use super::read::query;
use crate::store::lease::{LeaseRow, turn};
use crate::store::{Claim, Lease, StoreError};
use deadpool_postgres::ClientWrapper;

/// The worker is seen, and every slot has a row.
const SEEN: &str = "insert into kit_worker (name, owner, seen_at) values ($1, $2, coalesce($3::bigint, kit_now())) \
                    on conflict (name, owner) do update set seen_at = excluded.seen_at";
const SLOTS: &str = "insert into kit_lease (name, slot, owner, epoch, expires_at) \
                     select $1, slot, '', 0, 0 from generate_series(0, $2::integer - 1) as slot \
                     on conflict do nothing";
const ROWS: &str = "select slot, owner, epoch, expires_at from kit_lease where name = $1 and slot < $2::integer \
                    order by slot for update";
const ALIVE: &str = "select count(*), coalesce($3::bigint, kit_now()) from kit_worker \
                     where name = $1 and seen_at > coalesce($3::bigint, kit_now()) - $2::bigint";
const CHANGE: &str =
    "update kit_lease set owner = $3, epoch = $4, expires_at = $5 where name = $1 and slot = $2";
const FORGET: &str = "delete from kit_worker where name = $1 and owner in (select owner from kit_worker \
                      where name = $1 and seen_at < $2 for update skip locked)";

pub(super) async fn claim(
    client: &mut ClientWrapper,
    claim: &Claim,
    now: Option<i64>,
) -> Result<Vec<Lease>, StoreError> {
    let failed = |error: tokio_postgres::Error| database(&error);
    let corrupt = |error: std::num::TryFromIntError| StoreError::Corrupt(error.to_string());
    let ttl = i64::try_from(claim.ttl.as_micros()).unwrap_or(i64::MAX);
    let slots = i32::from(claim.slots);
    let transaction = client.build_transaction().start().await.map_err(failed)?;
    transaction.execute(SEEN, &[&claim.name, &claim.owner, &now]).await.map_err(failed)?;
    transaction.execute(SLOTS, &[&claim.name, &slots]).await.map_err(failed)?;
    let mut rows = Vec::new();
    for row in transaction.query(ROWS, &[&claim.name, &slots]).await.map_err(failed)? {
        let slot: i16 = row.get(0);
        rows.push(LeaseRow {
            slot: u16::try_from(slot).map_err(corrupt)?,
            owner: row.get(1),
            epoch: row.get(2),
            expires_at: row.get(3),
        });
    }
    let alive = transaction.query_one(ALIVE, &[&claim.name, &ttl, &now]).await.map_err(failed)?;
    let (workers, now): (i64, i64) = (alive.get(0), alive.get(1));
    let (changed, held) = turn(rows, claim, usize::try_from(workers).map_err(corrupt)?, now);
    for row in changed {
        let slot = i16::try_from(row.slot).map_err(corrupt)?;
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
            [&claim.name, &slot, &row.owner, &row.epoch, &row.expires_at];
        transaction.execute(CHANGE, &parameters).await.map_err(failed)?;
    }
    let long_ago = now.saturating_sub(ttl.saturating_mul(10));
    transaction.execute(FORGET, &[&claim.name, &long_ago]).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(held)
}

/// The worker leaves: what it holds is free at once.
pub(super) async fn release(
    client: &ClientWrapper,
    name: &str,
    owner: &str,
) -> Result<(), StoreError> {
    let sql = "with gone as (delete from kit_worker where name = $1 and owner = $2) \
               update kit_lease set expires_at = 0 where name = $1 and owner = $2";
    query(client, sql, &[&name, &owner]).await.map(drop)
}
