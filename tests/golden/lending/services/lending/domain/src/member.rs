// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! One member: its state, and how each event changes it.

mod borrow;
mod change_phone;
mod event;
mod join;
mod leave;
mod pay_fines;
mod recall;
mod refusal;
mod r#return;
#[cfg(test)]
mod tests;

use contracts::catalogue::Isbn;
use kit::prelude::*;

use crate::values::{Email, Plan};

pub use borrow::Borrow;
pub use change_phone::ChangePhone;
pub use event::{
    Borrowed, Fined, FinesPaid, LimitReached, LoanRefused, MemberEvent, MemberJoined, MemberLeft,
    PhoneChanged, Recalled, Returned,
};
pub use join::Join;
pub use leave::Leave;
pub use pay_fines::PayFines;
pub use recall::Recall;
pub use refusal::MemberRefusal;
pub use r#return::Return;

kit::id!(MemberId, "Names one member.");

kit::enums! {
    /// Where one member is in its life.
    pub enum MemberStatus {
        Active = "active",
        Left = "left",
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loan {
    pub isbn: Isbn,
    pub due: Date,
}

impl list::Keyed for Loan {
    type Key = Isbn;

    fn key(&self) -> Isbn {
        self.isbn.clone()
    }
}

/// Somebody who may borrow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Member {
    pub member_id: MemberId,
    pub status: MemberStatus,
    pub name: String,
    pub email: Email,
    pub plan: Plan,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(with = "list::entities")]
    pub loans: Entities<Loan>,
    pub fines: Decimal,
}

impl Member {
    #[must_use]
    pub fn full(&self) -> bool {
        num::count(self.loans.len()) >= self.plan.loans()
    }
}

impl Aggregate for Member {
    const NAME: &'static str = "member";
    const ZONE: &'static time::Zone = &crate::ZONE;
    type Id = MemberId;
    type Event = MemberEvent;
    type Refusal = MemberRefusal;

    fn begin(member_id: MemberId, event: &MemberEvent) -> Folded<Self> {
        match event {
            MemberEvent::MemberJoined(ev) => Ok(Self {
                member_id,
                status: MemberStatus::Active,
                name: ev.name.clone(),
                email: ev.email.clone(),
                plan: ev.plan,
                phone: ev.phone.clone(),
                loans: Entities::<Loan>::new(),
                fines: num::decimal(0, 2),
            }),
            _ => Err(Fault::NoBeginning),
        }
    }

    fn apply(&mut self, event: &MemberEvent) -> Folded {
        match event {
            MemberEvent::MemberJoined(_)
            | MemberEvent::LimitReached(_)
            | MemberEvent::LoanRefused(_) => {}
            MemberEvent::Borrowed(ev) => {
                list::put(&mut self.loans, Loan { isbn: ev.isbn.clone(), due: ev.due });
            }
            MemberEvent::Fined(ev) => self.fines = num::add(self.fines, ev.amount)?,
            MemberEvent::FinesPaid(ev) => self.fines = num::sub(self.fines, ev.amount)?,
            MemberEvent::MemberLeft(_) => self.status = MemberStatus::Left,
            MemberEvent::PhoneChanged(ev) => ev.phone.apply(&mut self.phone),
            MemberEvent::Recalled(ev) => {
                for item in self.loans.values_mut() {
                    if item.isbn == ev.isbn {
                        item.due = ev.due;
                    }
                }
            }
            MemberEvent::Returned(ev) => {
                self.loans.remove(&ev.isbn);
            }
        }
        Ok(())
    }

    fn status(&self) -> Option<&'static str> {
        Some(self.status.as_str())
    }

    fn bounds(&self, at: &mut Violations) {
        at.length("name", &self.name, 1..=80);
        at.length("phone", &self.phone, 3..=30);
        at.range("fines", &self.fines, num::decimal(0, 0)..);
    }

    fn unique(&self) -> Folded<Vec<Unique<MemberRefusal>>> {
        let mut held = Vec::new();
        if self.status == MemberStatus::Active {
            held.push(Unique::new("member_email", &[&self.email], MemberRefusal::EmailTaken));
        }
        Ok(held)
    }

    fn document(&self) -> Folded<Json> {
        Ok(Document::of(self)?.with("full", self.full())?.json())
    }
}
