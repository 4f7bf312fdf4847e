// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! Every route answers.

use kit_runtime::testing::Probe;
use serde_json::json;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

#[tokio::test]
async fn commands_on_nothing_find_nothing() {
    let probe = Probe::start(catalogue::service(), FOLDER, "nothing").await;
    let title = "/titles/AAAAAAAAAA";
    let _ = probe.get(title).await.refused(404, "not_found");
    let add_copies = json!({ "count": 1 });
    let _ = probe.post(&format!("{title}/add-copies"), add_copies).await.refused(404, "not_found");
    let withdraw_title = json!({ "reason": "A" });
    let _ =
        probe.post(&format!("{title}/withdraw"), withdraw_title).await.refused(404, "not_found");
    probe.end().await;
}

#[tokio::test]
async fn list_title_makes_a_title() {
    let probe = Probe::start(catalogue::service(), FOLDER, "list_title").await;
    let list_title = json!({ "isbn": "AAAAAAAAAA", "name": "A", "genre": "novel" });
    let made = probe.post("/titles", list_title).await.is(201);
    let title = format!("/titles/{}", made.text("isbn"));
    let state = probe.get(&title).await.is(200);
    assert_eq!(state.body.get("status"), Some(&json!("listed")));
    probe.end().await;
}

#[tokio::test]
async fn queries_answer() {
    let probe = Probe::start(catalogue::service(), FOLDER, "queries").await;
    let titles = probe.get("/titles").await.is(200);
    assert_eq!(titles.body, json!({ "items": [], "next": null }));
    probe.end().await;
}
