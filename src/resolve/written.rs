//! Routes that the text writes (§7.14): they replace the default ones.

use std::collections::{BTreeMap, BTreeSet};

use super::compose::bare;
use super::resolver::Resolver;
use super::routes;
use super::words::list;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::tree::{Ident, Path};
use crate::lang::types::Type;
use crate::model::{BUILT_IN, CommandKind, Context, Method, PathField, Target, Terms};
use crate::names::snake;
use crate::source::Span;
use crate::syntax::tree::{self, IfMatch, RouteTarget, Verb};

/// Where the paths of written routes stand, by context and target.
pub(super) type Places = BTreeMap<(String, Target), Span>;

/// Give commands and queries the routes that the text writes for them.
pub(super) fn apply(
    r: &mut Resolver<'_>,
    contexts: &mut BTreeMap<String, Context>,
    sink: &mut Sink,
) -> Places {
    let mut places = Places::new();
    let tree = r.tree;
    for written in &tree.contexts {
        let name = written.head.name.text.as_str();
        let Some(context) = contexts.get_mut(name) else { continue };
        for route in &written.routes {
            let Some(target) = target(r, name, route, sink) else { continue };
            let key = (name.to_owned(), target);
            if let Some(at) = places.get(&key) {
                let found = format!("{} has a route already", words(&key.1));
                let found = Diagnostic::error(111, route.path.span, found);
                sink.push(found.also(*at, "the other one").help("remove one of them"));
                continue;
            }
            let fine = match (&key.1, path(&route.path, sink)) {
                (_, None) => false,
                (Target::Command(name), Some(fields)) => {
                    command(r, context, name, route, &fields, sink)
                }
                (Target::Query(name), Some(fields)) => {
                    query(r, context, name, route, &fields, sink)
                }
                (Target::Aggregate(_), Some(_)) => true,
            };
            if fine {
                places.insert(key, route.path.span);
            }
        }
    }
    places
}

/// What a route is for, when that is there.
fn target(
    r: &mut Resolver<'_>,
    context: &str,
    route: &tree::Route,
    sink: &mut Sink,
) -> Option<Target> {
    let (path, code, what) = match route.target.as_ref()? {
        RouteTarget::Command(path) => (path, 104, "command"),
        RouteTarget::Query(path) => (path, 106, "query"),
        RouteTarget::Compose(..) => return None,
    };
    if let Some(other) = path.context.as_ref().filter(|other| other.text != context) {
        let found = format!("`{}` belongs to context `{}`", path.name.text, other.text);
        let help = "a route stands in the context whose command or query it serves";
        sink.push(Diagnostic::error(code, path.span(), found).help(help));
        return None;
    }
    let ctx = r.contexts.get(context)?;
    let known: BTreeSet<String> = match code {
        104 => ctx.commands.keys().cloned().collect(),
        _ => super::queries::names(ctx.tree).collect(),
    };
    if !known.contains(&path.name.text) {
        if !ctx.not_yet.contains(&path.name.text) {
            unknown(r, path, code, what, &known, sink);
        }
        return None;
    }
    Some(match code {
        104 => Target::Command(path.name.text.clone()),
        _ => Target::Query(path.name.text.clone()),
    })
}

fn unknown(
    r: &mut Resolver<'_>,
    path: &Path,
    code: u16,
    what: &str,
    known: &BTreeSet<String>,
    sink: &mut Sink,
) {
    let name = &path.name;
    let report = Diagnostic::error(code, name.span, format!("there is no {what} `{}`", name.text));
    let report = r.suggest(report, name.span, &name.text, known.iter().map(String::as_str));
    let help = format!("declare it: `[{what}.{}]`", name.text);
    sink.push(if report.help.is_some() { report } else { report.help(help) });
}

/// The fields of a path with their places; `None` after a report.
pub(super) fn path(written: &tree::Spanned<String>, sink: &mut Sink) -> Option<Vec<Ident>> {
    let text = written.value.as_str();
    let report = |sink: &mut Sink, words: &str| {
        let found = format!("route: `{}` is not a path: {words}", text.escape_debug());
        let help = "write it like `/jobs/{job_id}/parts`";
        sink.push(Diagnostic::error(8, written.span, found).help(help));
        None
    };
    if text.len() > 200 {
        return report(sink, "it has more than 200 characters");
    }
    let Some(rest) = text.strip_prefix('/') else { return report(sink, "it begins with `/`") };
    let mut fields: Vec<Ident> = Vec::new();
    for segment in rest.split('/') {
        let inside = segment.strip_prefix('{').map(|it| it.strip_suffix('}').unwrap_or(""));
        let Some(field) = inside else {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            if segment.is_empty() || segment.starts_with('.') || !segment.chars().all(plain) {
                return report(sink, "between two `/` stand letters, digits and `-`, or `{name}`");
            }
            continue;
        };
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if field.is_empty() || !field.chars().all(plain) {
            return report(sink, "`{name}` holds the name of a field");
        }
        if fields.iter().any(|known| known.text == field) {
            return report(sink, "a field stands in it twice");
        }
        fields.push(Ident { text: field.to_owned(), span: place(written, field) });
    }
    if routes::is_taken(text) {
        return report(sink, "the system itself answers there");
    }
    Some(fields)
}

/// The place of a field inside the text of a path, which has no escapes.
fn place(written: &tree::Spanned<String>, field: &str) -> Span {
    let at = written.value.find(&format!("{{{field}}}")).map_or(0, |at| at + 1);
    let start = written.span.start + u32::try_from(at).unwrap_or(0);
    let end = start + u32::try_from(field.len()).unwrap_or(0);
    if end > written.span.end { written.span } else { Span { start, end, ..written.span } }
}

fn command(
    r: &mut Resolver<'_>,
    context: &mut Context,
    name: &str,
    route: &tree::Route,
    fields: &[Ident],
    sink: &mut Sink,
) -> bool {
    let terms = terms(r, context, route, sink);
    let success = success(route, sink);
    let Some(command) = context.commands.get(name) else { return false };
    let Some(aggregate) = context.aggregates.get(&command.aggregate) else { return false };
    let id = aggregate.id.name.clone();
    let on = !matches!(command.kind, CommandKind::Creates);
    let mut record: Vec<(String, Type)> = r
        .world
        .types
        .fields(command.record)
        .iter()
        .map(|f| (f.name.clone(), f.ty.clone()))
        .collect();
    if !on && aggregate.id.by_client {
        record.insert(0, (id.clone(), aggregate.id.ty.clone()));
    }
    let mut path_fields = Vec::new();
    let mut fine = true;
    for field in fields.iter().filter(|field| !on || field.text != id) {
        match path_field(r, name, field, &record, on.then_some(id.as_str()), sink) {
            Some(field) => path_fields.push(field),
            None => fine = false,
        }
    }
    if on && fine && !fields.iter().any(|field| field.text == id) {
        let found = format!("the path of command `{name}` does not say which `{}`", aggregate.name);
        let help = format!("put its id into the path: `{{{id}}}`");
        sink.push(Diagnostic::error(502, route.path.span, found).help(help));
        fine = false;
    }
    let usual = format!("/{}", aggregate.plural);
    let place = (!on && aggregate.read && usual != route.path.value).then_some(usual);
    let Some(command) = context.commands.get_mut(name).filter(|_| fine) else { return false };
    command.route.path.clone_from(&route.path.value);
    command.route.method = method(route.method.value);
    command.route.success = success.unwrap_or(command.route.success);
    command.route.terms = Some(Terms { path_fields, place, status: success, ..terms });
    true
}

/// A field of a command in its path; MN502 when it is none, or cannot be written as one segment.
fn path_field(
    r: &mut Resolver<'_>,
    command: &str,
    field: &Ident,
    record: &[(String, Type)],
    id: Option<&str>,
    sink: &mut Sink,
) -> Option<PathField> {
    if let Some((name, ty)) = record.iter().find(|(name, _)| *name == field.text) {
        return match bare(r, ty) {
            _ if *ty == Type::Error => None,
            Type::Text
            | Type::Uuid
            | Type::Date
            | Type::Time
            | Type::Duration
            | Type::Decimal(_) => Some(PathField { name: name.clone(), bare: false }),
            Type::Int | Type::Bool => Some(PathField { name: name.clone(), bare: true }),
            _ => {
                let found = format!("field `{name}` of command `{command}` fits into no path");
                let help = "leave it out of the path: it is sent in the body";
                sink.push(Diagnostic::error(502, field.span, found).help(help));
                None
            }
        };
    }
    let words = format!("command `{command}` has no field `{}` for its path", field.text);
    let report = Diagnostic::error(502, field.span, words);
    let may: Vec<&str> =
        id.into_iter().chain(record.iter().map(|(name, _)| name.as_str())).collect();
    let report = r.suggest(report, field.span, &field.text, may.iter().copied());
    let help = match may.is_empty() {
        true => "the command has no fields: leave it out of the path".to_owned(),
        false => format!("it may hold {}", list(may.iter().copied())),
    };
    sink.push(if report.help.is_some() { report } else { report.help(help) });
    None
}

fn query(
    r: &mut Resolver<'_>,
    context: &mut Context,
    name: &str,
    route: &tree::Route,
    fields: &[Ident],
    sink: &mut Sink,
) -> bool {
    let Some(query) = context.queries.get_mut(name) else { return false };
    let keys: Vec<String> = query.route.fields().map(str::to_owned).collect();
    let known: Vec<String> = match query.one {
        true => keys.clone(),
        false => r.world.types.fields(query.params).iter().map(|f| f.name.clone()).collect(),
    };
    let mut fine = true;
    for field in fields.iter().filter(|field| !known.contains(&field.text)) {
        fine = false;
        let (what, has) =
            if query.one { ("key column", "the key is") } else { ("parameter", "it has") };
        let words = format!("query `{name}` has no {what} `{}`", field.text);
        let report = Diagnostic::error(502, field.span, words);
        let report = r.suggest(report, field.span, &field.text, known.iter().map(String::as_str));
        let help = match known.is_empty() {
            true => "it has no parameters: leave the field out of the path".to_owned(),
            false => format!("{has} {}", list(known.iter().map(String::as_str))),
        };
        sink.push(if report.help.is_some() { report } else { report.help(help) });
    }
    let missing = keys.iter().find(|key| !fields.iter().any(|field| field.text == **key));
    if let Some(missing) = missing.filter(|_| query.one && fine) {
        let found = format!("the path of query `{name}` lacks the key column `{missing}`");
        let help = format!("put it into the path: `{{{missing}}}`");
        sink.push(Diagnostic::error(502, route.path.span, found).help(help));
        fine = false;
    }
    if fine {
        query.route.path.clone_from(&route.path.value);
        let timeout = route.timeout.as_ref().and_then(|it| patience(it, sink));
        query.route.terms = Some(Terms { timeout, ..Terms::default() });
    }
    fine
}

fn method(verb: Verb) -> Method {
    match verb {
        Verb::Get => Method::Get,
        Verb::Post => Method::Post,
        Verb::Put => Method::Put,
        Verb::Patch => Method::Patch,
        Verb::Delete => Method::Delete,
    }
}

fn words(target: &Target) -> String {
    match target {
        Target::Command(name) => format!("command `{name}`"),
        Target::Query(name) => format!("query `{name}`"),
        Target::Aggregate(name) => format!("aggregate `{name}`"),
    }
}

/// The status of success; MN503 unless it says success.
fn success(route: &tree::Route, sink: &mut Sink) -> Option<u16> {
    let status = route.status.as_ref()?;
    if (200..=299).contains(&status.value) {
        return u16::try_from(status.value).ok();
    }
    let found = format!("route: {} is not a status of success", status.value);
    let help = "write a number from 200 to 299; refusals get theirs in `errors`";
    sink.push(Diagnostic::error(503, status.span, found).help(help));
    None
}

fn terms(r: &mut Resolver<'_>, context: &Context, route: &tree::Route, sink: &mut Sink) -> Terms {
    let mut known: Vec<&str> = context.refusals.keys().map(String::as_str).collect();
    known.extend(BUILT_IN.iter().map(|refusal| refusal.name));
    let mut errors = BTreeMap::new();
    for (name, status) in &route.errors {
        if !known.contains(&name.text.as_str()) {
            let found = format!("there is no refusal `{}`", name.text);
            let report = Diagnostic::error(104, name.span, found);
            let report = r.suggest(report, name.span, &name.text, known.iter().copied());
            let help = "name a refusal of the command's rules";
            sink.push(if report.help.is_some() { report } else { report.help(help) });
        } else if let Some(number) =
            u16::try_from(status.value).ok().filter(|it| (400..=599).contains(it))
        {
            errors.insert(snake(&name.text), number);
        } else {
            let found = format!("route: {} is not a status of a refusal", status.value);
            let help = "write a number from 400 to 599";
            sink.push(Diagnostic::error(503, status.span, found).help(help));
        }
    }
    let key_header = route.request_id.as_ref().and_then(|written| {
        let header = written.value.strip_prefix("header ").map(str::trim);
        let fine = |name: &&str| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '-')
        };
        let header = header.filter(fine).map(str::to_owned);
        if header.is_none() {
            let found = "route: `request_id` does not name a header";
            let help = "write it like `\"header x-request-id\"`";
            sink.push(Diagnostic::error(8, written.span, found).help(help));
        }
        header
    });
    Terms {
        needs_version: route.if_match == Some(IfMatch::Required),
        ignores_version: route.if_match == Some(IfMatch::Off),
        needs_key: route.idempotency == Some(tree::Idempotency::Required),
        key_header,
        errors,
        path_fields: Vec::new(),
        place: None,
        status: None,
        timeout: route.timeout.as_ref().and_then(|it| patience(it, sink)),
    }
}

/// How long to wait; MN210 when that is nothing, or longer than anyone waits.
pub(super) fn patience(
    written: &tree::Spanned<jiff::SignedDuration>,
    sink: &mut Sink,
) -> Option<jiff::SignedDuration> {
    let longest = jiff::SignedDuration::from_mins(10);
    if written.value > jiff::SignedDuration::ZERO && written.value <= longest {
        return Some(written.value);
    }
    let found = "a timeout is longer than nothing and at most 10 minutes";
    sink.push(Diagnostic::error(210, written.span, found).help("write one such as `\"5s\"`"));
    None
}
