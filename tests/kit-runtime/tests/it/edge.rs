//! The edge: ids, problems, panics, limits, the way down, health.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use kit_runtime::health::{Condition, Health};
use kit_runtime::http::{Bounds, Edge, wrap};
use kit_runtime::service::Stop;

use crate::web::{Answer, call};

fn routes(stop: &Stop) -> Router {
    let routes = Router::new()
        .route("/fine", get(async || "fine"))
        .route("/fine", post(async |body: Bytes| body.len().to_string()))
        .route("/panic", get(async || -> &'static str { panic!("the secret is 42") }));
    let bounds = Bounds { max_body: 100, ..Bounds::default() };
    wrap(routes, Edge { service: "desk".into(), bounds, hosts: None, stop: stop.clone() })
}

async fn check(line: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    call(&routes(&Stop::new()), line, headers, body).await
}

#[tokio::test]
async fn the_correlation_id_is_echoed_or_made() {
    let answer = check("GET /fine", &[("x-correlation-id", "abc")], "").await;
    assert_eq!(answer.header("x-correlation-id"), "abc");
    assert!(answer.header("traceparent").starts_with("00-"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "no-store");
    let long = "x".repeat(1024);
    let answer = check("GET /fine", &[("x-correlation-id", &long)], "").await;
    assert_eq!(answer.header("x-correlation-id").len(), 36);
}

#[tokio::test]
async fn errors_are_problems_that_name_the_request() {
    for (line, status, code) in
        [("GET /nowhere", 404, "not_found"), ("DELETE /fine", 405, "method_not_allowed")]
    {
        let answer = check(line, &[("x-correlation-id", "abc")], "").await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json()["code"], code);
        assert_eq!(answer.json()["correlation_id"], "abc");
    }
}

#[tokio::test]
async fn a_panic_is_a_500_without_its_text() {
    let answer = check("GET /panic", &[], "").await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.json()["code"], "internal");
    assert!(!answer.text.contains("secret"), "{}", answer.text);
}

#[tokio::test]
async fn a_long_body_is_refused() {
    let answer = check("POST /fine", &[], &"x".repeat(100)).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "100"));
    assert_eq!(check("POST /fine", &[], &"x".repeat(101)).await.status, 413);
}

#[tokio::test]
async fn a_stopping_service_reads_but_takes_no_commands() {
    let stop = Stop::new();
    let routes = routes(&stop);
    stop.go_down(Duration::ZERO, Duration::from_secs(1)).await;
    assert_eq!(call(&routes, "GET /fine", &[], "").await.status, 200);
    let answer = call(&routes, "POST /fine", &[], "").await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "1"));
    assert_eq!(answer.json()["code"], "stopping");
}

#[tokio::test]
async fn health_shows_the_parts_and_ready_needs_the_database() {
    let health = Health::new(Stop::new());
    let up = Arc::new(AtomicBool::new(true));
    health.require("database", {
        let up = up.clone();
        move || {
            let up = up.load(Ordering::SeqCst);
            async move { up.then_some(()).ok_or_else(|| "refused".to_owned()) }
        }
    });
    let routes = health.routes();
    let ready = async || call(&routes, "GET /ready", &[], "").await;
    assert_eq!(ready().await.json()["status"], "ok");
    health.set("view shelf", Condition::Degraded { detail: "stopped".into() });
    let answer = ready().await;
    assert_eq!((answer.status.as_u16(), answer.json()["status"].as_str()), (200, Some("degraded")));
    up.store(false, Ordering::SeqCst);
    let answer = ready().await;
    assert_eq!((answer.status.as_u16(), answer.json()["status"].as_str()), (503, Some("down")));
    let answer = call(&routes, "GET /health", &[], "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["components"]["database"]["detail"], "refused");
    assert_eq!(answer.json()["components"]["view shelf"]["state"], "degraded");
}

/// On tokio's own clock, which goes on only when everybody waits.
#[tokio::test(start_paused = true)]
async fn a_database_that_hangs_is_unready_within_a_second() {
    let health = Health::new(Stop::new());
    health.require("database", std::future::pending::<Result<(), String>>);
    let started = tokio::time::Instant::now();
    let answer = call(&health.routes(), "GET /ready", &[], "").await;
    assert_eq!(answer.status, 503);
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_stopping_service_is_not_ready() {
    let stop = Stop::new();
    let routes = Health::new(stop.clone()).routes();
    stop.go_down(Duration::ZERO, Duration::ZERO).await;
    assert_eq!(call(&routes, "GET /ready", &[], "").await.status, 503);
    assert_eq!(call(&routes, "GET /health", &[], "").await.status, 200);
}
