//! Consumers of a log in another process are told when it has grown.

use std::time::Duration;

use kit_runtime::service::Phase;
use serde_json::{Value, json};

use crate::contexts::{Two, check};
use crate::lending::Process;

/// How many records the log has.
fn length(head: &Value) -> i64 {
    head["heads"].as_array().unwrap().iter().map(|it| it[1].as_i64().unwrap()).sum()
}

#[tokio::test]
async fn other_processes_hear_of_news_without_looking() {
    let two = Two::looking(&[("VIEW_POLL_MIN", "1h"), ("VIEW_POLL_MAX", "1h")]).await;
    check(&two.desk, &two.office).await;
    // The looks at the start and those after each effect are over sooner or later.
    for borrower in ["bea", "cid", "dan", "eve", "fay", "gus", "hal", "ida"] {
        let (tool, _) = two.desk.add_tool(&format!("{borrower}'s")).await;
        let loan = json!({ "borrower": borrower, "weeks": 1 });
        let answer = two.desk.call(&format!("POST /tools/{tool}/lend"), loan).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        two.office.until(&format!("/borrowers/{borrower}"), |it| it.json()["charged"] == 1).await;
    }
}

#[tokio::test]
async fn a_question_is_answered_when_the_log_has_grown() {
    let desk = Process::desk().await;
    let before = length(&desk.get("/_kit/log/event").await.json());
    let path = format!("/_kit/log/event?beyond={before}");
    let (answer, _) = tokio::join!(desk.get(&path), desk.add_tool("saw"));
    assert_eq!(length(&answer.json()), before + 1);
    let again = desk.get(&path).await.json();
    assert_eq!(again, answer.json(), "what is known to be longer is told at once");
}

#[tokio::test]
async fn a_stopping_process_keeps_nobody_waiting() {
    let desk = Process::desk().await;
    let length = length(&desk.get("/_kit/log/event").await.json());
    let path = format!("/_kit/log/event?beyond={length}");
    let stop = desk.started.stop.clone();
    let down = stop.go_down(Duration::from_secs(3_600), Duration::ZERO);
    let answer = async {
        stop.reached(Phase::Draining).await;
        // Shorter than a question is held.
        tokio::time::timeout(Duration::from_secs(4), desk.get(&path)).await
    };
    tokio::select! {
        answer = answer => assert_eq!(answer.expect("an answer while it drains").status, 200),
        () = down => panic!("it went down before"),
    }
}
