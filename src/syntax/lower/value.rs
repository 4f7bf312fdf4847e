//! A value by its form.

use super::list::own_path;
use super::{At, Lower, Subject, Val};
use crate::diagnostics::Diagnostic;
use crate::lang::parse;
use crate::lang::tree::{Ident, Trigger};
use crate::shapes::{Form, Shape};
use crate::syntax::toml::{Kind, Node};
use crate::syntax::tree::{OrderKey, Spanned};

impl Lower<'_> {
    /// Lower a value; what is wrong is reported, then there is none.
    pub(super) fn value(&mut self, at: &At<'_>, form: &'static Form, node: &Node) -> Option<Val> {
        if matches!(node.kind, Kind::Broken) {
            return None;
        }
        let outer = std::mem::replace(&mut self.declaring, form.declares());
        let value = self.value_of(at, form, node);
        self.declaring = outer;
        value
    }

    fn value_of(&mut self, at: &At<'_>, form: &'static Form, node: &Node) -> Option<Val> {
        match form {
            Form::Text | Form::Bool | Form::Int => self.plain(at, form, node),
            Form::Choice(_) | Form::Time | Form::Actor | Form::Duration => {
                self.word(at, form, node)
            }
            Form::Name
            | Form::Names
            | Form::Upper
            | Form::Was
            | Form::Path
            | Form::Paths
            | Form::Patterns
            | Form::Order => self.naming(at, form, node),
            Form::Fields => self.fields(at, node).map(Val::Fields),
            Form::FieldMap => self.field_map(at, node).map(Val::FieldMap),
            Form::ExprMap => self.expr_map(at, node).map(Val::ExprMap),
            Form::Parts => self.parts(at, node).map(Val::Parts),
            Form::Ints => self.ints(at, node).map(Val::Ints),
            Form::Reactions(shape) => self.reactions(at, shape, node).map(Val::Reactions),
            Form::Replies(shape) => self.replies(at, shape, node).map(Val::Replies),
            Form::Table(shape) => self.table(at, shape, node).map(Val::Row),
            Form::Tables(shape) => self.tables(at, shape, node).map(Val::Rows),
            Form::Named(shape) => self.named(at, shape, node).map(Val::Named),
            Form::Map(inner) => {
                for entry in self.entries(at, node)? {
                    self.value(&At { key: &entry.key, ..*at }, inner, &entry.value);
                }
                None
            }
            Form::Free => None,
            _ => self.sentence(at, form, node),
        }
    }

    fn plain(&mut self, at: &At<'_>, form: &Form, node: &Node) -> Option<Val> {
        match (form, &node.kind) {
            (Form::Text, Kind::Text(text)) => {
                Some(Val::Text(Spanned { value: text.clone(), span: self.inside(node) }))
            }
            (Form::Bool, Kind::Bool(value)) => {
                Some(Val::Bool(Spanned { value: *value, span: node.span }))
            }
            (Form::Int, Kind::Int(Some(value))) => {
                Some(Val::Int(Spanned { value: *value, span: node.span }))
            }
            (Form::Int, Kind::Int(None)) => {
                let words = format!("{}: `{}` is too large", at.subject.words, at.key.text);
                let found = Diagnostic::error(11, node.span, words)
                    .help("whole numbers have at most 18 digits");
                self.lose(found);
                None
            }
            _ => {
                self.wrong_type(at, form, node);
                None
            }
        }
    }

    /// A table from names to whole numbers.
    fn ints(&mut self, at: &At<'_>, node: &Node) -> Option<Vec<(Ident, Spanned<i64>)>> {
        let mut found = Vec::new();
        for entry in self.entries(at, node)? {
            let inner = At { key: &entry.key, ..*at };
            if let Some(Val::Int(number)) = self.plain(&inner, &Form::Int, &entry.value) {
                found.push((entry.key.clone(), number));
            }
        }
        Some(found)
    }

    /// Forms that are one text of a small kind.
    fn word(&mut self, at: &At<'_>, form: &Form, node: &Node) -> Option<Val> {
        let Kind::Text(text) = &node.kind else {
            self.wrong_type(at, form, node);
            return None;
        };
        let span = self.inside(node);
        match form {
            Form::Choice(words) => match words.iter().find(|w| *w == text) {
                Some(word) => Some(Val::Word(Spanned { value: *word, span })),
                None => {
                    self.not_a_choice(at, form, text, span);
                    None
                }
            },
            Form::Duration => {
                let value = self.notation(node, parse::duration)?;
                Some(Val::Duration(Spanned { value, span }))
            }
            Form::Actor => {
                if let Some(name) = text.strip_prefix('@').filter(|n| super::list::is_name(n)) {
                    return Some(Val::Ident(Ident { text: name.to_owned(), span }));
                }
                let words = format!("{}: `{}` is not an actor", at.subject.words, at.key.text);
                self.lose(
                    Diagnostic::error(114, span, words).help("write `@` and a name: `@anna`"),
                );
                None
            }
            _ => match text.parse::<jiff::Timestamp>() {
                Ok(value) => Some(Val::Time(Spanned { value, span })),
                Err(_) => {
                    let words = format!("{}: `{}` is not a time", at.subject.words, at.key.text);
                    let help = "write it in UTC: `2026-01-05T09:00:00Z`";
                    self.lose(Diagnostic::error(11, span, words).help(help));
                    None
                }
            },
        }
    }

    fn naming(&mut self, at: &At<'_>, form: &Form, node: &Node) -> Option<Val> {
        match form {
            Form::Name => self.single(at, form, node, parse::name).map(Val::Ident),
            Form::Names => self.several(at, form, node, parse::name).map(Val::Idents),
            Form::Upper => self.several(at, form, node, own_path).map(Val::Idents),
            Form::Was => {
                let texts = self.texts(at, form, node)?;
                Some(Val::Idents(texts.into_iter().filter_map(|t| self.any_name(t)).collect()))
            }
            Form::Path => self.single(at, form, node, parse::path).map(Val::Path),
            Form::Paths => self.several(at, form, node, parse::path).map(Val::Paths),
            Form::Patterns => self.several(at, form, node, parse::event_pattern).map(Val::Patterns),
            _ => {
                let keys = self.several(at, form, node, parse::order)?;
                let keys = keys.into_iter().map(|(name, descending)| OrderKey { name, descending });
                Some(Val::Order(keys.collect()))
            }
        }
    }

    /// Forms that are sentences of the notations.
    fn sentence(&mut self, at: &At<'_>, form: &Form, node: &Node) -> Option<Val> {
        match form {
            Form::Type => self.single(at, form, node, parse::type_expr).map(Val::Type),
            Form::Id => self.single(at, form, node, parse::id_decl).map(Val::Id),
            Form::Expr => self.single(at, form, node, parse::expr).map(Val::Expr),
            Form::Exprs => self.several(at, form, node, parse::expr).map(Val::Exprs),
            Form::Rules => self.several(at, form, node, parse::rule).map(Val::Rules),
            Form::Uniques => self.several(at, form, node, parse::unique).map(Val::Uniques),
            Form::Statuses => self.single(at, form, node, parse::statuses).map(Val::Statuses),
            Form::Message => self.single(at, form, node, parse::message).map(Val::Message),
            Form::Messages => self.several(at, form, node, parse::message).map(Val::Messages),
            Form::Changes => self.several(at, form, node, parse::change).map(Val::Changes),
            Form::Each => self.single(at, form, node, parse::each).map(Val::Each),
            Form::Cases => self.several(at, form, node, parse::case).map(Val::Cases),
            Form::Members => self.several(at, form, node, parse::member_decl).map(Val::Members),
            Form::Timeout => self.single(at, form, node, parse::timeout).map(Val::Timeout),
            Form::Actions => self.several(at, form, node, parse::action).map(Val::Actions),
            Form::Trigger => {
                let trigger = self.single(at, form, node, parse::trigger)?;
                let later = match &trigger {
                    Trigger::Timer(_) => Some("timer"),
                    Trigger::Schedule(_) | Trigger::Message(_) => None,
                };
                if let Some(word) = later {
                    let words = format!("{}: `{word}` is not built yet", at.subject.words);
                    let found = Diagnostic::error(50, self.inside(node), words)
                        .help("remove it or wait for stage 2");
                    self.push(found);
                }
                Some(Val::Trigger(trigger))
            }
            _ => None,
        }
    }

    fn table(&mut self, at: &At<'_>, shape: &'static Shape, node: &Node) -> Option<super::Row> {
        let entries = self.entries(at, node)?;
        let words = if at.subject.place.end == 0 {
            format!("`[{}]`", at.key.text)
        } else {
            format!("{}, `{}`", at.subject.words, at.key.text)
        };
        let subject = Subject { words, place: at.key.span };
        Some(self.row(&subject, shape, entries, node.span))
    }

    fn tables(
        &mut self,
        at: &At<'_>,
        shape: &'static Shape,
        node: &Node,
    ) -> Option<Vec<super::Row>> {
        let Kind::Array(items) = &node.kind else {
            self.wrong_type(at, &at.shape.form, node);
            return None;
        };
        let mut rows = Vec::new();
        for item in items {
            let Kind::Table(entries) = &item.kind else {
                self.wrong_type(at, &at.shape.form, item);
                continue;
            };
            let named = entries.iter().find(|e| e.key.text == "name");
            let words = match named.map(|e| &e.value.kind) {
                Some(Kind::Text(name)) => format!("{} \"{}\"", shape.name, name.escape_debug()),
                _ => shape.name.to_owned(),
            };
            let subject = Subject { words, place: item.span };
            rows.push(self.row(&subject, shape, entries, item.span));
        }
        Some(rows)
    }

    fn named(
        &mut self,
        at: &At<'_>,
        shape: &'static Shape,
        node: &Node,
    ) -> Option<Vec<(Ident, super::Row)>> {
        let mut rows = Vec::new();
        for entry in self.entries(at, node)? {
            let words = format!("{} `{}`", shape.name, entry.key.text);
            let subject = Subject { words, place: entry.key.span };
            let Kind::Table(entries) = &entry.value.kind else {
                self.not_a_table(at, shape, entry);
                continue;
            };
            rows.push((entry.key.clone(), self.row(&subject, shape, entries, entry.value.span)));
        }
        Some(rows)
    }

    /// `[command] on = "Job"`: the name is missing, or the value is not a table.
    fn not_a_table(
        &mut self,
        at: &At<'_>,
        shape: &'static Shape,
        entry: &crate::syntax::toml::Entry,
    ) {
        if matches!(entry.value.kind, Kind::Broken) {
            return;
        }
        let words = format!(
            "{} `{}` must be a table, not {}",
            shape.name,
            entry.key.text,
            entry.value.describe()
        );
        let help = if shape.key(&entry.key.text).is_some() {
            format!("give the {} a name: `{}`", shape.name, shape.header)
        } else {
            format!("write `[{}.{}]` and its keys below", at.key.text, entry.key.text)
        };
        self.lose(
            Diagnostic::error(5, entry.value.span, words).label("expected a table").help(help),
        );
    }
}
