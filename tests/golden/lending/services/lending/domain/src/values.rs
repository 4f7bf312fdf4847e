// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! The values of lending.

use kit::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    pub email: Email,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl Check for Contact {
    fn check(&mut self, at: &mut Violations) {
        at.field("email", &mut self.email);
        at.length("phone", &self.phone, 3..=30);
    }
}

kit::newtype! {
    pub struct Email(String);
}

impl Newtype for Email {
    type Base = String;

    fn rules(value: &mut String, at: &mut Violations) {
        *value = text::lower(&text::trim(value));
        at.length("", value, 3..=120);
        at.require(text::matches(value, "^[^@ ]+@[^@ ]+$"), "bad_email", "bad email");
    }
}

kit::enums! {
    pub enum Plan {
        Basic = "basic",
        Family = "family",
    }
}

impl Plan {
    #[must_use]
    pub fn loans(self) -> i64 {
        match self {
            Self::Basic => 3,
            Self::Family => 12,
        }
    }
}
