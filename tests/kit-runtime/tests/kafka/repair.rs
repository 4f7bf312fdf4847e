//! What a topic lost comes from the log of the source.

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::{Offset, TopicPartitionList};
use serde_json::{Value, json};

use kit_runtime::store::{Append, Expect, NewEvent, StreamKey, Unit};

use crate::broker::{System, folder, header, serve};
use crate::flow::{charged, lend};
use crate::lending::{desk, office};

/// Everything on the topic is gone, as after its retention.
async fn empty(system: &System, topic: &str) {
    let mut config = ClientConfig::new();
    let config = config.set("bootstrap.servers", &system.brokers);
    let admin: AdminClient<DefaultClientContext> = config.create().unwrap();
    let mut list = TopicPartitionList::new();
    for partition in 0..4 {
        list.add_partition_offset(topic, partition, Offset::End).unwrap();
    }
    let done = admin.delete_records(&list, &AdminOptions::new()).await.unwrap();
    assert!(done.elements().iter().all(|it| it.error().is_ok()));
    assert_eq!(system.count(topic), 0);
}

#[tokio::test]
async fn a_gap_in_the_topic_is_filled_from_the_log_of_the_source() {
    let system = System::with_topics().await;
    let desk = system.service(desk::service(), &folder(), &[]).await;
    let url = serve(&desk).await;
    let tools = lend(&desk, "ann", 20).await;
    system.holds(&system.tools(), 40).await;
    empty(&system, &system.tools()).await;
    let gap = [("DESK_URL", url.as_str()), ("KAFKA_GAP", "200ms")];
    let office = system.service(office::service(), &folder(), &gap).await;
    // Each of these tells that something before it is missing in its shard.
    for tool in tools {
        desk.call(&format!("POST /tools/{tool}/return"), Value::Null).await;
    }
    charged(&office, "ann", 20).await;
}

#[tokio::test]
async fn what_is_missing_at_the_end_of_a_topic_is_found_by_comparing() {
    let system = System::with_topics().await;
    let desk = system.service(desk::service(), &folder(), &[]).await;
    let url = serve(&desk).await;
    lend(&desk, "ann", 10).await;
    system.holds(&system.tools(), 20).await;
    empty(&system, &system.tools()).await;
    let settings = [("DESK_URL", url.as_str()), ("KAFKA_COMPARE", "300ms")];
    let office = system.service(office::service(), &folder(), &settings).await;
    charged(&office, "ann", 10).await;
}

#[tokio::test]
async fn a_record_that_no_topic_takes_comes_from_the_log_of_the_source() {
    let system = System::with_topics().await;
    one_comes_from_the_log(&system, 1_200_000).await;
}

#[tokio::test]
async fn a_record_that_the_brokers_refuse_comes_from_the_log_of_the_source() {
    let system = System::new();
    let mut config = ClientConfig::new();
    let config = config.set("bootstrap.servers", &system.brokers);
    let admin: AdminClient<DefaultClientContext> = config.create().unwrap();
    let tools = system.tools();
    let topic = NewTopic::new(&tools, 4, TopicReplication::Fixed(1));
    let topic = topic.set("max.message.bytes", "4000");
    let options = AdminOptions::new().operation_timeout(Some(std::time::Duration::from_secs(10)));
    admin.create_topics([&topic], &options).await.unwrap().remove(0).unwrap();
    system.provision().await;
    one_comes_from_the_log(&system, 100_000).await;
}

/// A tool with a name of so many bytes is added and lent; its place alone is on the topic, and both have their effect.
async fn one_comes_from_the_log(system: &System, length: u32) {
    let desk = system.service(desk::service(), &folder(), &[]).await;
    let url = serve(&desk).await;
    let office = system.service(office::service(), &folder(), &[("DESK_URL", &url)]).await;
    let (tool, stream) = (uuid::Uuid::now_v7().to_string(), "tool");
    let meta =
        json!({ "correlation_id": "c", "causation_id": uuid::Uuid::nil(), "status": "OnShelf" });
    // What repeats would be small on its way.
    let name = (0..length).map(|at| char::from(b'a' + (at.wrapping_mul(at) >> 7) as u8 % 26));
    let event = NewEvent {
        id: uuid::Uuid::now_v7(),
        event_type: "tool_added".into(),
        schema_version: 1,
        data: json!({ "name": name.collect::<String>(), "number": 1 }),
        meta,
    };
    let (stream, expect) = (StreamKey::new(stream, tool.clone()), Expect::NoStream);
    let append = Append { stream, expect, events: vec![event], close: false };
    let unit = Unit { appends: vec![append], ..Unit::default() };
    desk.started.services[0].store().commit(unit).await.unwrap();
    let loan = json!({ "borrower": "ann", "weeks": 1 });
    let answer = desk.call(&format!("POST /tools/{tool}/lend"), loan).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    charged(&office, "ann", 1).await;
    let sent = system.read(&system.tools());
    let skipped = sent.iter().filter(|it| header(it, "ce_minosskip") == "1");
    assert_eq!(skipped.count(), 1);
    let places: std::collections::BTreeSet<_> =
        sent.iter().map(|it| header(it, "ce_minospos")).collect();
    assert_eq!(places.len(), 2);
}
