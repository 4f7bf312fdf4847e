//! Bodies stream: each piece goes on before the next one is there.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::Request;
use axum::routing::{get, post};
use hyper::body::Frame;
use tokio::sync::Notify;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tower::ServiceExt as _;

use super::{Stub, desk, front};

/// A body whose pieces the test sends when it likes.
pub struct Fed(Receiver<Bytes>);

impl Fed {
    pub fn new() -> (Self, Sender<Bytes>) {
        let (sender, receiver) = channel(16);
        (Self(receiver), sender)
    }
}

impl HttpBody for Fed {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

/// The next piece of a body.
async fn piece(body: &mut Body) -> Option<Bytes> {
    loop {
        let frame = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await?;
        if let Ok(data) = frame.unwrap().into_data()
            && !data.is_empty()
        {
            return Some(data);
        }
    }
}

#[tokio::test]
async fn the_service_sees_the_beginning_of_a_body_before_its_end_is_sent() {
    let seen = Arc::new(Notify::new());
    let taking = {
        let seen = seen.clone();
        async move |request: Request<Body>| {
            let mut body = request.into_body();
            let mut total = piece(&mut body).await.map_or(0, |piece| piece.len());
            seen.notify_one();
            while let Some(piece) = piece(&mut body).await {
                total += piece.len();
            }
            total.to_string()
        }
    };
    let stub = Stub::of(Router::new().route("/tools", post(taking))).await;
    let front = front(desk(), &[("DESK_URL", &stub.url)]);
    let (body, feed) = Fed::new();
    let request = Request::post("/api/tools").body(Body::new(body)).unwrap();
    let answer = tokio::spawn(front.oneshot(request));
    feed.send(Bytes::from_static(b"begin")).await.unwrap();
    seen.notified().await;
    feed.send(Bytes::from_static(b"end")).await.unwrap();
    drop(feed);
    let mut body = answer.await.unwrap().unwrap().into_body();
    assert_eq!(piece(&mut body).await.unwrap(), "8");
}

#[tokio::test]
async fn the_caller_sees_the_beginning_of_an_answer_before_its_end_is_sent() {
    let go = Arc::new(Notify::new());
    let giving = {
        let go = go.clone();
        async move || {
            let (body, feed) = Fed::new();
            tokio::spawn(async move {
                feed.send(Bytes::from_static(b"begin")).await.unwrap();
                go.notified().await;
                feed.send(Bytes::from_static(b"end")).await.unwrap();
            });
            Body::new(body)
        }
    };
    let stub = Stub::of(Router::new().route("/tools/{tool_id}", get(giving))).await;
    let front = front(desk(), &[("DESK_URL", &stub.url)]);
    let request = Request::get("/api/tools/1").body(Body::empty()).unwrap();
    let mut body = front.oneshot(request).await.unwrap().into_body();
    assert_eq!(piece(&mut body).await.unwrap(), "begin");
    go.notify_one();
    assert_eq!(piece(&mut body).await.unwrap(), "end");
    assert_eq!(piece(&mut body).await, None);
}

/// Pieces of a body that are longer together than any buffer between caller and service.
#[tokio::test]
async fn a_service_that_does_not_read_stops_the_sender() {
    let stuck = async |request: Request<Body>| {
        let _body = request.into_body();
        std::future::pending::<()>().await;
        ""
    };
    let stub = Stub::of(Router::new().route("/tools", post(stuck))).await;
    let settings = [("DESK_URL", stub.url.as_str()), ("MAX_BODY_BYTES", "1000000000")];
    let front = front(desk(), &settings);
    let (body, feed) = Fed::new();
    let request = Request::post("/api/tools").body(Body::new(body)).unwrap();
    let answer = tokio::spawn(front.oneshot(request));
    let piece = Bytes::from(vec![b'x'; 1 << 20]);
    let mut taken = 0;
    // The sender is stopped as soon as a piece is not taken although others had time to run.
    while let Ok(Ok(())) =
        tokio::time::timeout(std::time::Duration::from_millis(300), feed.send(piece.clone())).await
    {
        taken += 1;
        assert!(taken < 100, "a hundred megabytes are held somewhere");
    }
    answer.abort();
}

#[tokio::test]
async fn an_answer_that_stops_in_the_middle_is_broken_off() {
    let giving = async || {
        let (body, feed) = Fed::new();
        tokio::spawn(async move {
            feed.send(Bytes::from_static(b"begin")).await.unwrap();
            std::future::pending::<()>().await;
            drop(feed);
        });
        Body::new(body)
    };
    let stub = Stub::of(Router::new().route("/tools/{tool_id}", get(giving))).await;
    let front = front(desk(), &[("DESK_URL", &stub.url), ("REQUEST_TIMEOUT", "100ms")]);
    let request = Request::get("/api/tools/1").body(Body::empty()).unwrap();
    let mut body = front.oneshot(request).await.unwrap().into_body();
    assert_eq!(piece(&mut body).await.unwrap(), "begin");
    let end = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
    assert!(end.unwrap().is_err());
}
