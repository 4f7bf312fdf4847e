//! A table against its shape: which keys are there, which are missing.

use super::row::{Cell, Row};
use super::{At, Lower, Subject};
use crate::lang::tree::Ident;
use crate::shapes::{Group, Key, Need, Shape, Stage};
use crate::source::Span;
use crate::syntax::toml::{Entry, Kind, Node};

impl Lower<'_> {
    /// Check the entries of a table against its shape and lower their values.
    pub fn row(
        &mut self,
        subject: &Subject,
        shape: &'static Shape,
        entries: &[Entry],
        span: Span,
    ) -> Row {
        let there: Vec<&str> = entries.iter().map(|e| e.key.text.as_str()).collect();
        let mut cells: Vec<Cell> = Vec::new();
        let mut strange: Vec<&Entry> = Vec::new();
        for entry in entries {
            let known = shape.key(&entry.key.text);
            let key = known.or_else(|| {
                let mut taken = there.clone();
                taken.extend(cells.iter().map(|c| c.name));
                if self.is_in_header(&entry.key) {
                    taken.clear();
                }
                self.misspelt_key(subject, shape, &entry.key, &taken)
            });
            match key {
                Some(key) => {
                    let val = self.cell(subject, key, entry);
                    cells.push(Cell { key: entry.key.clone(), name: key.name, val });
                }
                None => strange.push(entry),
            }
        }
        let mut row = Row { span, cells };
        let all_known = strange.is_empty() && !self.lost_keys;
        let missing = missing_keys(shape, &row);
        match (strange.as_slice(), missing.as_slice()) {
            ([entry], [keys]) if !self.lost_keys => {
                let meant = keys.first().map_or("", |key| key.name);
                self.unknown_key(subject, shape, entry, Some(meant));
                row.cells.push(Cell { key: entry.key.clone(), name: meant, val: None });
            }
            _ => {
                for entry in strange {
                    self.unknown_key(subject, shape, entry, None);
                }
                for keys in &missing {
                    let is_emit = keys.iter().any(|key| key.name == "emit");
                    match row.cells.iter().find(|cell| is_emit && cell.name == "to") {
                        Some(to) => self.eventless(subject, &to.key),
                        None => self.missing(subject, keys),
                    }
                }
            }
        }
        for group in shape.groups {
            if all_known || !matches!(group, Group::Needs(..)) {
                self.group(subject, shape, group, &row);
            }
        }
        row
    }

    /// `[aggregat.Job]`: a name follows, so that the table that is meant may be there as well.
    fn is_in_header(&self, key: &Ident) -> bool {
        let (start, end) = (key.span.start as usize, key.span.end as usize);
        let before = self.text.get(..start).unwrap_or_default();
        let after = self.text.get(end..).unwrap_or_default();
        before.ends_with('[') && after.starts_with('.')
    }

    fn cell(&mut self, subject: &Subject, key: &'static Key, entry: &Entry) -> Option<super::Val> {
        let at = At { subject, key: &entry.key, shape: key };
        if key.stage == Stage::One || self.shape_only {
            return self.value(&at, &key.form, &entry.value);
        }
        self.not_built(subject, key, entry);
        if let Kind::Table(inner) = &entry.value.kind {
            self.not_yet.extend(inner.iter().map(|e| e.key.clone()));
        }
        self.shape_only = true;
        self.value(&at, &key.form, &entry.value);
        self.shape_only = false;
        None
    }

    fn group(&mut self, subject: &Subject, shape: &'static Shape, group: &Group, row: &Row) {
        let place = |name: &str| -> Option<Ident> {
            let cell = row.cells.iter().find(|cell| cell.name == name)?;
            Some(Ident { text: name.to_owned(), span: cell.key.span })
        };
        match group {
            Group::AtLeastOne(_) => {}
            Group::ExactlyOne(names) => {
                let mut found: Vec<Ident> = names.iter().filter_map(|n| place(n)).collect();
                found.sort_by_key(|ident| ident.span);
                if let [first, second, ..] = found.as_slice() {
                    self.excluded(subject, first, second);
                }
            }
            Group::Excludes(name, others) => {
                let Some(first) = place(name) else { return };
                if let Some(second) = others.iter().find_map(|other| place(other)) {
                    self.excluded(subject, &first, &second);
                }
            }
            Group::Needs(name, other) => {
                if let (Some(first), None, Some(needed)) =
                    (place(name), place(other), shape.key(other))
                {
                    self.alone(subject, &first, needed);
                }
            }
        }
    }

    /// The entries of a node that must be a table.
    pub(super) fn entries<'n>(&mut self, at: &At<'_>, node: &'n Node) -> Option<&'n [Entry]> {
        if let Kind::Table(entries) = &node.kind {
            return Some(entries);
        }
        self.wrong_type(at, &at.shape.form, node);
        None
    }
}

/// What is missing: a key, or one of several.
fn missing_keys(shape: &'static Shape, row: &Row) -> Vec<Vec<&'static Key>> {
    let alone = shape.keys().filter(|key| !row.has(key.name)).filter(|key| match key.need {
        Need::Required => true,
        Need::Unless(other) => !row.has(other) && !in_group(shape, key.name),
        Need::Default(_) | Need::Absent => false,
    });
    let mut missing: Vec<Vec<&Key>> = alone.map(|key| vec![key]).collect();
    for group in shape.groups {
        let (Group::ExactlyOne(names) | Group::AtLeastOne(names)) = group else { continue };
        let told = shape.groups.iter().any(|g| match g {
            Group::Needs(name, other) => row.has(name) && names.contains(other),
            _ => false,
        });
        if !told && !names.iter().any(|name| row.has(name)) {
            missing.push(names.iter().filter_map(|name| shape.key(name)).collect());
        }
    }
    missing
}

fn in_group(shape: &Shape, name: &str) -> bool {
    shape
        .groups
        .iter()
        .any(|group| matches!(group, Group::ExactlyOne(names) if names.contains(&name)))
}
