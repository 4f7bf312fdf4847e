// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! What catalogue publishes.

use kit::prelude::*;

kit::enums! {
    pub enum Genre {
        Novel = "novel",
        Guide = "guide",
        Children = "children",
    }
}

kit::newtype! {
    /// The number of an edition, without hyphens.
    pub struct Isbn(String);
}

impl Newtype for Isbn {
    type Base = String;

    fn rules(value: &mut String, at: &mut Violations) {
        *value = text::upper(&text::trim(value));
        at.length("", value, 10..=17);
        at.require(text::matches(value, "^[0-9A-Z]+$"), "bad_isbn", "bad isbn");
    }
}

kit::events! {
    /// What others may know about one title.
    pub enum TitleEvent of "catalogue.title" by Isbn {
        TitleListed = "title_listed" v 1,
        TitleWithdrawn = "title_withdrawn" v 1,
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TitleListed {
    pub name: String,
    pub genre: Genre,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TitleWithdrawn {
    pub reason: String,
}
