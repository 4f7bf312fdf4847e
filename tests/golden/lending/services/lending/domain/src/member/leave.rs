// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! `Leave` asks one member; it leads to `MemberLeft`.

use kit::prelude::*;

use super::{Member, MemberLeft, MemberRefusal as No, MemberStatus};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leave {}

impl Command for Leave {
    const NAME: &'static str = "lending.member.leave";
}

impl Check for Leave {
    fn check(&mut self, _: &mut Violations) {}
}

impl Decide<Leave> for Member {
    fn decide(&self, _: &Leave, _: &Context) -> Decision<Self> {
        ensure(self.status == MemberStatus::Active, No::WrongStatus)?;
        ensure(self.loans.is_empty(), No::LoansOpen)?;
        Ok(Events::one(MemberLeft {}))
    }
}
