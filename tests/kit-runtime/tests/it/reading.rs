//! Views and queries over HTTP: pages, parameters, positions, rebuilds, poison.

use std::sync::Arc;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::lending::{Process, desk};

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_query_sees_what_was_written_when_it_asks_for_it() {
    let desk = Process::desk().await;
    let (id, position) = desk.add_tool("saw").await;
    let answer = desk.get_at("/find-tools", &position).await;
    let row = json!({ "tool_id": id, "name": "saw", "status": "on_shelf" });
    assert_eq!(answer.json(), json!({ "items": [row], "next": null }));
}

#[tokio::test]
async fn pages_follow_each_other_without_loss() {
    pages(&Process::desk().await).await;
}

pub async fn pages(desk: &Process) {
    let mut position = String::new();
    for name in ["e", "b", "d", "a", "c"] {
        position = desk.add_tool(name).await.1;
    }
    let (_, last) = desk.add_tool("f").await;
    desk.get_at("/find-tools", &position).await;
    let first = desk.get_at("/find-tools", &last).await.json();
    desk.until("/find-tools?limit=5", |it| it.json()["next"].is_string()).await;
    assert_eq!(names(&first).len(), 2);
    let mut seen = Vec::new();
    let mut path = "/find-tools?limit=2".to_owned();
    loop {
        let page = desk.get(&path).await.json();
        seen.extend(names(&page).into_iter().map(str::to_owned));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/find-tools?limit=2&cursor={}", percent(next));
    }
    assert_eq!(seen, ["a", "b", "c", "d", "e", "f"]);
    let most = desk.get("/find-tools?limit=99").await.json();
    assert_eq!(names(&most).len(), 5);
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn parameters_filter_in_the_store_and_in_code() {
    parameters(&Process::desk().await).await;
}

pub async fn parameters(desk: &Process) {
    desk.add_tool("saw").await;
    let (id, _) = desk.add_tool("axe").await;
    let loan = json!({ "borrower": "ann", "weeks": 1 });
    let lent = desk.call(&format!("POST /tools/{id}/lend"), loan).await;
    desk.get_at("/find-tools", lent.header("position")).await;
    desk.until("/find-tools", |it| it.json()["items"].as_array().unwrap().len() == 2).await;
    assert_eq!(names(&desk.get("/find-tools?status=lent").await.json()), ["axe"]);
    assert_eq!(names(&desk.get("/find-tools?part=sa").await.json()), ["saw"]);
    for (query, path) in
        [("status=gone", "status"), ("color=red", "color"), ("part=", "part"), ("limit=0", "limit")]
    {
        let answer = desk.get(&format!("/find-tools?{query}")).await;
        assert_eq!(answer.status, 422, "{query}: {}", answer.text);
        assert_eq!(answer.json()["errors"][0]["path"], path, "{}", answer.text);
    }
    assert_eq!(desk.get("/find-tools?cursor=xyz").await.status, 400);
}

#[tokio::test]
async fn a_view_finds_its_keys_in_the_rows_of_another() {
    keys_by_way_of_rows(&Process::desk().await).await;
}

pub async fn keys_by_way_of_rows(desk: &Process) {
    let (id, _) = desk.add_tool("saw").await;
    let loan = json!({ "borrower": "ann", "weeks": 1 });
    let lend = format!("POST /tools/{id}/lend");
    desk.call(&lend, loan.clone()).await;
    desk.call(&format!("POST /tools/{id}/return"), Value::Null).await;
    let position = desk.call(&lend, loan).await.header("position").to_owned();
    let answer = desk.get_at("/loans/saw", &position).await;
    assert_eq!(answer.json(), json!({ "name": "saw", "loans": 2 }));
    assert_eq!(desk.get("/loans/axe").await.status, 404);
    let actor = Uuid::now_v7().to_string();
    let scrap = format!("POST /tools/{id}/scrap");
    let answer = desk.with(&scrap, &[("x-actor", &actor)], Value::Null).await;
    let position = answer.header("position");
    assert_eq!(desk.get_at("/loans/saw", position).await.status, 404);
}

#[tokio::test]
async fn a_position_that_is_not_reached_is_412_or_stale() {
    let desk = Process::desk().await;
    let (_, position) = desk.add_tool("saw").await;
    let (head, place) = position.rsplit_once(':').unwrap();
    assert_eq!(place, "1");
    let beyond = format!("{head}:9");
    let ask =
        async |headers: &[(&str, &str)]| desk.with("GET /find-tools", headers, Value::Null).await;
    let answer = ask(&[("min-position", &beyond), ("max-wait", "1ms")]).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].clone()), (412, json!("stale_read")));
    assert_eq!(answer.header("retry-after"), "1");
    let answer = ask(&[("min-position", &beyond), ("max-wait", "1ms"), ("stale", "true")]).await;
    assert_eq!((answer.status.as_u16(), answer.header("stale")), (200, "true"));
    let elsewhere = position.replace("desk.tool", "other.thing");
    assert_eq!(ask(&[("min-position", &elsewhere)]).await.status, 200);
    let (before, rest) = position.split_once('@').unwrap();
    let (_, shards) = rest.split_once('/').unwrap();
    let old = format!("{before}@{}/{shards}", Uuid::now_v7().simple());
    assert_eq!(ask(&[("min-position", &old)]).await.status, 409);
    assert_eq!(ask(&[("min-position", "x")]).await.status, 400);
}

#[tokio::test]
async fn a_view_goes_on_where_it_stood_after_a_restart() {
    let desk = Process::desk().await;
    let (_, position) = desk.add_tool("saw").await;
    desk.get_at("/find-tools", &position).await;
    let folder = desk.end().await;
    let desk = Process::alone(desk::service(), &folder, &[]).await;
    let (_, position) = desk.add_tool("axe").await;
    let page = desk.get_at("/find-tools", &position).await.json();
    assert_eq!(names(&page), ["axe", "saw"]);
}

#[tokio::test]
async fn a_record_that_cannot_be_applied_stops_its_shard_loudly() {
    let desk = Process::desk().await;
    desk.add_tool("poison").await;
    let answer = desk.until("/ready", |it| it.text.contains("poison")).await;
    assert_eq!(answer.json()["status"], "degraded");
    assert_eq!(answer.status, 200);
    assert!(answer.text.contains("poison"), "{}", answer.text);
    for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        desk.add_tool(name).await;
    }
    desk.until("/find-tools?limit=5", |it| !names(&it.json()).is_empty()).await;
    let folder = desk.end().await;
    let desk = Process::alone(desk::service(), &Arc::clone(&folder), &[]).await;
    desk.until("/ready", |it| it.text.contains("poison")).await;
}

#[tokio::test]
async fn a_row_that_cannot_be_stored_stops_its_shard_and_nothing_else() {
    let desk = Process::desk().await;
    desk.add_tool("priceless").await;
    let answer = desk.until("/ready", |it| it.text.contains("does not fit")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["status"], "degraded");
    for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        desk.add_tool(name).await;
    }
    desk.until("/find-tools?limit=5", |it| !names(&it.json()).is_empty()).await;
}
