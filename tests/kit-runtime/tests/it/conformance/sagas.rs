//! Sagas and operations: versions, what is due, what is listed.

use jiff::SignedDuration;
use kit_runtime::store::{
    Clock as _, OperationChange, Outcome, SagaChange, SagaFilter, SagaStatus, Unit,
};
use serde_json::json;
use uuid::Uuid;

use super::conformance;
use crate::db::{Db, message};

fn change(number: u128, from: i64, status: SagaStatus) -> SagaChange {
    SagaChange {
        saga: "travel.trip".to_owned(),
        id: Uuid::from_u128(number),
        from,
        status,
        step: Some("room".to_owned()),
        due_at: None,
        reason: None,
        correlation_id: format!("c{number}"),
        data: json!({ "text": "it's \"quoted\" – ü", "from": from }),
    }
}

fn unit(sagas: Vec<SagaChange>) -> Unit {
    Unit { sagas, outbox: vec![message("k", 1)], ..Unit::default() }
}

async fn a_saga_moves_from_version_to_version(db: &Db) {
    let ids = vec![Uuid::from_u128(2), Uuid::from_u128(1)];
    db.write(unit(vec![change(1, 0, SagaStatus::Running)])).await;
    let mut second = change(1, 1, SagaStatus::Parked);
    second.reason = Some("no answer".to_owned());
    second.due_at = Some(db.clock.now());
    second.step = None;
    db.clock.advance(SignedDuration::from_secs(1));
    db.write(unit(vec![second.clone()])).await;
    let rows = db.store.sagas("travel.trip".to_owned(), ids.clone()).await.unwrap();
    assert_eq!(rows[0], None);
    let row = rows[1].clone().unwrap();
    assert_eq!((row.version, row.status, row.step), (2, SagaStatus::Parked, None));
    assert_eq!((row.reason, row.due_at, row.data), (second.reason, second.due_at, second.data));
    assert_eq!(row.updated_at - row.started_at, SignedDuration::from_secs(1));
    assert_eq!(db.store.sagas("other".to_owned(), ids).await.unwrap(), [None, None]);
}

async fn who_read_an_older_version_is_overtaken_and_writes_nothing(db: &Db) {
    db.write(unit(vec![change(1, 0, SagaStatus::Running)])).await;
    let before = db.store.tail_outbox(db.start_of_all(), 10).await.unwrap().len();
    for from in [0, 2] {
        let refused = db.commit(unit(vec![change(1, from, SagaStatus::Completed)])).await;
        assert_eq!(refused, Outcome::Overtaken { id: Uuid::from_u128(1) });
    }
    let later = unit(vec![change(2, 0, SagaStatus::Running), change(1, 7, SagaStatus::Running)]);
    assert_eq!(db.commit(later).await, Outcome::Overtaken { id: Uuid::from_u128(1) });
    assert_eq!(db.store.tail_outbox(db.start_of_all(), 10).await.unwrap().len(), before);
    let two = db.store.sagas("travel.trip".to_owned(), vec![Uuid::from_u128(2)]).await.unwrap();
    assert_eq!(two, [None]);
}

async fn of_many_who_move_it_one_wins(db: &Db) {
    for version in 0..5 {
        let tries = (0..16).map(|_| {
            let store = db.store.clone();
            let unit = unit(vec![change(1, version, SagaStatus::Running)]);
            tokio::spawn(async move { store.commit(unit).await.unwrap() })
        });
        let mut won = 0;
        for one in tries.collect::<Vec<_>>() {
            won += i32::from(matches!(one.await.unwrap(), Outcome::Committed(_)));
        }
        assert_eq!(won, 1, "version {version}");
    }
}

async fn what_is_due_is_told_the_longest_overdue_first(db: &Db) {
    let now = db.clock.now();
    for (number, secs) in [(1, 30), (2, 10), (3, 20), (4, 600)] {
        let mut saga = change(number, 0, SagaStatus::Running);
        saga.due_at = Some(now + SignedDuration::from_secs(secs));
        db.write(unit(vec![saga])).await;
    }
    db.write(unit(vec![change(5, 0, SagaStatus::Completed)])).await;
    assert_eq!(db.store.due_sagas(10).await.unwrap(), []);
    db.clock.advance(SignedDuration::from_secs(30));
    let due = |limit| async move {
        let found = db.store.due_sagas(limit).await.unwrap();
        found.into_iter().map(|(_, id)| id.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(due(10).await, [2, 3, 1]);
    assert_eq!(due(2).await, [2, 3]);
}

async fn they_are_listed_by_what_is_asked(db: &Db) {
    for (number, status) in [
        (1, SagaStatus::Running),
        (2, SagaStatus::Parked),
        (3, SagaStatus::Compensating),
        (4, SagaStatus::Compensated),
    ] {
        db.clock.advance(SignedDuration::from_secs(1));
        db.write(unit(vec![change(number, 0, status)])).await;
    }
    let all = SagaFilter { limit: 3, ..SagaFilter::default() };
    let ids = |filter: SagaFilter| async move {
        let found = db.store.list_sagas(filter).await.unwrap();
        found.into_iter().map(|row| row.id.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(ids(all.clone()).await, [4, 3, 2]);
    assert_eq!(ids(SagaFilter { status: Some(SagaStatus::Parked), ..all.clone() }).await, [2]);
    let told = Some("c1".to_owned());
    assert_eq!(ids(SagaFilter { correlation_id: told, ..all.clone() }).await, [1]);
    assert_eq!(ids(SagaFilter { saga: Some("x.y".to_owned()), ..all }).await, []);
}

async fn an_operation_has_versions_too(db: &Db) {
    let op_id = Uuid::from_u128(9);
    let settle = |from, text: &str| Unit {
        operations: vec![OperationChange { op_id, from, data: json!({ "answer": text }) }],
        ..Unit::default()
    };
    assert_eq!(db.store.operation(op_id).await.unwrap(), None);
    db.write(settle(0, "first")).await;
    assert_eq!(db.commit(settle(0, "again")).await, Outcome::Overtaken { id: op_id });
    db.write(settle(1, "second")).await;
    assert_eq!(db.commit(settle(1, "late")).await, Outcome::Overtaken { id: op_id });
    let row = db.store.operation(op_id).await.unwrap().unwrap();
    assert_eq!((row.version, row.data), (2, json!({ "answer": "second" })));
}

conformance!(
    a_saga_moves_from_version_to_version,
    who_read_an_older_version_is_overtaken_and_writes_nothing,
    of_many_who_move_it_one_wins,
    what_is_due_is_told_the_longest_overdue_first,
    they_are_listed_by_what_is_asked,
    an_operation_has_versions_too,
);
