//! One service split into processes by role, and the token between services.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::lending::{Process, desk};

#[tokio::test]
async fn a_process_answers_for_its_roles_only() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let writer = Process::alone(desk::service(), &folder, &[("ROLE", "commands")]).await;
    let reader = Process::alone(desk::service(), &folder, &[("ROLE", "views")]).await;
    let (id, position) = writer.add_tool("saw").await;
    assert_eq!(reader.get_at("/find-tools", &position).await.json()["items"][0]["name"], "saw");
    assert_eq!(writer.get("/find-tools").await.status, 404);
    assert_eq!(reader.call("POST /tools", json!({ "name": "axe" })).await.status, 404);
    let lend = format!("POST /tools/{id}/lend");
    assert_eq!(reader.call(&lend, json!({ "borrower": "ann", "weeks": 1 })).await.status, 404);
}

#[tokio::test]
async fn a_log_with_a_token_is_for_those_who_have_it() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let desk = Process::alone(desk::service(), &folder, &[("LOG_TOKEN", "open")]).await;
    let line = "GET /_kit/log/event";
    for header in ["", "Bearer shut", "Bearer open!", "open"] {
        let answer = desk.with(line, &[("authorization", header)], Value::Null).await;
        assert_eq!(answer.status, 401, "{header}");
    }
    let answer = desk.with(line, &[("authorization", "Bearer open")], Value::Null).await;
    assert_eq!(answer.status, 200);
    assert_eq!(desk.get("/find-tools").await.status, 200);
}
