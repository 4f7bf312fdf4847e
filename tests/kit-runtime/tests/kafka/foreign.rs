//! Messages of senders outside of the system: each is done once, and what nobody can do is kept.

use std::time::{Duration, Instant};

use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use serde_json::json;

use crate::broker::{System, folder};
use crate::lending::office;

async fn tell(system: &System, headers: &[(&str, &str)], body: &serde_json::Value) {
    let mut config = rdkafka::config::ClientConfig::new();
    let config = config.set("bootstrap.servers", &system.brokers);
    let producer: FutureProducer = config.create().unwrap();
    let mut all = OwnedHeaders::new();
    for (key, value) in headers {
        all = all.insert(Header { key, value: Some(*value) });
    }
    let (topic, body) = (format!("{}.office.commands", system.name), body.to_string());
    let record = FutureRecord::to(&topic).key("any").headers(all).payload(&body);
    producer.send(record, Duration::from_secs(10)).await.unwrap();
}

#[tokio::test]
async fn a_foreign_message_is_done_once_however_often_it_comes() {
    let system = System::with_topics().await;
    let home = folder();
    let office = system.service(office::service(), &home, &[]).await;
    let charge = json!({ "amount": 5, "tool_id": null });
    let named = |id: &'static str| {
        let place = [("ce_source", "/elsewhere"), ("ce_type", "office.account.charge")];
        [place[0], place[1], ("ce_subject", "account/ann"), ("ce_id", id)]
    };
    for _ in 0..3 {
        tell(&system, &named("first"), &charge).await;
    }
    tell(&system, &named("second"), &charge).await;
    let patience = Duration::from_secs(30);
    office.until_within(patience, "/accounts/ann", |it| it.json()["owed"] == 10).await;
    office.end().await;
    let office = system.service(office::service(), &home, &[]).await;
    tell(&system, &named("first"), &charge).await;
    tell(&system, &named("third"), &charge).await;
    office.until_within(patience, "/accounts/ann", |it| it.json()["owed"] == 15).await;
}

#[tokio::test]
async fn a_foreign_message_that_nobody_can_do_is_kept_for_a_person() {
    let system = System::with_topics().await;
    let office = system.service(office::service(), &folder(), &[]).await;
    tell(&system, &[("ce_type", "office.account.close")], &json!({ "why": "none" })).await;
    let store = office.started.services[0].shared_store();
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let all = (0..64).map(|shard| (shard, 0)).collect();
        let messages = store.tail_outbox(all, 10).await.unwrap();
        if let Some(parked) = messages.iter().find(|it| it.message.topic == "dead-letters") {
            assert_eq!(parked.message.message_type, "office.account.close");
            assert_eq!(parked.message.payload, json!({ "why": "none" }));
            break;
        }
        assert!(Instant::now() < deadline, "nothing was parked");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
