// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! Every route answers.

use kit::testing::uuid;
use kit_runtime::testing::Probe;
use serde_json::json;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

#[tokio::test]
async fn what_does_not_exist_is_not_found_members() {
    let probe = Probe::start(lending::service(), FOLDER, "no_member").await;
    let path = format!("/members/{}", uuid("member"));
    let _ = probe.get(&path).await.refused(404, "not_found");
    let _ = probe
        .post(&format!("{path}/borrow"), json!({ "isbn": "AAAAAAAAAA" }))
        .await
        .refused(404, "not_found");
    let _ = probe.post(&format!("{path}/change-phone"), json!({})).await.refused(404, "not_found");
    let _ = probe.post(&format!("{path}/leave"), json!({})).await.refused(404, "not_found");
    let _ = probe.post(&format!("{path}/pay-fines"), json!({})).await.refused(404, "not_found");
    let _ = probe
        .post(&format!("{path}/recall"), json!({ "isbn": "AAAAAAAAAA", "reason": "A" }))
        .await
        .refused(404, "not_found");
    let _ = probe
        .post(&format!("{path}/return"), json!({ "isbn": "AAAAAAAAAA" }))
        .await
        .refused(404, "not_found");
    probe.end().await;
}

#[tokio::test]
async fn join_makes_one_member() {
    let probe = Probe::start(lending::service(), FOLDER, "join").await;
    let body = json!({
        "name": "A",
        "contact": { "email": "ada@example.org" },
        "plan": "basic",
    });
    let made = probe.post("/members", body).await.is(201);
    let _ = probe.get(&format!("/members/{}", made.text("member_id"))).await.is(200);
    probe.end().await;
}

#[tokio::test]
async fn queries_answer() {
    let probe = Probe::start(lending::service(), FOLDER, "queries").await;
    let _ = probe.get(&format!("/member-card/{}", uuid("member"))).await.refused(404, "not_found");
    let members_rows = probe.get("/members").await.is(200);
    assert_eq!(members_rows.body, json!({ "items": [], "next": null }));
    let popular_rows = probe.get("/popular").await.is(200);
    assert_eq!(popular_rows.body, json!({ "items": [], "next": null }));
    probe.end().await;
}
