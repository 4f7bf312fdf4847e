//! The answer to a commit lost on the way: the store finds out what became of the unit, and never writes it twice. The
//! wrong design sends it again as if it were new.

use crate::db::{Db, append, events, server, stream};
use jiff::Timestamp;
use kit_runtime::store::{
    Answer, Expect, Idempotency, Options, Outcome, Store, StoreError, Unit, open,
};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Passes everything on, until it is armed: then the next answer is swallowed once the server gave it, and the
/// connection breaks.
async fn forgetful(target: String, armed: Arc<AtomicBool>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let Ok(server) = TcpStream::connect(&target).await else { continue };
            let armed = armed.clone();
            tokio::spawn(async move {
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_server, mut to_server) = server.into_split();
                let up = tokio::spawn(async move {
                    let _ = tokio::io::copy(&mut from_client, &mut to_server).await;
                });
                let mut buffer = vec![0; 64 * 1024];
                while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
                    if armed.swap(false, Ordering::SeqCst)
                        || to_client.write_all(&buffer[..length]).await.is_err()
                    {
                        break;
                    }
                }
                up.abort();
            });
        }
    });
    port
}

struct Line {
    db: Db,
    store: Arc<dyn Store>,
    armed: Arc<AtomicBool>,
}

impl Line {
    async fn open() -> Self {
        let db = Db::postgres().await;
        let armed = Arc::new(AtomicBool::new(false));
        let authority = server().split(['@', '/']).nth(3).unwrap();
        let port = forgetful(authority.to_owned(), armed.clone()).await;
        let url = db.url.replace(authority, &format!("127.0.0.1:{port}"));
        let mut options = Options::new("test");
        options.connections = 1;
        let store = open(&url, options).await.unwrap();
        store.commit(events("warm", Expect::NoStream, 1)).await.unwrap();
        store.commit(pair("warm-a", "warm-b", Expect::Any)).await.unwrap();
        Self { db, store, armed }
    }

    /// Commits while the answer is lost.
    async fn commit(&self, unit: Unit) -> Result<Outcome, StoreError> {
        self.armed.store(true, Ordering::SeqCst);
        let commit = self.store.commit(unit);
        tokio::time::timeout(Duration::from_secs(30), commit).await.expect("an answer in time")
    }

    async fn finish(self) {
        assert!(!self.armed.load(Ordering::SeqCst), "no answer was lost");
        self.store.close().await;
        self.db.finish().await;
    }
}

fn pair(first: &str, second: &str, expect: Expect) -> Unit {
    Unit { appends: vec![append(first, expect, 1), append(second, expect, 2)], ..Unit::default() }
}

fn keyed(unit: Unit) -> Unit {
    let answer = Answer { status: 201, headers: json!({}), body: b"made".to_vec() };
    let (tenant, principal, key) = (String::new(), "me".to_owned(), "k".to_owned());
    let (route, expires_at) = (String::new(), Timestamp::MAX);
    let request =
        Idempotency { tenant, principal, key, route, fingerprint: vec![], answer, expires_at };
    Unit { idempotency: Some(request), ..unit }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unit_is_recognised_by_its_events() {
    for unit in [events("a", Expect::NoStream, 2), pair("a", "b", Expect::NoStream)] {
        let line = Line::open().await;
        let outcome = line.commit(unit).await.unwrap();
        let Outcome::Committed(committed) = outcome else { panic!("{outcome:?}") };
        let end = committed.appended[0];
        let last = line.db.load(&stream("a")).await.events.pop().unwrap();
        assert_eq!((last.shard, last.pos, last.version), (end.shard, end.pos, end.version));
        line.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unit_is_recognised_by_its_key() {
    let line = Line::open().await;
    let outcome = line.commit(keyed(events("a", Expect::Any, 1))).await.unwrap();
    let Outcome::Replayed(stored) = outcome else { panic!("{outcome:?}") };
    assert_eq!(stored.answer.body, b"made");
    assert_eq!(line.db.load(&stream("a")).await.version, 1);
    line.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_recognised_is_not_sent_again() {
    let line = Line::open().await;
    let error = line.commit(events("a", Expect::Any, 1)).await.unwrap_err();
    assert!(matches!(error, StoreError::Unknown(_)), "{error:?}");
    assert_eq!(line.db.load(&stream("a")).await.version, 1, "it was committed, but once");
    line.finish().await;
}

/// Many callers at once, so that most commands leave together; whenever the first of them comes, an answer is lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_of_a_crowd_is_recognised() {
    let line = Arc::new(Line::open().await);
    let callers: Vec<_> = (0..24)
        .map(|caller| {
            let line = line.clone();
            tokio::spawn(async move {
                for round in 0..8 {
                    let name = format!("c{caller}-{round}");
                    if caller == 0 {
                        line.armed.store(true, Ordering::SeqCst);
                    }
                    let unit = events(&name, Expect::NoStream, 1);
                    let outcome = line.store.commit(unit).await.unwrap();
                    let Outcome::Committed(committed) = outcome else { panic!("{outcome:?}") };
                    let last = line.db.load(&stream(&name)).await.events.pop().unwrap();
                    let end = committed.appended[0];
                    assert_eq!((last.shard, last.pos, last.version), (end.shard, end.pos, 1));
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    let last = line.commit(events("last", Expect::NoStream, 1)).await;
    assert!(matches!(last, Ok(Outcome::Committed(_))), "{last:?}");
    Arc::into_inner(line).unwrap().finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sending_again_blindly_is_caught() {
    let line = Line::open().await;
    let unit = events("a", Expect::Any, 1);
    if line.commit(unit.clone()).await.is_err() {
        line.store.commit(unit).await.unwrap();
    }
    assert_eq!(line.db.load(&stream("a")).await.version, 2, "the wrong design writes twice");
    line.finish().await;
}
