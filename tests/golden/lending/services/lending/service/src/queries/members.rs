// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! Query members.

use kit::prelude::*;
use lending_domain::member::MemberStatus;
use lending_domain::values::Plan;

use crate::views::MemberListRow;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Members {
    pub plan: Option<Plan>,
    pub status: Option<MemberStatus>,
}

impl Check for Members {
    fn check(&mut self, _: &mut Violations) {}
}

impl Query for Members {
    type Row = MemberListRow;
    const ORDER: &'static [Order] = &[Order::up("name")];

    fn filter(&self, _: &Context) -> Folded<Filter> {
        Ok(Filter::all()
            .equal_if("plan", self.plan.as_ref())
            .equal_if("status", self.status.as_ref()))
    }
}
