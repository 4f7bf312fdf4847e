//! Cursors and watermarks: they move with the effects, or nothing happens.

use super::conformance;
use crate::conformance::views::{ITEMS, item, items};
use crate::db::{Db, events, stream};
use kit_runtime::store::{
    CursorMove, CursorState, Expect, Mark, Outcome, RowChanges, Unit, WatermarkMove,
};
use serde_json::json;
use uuid::Uuid;

fn mark(shard: u16, pos: i64) -> Mark {
    Mark { shard, pos, id: Uuid::from_u128(u128::from(shard) << 64 | pos as u128) }
}

fn cursor(from: Mark, to: Mark) -> CursorMove {
    CursorMove { name: "view:items@1".to_owned(), epoch: 0, from, to }
}

async fn rows_and_cursor_move_together(db: &Db) {
    let table = items(db).await;
    let unit = |from, to, id: i64| Unit {
        cursors: vec![cursor(from, to)],
        rows: vec![RowChanges { table, upserts: vec![item(id, json!({}))], deletes: vec![] }],
        ..Unit::default()
    };
    db.write(unit(Mark::start(3), mark(3, 5), 1)).await;
    let zombie = db.commit(unit(Mark::start(3), mark(3, 4), 2)).await;
    let expected = Outcome::Moved { name: ITEMS_CURSOR.into(), at: mark(3, 5), generation: None };
    assert_eq!(zombie, expected);
    let same_place_other_id = Mark { id: Uuid::nil(), ..mark(3, 5) };
    let diverged = db.commit(unit(same_place_other_id, mark(3, 9), 2)).await;
    assert_eq!(diverged, expected);
    db.write(unit(mark(3, 5), mark(3, 9), 3)).await;
    let rows =
        db.store.rows(table, vec![vec![1.into_key()], vec![2.into_key()], vec![3.into_key()]]);
    let there: Vec<bool> = rows.await.unwrap().iter().map(Option::is_some).collect();
    assert_eq!(there, [true, false, true], "a refused unit leaves no row");
    let cursors = db.store.cursors(ITEMS_CURSOR.into()).await.unwrap();
    assert_eq!(
        (cursors.len(), cursors[0].mark, cursors[0].state),
        (1, mark(3, 9), CursorState::Running)
    );
}

const ITEMS_CURSOR: &str = "view:items@1";

trait IntoKey {
    fn into_key(self) -> kit_runtime::store::Datum;
}

impl IntoKey for i64 {
    fn into_key(self) -> kit_runtime::store::Datum {
        kit_runtime::store::Datum::Int(self)
    }
}

async fn one_wrong_shard_refuses_the_whole_batch(db: &Db) {
    let move_both = |second: Mark| Unit {
        cursors: vec![cursor(second, mark(2, 8)), cursor(Mark::start(1), mark(1, 1))],
        ..Unit::default()
    };
    let refused = db.commit(move_both(mark(2, 7))).await;
    assert!(matches!(refused, Outcome::Moved { at, .. } if at == Mark::start(2)), "{refused:?}");
    assert_eq!(db.store.cursors(ITEMS_CURSOR.into()).await.unwrap(), []);
    db.write(move_both(Mark::start(2))).await;
    let marks: Vec<Mark> =
        db.store.cursors(ITEMS_CURSOR.into()).await.unwrap().iter().map(|it| it.mark).collect();
    assert_eq!(marks, [mark(1, 1), mark(2, 8)]);
}

async fn a_cursor_of_a_newer_epoch_fences_the_older_worker(db: &Db) {
    let step = |epoch, from, to| Unit {
        cursors: vec![CursorMove { epoch, ..cursor(from, to) }],
        ..Unit::default()
    };
    db.write(step(7, Mark::start(1), mark(1, 1))).await;
    let zombie = db.commit(step(6, mark(1, 1), mark(1, 2))).await;
    assert!(matches!(zombie, Outcome::Moved { .. }), "{zombie:?}");
    db.write(step(8, mark(1, 1), mark(1, 2))).await;
}

async fn a_reader_can_be_stopped_with_a_reason(db: &Db) {
    let name = ITEMS_CURSOR;
    let poison = |state, error: &str| db.store.mark_cursor(name.into(), 4, state, error.into());
    poison(CursorState::Poisoned, "cannot read").await.unwrap();
    let stopped = db.store.cursors(name.into()).await.unwrap().remove(0);
    assert_eq!((stopped.mark, stopped.state), (Mark::start(4), CursorState::Poisoned));
    assert_eq!(stopped.error, "cannot read");
    poison(CursorState::Running, "").await.unwrap();
    let step = Unit { cursors: vec![cursor(Mark::start(4), mark(4, 1))], ..Unit::default() };
    db.write(step).await;
    let running = db.store.cursors(name.into()).await.unwrap().remove(0);
    assert_eq!(
        (running.mark, running.state, &*running.error),
        (mark(4, 1), CursorState::Running, "")
    );
}

fn watermark(generation: u128, from: Mark, to: Mark) -> WatermarkMove {
    WatermarkMove {
        consumer: "reactor:billing".to_owned(),
        source: "shop/*".to_owned(),
        generation: Uuid::from_u128(generation),
        from,
        to,
    }
}

async fn a_watermark_checks_predecessor_and_generation(db: &Db) {
    let consume = |step: WatermarkMove, version| Unit {
        watermarks: vec![step],
        ..events("effect", Expect::Exact(version), 1)
    };
    db.write(consume(watermark(1, Mark::start(2), mark(2, 3)), 0)).await;
    let gap = db.commit(consume(watermark(1, mark(2, 4), mark(2, 5)), 1)).await;
    let at = mark(2, 3);
    let name = "reactor:billing".to_owned();
    assert_eq!(
        gap,
        Outcome::Moved { name: name.clone(), at, generation: Some(Uuid::from_u128(1)) }
    );
    let other_history = Mark { id: Uuid::from_u128(77), ..at };
    let diverged = db.commit(consume(watermark(1, other_history, mark(2, 5)), 1)).await;
    assert!(matches!(diverged, Outcome::Moved { .. }), "{diverged:?}");
    let restored = db.commit(consume(watermark(9, at, mark(2, 5)), 1)).await;
    assert!(matches!(restored, Outcome::Moved { .. }), "{restored:?}");
    assert_eq!(db.load(&stream("effect")).await.version, 1, "no effect without its watermark");
    db.write(consume(watermark(1, at, mark(2, 5)), 1)).await;
    let rows = db.store.watermarks(name, "shop/*".into()).await.unwrap();
    assert_eq!((rows.len(), rows[0].mark, rows[0].generation), (1, mark(2, 5), Uuid::from_u128(1)));
}

async fn a_conflict_takes_the_watermark_back(db: &Db) {
    let unit = Unit {
        watermarks: vec![watermark(1, Mark::start(2), mark(2, 3))],
        ..events("effect", Expect::Exact(9), 1)
    };
    assert!(matches!(db.commit(unit).await, Outcome::Conflict { .. }));
    let rows = db.store.watermarks("reactor:billing".into(), "shop/*".into()).await.unwrap();
    assert_eq!(rows, []);
    assert_eq!(ITEMS.name, "items");
}

conformance! {
    rows_and_cursor_move_together,
    one_wrong_shard_refuses_the_whole_batch,
    a_cursor_of_a_newer_epoch_fences_the_older_worker,
    a_reader_can_be_stopped_with_a_reason,
    a_watermark_checks_predecessor_and_generation,
    a_conflict_takes_the_watermark_back,
}
