//! Field lists: types, bounds, marks, defaults; bare names are typed by the subject (§4).

use std::collections::BTreeSet;

use super::declare::still_used;
use super::resolver::Resolver;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::{Allow, Checker};
use crate::lang::tree::{Expr, Field, Mark};
use crate::lang::types::{Bounds, FieldDef, Marks, Type, TypeDefKind, TypeId};

/// Where a field list stands.
#[derive(Default)]
pub(super) struct Place<'a> {
    /// Words for reports: "a command".
    pub what: &'static str,
    /// Records whose fields and derived values give bare names a type, nearest first.
    pub typed_by: Vec<TypeId>,
    /// What its types may be.
    pub allow: Allow,
    /// Names that are there already: the id, `status`.
    pub taken: &'a [String],
    /// Whether a bare name without a type is left to a later pass instead of being reported.
    pub later: bool,
    /// Whether defaults are checked at once; else they are handed back.
    pub defaults: bool,
}

/// A typed field list.
#[derive(Default)]
pub(super) struct Fields<'t> {
    /// The fields in text order.
    pub fields: Vec<FieldDef>,
    /// Indices of fields that a later pass types.
    pub untyped: Vec<usize>,
    /// Defaults to be checked once all types are known.
    pub defaults: Vec<(usize, &'t Expr)>,
}

/// Type a field list of a context (`None`: shared kernel).
pub(super) fn fields<'t>(
    r: &mut Resolver<'t>,
    context: Option<&str>,
    list: &'t [Field],
    place: &Place<'_>,
    sink: &mut Sink,
) -> Fields<'t> {
    let mut out = Fields { fields: Vec::with_capacity(list.len()), ..Fields::default() };
    let mut seen = BTreeSet::new();
    for field in list {
        if place.taken.contains(&field.name.text) {
            let found = format!("`{}` is there without being listed", field.name.text);
            sink.push(Diagnostic::error(111, field.name.span, found).help("remove it"));
            continue;
        }
        if !seen.insert(field.name.text.as_str()) {
            let found = format!("field `{}` is declared twice", field.name.text);
            sink.push(Diagnostic::error(111, field.name.span, found).help("remove one of them"));
            continue;
        }
        let index = out.fields.len();
        match one(r, context, field, place, sink) {
            Some(def) => out.fields.push(def),
            None => {
                out.untyped.push(index);
                out.fields.push(FieldDef::plain(&field.name.text, Type::Error, field.span));
            }
        }
        if let Some(expr) = &field.typed.default {
            out.defaults.push((index, expr));
        }
    }
    let names: BTreeSet<&str> = list.iter().map(|f| f.name.text.as_str()).collect();
    for mark in list.iter().flat_map(|f| &f.typed.marks) {
        if let Mark::Was(was) = mark
            && names.contains(was.text.as_str())
        {
            still_used(was, sink);
        }
    }
    if place.defaults {
        for (index, expr) in std::mem::take(&mut out.defaults) {
            if let Some(field) = out.fields.get_mut(index) {
                field.default = Some(default(r, context, field, expr, sink));
            }
        }
    }
    out
}

/// Check a default of a field.
pub(super) fn default(
    r: &mut Resolver<'_>,
    context: Option<&str>,
    field: &FieldDef,
    expr: &Expr,
    sink: &mut Sink,
) -> crate::lang::ir::Ir {
    if field.ty == Type::Error {
        return super::values::ir(crate::lang::ir::IrKind::Error, Type::Error, expr.span);
    }
    let scope = match context {
        Some(context) => r.scope(context, "a default"),
        None => crate::lang::check::Scope::new("a default"),
    };
    r.check(context, scope, sink, |_, c| c.constant(expr, &field.ty, &field.bounds))
}

fn one(
    r: &mut Resolver<'_>,
    context: Option<&str>,
    field: &Field,
    place: &Place<'_>,
    sink: &mut Sink,
) -> Option<FieldDef> {
    let mut def = match &field.typed.ty {
        Some(ty) => {
            let scope = crate::lang::check::Scope::new(place.what);
            let (ty, bounds) =
                r.check(context, scope, sink, |_, c: &mut Checker<'_>| c.ty(ty, place.allow));
            FieldDef { bounds, ..FieldDef::plain(&field.name.text, ty, field.span) }
        }
        None => bare(r, context, field, place, sink)?,
    };
    marks(&mut def.marks, &field.typed.marks);
    if let Some(doc) = &field.typed.doc {
        def.doc = Some(doc.clone());
    }
    Some(def)
}

fn bare(
    r: &mut Resolver<'_>,
    context: Option<&str>,
    field: &Field,
    place: &Place<'_>,
    sink: &mut Sink,
) -> Option<FieldDef> {
    let name = field.name.text.as_str();
    let found = place
        .typed_by
        .iter()
        .find_map(|id| member(r, *id, name))
        .or_else(|| id_field(r, context, name));
    let Some(mut def) = found else {
        if place.later {
            return None;
        }
        sink.push(no_type(r, field, place));
        let known = names(r, &place.typed_by);
        let meant = super::words::only(name, known.iter().map(String::as_str));
        let meant = meant.and_then(|m| place.typed_by.iter().find_map(|id| member(r, *id, &m)));
        let broken = FieldDef::plain(name, Type::Error, field.span);
        return Some(FieldDef { span: field.span, ..meant.unwrap_or(broken) });
    };
    def.span = field.span;
    if field.typed.optional && !matches!(def.ty, Type::Option(_) | Type::Error) {
        def.ty = Type::Option(Box::new(def.ty));
        def.bounds = if def.bounds.is_open() {
            Bounds::default()
        } else {
            Bounds { inner: Some(Box::new(def.bounds)), ..Bounds::default() }
        };
    }
    Some(def)
}

/// The report for a bare name that nothing types.
pub(super) fn no_type(r: &mut Resolver<'_>, field: &Field, place: &Place<'_>) -> Diagnostic {
    let name = field.name.text.as_str();
    let known = names(r, &place.typed_by);
    let found = format!("`{name}` has no type: nothing of this name is known to {}", place.what);
    let found = Diagnostic::error(103, field.name.span, found);
    let found = r.suggest(found, field.name.span, name, known.iter().map(String::as_str));
    if found.help.is_some() {
        return found;
    }
    found.help(format!("write its type: `{name}: TYPE`"))
}

/// The fields of records.
fn names(r: &Resolver<'_>, records: &[TypeId]) -> Vec<String> {
    records.iter().flat_map(|id| r.world.types.fields(*id)).map(|f| f.name.clone()).collect()
}

/// A field or derived value of a record, as a field without its default.
pub(super) fn member(r: &Resolver<'_>, id: TypeId, name: &str) -> Option<FieldDef> {
    let TypeDefKind::Record { fields, derives, .. } = &r.world.types.get(id)?.kind else {
        return None;
    };
    if let Some(field) = fields.iter().find(|f| f.name == name) {
        return Some(FieldDef { default: None, ..field.clone() });
    }
    let derive = derives.iter().find(|d| d.name == name)?;
    Some(FieldDef::plain(name, derive.ty.clone(), derive.span))
}

/// The id of an aggregate of this context that has this name.
fn id_field(r: &Resolver<'_>, context: Option<&str>, name: &str) -> Option<FieldDef> {
    let ctx = r.contexts.get(context?)?;
    let agg = ctx.aggregates.get(ctx.ids.get(name)?)?;
    Some(FieldDef::plain(name, agg.id.ty.clone(), agg.tree.head.span))
}

fn marks(to: &mut Marks, written: &[Mark]) {
    for mark in written {
        match mark {
            Mark::Personal => to.personal = true,
            Mark::Secret(shown) => to.secret = Some(shown.unwrap_or(0)),
            Mark::Deprecated => to.deprecated = true,
            Mark::Was(old) => to.was.push(old.text.clone()),
        }
    }
}
