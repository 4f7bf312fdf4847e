//! One view's part of a batch: its rows are loaded once, folded in memory, written once.

use std::collections::{BTreeMap, BTreeSet};

use kit::view::KeyOf;
use kit::{Context, Event, Fault, Fold, Folded, Recorded, Row as _, Table, View};
use serde_json::Value;

use super::{key_of, typed};
use crate::command::{Failure, recorded};
use crate::consume::Received;
use crate::store::{Key, Row, RowChanges, ViewSchema, ViewTable};

/// How a view follows one kind of stream; made by [`follow`].
pub struct Follow<V: View> {
    stream: &'static str,
    names: &'static [(&'static str, u16)],
    decode: fn(&Received) -> Folded<Box<dyn EventOf<V>>>,
}

/// `V` follows the events of `E`.
#[must_use]
pub fn follow<V: Fold<E>, E: Event>() -> Follow<V> {
    Follow {
        stream: E::STREAM,
        names: E::NAMES,
        decode: |received| Ok(Box::new(recorded::<E>(&received.record)?)),
    }
}

impl<V: View> Follow<V> {
    fn takes(&self, received: &Received) -> bool {
        let source = self.stream.split_once('.');
        source == Some((&*received.source, received.record.stream.kind.as_str()))
            && self.names.iter().any(|(name, _)| *name == received.record.event_type)
    }
}

/// A decoded event, as one view sees it.
trait EventOf<V: View>: Send {
    fn keys(&self, cx: &Context) -> Folded<Vec<KeyOf<V>>>;
    fn fold(&self, key: &KeyOf<V>, row: Option<V::Row>) -> Folded<Option<V::Row>>;
}

impl<V: Fold<E>, E: Event> EventOf<V> for Recorded<E> {
    fn keys(&self, cx: &Context) -> Folded<Vec<KeyOf<V>>> {
        V::keys_via(self, cx)
    }

    fn fold(&self, key: &KeyOf<V>, row: Option<V::Row>) -> Folded<Option<V::Row>> {
        V::fold(key, row, self)
    }
}

/// A view as the runner knows it: its table and the streams it follows.
pub trait ViewDef: Send + Sync {
    /// The shape of its table.
    fn table(&self) -> &'static Table;

    /// The streams, as context and stream type.
    fn streams(&self) -> Vec<&'static str>;

    /// Start a batch on an instance of the table.
    fn sheet(&self, table: ViewTable) -> Box<dyn Sheet + '_>;
}

impl<V: View> ViewDef for Vec<Follow<V>> {
    fn table(&self) -> &'static Table {
        const { &V::Row::TABLE }
    }

    fn streams(&self) -> Vec<&'static str> {
        self.iter().map(|follow| follow.stream).collect()
    }

    fn sheet(&self, table: ViewTable) -> Box<dyn Sheet + '_> {
        let (events, rows) = (BTreeMap::new(), BTreeMap::new());
        Box::new(TypedSheet { follows: self, table, events, rows })
    }
}

/// The rows of one view that one batch touches.
pub trait Sheet: Send {
    /// The instance of the table.
    fn table(&self) -> ViewTable;

    /// Decode what the view follows, and name the keys that can be told from the events alone.
    ///
    /// # Errors
    /// The index of a record that cannot be read, and why.
    fn read(&mut self, batch: &[Received]) -> Result<Vec<Key>, (usize, Fault)>;

    /// Take a loaded row.
    ///
    /// # Errors
    /// A stored row of another shape.
    fn load(&mut self, key: &Key, row: Option<Row>) -> Folded;

    /// The row under a key (in JSON) as it is now; none when it was not loaded.
    fn peek(&self, key: &Value) -> Folded<Option<Option<Value>>>;

    /// Fold the record with this index. Either it is done, or these rows must be loaded first.
    ///
    /// # Errors
    /// A need of rows of other views; a fold that fails.
    fn fold(&mut self, index: usize, cx: &Context) -> Folded<Step>;

    /// What is to be written.
    ///
    /// # Errors
    /// A row without JSON form.
    fn finish(self: Box<Self>) -> Result<RowChanges, Failure>;
}

/// What came of folding one record into one view.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// It is done; these rows stood there before, by key in JSON.
    Done(Vec<(Value, Option<Value>)>),
    /// These rows must be loaded first.
    Load(Vec<Key>),
}

struct Slot<R> {
    row: Option<R>,
    changed: bool,
}

struct TypedSheet<'a, V: View> {
    follows: &'a [Follow<V>],
    table: ViewTable,
    events: BTreeMap<usize, Box<dyn EventOf<V>>>,
    rows: BTreeMap<KeyOf<V>, Slot<V::Row>>,
}

impl<V: View> TypedSheet<'_, V> {
    fn schema(&self) -> &ViewSchema {
        &self.table.schema
    }

    fn stored_key(&self, key: &KeyOf<V>) -> Folded<Key> {
        let json = serde_json::to_value(key).map_err(Fault::data)?;
        key_of(self.schema(), &json).map_err(Fault::data)
    }
}

impl<V: View> Sheet for TypedSheet<'_, V> {
    fn table(&self) -> ViewTable {
        self.table
    }

    fn read(&mut self, batch: &[Received]) -> Result<Vec<Key>, (usize, Fault)> {
        let mut keys = BTreeSet::new();
        for (index, received) in batch.iter().enumerate() {
            let Some(follow) = self.follows.iter().find(|it| it.takes(received)) else { continue };
            let event = (follow.decode)(received).map_err(|fault| (index, fault))?;
            if let Ok(found) = event.keys(&Context::at(received.record.recorded_at)) {
                keys.extend(found);
            }
            self.events.insert(index, event);
        }
        let keys = keys.iter().map(|key| self.stored_key(key).map_err(|fault| (0, fault)));
        keys.collect()
    }

    fn load(&mut self, key: &Key, row: Option<Row>) -> Folded {
        let values: Vec<Value> = key.iter().map(crate::store::Datum::to_json).collect();
        let json = match <[Value; 1]>::try_from(values) {
            Ok([value]) => value,
            Err(values) => Value::Array(values),
        };
        let key = serde_json::from_value(json).map_err(Fault::form)?;
        let row = row.map(typed).transpose()?;
        self.rows.insert(key, Slot { row, changed: false });
        Ok(())
    }

    fn peek(&self, key: &Value) -> Folded<Option<Option<Value>>> {
        let key = serde_json::from_value(key.clone()).map_err(Fault::form)?;
        let Some(slot) = self.rows.get(&key) else { return Ok(None) };
        let row = slot.row.as_ref().map(serde_json::to_value).transpose();
        row.map(Some).map_err(Fault::data)
    }

    fn fold(&mut self, index: usize, cx: &Context) -> Folded<Step> {
        let Some(event) = self.events.get(&index) else { return Ok(Step::Done(Vec::new())) };
        let keys = event.keys(cx)?;
        let missing: Vec<_> = keys.iter().filter(|key| !self.rows.contains_key(key)).collect();
        if !missing.is_empty() {
            let missing: Folded<_> = missing.into_iter().map(|key| self.stored_key(key)).collect();
            return Ok(Step::Load(missing?));
        }
        let mut before = Vec::new();
        for key in keys {
            let Some(slot) = self.rows.get_mut(&key) else { continue };
            let old = slot.row.clone();
            let new = event.fold(&key, old.clone())?;
            if new != old {
                slot.row = new;
                slot.changed = true;
                let json = serde_json::to_value(&key).map_err(Fault::data)?;
                before
                    .push((json, old.map(serde_json::to_value).transpose().map_err(Fault::data)?));
            }
        }
        Ok(Step::Done(before))
    }

    fn finish(self: Box<Self>) -> Result<RowChanges, Failure> {
        let mut changes =
            RowChanges { table: self.table, upserts: Vec::new(), deletes: Vec::new() };
        for (key, slot) in self.rows.iter().filter(|(_, slot)| slot.changed) {
            match &slot.row {
                Some(row) => match serde_json::to_value(row).map_err(Fault::data)? {
                    Value::Object(row) => changes.upserts.push(row),
                    _ => return Err(Failure::Fault("a row is not an object".to_owned())),
                },
                None => changes.deletes.push(self.stored_key(key)?),
            }
        }
        Ok(changes)
    }
}
