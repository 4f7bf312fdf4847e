//! The store in PostgreSQL 13 or newer: for everything that runs on more than one host.
//!
//! A command is one statement, `kit_append`; everything else a unit carries goes into the same transaction, sent in
//! one network write. Commands that come while others are on their way leave together. A unit goes on when its caller
//! does not wait any longer.

mod append;
mod columns;
mod commit;
mod crowd;
mod detached;
mod lanes;
mod leases;
mod moves;
mod one;
mod open;
mod pool;
mod prune;
mod read;
mod rows;
mod sagas;
mod survey;
mod tls;
mod value;
mod views;

use self::detached::detached;
use self::lanes::{Lanes, Sender};
use self::pool::{database, get};
use super::datum::{from_micros, micros};
use super::sql::{Dialect, page, page_of};
use super::{
    BoxFuture, Claim, Conversation, CursorRow, CursorState, Key, Lease, Load, Loaded, Log, Mark,
    Message, Meta, OperationRow, Options, Outcome, Page, QuerySpec, Record, Row, SagaFilter,
    SagaRow, Store, StoreError, StoreResult, StoredAnswer, StreamCount, StreamRow, Unit, ViewInfo,
    ViewSchema, ViewTable, Views, WatermarkRow, check,
};
use deadpool_postgres::{ClientWrapper, Pool, Transaction};
use jiff::Timestamp;
use std::sync::Arc;
use tokio::sync::watch;

/// A store in PostgreSQL.
#[derive(Debug)]
pub struct PostgresStore {
    meta: Meta,
    pool: Pool,
    clock: Option<Arc<dyn super::Clock>>,
    changed: Arc<watch::Sender<u64>>,
    lanes: Lanes,
}

fn failed(error: tokio_postgres::Error) -> StoreError {
    database(&error)
}

impl PostgresStore {
    /// Connects and brings the kit's tables up to date.
    ///
    /// # Errors
    /// If the server cannot be reached, the database belongs to another service, or was migrated by another program.
    pub async fn open(url: &str, options: Options) -> Result<Self, StoreError> {
        let pool = pool::build(url, &options)?;
        let now = options.clock.as_ref().map(|clock| micros(clock.now()));
        let meta = open::migrate(&pool, &options, now).await?;
        let changed = Arc::new(watch::Sender::new(0));
        let sender = Sender {
            pool: pool.clone(),
            shards: meta.shards,
            clock: options.clock.clone(),
            changed: changed.clone(),
        };
        let lanes = Lanes::new(sender, options.connections);
        Ok(Self { meta, pool, clock: options.clock, changed, lanes })
    }

    /// The injected time, if there is one; else the database's own counts.
    fn injected(&self) -> Option<i64> {
        self.clock.as_ref().map(|clock| micros(clock.now()))
    }
}

impl Store for PostgresStore {
    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn ping(&self) -> StoreResult<'_, ()> {
        Box::pin(async {
            let client = get(&self.pool).await?;
            client.batch_execute("select 1").await.map_err(failed)
        })
    }

    fn now(&self) -> StoreResult<'_, Timestamp> {
        Box::pin(async {
            if let Some(now) = self.injected() {
                return from_micros(now);
            }
            let client = get(&self.pool).await?;
            let row = client.query_one("select kit_now()", &[]).await.map_err(failed)?;
            from_micros(row.try_get(0).map_err(failed)?)
        })
    }

    fn load(&self, load: Load) -> StoreResult<'_, Loaded> {
        let pool = self.pool.clone();
        Box::pin(detached(async move { read::load(&*get(&pool).await?, &load).await }))
    }

    fn commit(&self, mut unit: Unit) -> StoreResult<'_, Outcome> {
        let lanes = self.lanes.clone();
        Box::pin(detached(async move {
            check::prepare(&mut unit)?;
            lanes.commit(unit).await
        }))
    }

    fn answer(
        &self,
        tenant: String,
        principal: String,
        key: String,
    ) -> StoreResult<'_, Option<StoredAnswer>> {
        Box::pin(async move {
            let now = micros(self.now().await?);
            let client = get(&self.pool).await?;
            read::answer(&client, &tenant, &principal, &key, Some(now)).await
        })
    }

    fn tail(&self, after: Vec<(u16, i64)>, limit: u32) -> StoreResult<'_, Vec<Record>> {
        Box::pin(async move { read::tail(&*get(&self.pool).await?, &after, limit).await })
    }

    fn tail_outbox(&self, after: Vec<(u16, i64)>, limit: u32) -> StoreResult<'_, Vec<Message>> {
        Box::pin(async move { read::tail_outbox(&*get(&self.pool).await?, &after, limit).await })
    }

    fn head(&self, log: Log) -> StoreResult<'_, Vec<Mark>> {
        Box::pin(async move { read::head(&*get(&self.pool).await?, log, self.meta.shards).await })
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn cursors(&self, name: String) -> StoreResult<'_, Vec<CursorRow>> {
        Box::pin(async move { read::cursors(&*get(&self.pool).await?, &name).await })
    }

    fn mark_cursor(
        &self,
        name: String,
        shard: u16,
        state: CursorState,
        error: String,
    ) -> StoreResult<'_, ()> {
        Box::pin(async move {
            let sql = "insert into kit_cursor (name, shard, pos, id, state, error, updated_at) \
                       values ($1, $2, 0, $3, $4, $5, coalesce($6::bigint, kit_now())) \
                       on conflict (name, shard) do update set state = excluded.state, \
                       error = excluded.error, updated_at = excluded.updated_at";
            let (client, nil) = (get(&self.pool).await?, uuid::Uuid::nil());
            let shard = i16::try_from(shard).unwrap_or(i16::MAX);
            let (state, now) = (state.as_str(), self.injected());
            read::query(&client, sql, &[&name, &shard, &nil, &state, &error, &now]).await.map(drop)
        })
    }

    fn watermarks(&self, consumer: String, source: String) -> StoreResult<'_, Vec<WatermarkRow>> {
        Box::pin(
            async move { read::watermarks(&*get(&self.pool).await?, &consumer, &source).await },
        )
    }

    fn sagas(&self, saga: String, ids: Vec<uuid::Uuid>) -> StoreResult<'_, Vec<Option<SagaRow>>> {
        Box::pin(async move { sagas::sagas(&*get(&self.pool).await?, &saga, &ids).await })
    }

    fn due_sagas(&self, limit: u32) -> StoreResult<'_, Vec<(String, uuid::Uuid)>> {
        let now = self.injected();
        Box::pin(async move { sagas::due(&*get(&self.pool).await?, now, limit).await })
    }

    fn list_sagas(&self, filter: SagaFilter) -> StoreResult<'_, Vec<SagaRow>> {
        Box::pin(async move { sagas::list(&*get(&self.pool).await?, &filter).await })
    }

    fn operation(&self, op_id: uuid::Uuid) -> StoreResult<'_, Option<OperationRow>> {
        Box::pin(async move { sagas::operation(&*get(&self.pool).await?, op_id).await })
    }

    fn open_view(&self, schema: ViewSchema, code_hash: String) -> StoreResult<'_, Views> {
        Box::pin(async move {
            let mut client = get(&self.pool).await?;
            let transaction = begin(&mut client).await?;
            let views = views::open(&transaction, schema, &code_hash).await?;
            transaction.commit().await.map_err(failed)?;
            Ok(views)
        })
    }

    fn rebuild_view(&self, schema: ViewSchema, code_hash: String) -> StoreResult<'_, ViewInfo> {
        Box::pin(async move {
            let mut client = get(&self.pool).await?;
            let transaction = begin(&mut client).await?;
            let info = views::rebuild(&transaction, schema, &code_hash).await?;
            transaction.commit().await.map_err(failed)?;
            Ok(info)
        })
    }

    fn swap_view(&self, table: ViewTable) -> StoreResult<'_, ()> {
        Box::pin(async move {
            let mut client = get(&self.pool).await?;
            let transaction = begin(&mut client).await?;
            views::swap(&transaction, table, self.injected()).await?;
            transaction.commit().await.map_err(failed)
        })
    }

    fn drop_view(&self, table: ViewTable) -> StoreResult<'_, ()> {
        Box::pin(async move {
            let mut client = get(&self.pool).await?;
            let transaction = begin(&mut client).await?;
            views::drop_instance(&transaction, table).await?;
            transaction.commit().await.map_err(failed)
        })
    }

    fn rows(&self, table: ViewTable, keys: Vec<Key>) -> StoreResult<'_, Vec<Option<Row>>> {
        Box::pin(async move { rows::by_key(&*get(&self.pool).await?, &table, &keys).await })
    }

    fn query(&self, query: QuerySpec) -> StoreResult<'_, Page> {
        Box::pin(async move {
            let select = page(Dialect::Postgres, &query)?;
            let client = get(&self.pool).await?;
            let found = rows::select(&client, &select).await?.run(&client).await.map_err(failed)?;
            page_of(&query, rows::found(&query.table.schema, &found)?)
        })
    }

    fn prune_outbox(&self, up_to: Vec<(u16, i64)>, limit: u32) -> StoreResult<'_, u64> {
        Box::pin(async move {
            let mut client = get(&self.pool).await?;
            let transaction = client.transaction().await.map_err(failed)?;
            let count = prune::outbox(&transaction, &up_to, limit).await?;
            transaction.commit().await.map_err(failed)?;
            Ok(count)
        })
    }

    fn prune_answers(&self, limit: u32) -> StoreResult<'_, u64> {
        Box::pin(async move {
            let client = get(&self.pool).await?;
            prune::answers(&client, self.injected(), limit).await
        })
    }

    fn claim(&self, claim: Claim) -> StoreResult<'_, Vec<Lease>> {
        let (pool, now) = (self.pool.clone(), self.injected());
        Box::pin(detached(async move { leases::claim(&mut *get(&pool).await?, &claim, now).await }))
    }

    fn release(&self, name: String, owner: String) -> StoreResult<'_, ()> {
        Box::pin(async move { leases::release(&*get(&self.pool).await?, &name, &owner).await })
    }

    fn count_streams(&self) -> StoreResult<'_, Vec<StreamCount>> {
        Box::pin(async move { survey::count_streams(&*get(&self.pool).await?).await })
    }

    fn list_streams(&self, limit: u32) -> StoreResult<'_, Vec<StreamRow>> {
        Box::pin(async move { survey::list_streams(&*get(&self.pool).await?, limit).await })
    }

    fn conversation(&self, correlation_id: String, limit: u32) -> StoreResult<'_, Conversation> {
        Box::pin(async move {
            survey::conversation(&*get(&self.pool).await?, &correlation_id, limit).await
        })
    }

    fn list_messages(&self, topic: String, limit: u32) -> StoreResult<'_, Vec<Message>> {
        Box::pin(
            async move { survey::list_messages(&*get(&self.pool).await?, &topic, limit).await },
        )
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async { self.pool.close() })
    }
}

/// A transaction that nobody else changes views in.
async fn begin(client: &mut ClientWrapper) -> Result<Transaction<'_>, StoreError> {
    let transaction = client.transaction().await.map_err(failed)?;
    views::lock(&transaction).await?;
    Ok(transaction)
}
