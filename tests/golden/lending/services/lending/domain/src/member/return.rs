// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! `Return` asks one member; it leads to `Fined` or `Returned`.

use contracts::catalogue::Isbn;
use kit::prelude::*;

use super::{Fined, Member, Returned};
use crate::settings::Settings;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Return {
    pub isbn: Isbn,
}

impl Command for Return {
    const NAME: &'static str = "lending.member.return";
}

impl Check for Return {
    fn check(&mut self, at: &mut Violations) {
        at.field("isbn", &mut self.isbn);
    }
}

impl Decide<Return> for Member {
    fn decide(&self, cmd: &Return, cx: &Context) -> Decision<Self> {
        let late =
            self.loans.get(&cmd.isbn).map_or(0, |l| time::days_between(cx.today(), l.due).max(0));
        ensure(self.loans.contains_key(&cmd.isbn), Ignore)?;
        let mut events = Events::none();
        events.push(Returned { isbn: cmd.isbn.clone() });
        if late > 0 {
            events.push(Fined {
                isbn: cmd.isbn.clone(),
                amount: num::mul(Settings::get().fine_per_day, num::from_int(late))?,
            });
        }
        Ok(events)
    }
}
