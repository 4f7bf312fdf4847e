// Rendered by minos from domain/workshop.toml; own code goes into extend.rs of the service.
//! Read model history.

use contracts::stock;
use kit::prelude::*;
use workshop_domain::job::JobEvent;

/// One row of history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryRow {
    pub position: String,
    pub stream: String,
    pub event: String,
    pub version: i64,
    pub at: Timestamp,
    pub line: String,
}

impl Row for HistoryRow {
    const TABLE: Table = Table {
        name: "history",
        version: 1,
        columns: &[
            Column::key("position", Kind::Text),
            Column::new("stream", Kind::Text),
            Column::new("event", Kind::Text),
            Column::new("version", Kind::Int),
            Column::new("at", Kind::Time),
            Column::new("line", Kind::Text),
        ],
    };
    type Key = String;

    fn key(&self) -> String {
        self.position.clone()
    }
}

/// History.
pub struct History;

impl View for History {
    type Row = HistoryRow;
}

impl Fold<stock::PartEvent> for History {
    fn keys(event: &Recorded<stock::PartEvent>) -> Folded<Vec<String>> {
        match &event.data {
            stock::PartEvent::PriceChanged(_) => Ok(vec![event.position()]),
            _ => Ok(Vec::new()),
        }
    }

    fn fold(
        position: &String,
        _: Option<HistoryRow>,
        event: &Recorded<stock::PartEvent>,
    ) -> Folded<Option<HistoryRow>> {
        Ok(Some(HistoryRow {
            position: position.clone(),
            stream: event.stream.to_string(),
            event: event.data.title().to_owned(),
            version: event.version,
            at: event.time,
            line: format!("{} at {}", event.data.title(), event.time),
        }))
    }
}

impl Fold<JobEvent> for History {
    fn keys(event: &Recorded<JobEvent>) -> Folded<Vec<String>> {
        Ok(vec![event.position()])
    }

    fn fold(
        position: &String,
        _: Option<HistoryRow>,
        event: &Recorded<JobEvent>,
    ) -> Folded<Option<HistoryRow>> {
        Ok(Some(HistoryRow {
            position: position.clone(),
            stream: event.stream.to_string(),
            event: event.data.title().to_owned(),
            version: event.version,
            at: event.time,
            line: format!("{} at {}", event.data.title(), event.time),
        }))
    }
}
