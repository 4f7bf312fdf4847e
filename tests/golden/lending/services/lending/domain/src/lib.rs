// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! The domain of lending: Members and their loans.
//!
//! Pure: no I/O, no async, no clock. Time, actor and rows come with the context of a decision.

pub mod member;
pub mod replicas;
pub mod settings;
pub mod values;

/// The zone of the calendar.
pub static ZONE: kit::time::Zone = kit::time::Zone::new("Europe/Zurich");
