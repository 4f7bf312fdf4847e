//! What a decision may know besides state and command: time, actor, rows, running numbers, randomness.
//!
//! Keeps true: everything is fixed during one decision, and the same context gives the same decision. What is not
//! at hand is asked for with [`Need`]; the runtime adds it and decides again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::fault::{Fault, Folded, Need};
use crate::query::Cond;
use crate::refusal::BuiltIn;
use crate::row::Row;
use crate::time::{UTC, Zone};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Actor {
    /// The signed-in person; none for nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    /// The roles that the actor has.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub roles: BTreeSet<String>,
}

impl Actor {
    /// Nobody is signed in.
    #[must_use]
    pub fn nobody() -> Self {
        Self::default()
    }

    /// This person, without roles.
    #[must_use]
    pub fn of(id: Uuid) -> Self {
        Self { id: Some(id), roles: BTreeSet::new() }
    }

    /// The person's id.
    ///
    /// # Errors
    /// `unauthenticated` when nobody is signed in.
    pub fn id(&self) -> Result<Uuid, BuiltIn> {
        self.id.ok_or(BuiltIn::Unauthenticated)
    }

    /// The person's id, if somebody is signed in.
    #[must_use]
    pub fn known(&self) -> Option<Uuid> {
        self.id
    }
}

/// A running number that a decision took: the store writes it only if the last one is still `seen`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The range's name.
    pub name: &'static str,
    /// The part of it; empty without one.
    pub part: String,
    /// The last number before the decision.
    pub seen: i64,
    /// The last number after it.
    pub last: i64,
}

/// The surroundings of one decision.
#[derive(Debug)]
pub struct Context {
    /// The time of the decision, in microseconds.
    pub now: Timestamp,
    /// Who asks.
    pub actor: Actor,
    zone: &'static Zone,
    seed: Uuid,
    rows: BTreeMap<(&'static str, String), Option<Value>>,
    lists: Vec<(&'static str, Cond, Vec<Value>)>,
    numbers: BTreeMap<(&'static str, String), i64>,
    used: Mutex<Used>,
}

#[derive(Debug, Clone, Default)]
struct Used {
    draws: u64,
    taken: BTreeMap<(&'static str, String), i64>,
}

impl Context {
    /// A decision at this time by this actor; `seed` must be unpredictable where randomness matters.
    #[must_use]
    pub fn new(now: Timestamp, actor: Actor, zone: &'static Zone, seed: Uuid) -> Self {
        Self {
            now: crate::time::cut(now),
            actor,
            zone,
            seed,
            rows: BTreeMap::new(),
            lists: Vec::new(),
            numbers: BTreeMap::new(),
            used: Mutex::default(),
        }
    }

    /// A decision at this time by nobody in UTC.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self::new(now, Actor::nobody(), &UTC, Uuid::nil())
    }

    /// The calendar day of `now`.
    #[must_use]
    pub fn today(&self) -> Date {
        crate::time::date(self.now, self.zone)
    }

    /// The row under this key, or none.
    ///
    /// # Errors
    /// [`Need::Row`] when it was not fetched yet.
    pub fn row<R: Row>(&self, key: &R::Key) -> Folded<Option<R>> {
        let key = serde_json::to_value(key).map_err(Fault::data)?;
        match self.rows.get(&(R::TABLE.name, key.to_string())) {
            Some(Some(row)) => serde_json::from_value(row.clone()).map(Some).map_err(Fault::form),
            Some(None) => Ok(None),
            None => Err(Fault::Need(Need::Row { table: const { &R::TABLE }, key })),
        }
    }

    /// The rows for which the condition holds.
    ///
    /// # Errors
    /// [`Need::Rows`] when they were not fetched yet.
    pub fn rows<R: Row>(&self, cond: Cond) -> Folded<Vec<R>> {
        let known = self.lists.iter().find(|(name, c, _)| *name == R::TABLE.name && *c == cond);
        let Some((_, _, rows)) = known else {
            return Err(Fault::Need(Need::Rows { table: const { &R::TABLE }, cond }));
        };
        rows.iter().map(|row| serde_json::from_value(row.clone()).map_err(Fault::form)).collect()
    }

    /// The next running number; the first is 1. `part` splits the range, as by year.
    ///
    /// # Errors
    /// [`Need::Number`] when the last one was not fetched yet; arithmetic at the end of the range.
    pub fn next(&self, name: &'static str, part: impl std::fmt::Display) -> Folded<i64> {
        let at = (name, part.to_string());
        let Some(seen) = self.numbers.get(&at) else {
            return Err(Fault::Need(Need::Number { name, part: at.1 }));
        };
        let mut used = self.used();
        let last = used.taken.entry(at).or_insert(*seen);
        *last = last.checked_add(1).ok_or(Fault::Arithmetic)?;
        Ok(*last)
    }

    /// A random text of decimal digits.
    #[must_use]
    pub fn random_digits(&self, count: i64) -> String {
        self.random_text(count, b"0123456789")
    }

    /// A random text of capital letters.
    #[must_use]
    pub fn random_letters(&self, count: i64) -> String {
        self.random_text(count, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    }

    /// A random UUID.
    #[must_use]
    pub fn random_uuid(&self) -> Uuid {
        let mut used = self.used();
        used.draws = used.draws.wrapping_add(1);
        Uuid::new_v5(&self.seed, &used.draws.to_be_bytes())
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn random_text(&self, count: i64, letters: &[u8]) -> String {
        let count = usize::try_from(count.clamp(0, 64)).unwrap_or_default();
        let limit = 256 - 256 % letters.len().max(1);
        let mut text = String::with_capacity(count);
        while text.len() < count {
            let drawn = self.random_uuid().into_bytes();
            let usable = drawn.into_iter().enumerate().filter(|(i, byte)| {
                // The bytes that carry the version and the variant are not random.
                *i != 6 && *i != 8 && usize::from(*byte) < limit
            });
            let drawn =
                usable.filter_map(|(_, byte)| letters.get(usize::from(byte) % letters.len()));
            text.extend(drawn.map(|letter| char::from(*letter)).take(count - text.len()));
        }
        text
    }

    /// Adds a fetched row; none when there is none under this key.
    pub fn add_row(&mut self, table: &'static str, key: &Value, row: Option<Value>) {
        self.rows.insert((table, key.to_string()), row);
    }

    /// Adds fetched rows.
    pub fn add_rows(&mut self, table: &'static str, cond: Cond, rows: Vec<Value>) {
        self.lists.push((table, cond, rows));
    }

    /// Adds the last number taken from a range.
    pub fn add_number(&mut self, name: &'static str, part: String, last: i64) {
        self.numbers.insert((name, part), last);
    }

    /// Forgets what a decision drew and took, before it runs again in this context.
    pub fn start(&mut self) {
        *self.used() = Used::default();
    }

    /// The running numbers that the decision took.
    #[must_use]
    pub fn numbers_taken(&self) -> Vec<Taken> {
        let used = self.used();
        let taken = used.taken.iter().map(|((name, part), last)| {
            let at = (*name, part.clone());
            let seen = self.numbers.get(&at).copied().unwrap_or_default();
            Taken { name: at.0, part: at.1, seen, last: *last }
        });
        taken.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_asked_for_then_counted_from_one() {
        let mut cx = Context::at(Timestamp::UNIX_EPOCH);
        let need = Need::Number { name: "job", part: "2026".to_owned() };
        assert_eq!(cx.next("job", 2026), Err(Fault::Need(need)));
        cx.add_number("job", "2026".to_owned(), 0);
        assert_eq!((cx.next("job", 2026), cx.next("job", 2026)), (Ok(1), Ok(2)));
        let taken = Taken { name: "job", part: "2026".to_owned(), seen: 0, last: 2 };
        assert_eq!(cx.numbers_taken(), [taken]);
        cx.start();
        assert_eq!(cx.next("job", 2026), Ok(1));
    }

    #[test]
    fn randomness_is_the_seed_s_and_only_of_the_asked_letters() {
        let cx = Context::at(Timestamp::UNIX_EPOCH);
        let digits = cx.random_digits(40);
        assert_eq!(digits.len(), 40);
        assert!(digits.chars().all(|c| c.is_ascii_digit()));
        assert_ne!(cx.random_letters(8), cx.random_letters(8));
        let again = Context::at(Timestamp::UNIX_EPOCH);
        assert_eq!(again.random_digits(40), digits);
    }

    #[test]
    fn nobody_has_no_id() {
        assert_eq!(Actor::nobody().id(), Err(BuiltIn::Unauthenticated));
        assert_eq!(Actor::of(Uuid::nil()).id(), Ok(Uuid::nil()));
    }
}
