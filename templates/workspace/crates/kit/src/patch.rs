//! A field of a command or event that may keep, clear or set a value.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Absent keeps the value, `null` clears it, anything else sets it.
///
/// Fields of this type carry `#[serde(default, skip_serializing_if = "Patch::is_keep")]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// Leave it as it is.
    #[default]
    Keep,
    /// Have none afterwards.
    Clear,
    /// Have this one afterwards.
    Set(T),
}

impl<T> Patch<T> {
    /// Whether nothing changes.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The value to set, if any.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// Changes the field accordingly.
    pub fn apply(&self, field: &mut Option<T>)
    where
        T: Clone,
    {
        match self {
            Self::Keep => {}
            Self::Clear => *field = None,
            Self::Set(value) => *field = Some(value.clone()),
        }
    }
}

/// None clears.
impl<T> From<Option<T>> for Patch<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::deserialize(deserializer)?;
        Ok(value.map_or(Self::Clear, Self::Set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Change {
        #[serde(default, skip_serializing_if = "Patch::is_keep")]
        due: Patch<i64>,
    }

    #[test]
    fn the_three_forms_survive_json() {
        for (patch, text) in [
            (Patch::Keep, "{}"),
            (Patch::Clear, r#"{"due":null}"#),
            (Patch::Set(3), r#"{"due":3}"#),
        ] {
            let change = Change { due: patch };
            assert_eq!(serde_json::to_string(&change).unwrap(), text);
            assert_eq!(serde_json::from_str::<Change>(text).unwrap(), change);
        }
    }

    #[test]
    fn an_option_sets_or_clears() {
        assert_eq!((Patch::from(Some(1)), Patch::<i64>::from(None)), (Patch::Set(1), Patch::Clear));
    }

    #[test]
    fn they_change_a_field() {
        let mut due = Some(1);
        Patch::Keep.apply(&mut due);
        assert_eq!(due, Some(1));
        Patch::Set(2).apply(&mut due);
        assert_eq!(due, Some(2));
        Patch::Clear.apply(&mut due);
        assert_eq!(due, None);
    }
}
