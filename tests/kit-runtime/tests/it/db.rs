//! A database of its own for every test, and short ways to say what a test writes.

use jiff::{SignedDuration, Timestamp};
use kit_runtime::store::{
    Append, Clock, Committed, Expect, Load, Loaded, MessageKind, NewEvent, NewMessage, Options,
    Outcome, Store, StreamKey, Unit, open,
};
use serde_json::json;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// Names the PostgreSQL server that tests may use.
pub const POSTGRES: &str = "MINOS_TEST_POSTGRES_URL";

/// A clock that stands still until it is told otherwise.
#[derive(Debug)]
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

impl TestClock {
    pub fn start() -> Self {
        Self(AtomicI64::new(1_767_600_000_000_000))
    }

    pub fn advance(&self, by: SignedDuration) {
        self.0.fetch_add(by.as_micros() as i64, Ordering::SeqCst);
    }
}

/// One store in a fresh database.
pub struct Db {
    pub store: Arc<dyn Store>,
    pub clock: Arc<TestClock>,
    pub url: String,
    pub shards: u16,
    schema: Option<String>,
    _folder: Option<tempfile::TempDir>,
}

impl Db {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("sub/test.db").display());
        Self::open(url, None, Some(folder)).await
    }

    pub async fn postgres() -> Self {
        let schema = format!("t_{}", Uuid::now_v7().simple());
        run_sql(&format!("create schema {schema}")).await;
        let parameters = format!("options=-csearch_path%3D{schema}&application_name={schema}");
        let url = format!("{}?{parameters}", server());
        Self::open(url, Some(schema), None).await
    }

    async fn open(url: String, schema: Option<String>, folder: Option<tempfile::TempDir>) -> Self {
        let clock = Arc::new(TestClock::start());
        let shards = 16;
        let mut options = Options::new("test");
        options.shards = shards;
        options.clock = Some(clock.clone());
        let store = open(&url, options).await.unwrap();
        Self { store, clock, url, shards, schema, _folder: folder }
    }

    /// The same database, opened once more.
    pub async fn again(&self) -> Arc<dyn Store> {
        let mut options = Options::new("test");
        options.clock = Some(self.clock.clone());
        open(&self.url, options).await.unwrap()
    }

    pub async fn finish(self) {
        self.store.close().await;
        if let Some(schema) = &self.schema {
            run_sql(&format!("drop schema {schema} cascade")).await;
        }
    }

    pub async fn commit(&self, unit: Unit) -> Outcome {
        self.store.commit(unit).await.unwrap()
    }

    /// Commits what must succeed.
    pub async fn write(&self, unit: Unit) -> Committed {
        match self.commit(unit).await {
            Outcome::Committed(committed) => committed,
            other => panic!("not committed: {other:?}"),
        }
    }

    pub async fn load(&self, stream: &StreamKey) -> Loaded {
        self.store.load(Load::stream(stream.clone())).await.unwrap()
    }

    /// Every record of the event log, by shard and position.
    pub async fn records(&self) -> Vec<kit_runtime::store::Record> {
        self.store.tail(self.start_of_all(), 10_000).await.unwrap()
    }

    pub fn start_of_all(&self) -> Vec<(u16, i64)> {
        (0..self.store.meta().shards).map(|shard| (shard, 0)).collect()
    }
}

/// URL of the PostgreSQL server, without parameters.
pub fn server() -> &'static str {
    static SERVER: OnceLock<String> = OnceLock::new();
    SERVER.get_or_init(|| {
        std::env::var(POSTGRES).unwrap_or_else(|_| {
            panic!(
                "{POSTGRES} is not set: run `scripts/postgres run -- cargo test -p kit-runtime`, \
                 or name a server the tests may use"
            )
        })
    })
}

/// Runs statements on the server, outside every store.
pub async fn run_sql(sql: &str) {
    let (client, connection) =
        tokio_postgres::connect(server(), tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
}

pub fn stream(id: &str) -> StreamKey {
    StreamKey::new("job", id)
}

/// An event with a recognisable payload.
pub fn event(number: i64) -> NewEvent {
    NewEvent {
        id: Uuid::now_v7(),
        event_type: "part_added".to_owned(),
        schema_version: 3,
        data: json!({ "number": number, "text": "it's \"quoted\" – ü" }),
        meta: json!({ "actor": "tester" }),
    }
}

/// Appends events numbered from 1.
pub fn append(id: &str, expect: Expect, count: i64) -> Append {
    Append { stream: stream(id), expect, events: (1..=count).map(event).collect(), close: false }
}

/// A unit with one append.
pub fn events(id: &str, expect: Expect, count: i64) -> Unit {
    Unit { appends: vec![append(id, expect, count)], ..Unit::default() }
}

pub fn message(key: &str, number: i64) -> NewMessage {
    NewMessage {
        id: Uuid::now_v7(),
        kind: MessageKind::Command,
        topic: "stock.commands".to_owned(),
        key: key.to_owned(),
        message_type: "reserve".to_owned(),
        schema_version: 1,
        headers: json!({ "reply_to": "here" }),
        payload: json!({ "number": number }),
        not_after: None,
    }
}
