//! What `extend.rs` adds is part of the service.

use kit_runtime::testing::Probe;
use serde_json::json;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

#[tokio::test]
async fn own_routes_layers_and_tasks() {
    let probe = Probe::start(desk::service(), FOLDER, "extend").await;
    let _ = probe.get_until("/started", |body| *body == json!(["desk", 1])).await.is(200);
    let _ = probe.get("/started?tea").await.is(418);
    let made = probe.post("/pots", json!({ "name": "sea" })).await.is(201);
    let pot = format!("/pots/{}", made.text("pot_id"));
    let _ = probe.get(&format!("{pot}?tea")).await.is(418);
    let _ = probe
        .post(&format!("{pot}/settle"), json!({ "people": ["ann"] }))
        .await
        .refused(422, "empty");
    probe.end().await;
}
