//! Streams: versions, expectations, closing, atomic units.

use super::conformance;
use crate::db::{Db, append, events, stream};
use kit_runtime::store::{Expect, Load, Outcome, StoreError, StreamKey, StreamState, Unit};

async fn versions_count_from_one_and_positions_follow_each_other(db: &Db) {
    let first = db.write(events("a", Expect::NoStream, 2)).await.appended[0];
    let second = db.write(events("a", Expect::Exact(2), 1)).await.appended[0];
    assert_eq!((first.version, first.pos), (2, 2));
    assert_eq!((second.version, second.pos, second.shard), (3, 3, first.shard));
    assert_eq!(first.shard, stream("a").shard(db.shards));
    let loaded = db.load(&stream("a")).await;
    assert_eq!((loaded.version, loaded.state), (3, StreamState::Open));
    let places: Vec<_> = loaded.events.iter().map(|it| (it.version, it.pos)).collect();
    assert_eq!(places, [(1, 1), (2, 2), (3, 3)]);
}

async fn an_event_comes_back_as_it_was_written(db: &Db) {
    let mut written = append("a", Expect::NoStream, 1);
    written.stream.tenant = "acme".to_owned();
    db.write(Unit { appends: vec![written.clone()], ..Unit::default() }).await;
    let loaded = db.load(&written.stream).await;
    let (record, event) = (&loaded.events[0], &written.events[0]);
    assert_eq!((record.id, &record.stream), (event.id, &written.stream));
    assert_eq!((&record.event_type, record.schema_version), (&event.event_type, 3));
    assert_eq!((&record.data, &record.meta), (&event.data, &event.meta));
    assert_eq!(record.recorded_at, db.store.now().await.unwrap());
    assert_eq!(db.load(&stream("a")).await.version, 0, "another tenant's stream is another stream");
}

async fn only_what_holds_is_accepted(db: &Db) {
    db.write(events("open", Expect::NoStream, 2)).await;
    let mut closing = append("closed", Expect::NoStream, 1);
    closing.close = true;
    db.write(Unit { appends: vec![closing], ..Unit::default() }).await;
    let table = [
        ("none", Expect::NoStream, true),
        ("none", Expect::Exact(0), true),
        ("none", Expect::Exact(1), false),
        ("none", Expect::Exists, false),
        ("none", Expect::Any, true),
        ("open", Expect::NoStream, false),
        ("open", Expect::Exact(1), false),
        ("open", Expect::Exact(2), true),
        ("open", Expect::Exact(3), false),
        ("open", Expect::Exists, true),
        ("open", Expect::Any, true),
        ("closed", Expect::NoStream, false),
        ("closed", Expect::Exact(1), false),
        ("closed", Expect::Exists, false),
        ("closed", Expect::Any, false),
    ];
    for (id, expect, holds) in table {
        let outcome = db.commit(events(id, expect, 0)).await;
        assert_eq!(
            matches!(outcome, Outcome::Committed(_)),
            holds,
            "check {id} {expect:?}: {outcome:?}"
        );
        if !holds {
            let outcome = db.commit(events(id, expect, 1)).await;
            assert!(
                matches!(outcome, Outcome::Conflict { .. }),
                "write {id} {expect:?}: {outcome:?}"
            );
        }
    }
    assert_eq!(db.records().await.len(), 3, "checks and conflicts write nothing");
}

async fn a_conflict_says_where_the_stream_stands(db: &Db) {
    db.write(events("a", Expect::NoStream, 4)).await;
    let version = |outcome| match outcome {
        Outcome::Conflict { stream, version, state } => (stream, version, state),
        other => panic!("{other:?}"),
    };
    let behind = version(db.commit(events("a", Expect::Exact(2), 1)).await);
    assert_eq!(behind, (stream("a"), 4, StreamState::Open));
    let mut closing = append("a", Expect::Exact(4), 1);
    closing.close = true;
    db.write(Unit { appends: vec![closing], ..Unit::default() }).await;
    let closed = version(db.commit(events("a", Expect::Any, 1)).await);
    assert_eq!(closed, (stream("a"), 5, StreamState::Closed));
    assert_eq!(db.load(&stream("a")).await.state, StreamState::Closed);
    let missing = version(db.commit(events("b", Expect::Exists, 1)).await);
    assert_eq!(missing, (stream("b"), 0, StreamState::Open));
}

async fn a_unit_of_many_streams_is_all_or_nothing(db: &Db) {
    db.write(events("m", Expect::NoStream, 1)).await;
    let ids = ["z", "m", "a", "q"];
    let unit = |expect| Unit {
        appends: ids.iter().map(|id| append(id, expect, 2)).collect(),
        ..Unit::default()
    };
    assert!(matches!(db.commit(unit(Expect::NoStream)).await, Outcome::Conflict { .. }));
    assert_eq!(db.records().await.len(), 1);
    for id in ["z", "a", "q"] {
        assert_eq!(db.load(&stream(id)).await.version, 0);
    }
    let committed = db.write(unit(Expect::Any)).await;
    let versions: Vec<i64> = committed.appended.iter().map(|it| it.version).collect();
    assert_eq!(versions, [2, 3, 2, 2], "in the unit's order");
    assert_eq!(db.records().await.len(), 9, "the tail has no hole");
}

async fn a_hundred_streams_in_one_unit_get_positions_without_holes(db: &Db) {
    let ids: Vec<String> = (0..100).map(|id| format!("s{id}")).collect();
    let appends = ids.iter().map(|id| append(id, Expect::NoStream, 2)).collect();
    let committed = db.write(Unit { appends, ..Unit::default() }).await;
    assert_eq!(committed.appended.len(), 100);
    let records = db.records().await;
    assert_eq!(records.len(), 200);
    for (id, end) in ids.iter().zip(&committed.appended) {
        let last = records.iter().find(|it| (it.shard, it.pos) == (end.shard, end.pos)).unwrap();
        assert_eq!((&last.stream, last.version), (&stream(id), 2));
    }
}

async fn a_later_part_of_a_stream_can_be_loaded_alone(db: &Db) {
    db.write(events("a", Expect::NoStream, 5)).await;
    let mut load = Load::stream(stream("a"));
    load.after_version = 3;
    let loaded = db.store.load(load).await.unwrap();
    assert_eq!(loaded.version, 5);
    assert_eq!(loaded.events.iter().map(|it| it.version).collect::<Vec<_>>(), [4, 5]);
}

async fn ids_that_look_like_something_else_stay_apart(db: &Db) {
    let keys =
        [("", "job", "a\u{1f}b"), ("", "job\u{1f}a", "b"), ("'", "\"", "%;--"), ("", "", "")];
    for (tenant, kind, id) in keys {
        let key = StreamKey { tenant: tenant.into(), kind: kind.into(), id: id.into() };
        let mut one = append("x", Expect::NoStream, 1);
        one.stream = key.clone();
        db.write(Unit { appends: vec![one], ..Unit::default() }).await;
        assert_eq!(db.load(&key).await.events.len(), 1);
    }
}

async fn a_senseless_unit_is_refused(db: &Db) {
    let twice = Unit {
        appends: vec![append("a", Expect::Any, 1), append("a", Expect::Any, 1)],
        ..Unit::default()
    };
    assert!(matches!(db.store.commit(twice).await, Err(StoreError::Invalid(_))));
    assert_eq!(db.load(&stream("a")).await.version, 0);
    assert_eq!(db.write(Unit::default()).await.appended, [], "an empty unit is no trouble");
}

conformance! {
    versions_count_from_one_and_positions_follow_each_other,
    an_event_comes_back_as_it_was_written,
    only_what_holds_is_accepted,
    a_conflict_says_where_the_stream_stands,
    a_unit_of_many_streams_is_all_or_nothing,
    a_hundred_streams_in_one_unit_get_positions_without_holes,
    a_later_part_of_a_stream_can_be_loaded_alone,
    ids_that_look_like_something_else_stay_apart,
    a_senseless_unit_is_refused,
}
