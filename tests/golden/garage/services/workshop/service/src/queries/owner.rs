// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! Query owner.

use kit::prelude::*;

use crate::views::OwnerSummaryRow;

/// Owner.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {}

impl Check for Owner {
    fn check(&mut self, _: &mut Violations) {}
}

impl Query for Owner {
    type Row = OwnerSummaryRow;

    fn filter(&self, _: &Context) -> Folded<Filter> {
        Ok(Filter::all())
    }
}
