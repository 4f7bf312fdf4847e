// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! `ListTitle` makes one title; it leads to `TitleListed`.

use contracts::catalogue::{Genre, Isbn};
use kit::prelude::*;

use super::{Title, TitleListed};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListTitle {
    pub isbn: Isbn,
    pub name: String,
    pub genre: Genre,
}

impl Command for ListTitle {
    const NAME: &'static str = "catalogue.title.list_title";
}

impl Check for ListTitle {
    fn check(&mut self, at: &mut Violations) {
        at.field("isbn", &mut self.isbn);
        at.length("name", &self.name, 1..=120);
    }
}

impl Create<ListTitle> for Title {
    fn id(cmd: &ListTitle) -> Option<Isbn> {
        Some(cmd.isbn.clone())
    }

    fn create(_: &Isbn, cmd: &ListTitle, _: &Context) -> Decision<Self> {
        Ok(Events::one(TitleListed { name: cmd.name.clone(), genre: cmd.genre }))
    }
}
