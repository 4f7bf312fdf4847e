//! Requests as no honest client sends them, over a socket to a running gateway.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};

use super::Stub;
use crate::processes::Program;

/// The length of a long answer: more than any buffer between service and caller.
pub const LONG: usize = 64 << 20;

pub const HOST: &str = "host: shop.example\r\n";

/// A gateway as a program, in front of a stub that counts what reaches it.
pub struct Front {
    pub program: Program,
    pub asked: Arc<AtomicUsize>,
    _stub: Stub,
    _folder: tempfile::TempDir,
}

impl Front {
    pub async fn start(args: &[&str]) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = {
            let asked = asked.clone();
            move || asked.fetch_add(1, Ordering::SeqCst)
        };
        let taking = {
            let count = count.clone();
            async move |body: String| {
                count();
                body
            }
        };
        let giving = async move || {
            count();
            "tool"
        };
        let long = async || Body::from(vec![b'x'; LONG]);
        let desk = Router::new()
            .route("/tools/{tool_id}", get(giving))
            .route("/tools", post(taking))
            .route("/find-tools", get(long));
        let stub = Stub::of(desk).await;
        let folder = tempfile::tempdir().unwrap();
        let mut all = vec!["--desk-url", stub.url.as_str(), "--public-hosts", "shop.example"];
        all.extend(["--log-level", "warn,kit_runtime::service=debug"]);
        all.extend_from_slice(args);
        let program = Program::start("gateway", folder.path(), &all);
        Self { program, asked, _stub: stub, _folder: folder }
    }

    /// What comes back until the connection is closed.
    pub fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.program.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The statuses of all answers to what is sent.
    pub fn statuses(&self, text: &str) -> Vec<u16> {
        let answer = self.raw(text.as_bytes());
        let lines = answer.split("HTTP/1.").skip(1);
        lines.filter_map(|line| line.split(' ').nth(1)?.parse().ok()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_can_be_read_in_two_ways_is_refused_and_the_connection_closed() {
    let front = Front::start(&["--header-timeout", "2s"]).await;
    let get = |line: &str, headers: &str| format!("GET {line} HTTP/1.1\r\n{headers}\r\n");
    let post = |headers: &str, body: &str| {
        format!("POST /api/tools HTTP/1.1\r\n{HOST}{headers}\r\n{body}")
    };
    let fine = get("/api/tools/1", &format!("{HOST}connection: close\r\n"));
    assert_eq!(front.statuses(&fine), [200]);
    let close = "connection: close\r\n";
    let smuggled = "GET /api/tools/1 HTTP/1.1\r\nhost: a\r\n\r\n";
    let cases: Vec<(String, u16)> = vec![
        (get("/api/tools/1", ""), 400),
        (get("/api/tools/1", &format!("{HOST}{HOST}")), 400),
        (get("/api/tools/1", "host: a b\r\n"), 400),
        (get("/api/tools/1", "host: a/b\r\n"), 400),
        (get("http://other/api/tools/1", HOST), 421),
        (get("/api/x/../tools/1", HOST), 400),
        (get("/api/%2e%2e/tools/1", HOST), 400),
        (get("/api//tools/1", HOST), 400),
        (get("/api/tools/a%2fb", HOST), 400),
        (get("/api/tools/%00", HOST), 400),
        (get("/api/tools/%ff", HOST), 400),
        (get("/api/tools/1/", &format!("{HOST}{close}")), 404),
        (get("/API/tools/1", &format!("{HOST}{close}")), 404),
        (get(&format!("/{}", "a".repeat(9 << 10)), HOST), 414),
        (get("/api/tools/1", &format!("{HOST}x: {}\r\n", "a".repeat(64 << 10))), 431),
        (get("/api/tools/1", &format!("{HOST}{}", "a: b\r\n".repeat(101))), 431),
        (format!("TRACE /api/tools/1 HTTP/1.1\r\n{HOST}\r\n"), 405),
        (format!("BREW /api/tools/1 HTTP/1.1\r\n{HOST}\r\n"), 501),
        (get("/api/tools/1", &format!("{HOST}expect: more\r\n")), 417),
        (get("/api/tools/1", &format!("{HOST}a : b\r\n")), 400),
        (get("/api/tools/1", &format!("{HOST}a: b\r\n c\r\n")), 400),
        (post("content-length: 3\r\ncontent-length: 4\r\n", "abcd"), 400),
        (post("content-length: +2\r\n", "ab"), 400),
        (post("transfer-encoding: identity, chunked\r\n", &format!("0\r\n\r\n{smuggled}")), 501),
        (post("transfer-encoding: xchunked\r\n", "0\r\n\r\n"), 400),
        (post("transfer-encoding: chunked\r\n", "fffffffffffffffff\r\n"), 400),
        ("GET / HTTP/1.2\r\nhost: a\r\n\r\n".to_owned(), 400),
    ];
    for (text, status) in cases {
        let shown: String = text.chars().take(120).collect();
        assert_eq!(front.statuses(&text), [status], "{shown:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_nothing_is_not_waited_for() {
    let front = Front::start(&["--header-timeout", "200ms"]).await;
    for begun in ["", "GET /api/tools/1 HT", "GET /api/tools/1 HTTP/1.1\r\nhost: a\r\nx: "] {
        let answer = front.raw(begun.as_bytes());
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    let idle = front.statuses(&format!("GET /api/tools/1 HTTP/1.1\r\n{HOST}\r\n"));
    assert_eq!(idle, [200], "and then the connection is closed");
}

/// Two requests on one connection are two, and a body is no request.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_a_body_is_a_body() {
    let front = Front::start(&["--header-timeout", "2s"]).await;
    let inner = "GET /api/tools/1 HTTP/1.1\r\nhost: a\r\n\r\n";
    let outer = format!(
        "POST /api/tools HTTP/1.1\r\n{HOST}connection: close\r\ncontent-length: {}\r\n\r\n{inner}",
        inner.len()
    );
    let answer = front.raw(outer.as_bytes());
    assert!(answer.ends_with(inner), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 1, "{answer}");
}
