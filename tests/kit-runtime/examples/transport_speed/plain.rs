//! What the client library does by itself: a producer and a consumer without the kit.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Message as _, OwnedMessage};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer as _, ThreadedProducer};
use rdkafka::{Offset, TopicPartitionList};

use crate::setup::System;

/// Partitions of each topic.
const PARTITIONS: i32 = 4;
const PATIENCE: Duration = Duration::from_secs(30);

/// A reader that belongs to nobody.
pub fn consumer(system: &System) -> BaseConsumer {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &system.brokers)
        .set("group.id", format!("{}.plain", system.name));
    config.create().unwrap()
}

/// How many records a topic holds.
pub fn count(reader: &BaseConsumer, topic: &str) -> i64 {
    let of = |number| reader.fetch_watermarks(topic, number, PATIENCE).unwrap();
    (0..PARTITIONS).map(of).map(|(low, high)| high - low).sum()
}

/// Everything on a topic.
pub fn read(system: &System, topic: &str) -> Vec<OwnedMessage> {
    let reader = consumer(system);
    let mut list = TopicPartitionList::new();
    let mut left = BTreeMap::new();
    for number in 0..PARTITIONS {
        let (low, high) = reader.fetch_watermarks(topic, number, PATIENCE).unwrap();
        if low < high {
            list.add_partition_offset(topic, number, Offset::Offset(low)).unwrap();
            left.insert(number, high);
        }
    }
    reader.assign(&list).unwrap();
    let mut records = Vec::new();
    while !left.is_empty() {
        let record = reader.poll(PATIENCE).expect("in time").unwrap();
        if left.get(&record.partition()).is_some_and(|end| record.offset() + 1 >= *end) {
            left.remove(&record.partition());
        }
        records.push(record.detach());
    }
    records
}

/// Send these records once more, as fast as the library takes them; gives the time until the last was confirmed.
pub fn send(system: &System, records: &[OwnedMessage]) -> Duration {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &system.brokers)
        .set("acks", "all")
        .set("enable.idempotence", "true")
        .set("linger.ms", "2")
        .set("compression.type", "lz4")
        .set("queue.buffering.max.messages", "50000");
    let topic = system.copies();
    let begun = Instant::now();
    let producer: ThreadedProducer<DefaultProducerContext> = config.create().unwrap();
    for record in records {
        let mut to = BaseRecord::to(&topic).key(record.key().unwrap());
        to = to.payload(record.payload().unwrap()).headers(record.headers().unwrap().clone());
        while let Err((error, again)) = producer.send(to) {
            let full = KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull);
            assert_eq!(error, full, "only a full queue makes it wait");
            std::thread::sleep(Duration::from_millis(1));
            to = again;
        }
    }
    producer.flush(PATIENCE).unwrap();
    let took = begun.elapsed();
    assert_eq!(count(&consumer(system), &topic), records.len() as i64, "all of them arrived");
    took
}
