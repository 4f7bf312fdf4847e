// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! Read model title list.

use catalogue_domain::title::{TitleEvent, TitleStatus};
use contracts::catalogue::{Genre, Isbn};
use kit::prelude::*;

/// One row of title list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TitleListRow {
    pub isbn: Isbn,
    pub name: String,
    pub genre: Genre,
    pub copies: i64,
    pub status: TitleStatus,
}

impl Row for TitleListRow {
    const TABLE: Table = Table {
        name: "title_list",
        version: 3_367_272_058,
        columns: &[
            Column::key("isbn", Kind::Text),
            Column::new("name", Kind::Text),
            Column::new("genre", Kind::Text),
            Column::new("copies", Kind::Int),
            Column::new("status", Kind::Text),
        ],
    };
    type Key = Isbn;

    fn key(&self) -> Isbn {
        self.isbn.clone()
    }
}

pub struct TitleList;

impl View for TitleList {
    type Row = TitleListRow;
}

impl Fold<TitleEvent> for TitleList {
    fn keys(event: &Recorded<TitleEvent>) -> Folded<Vec<Isbn>> {
        Ok(vec![event.stream.clone()])
    }

    fn fold(
        isbn: &Isbn,
        mut row: Option<TitleListRow>,
        event: &Recorded<TitleEvent>,
    ) -> Folded<Option<TitleListRow>> {
        match &event.data {
            TitleEvent::TitleListed(ev) => {
                if let Some(row) = &mut row {
                    row.name.clone_from(&ev.name);
                    row.genre = ev.genre;
                    row.status = event.status()?;
                } else {
                    row = Some(TitleListRow {
                        isbn: isbn.clone(),
                        name: ev.name.clone(),
                        genre: ev.genre,
                        copies: 1,
                        status: event.status()?,
                    });
                }
            }
            TitleEvent::CopiesAdded(ev) => {
                if let Some(row) = &mut row {
                    row.status = event.status()?;
                    row.copies = num::add(row.copies, ev.count)?;
                }
            }
            TitleEvent::TitleWithdrawn(_) => {
                if let Some(row) = &mut row {
                    row.status = event.status()?;
                }
            }
        }
        Ok(row)
    }
}
