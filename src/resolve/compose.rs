//! Composed answers (§7.14): what each part is, where its arguments come from, and what is asked for
//! each element of a list; and `[gateway]`.

use std::collections::BTreeMap;

use super::resolver::Resolver;
use super::words::list;
use super::written;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::tree::{self as notation, Expr, ExprKind, Ident};
use crate::lang::types::{Type, TypeDefKind, TypeId};
use crate::model::{Composition, Context, Gateway, Part, PartArg, Target};
use crate::source::Span;
use crate::syntax::tree::{self, RouteTarget, Verb};

/// The composed answers of the system, sorted by path.
pub(super) fn build(
    r: &mut Resolver<'_>,
    contexts: &BTreeMap<String, Context>,
    sink: &mut Sink,
) -> Vec<Composition> {
    let tree = r.tree;
    let mut found = Vec::new();
    for written in &tree.contexts {
        let name = &written.head.name.text;
        for route in &written.routes {
            if let Some(RouteTarget::Compose(parts, at)) = &route.target
                && route.method.value == Verb::Get
            {
                found.extend(composition(r, contexts, name, route, parts, *at, sink));
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// `[gateway]` with its defaults.
pub(super) fn gateway(r: &Resolver<'_>, sink: &mut Sink) -> Gateway {
    let said = &r.tree.gateway;
    let mut gateway = Gateway {
        prefix: String::new(),
        timeout: jiff::SignedDuration::from_secs(10),
        max_body: 1 << 20,
    };
    if let Some(prefix) = &said.prefix {
        let fields = written::path(prefix, sink);
        if let Some(field) = fields.iter().flatten().next() {
            let found = "the prefix of the gateway has no fields";
            sink.push(Diagnostic::error(502, field.span, found).help("write it like `/api`"));
        }
        gateway.prefix.clone_from(&prefix.value);
    }
    if let Some(timeout) = said.timeout.as_ref().and_then(|it| written::patience(it, sink)) {
        gateway.timeout = timeout;
    }
    if let Some(bytes) = &said.max_body {
        match u64::try_from(bytes.value).ok().filter(|bytes| (1..=1 << 40).contains(bytes)) {
            Some(bytes) => gateway.max_body = bytes,
            None => {
                let found = "the longest body of the gateway is a number of bytes from 1";
                sink.push(
                    Diagnostic::error(210, bytes.span, found).help("write one such as 65536"),
                );
            }
        }
    }
    gateway
}

/// What a part asks: who answers, with what arguments, and what the answer is.
struct Asked {
    context: String,
    target: Target,
    /// Arguments that must be given, and those that may.
    needed: Vec<(String, Type)>,
    possible: Vec<(String, Type)>,
    answer: Answer,
}

/// The type of an answer.
#[derive(Clone, Copy)]
enum Answer {
    /// A record.
    One(TypeId),
    /// `items` of a record.
    Many(TypeId),
}

fn composition(
    r: &mut Resolver<'_>,
    contexts: &BTreeMap<String, Context>,
    own: &str,
    route: &tree::Route,
    parts: &[(Ident, notation::Part)],
    at: Span,
    sink: &mut Sink,
) -> Option<Composition> {
    let before = sink.found().len();
    let fields = written::path(&route.path, sink)?;
    let mut asked: BTreeMap<&str, Asked> = BTreeMap::new();
    for (name, part) in parts {
        if name.text == "errors" {
            let found = "a part cannot be called `errors`: that names the parts which failed";
            sink.push(Diagnostic::error(114, name.span, found).help("take another name"));
        }
        asked.extend(target(r, contexts, own, part, sink).map(|it| (name.text.as_str(), it)));
    }
    if parts.is_empty() {
        let found = "a composed answer has at least one part";
        sink.push(Diagnostic::error(12, at, found).help("write `compose = { job = \"Job\" }`"));
    }
    let whole = Whole { fields: &fields, parts, asked: &asked };
    let mut built = Vec::new();
    for (name, part) in parts {
        if let Some(asked) = asked.get(name.text.as_str()) {
            built.extend(whole.part(r, name, part, asked, sink));
        }
    }
    if sink.found().len() == before {
        circle(parts, &built, sink);
        unused(&fields, &built, sink);
    }
    (sink.found().len() == before).then(|| Composition {
        path: route.path.value.clone(),
        context: own.to_owned(),
        parts: built,
        timeout: route.timeout.as_ref().and_then(|it| written::patience(it, sink)),
        span: route.path.span,
    })
}

/// The query or aggregate that a part names.
fn target(
    r: &mut Resolver<'_>,
    contexts: &BTreeMap<String, Context>,
    own: &str,
    part: &notation::Part,
    sink: &mut Sink,
) -> Option<Asked> {
    let of = r.context_of(own, &part.path, sink)?;
    let (name, context) = (&part.path.name, contexts.get(&of)?);
    if let Some(query) = context.queries.get(&name.text) {
        let types = &r.world.types;
        let row = r.contexts.get(&of)?.projections.get(&query.view)?.row;
        let column = |name: &str| types.fields(row).iter().find(|f| f.name == name);
        let typed = |name: &str| column(name).map_or(Type::Error, |field| field.ty.clone());
        let target = Target::Query(name.text.clone());
        if query.one {
            let needed = query.route.fields().map(|key| (key.to_owned(), typed(key))).collect();
            let answer = Answer::One(row);
            return Some(Asked { context: of, target, needed, possible: vec![], answer });
        }
        let params = types.fields(query.params).iter().map(|f| (f.name.clone(), f.ty.clone()));
        let in_path: Vec<&str> = query.route.fields().collect();
        let must = |(name, ty): &(String, Type)| {
            !matches!(ty, Type::Option(_)) || in_path.contains(&name.as_str())
        };
        let (needed, possible) = params.partition(must);
        return Some(Asked { context: of, target, needed, possible, answer: Answer::Many(row) });
    }
    if let Some(aggregate) = context.aggregates.get(&name.text) {
        if !aggregate.read {
            let found =
                format!("the state of `{}` cannot be read: it says `read = false`", name.text);
            let help = "ask a query of a view instead";
            sink.push(Diagnostic::error(110, name.span, found).help(help));
            return None;
        }
        let needed = vec![(aggregate.id.name.clone(), aggregate.id.ty.clone())];
        let (target, answer) = (Target::Aggregate(name.text.clone()), Answer::One(aggregate.state));
        return Some(Asked { context: of, target, needed, possible: vec![], answer });
    }
    let ctx = r.contexts.get(&of)?;
    let queries = super::queries::names(ctx.tree);
    let known: Vec<String> = queries.chain(ctx.aggregates.keys().cloned()).collect();
    if !known.contains(&name.text) && !ctx.not_yet.contains(&name.text) {
        let found = format!("there is no query or aggregate `{}`", name.text);
        let report = Diagnostic::error(106, name.span, found);
        let report = r.suggest(report, name.span, &name.text, known.iter().map(String::as_str));
        let help = format!("declare it: `[query.{}]`", name.text);
        sink.push(if report.help.is_some() { report } else { report.help(help) });
    }
    None
}

struct Whole<'a> {
    fields: &'a [Ident],
    parts: &'a [(Ident, notation::Part)],
    asked: &'a BTreeMap<&'a str, Asked>,
}

impl Whole<'_> {
    fn part(
        &self,
        r: &mut Resolver<'_>,
        name: &Ident,
        part: &notation::Part,
        asked: &Asked,
        sink: &mut Sink,
    ) -> Option<Part> {
        let before = sink.found().len();
        let known: Vec<&(String, Type)> = asked.needed.iter().chain(&asked.possible).collect();
        let (mut args, mut each): (Vec<PartArg>, Option<String>) = (Vec::new(), None);
        for bind in &part.binds {
            let Some((_, ty)) = known.iter().find(|(name, _)| *name == bind.name.text) else {
                unknown_argument(r, part, &bind.name, &known, sink);
                continue;
            };
            if args.iter().any(|arg| arg.name == bind.name.text) {
                let found = format!("argument `{}` is given twice", bind.name.text);
                sink.push(Diagnostic::error(304, bind.name.span, found).help("remove one of them"));
                continue;
            }
            let short = Expr { kind: ExprKind::Name(bind.name.text.clone()), span: bind.name.span };
            let value = bind.value.as_ref().unwrap_or(&short);
            let Some((value, many)) = self.value(r, part, value, ty, sink) else { continue };
            if many && each.is_some() {
                let found = "a part is asked for the elements of one list, not of two";
                sink.push(
                    Diagnostic::error(202, bind.name.span, found).help("leave one of them out"),
                );
                continue;
            }
            if many {
                each = Some(bind.name.text.clone());
            }
            args.push(PartArg { name: bind.name.text.clone(), value });
        }
        for (wanted, _) in &known {
            let given = part.binds.iter().any(|bind| bind.name.text == *wanted);
            if !given && self.fields.iter().any(|field| field.text == *wanted) {
                args.push(PartArg { name: wanted.clone(), value: vec![wanted.clone()] });
            }
        }
        let given = |name: &String| args.iter().any(|arg| arg.name == *name);
        let missing: Vec<&str> = asked
            .needed
            .iter()
            .map(|(name, _)| name)
            .filter(|it| !given(it))
            .map(String::as_str)
            .collect();
        if !missing.is_empty() && sink.found().len() == before {
            let found = format!("part `{}` lacks {}", name.text, list(missing.iter().copied()));
            let first = missing.first().copied().unwrap_or_default();
            let help = format!(
                "write `{}({first} = part.field)`, or `{{{first}}}` in the path",
                part.path.name.text
            );
            sink.push(Diagnostic::error(302, part.span, found).help(help));
        }
        (sink.found().len() == before).then(|| Part {
            name: name.text.clone(),
            context: asked.context.clone(),
            target: asked.target.clone(),
            args,
            each,
            optional: part.optional,
        })
    }

    /// Where a value comes from, and whether it is a list.
    fn value(
        &self,
        r: &mut Resolver<'_>,
        part: &notation::Part,
        value: &Expr,
        wanted: &Type,
        sink: &mut Sink,
    ) -> Option<(Vec<String>, bool)> {
        let Some(path) = names(value) else {
            let found = "the argument of a part is a field of the path or of another part";
            let help = "write it like `order.customer_id`; what is computed belongs into a view";
            sink.push(Diagnostic::error(16, value.span, found).help(help));
            return None;
        };
        let texts: Vec<String> = path.iter().map(|it| it.text.clone()).collect();
        let (first, rest) = path.split_first()?;
        if rest.is_empty() && self.fields.iter().any(|field| field.text == first.text) {
            return Some((texts, false));
        }
        let Some((_, other)) = self.parts.iter().find(|(name, _)| name.text == first.text) else {
            let mut known: Vec<&str> =
                self.parts.iter().map(|(name, _)| name.text.as_str()).collect();
            known.extend(self.fields.iter().map(|field| field.text.as_str()));
            let found = format!("`{}` is neither a part nor a field of the path", first.text);
            let report = Diagnostic::error(108, first.span, found);
            let report = r.suggest(report, first.span, &first.text, known.iter().copied());
            let help = format!("there are {}", list(known.iter().copied()));
            sink.push(if report.help.is_some() { report } else { report.help(help) });
            return None;
        };
        let asked = self.asked.get(first.text.as_str())?;
        if rest.is_empty() {
            let found = format!("`{}` is a whole part, not a value", first.text);
            let help = format!("name a field of it: `{}.field`", first.text);
            sink.push(Diagnostic::error(16, first.span, found).help(help));
            return None;
        }
        if other.optional && !part.optional {
            let found = format!("a part that needs `{}` cannot be had without it", first.text);
            let end = Span { start: part.span.end, ..part.span };
            let report = Diagnostic::error(205, first.span, found);
            let report = report
                .label("this part is optional")
                .help("make this one optional, too: `?` behind it");
            sink.push(report.patch(end, "?"));
            return None;
        }
        let (found, many) = walked(r, asked.answer, rest, sink)?;
        let (given, expected) = (bare(r, &found), bare(r, wanted));
        if given != expected && given != Type::Error && expected != Type::Error {
            let words = format!("`{}` has another type than the argument", texts.join("."));
            let help = "the two are compared as texts, uuids, numbers: they must be of one kind";
            sink.push(Diagnostic::error(201, value.span, words).help(help));
            return None;
        }
        Some((texts, many))
    }
}

fn unknown_argument(
    r: &mut Resolver<'_>,
    part: &notation::Part,
    name: &Ident,
    known: &[&(String, Type)],
    sink: &mut Sink,
) {
    let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
    let found = format!("`{}` has no argument `{}`", part.path.name.text, name.text);
    let report = Diagnostic::error(303, name.span, found);
    let report = r.suggest(report, name.span, &name.text, names.iter().copied());
    let help = match names.is_empty() {
        true => "it has none: leave the brackets out".to_owned(),
        false => format!("it has {}", list(names.iter().copied())),
    };
    sink.push(if report.help.is_some() { report } else { report.help(help) });
}

/// `a.b.c` as its names.
fn names(value: &Expr) -> Option<Vec<Ident>> {
    let (mut found, mut value) = (Vec::new(), value);
    loop {
        match &value.kind {
            ExprKind::Name(text) => {
                found.push(Ident { text: text.clone(), span: value.span });
                found.reverse();
                return Some(found);
            }
            ExprKind::Field { of, name } => {
                found.push(name.clone());
                value = of;
            }
            _ => return None,
        }
    }
}

/// The type behind a path into an answer, and whether a list lies on the way.
fn walked(
    r: &mut Resolver<'_>,
    answer: Answer,
    path: &[Ident],
    sink: &mut Sink,
) -> Option<(Type, bool)> {
    let (mut ty, mut path, mut many) = match answer {
        Answer::One(id) => (Type::Named(id), path, false),
        Answer::Many(id) => {
            let (first, rest) = path.split_first()?;
            if first.text != "items" {
                let found = "the answer of this query is a page";
                let help = format!("write `items.{}`", first.text);
                sink.push(Diagnostic::error(103, first.span, found).help(help));
                return None;
            }
            (Type::List(Box::new(Type::Named(id))), rest, false)
        }
    };
    let last = path.last().map_or_else(Span::default, |name| name.span);
    loop {
        ty = match ty {
            Type::Option(inner) => *inner,
            Type::List(inner) | Type::Set(inner) => {
                many = true;
                *inner
            }
            Type::Entities(id) => {
                many = true;
                Type::Named(id)
            }
            Type::Named(id) if is_record(r, id) => {
                let Some((name, rest)) = path.split_first() else {
                    let found = "a whole record is no argument";
                    sink.push(Diagnostic::error(214, last, found).help("name a field of it"));
                    return None;
                };
                path = rest;
                field(r, id, name, sink)?
            }
            scalar => {
                if let Some(name) = path.first() {
                    let found = format!("there is no field `{}` here", name.text);
                    sink.push(Diagnostic::error(103, name.span, found).help("leave it out"));
                    return None;
                }
                let plain = !matches!(scalar, Type::Map(..) | Type::Named(_))
                    || matches!(&scalar, Type::Named(id) if is_scalar(r, *id));
                if !plain {
                    let found = "this is no value that a path could hold";
                    let help = "name a text, a number, an id, a date or an enum";
                    sink.push(Diagnostic::error(214, last, found).help(help));
                    return None;
                }
                return Some((scalar, many));
            }
        };
    }
}

fn field(r: &mut Resolver<'_>, id: TypeId, name: &Ident, sink: &mut Sink) -> Option<Type> {
    if let Some(field) = super::fields::member(r, id, &name.text) {
        return Some(field.ty);
    }
    let known: Vec<String> = r.world.types.fields(id).iter().map(|f| f.name.clone()).collect();
    let found = format!("the answer has no field `{}`", name.text);
    let report = Diagnostic::error(103, name.span, found);
    let report = r.suggest(report, name.span, &name.text, known.iter().map(String::as_str));
    let help = format!("it has {}", list(known.iter().map(String::as_str)));
    sink.push(if report.help.is_some() { report } else { report.help(help) });
    None
}

fn is_record(r: &Resolver<'_>, id: TypeId) -> bool {
    r.world.types.get(id).is_some_and(|def| matches!(def.kind, TypeDefKind::Record { .. }))
}

fn is_scalar(r: &Resolver<'_>, id: TypeId) -> bool {
    let kind = r.world.types.get(id).map(|def| &def.kind);
    matches!(kind, Some(TypeDefKind::Newtype { .. } | TypeDefKind::Enum { .. }))
}

/// The type as it is written in a path: newtypes are what they wrap, enums are texts.
pub(super) fn bare(r: &Resolver<'_>, ty: &Type) -> Type {
    match ty {
        Type::Option(inner) => bare(r, inner),
        Type::Named(id) => match r.world.types.get(*id).map(|def| &def.kind) {
            Some(TypeDefKind::Newtype { base, .. }) => bare(r, base),
            Some(TypeDefKind::Enum { .. }) => Type::Text,
            _ => Type::Error,
        },
        other => other.clone(),
    }
}

/// MN506: parts that need each other in a circle.
fn circle(parts: &[(Ident, notation::Part)], built: &[Part], sink: &mut Sink) {
    let needs = |part: &Part| -> Vec<String> {
        part.args
            .iter()
            .filter(|arg| arg.value.len() > 1)
            .filter_map(|arg| arg.value.first().cloned())
            .collect()
    };
    let mut left: Vec<&Part> = built.iter().collect();
    loop {
        let open: Vec<&str> = left.iter().map(|part| part.name.as_str()).collect();
        let before = left.len();
        let waits = |part: &&Part| needs(part).iter().any(|name| open.contains(&name.as_str()));
        let stuck: Vec<&Part> = left.iter().copied().filter(waits).collect();
        if stuck.len() == before {
            break;
        }
        left = stuck;
    }
    let Some(first) = left.first() else { return };
    let Some((name, _)) = parts.iter().find(|(name, _)| name.text == first.name) else { return };
    let names = list(left.iter().map(|part| part.name.as_str()));
    let found = format!("the parts {names} need each other in a circle");
    let help = "let one of them take what it needs from the path";
    sink.push(Diagnostic::error(506, name.span, found).help(help));
}

/// MN502: a field of the path that no part uses.
fn unused(fields: &[Ident], built: &[Part], sink: &mut Sink) {
    let used = |field: &Ident| {
        let mut args = built.iter().flat_map(|part| &part.args);
        args.any(|arg| arg.value.len() == 1 && arg.value.first() == Some(&field.text))
    };
    for field in fields.iter().filter(|field| !used(field)) {
        let found = format!("no part uses `{{{}}}` of the path", field.text);
        let help = "give it to a part, or leave it out of the path";
        sink.push(Diagnostic::error(502, field.span, found).help(help));
    }
}
