// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! `Recall` asks one member; it leads to `Recalled`.

use contracts::catalogue::Isbn;
use kit::prelude::*;

use super::{Member, Recalled};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recall {
    pub isbn: Isbn,
    pub reason: String,
}

impl Command for Recall {
    const NAME: &'static str = "lending.member.recall";
}

impl Check for Recall {
    fn check(&mut self, at: &mut Violations) {
        at.field("isbn", &mut self.isbn);
        at.length("reason", &self.reason, 1..=200);
    }
}

impl Decide<Recall> for Member {
    fn decide(&self, cmd: &Recall, cx: &Context) -> Decision<Self> {
        ensure(self.loans.contains_key(&cmd.isbn), Ignore)?;
        Ok(Events::one(Recalled {
            isbn: cmd.isbn.clone(),
            reason: cmd.reason.clone(),
            due: time::date_plus(cx.today(), time::days(7))?,
        }))
    }
}
