//! Leases: one owner for each slot, shares for all workers, and epochs that shut out those who were too slow.

use super::conformance;
use crate::db::{Db, events, stream};
use jiff::SignedDuration;
use kit_runtime::store::{Claim, CursorMove, Expect, Lease, Mark, Outcome, Unit};
use std::collections::BTreeSet;
use std::time::Duration;

const SLOTS: u16 = 8;
const TTL: Duration = Duration::from_secs(15);

fn claim(owner: &str) -> Claim {
    Claim { name: "relay:event".to_owned(), owner: owner.to_owned(), slots: SLOTS, ttl: TTL }
}

async fn claimed(db: &Db, owner: &str) -> Vec<Lease> {
    db.store.claim(claim(owner)).await.unwrap()
}

fn slots(leases: &[Lease]) -> BTreeSet<u16> {
    leases.iter().map(|it| it.slot).collect()
}

async fn one_worker_has_all_slots_and_keeps_them(db: &Db) {
    let first = claimed(db, "a").await;
    assert_eq!(slots(&first), (0..SLOTS).collect());
    assert!(first.iter().all(|it| it.epoch == 1));
    for _ in 0..3 {
        db.clock.advance(SignedDuration::from_secs(10));
        assert_eq!(claimed(db, "a").await, first, "a renewed lease is the same lease");
    }
}

async fn a_second_worker_gets_its_share_slot_by_slot(db: &Db) {
    claimed(db, "a").await;
    assert_eq!(claimed(db, "b").await, [], "nothing is taken away");
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for left in [7, 6, 5, 4, 4] {
        a = claimed(db, "a").await;
        b = claimed(db, "b").await;
        assert_eq!((a.len(), b.len()), (left, usize::from(SLOTS) - left));
        assert!(slots(&a).is_disjoint(&slots(&b)));
    }
    assert!(a.iter().all(|it| it.epoch == 1) && b.iter().all(|it| it.epoch == 2));
}

async fn who_is_silent_for_too_long_loses_all_and_is_shut_out(db: &Db) {
    let old = claimed(db, "a").await;
    let place = db.write(events("s", Expect::NoStream, 2)).await.appended[0];
    let records = db.records().await;
    let mark = |index: usize| records[index].mark();
    let moved = |epoch, from, to| {
        let name = "relay:event".to_owned();
        Unit { cursors: vec![CursorMove { name, epoch, from, to }], ..Unit::default() }
    };
    db.clock.advance(SignedDuration::from_secs(15));
    let new = claimed(db, "b").await;
    assert_eq!(slots(&new), (0..SLOTS).collect());
    assert!(new.iter().zip(&old).all(|(new, old)| new.epoch == old.epoch + 1));
    assert_eq!(claimed(db, "a").await, [], "it finds nothing free");
    db.write(moved(new[0].epoch, Mark::start(place.shard), mark(0))).await;
    let late = db.commit(moved(old[0].epoch, mark(0), mark(1))).await;
    assert!(matches!(late, Outcome::Moved { .. }), "{late:?}");
    assert_eq!(db.store.cursors("relay:event".into()).await.unwrap()[0].mark, mark(0));
    assert_eq!(db.load(&stream("s")).await.version, 2);
}

async fn who_leaves_frees_its_slots_at_once(db: &Db) {
    claimed(db, "a").await;
    db.store.release("relay:event".into(), "a".into()).await.unwrap();
    let next = claimed(db, "b").await;
    assert_eq!(slots(&next), (0..SLOTS).collect(), "and it does not count as a worker");
    assert!(next.iter().all(|it| it.epoch == 2));
}

async fn of_many_that_claim_at_once_no_two_hold_a_slot(db: &Db) {
    for round in 0..3 {
        let tasks: Vec<_> = (0..16)
            .map(|number| {
                let store = db.store.clone();
                let owner = format!("w{round}-{number}");
                tokio::spawn(async move { store.claim(claim(&owner)).await.unwrap() })
            })
            .collect();
        let mut held = Vec::new();
        for task in tasks {
            held.extend(task.await.unwrap());
        }
        assert_eq!(held.len(), usize::from(SLOTS), "round {round}: {held:?}");
        assert_eq!(slots(&held), (0..SLOTS).collect());
        assert!(held.iter().all(|it| it.epoch == round + 1), "{held:?}");
        db.clock.advance(SignedDuration::from_secs(16));
    }
}

async fn jobs_know_nothing_of_each_other(db: &Db) {
    claimed(db, "a").await;
    let other = Claim { name: "relay:outbox".to_owned(), ..claim("b") };
    assert_eq!(db.store.claim(other).await.unwrap().len(), usize::from(SLOTS));
    assert_eq!(claimed(db, "a").await.len(), usize::from(SLOTS));
}

conformance! {
    one_worker_has_all_slots_and_keeps_them,
    a_second_worker_gets_its_share_slot_by_slot,
    who_is_silent_for_too_long_loses_all_and_is_shut_out,
    who_leaves_frees_its_slots_at_once,
    of_many_that_claim_at_once_no_two_hold_a_slot,
    jobs_know_nothing_of_each_other,
}
