// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! What can happen to one title. These types are the stored form.

use contracts::catalogue::{Genre, Isbn};
use kit::prelude::*;

kit::events! {
    /// Everything that can happen to one title.
    pub enum TitleEvent of "catalogue.title" by Isbn {
        TitleListed = "title_listed" v 1,
        CopiesAdded = "copies_added" v 1,
        TitleWithdrawn = "title_withdrawn" v 1,
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TitleListed {
    pub name: String,
    pub genre: Genre,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CopiesAdded {
    pub count: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TitleWithdrawn {
    pub reason: String,
}
