//! 64 writers on one stream: one winner for each version, versions 1..n. The wrong design expects nothing.

use crate::db::{Db, events, stream};
use kit_runtime::store::{Expect, Outcome};
use std::sync::Arc;
use tokio::sync::Barrier;

const WRITERS: usize = 64;
const ROUNDS: i64 = 12;

/// In each round all writers saw the same version and write at once. Gives what is wrong.
async fn race(db: &Db, expect: fn(i64) -> Expect) -> Result<(), String> {
    for version in 0..ROUNDS {
        let barrier = Arc::new(Barrier::new(WRITERS));
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| {
                let (store, barrier) = (db.store.clone(), barrier.clone());
                let unit = events("hot", expect(version), 1);
                let id = unit.appends[0].events[0].id;
                tokio::spawn(async move {
                    barrier.wait().await;
                    (id, store.commit(unit).await)
                })
            })
            .collect();
        let mut winners = Vec::new();
        for writer in writers {
            match writer.await.unwrap() {
                (id, Ok(Outcome::Committed(committed))) => {
                    winners.push((committed.appended[0].version, id));
                }
                (_, Ok(Outcome::Conflict { version: seen, .. })) if seen == version + 1 => {}
                (_, other) => return Err(format!("round {version}: {other:?}")),
            }
        }
        let [(won, id)] = winners[..] else {
            return Err(format!("round {version}: {} winners", winners.len()));
        };
        let last = db.load(&stream("hot")).await.events.pop().unwrap();
        if (won, last.version, last.id) != (version + 1, version + 1, id) {
            return Err(format!("round {version}: the winner is not in the log"));
        }
    }
    let loaded = db.load(&stream("hot")).await;
    let versions: Vec<i64> = loaded.events.iter().map(|it| it.version).collect();
    if versions == (1..=ROUNDS).collect::<Vec<_>>() { Ok(()) } else { Err(format!("{versions:?}")) }
}

async fn of_many_writers_one_wins_each_version(db: &Db) {
    let exact = |version| if version == 0 { Expect::NoStream } else { Expect::Exact(version) };
    race(db, exact).await.unwrap();
}

async fn writers_that_expect_nothing_are_caught(db: &Db) {
    let caught = race(db, |_| Expect::Any).await.unwrap_err();
    assert!(caught.contains("64 winners"), "{caught}");
}

crate::conformance::conformance! {
    of_many_writers_one_wins_each_version,
    writers_that_expect_nothing_are_caught,
}
