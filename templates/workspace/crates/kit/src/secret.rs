//! Secret fields: what must not reach logs, traces, `Debug` or texts of errors.
//!
//! A secret is masked where a value is shown, not where it is stored or answered: [`secret!`](crate::secret!) writes
//! the `Debug` of a type, [`refusals!`](crate::refusals!) masks what a refusal carries, and
//! [`Violations::hide`](crate::Violations::hide) keeps the value out of what is said about it.

use serde::Serialize;
use serde_json::Value;

/// A value of which at most the last characters are shown.
pub struct Masked<'a, T>(pub &'a T, pub usize);

impl<T: Serialize> std::fmt::Debug for Masked<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&masked(self.0, self.1))
    }
}

/// Three stars, and the last `shown` characters of a longer text or number.
pub fn masked(value: &impl Serialize, shown: usize) -> String {
    let text = match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        Ok(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let hidden = text.chars().count().saturating_sub(shown);
    let tail: String =
        if hidden == 0 { String::new() } else { text.chars().skip(hidden).collect() };
    format!("***{tail}")
}

/// Writes the `Debug` of a struct or enum; behind a secret field stands how many characters are shown.
///
/// ```ignore
/// kit::secret! {
///     PayByCard { amount, number: 4, pin: 0 }
/// }
/// kit::secret! {
///     enum Payment { Cash { amount }, Card { number: 4 } }
/// }
/// ```
#[macro_export]
macro_rules! secret {
    (@show $value:expr, $shown:literal) => {
        &$crate::secret::Masked($value, $shown)
    };
    (@show $value:expr) => {
        $value
    };
    (enum $name:ident { $($variant:ident { $($field:ident $(: $shown:literal)?),* $(,)? }),+ $(,)? }) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $(Self::$variant { $($field),* } => f
                        .debug_struct(stringify!($variant))
                        $(.field(stringify!($field), $crate::secret!(@show $field $(, $shown)?)))*
                        .finish(),)+
                }
            }
        }
    };
    ($name:ident { $($field:ident $(: $shown:literal)?),+ $(,)? }) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), $crate::secret!(@show &self.$field $(, $shown)?)))+
                    .finish()
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::masked;
    use crate::Violations;
    use crate::refusal::Refusal as _;

    struct Pay {
        amount: i64,
        number: String,
        pin: Option<i64>,
        from: Payment,
    }

    secret! {
        Pay { amount, number: 4, pin: 0, from }
    }

    #[derive(Serialize)]
    enum Payment {
        Cash {},
        Card { number: String },
    }

    secret! {
        enum Payment { Cash {}, Card { number: 2 } }
    }

    crate::refusals! {
        /// Of the test.
        enum PayRefusal {
            BadPin { number: String as 4, tries: i64 } = 409 "bad_pin" "no, {number}, {tries} times",
        }
    }

    #[test]
    fn debug_shows_what_is_no_secret() {
        let from = Payment::Card { number: "12345".to_owned() };
        let pay = Pay { amount: 3, number: "4000123".to_owned(), pin: Some(9876), from };
        assert_eq!(
            format!("{pay:?}"),
            "Pay { amount: 3, number: ***0123, pin: ***, from: Card { number: ***45 } }"
        );
        assert_eq!(format!("{:?}", Payment::Cash {}), "Cash");
    }

    #[test]
    fn a_short_secret_is_hidden_as_a_whole() {
        assert_eq!(masked(&"1234", 4), "***");
        assert_eq!(masked(&"äöüß5", 4), "***öüß5");
        assert_eq!(masked(&12345, 2), "***45");
        assert_eq!(masked(&["12345"], 2), "***");
        assert_eq!(masked(&None::<String>, 2), "***");
    }

    #[test]
    fn a_refusal_masks_what_it_carries() {
        let refusal = PayRefusal::BadPin { number: "4000123".to_owned(), tries: 2 };
        assert_eq!(refusal.text(), "no, ***0123, 2 times");
        assert_eq!(refusal.fields()["number"], "***0123");
        assert_eq!(refusal.fields()["tries"], 2);
        assert_eq!(format!("{refusal:?}"), "BadPin { number: ***0123, tries: 2 }");
        assert_eq!(format!("{:?}", PayRefusal::Closed), "Closed");
    }

    #[test]
    fn a_violation_says_what_is_allowed_but_not_what_was_there() {
        let mut at = Violations::default();
        at.range("amount", &5, 1..=4);
        at.range("pin", &98765, 1..=9999);
        at.inside("pins[hunter2]", |at| at.length("", &"hunter3".to_owned(), 1..=4));
        at.hide("pin");
        at.hide("pins");
        assert_eq!(
            at.to_string(),
            "amount: it must be at least 1 and at most 4, it is 5; \
             pin: it must be at least 1 and at most 9999; \
             pins: the length must be at least 1 and at most 4"
        );
    }
}
