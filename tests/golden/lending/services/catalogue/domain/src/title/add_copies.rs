// Rendered by minos from domain/catalogue.toml; own code goes into extend.rs of the service.
//! `AddCopies` asks one title; it leads to `CopiesAdded`.

use kit::prelude::*;

use super::{CopiesAdded, Title, TitleRefusal as No, TitleStatus};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddCopies {
    pub count: i64,
}

impl Command for AddCopies {
    const NAME: &'static str = "catalogue.title.add_copies";
}

impl Check for AddCopies {
    fn check(&mut self, at: &mut Violations) {
        at.range("count", &self.count, 1..=100);
    }
}

impl Decide<AddCopies> for Title {
    fn decide(&self, cmd: &AddCopies, _: &Context) -> Decision<Self> {
        ensure(self.status == TitleStatus::Listed, No::WrongStatus)?;
        Ok(Events::one(CopiesAdded { count: cmd.count }))
    }
}
