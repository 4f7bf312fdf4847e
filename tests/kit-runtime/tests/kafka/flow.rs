//! Events and commands that travel by Kafka: each has one effect, whoever reads it and however it comes.

use std::collections::BTreeSet;
use std::time::Duration;

use kit_runtime::service::{Builder, Service};
use kit_runtime::views::follow;
use rdkafka::message::{Message as _, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord};
use serde_json::json;

use crate::broker::{System, folder, header};
use crate::lending::contracts::ToolFact;
use crate::lending::office::{Borrowers, FindBorrowers};
use crate::lending::{Process, desk, office};

/// Add a tool and lend it for a week, so many times; each is two events in one stream. The office charges a borrower
/// 100 at most. Gives the tools.
pub async fn lend(desk: &Process, borrower: &str, count: i64) -> Vec<String> {
    let mut tools = Vec::new();
    for _ in 0..count {
        let (tool, _) = desk.add_tool(&fresh_name()).await;
        let loan = json!({ "borrower": borrower, "weeks": 1 });
        let headers = [("x-correlation-id", "the-conversation")];
        let answer = desk.with(&format!("POST /tools/{tool}/lend"), &headers, loan).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        tools.push(tool);
    }
    tools
}

/// A name that no tool has yet.
pub fn fresh_name() -> String {
    uuid::Uuid::now_v7().simple().to_string().split_off(14)
}

/// The office has seen so many loans of the borrower, and charged each once.
pub async fn charged(office: &Process, borrower: &str, count: i64) {
    let row = json!({ "borrower": borrower, "loans": count, "charged": count });
    office
        .until_within(Duration::from_secs(30), &format!("/borrowers/{borrower}"), |it| {
            it.json() == row
        })
        .await;
    let account = office.get(&format!("/accounts/{borrower}")).await;
    assert_eq!(account.json()["owed"], count);
}

/// A second subscriber of the desk's events.
pub fn audit() -> Builder {
    let path = "/borrowers/{borrower}";
    let route = axum::routing::get(kit_runtime::http::one::<FindBorrowers>);
    Service::builder("audit", 9)
        .view([follow::<Borrowers, ToolFact>()])
        .routes(axum::Router::new().route(path, route))
}

#[tokio::test]
async fn an_event_of_one_service_has_its_effect_in_the_other() {
    let system = System::with_topics().await;
    let desk = system.service(desk::service(), &folder(), &[]).await;
    let office = system.service(office::service(), &folder(), &[]).await;
    lend(&desk, "ann", 5).await;
    charged(&office, "ann", 5).await;
}

#[tokio::test]
async fn a_command_reaches_the_other_service() {
    let system = System::with_topics().await;
    let desk = system.service(desk::service(), &folder(), &[]).await;
    let _office = system.service(office::service(), &folder(), &[]).await;
    let (id, _) = desk.add_tool("vase").await;
    let loan = json!({ "borrower": "museum", "weeks": 4 });
    let actor = uuid::Uuid::now_v7().to_string();
    let headers = [("x-actor", actor.as_str())];
    let answer = desk.with(&format!("POST /tools/{id}/lend"), &headers, loan).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    desk.until_within(Duration::from_secs(30), &format!("/tools/{id}"), |it| {
        it.json()["status"] == "scrapped"
    })
    .await;
    let sent = system.read(&format!("{}.desk.commands", system.name));
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].key().unwrap(), id.as_bytes());
    assert_eq!(header(&sent[0], "ce_source"), format!("/{}/office", system.name));
    assert_eq!(header(&sent[0], "ce_type"), format!("{}.desk.tool.scrap_tool.v1", system.name));
}

#[tokio::test]
async fn records_are_cloud_events_and_private_ones_never_leave() {
    let system = System::with_topics().await;
    let desk = system.service(desk::service(), &folder(), &[]).await;
    lend(&desk, "thief", 1).await;
    lend(&desk, "ann", 1).await;
    system.holds(&system.tools(), 3).await;
    let records = system.read(&system.tools());
    assert_eq!(records.len(), 3);
    let lent = records.iter().find(|it| header(it, "ce_type").contains("tool_lent"));
    let lent = lent.expect("was sent");
    assert_eq!(header(lent, "ce_type"), format!("{}.desk.tool.tool_lent.v1", system.name));
    assert_eq!(header(lent, "ce_specversion"), "1.0");
    assert_eq!(header(lent, "ce_source"), format!("/{}/desk", system.name));
    assert_eq!(header(lent, "content-type"), "application/json");
    assert_eq!(header(lent, "ce_correlationid"), "the-conversation");
    let id = String::from_utf8(lent.key().unwrap().to_vec()).unwrap();
    assert_eq!(header(lent, "ce_subject"), format!("tool/{id}"));
    assert_eq!(header(lent, "ce_partitionkey"), id);
    let data: serde_json::Value = serde_json::from_slice(lent.payload().unwrap()).unwrap();
    assert!(data["borrower"].is_string() && data.get("number").is_none(), "{data}");
}

#[tokio::test]
async fn two_subscribers_of_one_event_get_it_once_each() {
    let system = System::with_topics().await;
    let desk = system.service(desk::service(), &folder(), &[]).await;
    let office = system.service(office::service(), &folder(), &[]).await;
    let audit = system.service(audit(), &folder(), &[]).await;
    lend(&desk, "ann", 20).await;
    charged(&office, "ann", 20).await;
    let seen = |it: &crate::web::Answer| it.json()["loans"] == 20;
    audit.until_within(Duration::from_secs(30), "/borrowers/ann", seen).await;
}

#[tokio::test]
async fn a_subscriber_that_comes_later_reads_everything_from_the_topic() {
    let system = System::with_topics().await;
    let desk = system.service(desk::service(), &folder(), &[]).await;
    lend(&desk, "ann", 10).await;
    system.holds(&system.tools(), 20).await;
    desk.end().await;
    let (first, second) = (folder(), folder());
    let office = system.service(office::service(), &first, &[]).await;
    charged(&office, "ann", 10).await;
    office.end().await;
    // Another system's name in the group: the same topics, read from the beginning by somebody new.
    let again = System { name: format!("{}x", system.name), brokers: system.brokers.clone() };
    let builder = audit().topic("desk.tool", &system.tools());
    let audit = again.service(builder, &second, &[]).await;
    let none = audit.get("/borrowers/ann").await;
    assert_eq!(none.status, 404, "records of another system are not taken: {}", none.text);
    let audit = system.service(crate::flow::audit(), &folder(), &[]).await;
    let seen = |it: &crate::web::Answer| it.json()["loans"] == 10;
    audit.until_within(Duration::from_secs(30), "/borrowers/ann", seen).await;
}

#[tokio::test]
async fn two_instances_share_the_work_and_do_nothing_twice() {
    let system = System::with_topics().await;
    let desk = system.service(desk::service(), &folder(), &[]).await;
    let home = folder();
    let first = system.service(office::service(), &home, &[]).await;
    let second = system.service(office::service(), &home, &[]).await;
    lend(&desk, "ann", 30).await;
    charged(&first, "ann", 30).await;
    // One goes; the other takes over what it had.
    second.end().await;
    lend(&desk, "ann", 30).await;
    charged(&first, "ann", 60).await;
}

#[tokio::test]
async fn doubled_and_shuffled_records_have_one_effect_each() {
    let system = System::with_topics().await;
    let desk = system.service(desk::service(), &folder(), &[]).await;
    lend(&desk, "ann", 40).await;
    system.holds(&system.tools(), 80).await;
    let kafka = system.kafka(&[("KAFKA_REPLICAS", "1"), ("KAFKA_PARTITIONS", "4")]);
    let name = format!("{}.shuffled", system.name);
    let plan = kit_runtime::transport::kafka::TopicPlan { name: name.clone(), commands: false };
    kafka.provision(&[plan]).await.unwrap();
    let mut records = system.read(&system.tools());
    records.extend(records.clone());
    // In the order of a hash: later records of a shard come before earlier ones, and everything comes twice.
    records.sort_by_key(|it| uuid::Uuid::new_v5(&uuid::Uuid::nil(), it.payload().unwrap()));
    let places: BTreeSet<_> = records.iter().map(|it| header(it, "ce_minosshard")).collect();
    assert!(places.len() > 10, "many shards");
    let mut config = rdkafka::config::ClientConfig::new();
    let producer: FutureProducer =
        config.set("bootstrap.servers", &system.brokers).create().unwrap();
    for record in &records {
        let headers: OwnedHeaders = record.headers().unwrap().clone();
        let to = FutureRecord::to(&name).partition(record.partition()).headers(headers);
        let to = to.key(record.key().unwrap()).payload(record.payload().unwrap());
        producer.send(to, Duration::from_secs(10)).await.unwrap();
    }
    let builder = office::service().topic("desk.tool", &name);
    let office = system.service(builder, &folder(), &[]).await;
    charged(&office, "ann", 40).await;
}

#[tokio::test]
async fn offsets_are_committed_after_the_effect_and_all_of_them() {
    let system = System::with_topics().await;
    let desk = system.service(desk::service(), &folder(), &[]).await;
    let audit = system.service(audit(), &folder(), &[]).await;
    lend(&desk, "ann", 10).await;
    let seen = |it: &crate::web::Answer| it.json()["loans"] == 10;
    audit.until_within(Duration::from_secs(30), "/borrowers/ann", seen).await;
    let reader = audit.started.services[0].tables().get("borrowers").unwrap().reader;
    let group = format!("{}.audit.{reader}", system.name);
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    loop {
        let committed = system.committed(&group, &system.tools());
        let sum: i64 = committed.values().sum();
        assert!(sum <= 20);
        if sum == 20 {
            break;
        }
        assert!(std::time::Instant::now() < deadline, "{committed:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
