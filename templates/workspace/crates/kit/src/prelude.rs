//! What the files of a domain crate use all the time.

pub use std::collections::{BTreeMap, BTreeSet};

pub use jiff::civil::Date;
pub use jiff::{SignedDuration, Timestamp};
pub use rust_decimal::Decimal;
pub use serde::{Deserialize, Serialize};
pub use uuid::Uuid;

pub use crate::aggregate::{Aggregate, Command, Create, Decide, IfMissing, Unique, Upsert};
pub use crate::check::{Check, Violations};
pub use crate::context::{Actor, Context};
pub use crate::decision::{Decision, Events, Ignore, Instead, ensure, ensure_else};
pub use crate::event::{Event, Recorded};
pub use crate::fault::{Fault, Folded, known};
pub use crate::id::Id;
pub use crate::json::{Document, Json};
pub use crate::list::Entities;
pub use crate::newtype::Newtype;
pub use crate::patch::Patch;
pub use crate::policy::{Message, Policy};
pub use crate::query::{Cond, Filter, Order, Page, Query, col, val};
pub use crate::reference::{Every, Reference};
pub use crate::row::{Column, Kind, Row, Table};
pub use crate::view::{Fold, View};
pub use crate::{list, num, text, time};
