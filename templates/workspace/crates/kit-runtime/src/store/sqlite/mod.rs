//! The store in one SQLite file: for development, tests and small installations on one host.
//!
//! One thread writes, with full durability and one sync for everything that waited; readers have connections that
//! cannot write. Not for network file systems, and not for several hosts.

mod effects;
mod leases;
mod open;
mod prune;
mod read;
mod readers;
mod rows;
mod sagas;
mod survey;
mod unit;
mod value;
mod views;
mod writer;

use self::readers::Readers;
use self::unit::Frame;
use self::writer::Writer;
use super::datum::micros;
use super::{
    BoxFuture, Claim, Clock, Conversation, CursorRow, CursorState, Key, Lease, Load, Loaded, Log,
    Mark, Message, Meta, OperationRow, Options, Outcome, Page, QuerySpec, Record, Row, SagaFilter,
    SagaRow, Store, StoreError, StoreResult, StoredAnswer, StreamCount, StreamRow, SystemClock,
    Unit, ViewInfo, ViewSchema, ViewTable, Views, WatermarkRow, check,
};
use jiff::Timestamp;
use rusqlite::{ErrorCode, params};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::sync::watch;

/// A store in an SQLite file.
#[derive(Debug)]
pub struct SqliteStore {
    meta: Meta,
    clock: Arc<dyn Clock>,
    /// The moment of the last unit.
    last: AtomicI64,
    writer: Writer,
    readers: Readers,
}

impl SqliteStore {
    /// Opens or makes the file, and its folder.
    ///
    /// # Errors
    /// If the file cannot be opened, belongs to another service, or was migrated by another program.
    pub async fn open(path: impl Into<PathBuf>, options: Options) -> Result<Self, StoreError> {
        let path = path.into();
        let clock = options.clock.clone().unwrap_or_else(|| Arc::new(SystemClock));
        let readers = Readers::new(path.clone(), options.connections);
        let now = micros(clock.now());
        let opening = tokio::task::spawn_blocking(move || open::writer(&path, &options, now));
        let unavailable =
            |error: tokio::task::JoinError| StoreError::Unavailable(error.to_string());
        let (connection, meta) = opening.await.map_err(unavailable)??;
        let (writer, last) = (Writer::start(connection)?, AtomicI64::new(i64::MIN));
        Ok(Self { meta, clock, last, writer, readers })
    }

    fn micros(&self) -> i64 {
        micros(self.clock.now())
    }

    /// The moment of a unit: later than that of every unit before it in this process, whatever the clock does, so that
    /// nothing is recorded as early as what caused it.
    fn moment(&self) -> i64 {
        let now = self.micros();
        let mut moment = now;
        let _ = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
            moment = now.max(last.saturating_add(1));
            Some(moment)
        });
        moment
    }
}

/// What an error of the database means to the caller.
fn database(error: rusqlite::Error) -> StoreError {
    let text = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy(text),
        Some(ErrorCode::OperationInterrupted) => StoreError::Busy("the read took too long".into()),
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::DiskFull) => {
            StoreError::Unavailable(text)
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt(text),
        _ => StoreError::Database(text),
    }
}

fn sql_error(sql: &str, error: &rusqlite::Error) -> StoreError {
    StoreError::Database(format!("{error} in: {sql}"))
}

impl Store for SqliteStore {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn ping(&self) -> StoreResult<'_, ()> {
        Box::pin(self.writer.write(|_| Ok((false, ()))))
    }

    fn now(&self) -> StoreResult<'_, Timestamp> {
        Box::pin(async { Ok(self.clock.now()) })
    }

    fn load(&self, load: Load) -> StoreResult<'_, Loaded> {
        Box::pin(self.readers.read(move |connection| read::load(connection, &load)))
    }

    fn commit(&self, mut unit: Unit) -> StoreResult<'_, Outcome> {
        Box::pin(async move {
            check::prepare(&mut unit)?;
            let frame = Frame { now: self.moment(), shards: self.meta.shards };
            let work = move |connection: &_| {
                let outcome = unit::apply(connection, &unit, frame)?;
                Ok((matches!(outcome, Outcome::Committed(_)), outcome))
            };
            self.writer.write(work).await
        })
    }

    fn answer(
        &self,
        tenant: String,
        principal: String,
        key: String,
    ) -> StoreResult<'_, Option<StoredAnswer>> {
        let now = self.micros();
        Box::pin(self.readers.read(move |connection| {
            let key = effects::AnswerKey { tenant: &tenant, principal: &principal, key: &key };
            effects::answer(connection, key, now)
        }))
    }

    fn tail(&self, after: Vec<(u16, i64)>, limit: u32) -> StoreResult<'_, Vec<Record>> {
        Box::pin(self.readers.read(move |connection| read::tail(connection, &after, limit)))
    }

    fn tail_outbox(&self, after: Vec<(u16, i64)>, limit: u32) -> StoreResult<'_, Vec<Message>> {
        Box::pin(self.readers.read(move |connection| read::tail_outbox(connection, &after, limit)))
    }

    fn head(&self, log: Log) -> StoreResult<'_, Vec<Mark>> {
        let shards = self.meta.shards;
        Box::pin(self.readers.read(move |connection| read::head(connection, log, shards)))
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.writer.changes()
    }

    fn cursors(&self, name: String) -> StoreResult<'_, Vec<CursorRow>> {
        Box::pin(self.readers.read(move |connection| read::cursors(connection, &name)))
    }

    fn mark_cursor(
        &self,
        name: String,
        shard: u16,
        state: CursorState,
        error: String,
    ) -> StoreResult<'_, ()> {
        let now = self.micros();
        Box::pin(self.writer.write(move |connection| {
            let nil = uuid::Uuid::nil();
            let changed = connection.execute(
                "insert into kit_cursor (name, shard, pos, id, state, error, updated_at) \
                 values (?, ?, 0, ?, ?, ?, ?) on conflict do update set state = excluded.state, \
                 error = excluded.error, updated_at = excluded.updated_at",
                params![name, shard, nil.as_bytes().as_slice(), state.as_str(), error, now],
            );
            changed.map(|_| (true, ())).map_err(database)
        }))
    }

    fn watermarks(&self, consumer: String, source: String) -> StoreResult<'_, Vec<WatermarkRow>> {
        Box::pin(
            self.readers.read(move |connection| read::watermarks(connection, &consumer, &source)),
        )
    }

    fn sagas(&self, saga: String, ids: Vec<uuid::Uuid>) -> StoreResult<'_, Vec<Option<SagaRow>>> {
        Box::pin(self.readers.read(move |connection| sagas::sagas(connection, &saga, &ids)))
    }

    fn due_sagas(&self, limit: u32) -> StoreResult<'_, Vec<(String, uuid::Uuid)>> {
        let now = self.micros();
        Box::pin(self.readers.read(move |connection| sagas::due(connection, now, limit)))
    }

    fn list_sagas(&self, filter: SagaFilter) -> StoreResult<'_, Vec<SagaRow>> {
        Box::pin(self.readers.read(move |connection| sagas::list(connection, &filter)))
    }

    fn operation(&self, op_id: uuid::Uuid) -> StoreResult<'_, Option<OperationRow>> {
        Box::pin(self.readers.read(move |connection| sagas::operation(connection, op_id)))
    }

    fn open_view(&self, schema: ViewSchema, code_hash: String) -> StoreResult<'_, Views> {
        Box::pin(self.writer.write(move |connection| {
            views::open(connection, schema, &code_hash).map(|views| (true, views))
        }))
    }

    fn rebuild_view(&self, schema: ViewSchema, code_hash: String) -> StoreResult<'_, ViewInfo> {
        Box::pin(self.writer.write(move |connection| {
            views::rebuild(connection, schema, &code_hash).map(|info| (true, info))
        }))
    }

    fn swap_view(&self, table: ViewTable) -> StoreResult<'_, ()> {
        let now = self.micros();
        Box::pin(
            self.writer
                .write(move |connection| views::swap(connection, table, now).map(|()| (true, ()))),
        )
    }

    fn drop_view(&self, table: ViewTable) -> StoreResult<'_, ()> {
        Box::pin(
            self.writer.write(move |connection| {
                views::drop_instance(connection, table).map(|()| (true, ()))
            }),
        )
    }

    fn rows(&self, table: ViewTable, keys: Vec<Key>) -> StoreResult<'_, Vec<Option<Row>>> {
        Box::pin(self.readers.read(move |connection| {
            keys.iter().map(|key| rows::row(connection, &table, key)).collect()
        }))
    }

    fn query(&self, query: QuerySpec) -> StoreResult<'_, Page> {
        Box::pin(self.readers.read(move |connection| rows::query(connection, &query)))
    }

    fn prune_outbox(&self, up_to: Vec<(u16, i64)>, limit: u32) -> StoreResult<'_, u64> {
        Box::pin(self.writer.write(move |connection| {
            prune::outbox(connection, &up_to, limit).map(|count| (true, count))
        }))
    }

    fn prune_answers(&self, limit: u32) -> StoreResult<'_, u64> {
        let now = self.micros();
        Box::pin(self.writer.write(move |connection| {
            prune::answers(connection, now, limit).map(|count| (true, count))
        }))
    }

    fn claim(&self, claim: Claim) -> StoreResult<'_, Vec<Lease>> {
        let now = self.micros();
        Box::pin(self.writer.write(move |connection| {
            leases::claim(connection, &claim, now).map(|held| (true, held))
        }))
    }

    fn release(&self, name: String, owner: String) -> StoreResult<'_, ()> {
        Box::pin(self.writer.write(move |connection| {
            leases::release(connection, &name, &owner).map(|()| (true, ()))
        }))
    }

    fn count_streams(&self) -> StoreResult<'_, Vec<StreamCount>> {
        Box::pin(self.readers.read(survey::count_streams))
    }

    fn list_streams(&self, limit: u32) -> StoreResult<'_, Vec<StreamRow>> {
        Box::pin(self.readers.read(move |connection| survey::list_streams(connection, limit)))
    }

    fn conversation(&self, correlation_id: String, limit: u32) -> StoreResult<'_, Conversation> {
        Box::pin(
            self.readers
                .read(move |connection| survey::conversation(connection, &correlation_id, limit)),
        )
    }

    fn list_messages(&self, topic: String, limit: u32) -> StoreResult<'_, Vec<Message>> {
        Box::pin(
            self.readers.read(move |connection| survey::list_messages(connection, &topic, limit)),
        )
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            self.writer.close().await;
            self.readers.close();
        })
    }
}
