// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! Read model shelf.

use desk_domain::tool::{ToolEvent, ToolId, ToolStatus};
use kit::prelude::*;

/// One row of shelf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShelfRow {
    pub tool_id: ToolId,
    pub name: String,
    pub status: ToolStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
}

impl Row for ShelfRow {
    const TABLE: Table = Table {
        name: "shelf",
        version: 2_754_958_175,
        columns: &[
            Column::key("tool_id", Kind::Uuid),
            Column::new("name", Kind::Text),
            Column::new("status", Kind::Text),
            Column::optional("due", Kind::Date),
        ],
    };
    type Key = ToolId;

    fn key(&self) -> ToolId {
        self.tool_id
    }
}

pub struct Shelf;

impl View for Shelf {
    type Row = ShelfRow;
}

impl Fold<ToolEvent> for Shelf {
    fn keys(event: &Recorded<ToolEvent>) -> Folded<Vec<ToolId>> {
        Ok(vec![event.stream])
    }

    fn fold(
        tool_id: &ToolId,
        mut row: Option<ShelfRow>,
        event: &Recorded<ToolEvent>,
    ) -> Folded<Option<ShelfRow>> {
        match &event.data {
            ToolEvent::ToolAdded(ev) => {
                if let Some(row) = &mut row {
                    row.name.clone_from(&ev.name);
                    row.status = event.status()?;
                } else {
                    row = Some(ShelfRow {
                        tool_id: *tool_id,
                        name: ev.name.clone(),
                        status: event.status()?,
                        due: None,
                    });
                }
            }
            ToolEvent::ToolLent(ev) => {
                if let Some(row) = &mut row {
                    row.status = event.status()?;
                    row.due = Some(ev.due);
                }
            }
            ToolEvent::ToolReturned(_) => {
                if let Some(row) = &mut row {
                    row.status = event.status()?;
                    row.due = None;
                }
            }
        }
        Ok(row)
    }
}
