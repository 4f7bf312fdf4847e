//! Ids: one type per aggregate, so that two kinds of ids cannot be mixed up.

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::check::Check;

/// What names one stream. Its text form is the stream id.
pub trait Id:
    Clone
    + Ord
    + std::fmt::Debug
    + std::fmt::Display
    + Check
    + Serialize
    + DeserializeOwned
    + Send
    + Sync
    + 'static
{
    /// Reads the text form; none when it is not one.
    fn parse(text: &str) -> Option<Self>;

    /// An id from a fresh UUID; none when ids of this kind are not made from one.
    fn fresh(uuid: Uuid) -> Option<Self>;

    /// An id from the next number of a sequence; none when ids of this kind are not numbers.
    fn numbered(number: i64) -> Option<Self> {
        let _ = number;
        None
    }
}

/// What the server can make of a value that ids wrap: most kinds have to be chosen by the caller.
pub trait Made: Sized {
    /// From a fresh UUID.
    fn of_uuid(_: Uuid) -> Option<Self> {
        None
    }

    /// From the next number of a sequence.
    fn of_number(_: i64) -> Option<Self> {
        None
    }
}

impl Made for Uuid {
    fn of_uuid(uuid: Uuid) -> Option<Self> {
        Some(uuid)
    }
}

impl Made for i64 {
    fn of_number(number: i64) -> Option<Self> {
        Some(number)
    }
}

impl Made for bool {}
impl Made for String {}
impl Made for rust_decimal::Decimal {}
impl Made for jiff::civil::Date {}
impl Made for jiff::Timestamp {}
impl Made for jiff::SignedDuration {}

/// Declares the id type of an aggregate over a UUID.
///
/// ```ignore
/// kit::id!(ToolId, "Names a tool.");
/// ```
#[macro_export]
macro_rules! id {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(
            Debug,
            Clone,
            Copy,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            $crate::__private::serde::Serialize,
            $crate::__private::serde::Deserialize,
        )]
        #[serde(crate = "kit::__private::serde", transparent)]
        pub struct $name(pub $crate::__private::uuid::Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$crate::__private::uuid::Uuid> for $name {
            fn from(uuid: $crate::__private::uuid::Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for $crate::__private::uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl $crate::Check for $name {
            fn check(&mut self, _: &mut $crate::Violations) {}
        }

        impl $crate::Id for $name {
            fn parse(text: &str) -> Option<Self> {
                text.parse().ok().map(Self)
            }

            fn fresh(uuid: $crate::__private::uuid::Uuid) -> Option<Self> {
                Some(Self(uuid))
            }
        }
    };
}
