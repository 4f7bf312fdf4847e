//! Attacks on framing, hosts, sizes and time, over sockets to a running gateway.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use super::nowhere;
use super::raw::{Front, HOST, LONG};
use crate::processes::Program;

const SMUGGLED: &str = "GET /api/tools/1 HTTP/1.1\r\nhost: a\r\n\r\n";

fn post(headers: &str, body: &str) -> String {
    format!("POST /api/tools HTTP/1.1\r\n{HOST}{headers}\r\n{body}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_told_twice_is_refused_and_nothing_of_it_reaches_a_service() {
    let front = Front::start(&["--header-timeout", "2s"]).await;
    let lengths = ["transfer-encoding: chunked\r\n", "content-length: 5\r\n"];
    for headers in [lengths.concat(), lengths.into_iter().rev().collect()] {
        let text = post(&headers, &format!("3\r\nabc\r\n0\r\n\r\n{SMUGGLED}"));
        assert_eq!(front.statuses(&text), [400], "{headers}");
    }
    assert_eq!(front.asked.load(Ordering::SeqCst), 0);
}

/// The end of a body in chunks is where the server says; what stands behind it is not believed.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_behind_a_body_in_chunks_is_a_request() {
    let front = Front::start(&["--header-timeout", "2s"]).await;
    let chunks = "3\r\nabc\r\n0\r\nauthorization: x\r\n\r\n";
    let text = post("transfer-encoding: chunked\r\n", &format!("{chunks}{SMUGGLED}"));
    assert_eq!(front.statuses(&text), [200]);
    assert_eq!(front.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_framed_badly_reaches_no_service() {
    let front = Front::start(&["--header-timeout", "2s"]).await;
    let chunked = |body: &str| post("transfer-encoding: chunked\r\n", body);
    let cases = [
        ("GET /api/tools/1 HTTP/1.1\nhost: a\n\n".to_owned(), 400),
        (post("content-length: 2\n", "ab"), 400),
        (post("x: a\rb\r\n", ""), 400),
        (post("x: a\0b\r\n", ""), 400),
        (post("content-length: 2, 2\r\n", "ab"), 400),
        (post("content-length: -1\r\n", "ab"), 400),
        (post("content-length: 0x2\r\n", "ab"), 400),
        (post("transfer-encoding: chunked, identity\r\n", "0\r\n\r\n"), 400),
        (post("transfer-encoding: \u{b}chunked\r\n", "0\r\n\r\n"), 400),
        (post(&"transfer-encoding: chunked\r\n".repeat(2), "0\r\n\r\n"), 501),
        (post("transfer-encoding: chunked\r\n", "0\r\n\r\n").replace("1.1", "1.0"), 400),
        (chunked("3\nabc\r\n0\r\n\r\n"), 400),
        (chunked("3;a\nb\r\nabc\r\n0\r\n\r\n"), 400),
    ];
    for (text, status) in cases {
        assert_eq!(front.statuses(&text), [status], "{text:?}");
    }
    assert_eq!(front.asked.load(Ordering::SeqCst), 0);
    assert_eq!(front.raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "", "closed without a word");
    let equal = post("content-length: 2\r\ncontent-length: 2\r\nconnection: close\r\n", "ab");
    assert_eq!(front.statuses(&equal), [200], "equal lengths are one");
    let refused = post("expect: 100-continue\r\ncontent-length: 99999999\r\n", "");
    assert_eq!(front.statuses(&refused), [413], "and not 100 before it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_not_the_systems_is_not_answered() {
    let front = Front::start(&["--header-timeout", "2s"]).await;
    let ask = |host: &str| {
        let head = format!("GET /api/tools/1 HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        front.statuses(&format!("{head}\r\n"))
    };
    for own in ["shop.example", "SHOP.example:443", "127.0.0.1:8000", "localhost", "gateway"] {
        assert_eq!(ask(own), [200], "{own}");
    }
    let before = front.asked.load(Ordering::SeqCst);
    for foreign in ["other.example", "shop.example.evil.test", "evil-shop.example"] {
        assert_eq!(ask(foreign), [421], "{foreign}");
    }
    assert_eq!(front.asked.load(Ordering::SeqCst), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_packed_is_not_unpacked() {
    let front = Front::start(&["--header-timeout", "2s"]).await;
    let answer =
        front.raw(post("content-encoding: gzip\r\ncontent-length: 2\r\n", "ab").as_bytes());
    assert!(answer.starts_with("HTTP/1.1 415 "), "{answer}");
    assert!(answer.contains("\r\naccept-encoding: identity\r\n"), "{answer}");
    assert_eq!(front.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_does_not_read_is_not_written_to_for_ever() {
    let mut front = Front::start(&["--write-timeout", "300ms"]).await;
    let mut stream = TcpStream::connect(&front.program.address).unwrap();
    stream.write_all(format!("GET /api/find-tools HTTP/1.1\r\n{HOST}\r\n").as_bytes()).unwrap();
    let mut first = [0];
    stream.read_exact(&mut first).unwrap();
    front.program.line_with("a connection ended");
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest);
    assert!(rest.len() < LONG, "all {} bytes came", rest.len());
}

/// A caller who takes its time, but takes what comes, gets all of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_reads_gets_the_whole_answer() {
    let front = Front::start(&["--write-timeout", "2s"]).await;
    let get = format!("GET /api/find-tools HTTP/1.1\r\n{HOST}connection: close\r\n\r\n");
    let answer = front.raw(get.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.len() > LONG, "{}", answer.len());
}

#[test]
fn a_body_that_is_deep_or_wide_is_refused_before_it_is_read() {
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let desk = Program::start("desk", folders[0].path(), &["--office-url", &nowhere()]);
    let url = format!("http://{}", desk.address);
    let args = ["--desk-url", &url, "--office-url", &nowhere()];
    let front = Program::start("gateway", folders[1].path(), &args);
    let ask = |body: Value| {
        let (status, problem) = front.ask("POST /api/tools", &body).unwrap();
        (status, problem["code"].as_str().unwrap_or_default().to_owned())
    };
    let deep = (0..10_000).fold("0".to_owned(), |inner, _| format!("[{inner}]"));
    let mut stream = TcpStream::connect(&front.address).unwrap();
    let head = format!("POST /api/tools HTTP/1.1\r\nhost: a\r\ncontent-length: {}", deep.len());
    stream.write_all(format!("{head}\r\nconnection: close\r\n\r\n{deep}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("too_deep"), "{answer}");
    assert_eq!(ask(json!({ "name": vec![0; 100_000] })), (400, "too_many_items".to_owned()));
    assert_eq!(ask(json!({ "name": "x".repeat(1 << 20) })), (413, "too_large".to_owned()));
    assert_eq!(ask(json!({ "name": "x" })).0, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_are_few_and_have_one_value() {
    let front = Front::start(&["--header-timeout", "2s"]).await;
    let ask = |query: &str| {
        let line = format!("GET /api/tools/1?{query} HTTP/1.1\r\n{HOST}connection: close\r\n\r\n");
        front.statuses(&line)
    };
    assert_eq!(ask("a=1&b=2"), [200]);
    let before = front.asked.load(Ordering::SeqCst);
    assert_eq!(ask("a=1&a=2"), [400]);
    assert_eq!(ask("a=1&%61=2"), [400]);
    let many = |count: usize| (0..count).map(|n| format!("p{n}&")).collect::<String>();
    assert_eq!(ask(&many(1_000)), [400]);
    assert_eq!(ask(&many(10_000)), [431], "and this many do not even fit into a head");
    assert_eq!(front.asked.load(Ordering::SeqCst), before);
}
