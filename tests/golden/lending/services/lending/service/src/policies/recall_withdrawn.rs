// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! Policy recall withdrawn.

use contracts::catalogue;
use kit::prelude::*;
use lending_domain::member::Recall;

use crate::views::MemberListRow;

pub struct RecallWithdrawn;

impl Policy<catalogue::TitleEvent> for RecallWithdrawn {
    const NAME: &'static str = "recall_withdrawn";

    fn on(event: &Recorded<catalogue::TitleEvent>, cx: &Context) -> Folded<Vec<Message>> {
        let catalogue::TitleEvent::TitleWithdrawn(ev) = &event.data else { return Ok(Vec::new()) };
        let mut messages = Vec::new();
        for row in cx.rows::<MemberListRow>(Cond::Const(true))? {
            if row.isbns.contains(&event.stream) {
                let recall = Recall { isbn: event.stream.clone(), reason: ev.reason.clone() };
                messages.push(Message::to(&row.member_id, &recall)?.for_row(row.member_id));
            }
        }
        Ok(messages)
    }
}
