//! Commands over HTTP: answers, refusals, versions, keys, races.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::lending::Process;

#[tokio::test]
async fn a_created_aggregate_says_where_it_is() {
    let desk = Process::desk().await;
    let answer = desk.call("POST /tools", json!({ "name": " saw " })).await;
    let id = answer.json()["tool_id"].as_str().unwrap().to_owned();
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json(), json!({ "tool_id": id, "version": 1 }));
    assert_eq!(answer.header("location"), format!("/tools/{id}"));
    assert_eq!(answer.header("etag"), "\"1\"");
    assert!(answer.header("position").starts_with("desk.tool@"), "{answer:?}");
    let answer = desk.get(&format!("/tools/{id}")).await;
    assert_eq!(answer.header("etag"), "\"1\"");
    let expected = json!({ "tool_id": id, "name": "saw", "number": 1, "status": "on_shelf" });
    assert_eq!(answer.json(), expected);
}

#[tokio::test]
async fn a_command_answers_with_the_version_and_what_was_recorded_instead() {
    let desk = Process::desk().await;
    let (id, _) = desk.add_tool("saw").await;
    let lend = format!("POST /tools/{id}/lend");
    let answer = desk.call(&lend, json!({ "borrower": "thief", "weeks": 1 })).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), json!({ "version": 2, "outcome": "LoanRefused" }));
    let answer = desk.call(&lend, json!({ "borrower": "ann", "weeks": 1 })).await;
    assert_eq!((answer.json(), answer.header("etag")), (json!({ "version": 3 }), "\"3\""));
    let give_back = format!("POST /tools/{id}/return");
    assert_eq!(desk.call(&give_back, Value::Null).await.json(), json!({ "version": 4 }));
    let answer = desk.call(&give_back, Value::Null).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({ "version": 4 })));
    assert_eq!(answer.header("position"), "");
}

#[tokio::test]
async fn refusals_are_problems_with_code_and_fields() {
    let desk = Process::desk().await;
    let (id, _) = desk.add_tool("saw").await;
    let loan = json!({ "borrower": "ann", "weeks": 1 });
    desk.call(&format!("POST /tools/{id}/lend"), loan.clone()).await;
    let check = async |line: String, body: Value| {
        let answer = desk.call(&line, body).await;
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let body = answer.json();
        assert_eq!(body["status"], answer.status.as_u16());
        assert_eq!(body["correlation_id"], answer.header("x-correlation-id"));
        (answer.status.as_u16(), body["code"].as_str().unwrap().to_owned())
    };
    let pair = |status: u16, code: &str| (status, code.to_owned());
    let lend = format!("POST /tools/{id}/lend");
    assert_eq!(check(lend, loan.clone()).await, pair(409, "wrong_status"));
    let nobody = Uuid::now_v7();
    let lend = format!("POST /tools/{nobody}/lend");
    assert_eq!(check(lend, loan.clone()).await, pair(404, "not_found"));
    assert_eq!(check("POST /tools/7/lend".into(), loan).await, pair(404, "not_found"));
    assert_eq!(check(format!("GET /tools/{nobody}"), Value::Null).await, pair(404, "not_found"));
    let twice = json!({ "name": "saw" });
    assert_eq!(check("POST /tools".into(), twice.clone()).await, pair(409, "name_taken"));
    let answer = desk.call("POST /tools", twice).await;
    assert_eq!(answer.json()["detail"], "there is a saw already");
    assert_eq!(answer.json()["name"], "saw");
    let scrap = format!("POST /tools/{id}/scrap");
    assert_eq!(check(scrap, Value::Null).await, pair(401, "unauthenticated"));
}

#[tokio::test]
async fn what_breaks_the_types_is_invalid_with_paths() {
    let desk = Process::desk().await;
    let (id, _) = desk.add_tool("saw").await;
    let lend = format!("POST /tools/{id}/lend");
    let paths = async |body: Value| {
        let answer = desk.call(&lend, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["code"].clone()),
            (422, json!("invalid"))
        );
        let errors = answer.json()["errors"].as_array().unwrap().clone();
        errors.iter().map(|it| it["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(paths(json!({ "borrower": "", "weeks": 9 })).await, ["borrower", "weeks"]);
    assert_eq!(paths(json!({ "borrower": "ann" })).await, ["weeks"]);
    assert_eq!(paths(json!({ "borrower": "ann", "weeks": 1, "x": 2 })).await, ["x"]);
    assert_eq!(paths(json!({ "borrower": "ann", "weeks": "one" })).await, ["weeks"]);
    assert_eq!(paths(json!("ann")).await, [""]);
    assert_eq!(desk.get(&format!("/tools/{id}")).await.header("etag"), "\"1\"");
}

#[tokio::test]
async fn a_closed_aggregate_is_gone_and_frees_its_name() {
    let desk = Process::desk().await;
    let (id, _) = desk.add_tool("saw").await;
    let actor = Uuid::now_v7().to_string();
    let scrap = format!("POST /tools/{id}/scrap");
    let answer = desk.with(&scrap, &[("x-actor", &actor)], Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let answer = desk.call(&format!("POST /tools/{id}/return"), Value::Null).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].clone()), (410, json!("closed")));
    desk.add_tool("saw").await;
}

#[tokio::test]
async fn an_actor_is_believed_in_dev_only() {
    let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let desk = Process::alone(crate::lending::desk::service(), &folder, &[]).await;
    let (id, _) = desk.add_tool("saw").await;
    let actor = Uuid::now_v7().to_string();
    let scrap = format!("POST /tools/{id}/scrap");
    assert_eq!(desk.with(&scrap, &[("x-actor", &actor)], Value::Null).await.status, 401);
    let dev = Process::desk().await;
    let (id, _) = dev.add_tool("saw").await;
    let scrap = format!("POST /tools/{id}/scrap");
    assert_eq!(dev.with(&scrap, &[("x-actor", "me")], Value::Null).await.status, 400);
}

#[tokio::test]
async fn if_match_asks_for_the_version_that_was_seen() {
    let desk = Process::desk().await;
    let (id, _) = desk.add_tool("saw").await;
    let lend = format!("POST /tools/{id}/lend");
    let loan = json!({ "borrower": "ann", "weeks": 1 });
    let answer = desk.with(&lend, &[("if-match", "\"2\"")], loan.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.json()["version"].clone()), (412, json!(1)));
    assert_eq!(answer.json()["code"], "version_mismatch");
    assert_eq!(desk.with(&lend, &[("if-match", "\"1\"")], loan).await.status, 200);
}

#[tokio::test]
async fn a_repeated_key_gets_the_same_answer() {
    repeated_key(&Process::desk().await).await;
}

pub async fn repeated_key(desk: &Process) {
    let (key, body) = ([("idempotency-key", "k1")], json!({ "name": "saw" }));
    let first = desk.with("POST /tools", &key, body.clone()).await;
    let again = desk.with("POST /tools", &key, json!({ "name":"saw" })).await;
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    for header in ["location", "etag", "position"] {
        assert_eq!(first.header(header), again.header(header));
    }
    assert_eq!(
        (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
        ("", "true")
    );
    let other = desk.with("POST /tools", &key, json!({ "name": "axe" })).await;
    assert_eq!(
        (other.status.as_u16(), other.json()["code"].clone()),
        (422, json!("idempotency_key_reused"))
    );
    let refused = [("idempotency-key", "k2")];
    let first = desk.with("POST /tools", &refused, body.clone()).await;
    let again = desk.with("POST /tools", &refused, body).await;
    assert_eq!((first.status.as_u16(), again.status.as_u16()), (409, 409));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.header("content-type"), "application/problem+json");
    let long = "k".repeat(256);
    let answer = desk.with("POST /tools", &[("idempotency-key", &long)], json!({})).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_two_posts_with_one_key_have_one_effect() {
    let desk = Process::desk().await;
    let posts = (0..32).map(|_| {
        let router = desk.router.clone();
        tokio::spawn(async move {
            let headers = [("idempotency-key", "once")];
            crate::web::call(&router, "POST /tools", &headers, r#"{"name":"saw"}"#).await.text
        })
    });
    let mut answers = std::collections::BTreeSet::new();
    for post in posts.collect::<Vec<_>>() {
        answers.insert(post.await.unwrap());
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_of_one_stream_win_one_version_each() {
    one_winner_per_version(&Process::desk().await).await;
}

pub async fn one_winner_per_version(desk: &Process) {
    let (id, _) = desk.add_tool("saw").await;
    let posts = (0..64).map(|_| {
        let (router, line) = (desk.router.clone(), format!("POST /tools/{id}/lend"));
        tokio::spawn(async move {
            let answer =
                crate::web::call(&router, &line, &[], r#"{"borrower":"thief","weeks":1}"#).await;
            (answer.status.as_u16(), answer.json()["version"].as_i64())
        })
    });
    let mut versions = Vec::new();
    for post in posts.collect::<Vec<_>>() {
        match post.await.unwrap() {
            (200, Some(version)) => versions.push(version),
            (status, _) => assert_eq!(status, 503),
        }
    }
    versions.sort_unstable();
    let expected: Vec<i64> = (2..2 + versions.len() as i64).collect();
    assert_eq!(versions, expected);
    assert!(versions.len() > 32, "{}", versions.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn takers_of_one_running_number_all_get_one() {
    let desk = Process::desk().await;
    let posts = (0..48).map(|place| {
        let router = desk.router.clone();
        tokio::spawn(async move {
            let body = json!({ "name": format!("tool {place}") }).to_string();
            crate::web::call(&router, "POST /tools", &[], &body).await.status.as_u16()
        })
    });
    for post in posts.collect::<Vec<_>>() {
        assert_eq!(post.await.unwrap(), 201);
    }
    let (id, _) = desk.add_tool("the last").await;
    assert_eq!(desk.get(&format!("/tools/{id}")).await.json()["number"], 49);
}

#[tokio::test]
async fn a_caller_who_goes_away_interrupts_nothing() {
    let desk = Process::desk().await;
    for steps in 0..12 {
        let (key, name) = (format!("key {steps}"), format!("tool {steps}"));
        let body = json!({ "name": name }).to_string();
        let headers = [("idempotency-key", key.as_str())];
        let asked = Box::pin(crate::web::call(&desk.router, "POST /tools", &headers, &body));
        give_up_after(steps, asked).await;
        let answer = crate::web::call(&desk.router, "POST /tools", &headers, &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let again = crate::web::call(&desk.router, "POST /tools", &headers, &body).await;
        assert_eq!(again.text, answer.text);
    }
    let (id, _) = desk.add_tool("the last").await;
    assert_eq!(desk.get(&format!("/tools/{id}")).await.json()["number"], 13);
}

/// Look at a request so many times, then drop it.
async fn give_up_after<F: Future + Unpin>(steps: usize, mut request: F) {
    for _ in 0..steps {
        let look = std::future::poll_fn(|context| {
            let ready = std::pin::Pin::new(&mut request).poll(context).is_ready();
            std::task::Poll::Ready(ready)
        });
        if look.await {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_decision_that_panics_is_a_500_without_its_text() {
    let desk = Process::desk().await;
    let (id, _) = desk.add_tool("saw").await;
    let answer = desk.call(&format!("POST /tools/{id}/drop"), Value::Null).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].clone()), (500, json!("internal")));
    assert!(!answer.text.contains("secret"));
}

#[tokio::test]
async fn running_numbers_have_no_gaps() {
    numbers_without_gaps(&Process::desk().await).await;
}

pub async fn numbers_without_gaps(desk: &Process) {
    for (place, name) in ["a", "a", "b"].into_iter().enumerate() {
        let status = desk.call("POST /tools", json!({ "name": name })).await.status;
        assert_eq!(status, if place == 1 { 409 } else { 201 });
    }
    let (id, _) = desk.add_tool("c").await;
    assert_eq!(desk.get(&format!("/tools/{id}")).await.json()["number"], 3);
}
