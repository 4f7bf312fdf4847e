// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! What other contexts told lending; rules may look it up.

use contracts::catalogue::Isbn;
use kit::prelude::*;

/// One row of title info.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TitleInfoRow {
    pub isbn: Isbn,
    pub name: String,
}

impl Row for TitleInfoRow {
    const TABLE: Table = Table {
        name: "title_info",
        version: 3_257_358_678,
        columns: &[Column::key("isbn", Kind::Text), Column::new("name", Kind::Text)],
    };
    type Key = Isbn;

    fn key(&self) -> Isbn {
        self.isbn.clone()
    }
}
