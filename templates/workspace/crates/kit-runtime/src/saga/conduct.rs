//! A saga without its type, as the runner knows it.

use std::marker::PhantomData;
use std::sync::Arc;

use jiff::Timestamp;
use kit::saga::{Advance, Answered, Order, Phase, Run};
use kit::{Context, Event, Fault, Folded, Saga};
use serde_json::Value;
use uuid::Uuid;

use crate::command::recorded;
use crate::consume::Received;
use crate::store::SagaStatus;

/// A saga as the runner knows it; a run of it is JSON here.
pub trait Conduct: Send + Sync {
    /// Context and saga.
    fn name(&self) -> &'static str;

    /// The stream whose events start it, as context and stream type.
    fn stream(&self) -> &'static str;

    /// The first move, if the record starts a saga.
    ///
    /// # Errors
    /// A need of rows; arithmetic; a record that cannot be read.
    fn start(&self, received: &Received, cx: &Context) -> Folded<Option<Move>>;

    /// The move after an answer; none when nobody waits for it.
    ///
    /// # Errors
    /// A need of rows; arithmetic; an answer or a run that cannot be read.
    fn answered(&self, run: &Value, answered: &Answered, cx: &Context) -> Folded<Option<Move>>;

    /// The move at its moment; none when that has not come.
    ///
    /// # Errors
    /// A need of rows; arithmetic; a run that cannot be read.
    fn woken(&self, run: &Value, cx: &Context) -> Folded<Option<Move>>;

    /// The run that stands until a person looks at it.
    ///
    /// # Errors
    /// A run that cannot be read.
    fn parked(&self, run: &Value, reason: &str) -> Folded<Move>;
}

/// A saga after a move, and what it sends.
pub struct Move {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    pub status: SagaStatus,
    /// The step that is asked for or taken back.
    pub step: Option<String>,
    /// When it must be woken.
    pub due_at: Option<Timestamp>,
    /// Why it is parked.
    pub reason: Option<String>,
    /// The run.
    pub run: Value,
    /// What to send.
    pub orders: Vec<Order>,
}

/// The saga `S`.
#[must_use]
pub fn conduct<S: Saga>() -> Arc<dyn Conduct> {
    Arc::new(Typed::<S>(PhantomData))
}

struct Typed<S>(PhantomData<fn() -> S>);

impl<S: Saga> Conduct for Typed<S> {
    fn name(&self) -> &'static str {
        S::NAME
    }

    fn stream(&self) -> &'static str {
        <S::Event as Event>::STREAM
    }

    fn start(&self, received: &Received, cx: &Context) -> Folded<Option<Move>> {
        let stream = (&*received.source, received.record.stream.kind.as_str());
        let names = <S::Event as Event>::NAMES;
        let known = names.iter().any(|(name, _)| *name == received.record.event_type);
        if self.stream().split_once('.') != Some(stream) || !known {
            return Ok(None);
        }
        let start = S::start(&recorded::<S::Event>(&received.record)?)?;
        start.map(|start| moved(Run::start(start, cx)?)).transpose()
    }

    fn answered(&self, run: &Value, answered: &Answered, cx: &Context) -> Folded<Option<Move>> {
        read::<S>(run)?.answered(answered, cx)?.map(moved).transpose()
    }

    fn woken(&self, run: &Value, cx: &Context) -> Folded<Option<Move>> {
        read::<S>(run)?.woken(cx)?.map(moved).transpose()
    }

    fn parked(&self, run: &Value, reason: &str) -> Folded<Move> {
        moved(Advance { run: read::<S>(run)?.park(reason), orders: Vec::new() })
    }
}

fn read<S: Saga>(run: &Value) -> Folded<Run<S>> {
    serde_json::from_value(run.clone()).map_err(Fault::form)
}

fn moved<S: Saga>(Advance { run, orders }: Advance<S>) -> Folded<Move> {
    let status = match run.phase {
        _ if run.parked.is_some() => SagaStatus::Parked,
        Phase::Running => SagaStatus::Running,
        Phase::Compensating => SagaStatus::Compensating,
        Phase::Completed => SagaStatus::Completed,
        Phase::Compensated => SagaStatus::Compensated,
    };
    Ok(Move {
        id: run.id,
        status,
        step: run.step.clone(),
        due_at: run.due,
        reason: run.parked.clone(),
        run: serde_json::to_value(&run).map_err(Fault::data)?,
        orders,
    })
}
