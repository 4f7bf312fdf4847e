//! Values of all types.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::lang::types::TypeId;

/// Named values.
pub type Fields = BTreeMap<String, Value>;

/// A value. Newtypes are what they wrap; the order is that of sets, map keys and comparisons.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// `bool`
    Bool(bool),
    /// `int`
    Int(i64),
    /// `decimal(s)`, at exactly its scale
    Decimal(Decimal),
    /// `string`
    Text(String),
    /// `uuid`
    Uuid(Uuid),
    /// `date`
    Date(Date),
    /// `time`
    Time(Timestamp),
    /// `duration`
    Duration(SignedDuration),
    /// A period: months and days.
    Period(i64, i64),
    /// A member of an enum: its index.
    Member(u32),
    /// A record with its type.
    Record(TypeId, Fields),
    /// A member of a union: its index.
    Union(u32, Fields),
    /// `T?`
    Option(Option<Box<Value>>),
    /// `patch T?`: keep, or clear (`Some(None)`), or set.
    Patch(Option<Option<Box<Value>>>),
    /// `list<T>`
    List(Vec<Value>),
    /// `set<T>`
    Set(BTreeSet<Value>),
    /// `map<K, V>`, and entities by their key (several key fields are a list).
    Map(BTreeMap<Value, Value>),
}

impl Value {
    /// `none`
    #[must_use]
    pub fn none() -> Self {
        Self::Option(None)
    }

    /// As an option.
    #[must_use]
    pub fn some(self) -> Self {
        Self::Option(Some(Box::new(self)))
    }

    /// The fields of a record.
    #[must_use]
    pub fn fields(&self) -> Option<&Fields> {
        match self {
            Self::Record(_, fields) | Self::Union(_, fields) => Some(fields),
            _ => None,
        }
    }

    /// The elements of a collection in its order; of a map its values.
    pub(super) fn elements(&self) -> Vec<Value> {
        match self {
            Self::List(items) => items.clone(),
            Self::Set(items) => items.iter().cloned().collect(),
            Self::Map(entries) => entries.values().cloned().collect(),
            _ => vec![],
        }
    }
}
