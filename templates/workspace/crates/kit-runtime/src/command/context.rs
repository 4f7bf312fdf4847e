//! The surroundings of a decision, fetched from the store when the decision asks for them.

use kit::{Context, Need};
use serde_json::Value;

use super::Failure;
use crate::service::Service;
use crate::store::{Key, Load, Loaded, NumberKey, Store, ViewTable};
use crate::views::{Tables, all_rows, cond_of, key_of};

/// What a decision asked for so far.
#[derive(Debug, Default)]
pub(super) struct Needs {
    rows: Vec<(&'static str, Value)>,
    numbers: Vec<(&'static str, String)>,
    row_keys: Vec<(ViewTable, Key)>,
    number_keys: Vec<NumberKey>,
}

impl Needs {
    /// Remember one more need. Rows by condition are fetched at once, the others with the stream,
    /// from one snapshot.
    pub(super) async fn add(
        &mut self,
        need: Need,
        cx: &mut Context,
        store: &dyn Store,
        tables: &Tables,
    ) -> Result<(), Failure> {
        match need {
            Need::Row { table, key } => {
                let live = tables.live(table.name)?;
                self.row_keys.push((live, key_of(&live.schema, &key)?));
                self.rows.push((table.name, key));
            }
            Need::Number { name, part } => {
                let key = NumberKey { tenant: String::new(), name: name.to_owned(), part };
                self.numbers.push((name, key.part.clone()));
                self.number_keys.push(key);
            }
            Need::Rows { table, cond } => {
                let live = tables.live(table.name)?;
                let rows = all_rows(store, live, cond_of(&live.schema, &cond)?).await?;
                cx.add_rows(table.name, cond, rows.into_iter().map(Value::Object).collect());
            }
        }
        Ok(())
    }

    /// The first running number that was asked for.
    pub(super) fn number(&self) -> Option<&NumberKey> {
        self.number_keys.first()
    }

    /// Nothing was asked for yet.
    pub(super) fn is_empty(&self) -> bool {
        self.row_keys.is_empty() && self.number_keys.is_empty()
    }

    /// Ask for the needs together with the stream.
    pub(super) fn ask(&self, load: &mut Load) {
        load.lookups.clone_from(&self.row_keys);
        load.numbers.clone_from(&self.number_keys);
    }

    /// Put what was loaded into the context.
    pub(super) fn give(&self, loaded: &mut Loaded, cx: &mut Context) {
        let rows = std::mem::take(&mut loaded.rows);
        for ((table, key), row) in self.rows.iter().zip(rows) {
            cx.add_row(table, key, row.map(Value::Object));
        }
        for ((name, part), last) in self.numbers.iter().zip(&loaded.numbers) {
            cx.add_number(name, part.clone(), *last);
        }
    }
}

/// Fetch what something asks for that is no decision: rows, each as it is now.
///
/// # Errors
/// Trouble of the store; a running number, which only decisions take.
pub(crate) async fn supply(service: &Service, need: Need, cx: &mut Context) -> Result<(), Failure> {
    match need {
        Need::Row { table, key } => {
            let live = service.tables().live(table.name)?;
            let rows = service.store().rows(live, vec![key_of(&live.schema, &key)?]).await?;
            cx.add_row(table.name, &key, rows.into_iter().next().flatten().map(Value::Object));
        }
        Need::Rows { table, cond } => {
            let live = service.tables().live(table.name)?;
            let rows = all_rows(service.store(), live, cond_of(&live.schema, &cond)?).await?;
            cx.add_rows(table.name, cond, rows.into_iter().map(Value::Object).collect());
        }
        Need::Number { name, .. } => {
            return Err(Failure::Fault(format!("only a command takes the running number {name}")));
        }
    }
    Ok(())
}
