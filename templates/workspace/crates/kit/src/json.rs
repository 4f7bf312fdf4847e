//! JSON documents that readers get to see.

use serde::Serialize;

use crate::fault::{Fault, Folded};

/// Any JSON.
pub type Json = serde_json::Value;

/// A JSON document in the making: the fields of a value, and derived ones beside them.
#[derive(Debug, Clone, PartialEq)]
pub struct Document(Json);

impl Document {
    /// The fields of the value.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn of(value: &impl Serialize) -> Folded<Self> {
        serde_json::to_value(value).map(Self).map_err(Fault::data)
    }

    /// And this field; none is left out.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn with(mut self, name: &str, value: impl Serialize) -> Folded<Self> {
        let value = serde_json::to_value(value).map_err(Fault::data)?;
        if let Some(fields) = self.0.as_object_mut().filter(|_| !value.is_null()) {
            fields.insert(name.to_owned(), value);
        }
        Ok(self)
    }

    /// The document.
    #[must_use]
    pub fn json(self) -> Json {
        self.0
    }
}
