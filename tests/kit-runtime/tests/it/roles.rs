//! One service split into processes by role, and the token between services.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::lending::{Process, desk, office};

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
async fn how_far_consumers_are_behind_is_told_by_every_process() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let writer = Process::alone(desk::service(), &folder, &[("ROLE", "commands")]).await;
    for name in ["saw", "axe", "vase"] {
        writer.add_tool(name).await;
    }
    let lag = writer.get("/_kit/lag").await.json();
    let items = lag["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{lag}");
    for item in items {
        assert_eq!((&item["kind"], &item["context"]), (&json!("view"), &json!("desk")));
        assert_eq!((&item["behind"], &item["more"]), (&json!(3), &json!(false)));
        assert_eq!(item["follows"], json!(["desk.tool"]));
        assert!(item["since"].is_string(), "{lag}");
    }
    let _reader = Process::alone(desk::service(), &folder, &[("ROLE", "views")]).await;
    let none = |item: &Value| item["behind"] == 0 && item.get("since").is_none();
    writer.until("/_kit/lag", |it| it.json()["items"].as_array().unwrap().iter().all(none)).await;
}

#[tokio::test]
async fn a_source_that_does_not_answer_leaves_no_figure() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let nowhere = [("DESK_URL", "http://127.0.0.1:9")];
    let office = Process::alone(office::service(), &folder, &nowhere).await;
    let lag = office.get("/_kit/lag").await.json();
    let unknown = lag["items"].as_array().unwrap().iter().filter(|it| it["behind"].is_null());
    assert!(unknown.count() > 0, "{lag}");
}

#[tokio::test]
async fn a_log_with_a_token_is_for_those_who_have_it() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let desk = Process::alone(desk::service(), &folder, &[("LOG_TOKEN", "open")]).await;
    let line = "GET /_kit/log/event";
    for header in ["", "Bearer shut", "Bearer open!", "open"] {
        let answer = desk.with(line, &[("authorization", header)], Value::Null).await;
        assert_eq!(answer.status, 401, "{header}");
        for path in ["GET /_kit/lag", "GET /_kit/parked"] {
            let answer = desk.with(path, &[("authorization", header)], Value::Null).await;
            assert_eq!(answer.status, 401, "{path} {header}");
        }
    }
    let answer = desk.with(line, &[("authorization", "Bearer open")], Value::Null).await;
    assert_eq!(answer.status, 200);
    assert_eq!(desk.get("/find-tools").await.status, 200);
}
