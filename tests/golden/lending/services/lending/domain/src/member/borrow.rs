// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! `Borrow` asks one member; it leads to `Borrowed`, `LimitReached` or `LoanRefused`.

use contracts::catalogue::Isbn;
use kit::prelude::*;

use super::{Borrowed, LimitReached, LoanRefused, Member, MemberRefusal as No, MemberStatus};
use crate::replicas::TitleInfoRow;
use crate::settings::Settings;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Borrow {
    pub isbn: Isbn,
}

impl Command for Borrow {
    const NAME: &'static str = "lending.member.borrow";
}

impl Check for Borrow {
    fn check(&mut self, at: &mut Violations) {
        at.field("isbn", &mut self.isbn);
    }
}

impl Decide<Borrow> for Member {
    fn decide(&self, cmd: &Borrow, cx: &Context) -> Decision<Self> {
        ensure(self.status == MemberStatus::Active, No::WrongStatus)?;
        let title = cx.row::<TitleInfoRow>(&cmd.isbn)?;
        ensure(title.is_some(), No::NotInStock)?;
        ensure(!self.loans.contains_key(&cmd.isbn), Ignore)?;
        ensure_else(self.fines < num::decimal(10, 0), || {
            Instead(LoanRefused { isbn: cmd.isbn.clone(), reason: "unpaid fines".to_owned() })
        })?;
        let mut events = Events::none();
        events.push(Borrowed {
            isbn: cmd.isbn.clone(),
            title: known(title.as_ref())?.name.clone(),
            due: time::date_plus(cx.today(), time::days(Settings::get().loan_days))?,
        });
        let after = events.after(self)?;
        if after.full() {
            events.push(LimitReached { isbn: cmd.isbn.clone() });
        }
        let after = events.after(self)?;
        ensure_else(num::count(after.loans.len()) <= self.plan.loans(), || No::TooManyLoans {
            loans: self.plan.loans(),
        })?;
        Ok(events)
    }
}
