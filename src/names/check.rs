//! MN114: what is wrong with a declared name, and all the names that a tree declares.

use super::case::{pascal, snake};
use super::reserved::{
    is_module_of_a_domain, is_module_of_an_aggregate, is_never_a_name, is_reserved_context,
    is_reserved_reader, is_reserved_type, is_rust_keyword, is_wired,
};
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::tree::{Expr, Field, Ident};
use crate::syntax::tree::{Context, Head, Tree, Types};

/// PostgreSQL cuts names after 63 bytes, and some of ours get an ending.
const LONGEST: usize = 50;

/// What is named; it decides about the spelling and the reserved words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `snake_case`; also a package, a host, a topic.
    Context,
    /// `PascalCase`; also a module and a topic.
    Aggregate,
    /// `PascalCase`; also a module beside those of its aggregate.
    Command,
    /// `PascalCase`: views, queries, policies and the like, each a file of the service.
    Reader,
    /// `PascalCase`: types, other messages, views, queries, policies, sagas.
    Thing,
    /// `snake_case`: fields, settings, statuses, members, functions, tables, values of `let`.
    Field,
}

/// What is wrong with a name, as the words behind it and what to write instead.
#[must_use]
pub fn flaw(kind: Kind, name: &str) -> Option<(String, String)> {
    let (case, right) = match kind {
        Kind::Context | Kind::Field => ("snake_case", snake(name)),
        Kind::Aggregate | Kind::Command | Kind::Reader | Kind::Thing => {
            ("PascalCase", pascal(&snake(name)))
        }
    };
    let other = "choose another name".to_owned();
    if !name.is_ascii() || right.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Some(("has letters that are not a-z, or begins with a digit".to_owned(), other));
    }
    if is_never_a_name(name) {
        return Some(("cannot be a name in Rust".to_owned(), other));
    }
    if right != name {
        return Some((format!("is not in {case}"), format!("write `{right}`")));
    }
    if name.len() > LONGEST {
        return Some((format!("is longer than {LONGEST} letters"), other));
    }
    let reserved = match kind {
        Kind::Context => is_reserved_context(name),
        Kind::Aggregate => {
            let module = snake(name);
            is_reserved_type(name)
                || is_wired(name)
                || is_rust_keyword(&module)
                || is_module_of_a_domain(&module)
        }
        Kind::Command => {
            is_reserved_type(name)
                || is_reserved_reader(name)
                || is_module_of_an_aggregate(&snake(name))
        }
        Kind::Reader => is_reserved_type(name) || is_reserved_reader(name),
        Kind::Thing => is_reserved_type(name),
        Kind::Field => false,
    };
    reserved.then(|| ("is reserved".to_owned(), other))
}

/// Report every name of the tree that is not legal everywhere.
pub fn check(tree: &Tree, sink: &mut Sink) {
    system(tree, sink);
    types(&tree.kernel, sink);
    for context in &tree.contexts {
        let from_file = context.head.name.span.range().is_empty();
        if let Some((what, help)) = flaw(Kind::Context, &context.head.name.text) {
            let name = &context.head.name;
            let words = format!("context name `{}` {what}", name.text);
            let help = if from_file { format!("{help}, and rename the file") } else { help };
            sink.push(Diagnostic::error(114, name.span, words).help(help));
        }
        types(&context.types, sink);
        behaviour(context, sink);
        others(context, sink);
    }
}

/// Whether a system can have this name: of a package, of a program and of what topics begin with.
#[must_use]
pub fn is_system_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    text.chars().all(plain)
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.len() <= LONGEST
        // Folders of cargo; it builds no program of these names.
        && !["build", "deps", "examples", "incremental"].contains(&text)
}

fn system(tree: &Tree, sink: &mut Sink) {
    let Some(name) = &tree.project.name else { return };
    let text = name.value.as_str();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let right = is_system_name(text);
    // An empty name is the folder's.
    if !right && !text.is_empty() {
        let shown: String = text.chars().take(60).collect();
        let words = format!("project name `{}` is no name of a program", shown.escape_debug());
        let mut better = snake(text).replace('_', "-");
        better.retain(plain);
        let better = better.trim_matches(|c: char| !c.is_ascii_lowercase());
        let help = match better.is_empty() || better.len() > LONGEST || better == text {
            true => "use a-z, 0-9 and `-`".to_owned(),
            false => format!("write `{better}`"),
        };
        sink.push(Diagnostic::error(114, name.span, words).help(help));
    }
}

fn report(kind: Kind, what: &str, name: &Ident, sink: &mut Sink) {
    if let Some((flaw, help)) = flaw(kind, &name.text) {
        let shown: String = name.text.chars().take(60).collect();
        let words = format!("{what} name `{}` {flaw}", shown.escape_debug());
        sink.push(Diagnostic::error(114, name.span, words).help(help));
    }
}

fn things<'h>(what: &str, heads: impl Iterator<Item = &'h Head>, sink: &mut Sink) {
    heads.for_each(|head| report(Kind::Thing, what, &head.name, sink));
}

fn fields(what: &str, fields: &[Field], sink: &mut Sink) {
    fields.iter().for_each(|field| report(Kind::Field, what, &field.name, sink));
}

fn values(what: &str, values: &[(Ident, Expr)], sink: &mut Sink) {
    values.iter().for_each(|(name, _)| report(Kind::Field, what, name, sink));
}

fn types(types: &Types, sink: &mut Sink) {
    things("newtype", types.newtypes.iter().map(|x| &x.head), sink);
    for value in &types.values {
        report(Kind::Thing, "value", &value.head.name, sink);
        fields("field", &value.fields, sink);
        values("derived", &value.derive, sink);
    }
    for decl in &types.enums {
        report(Kind::Thing, "enum", &decl.head.name, sink);
        fields("property", &decl.fields, sink);
        decl.members.iter().for_each(|m| report(Kind::Field, "member", &m.name, sink));
    }
    for union in &types.unions {
        report(Kind::Thing, "union", &union.head.name, sink);
        for member in &union.members {
            report(Kind::Field, "member", &member.name, sink);
            fields("field", &member.fields, sink);
        }
    }
    for table in &types.tables {
        report(Kind::Field, "table", &table.head.name, sink);
        fields("argument", &table.args, sink);
    }
    for function in &types.functions {
        report(Kind::Field, "function", &function.head.name, sink);
        fields("argument", &function.args, sink);
    }
}

fn behaviour(context: &Context, sink: &mut Sink) {
    for aggregate in &context.aggregates {
        report(Kind::Aggregate, "aggregate", &aggregate.head.name, sink);
        if let Some(id) = &aggregate.id {
            report(Kind::Field, "field", &id.name, sink);
        }
        aggregate.status.iter().for_each(|name| report(Kind::Field, "status", name, sink));
        fields("field", &aggregate.state, sink);
        values("derived", &aggregate.derive, sink);
        for (name, inner) in &aggregate.entities {
            report(Kind::Thing, "entity", name, sink);
            fields("field", inner, sink);
        }
    }
    for command in &context.commands {
        report(Kind::Command, "command", &command.head.name, sink);
        fields("field", &command.fields, sink);
        values("`lookup`", &command.lookups, sink);
        values("`let`", &command.lets, sink);
    }
    for event in &context.events {
        report(Kind::Thing, "event", &event.head.name, sink);
        fields("field", event.fields.as_deref().unwrap_or_default(), sink);
    }
    for refusal in &context.refusals {
        report(Kind::Thing, "refusal", &refusal.head.name, sink);
        fields("field", refusal.fields.as_deref().unwrap_or_default(), sink);
    }
}

fn others(context: &Context, sink: &mut Sink) {
    fields("setting", &context.settings, sink);
    for replica in &context.replicas {
        report(Kind::Reader, "replica", &replica.head.name, sink);
        fields("column", &replica.columns, sink);
    }
    for reference in &context.references {
        report(Kind::Reader, "reference", &reference.head.name, sink);
        fields("field", &reference.fields, sink);
    }
    for view in &context.views {
        report(Kind::Reader, "view", &view.head.name, sink);
        fields("column", &view.columns, sink);
    }
    for query in &context.queries {
        report(Kind::Reader, "query", &query.head.name, sink);
        fields("parameter", &query.params, sink);
    }
    for policy in &context.policies {
        report(Kind::Reader, "policy", &policy.head.name, sink);
    }
    for schedule in &context.schedules {
        report(Kind::Reader, "schedule", &schedule.head.name, sink);
    }
    for publication in &context.publications {
        report(Kind::Thing, "publication", &publication.head.name, sink);
        fields("field", &publication.fields, sink);
    }
    for saga in &context.sagas {
        report(Kind::Reader, "saga", &saga.head.name, sink);
        fields("field", &saga.state, sink);
    }
}
