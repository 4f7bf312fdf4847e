//! The words of the reports about keys.

use super::list::is_name;
use super::{At, Lower, Subject};
use crate::diagnostics::{Diagnostic, all_nearest};
use crate::lang::tree::Ident;
use crate::shapes::{Form, Key, Shape};
use crate::source::Span;
use crate::syntax::toml::{Entry, Kind, Node};

impl Lower<'_> {
    /// MN005: the value is of another type.
    pub(super) fn wrong_type(&mut self, at: &At<'_>, form: &Form, node: &Node) {
        if matches!(node.kind, Kind::Broken) {
            return;
        }
        let expected = form.describe();
        let words = format!(
            "{}: `{}` must be {expected}, not {}",
            at.subject.words,
            at.key.text,
            node.describe()
        );
        let mut found =
            Diagnostic::error(5, node.span, words).label(format!("expected {expected}"));
        found = match self.repaired(form, node) {
            Some(text) => found.help(format!("write `{text}`")).patch(node.span, text),
            None => found.help(format!("for example `{} = {}`", at.key.text, at.shape.example)),
        };
        self.lose(found);
    }

    /// The value as the form wants it, when only quotes or brackets are missing.
    fn repaired(&self, form: &Form, node: &Node) -> Option<String> {
        let source = self.source(node);
        let short = source.len() < 200 && !source.contains('\n');
        match (form, &node.kind) {
            (Form::Text | Form::Expr | Form::Exprs, kind) if short && is_plain(source, kind) => {
                Some(format!("\"{source}\""))
            }
            (Form::Time, Kind::Datetime) if source.ends_with('Z') && source.contains('T') => {
                Some(format!("\"{source}\""))
            }
            (Form::Fields, Kind::Text(text)) if is_name(text.trim_end_matches('?')) => {
                Some(format!("[{source}]"))
            }
            (Form::Tables(_), Kind::Table(_)) if source.starts_with('[') => {
                Some(format!("[{source}]"))
            }
            (Form::Bool, Kind::Text(text)) if text == "true" || text == "false" => {
                Some(text.clone())
            }
            (Form::Int, Kind::Text(text)) if text.parse::<i64>().is_ok() => Some(text.clone()),
            _ => None,
        }
    }

    /// MN004 for a key that is near to exactly one other. Gives that one.
    pub(super) fn misspelt_key(
        &mut self,
        subject: &Subject,
        shape: &'static Shape,
        key: &Ident,
        others: &[&str],
    ) -> Option<&'static Key> {
        let free = shape.keys().filter(|k| !others.contains(&k.name));
        let near = all_nearest(&key.text, free.map(|k| k.name));
        let [near] = near.as_slice() else { return None };
        let help = format!("did you mean `{near}`?");
        self.push(no_such_key(subject, key).help(help).patch(key.span, *near));
        shape.key(near)
    }

    /// MN004 for any other key, or MN133 in the kernel; perhaps the one missing key is meant.
    pub(super) fn unknown_key(
        &mut self,
        subject: &Subject,
        shape: &'static Shape,
        entry: &Entry,
        meant: Option<&str>,
    ) {
        let key = &entry.key;
        self.lost.push((self.whole(entry), true));
        if shape.name == "shared kernel" && is_of_a_context(&key.text) {
            let words = format!("{}: `{}` is not for the shared kernel", subject.words, key.text);
            let help = "move it into a context; the kernel holds newtype, value, enum, union, \
                        table and function only";
            return self.lose(Diagnostic::error(133, key.span, words).help(help));
        }
        let near = all_nearest(&key.text, shape.keys().map(|k| k.name));
        let help = match (meant, near.as_slice()) {
            (Some(meant), _) => format!("`{meant}` is missing; if it is meant, write `{meant}`"),
            (None, [] | [_]) => known_keys(shape),
            (None, several) => format!("did you mean `{}`?", several.join("` or `")),
        };
        self.lose(no_such_key(subject, key).help(help));
    }

    /// MN012: a required key is missing.
    pub(super) fn missing(&mut self, subject: &Subject, keys: &[&'static Key]) {
        if self.lost_keys {
            return;
        }
        let names: Vec<String> = keys.iter().map(|k| format!("`{}`", k.name)).collect();
        let which = match names.as_slice() {
            [one] => format!("needs {one}"),
            many => format!("needs one of {}", many.join(", ")),
        };
        let words = format!("{} {which}", subject.words);
        let found = Diagnostic::error(12, subject.place, words);
        let help = keys.first().map(|k| format!("write `{} = {}`", k.name, k.example));
        let found = match help {
            Some(help) => found.help(help),
            None => found,
        };
        self.lose(found);
    }

    /// MN342: a command that names a status but no event.
    pub(super) fn eventless(&mut self, subject: &Subject, to: &Ident) {
        let words = format!("{} changes the status without an event", subject.words);
        let found = Diagnostic::error(342, to.span, words)
            .label("only an event changes the status")
            .help("name the event: `emit = \"PartHidden\"`");
        self.lose(found);
    }

    /// MN013: two keys exclude each other.
    pub(super) fn excluded(&mut self, subject: &Subject, first: &Ident, second: &Ident) {
        let words =
            format!("{}: `{}` and `{}` exclude each other", subject.words, first.text, second.text);
        let found = Diagnostic::error(13, second.span, words)
            .label("the second one")
            .also(first.span, "the first one")
            .help(format!("remove `{}` or `{}`", second.text, first.text));
        self.push(found);
    }

    /// MN013: a key makes sense only with another.
    pub(super) fn alone(&mut self, subject: &Subject, key: &Ident, needed: &Key) {
        let words = format!("{}: `{}` needs `{}`", subject.words, key.text, needed.name);
        let found = Diagnostic::error(13, key.span, words).label("alone").help(format!(
            "write `{} = {}`, or remove `{}`",
            needed.name, needed.example, key.text
        ));
        self.push(found);
    }

    /// MN019: not one of the words.
    pub(super) fn not_a_choice(&mut self, at: &At<'_>, form: &Form, text: &str, inside: Span) {
        let expected = form.describe();
        let shown: String = text.chars().take(60).collect();
        let words =
            format!("{}: `{}` must be {expected}, not \"{shown}\"", at.subject.words, at.key.text);
        let found = Diagnostic::error(19, inside, words).label(format!("expected {expected}"));
        let Form::Choice(choices) = form else { return self.lose(found) };
        let near = all_nearest(text, choices.iter().copied());
        match if near.is_empty() && choices.len() == 1 { choices } else { near.as_slice() } {
            [near] => {
                self.lose(found.help(format!("write \"{near}\"")).patch(inside, *near));
            }
            _ => self.lose(found.help(format!("write {expected}"))),
        }
    }

    /// MN050: not yet.
    pub(super) fn not_built(&mut self, subject: &Subject, shape: &Key, entry: &Entry) {
        if self.shape_only {
            return;
        }
        let (key, node) = (&entry.key, &entry.value);
        let is_table =
            matches!(node.kind, Kind::Table(_) | Kind::Array(_)) && subject.place.end == 0;
        let words = if is_table {
            format!("`[{}]` is not built yet", key.text)
        } else {
            format!("{}: `{}` is not built yet", subject.words, key.text)
        };
        let mut found = Diagnostic::error(50, key.span, words).label("stage 2").help(shape.instead);
        for place in further_places(node) {
            found = found.also(place, "here too");
        }
        self.push(found);
    }
}

fn no_such_key(subject: &Subject, key: &Ident) -> Diagnostic {
    let shown: String = key.text.chars().take(60).collect();
    let words = format!("{} has no key `{}`", subject.words, shown.escape_debug());
    Diagnostic::error(4, key.span, words).label("not known here")
}

impl Lower<'_> {
    /// The text of a key and its value; of a table with a header, up to the next header.
    fn whole(&self, entry: &Entry) -> Span {
        let start = entry.key.span.start as usize;
        let value = entry.value.span;
        let rest = self.text.get(start..).unwrap_or_default();
        let end = match &entry.value.kind {
            Kind::Table(_) if !self.source(&entry.value).starts_with('{') => {
                rest.find("\n[").map_or(self.text.len(), |i| start + i)
            }
            _ => value.end as usize,
        };
        Span::new(self.file, start, end.max(start))
    }
}

/// Whether a number, a date or a flag of TOML is written as the notations write it.
fn is_plain(source: &str, kind: &Kind) -> bool {
    match kind {
        Kind::Bool(_) => true,
        Kind::Int(Some(_)) | Kind::Float | Kind::Datetime => {
            !source.contains(['+', 'e', 'x', 'o', 'n', 'i'])
        }
        _ => false,
    }
}

/// The places of the second, third … table of a construct.
fn further_places(node: &Node) -> Vec<Span> {
    match &node.kind {
        Kind::Table(inner) => inner.iter().skip(1).map(|entry| entry.key.span).collect(),
        Kind::Array(items) => items.iter().skip(1).map(|item| item.span).collect(),
        _ => Vec::new(),
    }
}

fn is_of_a_context(key: &str) -> bool {
    crate::shapes::CONTEXT_FILE.key(key).is_some()
}

fn known_keys(shape: &Shape) -> String {
    let names: Vec<String> =
        shape.keys().filter(|k| !k.reserved).map(|k| format!("`{}`", k.name)).collect();
    format!("its keys are {}", names.join(", "))
}
