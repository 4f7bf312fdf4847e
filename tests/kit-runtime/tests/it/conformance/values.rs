//! Reserved values and running numbers.

use super::conformance;
use crate::db::{Db, events, stream};
use kit_runtime::store::{
    Expect, Load, NumberKey, NumberTake, Outcome, StreamKey, UniqueChange, Unit,
};

fn reserve(value: &str, stream: StreamKey) -> UniqueChange {
    UniqueChange::Reserve { rule: "vin".to_owned(), value: value.to_owned(), stream }
}

fn release(value: &str, stream: StreamKey) -> UniqueChange {
    UniqueChange::Release { rule: "vin".to_owned(), value: value.to_owned(), stream }
}

fn claims(id: &str, uniques: Vec<UniqueChange>) -> Unit {
    Unit { uniques, ..events(id, Expect::Any, 1) }
}

async fn a_value_is_held_by_one_stream(db: &Db) {
    db.write(claims("a", vec![reserve("1", stream("a"))])).await;
    db.write(claims("a", vec![reserve("1", stream("a"))])).await;
    let taken =
        db.commit(claims("b", vec![reserve("0", stream("b")), reserve("1", stream("b"))])).await;
    assert_eq!(taken, Outcome::Taken { rule: "vin".into(), value: "1".into() });
    assert_eq!(db.load(&stream("b")).await.version, 0);
    db.write(claims("c", vec![reserve("0", stream("c"))])).await;
    let other_tenant = StreamKey { tenant: "t".into(), ..stream("b") };
    db.write(claims("b", vec![reserve("1", other_tenant)])).await;
}

async fn only_the_holder_releases(db: &Db) {
    db.write(claims("a", vec![reserve("1", stream("a"))])).await;
    db.write(claims("b", vec![release("1", stream("b"))])).await;
    let taken = db.commit(claims("b", vec![reserve("1", stream("b"))])).await;
    assert!(matches!(taken, Outcome::Taken { .. }));
    db.write(claims("a", vec![release("1", stream("a"))])).await;
    db.write(claims("b", vec![reserve("1", stream("b"))])).await;
}

async fn a_value_can_change_hands_in_one_unit(db: &Db) {
    db.write(claims("a", vec![reserve("1", stream("a")), reserve("2", stream("a"))])).await;
    let swap =
        vec![reserve("1", stream("b")), release("1", stream("a")), release("2", stream("a"))];
    db.write(claims("b", swap)).await;
    let taken = db.commit(claims("a", vec![reserve("1", stream("a"))])).await;
    assert!(matches!(taken, Outcome::Taken { .. }));
    db.write(claims("c", vec![reserve("2", stream("c"))])).await;
}

async fn of_many_at_once_one_gets_the_value(db: &Db) {
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let (store, id) = (db.store.clone(), format!("s{number}"));
            let unit = claims(&id, vec![reserve("1", stream(&id))]);
            tokio::spawn(async move { store.commit(unit).await.unwrap() })
        })
        .collect();
    let mut winners = 0;
    for task in tasks {
        match task.await.unwrap() {
            Outcome::Committed(_) => winners += 1,
            Outcome::Taken { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((winners, db.records().await.len()), (1, 1));
}

fn invoice(part: &str) -> NumberKey {
    NumberKey { tenant: String::new(), name: "invoice".to_owned(), part: part.to_owned() }
}

async fn a_number_moves_only_from_what_was_seen(db: &Db) {
    let take = |part: &str, seen, now| Unit {
        numbers: vec![NumberTake { key: invoice(part), seen, now }],
        ..events("a", Expect::Any, 1)
    };
    db.write(take("2026", 0, 1)).await;
    db.write(take("2026", 1, 3)).await;
    db.write(take("2027", 0, 1)).await;
    let late = db.commit(take("2026", 1, 2)).await;
    assert_eq!(late, Outcome::NumberMoved { key: invoice("2026"), value: 3 });
    let fresh = db.commit(take("2028", 4, 5)).await;
    assert_eq!(fresh, Outcome::NumberMoved { key: invoice("2028"), value: 0 });
    let mut load = Load::stream(stream("a"));
    load.numbers = vec![invoice("2027"), invoice("2026"), invoice("2028")];
    let loaded = db.store.load(load).await.unwrap();
    assert_eq!((loaded.numbers, loaded.version), (vec![1, 3, 0], 3));
}

conformance! {
    a_value_is_held_by_one_stream,
    only_the_holder_releases,
    a_value_can_change_hands_in_one_unit,
    of_many_at_once_one_gets_the_value,
    a_number_moves_only_from_what_was_seen,
}
