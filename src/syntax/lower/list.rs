//! One text or several, and tables from names to texts.

use super::{At, Lower};
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::tree::{Expr, Field, Ident, Part, Path, TypeExpr, TypeKind, Typed};
use crate::lang::{SpanMap, Text, exact, parse};
use crate::shapes::Form;
use crate::source::Span;
use crate::syntax::toml::{Kind, Node};

impl Lower<'_> {
    /// The texts of a node that is one text or an array of texts; anything else is reported once.
    pub(super) fn texts<'n>(
        &mut self,
        at: &At<'_>,
        form: &Form,
        node: &'n Node,
    ) -> Option<Vec<&'n Node>> {
        match &node.kind {
            Kind::Text(_) => Some(vec![node]),
            Kind::Array(items) => {
                let wrong = items.iter().find(|i| !matches!(i.kind, Kind::Text(_)));
                if let Some(wrong) = wrong {
                    self.wrong_type(at, form, wrong);
                }
                Some(items.iter().filter(|i| matches!(i.kind, Kind::Text(_))).collect())
            }
            _ => {
                self.wrong_type(at, form, node);
                None
            }
        }
    }

    /// Each text, parsed; broken ones are reported and left out.
    pub(super) fn several<T>(
        &mut self,
        at: &At<'_>,
        form: &Form,
        node: &Node,
        parse: impl Fn(&Text<'_>, &mut Sink) -> Option<T>,
    ) -> Option<Vec<T>> {
        let texts = self.texts(at, form, node)?;
        Some(exact(texts.into_iter().filter_map(|text| self.notation(text, &parse))))
    }

    /// One text, parsed.
    pub(super) fn single<T>(
        &mut self,
        at: &At<'_>,
        form: &Form,
        node: &Node,
        parse: impl Fn(&Text<'_>, &mut Sink) -> Option<T>,
    ) -> Option<T> {
        if matches!(node.kind, Kind::Text(_)) {
            return self.notation(node, parse);
        }
        self.wrong_type(at, form, node);
        None
    }

    /// A field list in either form.
    pub(super) fn fields(&mut self, at: &At<'_>, node: &Node) -> Option<Vec<Field>> {
        match &node.kind {
            Kind::Array(_) => {
                let texts = self.texts(at, &Form::Fields, node)?;
                Some(exact(texts.into_iter().filter_map(|text| self.field(text))))
            }
            Kind::Table(entries) => {
                let mut fields = Vec::new();
                for entry in entries {
                    if !matches!(entry.value.kind, Kind::Text(_)) {
                        let inner = At { key: &entry.key, ..*at };
                        self.wrong_type(&inner, &Form::Type, &entry.value);
                    } else {
                        let typed = self.notation(&entry.value, parse::typed);
                        let typed = typed.unwrap_or_else(|| unreadable(entry.value.span));
                        let span = entry.key.span.to(entry.value.span);
                        fields.push(Field { name: entry.key.clone(), typed, span });
                    }
                }
                Some(fields)
            }
            _ => {
                self.wrong_type(at, &Form::Fields, node);
                None
            }
        }
    }

    /// A field of an array; a broken one keeps its name, so that uses of it are silent.
    fn field(&mut self, node: &Node) -> Option<Field> {
        if let Some(field) = self.notation(node, parse::field) {
            return Some(field);
        }
        let Kind::Text(text) = &node.kind else { return None };
        let map = SpanMap::new(node.span.file, self.source(node), node.span.start as usize);
        let name = parse::first_name(&Text::new(text, map))?;
        Some(Field { typed: unreadable(name.span), span: name.span, name })
    }

    /// A table from names to field lists.
    pub(super) fn field_map(
        &mut self,
        at: &At<'_>,
        node: &Node,
    ) -> Option<Vec<(Ident, Vec<Field>)>> {
        let mut found = Vec::new();
        for entry in self.entries(at, node)? {
            let inner = At { key: &entry.key, ..*at };
            let fields = self.fields(&inner, &entry.value).unwrap_or_default();
            found.push((entry.key.clone(), fields));
        }
        Some(found)
    }

    /// A table from names to expressions; a broken one keeps its name.
    pub(super) fn expr_map(&mut self, at: &At<'_>, node: &Node) -> Option<Vec<(Ident, Expr)>> {
        let mut found = Vec::new();
        for entry in self.entries(at, node)? {
            let inner = At { key: &entry.key, ..*at };
            let expr = self.single(&inner, &Form::Expr, &entry.value, parse::expr);
            let broken =
                || Expr { kind: crate::lang::tree::ExprKind::Error, span: entry.value.span };
            found.push((entry.key.clone(), expr.unwrap_or_else(broken)));
        }
        Some(found)
    }

    /// A table from names to parts of a composed answer.
    pub(super) fn parts(&mut self, at: &At<'_>, node: &Node) -> Option<Vec<(Ident, Part)>> {
        let mut found = Vec::new();
        for entry in self.entries(at, node)? {
            let inner = At { key: &entry.key, ..*at };
            let part = self.single(&inner, &Form::Message, &entry.value, parse::part);
            found.extend(part.map(|part| (entry.key.clone(), part)));
        }
        Some(found)
    }

    /// A name of this context, in upper or lower case.
    pub(super) fn any_name(&mut self, node: &Node) -> Option<Ident> {
        let span = self.inside(node);
        let Kind::Text(text) = &node.kind else { return None };
        if is_name(text) {
            return Some(Ident { text: text.clone(), span });
        }
        let shown: String = text.chars().take(60).collect();
        let found = Diagnostic::error(114, span, format!("`{shown}` is not a name"))
            .help("a name has letters, digits and `_`, and does not begin with a digit");
        self.lose(found);
        None
    }
}

/// The type of a field that could not be read; it agrees with everything.
fn unreadable(span: Span) -> Typed {
    let ty = Some(TypeExpr { kind: TypeKind::Error, span });
    Typed { ty, optional: false, marks: Vec::new(), default: None, doc: None }
}

/// `X` or `ctx.X`; a report about anything else.
pub(super) fn own_path(text: &Text<'_>, sink: &mut Sink) -> Option<Ident> {
    let path: Path = parse::path(text, sink)?;
    if let Some(context) = &path.context {
        let words = format!("`{}` must be of this context", path.name.text);
        let help = format!("write `{}`", path.name.text);
        sink.push(Diagnostic::error(114, context.span, words).help(help));
        return None;
    }
    Some(path.name)
}

/// Whether the text is a name as the notations read it.
pub(super) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}
