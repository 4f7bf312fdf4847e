//! Settings: values that an operator may change without a release, constant while the process runs.
//!
//! [`settings!`](crate::settings) declares them with their defaults. They are read once at start; rules see them
//! through `Settings::get()`, and a test may replace them for its own thread.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use uuid::Uuid;

/// A value that can be read from the text of an environment variable.
pub trait Setting: Sized {
    /// The value; none when the text is not one.
    fn read(text: &str) -> Option<Self>;

    /// The text from which the value is read.
    fn show(&self) -> String;
}

macro_rules! read_by_parse {
    ($($type:ty),+) => {
        $(impl Setting for $type {
            fn read(text: &str) -> Option<Self> {
                text.trim().parse().ok()
            }

            fn show(&self) -> String {
                self.to_string()
            }
        })+
    };
}

read_by_parse!(bool, i64, Decimal, Uuid, Date, Timestamp, SignedDuration);

impl Setting for String {
    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn show(&self) -> String {
        self.clone()
    }
}

impl<T: Setting> Setting for Option<T> {
    fn read(text: &str) -> Option<Self> {
        if text.trim().is_empty() { Some(None) } else { T::read(text).map(Some) }
    }

    fn show(&self) -> String {
        self.as_ref().map(Setting::show).unwrap_or_default()
    }
}

/// One setting, for the table of all settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The environment variable.
    pub name: &'static str,
    /// The text of the default.
    pub default: String,
    /// What it means.
    pub doc: &'static str,
}

/// While it lives, a thread has settings of its own; for tests.
#[derive(Debug)]
pub struct Replaced(#[doc(hidden)] pub fn());

impl Drop for Replaced {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Declares the settings of a context; `as N` behind a type marks a secret. The type must implement [`Check`](crate::Check) for its bounds.
///
/// ```ignore
/// kit::settings! {
///     /// What an operator of lending may change.
///     pub struct Settings {
///         /// How many days a loan lasts.
///         loan_days: i64 = 21, "LENDING_LOAN_DAYS",
///     }
/// }
/// ```
#[macro_export]
macro_rules! settings {
    (@default $value:expr, $shown:literal) => {
        $crate::secret::masked(&$crate::settings::Setting::show(&$value), $shown)
    };
    (@default $value:expr) => {
        $crate::settings::Setting::show(&$value)
    };
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[doc = $doc:literal])* $field:ident : $ty:ty $(as $shown:literal)? = $default:expr, $variable:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        $vis struct $name {
            $($(#[doc = $doc])* pub $field: $ty,)+
        }

        $crate::secret! {
            $name { $($field $(: $shown)?),+ }
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        impl $name {
            /// All settings, in order.
            #[must_use]
            pub fn described() -> Vec<$crate::settings::Described> {
                let default = Self::default();
                vec![$($crate::settings::Described {
                    name: $variable,
                    default: $crate::settings!(@default default.$field $(, $shown)?),
                    doc: concat!("" $(, $doc)*).trim_ascii(),
                },)+]
            }

            /// The settings of this process; the defaults before they are read.
            #[must_use]
            pub fn get() -> &'static Self {
                Self::replaced(None).unwrap_or_else(|| Self::process().get_or_init(Self::default))
            }

            /// Reads the settings once, from texts by variable name.
            ///
            /// # Errors
            /// Says which variable cannot be read or is out of its bounds.
            pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<(), String> {
                let mut read = Self::default();
                $(if let Some(text) = lookup($variable) {
                    read.$field = $crate::settings::Setting::read(&text)
                        .ok_or_else(|| format!("{} cannot be read", $variable))?;
                })+
                let mut at = $crate::Violations::default();
                $crate::Check::check(&mut read, &mut at);
                if !at.is_empty() {
                    return Err(at.to_string());
                }
                // A second start in one process, as in tests, keeps the first settings.
                let _ = Self::process().set(read);
                Ok(())
            }

            /// Replaces the settings of this thread until the answer is dropped; for tests.
            #[must_use]
            pub fn replace(self) -> $crate::settings::Replaced {
                Self::replaced(Some(Some(self)));
                $crate::settings::Replaced(|| {
                    Self::replaced(Some(None));
                })
            }

            fn process() -> &'static std::sync::OnceLock<Self> {
                static PROCESS: std::sync::OnceLock<$name> = std::sync::OnceLock::new();
                &PROCESS
            }

            fn replaced(new: Option<Option<Self>>) -> Option<&'static Self> {
                thread_local! {
                    static THREAD: std::cell::Cell<Option<&'static $name>> =
                        const { std::cell::Cell::new(None) };
                }
                if let Some(settings) = new {
                    THREAD.set(settings.map(|settings| &*Box::leak(Box::new(settings))));
                }
                THREAD.get()
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::{Check, Violations};

    crate::settings! {
        /// Settings of the test.
        struct Settings {
            /// How long.
            days: i64 = 21, "TEST_DAYS",
            /// Whom to ask.
            contact: Option<String> = None, "TEST_CONTACT",
            /// Where to send.
            hook: String as 2 = "https://me:pw".to_owned(), "TEST_HOOK",
        }
    }

    impl Check for Settings {
        fn check(&mut self, at: &mut Violations) {
            at.range("days", &self.days, 1..=90);
        }
    }

    #[test]
    fn defaults_then_texts_then_a_thread_s_own() {
        let lookup = |name: &str| (name == "TEST_DAYS").then(|| "x".to_owned());
        assert_eq!(Settings::read(&lookup), Err("TEST_DAYS cannot be read".to_owned()));
        let lookup = |name: &str| (name == "TEST_DAYS").then(|| "91".to_owned());
        assert!(Settings::read(&lookup).unwrap_err().starts_with("days: "));
        let lookup = |name: &str| (name == "TEST_DAYS").then(|| "7".to_owned());
        assert_eq!(Settings::read(&lookup), Ok(()));
        assert_eq!((Settings::get().days, &Settings::get().contact), (7, &None));
        let own = Settings { days: 3, ..Settings::default() }.replace();
        assert_eq!(Settings::get().days, 3);
        drop(own);
        assert_eq!(Settings::get().days, 7);
        let described: Vec<_> =
            Settings::described().into_iter().map(|s| (s.name, s.default, s.doc)).collect();
        let days = ("TEST_DAYS", "21".to_owned(), "How long.");
        let contact = ("TEST_CONTACT", String::new(), "Whom to ask.");
        assert_eq!(described, [days, contact, ("TEST_HOOK", "***pw".to_owned(), "Where to send.")]);
        assert!(format!("{:?}", Settings::get()).contains("hook: ***pw"));
    }
}
