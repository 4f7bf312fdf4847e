//! Second pass: what the named types consist of, the settings, and the signatures of tables and
//! functions. Expressions inside them wait until all of this is known.

use super::fields::{self, Fields, Place, fields};
use super::resolver::Resolver;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::{Allow, FunctionDef, Scope, TableDef};
use crate::lang::ir::Ir;
use crate::lang::tree::{Expr, Field, TypeExpr};
use crate::lang::types::{Bounds, FieldDef, MemberDef, Type, TypeDefKind, TypeId};
use crate::source::Span;
use crate::syntax::tree;

/// Where a default belongs that is checked once all types are known.
enum Slot {
    Record(TypeId),
    Member(TypeId, usize),
}

/// Defaults that wait.
#[derive(Default)]
pub(super) struct Waiting<'t> {
    defaults: Vec<(Option<String>, Slot, usize, &'t Expr)>,
}

impl<'t> Waiting<'t> {
    /// Put the fields into a record, and its defaults on the list.
    pub fn fill(
        &mut self,
        r: &mut Resolver<'t>,
        context: Option<&str>,
        id: TypeId,
        found: Fields<'t>,
    ) {
        set_fields(r, id, found.fields);
        for (index, expr) in found.defaults {
            self.defaults.push((context.map(str::to_owned), Slot::Record(id), index, expr));
        }
    }

    /// Check the defaults.
    pub fn finish(self, r: &mut Resolver<'t>, sink: &mut Sink) {
        for (context, slot, index, expr) in self.defaults {
            let field = slot_field(r, &slot, index).cloned();
            let Some(field) = field else { continue };
            let value = fields::default(r, context.as_deref(), &field, expr, sink);
            if let Some(field) = slot_field_mut(r, &slot, index) {
                field.default = Some(value);
            }
        }
    }
}

fn slot_field<'a>(r: &'a Resolver<'_>, slot: &Slot, index: usize) -> Option<&'a FieldDef> {
    match slot {
        Slot::Record(id) => match &r.world.types.get(*id)?.kind {
            TypeDefKind::Record { fields, .. } | TypeDefKind::Enum { fields, .. } => {
                fields.get(index)
            }
            _ => None,
        },
        Slot::Member(id, member) => match &r.world.types.get(*id)?.kind {
            TypeDefKind::Union { members } => members.get(*member)?.1.get(index),
            _ => None,
        },
    }
}

fn slot_field_mut<'a>(
    r: &'a mut Resolver<'_>,
    slot: &Slot,
    index: usize,
) -> Option<&'a mut FieldDef> {
    match (slot, &mut r.world.types.get_mut(*slot.id())?.kind) {
        (
            Slot::Record(_),
            TypeDefKind::Record { fields, .. } | TypeDefKind::Enum { fields, .. },
        ) => fields.get_mut(index),
        (Slot::Member(_, member), TypeDefKind::Union { members }) => {
            members.get_mut(*member)?.1.get_mut(index)
        }
        _ => None,
    }
}

impl Slot {
    fn id(&self) -> &TypeId {
        match self {
            Self::Record(id) | Self::Member(id, _) => id,
        }
    }
}

/// Replace the fields of a record.
pub(super) fn set_fields(r: &mut Resolver<'_>, id: TypeId, list: Vec<FieldDef>) {
    if let Some(TypeDefKind::Record { fields, .. }) = r.world.types.get_mut(id).map(|d| &mut d.kind)
    {
        *fields = list;
    }
}

/// Set the key of a record.
pub(super) fn set_key(r: &mut Resolver<'_>, id: TypeId, names: Vec<String>) {
    if let Some(TypeDefKind::Record { key, .. }) = r.world.types.get_mut(id).map(|d| &mut d.kind) {
        *key = names;
    }
}

/// The bases of newtypes: needed before anything else, because other types are made of them.
pub(super) fn newtypes(r: &mut Resolver<'_>, sink: &mut Sink) {
    let tree = r.tree;
    for (context, types) in all(tree) {
        for newtype in &types.newtypes {
            let (ty, bounds) = written(r, context, &newtype.ty, "a newtype", sink);
            let scalar = matches!(
                ty,
                Type::Bool
                    | Type::Int
                    | Type::Decimal(_)
                    | Type::Text
                    | Type::Uuid
                    | Type::Date
                    | Type::Time
                    | Type::Duration
                    | Type::Error
            );
            if !scalar {
                let found =
                    format!("newtype `{}` wraps a type that is not scalar", newtype.head.name.text);
                let help = "wrap bool, int, decimal, string, uuid, date, time or duration, or write a value";
                sink.push(Diagnostic::error(14, newtype.ty.span, found).help(help));
            }
            set_base(
                r,
                context,
                &newtype.head.name.text,
                if scalar { ty } else { Type::Error },
                bounds,
            );
        }
    }
}

fn set_base(r: &mut Resolver<'_>, context: Option<&str>, name: &str, ty: Type, limits: Bounds) {
    let Some(id) = r.world.types.find(context, name) else { return };
    if let Some(TypeDefKind::Newtype { base, bounds, .. }) =
        r.world.types.get_mut(id).map(|d| &mut d.kind)
    {
        *base = ty;
        *bounds = limits;
    }
}

/// Values, enums, unions, settings, signatures.
pub(super) fn contents<'t>(r: &mut Resolver<'t>, waiting: &mut Waiting<'t>, sink: &mut Sink) {
    let tree = r.tree;
    for (context, types) in all(tree) {
        for value in &types.values {
            let place = Place { what: "a value", ..Place::default() };
            let found = fields(r, context, &value.fields, &place, sink);
            if let Some(id) = r.world.types.find(context, &value.head.name.text) {
                waiting.fill(r, context, id, found);
            }
        }
        for union in &types.unions {
            union_members(r, context, union, waiting, sink);
        }
        for x in &types.enums {
            enum_parts(r, context, x, waiting, sink);
        }
        signatures(r, context, types, sink);
    }
    for context in &tree.contexts {
        settings(r, context, waiting, sink);
    }
}

fn enum_parts<'t>(
    r: &mut Resolver<'t>,
    context: Option<&str>,
    x: &'t tree::EnumDecl,
    waiting: &mut Waiting<'t>,
    sink: &mut Sink,
) {
    let place = Place { what: "an enum", ..Place::default() };
    let found = fields(r, context, &x.fields, &place, sink);
    let names = unique_names(x.members.iter().map(|m| &m.name), sink);
    let Some(id) = r.world.types.find(context, &x.head.name.text) else { return };
    if let Some(TypeDefKind::Enum { fields, members, .. }) =
        r.world.types.get_mut(id).map(|d| &mut d.kind)
    {
        *fields = found.fields;
        let member = |(name, span)| MemberDef { name, props: vec![], span };
        *members = names.into_iter().map(member).collect();
        for (index, expr) in found.defaults {
            let slot = Slot::Record(id);
            waiting.defaults.push((context.map(str::to_owned), slot, index, expr));
        }
    }
}

/// Distinct `snake_case` names in text order; MN111 and MN114 for the others.
pub(super) fn unique_names<'t>(
    names: impl Iterator<Item = &'t crate::lang::tree::Ident>,
    sink: &mut Sink,
) -> Vec<(String, Span)> {
    let mut out: Vec<(String, Span)> = Vec::new();
    for name in names {
        if out.iter().any(|(n, _)| *n == name.text) {
            let found = format!("`{}` is listed twice", name.text);
            sink.push(Diagnostic::error(111, name.span, found).help("remove one of them"));
            continue;
        }
        out.push((name.text.clone(), name.span));
    }
    out
}

fn union_members<'t>(
    r: &mut Resolver<'t>,
    context: Option<&str>,
    union: &'t tree::Union,
    waiting: &mut Waiting<'t>,
    sink: &mut Sink,
) {
    let Some(id) = r.world.types.find(context, &union.head.name.text) else { return };
    let mut all: Vec<(String, Vec<FieldDef>)> = Vec::new();
    for member in &union.members {
        let taken = ["type".to_owned()];
        let place = Place { what: "a union", taken: &taken, ..Place::default() };
        let found = fields(r, context, &member.fields, &place, sink);
        for (index, expr) in found.defaults {
            let slot = Slot::Member(id, all.len());
            waiting.defaults.push((context.map(str::to_owned), slot, index, expr));
        }
        all.push((member.name.text.clone(), found.fields));
    }
    if let Some(TypeDefKind::Union { members }) = r.world.types.get_mut(id).map(|d| &mut d.kind) {
        *members = all;
    }
}

fn signatures<'t>(
    r: &mut Resolver<'t>,
    context: Option<&str>,
    types: &'t tree::Types,
    sink: &mut Sink,
) {
    for table in &types.tables {
        let args = arguments(r, context, &table.args, "a table", sink);
        let (returns, bounds) = written(r, context, &table.returns, "a table", sink);
        let key = (context.map(str::to_owned), table.head.name.text.clone());
        r.world.tables.entry(key).or_insert(TableDef { args, returns, bounds, rows: vec![] });
    }
    for function in &types.functions {
        let args = arguments(r, context, &function.args, "a function", sink);
        let (returns, _) = written(r, context, &function.returns, "a function", sink);
        let key = (context.map(str::to_owned), function.head.name.text.clone());
        r.world.functions.entry(key).or_insert(FunctionDef { args, returns });
    }
}

fn arguments<'t>(
    r: &mut Resolver<'t>,
    context: Option<&str>,
    list: &'t [Field],
    what: &'static str,
    sink: &mut Sink,
) -> Vec<FieldDef> {
    let found = fields(r, context, list, &Place { what, ..Place::default() }, sink);
    for (_, expr) in &found.defaults {
        let report =
            Diagnostic::error(14, expr.span, format!("an argument of {what} has a default"));
        sink.push(report.help("remove the default: every call gives every argument"));
    }
    found.fields
}

fn settings<'t>(
    r: &mut Resolver<'t>,
    context: &'t tree::Context,
    waiting: &mut Waiting<'t>,
    sink: &mut Sink,
) {
    let name = context.head.name.text.as_str();
    let Some(record) = r.contexts.get(name).map(|c| c.settings) else { return };
    let place = Place { what: "the settings", ..Place::default() };
    let found = fields(r, Some(name), &context.settings, &place, sink);
    for field in &context.settings {
        if field.typed.default.is_none() && field.typed.ty.is_some() {
            let report = format!("setting `{}` has no default", field.name.text);
            sink.push(
                Diagnostic::error(12, field.name.span, report)
                    .help("write `= VALUE` behind its type"),
            );
        }
    }
    waiting.fill(r, Some(name), record, found);
}

/// A written type.
pub(super) fn written(
    r: &mut Resolver<'_>,
    context: Option<&str>,
    ty: &TypeExpr,
    what: &'static str,
    sink: &mut Sink,
) -> (Type, Bounds) {
    r.check(context, Scope::new(what), sink, |_, c| c.ty(ty, Allow::default()))
}

/// The type declarations of the kernel and of every context.
pub(super) fn all(tree: &tree::Tree) -> Vec<(Option<&str>, &tree::Types)> {
    let contexts = tree.contexts.iter().map(|c| (Some(c.head.name.text.as_str()), &c.types));
    std::iter::once((None, &tree.kernel)).chain(contexts).collect()
}

/// The properties of enum members.
pub(super) fn properties(r: &mut Resolver<'_>, sink: &mut Sink) {
    let tree = r.tree;
    for (context, types) in all(tree) {
        for x in &types.enums {
            let Some(id) = r.world.types.find(context, &x.head.name.text) else { continue };
            let Some(TypeDefKind::Enum { fields, .. }) = r.world.types.get(id).map(|d| &d.kind)
            else {
                continue;
            };
            let fields = fields.clone();
            for (index, member) in x.members.iter().enumerate() {
                let scope = Scope::new("a member of an enum");
                let what = format!("member `{}`", member.name.text);
                let before = sink.found().len();
                let given = r.check(context, scope, sink, |_, c| {
                    c.given(&member.binds, &member.name, &fields)
                });
                if sink.found().len() > before {
                    continue;
                }
                let props = complete(&fields, given, &what, member.name.span, sink);
                if let Some(TypeDefKind::Enum { members, .. }) =
                    r.world.types.get_mut(id).map(|d| &mut d.kind)
                    && let Some(to) = members.get_mut(index)
                {
                    to.props = props;
                }
            }
        }
    }
}

/// Given values in the order of the fields, defaults filled in; MN302 for what is missing.
fn complete(
    fields: &[FieldDef],
    given: Vec<(String, Ir)>,
    what: &str,
    span: Span,
    sink: &mut Sink,
) -> Vec<Ir> {
    let mut props = Vec::new();
    let mut missing = Vec::new();
    for field in fields {
        let given =
            given.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone());
        match given.or_else(|| super::values::default_of(field)) {
            Some(value) => props.push(value),
            None => missing.push(field.name.as_str()),
        }
    }
    if !missing.is_empty() {
        let found = format!("{what} lacks {}", super::words::list(missing.iter().copied()));
        let help = missing.iter().map(|m| format!("{m} = ..")).collect::<Vec<_>>().join(", ");
        sink.push(Diagnostic::error(302, span, found).help(format!("add `({help})`")));
    }
    props
}
