//! The parser: one file per notation over one cursor, expressions by binding power.
//!
//! Each entry reads the whole text of one TOML string. It gives a tree, or `None` and exactly one
//! report in the sink. Every text is answered; none can exhaust the stack.

mod action;
mod change;
mod each;
mod entry;
mod expr;
mod fields;
mod habits;
mod message;
mod parser;
mod primary;
mod rule;
mod types;

#[cfg(test)]
mod tests;

pub use entry::{
    action, case, change, duration, each, event_pattern, expr, field, first_name, id_decl,
    member_decl, message, name, name_list, order, part, path, refusal, rule, statuses, timeout,
    trigger, type_expr, typed, unique,
};
