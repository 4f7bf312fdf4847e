//! Refusals: expected answers of the domain, each with a code, an HTTP status and a text.
//!
//! Every aggregate has its own enum, made by [`refusals!`](crate::refusals), which holds the built-in ones too.
//! `as N` behind a type marks a secret: the field is shown masked, with its last N characters.

use serde_json::{Map, Value};

use crate::check::Violations;

/// An expected no.
pub trait Refusal:
    Clone + PartialEq + std::fmt::Debug + From<BuiltIn> + Send + Sync + 'static
{
    /// Every refusal: its code and its HTTP status.
    const ALL: &'static [(&'static str, u16)];

    /// The stable name for programs, in `snake_case`.
    fn code(&self) -> &'static str;

    /// The HTTP status.
    fn status(&self) -> u16;

    /// The text for people.
    fn text(&self) -> String;

    /// What the refusal carries, by name.
    fn fields(&self) -> Map<String, Value>;
}

/// The refusals that every aggregate has.
#[derive(Debug, Clone, PartialEq)]
pub enum BuiltIn {
    /// The status does not allow the command.
    WrongStatus,
    /// There is no such aggregate.
    NotFound,
    /// The id is taken.
    AlreadyExists,
    /// A closing event ended its life.
    Closed,
    /// A number would overflow, or be divided by zero.
    Arithmetic,
    /// A value is outside the bounds of its type.
    Invalid(Violations),
    /// Nobody is signed in.
    Unauthenticated,
    /// The actor may not do this.
    Forbidden,
    /// The caller saw another version.
    VersionMismatch,
    /// Too many writers at once; try again.
    Contention,
    /// Its Rust is not written yet.
    NotImplemented,
}

impl BuiltIn {
    /// The stable name, the HTTP status and the text.
    #[must_use]
    pub fn parts(&self) -> (&'static str, u16, &'static str) {
        match self {
            Self::WrongStatus => ("wrong_status", 409, "not possible in this status"),
            Self::NotFound => ("not_found", 404, "it does not exist"),
            Self::AlreadyExists => ("already_exists", 409, "it exists already"),
            Self::Closed => ("closed", 410, "it is closed"),
            Self::Arithmetic => ("arithmetic", 422, "a number is too large, or divided by zero"),
            Self::Invalid(violations) => (violations.code(), 422, "a value is out of its bounds"),
            Self::Unauthenticated => ("unauthenticated", 401, "nobody is signed in"),
            Self::Forbidden => ("forbidden", 403, "not allowed"),
            Self::VersionMismatch => ("version_mismatch", 412, "it was changed since it was read"),
            Self::Contention => ("contention", 503, "too many changes at once, try again"),
            Self::NotImplemented => ("not_implemented", 501, "this is not written yet"),
        }
    }

    /// What it carries: the list of violations, if any.
    #[must_use]
    pub fn fields(&self) -> Map<String, Value> {
        let mut fields = Map::new();
        if let Self::Invalid(violations) = self {
            fields.insert("errors".to_owned(), violations.to_json());
        }
        fields
    }
}

/// The text with every `{field}` replaced by its value.
#[doc(hidden)]
#[must_use]
pub fn fill(text: &str, fields: &Map<String, Value>) -> String {
    let mut filled = text.to_owned();
    for (name, value) in fields {
        let shown = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        filled = filled.replace(&format!("{{{name}}}"), &shown);
    }
    filled
}

/// Declares the refusals of one aggregate; the built-in ones are added.
///
/// ```ignore
/// kit::refusals! {
///     /// Why an auction says no.
///     pub enum AuctionRefusal {
///         BidTooLow = 422 "bid_too_low" "the bid is below the next step",
///         WrongPin { card: String as 4 } = 403 "wrong_pin" "not the PIN of {card}",
///         OutOfStock { part_no: PartNo, on_hand: i64 } = 409 "out_of_stock" "only {on_hand} of {part_no} left",
///     }
/// }
/// ```
#[macro_export]
macro_rules! refusals {
    (@carried $value:expr, $shown:literal) => {
        $crate::secret::masked($value, $shown).into()
    };
    (@carried $value:expr) => {
        $crate::__private::serde_json::to_value($value).unwrap_or_default()
    };
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$vmeta:meta])* $variant:ident $({ $($field:ident : $ty:ty $(as $shown:literal)?),+ $(,)? })? = $status:literal $code:literal $text:literal),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        $vis enum $name {
            $(#[doc = $text] $(#[$vmeta])* $variant $({ $(#[doc = stringify!($field)] $field: $ty),+ })?,)*
            /// The status does not allow the command.
            WrongStatus,
            /// There is no such aggregate.
            NotFound,
            /// The id is taken.
            AlreadyExists,
            /// A closing event ended its life.
            Closed,
            /// A number would overflow, or be divided by zero.
            Arithmetic,
            /// A value is outside the bounds of its type.
            Invalid($crate::Violations),
            /// Nobody is signed in.
            Unauthenticated,
            /// The actor may not do this.
            Forbidden,
            /// The caller saw another version.
            VersionMismatch,
            /// Too many writers at once; try again.
            Contention,
            /// Its Rust is not written yet.
            NotImplemented,
        }

        impl $name {
            fn built_in(&self) -> Option<$crate::BuiltIn> {
                match self {
                    Self::WrongStatus => Some($crate::BuiltIn::WrongStatus),
                    Self::NotFound => Some($crate::BuiltIn::NotFound),
                    Self::AlreadyExists => Some($crate::BuiltIn::AlreadyExists),
                    Self::Closed => Some($crate::BuiltIn::Closed),
                    Self::Arithmetic => Some($crate::BuiltIn::Arithmetic),
                    Self::Invalid(at) => Some($crate::BuiltIn::Invalid(at.clone())),
                    Self::Unauthenticated => Some($crate::BuiltIn::Unauthenticated),
                    Self::Forbidden => Some($crate::BuiltIn::Forbidden),
                    Self::VersionMismatch => Some($crate::BuiltIn::VersionMismatch),
                    Self::Contention => Some($crate::BuiltIn::Contention),
                    Self::NotImplemented => Some($crate::BuiltIn::NotImplemented),
                    #[allow(unreachable_patterns)]
                    _ => None,
                }
            }
        }

        impl From<$crate::BuiltIn> for $name {
            fn from(refusal: $crate::BuiltIn) -> Self {
                match refusal {
                    $crate::BuiltIn::WrongStatus => Self::WrongStatus,
                    $crate::BuiltIn::NotFound => Self::NotFound,
                    $crate::BuiltIn::AlreadyExists => Self::AlreadyExists,
                    $crate::BuiltIn::Closed => Self::Closed,
                    $crate::BuiltIn::Arithmetic => Self::Arithmetic,
                    $crate::BuiltIn::Invalid(at) => Self::Invalid(at),
                    $crate::BuiltIn::Unauthenticated => Self::Unauthenticated,
                    $crate::BuiltIn::Forbidden => Self::Forbidden,
                    $crate::BuiltIn::VersionMismatch => Self::VersionMismatch,
                    $crate::BuiltIn::Contention => Self::Contention,
                    $crate::BuiltIn::NotImplemented => Self::NotImplemented,
                }
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                if let Some(refusal) = self.built_in() {
                    return std::fmt::Debug::fmt(&refusal, f);
                }
                match self {
                    $(Self::$variant $({ $($field),+ })? => f
                        .debug_struct(stringify!($variant))
                        $($(.field(stringify!($field), $crate::secret!(@show $field $(, $shown)?)))+)?
                        .finish(),)*
                    #[allow(unreachable_patterns)]
                    _ => f.write_str(stringify!($name)),
                }
            }
        }

        impl<E> From<$name> for $crate::Stop<E, $name> {
            fn from(refusal: $name) -> Self {
                Self::Refuse(Box::new(refusal))
            }
        }

        impl $crate::Refusal for $name {
            const ALL: &'static [(&'static str, u16)] = &[
                $(($code, $status),)*
                ("wrong_status", 409),
                ("not_found", 404),
                ("already_exists", 409),
                ("closed", 410),
                ("arithmetic", 422),
                ("invalid", 422),
                ("unauthenticated", 401),
                ("forbidden", 403),
                ("version_mismatch", 412),
                ("contention", 503),
                ("not_implemented", 501),
            ];

            fn code(&self) -> &'static str {
                if let Some(refusal) = self.built_in() {
                    return refusal.parts().0;
                }
                match self {
                    $(Self::$variant $({ $($field: _),+ })? => $code,)*
                    #[allow(unreachable_patterns)]
                    _ => "refused",
                }
            }

            fn status(&self) -> u16 {
                if let Some(refusal) = self.built_in() {
                    return refusal.parts().1;
                }
                match self {
                    $(Self::$variant $({ $($field: _),+ })? => $status,)*
                    #[allow(unreachable_patterns)]
                    _ => 409,
                }
            }

            fn text(&self) -> String {
                if let Some(refusal) = self.built_in() {
                    return refusal.parts().2.to_owned();
                }
                match self {
                    $(Self::$variant $({ $($field: _),+ })? => {
                        $crate::refusal::fill($text, &$crate::Refusal::fields(self))
                    })*
                    #[allow(unreachable_patterns)]
                    _ => String::new(),
                }
            }

            fn fields(&self) -> $crate::__private::serde_json::Map<String, $crate::__private::serde_json::Value> {
                if let Some(refusal) = self.built_in() {
                    return refusal.fields();
                }
                #[allow(unused_mut)]
                let mut fields = $crate::__private::serde_json::Map::new();
                match self {
                    $(Self::$variant $({ $($field),+ })? => {
                        $($(
                            let name = stringify!($field).trim_start_matches("r#").to_owned();
                            fields.insert(name, $crate::refusals!(@carried $field $(, $shown)?));
                        )+)?
                    })*
                    #[allow(unreachable_patterns)]
                    _ => {}
                }
                fields
            }
        }
    };
}
