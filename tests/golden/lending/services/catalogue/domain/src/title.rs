// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! One title: its state, and how each event changes it.

mod add_copies;
mod event;
mod list_title;
mod refusal;
#[cfg(test)]
mod tests;
mod withdraw_title;

use contracts::catalogue::{Genre, Isbn};
use kit::prelude::*;

pub use add_copies::AddCopies;
pub use event::{CopiesAdded, TitleEvent, TitleListed, TitleWithdrawn};
pub use list_title::ListTitle;
pub use refusal::TitleRefusal;
pub use withdraw_title::WithdrawTitle;

kit::enums! {
    /// Where one title is in its life.
    pub enum TitleStatus {
        Listed = "listed",
        Withdrawn = "withdrawn",
    }
}

/// An edition with all its copies.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Title {
    pub isbn: Isbn,
    pub status: TitleStatus,
    pub name: String,
    pub genre: Genre,
    pub copies: i64,
}

impl Aggregate for Title {
    const NAME: &'static str = "title";
    type Id = Isbn;
    type Event = TitleEvent;
    type Refusal = TitleRefusal;

    fn id_field() -> String {
        "isbn".to_owned()
    }

    fn begin(isbn: Isbn, event: &TitleEvent) -> Folded<Self> {
        match event {
            TitleEvent::TitleListed(ev) => Ok(Self {
                isbn,
                status: TitleStatus::Listed,
                name: ev.name.clone(),
                genre: ev.genre,
                copies: 1,
            }),
            _ => Err(Fault::NoBeginning),
        }
    }

    fn apply(&mut self, event: &TitleEvent) -> Folded {
        match event {
            TitleEvent::TitleListed(_) => {}
            TitleEvent::CopiesAdded(ev) => self.copies = num::add(self.copies, ev.count)?,
            TitleEvent::TitleWithdrawn(_) => self.status = TitleStatus::Withdrawn,
        }
        Ok(())
    }

    fn status(&self) -> Option<&'static str> {
        Some(self.status.as_str())
    }

    fn bounds(&self, at: &mut Violations) {
        at.length("name", &self.name, 1..=120);
        at.range("copies", &self.copies, 1..);
    }
}
