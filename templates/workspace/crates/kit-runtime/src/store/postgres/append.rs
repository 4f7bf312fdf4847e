//! One unit against one connection: a single statement if there is nothing but streams and messages, otherwise a
//! transaction whose statements and commit leave in one network write.

use super::columns::{Events, Messages, Numbers, Uniques, places};
use super::pool::{REFUSED, pipelined};
use super::rows::Prepared;
use super::{moves, one, rows, sagas};
use crate::store::datum::micros;
use crate::store::{BoxFuture, Outcome, StoreError, StreamState, Unit};
use deadpool_postgres::ClientWrapper;
use serde_json::Value;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, Statement};

const APPEND: &str = "select * from kit_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
                      $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, \
                      $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, \
                      $50, $51, $52)";

/// Why a unit did not get an outcome.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server or the connection.
    Database(Error),
    /// The unit itself, before it was sent.
    Unit(StoreError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Unit(error)
    }
}

/// What holds for the whole unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// The injected time, if there is one.
    pub(super) now: Option<i64>,
    pub(super) shards: u16,
}

/// Sends the unit once.
pub(super) async fn send(
    client: &ClientWrapper,
    unit: &Unit,
    frame: Frame,
) -> Result<Outcome, Failure> {
    let plain = unit.watermarks.is_empty()
        && unit.cursors.is_empty()
        && unit.sagas.is_empty()
        && unit.operations.is_empty()
        && unit.rows.is_empty();
    let sent =
        if plain { alone(client, unit, frame).await } else { together(client, unit, frame).await };
    let refused = match sent {
        Ok(Ok(outcome)) => return Ok(outcome),
        Ok(Err(detail)) => detail,
        Err(Failure::Database(error)) => refusal(error)?,
        Err(failure) => return Err(failure),
    };
    if code(&refused) == "replayed" {
        return Ok(replayed(client, unit).await?);
    }
    Ok(told(unit, &refused)?)
}

/// An outcome, or the detail of a refusal.
pub(super) type Answered = Result<Result<Outcome, Value>, Failure>;

async fn alone(client: &ClientWrapper, unit: &Unit, frame: Frame) -> Answered {
    if let Some(append) = one::only_append(unit) {
        return one::send(client, unit, append, frame).await;
    }
    let statement = client.prepare_cached(APPEND).await?;
    let call = Call::of(unit, frame, false);
    let row = call.run(client, &statement).await?;
    call.outcome(&row)
}

async fn together(client: &ClientWrapper, unit: &Unit, frame: Frame) -> Answered {
    let append = client.prepare_cached(APPEND).await?;
    let mut before = vec![Prepared::plain(client, "begin isolation level read committed").await?];
    before.extend(moves::watermarks(client, &unit.watermarks).await?);
    before.extend(moves::cursors(client, &unit.cursors, frame).await?);
    before.extend(sagas::change(client, &unit.sagas, frame).await?);
    before.extend(sagas::settle(client, &unit.operations, frame).await?);
    before.extend(rows::changes(client, &unit.rows).await?);
    let commit = Prepared::plain(client, "commit").await?;
    let call = Call::of(unit, frame, true);
    let mut steps: Vec<BoxFuture<'_, Result<Vec<Row>, Error>>> = Vec::new();
    for prepared in &before {
        steps.push(Box::pin(prepared.run(client)));
    }
    steps.push(Box::pin(async { call.run(client, &append).await.map(|row| vec![row]) }));
    let last = steps.len() - 1;
    steps.push(Box::pin(commit.run(client)));
    let results: Result<Vec<Vec<Row>>, Error> = pipelined(steps).await.into_iter().collect();
    let results = match results {
        Ok(results) => results,
        Err(error) => {
            let _ = client.batch_execute("rollback").await;
            return Err(error.into());
        }
    };
    let row = results.into_iter().nth(last).and_then(|rows| rows.into_iter().next());
    call.outcome(&row.ok_or_else(|| StoreError::Database("no answer".to_owned()))?)
}

/// The parameters of `kit_append`.
struct Call<'a> {
    unit: &'a Unit,
    frame: Frame,
    dirty: bool,
    uniques: Uniques<'a>,
    numbers: Numbers<'a>,
    events: Events<'a>,
    messages: Messages<'a>,
}

impl<'a> Call<'a> {
    fn of(unit: &'a Unit, frame: Frame, dirty: bool) -> Self {
        Self {
            unit,
            frame,
            dirty,
            uniques: Uniques::of(&unit.uniques),
            numbers: Numbers::of(&unit.numbers),
            events: Events::of(&unit.appends, frame.shards),
            messages: Messages::of(&unit.outbox, frame.shards),
        }
    }

    async fn run(&self, client: &ClientWrapper, statement: &Statement) -> Result<Row, Error> {
        let key = self.unit.idempotency.as_ref();
        let tenant = key.map(|it| &it.tenant);
        let principal = key.map(|it| &it.principal);
        let name = key.map(|it| &it.key);
        let route = key.map(|it| &it.route);
        let fingerprint = key.map(|it| &it.fingerprint);
        let status = key.map(|it| i32::from(it.answer.status));
        let headers = key.map(|it| &it.answer.headers);
        let body = key.map(|it| &it.answer.body);
        let expires = key.map(|it| micros(it.expires_at));
        let (u, n, e, o) = (&self.uniques, &self.numbers, &self.events, &self.messages);
        #[rustfmt::skip]
        let parameters: [&(dyn ToSql + Sync); 52] = [
            &self.frame.now, &self.dirty,
            &tenant, &principal, &name, &route, &fingerprint, &status, &headers, &body, &expires,
            &u.take, &u.tenant, &u.rule, &u.value, &u.kind, &u.stream,
            &n.tenant, &n.name, &n.part, &n.seen, &n.now,
            &e.tenant, &e.kind, &e.stream, &e.shard, &e.expect, &e.count, &e.close,
            &e.shards, &e.counts, &e.of_stream, &e.step, &e.slot, &e.offset,
            &e.id, &e.event_type, &e.schema, &e.data, &e.meta,
            &o.shards, &o.slot, &o.offset, &o.id, &o.kind, &o.topic, &o.key, &o.message_type,
            &o.schema, &o.headers, &o.payload, &o.not_after,
        ];
        client.query_one(statement, &parameters).await
    }

    /// The outcome in the row, or the detail of a unit that was refused before it wrote anything.
    fn outcome(&self, row: &Row) -> Answered {
        if let Some(refused) = row.try_get("outcome")? {
            return Ok(Err(refused));
        }
        let list =
            |name: &str| row.try_get::<_, Option<Vec<i64>>>(name).map(Option::unwrap_or_default);
        let (versions, events, outbox) = (list("versions")?, list("e_base")?, list("o_base")?);
        let columns = (&self.events, &self.messages);
        let found = (&*versions, &*events, &*outbox);
        Ok(Ok(Outcome::Committed(places(self.unit, self.frame.shards, columns, found))))
    }
}

fn code(detail: &Value) -> &str {
    detail.get("code").and_then(Value::as_str).unwrap_or_default()
}

/// The detail in an error that took everything back.
fn refusal(error: Error) -> Result<Value, Failure> {
    let refused = error.as_db_error().filter(|it| it.code().code() == REFUSED);
    let Some(detail) = refused.and_then(|it| it.detail()) else { return Err(error.into()) };
    let detail = serde_json::from_str(detail);
    Ok(detail.map_err(|error| StoreError::Corrupt(format!("outcome: {error}")))?)
}

async fn replayed(client: &ClientWrapper, unit: &Unit) -> Result<Outcome, StoreError> {
    let busy = || StoreError::Busy("the key was forgotten at this moment".to_owned());
    let key = unit.idempotency.as_ref().ok_or_else(busy)?;
    let found = super::read::answer(client, &key.tenant, &key.principal, &key.key, None).await?;
    found.map(Outcome::Replayed).ok_or_else(busy)
}

/// The outcome that the database told as JSON; indexes count from 1, in the order sent.
fn told(unit: &Unit, detail: &Value) -> Result<Outcome, StoreError> {
    let strange = || StoreError::Corrupt(format!("outcome {detail}"));
    let number = |name: &str| detail.get(name).and_then(Value::as_i64).ok_or_else(strange);
    let index = usize::try_from(number("index")? - 1).map_err(|_| strange())?;
    match code(detail) {
        "conflict" => {
            let order = crate::store::check::lock_order(&unit.appends);
            let append =
                order.get(index).and_then(|it| unit.appends.get(*it)).ok_or_else(strange)?;
            let state = detail.get("state").and_then(Value::as_str).and_then(StreamState::parse);
            let (stream, version) = (append.stream.clone(), number("version")?);
            Ok(Outcome::Conflict { stream, version, state: state.ok_or_else(strange)? })
        }
        "taken" => {
            let change = unit.uniques.get(index).ok_or_else(strange)?;
            let (rule, value) = change.rule_and_value();
            Ok(Outcome::Taken { rule: rule.to_owned(), value: value.to_owned() })
        }
        "number" => {
            let key = unit.numbers.get(index).ok_or_else(strange)?.key.clone();
            Ok(Outcome::NumberMoved { key, value: number("value")? })
        }
        "saga" => {
            let id = unit.sagas.get(index).ok_or_else(strange)?.id;
            Ok(Outcome::Overtaken { id })
        }
        "operation" => {
            let id = unit.operations.get(index).ok_or_else(strange)?.op_id;
            Ok(Outcome::Overtaken { id })
        }
        "watermark" | "cursor" => moves::moved(unit, index, detail).ok_or_else(strange),
        _ => Err(strange()),
    }
}
