//! Records and messages: arguments by name, and everything else filled in by name.

use super::checker::{Checker, error};
use super::scope::{LocalKind, Source};
use super::show::{example, show};
use crate::diagnostics::Diagnostic;
use crate::lang::ir::{Ir, IrKind, Literal};
use crate::lang::tree::{Bind, Expr, ExprKind, Ident, Path};
use crate::lang::types::{FieldDef, RecordRole, Scale, Type, TypeDefKind};
use crate::source::Span;

/// What is built, for reports and patches.
#[derive(Clone, Copy)]
pub(super) struct Built<'b> {
    /// Its name.
    pub(super) name: &'b str,
    /// The place of the name.
    pub(super) at: Span,
    /// The arguments as written; `None` where none can be written.
    pub(super) binds: Option<&'b [Bind]>,
}

impl Built<'_> {
    fn given(&self) -> &[Bind] {
        self.binds.unwrap_or(&[])
    }

    /// The edit that adds these arguments.
    fn insert(&self, d: Diagnostic, args: &str) -> Diagnostic {
        let Some(binds) = self.binds else { return d };
        let end = match binds.last() {
            Some(Bind { value: Some(e), .. }) => e.span.end,
            Some(Bind { name, .. }) => name.span.end,
            None => self.at.end,
        };
        let at = Span { start: end, end, ..self.at };
        match binds.is_empty() {
            true => d.patch(at, format!("({args})")),
            false => d.patch(at, format!(", {args}")),
        }
    }
}

impl Checker<'_> {
    /// `Money(amount = 1, currency)`, `Note.from_owner(text = 'x')`
    pub(super) fn record(
        &mut self,
        path: &Path,
        member: Option<&Ident>,
        binds: &[Bind],
        span: Span,
    ) -> Ir {
        let Some(id) = self.type_named(path) else { return error(span) };
        let world = self.world;
        let Some(def) = world.types.get(id) else { return error(span) };
        let from = self.scope.fill.clone();
        let ty = Type::Named(id);
        match (&def.kind, member) {
            (
                TypeDefKind::Record {
                    fields, role: RecordRole::Value | RecordRole::Entity, ..
                },
                None,
            ) => {
                let built = Built { name: &def.name, at: path.span(), binds: Some(binds) };
                let fields = self.fill(built, fields, &from);
                Ir { kind: IrKind::Record { ty: id, fields }, ty, span }
            }
            (TypeDefKind::Union { members }, Some(member)) => {
                let Some(index) = members.iter().position(|m| m.0 == member.text) else {
                    let names = members.iter().map(|m| m.0.as_str());
                    self.unknown(109, member, &format!("`{}` has no member", def.name), names);
                    return error(span);
                };
                let fields = members.get(index).map_or(&[][..], |m| &m.1);
                let built = Built {
                    name: &member.text,
                    at: path.span().to(member.span),
                    binds: Some(binds),
                };
                let fields = self.fill(built, fields, &from);
                let index = u32::try_from(index).unwrap_or(u32::MAX);
                Ir { kind: IrKind::Union { ty: id, index, fields }, ty, span }
            }
            (TypeDefKind::Union { members }, None) => {
                let first = members.first().map_or("member", |m| m.0.as_str());
                self.not_built(path, &format!("write `{}.{first}(..)`", def.name));
                error(span)
            }
            (TypeDefKind::Enum { members, .. }, _) => {
                let first = members.first().map_or("member", |m| m.name.as_str());
                self.not_built(path, &format!("write `{}.{first}`", def.name));
                error(span)
            }
            (TypeDefKind::Newtype { .. }, _) => {
                self.not_built(path, "a literal becomes one by itself: write only the literal");
                error(span)
            }
            _ => {
                self.not_built(path, &format!("write `{}(..)`", def.name));
                error(span)
            }
        }
    }

    fn not_built(&mut self, path: &Path, help: &str) {
        let name = &path.name.text;
        self.report(
            Diagnostic::error(110, path.span(), format!("`{name}` cannot be built like this"))
                .label("not a value with fields")
                .help(help),
        );
    }

    /// Given arguments, then sources, then defaults; MN302 names what is missing.
    pub(super) fn fill(
        &mut self,
        built: Built<'_>,
        fields: &[FieldDef],
        from: &[Source],
    ) -> Vec<(String, Ir)> {
        let before = std::mem::take(&mut self.near);
        self.check_binds(built, fields);
        let offered = std::mem::replace(&mut self.near, before);
        let mut out = Vec::with_capacity(fields.len());
        let mut missing = Vec::new();
        for field in fields {
            let bind = built.given().iter().find(|b| b.name.text == field.name);
            let value = match bind {
                Some(bind) => Some(self.bound(bind, field)),
                None => self.filled(field, from, built).or_else(|| default_of(field, built.at)),
            };
            let ir = value.unwrap_or_else(|| {
                if !offered.contains(&field.name) {
                    missing.push(field);
                }
                Ir { ty: field.ty.clone(), ..error(built.at) }
            });
            out.push((field.name.clone(), ir));
        }
        self.near.extend(offered);
        if !missing.is_empty() {
            self.report_missing(built, &missing);
        }
        out
    }

    /// Only what is given, in the order of the fields.
    pub(super) fn fill_given(
        &mut self,
        built: Built<'_>,
        fields: &[FieldDef],
    ) -> Vec<(String, Ir)> {
        self.check_binds(built, fields);
        fields
            .iter()
            .filter_map(|field| {
                let bind = built.given().iter().find(|b| b.name.text == field.name)?;
                Some((field.name.clone(), self.bound(bind, field)))
            })
            .collect()
    }

    fn check_binds(&mut self, built: Built<'_>, fields: &[FieldDef]) {
        for (i, bind) in built.given().iter().enumerate() {
            let name = &bind.name;
            if !fields.iter().any(|f| f.name == name.text) {
                let names = fields.iter().map(|f| f.name.as_str());
                self.unknown(303, name, &format!("`{}` has no field", built.name), names);
                continue;
            }
            let before = built.given().iter().take(i).find(|b| b.name.text == name.text);
            if let Some(first) = before {
                self.report(
                    Diagnostic::error(304, name.span, format!("`{}` is given twice", name.text))
                        .label("again")
                        .also(first.name.span, "first here")
                        .help("remove one of them"),
                );
            }
        }
    }

    fn bound(&mut self, bind: &Bind, field: &FieldDef) -> Ir {
        match &bind.value {
            Some(e) => self.value(e, &field.ty, &field.bounds),
            None => {
                let kind = ExprKind::Name(bind.name.text.clone());
                self.value(&Expr { kind, span: bind.name.span }, &field.ty, &field.bounds)
            }
        }
    }

    /// The value of a bind whose field is not declared.
    pub(super) fn bind_value(&mut self, bind: &Bind) -> Ir {
        match &bind.value {
            Some(e) => self.expr(e),
            None => self.name(&bind.name.text, bind.name.span, None),
        }
    }

    /// The same-named value of the nearest source.
    pub(super) fn sourced(&mut self, name: &str, from: &[Source], at: Span) -> Option<Ir> {
        from.iter().find_map(|source| match source {
            Source::Root(root) => match self.scope.roots.get(root) {
                Some(Type::Named(id)) => {
                    let id = *id;
                    self.of_record(*root, id, name, at)
                }
                _ => None,
            },
            Source::Locals(kind) => self.local(name, *kind, at),
        })
    }

    fn local(&self, name: &str, kind: LocalKind, span: Span) -> Option<Ir> {
        let local = self.scope.locals.iter().rev().find(|l| l.name == name && l.kind == kind)?;
        let ir = Ir { kind: IrKind::Local(local.name.clone()), ty: local.ty.clone(), span };
        Some(self.narrowed(ir))
    }

    fn filled(&mut self, field: &FieldDef, from: &[Source], built: Built<'_>) -> Option<Ir> {
        let ir = self.sourced(&field.name, from, built.at)?;
        if let (Type::Patch(_), Type::Option(_)) = (&field.ty, &ir.ty) {
            return Some(self.coerce(ir, &field.ty));
        }
        match self.try_coerce(ir, &field.ty) {
            Ok(ir) => Some(ir),
            Err(ir) => {
                self.report_same_name(built, field, &ir);
                Some(Ir { kind: IrKind::Error, ..ir })
            }
        }
    }

    fn report_same_name(&mut self, built: Built<'_>, field: &FieldDef, ir: &Ir) {
        let types = &self.world.types;
        let (is, wanted) = (show(types, &ir.ty), show(types, &field.ty));
        let name = &field.name;
        let source = match &ir.kind {
            IrKind::RootField { root, .. } | IrKind::RootDerived { root, .. } => {
                super::name::word_of(*root).map_or(name.clone(), |w| format!("{w}.{name}"))
            }
            _ => name.clone(),
        };
        let d = Diagnostic::error(
            203,
            built.at,
            format!("field `{name}` of `{}` is {wanted}, but `{source}` is {is}", built.name),
        )
        .label("filled by name")
        .also(field.span, format!("`{name}` is {wanted} here"));
        let value = match (&ir.ty, &field.ty) {
            (Type::Decimal(_), Type::Decimal(Scale::Fixed(n))) => {
                Some(format!("{source}.round({n})"))
            }
            (Type::Option(inner), want) if **inner == *want => {
                let example = example(types, want, &field.bounds);
                example.map(|e| format!("{source}.unwrap_or({e})"))
            }
            _ => example(types, &field.ty, &field.bounds),
        };
        self.report(match value {
            Some(value) => {
                let arg = format!("{name} = {value}");
                built.insert(d.help(format!("give it: `{}({arg})`", built.name)), &arg)
            }
            None => d.help(format!("give it: `{}({name} = ..)`", built.name)),
        });
    }

    fn report_missing(&mut self, built: Built<'_>, missing: &[&FieldDef]) {
        let names: Vec<String> = missing.iter().map(|f| format!("`{}`", f.name)).collect();
        let d = Diagnostic::error(
            302,
            built.at,
            format!("`{}` lacks {}", built.name, names.join(", ")),
        )
        .label("not given, and nothing here has these names");
        let d =
            missing.iter().fold(d, |d, f| d.also(f.span, format!("`{}` is declared here", f.name)));
        let types = &self.world.types;
        let args: Option<Vec<String>> = missing
            .iter()
            .map(|f| example(types, &f.ty, &f.bounds).map(|e| format!("{} = {e}", f.name)))
            .collect();
        self.report(match args {
            Some(args) => {
                let args = args.join(", ");
                built.insert(d.help(format!("write `{}({args})`", built.name)), &args)
            }
            None => {
                let args: Vec<String> =
                    missing.iter().map(|f| format!("{} = ..", f.name)).collect();
                d.help(format!("write `{}({})`", built.name, args.join(", ")))
            }
        });
    }
}

/// What a field gets when nobody says anything: its default, `none`, or an empty collection. For
/// `patch T?` it is the literal `none` of the patch type: keep.
#[must_use]
pub fn default_of(field: &FieldDef, span: Span) -> Option<Ir> {
    if let Some(default) = &field.default {
        return Some(Ir { span, ..default.clone() });
    }
    let kind = match &field.ty {
        Type::Option(_) | Type::Patch(_) => IrKind::Lit(Literal::None),
        Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Entities(_) => IrKind::List(vec![]),
        _ => return None,
    };
    Some(Ir { kind, ty: field.ty.clone(), span })
}
