//! Many commands at the same moment: each has its own outcome, whatever the store makes of the crowd.

use super::conformance;
use super::views::{ITEMS, item};
use crate::db::{Db, append, events, stream};
use jiff::Timestamp;
use kit_runtime::store::{
    Answer, CursorMove, Datum, Expect, Idempotency, Load, Mark, Outcome, Record, RowChanges, Store,
    StoreError, Unit, ViewTable, WatermarkMove,
};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

fn keyed(key: &str, unit: Unit) -> Unit {
    let body = key.as_bytes().to_vec();
    let answer = Answer { status: 200, headers: json!({}), body };
    let (tenant, principal, key) = (String::new(), "me".to_owned(), key.to_owned());
    let (route, expires_at) = (String::new(), Timestamp::MAX);
    let request =
        Idempotency { tenant, principal, key, route, fingerprint: vec![1], answer, expires_at };
    Unit { idempotency: Some(request), ..unit }
}

/// Sends all at once; the results are in the order of the units.
async fn at_once(store: &Arc<dyn Store>, units: Vec<Unit>) -> Vec<Result<Outcome, StoreError>> {
    let tasks: Vec<_> = units
        .into_iter()
        .map(|unit| {
            let store = store.clone();
            tokio::spawn(async move { store.commit(unit).await })
        })
        .collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

async fn everyone_gets_the_own_outcome(db: &Db) {
    db.write(events("old", Expect::NoStream, 3)).await;
    db.write(keyed("taken", Unit::default())).await;
    let mut units = Vec::new();
    for number in 0..40 {
        units.push(keyed(
            &format!("k{number}"),
            events(&format!("new{number}"), Expect::NoStream, 2),
        ));
        units.push(events(&format!("late{number}"), Expect::Exact(7), 1));
        units.push(keyed("taken", events(&format!("repeat{number}"), Expect::NoStream, 1)));
        units.push(events("many", Expect::Any, 1));
        units.push(events("old", Expect::Exact(1), 1));
    }
    let results = at_once(&db.store, units).await;
    let log: BTreeMap<(u16, i64), Record> =
        db.records().await.into_iter().map(|it| ((it.shard, it.pos), it)).collect();
    let mut versions = Vec::new();
    for (index, result) in results.into_iter().enumerate() {
        match (index % 5, result.unwrap()) {
            (0, Outcome::Committed(committed)) => {
                let end = committed.appended[0];
                let record = &log[&(end.shard, end.pos)];
                assert_eq!(record.stream, stream(&format!("new{}", index / 5)));
                assert_eq!((record.version, end.version), (2, 2));
            }
            (1, Outcome::Conflict { version: 0, .. }) => {}
            (2, Outcome::Replayed(stored)) => assert_eq!(stored.answer.body, b"taken"),
            (3, Outcome::Committed(committed)) => versions.push(committed.appended[0].version),
            (4, Outcome::Conflict { version: 3, stream: of, .. }) => assert_eq!(of, stream("old")),
            (kind, other) => panic!("{kind}: {other:?}"),
        }
    }
    versions.sort_unstable();
    assert_eq!(versions, (1..=40).collect::<Vec<_>>());
    assert_eq!(log.len(), 3 + 80 + 40, "what was refused left nothing");
}

/// Each unit carries an event and one thing more; that must not stay behind when others are on their way.
async fn whatever_else_a_unit_carries_is_stored_with_it(db: &Db) {
    let views = db.store.open_view(ITEMS, "one".into()).await.unwrap();
    let table = ViewTable { schema: ITEMS, version: views.live.version };
    let units: Vec<Unit> = (0..60_i64)
        .map(|number| {
            let mut unit = events(&format!("s{number}"), Expect::NoStream, 1);
            let shard = u16::try_from(number / 3).unwrap();
            let (from, to) = (Mark::start(shard), Mark { shard, pos: 5, id: Uuid::now_v7() });
            match number % 3 {
                0 => unit.watermarks.push(WatermarkMove {
                    consumer: "c".into(),
                    source: "elsewhere/e".into(),
                    generation: Uuid::nil(),
                    from,
                    to,
                }),
                1 => {
                    unit.cursors.push(CursorMove { name: "view".into(), epoch: 0, from, to });
                }
                _ => {
                    let upserts = vec![item(number, json!({}))];
                    unit.rows.push(RowChanges { table, upserts, deletes: vec![] });
                }
            }
            unit
        })
        .collect();
    for result in at_once(&db.store, units).await {
        assert!(matches!(result, Ok(Outcome::Committed(_))), "{result:?}");
    }
    let watermarks = db.store.watermarks("c".into(), "elsewhere/e".into()).await.unwrap();
    let cursors = db.store.cursors("view".into()).await.unwrap();
    let keys = (0..20).map(|it| vec![Datum::Int(it * 3 + 2)]).collect();
    let rows = db.store.rows(table, keys).await.unwrap();
    let counts = (watermarks.len(), cursors.len(), rows.iter().flatten().count());
    assert_eq!((counts, db.records().await.len()), ((20, 20, 20), 60));
}

async fn a_key_used_twice_at_once_has_one_effect(db: &Db) {
    let units: Vec<Unit> = (0..60)
        .map(|it| keyed(&format!("k{}", it / 3), events(&format!("s{it}"), Expect::NoStream, 1)))
        .collect();
    let results = at_once(&db.store, units).await;
    for group in results.chunks(3) {
        let committed = group.iter().filter(|it| matches!(it, Ok(Outcome::Committed(_)))).count();
        let replayed = group.iter().filter(|it| matches!(it, Ok(Outcome::Replayed(_)))).count();
        assert_eq!((committed, replayed), (1, 2), "{group:?}");
    }
    assert_eq!(db.records().await.len(), 20);
    let answer = db.store.answer(String::new(), "me".into(), "k7".into()).await.unwrap().unwrap();
    let (shard, pos) = answer.positions[0];
    assert!(db.records().await.iter().any(|it| (it.shard, it.pos) == (shard, pos)));
}

async fn one_that_cannot_be_stored_takes_no_other_with_it(db: &Db) {
    let mut units: Vec<Unit> =
        (0..30).map(|it| events(&format!("s{it}"), Expect::NoStream, 1)).collect();
    let mut twice = append("broken", Expect::NoStream, 2);
    twice.events[1].event_type = "\0".to_owned();
    units.insert(15, Unit { appends: vec![twice], ..Unit::default() });
    let mut results = at_once(&db.store, units).await;
    let broken = results.remove(15);
    for result in results {
        assert!(matches!(result, Ok(Outcome::Committed(_))), "{result:?}");
    }
    let records = db.records().await.len();
    match broken {
        Ok(Outcome::Committed(_)) => assert_eq!(records, 32, "a store may take it"),
        _ => assert_eq!(records, 30),
    }
    let ids = ["s0", "s29"];
    for id in ids {
        assert_eq!(db.store.load(Load::stream(stream(id))).await.unwrap().version, 1);
    }
}

conformance! {
    everyone_gets_the_own_outcome,
    whatever_else_a_unit_carries_is_stored_with_it,
    a_key_used_twice_at_once_has_one_effect,
    one_that_cannot_be_stored_takes_no_other_with_it,
}
