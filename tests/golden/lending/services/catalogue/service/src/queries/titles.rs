// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! Query titles.

use contracts::catalogue::Genre;
use kit::prelude::*;

use crate::views::TitleListRow;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Titles {
    pub genre: Option<Genre>,
    pub text: Option<String>,
}

impl Check for Titles {
    fn check(&mut self, at: &mut Violations) {
        at.field("text", &mut self.text);
    }
}

impl Query for Titles {
    type Row = TitleListRow;
    const ORDER: &'static [Order] = &[Order::up("name")];

    fn filter(&self, _: &Context) -> Folded<Filter> {
        Ok(Filter::all()
            .and_some(self.text.as_ref(), |t| col("name").contains(val(t)))
            .equal_if("genre", self.genre.as_ref()))
    }
}
