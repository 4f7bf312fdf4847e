// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! Query load.

use kit::prelude::*;

use crate::views::DayLoadRow;

/// Load.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    pub first: Date,
    pub last: Date,
}

impl Check for Load {
    fn check(&mut self, _: &mut Violations) {}
}

impl Query for Load {
    type Row = DayLoadRow;

    fn filter(&self, _: &Context) -> Folded<Filter> {
        Ok(Filter::all().and(col("day").ge(val(self.first))).and(col("day").le(val(self.last))))
    }
}
