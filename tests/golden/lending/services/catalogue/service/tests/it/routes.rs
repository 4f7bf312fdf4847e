// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! Every route answers.

use kit_runtime::testing::Probe;
use serde_json::json;

const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

#[tokio::test]
async fn what_does_not_exist_is_not_found_titles() {
    let probe = Probe::start(catalogue::service(), FOLDER, "no_title").await;
    let path = "/titles/AAAAAAAAAA".to_owned();
    let _ = probe.get(&path).await.refused(404, "not_found");
    let _ = probe
        .post(&format!("{path}/add-copies"), json!({ "count": 1 }))
        .await
        .refused(404, "not_found");
    let _ = probe
        .post(&format!("{path}/withdraw"), json!({ "reason": "A" }))
        .await
        .refused(404, "not_found");
    probe.end().await;
}

#[tokio::test]
async fn list_title_makes_one_title() {
    let probe = Probe::start(catalogue::service(), FOLDER, "list_title").await;
    let body = json!({
        "isbn": "AAAAAAAAAA",
        "name": "A",
        "genre": "novel",
    });
    let made = probe.post("/titles", body).await.is(201);
    let _ = probe.get(&format!("/titles/{}", made.text("isbn"))).await.is(200);
    probe.end().await;
}

#[tokio::test]
async fn queries_answer() {
    let probe = Probe::start(catalogue::service(), FOLDER, "queries").await;
    let titles_rows = probe.get("/titles").await.is(200);
    assert_eq!(titles_rows.body, json!({ "items": [], "next": null }));
    probe.end().await;
}
