//! What reaches a service, and what comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::HeaderMap;
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::{Stub, desk, front, nowhere};
use crate::web::{Answer, call};

/// A service that answers with the headers it got.
fn echo() -> Router {
    let told = async |headers: HeaderMap| {
        let pair = |(name, value): (&axum::http::HeaderName, &axum::http::HeaderValue)| {
            (name.as_str().to_owned(), Value::from(value.to_str().unwrap()))
        };
        axum::Json(Value::Object(headers.iter().map(pair).collect()))
    };
    let made = async || {
        let headers = [("location", "/tools/7"), ("server", "desk/1"), ("x-own", "kept")];
        (axum::http::StatusCode::CREATED, headers, "{}").into_response()
    };
    Router::new().route("/tools/{tool_id}", get(told)).route("/tools", post(made))
}

async fn echoed(settings: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
    let stub = Stub::of(echo()).await;
    let mut all = vec![("DESK_URL", stub.url.as_str())];
    all.extend_from_slice(settings);
    call(&front(desk(), &all), "GET /api/tools/1", headers, "").await
}

#[tokio::test]
async fn only_the_table_is_answered() {
    let stub = Stub::of(echo()).await;
    let front = front(desk(), &[("DESK_URL", &stub.url)]);
    assert_eq!(call(&front, "GET /api/tools/1", &[], "").await.status, 200);
    for line in ["GET /tools/1", "GET /api/nothing", "GET /api/_kit/log/event", "GET /metrics"] {
        let answer = call(&front, line, &[], "").await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["code"].clone()),
            (404, json!("not_found"))
        );
    }
    for (line, allowed) in [("DELETE /api/tools", "POST"), ("PUT /api/tools/1", "GET,HEAD")] {
        let answer = call(&front, line, &[], "").await;
        assert_eq!(answer.status, 405, "{line}");
        assert_eq!(answer.json()["code"], "method_not_allowed");
        assert_eq!(answer.header("allow"), allowed, "{line}");
    }
}

#[tokio::test]
async fn ids_are_kept_or_made_and_passed_on() {
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    let answer = echoed(&[], &[("x-correlation-id", "abc"), ("traceparent", &parent)]).await;
    assert_eq!(answer.header("x-correlation-id"), "abc");
    assert_eq!(answer.json()["x-correlation-id"], "abc");
    let passed = answer.json()["traceparent"].as_str().unwrap().to_owned();
    assert!(passed.contains(trace) && passed != parent, "{passed}");
    let answer = echoed(&[], &[]).await;
    let made = answer.header("x-correlation-id");
    assert_eq!(made.len(), 36);
    assert_eq!(answer.json()["x-correlation-id"], made);
}

#[tokio::test]
async fn what_belongs_to_one_connection_and_what_is_forged_stays_out() {
    let sent = [
        ("connection", "close, x-mine"),
        ("x-mine", "1"),
        ("te", "trailers"),
        ("proxy-authorization", "Basic x"),
        ("x-forwarded-for", "1.2.3.4"),
        ("x-http-method-override", "DELETE"),
        ("x-actor", "0197a5f0-0000-7000-8000-000000000001"),
        ("idempotency-key", "k1"),
        ("min-position", "p"),
    ];
    let got = echoed(&[], &sent).await.json();
    for name in ["x-mine", "te", "proxy-authorization", "x-http-method-override", "x-actor"] {
        assert!(got.get(name).is_none(), "{name} in {got}");
    }
    assert!(got.get("x-forwarded-for").is_none(), "no connection, no address: {got}");
    assert_eq!((&got["idempotency-key"], &got["min-position"]), (&json!("k1"), &json!("p")));
    assert!(echoed(&[("DEV", "1")], &sent).await.json().get("x-actor").is_some());
}

#[tokio::test]
async fn an_answer_leads_to_the_gateway_and_tells_nothing_of_the_service() {
    let stub = Stub::of(echo()).await;
    let answer =
        call(&front(desk(), &[("DESK_URL", &stub.url)]), "POST /api/tools", &[], "{}").await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("location"), "/api/tools/7");
    assert_eq!(answer.header("x-own"), "kept");
    assert_eq!(answer.header("server"), "");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn commands_go_to_the_write_side_and_queries_to_the_read_side() {
    let named = |name: &'static str| {
        Router::new()
            .route("/tools", post(async move || name))
            .route("/tools/{tool_id}", get(async move || name))
            .route("/find-tools", get(async move || name))
    };
    let (write, read) = (Stub::of(named("write")).await, Stub::of(named("read")).await);
    let front = front(desk(), &[("DESK_URL", &write.url), ("DESK_VIEWS_URL", &read.url)]);
    for (line, side) in [
        ("POST /api/tools", "write"),
        ("GET /api/tools/1", "write"),
        ("GET /api/find-tools", "read"),
    ] {
        assert_eq!(call(&front, line, &[], "").await.text, side, "{line}");
    }
}

#[tokio::test]
async fn a_service_that_is_not_there_is_a_problem_without_its_name() {
    let front = front(desk(), &[("DESK_URL", &nowhere())]);
    let answer = call(&front, "GET /api/tools/1", &[("x-correlation-id", "abc")], "").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["code"].clone()),
        (502, json!("bad_gateway"))
    );
    assert_eq!(answer.json()["correlation_id"], "abc");
    assert!(!answer.text.contains("127.0.0.1") && !answer.text.contains("desk"), "{}", answer.text);
    let health = call(&front, "GET /health", &[], "").await;
    assert_eq!(health.status, 200);
    assert_eq!(health.json()["components"]["desk"]["state"], "down");
    assert_eq!(call(&front, "GET /ready", &[], "").await.status, 503, "nobody is behind it");
}

#[tokio::test]
async fn each_of_several_instances_is_asked_and_the_dead_are_passed_over() {
    let asked = [Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0))];
    let counting = |count: &Arc<AtomicUsize>| {
        let count = count.clone();
        let tool = async move || {
            count.fetch_add(1, Ordering::SeqCst);
            "tool"
        };
        Router::new().route("/tools/{tool_id}", get(tool)).route("/ready", get(async || "{}"))
    };
    let (one, two) = (Stub::of(counting(&asked[0])).await, Stub::of(counting(&asked[1])).await);
    let url = format!("{},{},{}", one.url, nowhere(), two.url);
    let front = front(desk(), &[("DESK_URL", &url)]);
    for _ in 0..12 {
        assert_eq!(call(&front, "GET /api/tools/1", &[], "").await.status, 200);
    }
    let counts = asked.clone().map(|count| count.load(Ordering::SeqCst));
    assert!(counts[0] >= 3 && counts[1] >= 3 && counts[0] + counts[1] == 12, "{counts:?}");
    let health = call(&front, "GET /health", &[], "").await.json();
    assert_eq!(health["status"], "degraded");
    assert_eq!(health["components"]["desk"]["detail"], "2 of 3 instances are ready");
    assert_eq!(call(&front, "GET /ready", &[], "").await.status, 200);
}

/// A server that closes its connection after each answer without saying so.
async fn forgetful() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut head = Vec::new();
                while !head.windows(4).any(|part| part == b"\r\n\r\n") {
                    if stream.read_buf(&mut head).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
            });
        }
    });
    url
}

#[tokio::test]
async fn a_connection_that_was_closed_while_it_waited_is_no_trouble() {
    let front = front(desk(), &[("DESK_URL", &forgetful().await)]);
    for _ in 0..50 {
        assert_eq!(call(&front, "GET /api/tools/1", &[], "").await.status, 200);
    }
}

#[tokio::test]
async fn a_service_that_moved_to_the_other_address_is_found_again() {
    let tool = || Router::new().route("/tools/{tool_id}", get(async || "tool"));
    let first = Stub::of(tool()).await;
    let second = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let other = second.local_addr().unwrap();
    drop(second);
    let front = front(desk(), &[("DESK_URL", &format!("{},http://{other}", first.url))]);
    assert_eq!(call(&front, "GET /api/tools/1", &[], "").await.status, 200);
    first.end();
    let listener = TcpListener::bind(other).await.unwrap();
    tokio::spawn(async move { axum::serve(listener, tool()).await.unwrap() });
    for _ in 0..5 {
        let answer = call(&front, "GET /api/tools/1", &[], "").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}
