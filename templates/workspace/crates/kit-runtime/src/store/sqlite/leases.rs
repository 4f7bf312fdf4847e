//! Leases, for several processes on one host.

use super::database;
use crate::store::lease::{LeaseRow, turn};
use crate::store::{Claim, Lease, StoreError};
use rusqlite::{Connection, params};

pub(super) fn claim(
    connection: &Connection,
    claim: &Claim,
    now: i64,
) -> Result<Vec<Lease>, StoreError> {
    let ttl = i64::try_from(claim.ttl.as_micros()).unwrap_or(i64::MAX);
    let seen = "insert into kit_worker (name, owner, seen_at) values (?1, ?2, ?3) \
                on conflict do update set seen_at = excluded.seen_at";
    connection.execute(seen, params![claim.name, claim.owner, now]).map_err(database)?;
    for slot in 0..claim.slots {
        let sql = "insert into kit_lease (name, slot, owner, epoch, expires_at) \
                   values (?1, ?2, '', 0, 0) on conflict do nothing";
        connection.execute(sql, params![claim.name, slot]).map_err(database)?;
    }
    let rows = rows(connection, claim)?;
    let alive = "select count(*) from kit_worker where name = ?1 and seen_at > ?2";
    let since = now.saturating_sub(ttl);
    let workers: u32 = connection
        .query_row(alive, params![claim.name, since], |row| row.get(0))
        .map_err(database)?;
    let (changed, held) = turn(rows, claim, usize::try_from(workers).unwrap_or(usize::MAX), now);
    for row in changed {
        let sql = "update kit_lease set owner = ?3, epoch = ?4, expires_at = ?5 \
                   where name = ?1 and slot = ?2";
        let values = params![claim.name, row.slot, row.owner, row.epoch, row.expires_at];
        connection.execute(sql, values).map_err(database)?;
    }
    let long_ago = now.saturating_sub(ttl.saturating_mul(10));
    let forget = "delete from kit_worker where name = ?1 and seen_at < ?2";
    connection.execute(forget, params![claim.name, long_ago]).map_err(database)?;
    Ok(held)
}

fn rows(connection: &Connection, claim: &Claim) -> Result<Vec<LeaseRow>, StoreError> {
    let sql = "select slot, owner, epoch, expires_at from kit_lease \
               where name = ?1 and slot < ?2 order by slot";
    let mut statement = connection.prepare_cached(sql).map_err(database)?;
    let found = statement.query_map(params![claim.name, claim.slots], |row| {
        Ok(LeaseRow {
            slot: row.get(0)?,
            owner: row.get(1)?,
            epoch: row.get(2)?,
            expires_at: row.get(3)?,
        })
    });
    found.and_then(Iterator::collect).map_err(database)
}

/// The worker leaves: what it holds is free at once.
pub(super) fn release(connection: &Connection, name: &str, owner: &str) -> Result<(), StoreError> {
    let lease = "update kit_lease set expires_at = 0 where name = ?1 and owner = ?2";
    connection.execute(lease, params![name, owner]).map_err(database)?;
    let worker = "delete from kit_worker where name = ?1 and owner = ?2";
    connection.execute(worker, params![name, owner]).map_err(database)?;
    Ok(())
}
