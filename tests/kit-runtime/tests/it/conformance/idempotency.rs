//! One key, one effect, one answer.

use super::conformance;
use crate::db::{Db, events, stream};
use jiff::SignedDuration;
use kit_runtime::store::{Answer, Expect, Idempotency, Outcome, StoredAnswer, Unit};
use serde_json::json;

async fn keyed(db: &Db, key: &str, body: &str, unit: Unit) -> Unit {
    let answer = Answer {
        status: 201,
        headers: json!({ "location": "/jobs/1" }),
        body: body.as_bytes().to_vec(),
    };
    let now = db.store.now().await.unwrap();
    let request = Idempotency {
        tenant: String::new(),
        principal: "me".to_owned(),
        key: key.to_owned(),
        route: "POST /jobs".to_owned(),
        fingerprint: vec![0, 159, 146, 150],
        answer,
        expires_at: now.checked_add(SignedDuration::from_hours(24)).unwrap(),
    };
    Unit { idempotency: Some(request), ..unit }
}

fn replay(outcome: Outcome) -> StoredAnswer {
    match outcome {
        Outcome::Replayed(answer) => answer,
        other => panic!("not a replay: {other:?}"),
    }
}

async fn a_repeat_gets_the_first_answer_and_has_no_effect(db: &Db) {
    let first = db.write(keyed(db, "k", "first", events("a", Expect::NoStream, 2)).await).await;
    let repeat = db.commit(keyed(db, "k", "second", events("b", Expect::NoStream, 1)).await).await;
    let stored = replay(repeat);
    assert_eq!((stored.answer.status, &*stored.answer.body), (201, b"first".as_slice()));
    assert_eq!(stored.answer.headers, json!({ "location": "/jobs/1" }));
    assert_eq!(stored.fingerprint, [0, 159, 146, 150]);
    assert_eq!(stored.positions, [(first.appended[0].shard, 2)]);
    assert_eq!(db.load(&stream("b")).await.version, 0);
    let looked_up = db.store.answer(String::new(), "me".into(), "k".into()).await.unwrap();
    assert_eq!(looked_up, Some(stored));
    assert_eq!(db.store.answer(String::new(), "you".into(), "k".into()).await.unwrap(), None);
}

async fn a_repeat_wins_over_a_conflict(db: &Db) {
    let request = keyed(db, "k", "first", events("a", Expect::NoStream, 1)).await;
    db.write(request.clone()).await;
    assert_eq!(replay(db.commit(request).await).answer.body, b"first");
}

async fn a_conflict_leaves_the_key_free(db: &Db) {
    let conflict = db.commit(keyed(db, "k", "no", events("a", Expect::Exact(3), 1)).await).await;
    assert!(matches!(conflict, Outcome::Conflict { .. }));
    assert_eq!(db.store.answer(String::new(), "me".into(), "k".into()).await.unwrap(), None);
    db.write(keyed(db, "k", "yes", events("a", Expect::NoStream, 1)).await).await;
}

async fn an_answer_without_effect_is_kept_as_well(db: &Db) {
    db.write(keyed(db, "k", "refused", Unit::default()).await).await;
    let stored = replay(db.commit(keyed(db, "k", "x", Unit::default()).await).await);
    assert_eq!((stored.answer.body, stored.positions), (b"refused".to_vec(), vec![]));
}

async fn an_expired_key_is_free_again_and_can_be_forgotten(db: &Db) {
    for key in ["k", "l", "m"] {
        db.write(keyed(db, key, "old", Unit::default()).await).await;
    }
    assert_eq!(db.store.prune_answers(10).await.unwrap(), 0);
    db.clock.advance(SignedDuration::from_hours(25));
    assert_eq!(db.store.answer(String::new(), "me".into(), "k".into()).await.unwrap(), None);
    db.write(keyed(db, "k", "new", Unit::default()).await).await;
    assert_eq!(db.store.prune_answers(1).await.unwrap(), 1);
    assert_eq!(db.store.prune_answers(10).await.unwrap(), 1);
    assert_eq!(
        replay(db.commit(keyed(db, "k", "x", Unit::default()).await).await).answer.body,
        b"new"
    );
}

async fn of_many_at_once_one_has_the_effect(db: &Db) {
    let mut tasks = Vec::new();
    for number in 0..16 {
        let unit = events(&format!("s{number}"), Expect::NoStream, 1);
        let (store, unit) = (db.store.clone(), keyed(db, "k", "one", unit).await);
        tasks.push(tokio::spawn(async move { store.commit(unit).await.unwrap() }));
    }
    let mut committed = 0;
    for task in tasks {
        match task.await.unwrap() {
            Outcome::Committed(_) => committed += 1,
            Outcome::Replayed(stored) => assert_eq!(stored.answer.body, b"one"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((committed, db.records().await.len()), (1, 1));
}

conformance! {
    a_repeat_gets_the_first_answer_and_has_no_effect,
    a_repeat_wins_over_a_conflict,
    a_conflict_leaves_the_key_free,
    an_answer_without_effect_is_kept_as_well,
    an_expired_key_is_free_again_and_can_be_forgotten,
    of_many_at_once_one_has_the_effect,
}
