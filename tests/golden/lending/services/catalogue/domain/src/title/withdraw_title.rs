// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! `WithdrawTitle` asks one title; it leads to `TitleWithdrawn`.

use kit::prelude::*;

use super::{Title, TitleStatus, TitleWithdrawn};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawTitle {
    pub reason: String,
}

impl Command for WithdrawTitle {
    const NAME: &'static str = "catalogue.title.withdraw_title";
}

impl Check for WithdrawTitle {
    fn check(&mut self, at: &mut Violations) {
        at.length("reason", &self.reason, 1..=200);
    }
}

impl Decide<WithdrawTitle> for Title {
    fn decide(&self, cmd: &WithdrawTitle, _: &Context) -> Decision<Self> {
        ensure(self.status == TitleStatus::Listed, Ignore)?;
        Ok(Events::one(TitleWithdrawn { reason: cmd.reason.clone() }))
    }
}
