//! The first page: all contexts at a glance.

use std::collections::BTreeMap;

use super::data::{Ids, readable};
use super::html::{Cell, Html, Tone};
use super::look::{SAGA_HEADS, Sent, conversation, correlation_of, latest, parked, saga, stream};
use super::routes::Page;
use crate::figures::Place;
use crate::health::Condition;
use crate::policy::for_whom;
use crate::store::{SagaFilter, StoreError};

const MOST_EVENTS: u32 = 40;
const MOST: u32 = 25;

/// The page.
pub(super) async fn overview(page: &Page, refresh: Option<u8>) -> Result<String, StoreError> {
    let places = &page.places;
    let (seeds, parked): (Vec<Sent>, Vec<Sent>) =
        parked(places, MOST).await?.into_iter().partition(Sent::is_of_seed);
    let parts = page.health.look().await;
    let mut html = Html::default();
    head(&mut html, &page.system, refresh);
    troubles(&mut html, &parts);
    if !parked.is_empty() {
        put_aside(&mut html, ("parked", "Parked messages"), &parked);
    }
    if !seeds.is_empty() {
        put_aside(&mut html, ("seeds", "Seeds refused"), &seeds);
    }
    html.section(
        ("events", "Latest events"),
        &["time", "context", "event", "stream", "version", "conversation", "data"],
        &events(places).await?,
        "Nothing has happened yet.",
    );
    html.section(("sagas", "Sagas"), &SAGA_HEADS, &sagas(places).await?, "No saga has started.");
    let heads = ["kind", "context", "name", "behind", "stands", "follows"];
    let consumers = consumers(places, &parts).await;
    html.section(("views", "Views and reactions"), &heads, &consumers, "Nothing follows the logs.");
    let heads = ["context", "aggregate", "streams", "events"];
    html.section(("contexts", "Contexts"), &heads, &contexts(places).await?, "There is none.");
    let heads = ["changed", "context", "stream", "version", "state"];
    html.section(("streams", "Streams"), &heads, &streams(places).await?, "There is none yet.");
    if parked.is_empty() {
        put_aside(&mut html, ("parked", "Parked messages"), &[]);
    }
    if seeds.is_empty() {
        put_aside(&mut html, ("seeds", "Seeds refused"), &[]);
    }
    Ok(html.page(&page.system, refresh))
}

fn head(html: &mut Html, system: &str, refresh: Option<u8>) {
    html.raw("<header><h1>").text(system).raw("</h1><nav>");
    for (link, name) in [
        ("#events", "events"),
        ("#sagas", "sagas"),
        ("#views", "views"),
        ("#contexts", "contexts"),
        ("#streams", "streams"),
        ("#parked", "parked"),
        ("#seeds", "seeds"),
    ] {
        html.raw("<a href=\"").raw(link).raw("\">").raw(name).raw("</a>");
    }
    html.raw("</nav>");
    refreshing(html, refresh);
    html.raw("</header>\n");
}

/// Says whether the page asks for itself again, and lets that be changed.
pub(super) fn refreshing(html: &mut Html, refresh: Option<u8>) {
    html.raw("<span class=\"aside\">");
    match refresh {
        Some(seconds) => html
            .raw("again every ")
            .text(seconds)
            .raw(" s, times in UTC · <a href=\"?refresh=off\">hold</a>"),
        None => html.raw("held, times in UTC · <a href=\"?\">go on</a>"),
    };
    html.raw("</span>");
}

/// What does not do all its work.
fn troubles(html: &mut Html, parts: &BTreeMap<String, Condition>) {
    let of = |(part, condition)| match condition {
        &Condition::Ok => None,
        Condition::Degraded { detail } | Condition::Down { detail } => Some((part, detail)),
    };
    let mut found = parts.iter().filter_map(of).peekable();
    if found.peek().is_none() {
        return;
    }
    html.raw("<ul class=\"trouble\">\n");
    for (part, detail) in found {
        html.raw("<li><b>").text(part).raw("</b> ").text(detail).raw("</li>\n");
    }
    html.raw("</ul>\n");
}

async fn events(places: &[Place]) -> Result<Vec<Vec<Cell>>, StoreError> {
    let events = latest(places, MOST_EVENTS).await?;
    let row = |it: super::look::Happened| {
        let record = it.record;
        vec![
            Cell::Time(record.recorded_at),
            Cell::Text(it.context.clone()),
            Cell::Code(record.event_type.clone()),
            stream(&it.context, &record.stream),
            Cell::Number(record.version),
            conversation(correlation_of(&record)),
            Cell::Data(readable(&record.data, Ids::Short)),
        ]
    };
    Ok(events.into_iter().map(row).collect())
}

async fn sagas(places: &[Place]) -> Result<Vec<Vec<Cell>>, StoreError> {
    let mut rows = Vec::new();
    for place in places {
        let filter = SagaFilter { limit: MOST, ..SagaFilter::default() };
        rows.extend(place.service.store().list_sagas(filter).await?);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.updated_at));
    Ok(rows.iter().take(MOST as usize).map(saga).collect())
}

async fn consumers(places: &[Place], parts: &BTreeMap<String, Condition>) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for place in places {
        let context = place.service.name();
        for consumer in &place.consumers {
            let lag = match consumer.lag(&place.service).await {
                Some(lag) if lag.more => Cell::State(Tone::Busy, format!("{} or more", lag.events)),
                Some(lag) if lag.events == 0 => Cell::Number(0),
                Some(lag) => Cell::State(Tone::Busy, lag.events.to_string()),
                None => Cell::State(Tone::Bad, "unknown".to_owned()),
            };
            let stands = match parts.get(&format!("{context} {}", consumer.reader)) {
                Some(Condition::Ok) => Cell::State(Tone::Good, "runs".to_owned()),
                Some(_) => Cell::State(Tone::Bad, "has trouble".to_owned()),
                None => Cell::State(Tone::Quiet, "has not run".to_owned()),
            };
            let follows = consumer.streams.iter().copied().collect::<Vec<_>>().join(", ");
            rows.push(vec![
                Cell::Text(consumer.kind.to_owned()),
                Cell::Text(context.to_owned()),
                Cell::Code(consumer.name.clone()),
                lag,
                stands,
                Cell::Code(follows),
            ]);
        }
    }
    rows
}

async fn contexts(places: &[Place]) -> Result<Vec<Vec<Cell>>, StoreError> {
    let mut rows = Vec::new();
    for place in places {
        let context = Cell::Text(place.service.name().to_owned());
        let counts = place.service.store().count_streams().await?;
        if counts.is_empty() {
            rows.push(vec![context.clone(), Cell::Empty, Cell::Number(0), Cell::Number(0)]);
        }
        rows.extend(counts.into_iter().map(|it| {
            let (streams, events) = (Cell::Number(it.streams), Cell::Number(it.events));
            vec![context.clone(), Cell::Code(it.kind), streams, events]
        }));
    }
    Ok(rows)
}

async fn streams(places: &[Place]) -> Result<Vec<Vec<Cell>>, StoreError> {
    let mut found = Vec::new();
    for place in places {
        let streams = place.service.store().list_streams(MOST).await?;
        found.extend(streams.into_iter().map(|it| (place.service.name(), it)));
    }
    found.sort_by_key(|(_, row)| std::cmp::Reverse(row.updated_at));
    let row = |(context, row): (&str, crate::store::StreamRow)| {
        vec![
            Cell::Time(row.updated_at),
            Cell::Text(context.to_owned()),
            stream(context, &row.stream),
            Cell::Number(row.version),
            Cell::Text(row.state.as_str().to_owned()),
        ]
    };
    Ok(found.into_iter().take(MOST as usize).map(row).collect())
}

fn put_aside(html: &mut Html, title: (&'static str, &'static str), letters: &[Sent]) {
    let row = |it: &Sent| {
        let message = &it.message.message;
        vec![
            Cell::Time(it.message.recorded_at),
            Cell::Text(it.context.clone()),
            Cell::Code(message.message_type.clone()),
            Cell::Code(for_whom(message).to_owned()),
            Cell::State(Tone::Bad, it.header("reason").to_owned()),
            conversation(it.correlation_id()),
            Cell::Data(readable(&message.payload, Ids::Short)),
        ]
    };
    let rows: Vec<_> = letters.iter().map(row).collect();
    let heads = ["time", "context", "message", "for", "reason", "conversation", "data"];
    html.section(title, &heads, &rows, "None.");
}
