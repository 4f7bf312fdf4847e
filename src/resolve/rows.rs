//! The rows of views, replicas and references: keys and columns (§7.7).
//!
//! Runs twice: before events are known (columns typed by the state or by hand), and after (columns
//! that only an event can type).

use super::fields::{Place, fields, no_type};
use super::messages::aggregate_in;
use super::resolver::Resolver;
use super::types::{set_fields, set_key};
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::RowSource;
use crate::lang::tree::{Field, Path};
use crate::lang::types::{FieldDef, Type};
use crate::model::EventRef;
use crate::source::Span;

/// The columns that each row of a log has. A position is text: it tells sources apart.
pub(super) fn log_columns(span: Span) -> Vec<FieldDef> {
    vec![
        FieldDef::plain("position", Type::Text, span),
        FieldDef::plain("stream", Type::Text, span),
        FieldDef::plain("event", Type::Text, span),
        FieldDef::plain("version", Type::Int, span),
        FieldDef::plain("at", Type::Time, span),
    ]
}

/// Keys, columns and row records; every row can be looked up afterwards.
pub(super) fn declare(r: &mut Resolver<'_>, sink: &mut Sink) {
    for (context, name) in all(r) {
        one(r, &context, &name, sink);
        let Some(proj) = r.contexts.get(&context).and_then(|c| c.projections.get(&name)) else {
            continue;
        };
        let source = RowSource { kind: proj.kind(), row: proj.row };
        r.world.sources.insert((context, name), source);
    }
}

/// Context and name of every view, replica and reference.
pub(super) fn all(r: &Resolver<'_>) -> Vec<(String, String)> {
    let names = |(context, ctx): (&String, &super::resolver::Ctx<'_>)| {
        ctx.projections.keys().map(|name| (context.clone(), name.clone())).collect::<Vec<_>>()
    };
    r.contexts.iter().flat_map(names).collect()
}

fn one(r: &mut Resolver<'_>, context: &str, name: &str, sink: &mut Sink) {
    let Some(proj) = r.contexts.get(context).and_then(|c| c.projections.get(name)) else { return };
    let (row, view, replica, columns) = (proj.row, proj.view, proj.replica, proj.columns());
    let (what, keys, listed) = (proj.what(), proj.keys(), proj.reference.is_some());
    let Some(head) = proj.head() else { return };
    let log = view.is_some_and(|v| v.log.is_some());
    let of = view.and_then(|v| v.of.as_ref()).or_else(|| replica.and_then(|x| x.of.as_ref()));
    let of_known = of.and_then(|path| of_aggregate(r, context, path, sink));
    // A reference without a key is reported.
    let broken = of.is_some() && of_known.is_none() || listed && keys.is_empty();
    let agg = of_known.as_ref().and_then(|(c, a)| r.aggregate(c, a));
    let id = agg.map(|a| FieldDef::plain(&a.id.name, a.id.ty.clone(), head.span));
    let log_fields = if log { log_columns(head.span) } else { vec![] };
    let place = Place {
        what,
        typed_by: agg.iter().map(|a| a.state).collect(),
        taken: &log_fields.iter().map(|f| f.name.clone()).collect::<Vec<_>>(),
        later: !listed,
        defaults: true,
        ..Place::default()
    };
    let mut found = fields(r, Some(context), columns, &place, sink);
    let mut first = log_fields;
    let key = if log {
        vec!["position".to_owned()]
    } else if keys.is_empty() {
        match &id {
            Some(id) => vec![id.name.clone()],
            None if broken => {
                first.push(FieldDef::plain("id", Type::Error, head.span));
                vec!["id".to_owned()]
            }
            None => {
                no_key(head.name.span, what, name, sink);
                vec![]
            }
        }
    } else {
        keys.iter().map(|k| k.text.clone()).collect()
    };
    let of_row = name;
    for name in &key {
        let known =
            found.fields.iter().any(|f| f.name == *name) || first.iter().any(|f| f.name == *name);
        if known {
            continue;
        }
        match &id {
            Some(id) if id.name == *name => first.push(id.clone()),
            _ if broken => first.push(FieldDef::plain(name, Type::Error, head.span)),
            _ => {
                let span = keys.iter().find(|k| k.text == *name).map_or(head.name.span, |k| k.span);
                unlisted_key(r, (context, of_row), name, span, &mut first, &found.fields, sink);
            }
        }
    }
    let offset = first.len();
    let lost = of.is_some() && of_known.is_none();
    let untyped = found.untyped.iter().filter(|_| !lost).map(|i| i + offset).collect();
    first.append(&mut found.fields);
    set_fields(r, row, first);
    set_key(r, row, key.clone());
    let entry = r.contexts.get_mut(context).and_then(|c| c.projections.get_mut(name));
    if let Some(entry) = entry {
        entry.of = of_known;
        entry.key = key;
        entry.broken = broken;
        entry.untyped = untyped;
    }
}

fn no_key(span: Span, what: &str, name: &str, sink: &mut Sink) {
    let found = format!("{what} `{name}` has neither `of` nor `key`");
    sink.push(
        Diagnostic::error(12, span, found)
            .help("write `of = \"AGGREGATE\"` for a row per aggregate, or `key = \"COLUMN\"`"),
    );
}

/// A key column that `columns` does not list: an id of this context may be left out.
fn unlisted_key(
    r: &mut Resolver<'_>,
    (context, of): (&str, &str),
    name: &str,
    span: Span,
    first: &mut Vec<FieldDef>,
    columns: &[FieldDef],
    sink: &mut Sink,
) {
    let ctx = r.contexts.get(context);
    let id = ctx.and_then(|c| c.aggregates.get(c.ids.get(name)?)).map(|a| a.id.ty.clone());
    if let Some(ty) = id {
        first.push(FieldDef::plain(name, ty, span));
        return;
    }
    let known: Vec<String> = columns.iter().map(|f| f.name.clone()).collect();
    let found = Diagnostic::error(103, span, format!("key `{name}` is not a column"));
    let found = r.suggest(found, span, name, known.iter().map(String::as_str));
    let found = if found.help.is_some() {
        found
    } else {
        let listed = r.contexts.get(context).and_then(|c| c.projections.get(of));
        let list =
            if listed.is_some_and(|it| it.reference.is_some()) { "fields" } else { "columns" };
        found.help(format!("list it in `{list}`: `{name}: TYPE`"))
    };
    sink.push(found);
    first.push(FieldDef::plain(name, Type::Error, span));
}

/// The aggregate of `of`, own or foreign.
fn of_aggregate(
    r: &mut Resolver<'_>,
    context: &str,
    path: &Path,
    sink: &mut Sink,
) -> Option<(String, String)> {
    let of = r.context_of(context, path, sink)?;
    let name = aggregate_in(r, &of, &path.name, sink)?;
    Some((of, name))
}

/// Columns that an event types: the first followed one that carries the name.
pub(super) fn typed_by_events(r: &mut Resolver<'_>, sink: &mut Sink) {
    for (context, name) in all(r) {
        let Some(proj) = r.contexts.get(&context).and_then(|c| c.projections.get(&name)) else {
            continue;
        };
        if proj.broken {
            continue;
        }
        let (row, untyped, columns) = (proj.row, proj.untyped.clone(), proj.columns());
        let what = proj.what();
        let events = super::follow::candidates(r, &context, &name);
        for index in untyped {
            let Some(field) = r.world.types.fields(row).get(index).cloned() else { continue };
            let Some(written) = columns.iter().find(|c| c.name.text == field.name) else {
                continue;
            };
            let found = events.iter().find_map(|e| carried(r, e, &field.name));
            let def = match found {
                Some(def) => def,
                None => match report(r, (&context, &name), written, what, &events, sink) {
                    Some(meant) => meant,
                    None => continue,
                },
            };
            let mut list = r.world.types.fields(row).to_vec();
            if let Some(to) = list.get_mut(index) {
                *to = column(def, written, &field);
            }
            set_fields(r, row, list);
        }
        key_types(r, &context, &name, sink);
    }
}

fn column(def: FieldDef, written: &Field, before: &FieldDef) -> FieldDef {
    let ty = match def.ty {
        Type::Patch(inner) => Type::Option(inner),
        ty if written.typed.optional && !matches!(ty, Type::Option(_)) => {
            Type::Option(Box::new(ty))
        }
        ty => ty,
    };
    FieldDef {
        ty,
        default: before.default.clone(),
        span: before.span,
        doc: before.doc.clone().or(def.doc.clone()),
        ..def
    }
}

fn carried(r: &Resolver<'_>, event: &EventRef, name: &str) -> Option<FieldDef> {
    let scope = r.contexts.get(&event.context)?.events.get(&event.name)?.scope;
    super::fields::member(r, scope, name)
}

/// Report a column without a type; the column that was most likely meant.
fn report(
    r: &mut Resolver<'_>,
    (context, name): (&str, &str),
    written: &Field,
    what: &'static str,
    events: &[EventRef],
    sink: &mut Sink,
) -> Option<FieldDef> {
    let proj = r.contexts.get(context)?.projections.get(name)?;
    let of = proj.of.as_ref().and_then(|(c, a)| r.aggregate(c, a));
    let mut typed_by: Vec<_> = of.map(|a| a.state).into_iter().collect();
    for event in events {
        let scope = r.contexts.get(&event.context).and_then(|c| c.events.get(&event.name));
        typed_by.extend(scope.map(|e| e.scope));
    }
    let place = Place { what, typed_by, ..Place::default() };
    let found = no_type(r, written, &place);
    sink.push(found);
    let known: Vec<String> = place
        .typed_by
        .iter()
        .flat_map(|id| r.world.types.fields(*id))
        .map(|f| f.name.clone())
        .collect();
    let meant = super::words::only(&written.name.text, known.iter().map(String::as_str))?;
    place.typed_by.iter().find_map(|id| super::fields::member(r, *id, &meant))
}

/// MN214: a key column of a type that is not for keys.
fn key_types(r: &mut Resolver<'_>, context: &str, name: &str, sink: &mut Sink) {
    let Some(proj) = r.contexts.get(context).and_then(|c| c.projections.get(name)) else { return };
    let fields = r.world.types.fields(proj.row);
    for key in &proj.key {
        if let Some(field) = fields.iter().find(|f| f.name == *key)
            && !is_key(r, &field.ty)
        {
            let found = format!("column `{key}` cannot be a key: its type has no simple order");
            let help = "take bool, int, string, uuid, date, time, an enum or a newtype over these";
            sink.push(Diagnostic::error(214, field.span, found).help(help));
        }
    }
}

/// Whether values of a type may be keys.
pub(super) fn is_key(r: &Resolver<'_>, ty: &Type) -> bool {
    use crate::lang::types::TypeDefKind as Kind;
    match ty {
        Type::Error
        | Type::Bool
        | Type::Int
        | Type::Text
        | Type::Uuid
        | Type::Date
        | Type::Time => true,
        Type::Named(id) => match r.world.types.get(*id).map(|d| &d.kind) {
            Some(Kind::Enum { .. }) => true,
            Some(Kind::Newtype { base, .. }) => !matches!(base, Type::Named(_)) && is_key(r, base),
            _ => false,
        },
        _ => false,
    }
}
