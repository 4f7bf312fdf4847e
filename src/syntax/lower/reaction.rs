//! `on.E`: reactions of views and replicas, replies of saga steps.

use super::{At, Lower, Row, Subject};
use crate::diagnostics::Diagnostic;
use crate::lang::parse;
use crate::lang::tree::{Action, Ident, Path};
use crate::shapes::{Form, Shape};
use crate::syntax::toml::{Entry, Kind, Node};
use crate::syntax::tree::{Reaction, ReplyReaction};

impl Lower<'_> {
    /// Reactions by event, in the order of the text; lower-case keys are contexts.
    pub(super) fn reactions(
        &mut self,
        at: &At<'_>,
        shape: &'static Shape,
        node: &Node,
    ) -> Option<Vec<Reaction>> {
        let mut found = Vec::new();
        for entry in self.entries(at, node)? {
            if is_upper(&entry.key.text) {
                self.reaction(at, shape, None, entry, &mut found);
                continue;
            }
            let inner = At { key: &entry.key, ..*at };
            let Kind::Table(foreign) = &entry.value.kind else {
                self.not_an_event(&inner, &entry.value);
                continue;
            };
            for event in foreign {
                if is_upper(&event.key.text) {
                    self.reaction(at, shape, Some(&entry.key), event, &mut found);
                } else {
                    self.not_an_event(&At { key: &event.key, ..*at }, &event.value);
                }
            }
        }
        found.sort_by_key(|reaction| reaction.span);
        Some(found)
    }

    fn reaction(
        &mut self,
        at: &At<'_>,
        shape: &'static Shape,
        context: Option<&Ident>,
        entry: &Entry,
        found: &mut Vec<Reaction>,
    ) {
        let event = Path { context: context.cloned(), name: entry.key.clone() };
        let inner = At { key: &entry.key, ..*at };
        for (span, mut row) in self.rows_of(&inner, shape, &entry.value) {
            found.push(Reaction {
                event: event.clone(),
                cond: row.expr("if"),
                key: row.exprs("key").unwrap_or_default(),
                each: row.each("each"),
                changes: row.changes("do").unwrap_or_default(),
                span,
            });
        }
        if is_short(&entry.value) {
            let changes = self.several(&inner, &Form::Changes, &entry.value, parse::change);
            found.push(Reaction {
                event,
                cond: None,
                key: Vec::new(),
                each: None,
                changes: changes.unwrap_or_default(),
                span: entry.key.span,
            });
        }
    }

    /// Replies by event or refusal, in the order of the text.
    pub(super) fn replies(
        &mut self,
        at: &At<'_>,
        shape: &'static Shape,
        node: &Node,
    ) -> Option<Vec<ReplyReaction>> {
        let mut found = Vec::new();
        for entry in self.entries(at, node)? {
            let inner = At { key: &entry.key, ..*at };
            if !is_upper(&entry.key.text) {
                self.not_an_event(&inner, &entry.value);
                continue;
            }
            let reply = entry.key.clone();
            for (span, mut row) in self.rows_of(&inner, shape, &entry.value) {
                let cond = row.expr("if");
                let actions = row.actions("do").unwrap_or_default();
                found.push(ReplyReaction { reply: reply.clone(), cond, actions, span });
            }
            if is_short(&entry.value) {
                let actions: Option<Vec<Action>> =
                    self.several(&inner, &Form::Actions, &entry.value, parse::action);
                let actions = actions.unwrap_or_default();
                found.push(ReplyReaction { reply, cond: None, actions, span: entry.key.span });
            }
        }
        Some(found)
    }

    /// The longer forms: a table, or an array of tables.
    fn rows_of(
        &mut self,
        at: &At<'_>,
        shape: &'static Shape,
        node: &Node,
    ) -> Vec<(crate::source::Span, Row)> {
        let words = format!("{}, `{}`", at.subject.words, at.key.text);
        let subject = Subject { words, place: at.key.span };
        match &node.kind {
            Kind::Table(entries) => {
                vec![(at.key.span, self.row(&subject, shape, entries, node.span))]
            }
            Kind::Array(items) if !is_short(node) => {
                let mut rows = Vec::new();
                for item in items {
                    match &item.kind {
                        Kind::Table(entries) => {
                            let subject = Subject { place: item.span, ..subject.clone() };
                            rows.push((item.span, self.row(&subject, shape, entries, item.span)));
                        }
                        _ => self.wrong_type(at, &Form::Tables(shape), item),
                    }
                }
                rows
            }
            Kind::Text(_) | Kind::Array(_) => Vec::new(),
            _ => {
                self.wrong_type(at, &at.shape.form, node);
                Vec::new()
            }
        }
    }

    fn not_an_event(&mut self, at: &At<'_>, node: &Node) {
        if matches!(node.kind, Kind::Broken) {
            return;
        }
        let words = format!("{}: `{}` is not the name of an event", at.subject.words, at.key.text);
        let pascal = heck::ToUpperCamelCase::to_upper_camel_case(at.key.text.as_str());
        let found = Diagnostic::error(114, at.key.span, words)
            .label("events begin in upper case")
            .help(format!("write `{pascal}`, or `context.{pascal}` for another context's"));
        self.lose(found);
    }
}

fn is_upper(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
}

/// One text, or an array that does not hold tables.
fn is_short(node: &Node) -> bool {
    match &node.kind {
        Kind::Text(_) => true,
        Kind::Array(items) => !items.iter().any(|item| matches!(item.kind, Kind::Table(_))),
        _ => false,
    }
}
