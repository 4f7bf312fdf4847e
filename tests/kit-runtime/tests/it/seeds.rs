//! What a new database begins with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kit::{Folded, Message};
use kit_runtime::policy::DEAD_LETTERS;
use kit_runtime::store::Log;
use serde_json::{Value, json};

use crate::lending::tool::{AddTool, ScrapTool, Tool, ToolId};
use crate::lending::{Process, desk, schema};
use crate::travel::outbox;

/// A drill, a ladder, and a tool that is not there.
fn seed() -> Folded<Vec<Message>> {
    let nobody: ToolId = uuid::Uuid::nil().into();
    Ok(vec![
        Message::new(&AddTool { name: "drill".to_owned() })?,
        Message::to(&nobody, &ScrapTool {})?,
        Message::new(&AddTool { name: "ladder".to_owned() })?,
    ])
}

async fn start(folder: &Arc<tempfile::TempDir>, settings: &[(&str, &str)]) -> Process {
    let builder = desk::service().creates::<Tool, AddTool>().seed(seed);
    Process::alone(builder, folder, settings).await
}

fn names(list: &Value) -> Vec<&str> {
    let mut names: Vec<_> =
        list["items"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}

async fn events(process: &Process) -> i64 {
    let marks = process.started.services[0].store().head(Log::Event).await.unwrap();
    marks.iter().map(|mark| mark.pos).sum()
}

/// What is kept for a person, once it is there.
async fn kept(process: &Process) -> Vec<String> {
    let service = &process.started.services[0];
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let letters = outbox(service).await.into_iter().map(|it| it.message);
        let kept = letters.filter(|it| it.topic == DEAD_LETTERS);
        let kept: Vec<String> = kept.map(|it| it.message_type).collect();
        if !kept.is_empty() || Instant::now() > deadline {
            return kept;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_new_database_begins_with_its_seed_and_a_second_start_adds_nothing() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    for _ in 0..2 {
        let process = start(&folder, &[]).await;
        let there = process.until("/find-tools", |it| names(&it.json()).len() == 2).await;
        assert_eq!(names(&there.json()), ["drill", "ladder"]);
        assert_eq!(events(&process).await, 2);
        assert_eq!(kept(&process).await, ["desk.tool.scrap_tool"]);
        let ready = process.until("/ready", |it| it.json()["status"] == "degraded").await.json();
        let told = &ready["components"]["desk seed"]["detail"];
        assert_eq!(*told, json!("desk.tool.scrap_tool was refused: not_found"), "{ready}");
        process.end().await;
    }
}

#[tokio::test]
async fn two_instances_that_start_at_once_sow_once() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let url = schema("desk").await;
    let settings = [("DATABASE_URL", url.as_str())];
    let (one, two) = tokio::join!(start(&folder, &settings), start(&folder, &settings));
    one.until("/find-tools", |it| names(&it.json()).len() == 2).await;
    assert_eq!((events(&one).await, events(&two).await), (2, 2));
    one.end().await;
    two.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_instances_that_find_the_same_empty_tables_sow_once() {
    // Who looks at the tables before another has stored something is a matter of luck.
    for _ in 0..8 {
        eight_at_once().await;
    }
}

async fn eight_at_once() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let url = schema("desk").await;
    // Tables are made one after the other; this way nobody waits for that.
    start(&folder, &[("DATABASE_URL", url.as_str()), ("SEED", "0")]).await.end().await;
    let all = (0..8).map(|_| {
        let (folder, url) = (folder.clone(), url.clone());
        tokio::spawn(async move { start(&folder, &[("DATABASE_URL", url.as_str())]).await })
    });
    let mut started = Vec::new();
    for one in all.collect::<Vec<_>>() {
        started.push(one.await.unwrap());
    }
    started[0].until("/find-tools", |it| names(&it.json()).len() == 2).await;
    let sent = outbox(&started[0].started.services[0]).await;
    let ids: std::collections::BTreeSet<_> = sent.iter().map(|it| it.message.id).collect();
    assert_eq!(sent.len(), ids.len(), "nothing is sent twice");
    for one in started {
        assert_eq!(events(&one).await, 2);
        one.end().await;
    }
}

#[tokio::test]
async fn a_database_in_which_something_happened_is_left_alone() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let process = start(&folder, &[("SEED", "0")]).await;
    process.call("POST /tools", json!({ "name": "saw" })).await;
    process.end().await;
    let process = start(&folder, &[]).await;
    let outbox = process.started.services[0].store().head(Log::Outbox).await.unwrap();
    assert!(outbox.iter().all(|mark| mark.pos == 0), "{outbox:?}");
    assert_eq!(events(&process).await, 1);
    process.end().await;
}
