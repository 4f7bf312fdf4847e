// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! Read model member list.

use contracts::catalogue::Isbn;
use kit::prelude::*;
use lending_domain::member::{MemberEvent, MemberId, MemberStatus};
use lending_domain::values::{Email, Plan};

/// One row of member list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemberListRow {
    pub member_id: MemberId,
    pub name: String,
    pub email: Email,
    pub plan: Plan,
    pub status: MemberStatus,
    #[serde(default)]
    pub isbns: BTreeSet<Isbn>,
    pub fines: Decimal,
}

impl Row for MemberListRow {
    const TABLE: Table = Table {
        name: "member_list",
        version: 2_631_744_785,
        columns: &[
            Column::key("member_id", Kind::Uuid),
            Column::new("name", Kind::Text),
            Column::new("email", Kind::Text),
            Column::new("plan", Kind::Text),
            Column::new("status", Kind::Text),
            Column::new("isbns", Kind::Json),
            Column::new("fines", Kind::Decimal(2)),
        ],
    };
    type Key = MemberId;

    fn key(&self) -> MemberId {
        self.member_id
    }
}

pub struct MemberList;

impl View for MemberList {
    type Row = MemberListRow;
}

impl Fold<MemberEvent> for MemberList {
    fn keys(event: &Recorded<MemberEvent>) -> Folded<Vec<MemberId>> {
        Ok(vec![event.stream])
    }

    fn fold(
        member_id: &MemberId,
        mut row: Option<MemberListRow>,
        event: &Recorded<MemberEvent>,
    ) -> Folded<Option<MemberListRow>> {
        match &event.data {
            MemberEvent::MemberJoined(ev) => {
                if let Some(row) = &mut row {
                    row.name.clone_from(&ev.name);
                    row.email.clone_from(&ev.email);
                    row.plan = ev.plan;
                    row.status = event.status()?;
                } else {
                    row = Some(MemberListRow {
                        member_id: *member_id,
                        name: ev.name.clone(),
                        email: ev.email.clone(),
                        plan: ev.plan,
                        status: event.status()?,
                        isbns: BTreeSet::new(),
                        fines: num::decimal(0, 2),
                    });
                }
            }
            MemberEvent::Borrowed(ev) => {
                if let Some(row) = &mut row {
                    row.status = event.status()?;
                    row.isbns.insert(ev.isbn.clone());
                }
            }
            MemberEvent::Fined(ev) => {
                if let Some(row) = &mut row {
                    row.status = event.status()?;
                    row.fines = num::add(row.fines, ev.amount)?;
                }
            }
            MemberEvent::FinesPaid(ev) => {
                if let Some(row) = &mut row {
                    row.status = event.status()?;
                    row.fines = num::sub(row.fines, ev.amount)?;
                }
            }
            MemberEvent::LimitReached(_)
            | MemberEvent::LoanRefused(_)
            | MemberEvent::MemberLeft(_)
            | MemberEvent::PhoneChanged(_)
            | MemberEvent::Recalled(_) => {
                if let Some(row) = &mut row {
                    row.status = event.status()?;
                }
            }
            MemberEvent::Returned(ev) => {
                if let Some(row) = &mut row {
                    row.status = event.status()?;
                    row.isbns.retain(|item| *item != ev.isbn);
                }
            }
        }
        Ok(row)
    }
}
