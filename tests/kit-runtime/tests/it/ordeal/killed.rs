//! The process killed between commit and dispatch, 200 times: everything committed is dispatched once and in order. The
//! wrong design dispatches from memory after the commit.
//!
//! The child is this executable once more, told by the environment which part to play.

use crate::db::{events, stream};
use kit_runtime::store::{
    Append, Expect, Load, Mark, Options, Outcome, SqliteStore, Store, Unit, WatermarkMove,
};
use serde_json::json;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const FOLDER: &str = "KIT_TEST_KILLED_FOLDER";
const DESIGN: &str = "KIT_TEST_KILLED_DESIGN";
const COMMITTED: &str = "committed\n";

async fn stores(folder: &Path) -> (SqliteStore, SqliteStore) {
    let open = |name: &str| SqliteStore::open(folder.join(name), Options::new("test"));
    (open("source.db").await.unwrap(), open("target.db").await.unwrap())
}

/// Takes one record into the other store, with its watermark.
async fn dispatch(source: &SqliteStore, target: &SqliteStore, after: Mark, to: Mark, version: i64) {
    let mut echo = crate::db::event(version);
    echo.data = json!({ "version": version });
    let append =
        Append { stream: stream("echo"), expect: Expect::Any, events: vec![echo], close: false };
    let step = WatermarkMove {
        consumer: "echo".to_owned(),
        source: "source/e".to_owned(),
        generation: source.meta().generation,
        from: after,
        to,
    };
    let unit = Unit { watermarks: vec![step], appends: vec![append], ..Unit::default() };
    let outcome = target.commit(unit).await.unwrap();
    assert!(matches!(outcome, Outcome::Committed(_)), "{outcome:?}");
}

/// Dispatches what is in the log beyond the watermark.
async fn catch_up(source: &SqliteStore, target: &SqliteStore) {
    let shard = stream("s").shard(source.meta().shards);
    let rows = target.watermarks("echo".into(), "source/e".into()).await.unwrap();
    let mut at = rows.first().map_or(Mark::start(shard), |row| row.mark);
    for record in source.tail(vec![(shard, at.pos)], 1000).await.unwrap() {
        dispatch(source, target, at, record.mark(), record.version).await;
        at = record.mark();
    }
}

async fn commit_one(source: &SqliteStore) -> (Mark, Mark, i64) {
    let loaded = source.load(Load::stream(stream("s"))).await.unwrap();
    let shard = stream("s").shard(source.meta().shards);
    let before = loaded.events.last().map_or(Mark::start(shard), |it| it.mark());
    let unit = events("s", Expect::Any, 1);
    let id = unit.appends[0].events[0].id;
    let outcome = source.commit(unit).await.unwrap();
    let Outcome::Committed(committed) = outcome else { panic!("{outcome:?}") };
    let end = committed.appended[0];
    (before, Mark { shard, pos: end.pos, id }, end.version)
}

/// What the child does: commit, say so, wait for a word, dispatch.
async fn child(folder: &Path, from_memory: bool) {
    let (source, target) = stores(folder).await;
    if !from_memory {
        catch_up(&source, &target).await;
    }
    loop {
        let (before, mark, version) = commit_one(&source).await;
        std::io::stdout().write_all(COMMITTED.as_bytes()).unwrap();
        let mut word = String::new();
        if std::io::stdin().read_line(&mut word).unwrap() == 0 {
            return;
        }
        if from_memory {
            dispatch(&source, &target, before, mark, version).await;
        } else {
            catch_up(&source, &target).await;
        }
    }
}

#[test]
fn the_part_of_the_child() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let from_memory = std::env::var(DESIGN).is_ok_and(|it| it == "memory");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(child(Path::new(&folder), from_memory));
}

fn spawn(folder: &Path, design: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "ordeal::killed::the_part_of_the_child", "--nocapture"]);
    command.env(FOLDER, folder).env(DESIGN, design);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Lets the child commit, go on a few times, and kills it right after a commit.
fn run_and_kill(folder: &Path, design: &str, rounds: usize) {
    let mut child = spawn(folder, design);
    let mut words = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for round in 0..=rounds {
        let committed = lines.by_ref().any(|line| line.unwrap().ends_with(COMMITTED.trim_end()));
        assert!(committed, "the child ended by itself");
        if round < rounds {
            words.write_all(b"go\n").unwrap();
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Whether everything committed was dispatched once and in order, once the process is up again.
async fn check(folder: &Path, repair: bool) -> Result<i64, String> {
    let (source, target) = stores(folder).await;
    if repair {
        catch_up(&source, &target).await;
    }
    let committed = source.load(Load::stream(stream("s"))).await.unwrap().version;
    let echoes = target.load(Load::stream(stream("echo"))).await.unwrap().events;
    let found: Vec<i64> = echoes.iter().map(|it| it.data["version"].as_i64().unwrap()).collect();
    source.close().await;
    target.close().await;
    if found == (1..=committed).collect::<Vec<_>>() {
        Ok(committed)
    } else {
        Err(format!("{committed} committed, {} dispatched", found.len()))
    }
}

#[tokio::test]
async fn what_was_committed_is_dispatched_once_however_often_the_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let kills = 200;
    let path = folder.path().to_owned();
    let killing = tokio::task::spawn_blocking(move || {
        for kill in 0..kills {
            run_and_kill(&path, "log", kill % 3);
        }
    });
    killing.await.unwrap();
    let committed = check(folder.path(), true).await.unwrap();
    assert!(committed >= 200 + 199, "{committed}");
}

#[tokio::test]
async fn dispatch_from_memory_is_caught() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let killing = tokio::task::spawn_blocking(move || run_and_kill(&path, "memory", 2));
    killing.await.unwrap();
    let caught = check(folder.path(), false).await.unwrap_err();
    assert!(caught.contains("3 committed, 2 dispatched"), "{caught}");
}
