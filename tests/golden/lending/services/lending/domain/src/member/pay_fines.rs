// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! `PayFines` asks one member; it leads to `FinesPaid`.

use kit::prelude::*;

use super::{FinesPaid, Member};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayFines {}

impl Command for PayFines {
    const NAME: &'static str = "lending.member.pay_fines";
}

impl Check for PayFines {
    fn check(&mut self, _: &mut Violations) {}
}

impl Decide<PayFines> for Member {
    fn decide(&self, _: &PayFines, _: &Context) -> Decision<Self> {
        ensure(self.fines > num::decimal(0, 0), Ignore)?;
        Ok(Events::one(FinesPaid { amount: self.fines }))
    }
}
