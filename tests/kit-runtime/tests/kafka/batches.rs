//! What a relay sends, in which order and how much at a time, and that two of them share a log.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use kit_runtime::store::Record;
use rdkafka::message::{Message as _, OwnedMessage};

use crate::broker::{System, folder, header};
use crate::flow::lend;
use crate::lending::{Process, desk};

/// The events that leave the desk, as they stand in its log: per shard in order.
async fn public(desk: &Process) -> Vec<Record> {
    let store = desk.started.services[0].shared_store();
    let all = (0..store.meta().shards).map(|shard| (shard, 0)).collect();
    let mut records = store.tail(all, 10_000).await.unwrap();
    records.retain(|it| ["tool_added", "tool_lent"].contains(&it.event_type.as_str()));
    records
}

/// The ids of messages by aggregate, in the order of the topic.
fn by_aggregate(messages: &[OwnedMessage]) -> BTreeMap<String, Vec<String>> {
    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for message in messages {
        let key = String::from_utf8(message.key().unwrap().to_vec()).unwrap();
        ids.entry(key).or_default().push(header(message, "ce_id"));
    }
    ids
}

/// The same of the log, which is the order of the commits.
fn committed(records: &[Record]) -> BTreeMap<String, Vec<String>> {
    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for record in records {
        ids.entry(record.stream.id.clone()).or_default().push(record.id.to_string());
    }
    ids
}

#[tokio::test]
async fn the_oldest_first_a_hundred_at_a_time_with_a_pause_if_that_is_set() {
    let system = System::with_topics().await;
    let home = folder();
    let desk = system.service(desk::service(), &home, &[("KAFKA_BROKERS", "")]).await;
    lend(&desk, "ann", 120).await;
    desk.end().await;
    let slow = [("KAFKA_BATCH", "100"), ("KAFKA_PAUSE", "1s")];
    let desk = system.service(desk::service(), &home, &slow).await;
    system.holds(&system.tools(), 240).await;
    let mut sent = system.read(&system.tools());
    assert_eq!(by_aggregate(&sent), committed(&public(&desk).await));
    sent.sort_by_key(|it| it.timestamp().to_millis());
    let mut batches: Vec<Vec<String>> = Vec::new();
    let mut last = None;
    for message in &sent {
        let at = message.timestamp().to_millis().unwrap();
        if last.is_none_or(|last| at - last >= 900) {
            batches.push(Vec::new());
        }
        last = Some(at);
        batches.last_mut().unwrap().push(header(message, "ce_time"));
    }
    let sizes: Vec<_> = batches.iter().map(Vec::len).collect();
    assert_eq!(sizes, [100, 100, 40]);
    for (first, second) in batches.iter().zip(batches.iter().skip(1)) {
        assert!(first.iter().max() <= second.iter().min(), "{first:?} {second:?}");
    }
}

/// How many slots of the log each relay has.
fn shares(home: &Path) -> Vec<i64> {
    let connection = rusqlite::Connection::open(home.join("desk.db")).unwrap();
    let sql = "select count(*) from kit_lease where name = 'relay:event' group by owner";
    let mut rows = connection.prepare(sql).unwrap();
    let counts = rows.query_map([], |row| row.get(0)).unwrap();
    counts.map(|count| count.unwrap()).collect()
}

#[tokio::test]
async fn two_relays_of_one_log_send_each_record_once() {
    let system = System::with_topics().await;
    let home = folder();
    let settings = [("KAFKA_LEASE", "6s"), ("KAFKA_BATCH", "10")];
    let first = system.service(desk::service(), &home, &settings).await;
    let _second = system.service(desk::service(), &home, &settings).await;
    let deadline = Instant::now() + Duration::from_secs(40);
    while shares(home.path()) != [4, 4] {
        assert!(Instant::now() < deadline, "{:?}", shares(home.path()));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    lend(&first, "ann", 60).await;
    system.holds(&system.tools(), 120).await;
    let sent = system.read(&system.tools());
    let log = public(&first).await;
    assert_eq!(sent.len(), 120, "none twice");
    assert_eq!(by_aggregate(&sent), committed(&log));
    let owners: BTreeSet<u16> = log.iter().map(|it| it.shard / 8).collect();
    assert!(owners.len() > 4, "both had something to send: {owners:?}");
}
