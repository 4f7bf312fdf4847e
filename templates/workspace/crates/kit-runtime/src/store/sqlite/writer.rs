//! The one thread that writes. It drains what waits, runs every unit in a savepoint of its own, commits the lot with
//! one sync, and answers only then.

use super::{database, open};
use crate::store::StoreError;
use rusqlite::Connection;
use std::sync::Mutex;
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot, watch};

/// Units that may wait before callers have to.
const QUEUE: usize = 1024;
/// Units in one commit at most.
const BATCH: usize = 256;

/// What a unit leaves behind: whether its changes stay, and how to tell the caller once that is certain.
struct Done {
    keep: bool,
    reply: Box<dyn FnOnce(Result<(), StoreError>) + Send>,
}

type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Done + Send>;

/// The writing end.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    changes: watch::Receiver<u64>,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (sender, jobs) = mpsc::channel(QUEUE);
        let (changed, changes) = watch::channel(0);
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || run(&connection, jobs, &changed))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self { jobs: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)), changes })
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.clone()
    }

    /// Runs `work` inside the next commit. It says whether its changes stay.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<(bool, T), StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| match connection.and_then(work) {
            Ok((keep, value)) => {
                let reply = move |committed: Result<(), StoreError>| {
                    let _ = answer.send(committed.map(|()| value));
                };
                Done { keep, reply: Box::new(reply) }
            }
            Err(error) => {
                let reply = move |_| {
                    let _ = answer.send(Err(error));
                };
                Done { keep: false, reply: Box::new(reply) }
            }
        });
        let sender = locked(&self.jobs).clone().ok_or_else(closed)?;
        sender.send(job).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    /// Lets the thread finish what waits, and ends it.
    pub(super) async fn close(&self) {
        locked(&self.jobs).take();
        let thread = locked(&self.thread).take();
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}

fn run(connection: &Connection, mut jobs: mpsc::Receiver<Job>, changed: &watch::Sender<u64>) {
    while let Some(first) = jobs.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH
            && let Ok(job) = jobs.try_recv()
        {
            batch.push(job);
        }
        commit(connection, batch);
        changed.send_modify(|count| *count += 1);
    }
    open::optimize(connection);
}

fn commit(connection: &Connection, batch: Vec<Job>) {
    let begun = step(connection, "begin immediate");
    let done: Vec<Done> = batch
        .into_iter()
        .map(|job| match &begun {
            Ok(()) => in_savepoint(connection, job),
            Err(error) => job(Err(error.clone())),
        })
        .collect();
    let committed = begun.and_then(|()| {
        if connection.is_autocommit() {
            return Err(StoreError::Database("the transaction was rolled back".to_owned()));
        }
        step(connection, "commit").inspect_err(|_| {
            let _ = step(connection, "rollback");
        })
    });
    for done in done {
        (done.reply)(committed.clone());
    }
}

fn in_savepoint(connection: &Connection, job: Job) -> Done {
    if let Err(error) = step(connection, "savepoint unit") {
        return job(Err(error));
    }
    let done = job(Ok(connection));
    let ended = if done.keep {
        step(connection, "release unit")
    } else {
        step(connection, "rollback to unit").and_then(|()| step(connection, "release unit"))
    };
    match ended {
        Ok(()) => done,
        Err(error) => Done { keep: false, reply: Box::new(|_| (done.reply)(Err(error))) },
    }
}

fn step(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(database)?;
    statement.execute([]).map(drop).map_err(database)
}
