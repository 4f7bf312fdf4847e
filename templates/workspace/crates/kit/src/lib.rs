//! The pure half of the kit: aggregates, events, decisions, views; no I/O, no async, no clock of its own.
//!
//! A domain crate says *what* may happen: it implements [`Aggregate`] for its state and [`Create`], [`Decide`]
//! or [`Upsert`] for each command. A decision is a pure function of state, command and [`Context`]; whatever it
//! needs from outside (time, actor, rows, running numbers, randomness) comes through the context.
//! Nothing in here panics: arithmetic is checked, and what cannot be done is a value.
//!
//! Reading order: [`aggregate`], [`event`], [`refusal`], [`decision`], [`context`], [`check`], [`row`], [`view`],
//! [`query`], [`reference`], [`policy`], [`saga`], [`testing`]. The helpers that rules call are in [`num`], [`time`], [`text`] and [`list`].

pub mod aggregate;
pub mod check;
pub mod context;
pub mod decision;
#[cfg(test)]
mod decision_tests;
pub mod enums;
pub mod event;
pub mod fault;
pub mod id;
pub mod json;
pub mod newtype;
pub mod patch;
pub mod policy;
pub mod prelude;
pub mod query;
mod query_holds;
pub mod reference;
pub mod refusal;
pub mod row;
pub mod saga;
pub mod schedule;
pub mod secret;
pub mod settings;
pub mod testing;
pub mod view;

pub mod list;
pub mod num;
pub mod text;
pub mod time;

pub use aggregate::{Aggregate, Command, Create, Decide, Enrich, IfMissing, Unique, Upsert};
pub use check::{Check, Violation, Violations};
pub use context::{Actor, Context};
pub use decision::{Decided, Decision, Events, Halt, Ignore, Instead, Stop, ensure, ensure_else};
pub use event::{Event, Recorded};
pub use fault::{Fault, Folded, Need, known};
pub use id::Id;
pub use json::{Document, Json};
pub use policy::{Message, Policy};
pub use query::{Cond, Filter, Order, Page, Query};
pub use reference::{Every, Reference};
pub use refusal::{BuiltIn, Refusal};
pub use row::{Column, Kind, Row, Table};
pub use saga::Saga;
pub use view::{Fold, View};

// The macros name this crate by the name that every user of it has.
#[cfg(test)]
extern crate self as kit;

#[doc(hidden)]
pub mod __private {
    //! What the macros name, so that a domain crate need not depend on it under a certain name.
    pub use jiff;
    pub use rust_decimal;
    pub use serde;
    pub use serde_json;
    pub use uuid;
}
