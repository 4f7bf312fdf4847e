//! Commands that come while others are on their way wait for each other no longer than the one before them takes, and
//! leave together: the fuller the queue, the less each of them costs.
//!
//! Every lane has its own shards, so that two of one process never wait for each other's locks. A command that finds
//! its lane empty goes at once, in its caller's task. Nothing waits for that task: what comes meanwhile has a task of
//! its own that sends all that waits, again and again, until nothing is left.
//!
//! What a crowd cannot do is sent alone, each command by itself, and has its outcome there. After a crowd that met a
//! lock for too long, all go alone for a while: then a client that hangs keeps only those waiting who need its lock.

use super::append::{Failure, Frame};
use super::pool::{database, get};
use super::{commit, crowd};
use crate::store::datum::micros;
use crate::store::{Clock, Outcome, StoreError, Unit};
use deadpool_postgres::Pool;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{oneshot, watch};

/// Most lanes of a process. With more of them crowds are smaller, and each command costs more.
const LANES: usize = 2;
/// Most commands of a crowd.
const CROWD: usize = 64;
/// Most commands that wait in a lane; others go alone.
const QUEUE: usize = 1024;
/// How long all go alone after a lock was held for too long.
const PAUSE: Duration = Duration::from_secs(1);

type Answer = Result<Outcome, StoreError>;

/// Everything it takes to commit.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    pub(super) pool: Pool,
    pub(super) shards: u16,
    pub(super) clock: Option<Arc<dyn Clock>>,
    pub(super) changed: Arc<watch::Sender<u64>>,
}

impl Sender {
    fn frame(&self) -> Frame {
        let now = self.clock.as_ref().map(|clock| micros(clock.now()));
        Frame { now, shards: self.shards }
    }

    fn notify(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// Commits one unit by itself. `broken`: it was sent before, and its outcome is unknown.
    async fn alone(&self, unit: &Unit, broken: bool) -> Answer {
        let outcome = commit::commit(&self.pool, unit, self.frame(), broken).await?;
        if matches!(outcome, Outcome::Committed(_)) {
            self.notify();
        }
        Ok(outcome)
    }

    async fn together(&self, units: &[&Unit]) -> Result<Vec<Option<Outcome>>, Failure> {
        let places = crowd::send(&*get(&self.pool).await?, units, self.frame()).await?;
        self.notify();
        Ok(places.into_iter().map(|place| place.map(Outcome::Committed)).collect())
    }
}

#[derive(Debug)]
struct Job {
    unit: Unit,
    answer: oneshot::Sender<Answer>,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Callers that found the lane empty and are on their way.
    alone: usize,
    /// A task sends what waits.
    busy: bool,
    /// All go alone until then.
    pause: Option<Instant>,
    jobs: VecDeque<Job>,
}

#[derive(Debug, Default)]
struct Lane(Mutex<Waiting>);

/// The lanes of a store.
#[derive(Debug, Clone)]
pub(super) struct Lanes {
    lanes: Arc<[Arc<Lane>]>,
    sender: Sender,
}

impl Lanes {
    /// Lanes for so many connections: at least every other one stays free for readers.
    pub(super) fn new(sender: Sender, connections: usize) -> Self {
        let count = (connections / 2).clamp(1, LANES);
        Self { lanes: (0..count).map(|_| Arc::default()).collect(), sender }
    }

    /// Commits a unit, with others if it can.
    pub(super) async fn commit(&self, unit: Unit) -> Answer {
        let Some(lane) = self.lane_of(&unit) else {
            return self.sender.alone(&unit, false).await;
        };
        match lane.enter(unit) {
            Entered::Alone(unit) => self.sender.alone(&unit, false).await,
            Entered::First(unit) => {
                let _first = First(lane);
                self.sender.alone(&unit, false).await
            }
            Entered::Waits { answer, idle } => {
                if idle {
                    tokio::spawn(drain(lane.clone(), self.sender.clone()));
                }
                let lost = |_| StoreError::Unknown("the task that sent it has ended".to_owned());
                answer.await.map_err(lost)?
            }
        }
    }

    fn lane_of(&self, unit: &Unit) -> Option<&Arc<Lane>> {
        let append = crowd::joins(unit)?;
        let shard = usize::from(append.stream.shard(self.sender.shards));
        self.lanes.get(shard % self.lanes.len())
    }
}

enum Entered {
    Alone(Unit),
    First(Unit),
    Waits { answer: oneshot::Receiver<Answer>, idle: bool },
}

/// On the way alone, in a lane that was empty.
struct First<'a>(&'a Lane);

impl Drop for First<'_> {
    fn drop(&mut self) {
        self.0.waiting().alone -= 1;
    }
}

/// Keeps a lane from waiting for a task that is no more.
struct Turn<'a>(&'a Lane);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut waiting = self.0.waiting();
            waiting.busy = false;
            waiting.jobs.clear();
        }
    }
}

impl Lane {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, unit: Unit) -> Entered {
        let mut waiting = self.waiting();
        if waiting.jobs.len() >= QUEUE || waiting.pause.is_some_and(|end| Instant::now() < end) {
            return Entered::Alone(unit);
        }
        if waiting.alone == 0 && !waiting.busy {
            waiting.alone += 1;
            return Entered::First(unit);
        }
        let (sender, answer) = oneshot::channel();
        waiting.jobs.push_back(Job { unit, answer: sender });
        let idle = !std::mem::replace(&mut waiting.busy, true);
        Entered::Waits { answer, idle }
    }

    /// Those who waited longest; none when nobody waits, and then the lane is free.
    fn next(&self) -> Vec<Job> {
        let mut waiting = self.waiting();
        let count = waiting.jobs.len().min(CROWD);
        waiting.busy = count > 0;
        waiting.jobs.drain(..count).collect()
    }
}

/// Sends what waits in the lane until nothing does. Callers that have their answer may have a next command at once; they
/// come first, or there would be two crowds that wait for each other in turn.
async fn drain(lane: Arc<Lane>, sender: Sender) {
    let _turn = Turn(&lane);
    loop {
        let crowd = lane.next();
        if crowd.is_empty() {
            return;
        }
        let units: Vec<&Unit> = crowd.iter().map(|it| &it.unit).collect();
        let (outcomes, broken) = match sender.together(&units).await {
            Ok(outcomes) => (outcomes, false),
            Err(Failure::Unit(error)) => {
                for job in crowd {
                    let _ = job.answer.send(Err(error.clone()));
                }
                continue;
            }
            Err(Failure::Database(error)) => {
                let error = database(&error);
                if matches!(error, StoreError::Busy(_)) {
                    lane.waiting().pause = Some(Instant::now() + PAUSE);
                }
                (vec![None; units.len()], matches!(error, StoreError::Unavailable(_)))
            }
        };
        for (job, outcome) in crowd.into_iter().zip(outcomes) {
            match outcome {
                Some(outcome) => drop(job.answer.send(Ok(outcome))),
                None => send_alone(job, sender.clone(), broken),
            }
        }
        tokio::task::yield_now().await;
    }
}

/// In a task of its own, because it may have to wait.
fn send_alone(job: Job, sender: Sender, broken: bool) {
    tokio::spawn(async move {
        let outcome = sender.alone(&job.unit, broken).await;
        let _ = job.answer.send(outcome);
    });
}
