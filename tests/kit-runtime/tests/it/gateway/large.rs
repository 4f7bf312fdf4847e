//! Bodies that are much larger than the memory that the gateway takes for them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::pin::Pin;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::Request;
use axum::routing::{get, post};

use super::Stub;
use super::streamed::Fed;
use crate::processes::Program;

const PIECE: usize = 1 << 20;
/// The body, in pieces.
const PIECES: usize = 256;
/// What the whole gateway may take, in KiB: a quarter of the body.
const MOST: u64 = 64 << 10;

fn stub() -> Router {
    let counting = async |request: Request<Body>| {
        let (mut body, mut total) = (request.into_body(), 0);
        while let Some(frame) = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await
        {
            total += frame.unwrap().into_data().map_or(0, |data| data.len());
        }
        total.to_string()
    };
    let giving = async || {
        let (body, feed) = Fed::new();
        tokio::spawn(async move {
            let piece = Bytes::from(vec![b'x'; PIECE]);
            for _ in 0..PIECES {
                feed.send(piece.clone()).await.unwrap();
            }
        });
        Body::new(body)
    };
    Router::new().route("/tools", post(counting)).route("/find-tools", get(giving))
}

/// The most memory that a process has taken so far, in KiB.
fn peak(program: &Program) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_any_length_passes_in_little_memory() {
    let stub = Stub::of(stub()).await;
    let folder = tempfile::tempdir().unwrap();
    let longest = (PIECE * PIECES).to_string();
    let args = ["--desk-url", stub.url.as_str(), "--max-body-bytes", &longest];
    let front = Program::start("gateway", folder.path(), &args);
    let before = peak(&front);

    let mut stream = TcpStream::connect(&front.address).unwrap();
    let head = format!("POST /api/tools HTTP/1.1\r\nhost: a\r\ncontent-length: {longest}\r\n");
    stream.write_all(format!("{head}connection: close\r\n\r\n").as_bytes()).unwrap();
    let piece = vec![b'x'; PIECE];
    for _ in 0..PIECES {
        stream.write_all(&piece).unwrap();
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with(&format!("\r\n\r\n{longest}")), "{answer}");
    assert!(peak(&front) < MOST, "{before} KiB before, {} after a request", peak(&front));

    let mut stream = TcpStream::connect(&front.address).unwrap();
    let get = "GET /api/find-tools HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream.write_all(get.as_bytes()).unwrap();
    let (mut buffer, mut total) = (vec![0; PIECE], 0);
    loop {
        match stream.read(&mut buffer).unwrap() {
            0 => break,
            count => total += count,
        }
    }
    assert!(total > PIECE * PIECES, "{total} bytes of the answer came");
    assert!(peak(&front) < MOST, "{before} KiB before, {} after an answer", peak(&front));
}
