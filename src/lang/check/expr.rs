//! Expressions: one function per form. A hint is what the surroundings would like; only
//! [`Checker::coerce`] insists.

use jiff::SignedDuration;

use super::checker::{Checker, error};
use super::coerce::convert;
use super::facts::path_of;
use super::show::show;
use crate::diagnostics::Diagnostic;
use crate::lang::ir::{Conversion, Ir, IrKind, Literal};
use crate::lang::tree::{Expr, ExprKind, Ident, Lit, UnaryOp};
use crate::lang::types::{FieldDef, Scale, Type, TypeDefKind};
use crate::source::Span;

impl Checker<'_> {
    pub(super) fn infer(&mut self, expr: &Expr, hint: Option<&Type>) -> Ir {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Lit(lit) => literal(lit, span, hint),
            ExprKind::Name(name) => self.name(name, span, hint),
            ExprKind::At(name) => self.at(name, span),
            ExprKind::Field { of, name } => match &of.kind {
                ExprKind::Name(prefix) => match self.prefix(prefix) {
                    Some(root) => self.root_field(root, prefix, of.span, name, span),
                    None => {
                        let of = self.infer(of, None);
                        self.field(of, name, span)
                    }
                },
                _ => {
                    let of = self.infer(of, None);
                    self.field(of, name, span)
                }
            },
            ExprKind::Method { of, name, args } => self.method_call(of, name, args, span, hint),
            ExprKind::Call { name, args } => self.call(name, args, span),
            ExprKind::Index { of, keys } => self.index(of, keys, span),
            ExprKind::Lookup { source, keys } => self.lookup(source, keys, span),
            ExprKind::Member { path, member } => self.member(path, member, span),
            ExprKind::Record { path, member, binds } => {
                self.record(path, member.as_ref(), binds, span)
            }
            ExprKind::List(items) => self.list(items, span, hint),
            ExprKind::Unary { op, of } => self.unary(*op, of, span, hint),
            ExprKind::Binary { op, op_span, left, right } => {
                self.binary(*op, *op_span, (left, right), span, hint)
            }
            ExprKind::Is { of, member } => self.is(of, member, span),
            ExprKind::If { cond, then, otherwise } => {
                self.if_else(cond, then, otherwise, (span, hint))
            }
            ExprKind::Upper(path) => {
                let name = &path.name.text;
                let help = format!("write `{name}.member`, `{name}(..)` or `{name}[key]`");
                self.report(
                    Diagnostic::error(110, span, format!("`{name}` is not a value"))
                        .label("an upper-case name alone")
                        .help(help),
                );
                error(span)
            }
            ExprKind::Error => error(span),
        }
    }

    fn if_else(
        &mut self,
        cond: &Expr,
        then: &Expr,
        otherwise: &Expr,
        (span, hint): (Span, Option<&Type>),
    ) -> Ir {
        let cond = self.expr_as(cond, &Type::Bool);
        let (then, otherwise) = match hint {
            None if self.needs_hint(then) && !self.needs_hint(otherwise) => {
                let otherwise = self.branch(&cond, false, otherwise, None);
                let then = self.branch(&cond, true, then, Some(&otherwise.ty));
                (then, otherwise)
            }
            _ => {
                let then = self.branch(&cond, true, then, hint);
                let hint = if then.ty == Type::None { hint } else { hint.or(Some(&then.ty)) };
                let otherwise = self.branch(&cond, false, otherwise, hint);
                (then, otherwise)
            }
        };
        let (then, otherwise) = self.unify(then, otherwise);
        let ty = super::method::common(&then, &otherwise);
        let [cond, then, otherwise] = [cond, then, otherwise].map(Box::new);
        Ir { kind: IrKind::If { cond, then, otherwise }, ty, span }
    }

    fn branch(&mut self, cond: &Ir, holds: bool, expr: &Expr, hint: Option<&Type>) -> Ir {
        let mark = self.facts.mark();
        self.facts.learn(cond, holds);
        let ir = self.infer(expr, hint);
        self.facts.forget(mark);
        ir
    }

    fn at(&mut self, name: &str, span: Span) -> Ir {
        if !self.scope.actors {
            self.report(
                Diagnostic::error(113, span, format!("`@{name}` is known in scenarios only"))
                    .label("a fixed uuid")
                    .help("use `actor.id` or a field"),
            );
            return error(span);
        }
        let kind = IrKind::Lit(Literal::Uuid(uuid_of(name)));
        Ir { kind, ty: Type::Uuid, span }
    }

    fn unary(&mut self, op: UnaryOp, of: &Expr, span: Span, hint: Option<&Type>) -> Ir {
        if op == UnaryOp::Not {
            let of = self.expr_as(of, &Type::Bool);
            return Ir { kind: IrKind::Not(Box::new(of)), ty: Type::Bool, span };
        }
        let mut of = self.infer(of, hint);
        match (&mut of.kind, &of.ty) {
            (IrKind::Lit(Literal::Int(n)), _) if *n != i64::MIN => *n = -*n,
            (IrKind::Lit(Literal::Decimal(d)), _) => *d = -*d,
            (IrKind::Lit(Literal::Duration(d)), _) => *d = d.checked_neg().unwrap_or(*d),
            (IrKind::Lit(Literal::Period { months, days }), _) => {
                *months = months.saturating_neg();
                *days = days.saturating_neg();
            }
            (_, Type::Int | Type::Decimal(_) | Type::Duration | Type::Error) => {
                let ty = of.ty.clone();
                return Ir { kind: IrKind::Neg(Box::new(of)), ty, span };
            }
            _ => {
                self.report_not(&of, "a number or duration");
                return error(span);
            }
        }
        Ir { span, ..of }
    }

    /// Report that a value is not what its place needs.
    pub(super) fn report_not(&mut self, ir: &Ir, wanted: &str) {
        if ir.ty == Type::Error {
            return;
        }
        let is = show(&self.world.types, &ir.ty);
        let diagnostic = match &ir.ty {
            Type::Option(inner) => super::coerce::option_untested(&self.world.types, ir, inner),
            _ => Diagnostic::error(201, ir.span, format!("expected {wanted}, found {is}"))
                .label(format!("this is {is}"))
                .help(format!("write {wanted} here")),
        };
        self.report(diagnostic);
    }

    fn list(&mut self, items: &[Expr], span: Span, hint: Option<&Type>) -> Ir {
        let element = match hint {
            Some(Type::List(t) | Type::Set(t)) => Some((**t).clone()),
            Some(Type::Option(t)) => match &**t {
                Type::List(t) | Type::Set(t) => Some((**t).clone()),
                _ => None,
            },
            _ => None,
        };
        let mut out: Vec<Ir> = Vec::new();
        let mut ty: Option<Type> = None;
        for item in items {
            let ir = self.infer(item, element.as_ref().or(ty.as_ref()));
            let ir = match (&element, out.last().cloned()) {
                (Some(t), _) => match self.try_coerce(ir, t) {
                    Ok(ir) | Err(ir) => ir,
                },
                (None, Some(first)) => {
                    let (_, ir) = self.unify(first, ir);
                    ir
                }
                (None, None) => ir,
            };
            ty = Some(ir.ty.clone());
            out.push(ir);
        }
        let ty = ty.or(element).unwrap_or(Type::None);
        if out.iter().any(|i| i.ty != ty) {
            out = out.into_iter().map(|i| self.coerce(i, &ty)).collect();
        }
        Ir { kind: IrKind::List(out), ty: Type::List(Box::new(ty)), span }
    }

    /// `x.name` of a value.
    pub(super) fn field(&mut self, of: Ir, name: &Ident, span: Span) -> Ir {
        let Type::Named(id) = of.ty else {
            if of.ty != Type::Error {
                self.no_field(&of, name);
            }
            return error(span);
        };
        let world = self.world;
        let Some(def) = world.types.get(id) else { return error(span) };
        match &def.kind {
            TypeDefKind::Record { fields, derives, .. } => {
                if let Some(f) = fields.iter().find(|f| f.name == name.text) {
                    let kind = IrKind::Field { of: Box::new(of), name: f.name.clone() };
                    return self.narrowed(Ir { kind, ty: f.ty.clone(), span });
                }
                if let Some(d) = derives.iter().find(|d| d.name == name.text) {
                    let kind = IrKind::Derived { of: Box::new(of), name: d.name.clone() };
                    return self.narrowed(Ir { kind, ty: d.ty.clone(), span });
                }
                let names = fields.iter().map(|f| &*f.name).chain(derives.iter().map(|d| &*d.name));
                self.unknown(103, name, &format!("`{}` has no field", def.name), names);
            }
            TypeDefKind::Enum { fields, .. } => {
                if let Some(f) = fields.iter().find(|f| f.name == name.text) {
                    let kind = IrKind::Field { of: Box::new(of), name: f.name.clone() };
                    return Ir { kind, ty: f.ty.clone(), span };
                }
                let names = fields.iter().map(|f| &*f.name);
                self.unknown(103, name, &format!("enum `{}` has no property", def.name), names);
            }
            TypeDefKind::Union { members } => return self.union_field(of, members, name, span),
            TypeDefKind::Newtype { .. } => self.no_field(&of, name),
        }
        error(span)
    }

    fn union_field(
        &mut self,
        of: Ir,
        members: &[(String, Vec<FieldDef>)],
        name: &Ident,
        span: Span,
    ) -> Ir {
        let known = path_of(&of).and_then(|path| self.facts.member(&path));
        let member = known.and_then(|index| Some((index, members.get(index as usize)?)));
        let Some((index, (member, fields))) = member else {
            let has = members.iter().find(|(_, f)| f.iter().any(|f| f.name == name.text));
            let member = has.or(members.first()).map_or("member", |(m, _)| m);
            self.report(
                Diagnostic::error(205, name.span, format!("`{}` needs a known member", name.text))
                    .label("not every member has it")
                    .help(format!("test it before: `x is {member} && ..`")),
            );
            return error(span);
        };
        let Some(f) = fields.iter().find(|f| f.name == name.text) else {
            let names = fields.iter().map(|f| &*f.name);
            self.unknown(103, name, &format!("member `{member}` has no field"), names);
            return error(span);
        };
        let ty = of.ty.clone();
        let of = convert(of, Conversion::NarrowUnion(index), ty);
        let kind = IrKind::Field { of: Box::new(of), name: f.name.clone() };
        self.narrowed(Ir { kind, ty: f.ty.clone(), span })
    }

    fn no_field(&mut self, of: &Ir, name: &Ident) {
        if let Type::Option(inner) = &of.ty {
            let diagnostic = super::coerce::option_untested(&self.world.types, of, inner);
            let help =
                format!("test it with `.is_some()` before, or use `.map(|x| x.{})`", name.text);
            self.report(Diagnostic { patch: Vec::new(), ..diagnostic.help(help) });
            return;
        }
        let is = show(&self.world.types, &of.ty);
        self.report(
            Diagnostic::error(103, name.span, format!("{is} has no field `{}`", name.text))
                .label("not known")
                .help("fields belong to values, rows and messages; methods are written with `()`"),
        );
    }

    /// A path as a T where a fact says that its option is some.
    pub(super) fn narrowed(&self, ir: Ir) -> Ir {
        match &ir.ty {
            Type::Option(inner) if path_of(&ir).is_some_and(|p| self.facts.is_some(&p)) => {
                let ty = (**inner).clone();
                convert(ir, Conversion::Narrow, ty)
            }
            _ => ir,
        }
    }
}

/// The uuid that `@name` stands for, the same on every machine and in generated tests.
#[must_use]
pub fn uuid_of(name: &str) -> uuid::Uuid {
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_OID, name.as_bytes())
}

fn literal(lit: &Lit, span: Span, hint: Option<&Type>) -> Ir {
    let (lit, ty) = match lit {
        Lit::Bool(b) => (Literal::Bool(*b), Type::Bool),
        Lit::Int(n) => (Literal::Int(*n), Type::Int),
        Lit::Decimal(d) => {
            let scale = u8::try_from(d.scale()).unwrap_or(u8::MAX);
            (Literal::Decimal(*d), Type::Decimal(Scale::Fixed(scale)))
        }
        Lit::Text(t) => (Literal::Text(t.clone()), Type::Text),
        Lit::Duration(d) => (Literal::Duration(*d), Type::Duration),
        Lit::Days(days) => match hint {
            Some(Type::Date | Type::Period) => {
                (Literal::Period { months: 0, days: *days }, Type::Period)
            }
            _ => {
                let hours = days.saturating_mul(24).clamp(-1_000_000_000, 1_000_000_000);
                (Literal::Duration(SignedDuration::from_hours(hours)), Type::Duration)
            }
        },
        Lit::Date(d) => (Literal::Date(*d), Type::Date),
        Lit::Time(t) => (Literal::Time(*t), Type::Time),
        Lit::None => (Literal::None, Type::None),
    };
    Ir { kind: IrKind::Lit(lit), ty, span }
}
