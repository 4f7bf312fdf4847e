//! Aggregates: the state that one stream of events folds into.

use super::Notes;
use crate::lang::ir::{Ir, RefusalIr};
use crate::lang::types::{Type, TypeId};
use crate::source::Span;

/// The identity of an aggregate.
#[derive(Debug, Clone, PartialEq)]
pub struct IdField {
    /// The field's name, `job_id`.
    pub name: String,
    /// Its type as fields have it: always a newtype, `JobId` or the declared one (`PartNo`).
    pub ty: Type,
    /// The newtype behind `ty`.
    pub newtype: TypeId,
    /// The name by which the language knows it besides: `PartId` is an alias when the declared type
    /// is a newtype already, else the newtype itself.
    pub alias: String,
    /// Whether callers make it; else UUIDv7, for `int` a sequence.
    pub by_client: bool,
}

/// Values of these fields are unique among all streams while `cond` holds and the stream is open.
#[derive(Debug, Clone, PartialEq)]
pub struct UniqueRule {
    /// The names of the fields or derived values, unique together.
    pub fields: Vec<String>,
    /// What each of them is in the state, in the same order; a `none` among them is free.
    pub values: Vec<Ir>,
    /// Only while this holds of the state.
    pub cond: Option<Ir>,
    /// What the second one is told.
    pub refusal: RefusalIr,
    /// The rule as written.
    pub text: String,
}

/// An aggregate.
#[derive(Debug, Clone)]
pub struct Aggregate {
    /// `PascalCase`.
    pub name: String,
    /// Meaning and reserved keys.
    pub notes: Notes,
    /// In the path of its routes, kebab-case: `jobs`.
    pub plural: String,
    /// The topic of its public events, when one was pinned; else see [`super::Model::topic`].
    pub topic: Option<String>,
    /// Whether `GET /jobs/{job_id}` answers its state.
    pub read: bool,
    /// Its identity.
    pub id: IdField,
    /// The enum of its statuses, when it has any; the first is the initial one.
    pub status: Option<TypeId>,
    /// The record of its state. First the id, then `status` if there is one, then the declared
    /// fields; derived values beside them.
    pub state: TypeId,
    /// Its entities in text order.
    pub entities: Vec<TypeId>,
    /// Unique rules in text order.
    pub unique: Vec<UniqueRule>,
    /// All its events by name, creating ones included.
    pub events: Vec<String>,
    /// All its commands by name.
    pub commands: Vec<String>,
    /// Where it is declared.
    pub span: Span,
}

impl Aggregate {
    /// The path of its state: `/jobs/{job_id}`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/{}/{{{}}}", self.plural, self.id.name)
    }
}
