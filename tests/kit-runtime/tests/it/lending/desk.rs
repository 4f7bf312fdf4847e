//! The desk: its read models, queries, routes.

use axum::Router;
use axum::routing::{get, post};
use kit::prelude::*;
use kit_runtime::http::{command, create, one, query, read};
use kit_runtime::service::{Builder, Service};
use kit_runtime::views::follow;

use super::contracts::{self, ToolFact};
use super::tool::{
    AddTool, DropTool, LendTool, ReturnTool, ScrapTool, Tool, ToolEvent, ToolId, ToolStatus,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShelfRow {
    pub tool_id: ToolId,
    pub name: String,
    pub status: ToolStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub borrower: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Decimal>,
}

impl Row for ShelfRow {
    const TABLE: Table = Table {
        name: "shelf",
        version: 1,
        columns: &[
            Column::key("tool_id", Kind::Uuid),
            Column::new("name", Kind::Text),
            Column::new("status", Kind::Text),
            Column::optional("borrower", Kind::Text),
            Column::optional("price", Kind::Decimal(2)),
        ],
    };
    type Key = ToolId;

    fn key(&self) -> ToolId {
        self.tool_id
    }
}

/// One row per tool; the row goes with the tool.
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
        row: Option<ShelfRow>,
        event: &Recorded<ToolEvent>,
    ) -> Folded<Option<ShelfRow>> {
        let status = event.status()?;
        Ok(match (&event.data, row) {
            (ToolEvent::ToolAdded(ev), _) if ev.name == "poison" => {
                return Err(Fault::data("poison"));
            }
            (ToolEvent::ToolAdded(ev), _) => {
                // A file has no room for this number.
                let price = (ev.name == "priceless").then(|| Decimal::from(10_i128.pow(20)));
                let name = ev.name.clone();
                Some(ShelfRow { tool_id: *tool_id, name, status, borrower: None, price })
            }
            (ToolEvent::ToolLent(ev), Some(row)) => {
                Some(ShelfRow { status, borrower: Some(ev.borrower.clone()), ..row })
            }
            (ToolEvent::ToolReturned(_), Some(row)) => {
                Some(ShelfRow { status, borrower: None, ..row })
            }
            (ToolEvent::ToolScrapped(_), _) => None,
            (_, row) => row,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NameRow {
    pub name: String,
    pub loans: i64,
}

impl Row for NameRow {
    const TABLE: Table = Table {
        name: "names",
        version: 1,
        columns: &[Column::key("name", Kind::Text), Column::new("loans", Kind::Int)],
    };
    type Key = String;

    fn key(&self) -> String {
        self.name.clone()
    }
}

/// One row per name; the name of a loan's tool stands in the rows of the shelf.
pub struct Names;

impl View for Names {
    type Row = NameRow;
}

impl Fold<ToolEvent> for Names {
    fn keys_via(event: &Recorded<ToolEvent>, cx: &Context) -> Folded<Vec<String>> {
        match &event.data {
            ToolEvent::ToolLent(_) | ToolEvent::ToolScrapped(_) => {
                let row = cx.row::<ShelfRow>(&event.stream)?;
                Ok(row.map(|row| row.name).into_iter().collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    fn fold(
        name: &String,
        row: Option<NameRow>,
        event: &Recorded<ToolEvent>,
    ) -> Folded<Option<NameRow>> {
        if matches!(event.data, ToolEvent::ToolScrapped(_)) {
            return Ok(None);
        }
        let loans = row.map_or(0, |row| row.loans);
        Ok(Some(NameRow { name: name.clone(), loans: num::add(loans, 1)? }))
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindTools {
    pub status: Option<ToolStatus>,
    pub part: Option<String>,
}

impl Check for FindTools {
    fn check(&mut self, at: &mut Violations) {
        at.length("part", &self.part, 1..=20);
    }
}

impl Query for FindTools {
    type Row = ShelfRow;
    const ORDER: &'static [Order] = &[Order::up("name")];
    const PAGE: Page = Page { default: 2, max: 5 };

    fn filter(&self, _: &Context) -> Folded<Filter> {
        Ok(Filter::all().equal_if("status", self.status.as_ref()))
    }

    fn keep(&self, row: &ShelfRow, _: &Context) -> Folded<bool> {
        Ok(self.part.as_ref().is_none_or(|part| row.name.contains(part)))
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loans {}

impl Check for Loans {
    fn check(&mut self, _: &mut Violations) {}
}

impl Query for Loans {
    type Row = NameRow;

    fn filter(&self, _: &Context) -> Folded<Filter> {
        Ok(Filter::all())
    }
}

fn publish(event: &Recorded<ToolEvent>) -> Option<ToolFact> {
    match &event.data {
        ToolEvent::ToolAdded(ev) => Some(contracts::ToolAdded { name: ev.name.clone() }.into()),
        ToolEvent::ToolLent(ev) => {
            let (borrower, weeks) = (ev.borrower.clone(), ev.weeks);
            Some(contracts::ToolLent { borrower, weeks }.into())
        }
        ToolEvent::ToolReturned(_) => Some(contracts::ToolReturned {}.into()),
        ToolEvent::LoanRefused(_) | ToolEvent::ToolScrapped(_) => None,
    }
}

pub fn service() -> Builder {
    Service::builder("desk", 8001)
        .view([follow::<Shelf, ToolEvent>()])
        .view([follow::<Names, ToolEvent>()])
        .via::<Shelf>()
        .publish::<Tool, _>(publish)
        .decides::<Tool, ScrapTool>()
        .commands_from("office")
        .neighbour("office", 9)
        .routes(routes())
}

fn routes() -> Router<Service> {
    Router::new()
        .route("/tools", post(create::<Tool, AddTool>))
        .route("/tools/{tool_id}", get(read::<Tool>))
        .route("/tools/{tool_id}/lend", post(command::<Tool, LendTool>))
        .route("/tools/{tool_id}/return", post(command::<Tool, ReturnTool>))
        .route("/tools/{tool_id}/scrap", post(command::<Tool, ScrapTool>))
        .route("/tools/{tool_id}/drop", post(command::<Tool, DropTool>))
        .route("/find-tools", get(query::<FindTools>))
        .route("/loans", get(query::<Loans>))
        .route("/loans/{name}", get(one::<Loans>))
}
