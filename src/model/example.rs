//! Example messages: what tests send and store when a scenario says nothing else.

use std::collections::BTreeMap;

use crate::lang::ir::Ir;

/// Every field of a record in its order, as constants.
pub type Example = Vec<(String, Ir)>;

/// The examples of a context (`language.md` 7.16). A message is missing when a type refuses every
/// value that is known.
#[derive(Debug, Clone, Default)]
pub struct Examples {
    /// The id of one stream, by aggregate.
    pub ids: BTreeMap<String, Ir>,
    /// By event.
    pub events: BTreeMap<String, Example>,
    /// By command; the id is not among the fields.
    pub commands: BTreeMap<String, Example>,
    /// Rows by replica or view.
    pub rows: BTreeMap<String, Example>,
}
