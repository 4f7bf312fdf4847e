//! The tables of references: brought to what the text lists whenever a process starts.
//!
//! Keeps true: a table holds exactly the rows of one text, never some of one and some of another, whoever starts at
//! the same moment: the cursor of the table moves with every change, and must stand where it stood when the table was
//! read. A table that is right already is not written.

use std::collections::BTreeMap;

use kit::Reference;
use serde_json::Value;
use uuid::Uuid;

use super::{all_rows, typed};
use crate::command::Failure;
use crate::store::{
    Cond, CursorMove, Datum, Key, Mark, Outcome, Row, RowChanges, Store, Unit, ViewTable,
};

/// How often a process that was overtaken looks again.
const TRIES: u32 = 100;

/// What must change so that a table with these rows is as the text says.
pub type Differ = fn(ViewTable, Vec<Row>) -> Result<RowChanges, Failure>;

/// The [`Differ`] of the rows of `R`.
///
/// # Errors
/// A row that breaks the rules of its type; one without a key.
pub fn differ<R: Reference>(table: ViewTable, there: Vec<Row>) -> Result<RowChanges, Failure> {
    let mut wanted = BTreeMap::new();
    for row in R::rows()? {
        let Value::Object(stored) = serde_json::to_value(&row).map_err(kit::Fault::data)? else {
            return Err(Failure::Fault("a row is not an object".to_owned()));
        };
        wanted.insert(name(&key(&table, &stored)?), (row, stored));
    }
    let mut deletes = Vec::new();
    for row in there {
        let key = key(&table, &row)?;
        match wanted.get(&name(&key)) {
            Some((same, _)) if typed::<R>(row).is_ok_and(|row| row == *same) => {
                wanted.remove(&name(&key));
            }
            Some(_) => {}
            None => deletes.push(key),
        }
    }
    let upserts = wanted.into_values().map(|(_, stored)| stored).collect();
    Ok(RowChanges { table, upserts, deletes })
}

fn key(table: &ViewTable, row: &Row) -> Result<Key, Failure> {
    let columns = table.schema.keys();
    let values =
        columns.map(|it| Datum::from_json(it.kind, row.get(it.name).unwrap_or(&Value::Null)));
    Ok(values.collect::<Result<_, _>>()?)
}

fn name(key: &Key) -> String {
    Value::Array(key.iter().map(Datum::to_json).collect()).to_string()
}

/// Bring a table to what the text lists. Tells how many rows were written or deleted.
///
/// # Errors
/// Trouble of the store; rows that cannot be stored; always overtaken by others.
pub async fn list(store: &dyn Store, table: ViewTable, differ: Differ) -> Result<usize, Failure> {
    for _ in 0..TRIES {
        let cursor = store.cursors(table.cursor_name()).await?;
        let from = cursor.first().map_or(Mark::start(0), |it| it.mark);
        let changes = differ(table, all_rows(store, table, Cond::All(Vec::new())).await?)?;
        let count = changes.upserts.len() + changes.deletes.len();
        if count == 0 {
            return Ok(0);
        }
        let to = Mark { shard: 0, pos: from.pos + 1, id: Uuid::now_v7() };
        let moved = CursorMove { name: table.cursor_name(), epoch: 0, from, to };
        let unit = Unit { cursors: vec![moved], rows: vec![changes], ..Unit::default() };
        match store.commit(unit).await? {
            Outcome::Committed(_) => return Ok(count),
            // Another process was faster.
            _ => continue,
        }
    }
    Err(Failure::Fault(format!("{} is changed by others all the time", table.schema.name)))
}
