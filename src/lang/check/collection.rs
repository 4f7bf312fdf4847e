//! Methods and indexing of lists, sets, maps and entities.

use super::checker::{Checker, error};
use super::method::{MethodCall, body_type};
use crate::diagnostics::Diagnostic;
use crate::lang::ir::{Ir, IrArg, IrKind, Method};
use crate::lang::tree::{Arg, Expr, Path};
use crate::lang::types::{Type, TypeDefKind, TypeId};
use crate::source::Span;

use super::scope::{Lookups, RowKind, Use};

/// All method names of collections.
pub(super) const METHODS: [&str; 25] = [
    "any",
    "all",
    "sum",
    "filter",
    "len",
    "is_empty",
    "map",
    "contains",
    "count",
    "find",
    "min_by",
    "max_by",
    "min",
    "max",
    "flat_map",
    "sort_by",
    "first",
    "last",
    "join",
    "contains_key",
    "keys",
    "values",
    "round",
    "abs",
    "floor",
];
const LIST: [&str; 19] = [
    "any", "all", "sum", "filter", "len", "is_empty", "map", "contains", "count", "find", "min_by",
    "max_by", "min", "max", "flat_map", "sort_by", "first", "last", "join",
];
const SET: [&str; 16] = [
    "any", "all", "sum", "filter", "len", "is_empty", "map", "contains", "count", "find", "min_by",
    "max_by", "min", "max", "flat_map", "sort_by",
];
const ENTITIES: [&str; 19] = [
    "any",
    "all",
    "sum",
    "filter",
    "len",
    "is_empty",
    "map",
    "contains",
    "count",
    "find",
    "min_by",
    "max_by",
    "min",
    "max",
    "flat_map",
    "sort_by",
    "contains_key",
    "keys",
    "values",
];
const MAP: [&str; 9] =
    ["contains_key", "keys", "values", "len", "is_empty", "any", "all", "count", "sum"];

/// The way out where no command decides: the event brings the value along.
fn carried(row: &str) -> String {
    format!(
        "let the event carry it: in its command `lookup.x = \"..\"` with a replica, then \
         `emit = \"Event(field = x.field)\"`; or follow the events that `{row}` follows"
    )
}

impl Checker<'_> {
    pub(super) fn collection_method(&mut self, call: MethodCall<'_>, hint: Option<&Type>) -> Ir {
        let (known, params): (&[&str], Vec<Type>) = match &call.of.ty {
            Type::List(t) => (&LIST, vec![(**t).clone()]),
            Type::Set(t) => (&SET, vec![(**t).clone()]),
            Type::Entities(id) => (&ENTITIES, vec![Type::Named(*id)]),
            Type::Map(k, v) => (&MAP, vec![(**k).clone(), (**v).clone()]),
            _ => return error(call.span),
        };
        let name = call.name.text.as_str();
        if !known.contains(&name) {
            return self.no_method(call, known);
        }
        let wanted: &[usize] = match name {
            "len" | "is_empty" | "min" | "max" | "first" | "last" | "keys" | "values" => &[0],
            "sum" if params.len() == 1 => &[0, 1],
            "contains_key" => return self.contains_key(call),
            _ => &[1],
        };
        if !self.arity(call.name, call.args.len(), wanted) {
            return error(call.span);
        }
        let element = params.first().cloned().unwrap_or(Type::Error);
        match name {
            "any" | "all" | "count" => self.tested(call, &params),
            "filter" | "find" => {
                let ty = match (&call.of.ty, name) {
                    (_, "find") => Type::Option(Box::new(element)),
                    (Type::Set(_), _) => call.of.ty.clone(),
                    _ => Type::List(Box::new(element)),
                };
                let method = if name == "find" { Method::Find } else { Method::Filter };
                match self.closure(call.args, 0, &params, Some(&Type::Bool), true) {
                    Some(f) => call.done(method, vec![f], ty),
                    None => error(call.span),
                }
            }
            "len" => call.done(Method::Len, vec![], Type::Int),
            "is_empty" => call.done(Method::IsEmpty, vec![], Type::Bool),
            "sum" => self.sum(call, &params),
            "map" | "flat_map" => self.mapped(call, &params, hint),
            "contains" => {
                let arg = self.arg(call.args, 0, &element);
                call.done(Method::Contains, vec![IrArg::Value(arg)], Type::Bool)
            }
            "min_by" | "max_by" | "sort_by" => self.by_key(call, &params, &element),
            "min" | "max" => {
                if !self.ordered_element(&call, &element) {
                    return error(call.span);
                }
                let method = if name == "min" { Method::Min } else { Method::Max };
                call.done(method, vec![], Type::Option(Box::new(element)))
            }
            "first" => call.done(Method::First, vec![], Type::Option(Box::new(element))),
            "last" => call.done(Method::Last, vec![], Type::Option(Box::new(element))),
            "join" => {
                if element != Type::Text {
                    self.report_not(&call.of, "a list of texts");
                    return error(call.span);
                }
                let arg = self.arg(call.args, 0, &Type::Text);
                call.done(Method::Join, vec![IrArg::Value(arg)], Type::Text)
            }
            "keys" => self.map_keys(call),
            _ => {
                let of = params.last().cloned().unwrap_or(Type::Error);
                call.done(Method::Values, vec![], Type::List(Box::new(of)))
            }
        }
    }

    fn tested(&mut self, call: MethodCall<'_>, params: &[Type]) -> Ir {
        let (method, ty) = match call.name.text.as_str() {
            "any" => (Method::Any, Type::Bool),
            "all" => (Method::All, Type::Bool),
            _ => (Method::Count, Type::Int),
        };
        match self.closure(call.args, 0, params, Some(&Type::Bool), true) {
            Some(f) => call.done(method, vec![f], ty),
            None => error(call.span),
        }
    }

    fn sum(&mut self, call: MethodCall<'_>, params: &[Type]) -> Ir {
        if call.args.is_empty() {
            let ty = params.first().cloned().unwrap_or(Type::Error);
            if !matches!(ty, Type::Int | Type::Decimal(_)) {
                self.report_not(&call.of, "a list of numbers");
                return error(call.span);
            }
            return call.done(Method::Sum, vec![], ty);
        }
        let Some(f) = self.closure(call.args, 0, params, None, false) else {
            return error(call.span);
        };
        let ty = body_type(&f);
        match (&ty, &f) {
            (Type::Int | Type::Decimal(_), _) => call.done(Method::Sum, vec![f], ty),
            (Type::Error, _) => error(call.span),
            (_, IrArg::Value(body) | IrArg::Closure(_, body)) => {
                self.report_not(body, "a number");
                error(call.span)
            }
        }
    }

    fn mapped(&mut self, call: MethodCall<'_>, params: &[Type], hint: Option<&Type>) -> Ir {
        let flat = call.name.text == "flat_map";
        let inner = match hint {
            Some(Type::List(t)) if !flat => Some(&**t),
            _ if flat => hint,
            _ => None,
        };
        let Some(f) = self.closure(call.args, 0, params, inner, false) else {
            return error(call.span);
        };
        let ty = body_type(&f);
        match (flat, &ty, &f) {
            (_, Type::Error, _) => error(call.span),
            (false, ..) => call.done(Method::Map, vec![f], Type::List(Box::new(ty))),
            (true, Type::List(_), _) => call.done(Method::FlatMap, vec![f], ty),
            (true, _, IrArg::Value(body) | IrArg::Closure(_, body)) => {
                self.report_not(body, "a list");
                error(call.span)
            }
        }
    }

    fn by_key(&mut self, call: MethodCall<'_>, params: &[Type], element: &Type) -> Ir {
        let Some(f) = self.closure(call.args, 0, params, None, false) else {
            return error(call.span);
        };
        let (IrArg::Value(body) | IrArg::Closure(_, body)) = &f;
        if body.ty == Type::Error {
            return error(call.span);
        }
        if !self.is_ordered(&body.ty)
            && *super::coerce::base_of(&self.world.types, &body.ty) != Type::Uuid
        {
            self.report_no_order(body);
            return error(call.span);
        }
        let (method, ty) = match call.name.text.as_str() {
            "min_by" => (Method::MinBy, Type::Option(Box::new(element.clone()))),
            "max_by" => (Method::MaxBy, Type::Option(Box::new(element.clone()))),
            _ => (Method::SortBy, Type::List(Box::new(element.clone()))),
        };
        call.done(method, vec![f], ty)
    }

    fn ordered_element(&mut self, call: &MethodCall<'_>, element: &Type) -> bool {
        let ordered = self.is_ordered(element);
        if !ordered {
            let ir = Ir { kind: IrKind::Error, ty: element.clone(), span: call.span };
            self.report_no_order(&ir);
        }
        ordered
    }

    fn report_no_order(&mut self, ir: &Ir) {
        if matches!(ir.ty, Type::Option(_)) {
            self.report_not(ir, "a value with an order");
            return;
        }
        let is = super::show::show(&self.world.types, &ir.ty);
        self.report(
            Diagnostic::error(206, ir.span, format!("values of {is} have no order"))
                .label("cannot be compared")
                .help("use a number, text, date, time, duration or ordered enum"),
        );
    }

    /// The key's types of a map or of entities.
    pub(super) fn key_types(&self, ty: &Type) -> Option<Vec<Type>> {
        match ty {
            Type::Map(k, _) => Some(vec![(**k).clone()]),
            Type::Entities(id) => Some(self.row_key(*id)),
            _ => None,
        }
    }

    /// The types of a record's key fields.
    pub(super) fn row_key(&self, id: TypeId) -> Vec<Type> {
        let Some(TypeDefKind::Record { fields, key, .. }) =
            self.world.types.get(id).map(|d| &d.kind)
        else {
            return Vec::new();
        };
        key.iter()
            .map(|k| fields.iter().find(|f| f.name == *k).map_or(Type::Error, |f| f.ty.clone()))
            .collect()
    }

    fn contains_key(&mut self, call: MethodCall<'_>) -> Ir {
        let keys = self.key_types(&call.of.ty).unwrap_or_default();
        if !self.arity(call.name, call.args.len(), &[keys.len()]) {
            return error(call.span);
        }
        let args = keys
            .iter()
            .enumerate()
            .map(|(i, ty)| IrArg::Value(self.arg(call.args, i, ty)))
            .collect();
        call.done(Method::ContainsKey, args, Type::Bool)
    }

    fn map_keys(&mut self, call: MethodCall<'_>) -> Ir {
        let keys = self.key_types(&call.of.ty).unwrap_or_default();
        match (keys.first(), keys.len()) {
            (Some(key), 1) => {
                let ty = Type::List(Box::new(key.clone()));
                call.done(Method::Keys, vec![], ty)
            }
            _ => {
                self.report(
                    Diagnostic::error(107, call.name.span, "`keys` needs a key of one field")
                        .label("the key has several fields")
                        .help("use `.map(|x| x.field)`"),
                );
                error(call.span)
            }
        }
    }

    /// `x[key]`
    pub(super) fn index(&mut self, of: &Expr, keys: &[Expr], span: Span) -> Ir {
        let of = self.infer(of, None);
        if of.ty == Type::Error {
            return error(span);
        }
        let Some(wanted) = self.key_types(&of.ty) else {
            match of.ty {
                Type::List(_) => self.report(
                    Diagnostic::error(201, span, "lists have no places")
                        .label("a list")
                        .help("use `.first()`, `.last()` or `.find(|x| ..)`"),
                ),
                _ => self.report_not(&of, "a map or entities"),
            }
            return error(span);
        };
        let Some(keys) = self.key_values(keys, &wanted, span) else { return error(span) };
        let ty = match &of.ty {
            Type::Map(_, v) => (**v).clone(),
            Type::Entities(id) => Type::Named(*id),
            _ => Type::Error,
        };
        let ty = Type::Option(Box::new(ty));
        Ir { kind: IrKind::Index { of: Box::new(of), keys }, ty, span }
    }

    /// The parts of a key; MN202 when their number is wrong.
    pub(super) fn key_values(
        &mut self,
        keys: &[Expr],
        wanted: &[Type],
        span: Span,
    ) -> Option<Vec<Ir>> {
        if wanted.is_empty() {
            return None;
        }
        if keys.len() != wanted.len() {
            let n = wanted.len();
            self.report(
                Diagnostic::error(202, span, format!("the key has {n} parts, not {}", keys.len()))
                    .label("key")
                    .help(format!("write {n} parts between the brackets")),
            );
            return None;
        }
        Some(keys.iter().zip(wanted).map(|(e, ty)| self.expr_as(e, ty)).collect())
    }

    /// Whether this is part of a command, which may look up rows.
    fn decides(&self) -> bool {
        self.prefix("cmd").is_some()
    }

    /// `Replica[key]`, `View[key]`
    pub(super) fn lookup(&mut self, source: &Path, keys: &[Expr], span: Span) -> Ir {
        let Some((context, row, kind)) = self.source(source) else { return error(span) };
        let name = source.name.text.clone();
        match (self.scope.lookups, kind) {
            (Lookups::All, RowKind::Reference) => {
                self.report(
                    Diagnostic::error(
                        110,
                        span,
                        format!("no key is found in `{name}`, which is a reference"),
                    )
                    .label("its rows change without an event")
                    .help("take a view or replica: built anew, it gives the same rows"),
                );
                return error(span);
            }
            (Lookups::All, _) | (Lookups::Decision, RowKind::Replica | RowKind::Reference) => {}
            (_, RowKind::View) => {
                let place = self.place();
                let found = format!("view `{name}` cannot be read in {place}");
                let help = match self.decides() {
                    true => "use a replica, a lookup or `unique`".to_owned(),
                    false => carried(&name),
                };
                self.report(Diagnostic::error(334, span, found).label("a view is late").help(help));
                return error(span);
            }
            (Lookups::None, _) => {
                let help = match self.decides() {
                    true => format!("name the row: `lookup.x = \"{name}[..]\"`, then use `x`"),
                    false => carried(&name),
                };
                let found = format!("`{name}` can only be read under `lookup`");
                self.report(Diagnostic::error(110, span, found).label("a row").help(help));
                return error(span);
            }
        }
        let wanted = self.row_key(row);
        let Some(keys) = self.key_values(keys, &wanted, span) else { return error(span) };
        let ty = Type::Option(Box::new(Type::Named(row)));
        Ir { kind: IrKind::Lookup { context, source: name, keys }, ty, span }
    }

    /// The rows that a path names; MN101 and MN106 when there are none.
    pub(super) fn source(&mut self, path: &Path) -> Option<(String, TypeId, RowKind)> {
        let world = self.world;
        let context = match &path.context {
            Some(context) => {
                if !world.contexts.contains(&context.text) {
                    let names = world.contexts.iter().map(String::as_str);
                    self.unknown(101, context, "there is no context", names);
                    return None;
                }
                context.text.clone()
            }
            None => self.context.unwrap_or("").to_owned(),
        };
        let name = path.name.text.clone();
        if let Some(found) = world.sources.get(&(context.clone(), name)) {
            self.used.insert(Use::Source(context.clone(), path.name.text.clone()));
            return Some((context, found.row, found.kind));
        }
        let names = world.sources.keys().filter(|(c, _)| *c == context).map(|(_, n)| n.as_str());
        self.unknown(106, &path.name, "there is no view, replica or reference", names);
        None
    }

    /// Arguments that must be values.
    pub(super) fn values(&mut self, args: &[Arg]) -> Vec<Expr> {
        let mut out = Vec::new();
        for arg in args {
            match arg {
                Arg::Expr(e) => out.push(e.clone()),
                Arg::Closure { span, .. } => {
                    self.no_closure(*span);
                }
            }
        }
        out
    }
}
