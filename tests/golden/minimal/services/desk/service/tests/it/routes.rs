// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! Every route answers.

use kit::testing::uuid;
use kit_runtime::testing::Probe;
use serde_json::json;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

#[tokio::test]
async fn what_does_not_exist_is_not_found_tools() {
    let probe = Probe::start(desk::service(), FOLDER, "no_tool").await;
    let path = format!("/tools/{}", uuid("tool"));
    let _ = probe.get(&path).await.refused(404, "not_found");
    let _ = probe
        .post(&format!("{path}/lend"), json!({ "borrower": "A", "weeks": 1 }))
        .await
        .refused(404, "not_found");
    let _ = probe.post(&format!("{path}/return"), json!({})).await.refused(404, "not_found");
    probe.end().await;
}

#[tokio::test]
async fn add_tool_makes_one_tool() {
    let probe = Probe::start(desk::service(), FOLDER, "add_tool").await;
    let made = probe.post("/tools", json!({ "name": "A" })).await.is(201);
    let _ = probe.get(&format!("/tools/{}", made.text("tool_id"))).await.is(200);
    probe.end().await;
}

#[tokio::test]
async fn queries_answer() {
    let probe = Probe::start(desk::service(), FOLDER, "queries").await;
    let shelf_rows = probe.get("/shelf").await.is(200);
    assert_eq!(shelf_rows.body, json!({ "items": [], "next": null }));
    probe.end().await;
}
