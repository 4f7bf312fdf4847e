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
        for entry in entries {
            let known = shape.key(&entry.key.text);
            let key = known.or_else(|| {
                let mut taken = there.clone();
                taken.extend(cells.iter().map(|c| c.name));
                self.unknown_key(subject, shape, &entry.key, &taken)
            });
            if let Some(key) = key {
                let val = self.cell(subject, key, entry);
                cells.push(Cell { key: entry.key.clone(), name: key.name, val });
            }
        }
        let row = Row { span, cells };
        self.missing_keys(subject, shape, &row);
        for group in shape.groups {
            self.group(subject, shape, group, &row);
        }
        row
    }

    fn cell(&mut self, subject: &Subject, key: &'static Key, entry: &Entry) -> Option<super::Val> {
        let at = At { subject, key: &entry.key, shape: key };
        if key.stage == Stage::One || self.shape_only {
            return self.value(&at, &key.form, &entry.value);
        }
        self.not_built(subject, &entry.key, &entry.value);
        if let Kind::Table(inner) = &entry.value.kind {
            self.not_yet.extend(inner.iter().map(|e| e.key.clone()));
        }
        self.shape_only = true;
        self.value(&at, &key.form, &entry.value);
        self.shape_only = false;
        None
    }

    fn missing_keys(&mut self, subject: &Subject, shape: &'static Shape, row: &Row) {
        for key in shape.keys().filter(|k| !row.has(k.name)) {
            let missing = match key.need {
                Need::Required => true,
                Need::Unless(other) => !row.has(other) && !in_group(shape, key.name),
                Need::Default(_) | Need::Absent => false,
            };
            let status = row.cells.iter().find(|c| c.name == "to" && key.name == "emit");
            match status {
                Some(to) if missing => self.eventless(subject, &to.key),
                None if missing => self.missing(subject, &[key]),
                _ => {}
            }
        }
    }

    fn group(&mut self, subject: &Subject, shape: &'static Shape, group: &Group, row: &Row) {
        let place = |name: &str| -> Option<Ident> {
            let cell = row.cells.iter().find(|cell| cell.name == name)?;
            Some(Ident { text: name.to_owned(), span: cell.key.span })
        };
        match group {
            Group::ExactlyOne(names) | Group::AtLeastOne(names) => {
                let mut found: Vec<Ident> = names.iter().filter_map(|n| place(n)).collect();
                found.sort_by_key(|ident| ident.span);
                let told = shape.groups.iter().any(|g| match g {
                    Group::Needs(name, other) => row.has(name) && names.contains(other),
                    _ => false,
                });
                if found.is_empty() && !told {
                    let keys: Vec<&Key> = names.iter().filter_map(|n| shape.key(n)).collect();
                    self.missing(subject, &keys);
                }
                if let (Group::ExactlyOne(_), [first, second, ..]) = (group, found.as_slice()) {
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

fn in_group(shape: &Shape, name: &str) -> bool {
    shape
        .groups
        .iter()
        .any(|group| matches!(group, Group::ExactlyOne(names) if names.contains(&name)))
}
