//! The two logs: order, positions, limits, pruning.

use super::conformance;
use crate::db::{Db, append, events, message};
use jiff::{SignedDuration, Timestamp};
use kit_runtime::store::{Expect, Log, Mark, MessageKind, Outcome, Unit};
use std::collections::BTreeMap;

async fn the_tail_gives_each_shard_in_order_and_not_more_than_asked(db: &Db) {
    for round in 0..5 {
        let ids: Vec<String> = (0..20).map(|id| format!("s{id}")).collect();
        let appends = ids.iter().map(|id| append(id, Expect::Exact(round), 1)).collect();
        db.write(Unit { appends, ..Unit::default() }).await;
    }
    let all = db.records().await;
    assert_eq!(all.len(), 100);
    let mut next: BTreeMap<u16, i64> = BTreeMap::new();
    let mut after = Vec::new();
    for record in &all {
        let pos = next.entry(record.shard).or_insert(1);
        assert_eq!(record.pos, *pos);
        *pos += 1;
    }
    for (shard, end) in &next {
        after.push((*shard, end / 2));
    }
    let some = db.store.tail(after.clone(), 2).await.unwrap();
    for (shard, pos) in after {
        let found: Vec<i64> = some.iter().filter(|it| it.shard == shard).map(|it| it.pos).collect();
        let last = next[&shard] - 1;
        assert_eq!(found, (pos + 1..=last.min(pos + 2)).collect::<Vec<_>>());
    }
}

async fn the_head_is_the_last_record_of_each_shard(db: &Db) {
    assert_eq!(db.store.head(Log::Event).await.unwrap(), []);
    for id in ["a", "b", "c", "d"] {
        db.write(events(id, Expect::NoStream, 3)).await;
    }
    let mut last: BTreeMap<u16, Mark> = BTreeMap::new();
    for record in db.records().await {
        last.insert(record.shard, record.mark());
    }
    let expected: Vec<Mark> = last.into_values().collect();
    assert_eq!(db.store.head(Log::Event).await.unwrap(), expected);
}

async fn a_refused_unit_leaves_no_hole(db: &Db) {
    db.write(events("a", Expect::NoStream, 1)).await;
    for _ in 0..3 {
        let outcome = db.commit(events("a", Expect::Exact(7), 2)).await;
        assert!(matches!(outcome, Outcome::Conflict { .. }));
    }
    let next = db.write(events("a", Expect::Exact(1), 1)).await.appended[0];
    assert_eq!((next.version, next.pos), (2, 2));
}

async fn messages_come_back_as_they_were_written(db: &Db) {
    let mut first = message("k", 1);
    first.kind = MessageKind::Reply;
    first.not_after = Some("2026-02-03T04:05:06.000007Z".parse::<Timestamp>().unwrap());
    let unit =
        Unit { outbox: vec![first.clone(), message("k", 2), message("l", 3)], ..Unit::default() };
    let places = db.write(unit).await.outbox;
    assert_eq!((places[0].1, places[1]), (1, (places[0].0, 2)));
    let found = db.store.tail_outbox(db.start_of_all(), 10).await.unwrap();
    assert_eq!(found.len(), 3);
    let first_found = found.iter().find(|it| it.message.id == first.id).unwrap();
    assert_eq!(first_found.message, first);
    assert_eq!(first_found.mark(), Mark { shard: places[0].0, pos: 1, id: first.id });
    assert_eq!(db.store.tail(db.start_of_all(), 10).await.unwrap(), [], "the logs are apart");
}

async fn pruning_never_moves_positions_back(db: &Db) {
    let four = (1..=4).map(|number| message("k", number)).collect();
    let shard = db.write(Unit { outbox: four, ..Unit::default() }).await.outbox[0].0;
    assert_eq!(db.store.prune_outbox(vec![(shard, 4)], 3).await.unwrap(), 3);
    let head = db.store.head(Log::Outbox).await.unwrap();
    assert_eq!(head[0].pos, 4);
    assert_eq!(db.store.prune_outbox(vec![(shard, 4)], 3).await.unwrap(), 1);
    assert_eq!(db.store.prune_outbox(vec![(shard, 4)], 3).await.unwrap(), 0);
    assert_eq!(
        db.store.head(Log::Outbox).await.unwrap(),
        head,
        "the floor keeps the place and the id"
    );
    let next = db.write(Unit { outbox: vec![message("k", 5)], ..Unit::default() }).await;
    assert_eq!(next.outbox, [(shard, 5)]);
    let left = db.store.tail_outbox(vec![(shard, 4)], 10).await.unwrap();
    assert_eq!(left.len(), 1);
}

async fn a_commit_wakes_who_watches(db: &Db) {
    let mut changes = db.store.changes();
    changes.mark_unchanged();
    db.write(events("a", Expect::NoStream, 1)).await;
    let woken = tokio::time::timeout(std::time::Duration::from_secs(10), changes.changed()).await;
    woken.expect("a hint arrives").unwrap();
}

async fn records_carry_the_injected_time(db: &Db) {
    db.write(events("a", Expect::NoStream, 1)).await;
    db.clock.advance(SignedDuration::from_secs(90));
    db.write(events("a", Expect::Exact(1), 1)).await;
    let records = db.records().await;
    let passed = records[1].recorded_at.duration_since(records[0].recorded_at);
    assert_eq!(passed, SignedDuration::from_secs(90));
}

#[tokio::test]
async fn on_sqlite_no_unit_is_as_early_as_one_before_it_whatever_the_clock_does() {
    let db = crate::db::Db::sqlite().await;
    for (id, step) in [("a", 0), ("b", 0), ("c", -3_600), ("d", 0), ("e", 7_200)] {
        db.clock.advance(SignedDuration::from_secs(step));
        db.write(events(id, Expect::NoStream, 1)).await;
    }
    let mut records = db.records().await;
    records.sort_by_key(|it| it.recorded_at);
    let order: Vec<_> = records.iter().map(|it| it.stream.id.as_str()).collect();
    assert_eq!(order, ["a", "b", "c", "d", "e"]);
    let times: std::collections::BTreeSet<_> = records.iter().map(|it| it.recorded_at).collect();
    assert_eq!(times.len(), 5);
    assert_eq!(records[4].recorded_at, db.store.now().await.unwrap());
    db.finish().await;
}

conformance! {
    the_tail_gives_each_shard_in_order_and_not_more_than_asked,
    the_head_is_the_last_record_of_each_shard,
    a_refused_unit_leaves_no_hole,
    messages_come_back_as_they_were_written,
    pruning_never_moves_positions_back,
    a_commit_wakes_who_watches,
    records_carry_the_injected_time,
}
