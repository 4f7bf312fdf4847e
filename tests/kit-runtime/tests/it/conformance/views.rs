//! View tables: every type there and back, batches, instances and their swap.

use super::conformance;
use crate::db::{Db, events, stream};
use kit_runtime::store::{
    Column, ColumnType, CursorMove, Datum, Expect, Load, Mark, Row, RowChanges, StoreError, Unit,
    ViewSchema, ViewStatus, ViewTable,
};
use serde_json::{Value, json};
use uuid::Uuid;

const fn column(name: &'static str, kind: ColumnType) -> Column {
    Column { name, kind, nullable: true, key: false }
}

/// A view with a column of each type; names are chosen to be hard on SQL.
pub const ITEMS: ViewSchema = ViewSchema {
    name: "items",
    columns: &[
        Column { name: "id", kind: ColumnType::Int, nullable: false, key: true },
        column("select", ColumnType::Text),
        column("size", ColumnType::Enum(&["small", "it's big"])),
        column("price", ColumnType::Decimal(2)),
        column("open", ColumnType::Bool),
        column("owner", ColumnType::Uuid),
        column("day", ColumnType::Date),
        column("at", ColumnType::Time),
        column("took", ColumnType::Duration),
        column("parts", ColumnType::Json),
        column("rank", ColumnType::Int),
    ],
    indexes: &[&["size", "id"], &["at"]],
};

/// A row of the view: the id and what the fields say.
pub fn item(id: i64, fields: Value) -> Row {
    let mut row = Row::new();
    row.insert("id".to_owned(), json!(id));
    row.extend(fields.as_object().unwrap().clone());
    row
}

/// The live table of the view, empty.
pub async fn items(db: &Db) -> ViewTable {
    let views = db.store.open_view(ITEMS, "one".into()).await.unwrap();
    ViewTable { schema: ITEMS, version: views.live.version }
}

pub async fn fill(db: &Db, table: ViewTable, upserts: Vec<Row>) {
    let rows = vec![RowChanges { table, upserts, deletes: vec![] }];
    db.write(Unit { rows, ..Unit::default() }).await;
}

pub fn key(id: i64) -> Vec<Datum> {
    vec![Datum::Int(id)]
}

async fn every_type_comes_back_as_it_was_written(db: &Db) {
    let table = items(db).await;
    let full = item(
        1,
        json!({
            "select": "it's \"ü\" \\ %", "size": "it's big", "price": "-9.50", "open": true,
            "owner": "0190a6a5-7c5e-7b6e-8c39-1f2d3c4b5a69", "day": "2026-02-28",
            "at": "2026-01-05T09:00:00.000007Z", "took": "PT1H0.000002S",
            "parts": [{ "no": 1, "name": "x" }, []], "rank": i64::MIN,
        }),
    );
    let empty = item(2, json!({}));
    fill(db, table, vec![full.clone(), empty.clone()]).await;
    let rows = db.store.rows(table, vec![key(2), key(3), key(1)]).await.unwrap();
    assert_eq!(rows, [Some(empty), None, Some(full)]);
}

async fn decimals_are_kept_at_the_scale_of_the_column(db: &Db) {
    let table = items(db).await;
    let rows = ["1", "0.1", "-0.00", "12345678901234.99"];
    let rows = rows.iter().enumerate().map(|(id, text)| item(id as i64, json!({ "price": text })));
    let mut rows: Vec<Row> = rows.collect();
    rows.push(item(9, json!({ "price": 7 })));
    fill(db, table, rows).await;
    let found = db.store.rows(table, [0, 1, 2, 3, 9].map(key).to_vec()).await.unwrap();
    let prices: Vec<Value> = found.into_iter().map(|it| it.unwrap()["price"].clone()).collect();
    assert_eq!(prices, ["1.00", "0.10", "0.00", "12345678901234.99", "7.00"]);
}

async fn what_does_not_fit_a_column_is_refused(db: &Db) {
    let table = items(db).await;
    let wrong = [
        json!({ "price": "1.005" }),
        json!({ "rank": "x" }),
        json!({ "day": "2026-02-30" }),
        json!({ "owner": "?" }),
    ];
    for fields in wrong {
        let upserts = vec![item(1, fields.clone())];
        let rows = vec![RowChanges { table, upserts, deletes: vec![] }];
        let error = db.store.commit(Unit { rows, ..Unit::default() }).await.unwrap_err();
        assert!(matches!(error, StoreError::Invalid(_)), "{fields}: {error:?}");
    }
    let rows = vec![RowChanges {
        table,
        upserts: vec![item(1, json!({ "size": "huge" }))],
        deletes: vec![],
    }];
    let error = db.store.commit(Unit { rows, ..Unit::default() }).await.unwrap_err();
    assert!(matches!(error, StoreError::Database(_)), "{error:?}");
    assert_eq!(db.store.rows(table, vec![key(1)]).await.unwrap(), [None]);
}

async fn rows_are_replaced_and_deleted_in_batches(db: &Db) {
    let table = items(db).await;
    let rows = |text: &str| (0..500).map(|id| item(id, json!({ "select": text }))).collect();
    fill(db, table, rows("old")).await;
    let change = RowChanges {
        table,
        upserts: (250..500).map(|id| item(id, json!({ "rank": id }))).collect(),
        deletes: (0..100).map(key).collect(),
    };
    db.write(Unit { rows: vec![change], ..Unit::default() }).await;
    let found = db.store.rows(table, (0..500).map(key).collect()).await.unwrap();
    assert!(found[..100].iter().all(Option::is_none));
    assert_eq!(found[100], Some(item(100, json!({ "select": "old" }))));
    assert_eq!(found[250], Some(item(250, json!({ "rank": 250 }))), "a row is replaced whole");
}

async fn a_decision_sees_stream_and_rows_of_one_moment(db: &Db) {
    let table = items(db).await;
    let mut unit = events("a", Expect::NoStream, 1);
    unit.rows = vec![RowChanges { table, upserts: vec![item(1, json!({}))], deletes: vec![] }];
    db.write(unit).await;
    let mut load = Load::stream(stream("a"));
    load.lookups = vec![(table, key(2)), (table, key(1))];
    let loaded = db.store.load(load).await.unwrap();
    assert_eq!((loaded.version, loaded.events.len()), (1, 1));
    assert_eq!(loaded.rows, [None, Some(item(1, json!({})))]);
}

async fn another_code_builds_beside_the_live_instance(db: &Db) {
    let first = db.store.open_view(ITEMS, "one".into()).await.unwrap();
    assert_eq!((first.live.version, first.live.status), (1, ViewStatus::Live));
    assert_eq!(first.building, None);
    assert_eq!(db.store.open_view(ITEMS, "one".into()).await.unwrap(), first);
    let second = db.store.open_view(ITEMS, "two".into()).await.unwrap();
    let building = second.building.clone().unwrap();
    assert_eq!((second.live.version, building.version), (1, 2));
    assert_eq!((building.status, &*building.code_hash), (ViewStatus::Building, "two"));
    assert_eq!(
        db.store.open_view(ITEMS, "two".into()).await.unwrap(),
        second,
        "it goes on after a restart"
    );
    let new = ViewTable { schema: ITEMS, version: 2 };
    fill(db, new, vec![item(1, json!({}))]).await;
    let old = ViewTable { schema: ITEMS, version: 1 };
    assert_eq!(db.store.rows(old, vec![key(1)]).await.unwrap(), [None]);
    db.store.swap_view(new).await.unwrap();
    let after = db.store.open_view(ITEMS, "two".into()).await.unwrap();
    assert_eq!((after.live.version, after.building), (2, None));
    db.store.drop_view(old).await.unwrap();
    assert!(db.store.rows(old, vec![key(1)]).await.is_err());
    assert!(matches!(db.store.drop_view(new).await, Err(StoreError::Invalid(_))), "live stays");
}

async fn a_rebuild_starts_empty_and_forgets_an_earlier_one(db: &Db) {
    items(db).await;
    let first = db.store.rebuild_view(ITEMS, "one".into()).await.unwrap();
    let table = ViewTable { schema: ITEMS, version: first.version };
    let to = Mark { shard: 0, pos: 4, id: Uuid::from_u128(4) };
    let name = table.cursor_name();
    let step = CursorMove { name: name.clone(), epoch: 0, from: Mark::start(0), to };
    db.write(Unit { cursors: vec![step], ..Unit::default() }).await;
    let second = db.store.rebuild_view(ITEMS, "one".into()).await.unwrap();
    assert_eq!((first.version, second.version), (2, 3));
    assert_eq!(db.store.cursors(name).await.unwrap(), []);
    assert!(db.store.rows(table, vec![key(1)]).await.is_err(), "the table is gone");
    let views = db.store.open_view(ITEMS, "one".into()).await.unwrap();
    assert_eq!(views.building.map(|it| it.version), Some(3));
    let missing = ViewTable { schema: ITEMS, version: 9 };
    assert!(matches!(db.store.swap_view(missing).await, Err(StoreError::Invalid(_))));
}

conformance! {
    every_type_comes_back_as_it_was_written,
    decimals_are_kept_at_the_scale_of_the_column,
    what_does_not_fit_a_column_is_refused,
    rows_are_replaced_and_deleted_in_batches,
    a_decision_sees_stream_and_rows_of_one_moment,
    another_code_builds_beside_the_live_instance,
    a_rebuild_starts_empty_and_forgets_an_earlier_one,
}
