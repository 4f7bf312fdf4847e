//! One conversation: everything that one request from outside caused, in all contexts.

use jiff::Timestamp;
use serde_json::Value;

use super::data::{Ids, readable};
use super::html::{Cell, Html, Tone, short};
use super::look::{Happened, SAGA_HEADS, Sent, happened, saga, stream};
use super::overview::refreshing;
use super::routes::Page;
use crate::store::{MessageKind, SagaFilter, StoreError};

const MOST: u32 = 500;

/// The page.
pub(super) async fn conversation(
    page: &Page,
    id: &str,
    refresh: Option<u8>,
) -> Result<String, StoreError> {
    let (mut rows, mut sagas) = (Vec::new(), Vec::new());
    for place in &*page.places {
        let (context, store) = (place.service.name(), place.service.store());
        let found = store.conversation(id.to_owned(), MOST).await?;
        rows.extend(found.events.into_iter().map(|it| event(happened(context, it))));
        let sent = |message| sent(&Sent { context: context.to_owned(), message });
        rows.extend(found.messages.into_iter().map(sent));
        let correlation_id = Some(id.to_owned());
        let filter = SagaFilter { correlation_id, limit: MOST, ..SagaFilter::default() };
        sagas.extend(store.list_sagas(filter).await?.iter().map(saga));
    }
    rows.sort_by_key(|(time, _)| *time);
    let rows: Vec<Vec<Cell>> = rows.into_iter().map(|(_, row)| row).collect();
    let mut html = Html::default();
    html.raw("<header><h1><a href=\"/_dev\">").text(&page.system).raw("</a></h1>");
    html.raw("<span class=\"code\">conversation ").text(id).raw("</span>");
    refreshing(&mut html, refresh);
    html.raw("</header>\n<div class=\"whole\">\n");
    let heads = ["time", "context", "what", "name", "about", "status", "to", "data"];
    let nothing = "Nothing belongs to it: nothing has happened, or another id was meant.";
    html.section(("conversation", "What happened"), &heads, &rows, nothing);
    html.section(("sagas", "Sagas"), &SAGA_HEADS, &sagas, "No saga belongs to it.");
    html.raw("</div>\n");
    Ok(html.page(&format!("{} conversation {id}", page.system), refresh))
}

fn event(it: Happened) -> (Timestamp, Vec<Cell>) {
    let record = it.record;
    let status = record.meta.get("status").and_then(|status| status.as_str());
    let row = vec![
        Cell::Time(record.recorded_at),
        Cell::Text(it.context.clone()),
        Cell::State(Tone::Good, "event".to_owned()),
        Cell::Code(record.event_type.clone()),
        stream(&it.context, &record.stream),
        status.map_or(Cell::Empty, |status| Cell::Text(status.to_owned())),
        Cell::Empty,
        Cell::Data(readable(&record.data, Ids::Whole)),
    ];
    (record.recorded_at, row)
}

fn sent(it: &Sent) -> (Timestamp, Vec<Cell>) {
    let message = &it.message.message;
    let (tone, status, to) = if it.is_parked() {
        (Tone::Bad, Cell::Text(it.header("reason").to_owned()), Cell::Empty)
    } else {
        (Tone::Quiet, Cell::Empty, Cell::Text(message.topic.clone()))
    };
    let row = vec![
        Cell::Time(it.message.recorded_at),
        Cell::Text(it.context.clone()),
        Cell::State(tone, it.kind().to_owned()),
        Cell::Code(name_of(it)),
        Cell::Code(short(&message.key)),
        status,
        to,
        Cell::Data(readable(&message.payload, Ids::Whole)),
    ];
    (it.message.recorded_at, row)
}

/// The message, and for the reply to a saga the step that it is about.
fn name_of(it: &Sent) -> String {
    let message = &it.message.message;
    let request = message.payload.get("request");
    let part = |name: &str| request.and_then(|request| request.get(name));
    let step = part("step").and_then(Value::as_str);
    let undo = if part("undo") == Some(&Value::Bool(true)) { "undo " } else { "" };
    match step.filter(|_| message.kind == MessageKind::Reply) {
        Some(step) => format!("{} {undo}{step}", message.message_type),
        None => message.message_type.clone(),
    }
}
