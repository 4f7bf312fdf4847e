//! Who works on which slot: a lease for each, with an epoch that grows whenever the slot changes hands.
//!
//! All times are the store's. A lease that has run out says nothing about its last owner, who may only be slow: what
//! that one still writes is refused because of the epoch, see [`CursorMove::epoch`](super::CursorMove).

use std::time::Duration;

/// A worker that asks for its share of the slots of a job, and keeps what it has by asking again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The job, such as `relay:event`.
    pub name: String,
    /// The worker; every start of a process is another one.
    pub owner: String,
    /// Slots of the job, the same for all workers.
    pub slots: u16,
    /// How long a lease holds, and how long a silent worker counts.
    pub ttl: Duration,
}

/// A slot that a worker holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lease {
    /// The slot, from 0.
    pub slot: u16,
    /// Grows by one with each owner.
    pub epoch: i64,
}

/// A lease as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LeaseRow {
    pub(crate) slot: u16,
    pub(crate) owner: String,
    pub(crate) epoch: i64,
    pub(crate) expires_at: i64,
}

/// What a claim changes, and what the worker holds afterwards. `rows` are all slots, locked; `workers` are those of the
/// job that are alive, the claiming one included.
///
/// A worker that holds more than its share gives back one slot at a time, so that the work does not stop everywhere.
pub(crate) fn turn(
    rows: Vec<LeaseRow>,
    claim: &Claim,
    workers: usize,
    now: i64,
) -> (Vec<LeaseRow>, Vec<Lease>) {
    let share = usize::from(claim.slots).div_ceil(workers.max(1));
    let ttl = i64::try_from(claim.ttl.as_micros()).unwrap_or(i64::MAX);
    let expires_at = now.saturating_add(ttl);
    let (mut mine, others): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.owner == claim.owner && row.expires_at > now);
    let surplus = if mine.len() > share { mine.pop() } else { None };
    let missing = if surplus.is_some() { 0 } else { share - mine.len() };
    let free = others.into_iter().filter(|row| row.expires_at <= now).take(missing);
    mine.extend(free.map(|row| LeaseRow {
        owner: claim.owner.clone(),
        epoch: row.epoch + 1,
        ..row
    }));
    mine.iter_mut().for_each(|row| row.expires_at = expires_at);
    let held = mine.iter().map(|row| Lease { slot: row.slot, epoch: row.epoch }).collect();
    mine.extend(surplus.map(|row| LeaseRow { expires_at: now, ..row }));
    (mine, held)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(owner: &str) -> Claim {
        let (name, owner) = ("relay:event".to_owned(), owner.to_owned());
        Claim { name, owner, slots: 8, ttl: Duration::from_micros(100) }
    }

    fn row(slot: u16, owner: &str, expires_at: i64) -> LeaseRow {
        LeaseRow { slot, owner: owner.to_owned(), epoch: 3, expires_at }
    }

    #[test]
    fn what_ran_out_at_this_moment_is_free() {
        let rows = vec![row(0, "a", 50), row(1, "a", 51), row(2, "b", 50)];
        let (changed, held) = turn(rows, &claim("b"), 1, 50);
        assert_eq!(held, [Lease { slot: 0, epoch: 4 }, Lease { slot: 2, epoch: 4 }]);
        assert_eq!(
            changed,
            [LeaseRow { epoch: 4, ..row(0, "b", 150) }, LeaseRow { epoch: 4, ..row(2, "b", 150) },]
        );
    }

    #[test]
    fn of_a_surplus_one_slot_is_given_back_and_the_others_are_kept() {
        let rows = (0..8).map(|slot| row(slot, "a", 100)).collect();
        let (changed, held) = turn(rows, &claim("a"), 4, 50);
        assert_eq!(held.len(), 7);
        assert!(held.iter().all(|it| it.epoch == 3 && it.slot != 7));
        assert_eq!(changed.last(), Some(&row(7, "a", 50)));
    }
}
