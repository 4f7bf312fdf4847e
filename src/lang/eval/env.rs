//! What an expression may read while it is evaluated.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::value::{Fields, Value};
use crate::lang::check::World;
use crate::lang::ir::Root;
use crate::lang::types::TypeTable;

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Overflow, division by zero, beyond the calendar: the refusal `Arithmetic`.
    Arithmetic,
    /// `actor.id` with nobody signed in: the refusal `Unauthenticated`.
    Unauthenticated,
    /// The interpreter cannot know it, with the reason: a function written by hand, a value that
    /// was never set.
    Unknown(String),
}

/// A result.
pub type Result<T> = std::result::Result<T, Fault>;

/// The rows of one replica, reference or view by key (several key columns are a list).
pub type Rows = BTreeMap<Value, Value>;

/// The surroundings of one evaluation.
#[derive(Debug, Clone)]
pub struct Env<'a> {
    /// Types and tables.
    pub world: &'a World,
    /// The values of roots. Settings are a record under [`Root::Settings`]; a missing actor is a
    /// record whose `id` is absent.
    pub roots: BTreeMap<Root, Value>,
    /// Local names, later ones first when read.
    pub locals: Vec<(String, Value)>,
    /// `exists`
    pub exists: bool,
    /// `now`
    pub now: Timestamp,
    /// The context's zone.
    pub zone: TimeZone,
    /// Rows by context and source.
    pub rows: BTreeMap<(String, String), Rows>,
    /// The last number taken from each range, by name and part.
    pub numbers: BTreeMap<(String, String), i64>,
    /// What random values are made from.
    pub seed: Uuid,
    /// How many random values were drawn.
    pub draws: u64,
    pub(super) depth: u32,
}

/// 2026-01-05T09:00:00Z, when scenarios take place unless they say otherwise.
const NOW: i64 = 1_767_603_600;

impl<'a> Env<'a> {
    /// Nothing but constants.
    #[must_use]
    pub fn constant(world: &'a World) -> Self {
        Self {
            world,
            roots: BTreeMap::new(),
            locals: Vec::new(),
            exists: false,
            now: Timestamp::from_second(NOW).unwrap_or(Timestamp::UNIX_EPOCH),
            zone: TimeZone::UTC,
            rows: BTreeMap::new(),
            numbers: BTreeMap::new(),
            seed: Uuid::nil(),
            draws: 0,
            depth: 0,
        }
    }

    pub(super) fn types(&self) -> &'a TypeTable {
        &self.world.types
    }

    /// A local name's value.
    #[must_use]
    pub fn local(&self, name: &str) -> Option<&Value> {
        self.locals.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    pub(super) fn root(&self, root: Root) -> Result<&Value> {
        self.roots.get(&root).ok_or_else(|| Fault::Unknown(format!("{root:?} is not at hand")))
    }

    /// A field of a root.
    pub(super) fn root_field(&self, root: Root, name: &str) -> Result<Value> {
        match self.root(root)?.fields().and_then(|f: &Fields| f.get(name)) {
            Some(value) => Ok(value.clone()),
            None if root == Root::Actor => Err(Fault::Unauthenticated),
            None => Err(Fault::Unknown(format!("`{name}` has no value"))),
        }
    }

    /// The next number of a range.
    pub(super) fn next(&mut self, name: &str, part: String) -> Result<Value> {
        let last = self.numbers.entry((name.to_owned(), part)).or_insert(0);
        *last = last.checked_add(1).ok_or(Fault::Arithmetic)?;
        Ok(Value::Int(*last))
    }

    pub(super) fn random_uuid(&mut self) -> Uuid {
        self.draws = self.draws.wrapping_add(1);
        Uuid::new_v5(&self.seed, &self.draws.to_be_bytes())
    }

    pub(super) fn random_text(&mut self, count: i64, letters: &[u8]) -> String {
        let count = usize::try_from(count.clamp(0, 64)).unwrap_or_default();
        let limit = 256 - 256 % letters.len().max(1);
        let mut text = String::with_capacity(count);
        while text.len() < count {
            let drawn = self.random_uuid().into_bytes();
            let usable = drawn
                .into_iter()
                .enumerate()
                .filter(|(i, byte)| *i != 6 && *i != 8 && usize::from(*byte) < limit);
            let drawn = usable.filter_map(|(_, b)| letters.get(usize::from(b) % letters.len()));
            text.extend(drawn.map(|letter| char::from(*letter)).take(count - text.len()));
        }
        text
    }
}
