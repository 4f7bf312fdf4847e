//! The rows that are there: those that a test puts there, and what views made of events.

use serde_json::Value;

use super::json;
use crate::context::Context;
use crate::event::{Event, Recorded};
use crate::fault::{Fault, Folded, Need};
use crate::reference::Reference;
use crate::row::{Kind, Row, Table};
use crate::view::Fold;

/// Rows of any tables: the table, the key, and the row.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows(Vec<(&'static Table, Value, Value)>);

impl Rows {
    pub(super) fn put<R: Row>(&mut self, row: &R) {
        self.remove(&R::TABLE, &json(row.key()));
        self.0.push((const { &R::TABLE }, json(row.key()), json(row)));
    }

    /// Every row of a reference.
    ///
    /// # Panics
    /// When one of them breaks the rules of its type.
    pub(super) fn put_all<R: Reference>(&mut self) {
        for row in R::rows().expect("the rows of a reference keep the rules") {
            self.put(&row);
        }
    }

    fn remove(&mut self, table: &Table, key: &Value) {
        self.0.retain(|(of, k, _)| of.name != table.name || k != key);
    }

    fn of(&self, table: &str) -> impl Iterator<Item = (&'static Table, &Value, &Value)> {
        self.0
            .iter()
            .filter(move |(of, _, _)| of.name == table)
            .map(|(of, key, row)| (*of, key, row))
    }

    fn get(&self, table: &Table, key: &Value) -> Option<&Value> {
        self.of(table.name).find(|(_, k, _)| *k == key).map(|(_, _, row)| row)
    }

    /// Asks until nothing more is needed.
    ///
    /// # Panics
    /// When it asks for more and more.
    pub(super) fn answer<T>(
        &self,
        cx: &mut Context,
        mut ask: impl FnMut(&Context) -> Result<T, Need>,
    ) -> T {
        for _ in 0..100 {
            cx.start();
            match ask(cx) {
                Ok(answer) => return answer,
                Err(Need::Row { table, key }) => {
                    cx.add_row(table.name, &key, self.get(table, &key).cloned());
                }
                Err(Need::Rows { table, cond }) => {
                    let rows = self.of(table.name).map(|(_, _, row)| row);
                    let rows = rows.filter(|row| cond.holds(table, row)).cloned().collect();
                    cx.add_rows(table.name, cond, rows);
                }
                Err(Need::Number { name, part }) => cx.add_number(name, part, 0),
            }
        }
        panic!("it asks for more and more");
    }

    /// As [`Rows::answer`], for what folds.
    pub(super) fn folded<T>(
        &self,
        cx: &mut Context,
        mut ask: impl FnMut(&Context) -> Folded<T>,
    ) -> Folded<T> {
        self.answer(cx, |cx| match ask(cx) {
            Err(Fault::Need(need)) => Err(need),
            done => Ok(done),
        })
    }

    /// Lets a view follow the event. One that it cannot follow leaves the rows as they are.
    pub(super) fn follow<V: Fold<E>, E: Event>(&mut self, event: &Recorded<E>) {
        let keys = self.folded(&mut Context::at(event.time), |cx| V::keys_via(event, cx));
        for key in keys.unwrap_or_default() {
            let table = const { &V::Row::TABLE };
            let row = self.get(table, &json(&key)).cloned();
            let row = row.map(|row| serde_json::from_value(row).expect("a row is read back"));
            match V::fold(&key, row, event) {
                Ok(Some(row)) => self.put::<V::Row>(&row),
                Ok(None) => self.remove(table, &json(&key)),
                Err(_) => return,
            }
        }
    }

    /// A row of the table has at least these fields.
    ///
    /// # Panics
    /// When none has.
    #[track_caller]
    pub(super) fn expect(&self, table: &str, fields: &Value, why: &str) {
        let found = self.of(table).any(|(table, _, row)| {
            super::fields(fields).all(|(field, wanted)| {
                same(table, field, row.get(field).unwrap_or(&Value::Null), wanted)
            })
        });
        let rows: Vec<String> = self.of(table).map(|(_, _, row)| row.to_string()).collect();
        assert!(found, "no row of {table} has {fields}; there are {rows:?}{why}");
    }
}

/// Whether a column has this value; decimals are compared as numbers.
fn same(table: &Table, column: &str, is: &Value, wanted: &Value) -> bool {
    let decimal = matches!(table.column(column).map(|it| it.kind), Some(Kind::Decimal(_)));
    let number = |value: &Value| value.as_str()?.parse::<rust_decimal::Decimal>().ok();
    is == wanted || (decimal && number(is).is_some() && number(is) == number(wanted))
}
