//! One stream: the life of one aggregate.

use super::data::{Ids, readable};
use super::html::{Cell, Html};
use super::look::{actor_of, by_name, conversation, correlation_of};
use super::overview::refreshing;
use super::routes::Page;
use crate::store::{Load, StoreError, StreamKey};

/// The page; none when there is no such context.
pub(super) async fn stream(
    page: &Page,
    (context, kind, id): (&str, &str, &str),
    refresh: Option<u8>,
) -> Result<Option<String>, StoreError> {
    let Some(service) = by_name(&page.places).get(context).copied() else { return Ok(None) };
    let loaded = service.store().load(Load::stream(StreamKey::new(kind, id))).await?;
    let rows: Vec<Vec<Cell>> = loaded
        .events
        .iter()
        .map(|record| {
            let status = record.meta.get("status").and_then(|status| status.as_str());
            vec![
                Cell::Number(record.version),
                Cell::Time(record.recorded_at),
                Cell::Code(record.event_type.clone()),
                status.map_or(Cell::Empty, |status| Cell::Text(status.to_owned())),
                actor_of(record),
                conversation(correlation_of(record)),
                Cell::Data(readable(&record.data, Ids::Whole)),
            ]
        })
        .collect();
    let mut html = Html::default();
    html.raw("<header><h1><a href=\"/_dev\">").text(&page.system).raw("</a></h1>");
    html.raw("<span class=\"code\">").text(format_args!("{context} {kind} {id}")).raw("</span>");
    refreshing(&mut html, refresh);
    html.raw("</header>\n<div class=\"whole\">\n");
    let heads = ["version", "time", "event", "status", "by", "conversation", "data"];
    html.section(("events", "Events"), &heads, &rows, "There is no such stream.");
    html.raw("</div>\n");
    Ok(Some(html.page(&format!("{kind} {id}"), refresh)))
}
