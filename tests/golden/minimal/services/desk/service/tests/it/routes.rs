// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! Every route answers.

use kit::testing::uuid;
use kit_runtime::testing::Probe;
use serde_json::json;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

#[tokio::test]
async fn commands_on_nothing_find_nothing() {
    let probe = Probe::start(desk::service(), FOLDER, "nothing").await;
    let tool = format!("/tools/{}", uuid("tool"));
    let _ = probe.get(&tool).await.refused(404, "not_found");
    let lend_tool = json!({ "borrower": "A", "weeks": 1 });
    let _ = probe.post(&format!("{tool}/lend"), lend_tool).await.refused(404, "not_found");
    let return_tool = json!({});
    let _ = probe.post(&format!("{tool}/return"), return_tool).await.refused(404, "not_found");
    probe.end().await;
}

#[tokio::test]
async fn add_tool_makes_a_tool() {
    let probe = Probe::start(desk::service(), FOLDER, "add_tool").await;
    let made = probe.post("/tools", json!({ "name": "A" })).await.is(201);
    let tool = format!("/tools/{}", made.text("tool_id"));
    let state = probe.get(&tool).await.is(200);
    assert_eq!(state.body.get("status"), Some(&json!("on_shelf")));
    probe.end().await;
}

#[tokio::test]
async fn queries_answer() {
    let probe = Probe::start(desk::service(), FOLDER, "queries").await;
    let shelf = probe.get("/shelf").await.is(200);
    assert_eq!(shelf.body, json!({ "items": [], "next": null }));
    probe.end().await;
}
