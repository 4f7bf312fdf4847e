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
    /// What sagas do, by name.
    pub sagas: BTreeMap<String, SagaExample>,
}

/// What a saga does when the example of its event starts it.
#[derive(Debug, Clone, PartialEq)]
pub struct SagaExample {
    /// Its conditions are left out, so that every step takes part.
    pub every_step: bool,
    /// The events that steps are answered with; other steps are answered without one.
    pub replies: Vec<SagaReply>,
    /// The commands that it sends when all goes well, by context and name.
    pub whole: Vec<(String, String)>,
    /// For each step that takes part what it sends when that step fails.
    pub failing: Vec<(String, Vec<(String, String)>)>,
}

/// An event that a step is answered with.
#[derive(Debug, Clone, PartialEq)]
pub struct SagaReply {
    /// The step.
    pub step: String,
    /// The event, by its name on the wire.
    pub event: String,
    /// Its name.
    pub name: String,
    /// Its id and its fields.
    pub fields: Example,
}
