//! Schedules: commands at a time of the clock.

use super::{Each, Notes};
use crate::lang::ir::{Ir, MessageIr};
use crate::source::Span;

/// When a schedule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ticks {
    /// Whenever this many microseconds have passed, counted from 1970.
    Every(i64),
    /// Every day at this hour and minute.
    Daily(u8, u8),
    /// On this day of the week, from Monday = 0, at this hour and minute.
    Weekly(u8, u8, u8),
    /// On this day of the month, or its last, at this hour and minute.
    Monthly(u8, u8, u8),
}

/// A schedule.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// `PascalCase`.
    pub name: String,
    /// Meaning and reserved keys.
    pub notes: Notes,
    /// When.
    pub ticks: Ticks,
    /// The IANA zone of its times.
    pub time_zone: String,
    /// Only then.
    pub cond: Option<Ir>,
    /// Once per row or element.
    pub each: Option<Each>,
    /// Commands, each a message of its own; the target's id comes first.
    pub send: Vec<MessageIr>,
    /// Where it is declared.
    pub span: Span,
}
