// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! `Join` makes one member; it leads to `MemberJoined`.

use kit::prelude::*;

use super::{Member, MemberId, MemberJoined};
use crate::values::{Contact, Plan};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Join {
    pub name: String,
    pub contact: Contact,
    pub plan: Plan,
}

impl Command for Join {
    const NAME: &'static str = "lending.member.join";
}

impl Check for Join {
    fn check(&mut self, at: &mut Violations) {
        at.length("name", &self.name, 1..=80);
        at.field("contact", &mut self.contact);
    }
}

impl Create<Join> for Member {
    fn create(_: &MemberId, cmd: &Join, _: &Context) -> Decision<Self> {
        Ok(Events::one(MemberJoined {
            name: cmd.name.clone(),
            email: cmd.contact.email.clone(),
            plan: cmd.plan,
            phone: cmd.contact.phone.clone(),
        }))
    }
}
