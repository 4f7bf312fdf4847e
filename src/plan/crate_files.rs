//! Adding the files of one crate to a plan.

use serde::Serialize;

use super::{Content, Plan, PlanError, PlannedFile};

/// Adds files below one crate.
pub(super) struct CrateFiles<'p> {
    plan: &'p mut Plan,
    root: String,
    /// The unit that files belong to.
    pub(super) unit: String,
    /// Whether a file names the published language.
    pub(super) contracts: bool,
}

impl<'p> CrateFiles<'p> {
    /// Of the crate in the folder `root`.
    pub(super) fn new(plan: &'p mut Plan, root: impl Into<String>, unit: &str) -> Self {
        Self { plan, root: root.into(), unit: unit.to_owned(), contracts: false }
    }

    /// A file that minos owns.
    pub(super) fn owned(
        &mut self,
        path: &str,
        id: &'static str,
        view: serde_json::Value,
    ) -> Result<(), PlanError> {
        self.contracts |= names_contracts(&view);
        let file = PlannedFile::owned(self.unit.clone(), Content::Template { id, view });
        self.plan.add(&format!("{}/{path}", self.root), file)
    }

    /// A file that becomes the user's; generated code does not compile without it.
    pub(super) fn seed(
        &mut self,
        path: &str,
        id: &'static str,
        view: serde_json::Value,
    ) -> Result<(), PlanError> {
        self.contracts |= names_contracts(&view);
        let file = PlannedFile::seed(self.unit.clone(), Content::Template { id, view }).needed();
        self.plan.add(&format!("{}/{path}", self.root), file)
    }

    /// A seed that is the same everywhere.
    pub(super) fn seed_verbatim(&mut self, path: &str, id: &'static str) -> Result<(), PlanError> {
        let file = PlannedFile::seed(self.unit.clone(), Content::Verbatim(id)).needed();
        self.plan.add(&format!("{}/{path}", self.root), file)
    }
}

/// Whether a text of a view names the published language.
fn names_contracts(view: &serde_json::Value) -> bool {
    use serde_json::Value;

    match view {
        Value::String(text) => text.contains("contracts::"),
        Value::Array(items) => items.iter().any(names_contracts),
        Value::Object(fields) => fields.values().any(names_contracts),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A view as plain data; views hold nothing that has no JSON form.
pub(super) fn to_view<T: Serialize>(file: &T) -> serde_json::Value {
    serde_json::to_value(file).unwrap_or_default()
}
