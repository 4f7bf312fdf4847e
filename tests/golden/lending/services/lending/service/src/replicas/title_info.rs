// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! Replica title info.

use contracts::catalogue::{self, Isbn};
use kit::prelude::*;
use lending_domain::replicas::TitleInfoRow;

pub struct TitleInfo;

impl View for TitleInfo {
    type Row = TitleInfoRow;
}

impl Fold<catalogue::TitleEvent> for TitleInfo {
    fn keys(event: &Recorded<catalogue::TitleEvent>) -> Folded<Vec<Isbn>> {
        Ok(vec![event.stream.clone()])
    }

    fn fold(
        isbn: &Isbn,
        mut row: Option<TitleInfoRow>,
        event: &Recorded<catalogue::TitleEvent>,
    ) -> Folded<Option<TitleInfoRow>> {
        match &event.data {
            catalogue::TitleEvent::TitleListed(ev) => {
                if let Some(row) = &mut row {
                    row.name.clone_from(&ev.name);
                } else {
                    row = Some(TitleInfoRow { isbn: isbn.clone(), name: ev.name.clone() });
                }
            }
            catalogue::TitleEvent::TitleWithdrawn(_) => {
                row = None;
            }
        }
        Ok(row)
    }
}
