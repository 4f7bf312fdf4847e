// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! Read model title use.

use contracts::catalogue::{self, Genre, Isbn};
use kit::prelude::*;
use lending_domain::member::MemberEvent;

/// One row of title use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TitleUseRow {
    pub isbn: Isbn,
    pub name: String,
    pub genre: Genre,
    pub loans: i64,
    pub withdrawn: bool,
}

impl Row for TitleUseRow {
    const TABLE: Table = Table {
        name: "title_use",
        version: 2_836_352_848,
        columns: &[
            Column::key("isbn", Kind::Text),
            Column::new("name", Kind::Text),
            Column::new("genre", Kind::Text),
            Column::new("loans", Kind::Int),
            Column::new("withdrawn", Kind::Bool),
        ],
    };
    type Key = Isbn;

    fn key(&self) -> Isbn {
        self.isbn.clone()
    }
}

pub struct TitleUse;

impl View for TitleUse {
    type Row = TitleUseRow;
}

impl Fold<catalogue::TitleEvent> for TitleUse {
    fn keys(event: &Recorded<catalogue::TitleEvent>) -> Folded<Vec<Isbn>> {
        Ok(vec![event.stream.clone()])
    }

    fn fold(
        isbn: &Isbn,
        mut row: Option<TitleUseRow>,
        event: &Recorded<catalogue::TitleEvent>,
    ) -> Folded<Option<TitleUseRow>> {
        match &event.data {
            catalogue::TitleEvent::TitleListed(ev) => {
                if let Some(row) = &mut row {
                    row.name.clone_from(&ev.name);
                    row.genre = ev.genre;
                } else {
                    row = Some(TitleUseRow {
                        isbn: isbn.clone(),
                        name: ev.name.clone(),
                        genre: ev.genre,
                        loans: 0,
                        withdrawn: false,
                    });
                }
            }
            catalogue::TitleEvent::TitleWithdrawn(_) => {
                if let Some(row) = &mut row {
                    row.withdrawn = true;
                }
            }
        }
        Ok(row)
    }
}

impl Fold<MemberEvent> for TitleUse {
    fn keys(event: &Recorded<MemberEvent>) -> Folded<Vec<Isbn>> {
        match &event.data {
            MemberEvent::Borrowed(ev) => Ok(vec![ev.isbn.clone()]),
            _ => Ok(Vec::new()),
        }
    }

    fn fold(
        _: &Isbn,
        mut row: Option<TitleUseRow>,
        event: &Recorded<MemberEvent>,
    ) -> Folded<Option<TitleUseRow>> {
        let MemberEvent::Borrowed(_) = &event.data else { return Ok(row) };
        if let Some(row) = &mut row {
            row.loans = num::add(row.loans, 1)?;
        }
        Ok(row)
    }
}
