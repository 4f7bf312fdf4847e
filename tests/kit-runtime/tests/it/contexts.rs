//! Several contexts: public events, replicas, policies, commands between services.

use std::sync::Arc;

use kit::{Folded, Recorded};
use kit_runtime::service::Phase;
use serde_json::{Value, json};

use crate::lending::contracts::{self, ToolFact};
use crate::lending::tool::{Tool, ToolEvent};
use crate::lending::{Process, desk, office};

/// The desk and the office as two processes that know each other's address.
pub struct Two {
    pub desk: Process,
    pub office: Process,
}

impl Two {
    async fn start() -> Self {
        Self::looking(&[("VIEW_POLL_MAX", "50ms")]).await
    }

    /// Both with these pauses between two looks at a log.
    pub async fn looking(pauses: &[(&str, &str)]) -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let desk_port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let office_port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = |it: &tokio::net::TcpListener| format!("http://{}", it.local_addr().unwrap());
        let (desk_url, office_url) = (url(&desk_port), url(&office_port));
        let mut settings = vec![("OFFICE_URL", office_url.as_str()), ("DEV", "1")];
        settings.extend(pauses);
        let desk = Process::alone(desk::service(), &folder, &settings).await;
        let mut settings = vec![("DESK_URL", desk_url.as_str())];
        settings.extend(pauses);
        let office = Process::alone(office::service(), &folder, &settings).await;
        for (process, port) in [(&desk, desk_port), (&office, office_port)] {
            let (router, stop) = (process.router.clone(), process.started.stop.clone());
            tokio::spawn(async move {
                let server = axum::serve(port, router);
                server
                    .with_graceful_shutdown(async move { stop.reached(Phase::Stopped).await })
                    .await
            });
        }
        Self { desk, office }
    }
}

async fn lend(desk: &Process, id: &str, borrower: &str, weeks: i64) -> String {
    let loan = json!({ "borrower": borrower, "weeks": weeks });
    let headers = [("x-correlation-id", "the-conversation")];
    let answer = desk.with(&format!("POST /tools/{id}/lend"), &headers, loan).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.header("position").to_owned()
}

pub async fn check(desk: &Process, office: &Process) {
    let (saw, _) = desk.add_tool("saw").await;
    let (axe, _) = desk.add_tool("axe").await;
    lend(desk, &saw, "ann", 2).await;
    lend(desk, &axe, "ann", 3).await;
    let row = json!({ "borrower": "ann", "loans": 2, "charged": 5 });
    office.until("/borrowers/ann", |it| it.json() == row).await;
    let account = office.get("/accounts/ann").await;
    assert_eq!(account.json(), json!({ "borrower": "ann", "owed": 5 }));
    assert_eq!(account.header("etag"), "\"3\"");
}

#[tokio::test]
async fn an_event_of_one_context_has_its_effect_in_the_other() {
    let both = Process::both().await;
    check(&both, &both).await;
}

#[tokio::test]
async fn separate_processes_need_no_broker() {
    let two = Two::start().await;
    check(&two.desk, &two.office).await;
}

#[tokio::test]
async fn every_subscriber_sees_every_event_and_two_replicas_of_one_share_them() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", port.local_addr().unwrap());
    let desk = Process::alone(desk::service(), &folder, &[]).await;
    let (router, stop) = (desk.router.clone(), desk.started.stop.clone());
    tokio::spawn(async move {
        let server = axum::serve(port, router);
        server.with_graceful_shutdown(async move { stop.reached(Phase::Stopped).await }).await
    });
    let settings = [("DESK_URL", url.as_str()), ("VIEW_POLL_MAX", "50ms")];
    let replicas = [
        Process::alone(office::service(), &folder, &settings).await,
        Process::alone(office::service(), &folder, &settings).await,
    ];
    let elsewhere = Arc::new(tempfile::tempdir().unwrap());
    let other = Process::alone(office::service(), &elsewhere, &settings).await;
    let count = 40;
    for number in 0..count {
        let (tool, _) = desk.add_tool(&format!("tool {number}")).await;
        lend(&desk, &tool, "ann", 1).await;
    }
    let row = json!({ "borrower": "ann", "loans": count, "charged": count });
    for office in replicas.iter().chain([&other]) {
        office.until("/borrowers/ann", |it| it.json() == row).await;
        assert_eq!(office.get("/accounts/ann").await.json()["owed"], count);
    }
    for office in replicas.into_iter().chain([other]) {
        office.end().await;
    }
}

#[tokio::test]
async fn a_public_command_reaches_the_other_context() {
    let two = Two::start().await;
    let (id, _) = two.desk.add_tool("vase").await;
    let actor = uuid::Uuid::now_v7().to_string();
    let loan = json!({ "borrower": "museum", "weeks": 4 });
    let headers = [("x-actor", actor.as_str())];
    let answer = two.desk.with(&format!("POST /tools/{id}/lend"), &headers, loan).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    two.desk.until(&format!("/tools/{id}"), |it| it.json()["status"] == "scrapped").await;
}

#[tokio::test]
async fn a_policy_may_follow_several_streams() {
    let both = Process::both().await;
    let (id, _) = both.add_tool("bell").await;
    lend(&both, &id, "cat", 1).await;
    both.until("/accounts/cat", |it| it.json()["owed"] == 1 + 13 + 1).await;
}

#[tokio::test]
async fn private_events_never_leave() {
    let desk = Process::desk().await;
    let (id, _) = desk.add_tool("saw").await;
    lend(&desk, &id, "thief", 1).await;
    let position = lend(&desk, &id, "ann", 1).await;
    let shard: u16 =
        position.rsplit_once('/').unwrap().1.split_once(':').unwrap().0.parse().unwrap();
    let page = desk.get(&format!("/_kit/log/event/{shard}")).await.json();
    let records = page["records"].as_array().unwrap();
    let types: Vec<_> = records.iter().map(|it| it["record"]["event_type"].clone()).collect();
    assert_eq!(types, ["tool_added", "tool_lent"]);
    assert!(!page.to_string().contains("number"), "the private field: {page}");
    assert_eq!(records[1]["record"]["meta"]["correlation_id"], "the-conversation");
    assert_eq!(records[1]["record"]["pos"], 3);
    assert_eq!(records[1]["prev"]["pos"], 1);
    assert_eq!(records[1]["prev"]["id"], records[0]["record"]["id"]);
    assert_eq!(page["scanned"], 3);
    let rest = desk.get(&format!("/_kit/log/event/{shard}?after=1&scanned=2&limit=1")).await.json();
    assert_eq!(rest["records"][0], records[1]);
    assert_eq!(desk.get("/_kit/log/secret/0").await.status, 404);
    assert_eq!(desk.get("/_kit/log/event/999").await.status, 404);
    let whole = Process::both().await;
    assert_eq!(whole.get("/_kit/log/event").await.status, 404);
}

/// Who borrowed what, and only that; what is done to the tool is told to nobody.
fn lent_by_name(event: &Recorded<ToolEvent>, tool: &Tool) -> Folded<Option<ToolFact>> {
    let ToolEvent::ToolLent(ev) = &event.data else { return Ok(None) };
    let borrower = format!("{} has the {} {}", ev.borrower, tool.name, event.version);
    Ok(Some(contracts::ToolLent { borrower, weeks: ev.weeks }.into()))
}

#[tokio::test]
async fn what_others_see_is_made_with_the_state_once_and_for_ever() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let seen = async |process: &Process| {
        let mut found = Vec::new();
        for shard in 0..process.started.services[0].store().meta().shards {
            let page = process.get(&format!("/_kit/log/event/{shard}")).await.json();
            found.extend(page["records"].as_array().unwrap().iter().map(|it| it["record"].clone()));
        }
        found
    };
    let builder = desk::service().enrich::<Tool, ToolFact>(lent_by_name);
    let desk = Process::alone(builder, &folder, &[("DEV", "1")]).await;
    let (id, _) = desk.add_tool("saw").await;
    lend(&desk, &id, "ann", 2).await;
    let first = seen(&desk).await;
    let lent = first.iter().find(|it| it["event_type"] == "tool_lent").unwrap();
    assert_eq!(lent["data"], json!({ "borrower": "ann has the saw 2", "weeks": 2 }));
    assert!(lent["meta"].get("public").is_none(), "twice: {lent}");
    desk.end().await;
    let desk = Process::alone(desk::service(), &folder, &[("DEV", "1")]).await;
    assert_eq!(seen(&desk).await, first);
    desk.end().await;
}

#[tokio::test]
async fn a_message_that_is_refused_is_kept_for_a_person() {
    let both = Process::both().await;
    both.call("POST /accounts/ann/charge", json!({ "amount": 100 })).await;
    let (id, _) = both.add_tool("saw").await;
    lend(&both, &id, "ann", 1).await;
    let office = both.started.services[1].shared_store();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    let parked = loop {
        let all = (0..64).map(|shard| (shard, 0)).collect();
        let messages = office.tail_outbox(all, 10).await.unwrap();
        let parked = messages.into_iter().find(|it| it.message.topic == "dead-letters");
        if let Some(parked) = parked {
            break parked.message;
        }
        assert!(std::time::Instant::now() < deadline, "nothing was parked");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    };
    assert_eq!(parked.message_type, "office.account.charge");
    assert_eq!(parked.headers["code"], "too_much");
    assert_eq!(parked.headers["correlation_id"], "the-conversation");
    assert_eq!(both.get("/accounts/ann").await.json()["owed"], 100);
}

#[tokio::test]
async fn a_command_looks_up_what_another_context_told() {
    let both = Process::both().await;
    let (id, _) = both.add_tool("saw").await;
    lend(&both, &id, "ann", 1).await;
    both.until("/accounts/ann", |it| it.status == 200).await;
    let office = &both.started.services[1];
    let stream = kit_runtime::store::StreamKey::new("account", "ann");
    let loaded = office.store().load(kit_runtime::store::Load::stream(stream)).await.unwrap();
    assert_eq!(loaded.events[1].data, json!({ "amount": 1, "tool": "saw" }));
    assert_eq!(loaded.events[1].meta["correlation_id"], "the-conversation");
}

#[tokio::test]
async fn nothing_is_doubled_by_restarts() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    for round in 1..=5 {
        let both = Process::both_in(&folder).await;
        let (id, _) = both.add_tool(&format!("tool {round}")).await;
        lend(&both, &id, "ann", 1).await;
        both.end().await;
    }
    let both = Process::both_in(&folder).await;
    let row = json!({ "borrower": "ann", "loans": 5, "charged": 5 });
    both.until("/borrowers/ann", |it| it.json() == row).await;
    assert_eq!(both.get("/accounts/ann").await.json()["owed"], 5);
    assert_eq!(both.call("POST /nowhere", Value::Null).await.status, 404);
}
