//! What the gateway allows: length, time, requests at once.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Request;
use axum::routing::{get, post};
use serde_json::json;
use tokio::sync::Notify;

use super::streamed::Fed;
use super::{Stub, desk, front};
use crate::web::{call, send};

fn taking() -> Router {
    Router::new().route("/tools", post(async |body: Bytes| body.len().to_string()))
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused() {
    let stub = Stub::of(taking()).await;
    let front = front(desk(), &[("DESK_URL", &stub.url), ("MAX_BODY_BYTES", "10")]);
    let told = [("content-length", "11")];
    assert_eq!(call(&front, "POST /api/tools", &[], "0123456789").await.text, "10");
    let answer = call(&front, "POST /api/tools", &told, "0123456789a").await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].clone()), (413, json!("too_large")));
    let (body, feed) = Fed::new();
    feed.send(Bytes::from_static(b"01234")).await.unwrap();
    feed.send(Bytes::from_static(b"56789a")).await.unwrap();
    drop(feed);
    let request = Request::post("/api/tools").body(Body::new(body)).unwrap();
    let answer = send(&front, request).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].clone()), (413, json!("too_large")));
}

#[tokio::test]
async fn a_service_that_is_too_slow_is_not_waited_for() {
    let never = async || {
        std::future::pending::<()>().await;
        ""
    };
    let stub = Stub::of(Router::new().route("/tools/{tool_id}", get(never))).await;
    let table = desk().read("GET /quick/{tool_id}").within("20ms");
    let front = front(table, &[("DESK_URL", &stub.url), ("REQUEST_TIMEOUT", "100ms")]);
    let answer = call(&front, "GET /api/tools/1", &[], "").await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["code"].clone()),
        (504, json!("gateway_timeout"))
    );
}

#[tokio::test]
async fn a_route_has_a_deadline_of_its_own() {
    let never = async || {
        std::future::pending::<()>().await;
        ""
    };
    let stub = Stub::of(Router::new().route("/quick", get(never))).await;
    let table = desk().read("GET /quick").within("20ms");
    let front = front(table, &[("DESK_URL", &stub.url), ("REQUEST_TIMEOUT", "10min")]);
    assert_eq!(call(&front, "GET /api/quick", &[], "").await.status, 504);
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_the_callers_fault() {
    let stub = Stub::of(taking()).await;
    let front = front(desk(), &[("DESK_URL", &stub.url), ("REQUEST_TIMEOUT", "100ms")]);
    let (body, feed) = Fed::new();
    feed.send(Bytes::from_static(b"{")).await.unwrap();
    let request = Request::post("/api/tools").body(Body::new(body)).unwrap();
    let answer = send(&front, request).await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].clone()), (408, json!("slow_body")));
    drop(feed);
}

#[tokio::test]
async fn one_request_more_than_allowed_is_refused_at_once() {
    let (there, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let held = {
        let (there, go) = (there.clone(), go.clone());
        async move || {
            there.notify_one();
            go.notified().await;
            "tool"
        }
    };
    let stub = Stub::of(Router::new().route("/tools/{tool_id}", get(held))).await;
    let front = front(desk(), &[("DESK_URL", &stub.url), ("MAX_CONCURRENT", "1")]);
    let first = tokio::spawn({
        let front = front.clone();
        async move { call(&front, "GET /api/tools/1", &[], "").await }
    });
    there.notified().await;
    let answer = call(&front, "GET /api/tools/1", &[], "").await;
    assert_eq!((answer.status.as_u16(), answer.json()["code"].clone()), (503, json!("busy")));
    assert_eq!(answer.header("retry-after"), "1");
    go.notify_one();
    assert_eq!(first.await.unwrap().status, 200);
    go.notify_one();
    assert_eq!(call(&front, "GET /api/tools/1", &[], "").await.status, 200);
}
