// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! Policy correct quotes.

use contracts::stock;
use kit::prelude::*;
use workshop_domain::job::AdjustQuote;
use workshop_domain::replicas::PartPriceRow;

use crate::views::JobListRow;

/// Correct quotes.
pub struct CorrectQuotes;

impl Policy<stock::PartEvent> for CorrectQuotes {
    const NAME: &'static str = "correct_quotes";

    fn on(event: &Recorded<stock::PartEvent>, cx: &Context) -> Folded<Vec<Message>> {
        let stock::PartEvent::PriceChanged(ev) = &event.data else { return Ok(Vec::new()) };
        let mut messages = Vec::new();
        let Some(before) = cx.row::<PartPriceRow>(&event.stream)? else { return Ok(messages) };
        for row in cx.rows::<JobListRow>(Cond::Const(true))? {
            if row.part_nos.contains(&event.stream) {
                let adjust_quote = AdjustQuote {
                    part_no: event.stream.clone(),
                    difference: num::sub(ev.price, before.price)?,
                };
                messages.push(Message::to(&row.job_id, &adjust_quote)?.for_row(row.job_id));
            }
        }
        Ok(messages)
    }
}
