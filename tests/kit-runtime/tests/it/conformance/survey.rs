//! Surveys: streams counted and listed, one conversation, what went to a topic.

use jiff::SignedDuration;
use kit_runtime::store::{Expect, StreamCount, StreamKey, StreamState, Unit};
use serde_json::json;

use super::conformance;
use crate::db::{Db, append, message, stream};

async fn streams_are_counted_and_listed_the_last_changed_first(db: &Db) {
    assert_eq!(db.store.count_streams().await.unwrap(), []);
    let mut other = append("z", Expect::NoStream, 1);
    other.stream = StreamKey::new("Account", "z");
    other.close = true;
    for add in [append("a", Expect::NoStream, 2), append("b", Expect::NoStream, 1), other] {
        db.write(Unit { appends: vec![add], ..Unit::default() }).await;
        db.clock.advance(SignedDuration::from_secs(1));
    }
    db.write(Unit { appends: vec![append("a", Expect::Exact(2), 1)], ..Unit::default() }).await;
    let count =
        |kind: &str, streams, events| StreamCount { kind: kind.to_owned(), streams, events };
    let counts = db.store.count_streams().await.unwrap();
    assert_eq!(counts, [count("Account", 1, 1), count("job", 2, 4)]);
    let rows = db.store.list_streams(2).await.unwrap();
    let found: Vec<_> = rows.iter().map(|it| (&it.stream, it.version, it.state)).collect();
    let closed = StreamKey::new("Account", "z");
    assert_eq!(found, [(&stream("a"), 3, StreamState::Open), (&closed, 1, StreamState::Closed)]);
    assert_eq!(rows[0].updated_at - rows[1].updated_at, SignedDuration::from_secs(1));
}

async fn a_conversation_is_everything_with_its_id_in_the_order_of_time(db: &Db) {
    for (id, conversation) in [("a", "one"), ("b", "two"), ("c", "one")] {
        let mut add = append(id, Expect::NoStream, 1);
        add.events[0].meta = json!({ "correlation_id": conversation });
        let mut sent = message(id, 1);
        sent.headers = json!({ "correlation_id": conversation });
        let mut aside = message(id, 2);
        aside.headers = json!({ "meta": { "correlation_id": conversation } });
        let outbox = vec![sent, aside, message(id, 3)];
        db.write(Unit { appends: vec![add], outbox, ..Unit::default() }).await;
        db.clock.advance(SignedDuration::from_secs(1));
    }
    let found = db.store.conversation("one".to_owned(), 10).await.unwrap();
    let ids: Vec<&str> = found.events.iter().map(|it| it.stream.id.as_str()).collect();
    assert_eq!(ids, ["a", "c"]);
    let all = db.records().await;
    assert!(found.events.iter().all(|it| all.contains(it)), "records are whole");
    let numbers: Vec<_> = found.messages.iter().map(|it| &it.message.payload["number"]).collect();
    assert_eq!(numbers.len(), 4, "{numbers:?}");
    assert!(!numbers.contains(&&json!(3)));
    let two = db.store.conversation("one".to_owned(), 1).await.unwrap();
    assert_eq!((two.events.len(), two.messages.len()), (1, 1));
    let nothing = db.store.conversation("' or 1=1 --".to_owned(), 10).await.unwrap();
    assert_eq!((nothing.events.len(), nothing.messages.len()), (0, 0));
}

async fn the_last_messages_to_a_topic_come_first(db: &Db) {
    for number in 1..=3 {
        let mut other = message("k", 10 * number);
        other.topic = "elsewhere".to_owned();
        db.write(Unit { outbox: vec![message("k", number), other], ..Unit::default() }).await;
        db.clock.advance(SignedDuration::from_secs(1));
    }
    let found = db.store.list_messages("elsewhere".to_owned(), 2).await.unwrap();
    let numbers: Vec<_> = found.iter().map(|it| it.message.payload["number"].as_i64()).collect();
    assert_eq!(numbers, [Some(30), Some(20)]);
    assert_eq!(db.store.list_messages("nowhere".to_owned(), 9).await.unwrap(), []);
}

conformance!(
    streams_are_counted_and_listed_the_last_changed_first,
    a_conversation_is_everything_with_its_id_in_the_order_of_time,
    the_last_messages_to_a_topic_come_first,
);
