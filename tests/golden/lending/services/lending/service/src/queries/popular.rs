// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! Query popular.

use kit::prelude::*;

use crate::views::TitleUseRow;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Popular {
    #[serde(default = "default_least")]
    pub least: i64,
}

fn default_least() -> i64 {
    1
}

impl Check for Popular {
    fn check(&mut self, _: &mut Violations) {}
}

impl Query for Popular {
    type Row = TitleUseRow;
    const ORDER: &'static [Order] = &[Order::down("loans"), Order::up("name")];
    const PAGE: Page = Page { default: 10, max: 50 };

    fn filter(&self, _: &Context) -> Folded<Filter> {
        Ok(Filter::all()
            .and(col("loans").ge(val(self.least)))
            .and(col("withdrawn").is_true().not()))
    }
}
