// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! Query member card.

use kit::prelude::*;

use crate::views::MemberListRow;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberCard {}

impl Check for MemberCard {
    fn check(&mut self, _: &mut Violations) {}
}

impl Query for MemberCard {
    type Row = MemberListRow;

    fn filter(&self, _: &Context) -> Folded<Filter> {
        Ok(Filter::all())
    }
}
