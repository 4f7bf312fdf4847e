//! Newtypes of the domain: a scalar with a normal form and rules, checked wherever it is made from outside.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::check::{Check, Violations};

/// A scalar with a meaning. The wrapped value is private, so that a checked one stays checked.
pub trait Newtype: Sized {
    /// What it wraps.
    type Base: Check + Clone + Serialize + DeserializeOwned;

    /// Brings the value to its normal form and reports every broken rule.
    fn rules(value: &mut Self::Base, at: &mut Violations);
}

/// Declares a newtype over a scalar; its rules are in its [`Newtype`] implementation.
///
/// ```ignore
/// kit::newtype! {
///     /// A car's registration.
///     pub struct Plate(String);
/// }
/// ```
#[macro_export]
macro_rules! newtype {
    ($(#[$meta:meta])* $vis:vis struct $name:ident($base:ty);) => {
        $(#[$meta])*
        #[derive(
            Debug,
            Clone,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            $crate::__private::serde::Serialize,
            $crate::__private::serde::Deserialize,
        )]
        #[serde(crate = "kit::__private::serde", transparent)]
        $vis struct $name($base);

        impl $name {
            /// The value in its normal form.
            ///
            /// # Errors
            /// The broken rules.
            pub fn try_new(value: impl Into<$base>) -> Result<Self, $crate::Violations> {
                let mut made = Self(value.into());
                let mut at = $crate::Violations::default();
                $crate::Check::check(&mut made, &mut at);
                if at.is_empty() { Ok(made) } else { Err(at) }
            }

            /// A value that is known to be in its normal form, as one from another checked type is.
            #[must_use]
            pub fn trusted(value: $base) -> Self {
                Self(value)
            }

            /// What it wraps.
            #[must_use]
            pub fn value(&self) -> &$base {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl $crate::Check for $name {
            fn check(&mut self, at: &mut $crate::Violations) {
                $crate::Check::check(&mut self.0, at);
                <Self as $crate::newtype::Newtype>::rules(&mut self.0, at);
            }
        }

        impl $crate::settings::Setting for $name {
            fn read(text: &str) -> Option<Self> {
                <$base as $crate::settings::Setting>::read(text).map(Self)
            }

            fn show(&self) -> String {
                $crate::settings::Setting::show(&self.0)
            }
        }

        impl $crate::Id for $name
        where
            $base: std::str::FromStr,
        {
            fn parse(text: &str) -> Option<Self> {
                Self::try_new(text.parse::<$base>().ok()?).ok()
            }

            fn fresh(uuid: $crate::__private::uuid::Uuid) -> Option<Self> {
                Self::try_new(<$base as $crate::id::Made>::of_uuid(uuid)?).ok()
            }

            fn numbered(number: i64) -> Option<Self> {
                Self::try_new(<$base as $crate::id::Made>::of_number(number)?).ok()
            }
        }
    };
}
