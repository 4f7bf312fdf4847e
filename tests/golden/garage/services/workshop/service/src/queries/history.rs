// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! Query history.

use kit::prelude::*;

use crate::views::HistoryRow;

/// History.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {}

impl Check for History {
    fn check(&mut self, _: &mut Violations) {}
}

impl Query for History {
    type Row = HistoryRow;
    const ORDER: &'static [Order] = &[Order::down("at")];

    fn filter(&self, _: &Context) -> Folded<Filter> {
        Ok(Filter::all())
    }
}
