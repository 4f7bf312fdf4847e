//! Checking what comes from outside: bounds, scales, normal forms.
//!
//! Stored data is not checked again. A check may change its value to the normal form (trimmed, brought to its scale,
//! cut to microseconds); it never stops at the first violation.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, RangeBounds};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::patch::Patch;
use crate::{num, time};

/// A value that can be brought to its normal form and judged.
pub trait Check {
    /// Normalises the value and reports everything that is wrong with it.
    fn check(&mut self, at: &mut Violations);
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field's path: `planned.start`, `notes[2].text`; empty for the whole.
    pub path: String,
    /// The refusal's code, or `invalid`.
    pub code: &'static str,
    /// What is wrong, for people.
    pub text: String,
}

/// The violations found so far, and the place that is being looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Violations {
    path: String,
    found: Vec<Violation>,
}

impl Violations {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What is wrong, in the order in which it was found.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.found.iter()
    }

    /// The code of the first refusal of a newtype or value, else `invalid`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.found.iter().map(|v| v.code).find(|code| *code != "invalid").unwrap_or("invalid")
    }

    /// The list for a response.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let list =
            self.found.iter().map(|v| json!({ "path": v.path, "code": v.code, "text": v.text }));
        list.collect()
    }

    /// A violation of this place.
    pub fn report(&mut self, name: &str, text: impl Into<String>) {
        self.refuse(name, "invalid", text);
    }

    /// A violation with the code of a declared refusal.
    pub fn refuse(&mut self, name: &str, code: &'static str, text: impl Into<String>) {
        let path = self.path_to(name);
        self.found.push(Violation { path, code, text: text.into() });
    }

    /// A declared rule: when it does not hold, its refusal is reported.
    pub fn require(&mut self, holds: bool, code: &'static str, text: &str) {
        if !holds {
            self.refuse("", code, text);
        }
    }

    /// A declared rule that computes; it does not hold where that is not possible.
    pub fn holds(
        &mut self,
        rule: impl FnOnce() -> Result<bool, crate::Fault>,
        code: &'static str,
        text: &str,
    ) {
        self.require(rule().unwrap_or(false), code, text);
    }

    /// Looks at a field with this closure.
    pub fn inside(&mut self, name: &str, look: impl FnOnce(&mut Self)) {
        let path = self.path_to(name);
        let outer = std::mem::replace(&mut self.path, path);
        look(self);
        self.path = outer;
    }

    /// Checks a field.
    pub fn field<T: Check>(&mut self, name: &str, value: &mut T) {
        self.inside(name, |at| value.check(at));
    }

    /// Looks at every element of a collection.
    pub fn each<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut look: impl FnMut(&mut Self, T),
    ) {
        for (i, item) in items.into_iter().enumerate() {
            self.inside(&format!("{name}[{i}]"), |at| look(at, item));
        }
    }

    /// Checks the length of a text, in characters, or of a collection.
    pub fn length<T: Measure>(&mut self, name: &str, value: &T, range: impl RangeBounds<usize>) {
        if value.holds_nul() {
            self.report(name, NUL);
            return;
        }
        if let Some(length) = value.measure().filter(|length| !range.contains(length)) {
            let text = format!("the length must be {}{FOUND}{length}", in_words(&range));
            self.report(name, text);
        }
    }

    /// Checks that a number is in its range.
    pub fn range<T: Amount>(&mut self, name: &str, value: &T, range: impl RangeBounds<T::Number>) {
        if let Some(number) = value.amount().filter(|number| !range.contains(*number)) {
            self.report(name, format!("it must be {}{FOUND}{number}", in_words(&range)));
        }
    }

    /// Brings decimals to their scale; more places than that are a violation.
    pub fn scale<T: Scaled>(&mut self, name: &str, value: &mut T, scale: u32) {
        if !value.bring_to(scale) {
            self.report(name, format!("at most {scale} decimal places"));
        }
    }

    /// Keeps a secret field out of what was found at it: no value, no key of what lies inside.
    pub fn hide(&mut self, name: &str) {
        let path = self.path_to(name);
        let inside = |of: &str| {
            let rest = of.strip_prefix(path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        for violation in self.found.iter_mut().filter(|violation| inside(&violation.path)) {
            violation.path.truncate(path.len());
            let end = violation.text.find(FOUND).unwrap_or(violation.text.len());
            violation.text.truncate(end);
        }
    }

    fn path_to(&self, name: &str) -> String {
        match (self.path.is_empty(), name.is_empty() || name.starts_with('[')) {
            (true, _) => name.to_owned(),
            (false, true) => format!("{}{name}", self.path),
            (false, false) => format!("{}.{name}", self.path),
        }
    }
}

impl std::fmt::Display for Violations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, violation) in self.found.iter().enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", violation.path, violation.text)?;
        }
        Ok(())
    }
}

fn in_words<T: std::fmt::Display>(range: &impl RangeBounds<T>) -> String {
    let low = match range.start_bound() {
        Bound::Included(low) => Some(format!("at least {low}")),
        Bound::Excluded(low) => Some(format!("more than {low}")),
        Bound::Unbounded => None,
    };
    let high = match range.end_bound() {
        Bound::Included(high) => Some(format!("at most {high}")),
        Bound::Excluded(high) => Some(format!("less than {high}")),
        Bound::Unbounded => None,
    };
    [low, high].into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

/// Stands between what is allowed and what was found.
const FOUND: &str = ", it is ";

const NUL: &str = "a text may not hold the character NUL";

/// Something with a length.
pub trait Measure {
    /// The length; none when there is nothing to measure.
    fn measure(&self) -> Option<usize>;

    /// Whether it is a text that stores cannot keep, because it holds the character NUL.
    fn holds_nul(&self) -> bool {
        false
    }
}

impl Measure for String {
    fn measure(&self) -> Option<usize> {
        Some(self.chars().count())
    }

    fn holds_nul(&self) -> bool {
        self.contains('\0')
    }
}

impl<T> Measure for Vec<T> {
    fn measure(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T> Measure for BTreeSet<T> {
    fn measure(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<K, V> Measure for BTreeMap<K, V> {
    fn measure(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl<T: Measure> Measure for Option<T> {
    fn measure(&self) -> Option<usize> {
        self.as_ref().and_then(Measure::measure)
    }

    fn holds_nul(&self) -> bool {
        self.as_ref().is_some_and(Measure::holds_nul)
    }
}

impl<T: Measure> Measure for Patch<T> {
    fn measure(&self) -> Option<usize> {
        self.value().and_then(Measure::measure)
    }

    fn holds_nul(&self) -> bool {
        self.value().is_some_and(Measure::holds_nul)
    }
}

/// A number, or none.
pub trait Amount {
    /// The number's type.
    type Number: PartialOrd + std::fmt::Display;

    /// The number; none when there is nothing to judge.
    fn amount(&self) -> Option<&Self::Number>;
}

impl Amount for i64 {
    type Number = i64;
    fn amount(&self) -> Option<&i64> {
        Some(self)
    }
}

impl Amount for Decimal {
    type Number = Decimal;
    fn amount(&self) -> Option<&Decimal> {
        Some(self)
    }
}

impl<T: Amount> Amount for Option<T> {
    type Number = T::Number;
    fn amount(&self) -> Option<&T::Number> {
        self.as_ref().and_then(Amount::amount)
    }
}

impl<T: Amount> Amount for Patch<T> {
    type Number = T::Number;
    fn amount(&self) -> Option<&T::Number> {
        self.value().and_then(Amount::amount)
    }
}

/// Decimals that can be brought to a scale.
pub trait Scaled {
    /// Brings all to exactly this many places; false when digits would be lost.
    fn bring_to(&mut self, scale: u32) -> bool;
}

impl Scaled for Decimal {
    fn bring_to(&mut self, scale: u32) -> bool {
        match num::widen(self.normalize(), scale) {
            Ok(scaled) if scaled.scale() == scale => {
                *self = scaled;
                true
            }
            _ => false,
        }
    }
}

impl<T: Scaled> Scaled for Option<T> {
    fn bring_to(&mut self, scale: u32) -> bool {
        self.as_mut().is_none_or(|value| value.bring_to(scale))
    }
}

impl<T: Scaled> Scaled for Patch<T> {
    fn bring_to(&mut self, scale: u32) -> bool {
        match self {
            Self::Set(value) => value.bring_to(scale),
            Self::Keep | Self::Clear => true,
        }
    }
}

impl<T: Scaled> Scaled for Vec<T> {
    fn bring_to(&mut self, scale: u32) -> bool {
        self.iter_mut().all(|value| value.bring_to(scale))
    }
}

impl<K, T: Scaled> Scaled for BTreeMap<K, T> {
    fn bring_to(&mut self, scale: u32) -> bool {
        self.values_mut().all(|value| value.bring_to(scale))
    }
}

macro_rules! nothing_to_check {
    ($($type:ty),+) => {
        $(impl Check for $type {
            fn check(&mut self, _: &mut Violations) {}
        })+
    };
}

nothing_to_check!(bool, i64, Decimal, Uuid, Date);

impl Check for String {
    fn check(&mut self, at: &mut Violations) {
        if self.holds_nul() {
            at.report("", NUL);
        }
    }
}

impl Check for Timestamp {
    fn check(&mut self, _: &mut Violations) {
        *self = time::cut(*self);
    }
}

impl Check for SignedDuration {
    fn check(&mut self, _: &mut Violations) {
        *self = time::cut_duration(*self);
    }
}

impl<T: Check> Check for Option<T> {
    fn check(&mut self, at: &mut Violations) {
        if let Some(value) = self {
            value.check(at);
        }
    }
}

impl<T: Check> Check for Patch<T> {
    fn check(&mut self, at: &mut Violations) {
        if let Self::Set(value) = self {
            value.check(at);
        }
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&mut self, at: &mut Violations) {
        for (i, value) in self.iter_mut().enumerate() {
            at.field(&format!("[{i}]"), value);
        }
    }
}

impl<T: Check + Ord> Check for BTreeSet<T> {
    fn check(&mut self, at: &mut Violations) {
        let mut values: Vec<T> = std::mem::take(self).into_iter().collect();
        values.check(at);
        self.extend(values);
    }
}

impl<K: Check + Ord + std::fmt::Display, T: Check> Check for BTreeMap<K, T> {
    fn check(&mut self, at: &mut Violations) {
        for (mut key, mut value) in std::mem::take(self) {
            at.inside(&format!("[{key}]"), |at| {
                key.check(at);
                value.check(at);
            });
            self.insert(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_include_both_ends_and_name_the_place() {
        let mut at = Violations::default();
        at.range("weeks", &1, 1..=4);
        at.range("weeks", &4, 1..=4);
        assert!(at.is_empty());
        at.range("weeks", &5, 1..=4);
        at.inside("owner", |at| at.length("name", &String::new(), 1..=80));
        at.range("left", &None::<i64>, 1..);
        let found: Vec<String> = at.iter().map(|v| format!("{}: {}", v.path, v.text)).collect();
        assert_eq!(
            found,
            [
                "weeks: it must be at least 1 and at most 4, it is 5",
                "owner.name: the length must be at least 1 and at most 80, it is 0",
            ]
        );
    }

    #[test]
    fn length_counts_characters() {
        let mut at = Violations::default();
        at.length("name", &"äöü".to_owned(), 3..=3);
        assert!(at.is_empty());
        at.length("name", &Some("a\0b".to_owned()), ..);
        assert_eq!(at.iter().count(), 1);
    }

    #[test]
    fn decimals_get_their_scale_or_are_refused() {
        let mut price: Decimal = "9.5".parse().unwrap();
        let mut at = Violations::default();
        at.scale("price", &mut price, 2);
        assert_eq!(price.to_string(), "9.50");
        assert!(at.is_empty());
        let mut fine: Decimal = "9.500".parse().unwrap();
        at.scale("price", &mut fine, 2);
        assert_eq!((fine.to_string().as_str(), at.is_empty()), ("9.50", true));
        at.scale("price", &mut "9.505".parse::<Decimal>().unwrap(), 2);
        assert_eq!(at.iter().count(), 1);
    }

    #[test]
    fn elements_have_their_index_in_the_path() {
        let mut at = Violations::default();
        at.field("tags", &mut vec!["a".to_owned(), "b\0".to_owned()]);
        assert_eq!(at.iter().map(|v| v.path.as_str()).collect::<Vec<_>>(), ["tags[1]"]);
    }
}
