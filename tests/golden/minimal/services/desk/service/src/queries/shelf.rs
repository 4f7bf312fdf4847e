// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! Query shelf.

use desk_domain::tool::ToolStatus;
use kit::prelude::*;

use crate::views::ShelfRow;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shelf {
    pub status: Option<ToolStatus>,
}

impl Check for Shelf {
    fn check(&mut self, _: &mut Violations) {}
}

impl Query for Shelf {
    type Row = ShelfRow;

    fn filter(&self, _: &Context) -> Folded<Filter> {
        Ok(Filter::all().equal_if("status", self.status.as_ref()))
    }
}
