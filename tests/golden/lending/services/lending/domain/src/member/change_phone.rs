// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! `ChangePhone` asks one member; it leads to `PhoneChanged`.

use kit::prelude::*;

use super::{Member, MemberRefusal as No, MemberStatus, PhoneChanged};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangePhone {
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub phone: Patch<String>,
}

impl Command for ChangePhone {
    const NAME: &'static str = "lending.member.change_phone";
}

impl Check for ChangePhone {
    fn check(&mut self, at: &mut Violations) {
        at.length("phone", &self.phone, 3..=30);
    }
}

impl Decide<ChangePhone> for Member {
    fn decide(&self, cmd: &ChangePhone, _: &Context) -> Decision<Self> {
        ensure(self.status == MemberStatus::Active, No::WrongStatus)?;
        Ok(Events::one(PhoneChanged { phone: cmd.phone.clone() }))
    }
}
