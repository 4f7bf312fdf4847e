// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! Every route answers.

use kit::testing::uuid;
use kit_runtime::testing::Probe;
use serde_json::json;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

#[tokio::test]
async fn commands_on_nothing_find_nothing() {
    let probe = Probe::start(lending::service(), FOLDER, "nothing").await;
    let member = format!("/members/{}", uuid("member"));
    let _ = probe.get(&member).await.refused(404, "not_found");
    let borrow = json!({ "isbn": "AAAAAAAAAA" });
    let _ = probe.post(&format!("{member}/borrow"), borrow).await.refused(404, "not_found");
    let change_phone = json!({});
    let _ =
        probe.post(&format!("{member}/change-phone"), change_phone).await.refused(404, "not_found");
    let leave = json!({});
    let _ = probe.post(&format!("{member}/leave"), leave).await.refused(404, "not_found");
    let pay_fines = json!({});
    let _ = probe.post(&format!("{member}/pay-fines"), pay_fines).await.refused(404, "not_found");
    let recall = json!({ "isbn": "AAAAAAAAAA", "reason": "A" });
    let _ = probe.post(&format!("{member}/recall"), recall).await.refused(404, "not_found");
    let return_ = json!({ "isbn": "AAAAAAAAAA" });
    let _ = probe.post(&format!("{member}/return"), return_).await.refused(404, "not_found");
    probe.end().await;
}

#[tokio::test]
async fn join_makes_a_member() {
    let probe = Probe::start(lending::service(), FOLDER, "join").await;
    let join = json!({ "name": "A", "contact": { "email": "ada@example.org" }, "plan": "basic" });
    let made = probe.post("/members", join).await.is(201);
    let member = format!("/members/{}", made.text("member_id"));
    let state = probe.get(&member).await.is(200);
    assert_eq!(state.body.get("status"), Some(&json!("active")));
    probe.end().await;
}

#[tokio::test]
async fn queries_answer() {
    let probe = Probe::start(lending::service(), FOLDER, "queries").await;
    let member_card = format!("/member-card/{}", uuid("member"));
    let _ = probe.get(&member_card).await.refused(404, "not_found");
    let members = probe.get("/members").await.is(200);
    assert_eq!(members.body, json!({ "items": [], "next": null }));
    let popular = probe.get("/popular").await.is(200);
    assert_eq!(popular.body, json!({ "items": [], "next": null }));
    probe.end().await;
}
