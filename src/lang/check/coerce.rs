//! Widening: the conversions of language.md 5.3, written out, and the reports when there is none.

use rust_decimal::Decimal;

use super::checker::Checker;
use super::facts::widened;
use super::show::{example, show};
use crate::diagnostics::Diagnostic;
use crate::lang::ir::{Conversion, Ir, IrKind, Literal};
use crate::lang::types::{Bounds, Scale, Type, TypeDefKind, TypeId, TypeTable};

impl Checker<'_> {
    /// `ir` as a `want`; a report and the error value when that is not possible.
    pub(super) fn coerce(&mut self, ir: Ir, want: &Type) -> Ir {
        match self.try_coerce(ir, want) {
            Ok(ir) => ir,
            Err(ir) => {
                self.report_mismatch(&ir, want);
                Ir { kind: IrKind::Error, ty: want.clone(), span: ir.span }
            }
        }
    }

    /// `ir` as a `want`, or `ir` back.
    pub(super) fn try_coerce(&mut self, ir: Ir, want: &Type) -> Result<Ir, Ir> {
        if ir.ty == Type::Error || *want == Type::Error {
            return Ok(Ir { ty: want.clone(), ..ir });
        }
        if ir.ty == *want {
            return Ok(ir);
        }
        match want {
            Type::Option(inner) => self.as_option(ir, want, inner),
            Type::Patch(inner) => self.as_patch(ir, want, inner),
            Type::Decimal(scale) => as_decimal(ir, *scale),
            Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Entities(_) => {
                self.as_collection(ir, want)
            }
            Type::Named(id) => self.as_named(ir, want, *id),
            _ => {
                let id_base = match &ir.ty {
                    Type::Named(id) => newtype(&self.world.types, *id)
                        .is_some_and(|(base, is_id)| is_id && base == want),
                    _ => false,
                };
                if id_base { Ok(convert(ir, Conversion::Unwrap, want.clone())) } else { Err(ir) }
            }
        }
    }

    fn as_option(&mut self, ir: Ir, want: &Type, inner: &Type) -> Result<Ir, Ir> {
        if ir.ty == Type::None {
            return Ok(Ir { ty: want.clone(), ..ir });
        }
        if let IrKind::Convert { how: Conversion::Narrow, of } = &ir.kind
            && of.ty == *want
        {
            return Ok(widened(ir));
        }
        if let Type::Option(from) = &ir.ty {
            return if convertible(&self.world.types, from, inner) {
                Ok(convert(ir, Conversion::Inner, want.clone()))
            } else {
                Err(ir)
            };
        }
        let ir = self.try_coerce(ir, inner)?;
        Ok(convert(ir, Conversion::Some, want.clone()))
    }

    fn as_patch(&mut self, ir: Ir, want: &Type, inner: &Type) -> Result<Ir, Ir> {
        let option = Type::Option(Box::new(inner.clone()));
        let ir = self.try_coerce(ir, &option)?;
        Ok(convert(ir, Conversion::ToPatch, want.clone()))
    }

    fn as_collection(&mut self, ir: Ir, want: &Type) -> Result<Ir, Ir> {
        if let IrKind::List(items) = &ir.kind
            && items.is_empty()
        {
            return Ok(Ir { ty: want.clone(), ..ir });
        }
        match (&ir.ty, want) {
            (Type::List(_), Type::List(to) | Type::Set(to))
                if matches!(ir.kind, IrKind::List(_)) =>
            {
                let IrKind::List(items) = ir.kind else { return Err(ir) };
                let items = items.into_iter().map(|i| self.coerce(i, to)).collect();
                Ok(Ir { kind: IrKind::List(items), ty: want.clone(), span: ir.span })
            }
            (from, _) if convertible(&self.world.types, from, want) => {
                Ok(convert(ir, Conversion::Inner, want.clone()))
            }
            _ => Err(ir),
        }
    }

    fn as_named(&mut self, ir: Ir, want: &Type, id: TypeId) -> Result<Ir, Ir> {
        if let Some((base, is_id)) = newtype(&self.world.types, id) {
            let base = base.clone();
            if is_literal(&ir) {
                let ir = self.try_coerce(ir, &base)?;
                let span = ir.span;
                let ir = convert(ir, Conversion::Wrap, want.clone());
                return Ok(self.check_literal(ir, id).unwrap_or_else(|| Ir {
                    kind: IrKind::Error,
                    ty: want.clone(),
                    span,
                }));
            }
            if is_id && ir.ty == base {
                return Ok(convert(ir, Conversion::Wrap, want.clone()));
            }
        }
        match &ir.ty {
            Type::Named(from) if same_shape(&self.world.types, *from, id, 0) => {
                Ok(convert(ir, Conversion::Reshape, want.clone()))
            }
            _ => Err(ir),
        }
    }

    /// Say that `ir` is no `want`, in the most helpful way.
    pub(super) fn report_mismatch(&mut self, ir: &Ir, want: &Type) {
        let types = &self.world.types;
        let (is, wanted) = (show(types, &ir.ty), show(types, want));
        let base = |t: &Type| match t {
            Type::Option(i) | Type::Patch(i) => (**i).clone(),
            t => t.clone(),
        };
        let diagnostic = match (&ir.ty, want) {
            (Type::Option(inner), _)
                if !matches!(want, Type::Option(_) | Type::Patch(_))
                    && (**inner == *want || convertible(types, inner, want)) =>
            {
                option_untested(types, ir, inner)
            }
            _ => match (base(&ir.ty), base(want)) {
                (Type::Decimal(from), Type::Decimal(Scale::Fixed(to)))
                    if from != Scale::Fixed(to) =>
                {
                    round_needed(ir, &is, to)
                }
                (Type::Decimal(_), Type::Int) => Diagnostic::error(
                    211,
                    ir.span,
                    format!("a {is} must be rounded before it becomes an int"),
                )
                .label(format!("this is a {is}"))
                .help("append `.round()`, `.floor()` or `.ceil()`"),
                (Type::Named(a), Type::Named(b)) => named_mismatch(types, ir, a, b),
                _ => mismatch(ir, &is, &wanted),
            },
        };
        self.report(diagnostic);
    }
}

fn mismatch(ir: &Ir, is: &str, wanted: &str) -> Diagnostic {
    let d = Diagnostic::error(201, ir.span, format!("expected {wanted}, found {is}"))
        .label(format!("this is {is}"));
    match (is, wanted) {
        ("none", _) => d.help(format!("`none` needs an optional type: `{wanted}?`")),
        (_, "string") => d.help("use `format('{}', ..)` to make a text"),
        _ => d.help(format!("write an expression of type {wanted}")),
    }
}

fn named_mismatch(types: &TypeTable, ir: &Ir, a: TypeId, b: TypeId) -> Diagnostic {
    let names = [a, b].map(|id| show(types, &Type::Named(id)));
    let [from, to] = names;
    let newtypes = newtype(types, a).is_some() && newtype(types, b).is_some();
    if newtypes {
        return Diagnostic::error(204, ir.span, format!("`{from}` and `{to}` are different types"))
            .label(format!("this is a `{from}`"))
            .help("two newtypes never mix; give the field the same type on both sides");
    }
    let records = [a, b]
        .iter()
        .all(|id| matches!(types.get(*id).map(|d| &d.kind), Some(TypeDefKind::Record { .. })));
    let enums = [a, b]
        .iter()
        .all(|id| matches!(types.get(*id).map(|d| &d.kind), Some(TypeDefKind::Enum { .. })));
    if (records || enums) && from == to {
        return Diagnostic::error(220, ir.span, format!("the two `{from}` have different shapes"))
            .label("of another context")
            .help("give both the same fields or members, or build the local one by name");
    }
    mismatch(ir, &from, &to)
}

fn round_needed(ir: &Ir, is: &str, to: u8) -> Diagnostic {
    let d = Diagnostic::error(211, ir.span, format!("{is} does not fit into decimal({to})"))
        .label(format!("this is a {is}"))
        .help(format!("append `.round({to})`"));
    append_call(d, ir, &format!(".round({to})"))
}

/// MN205: an option where a value is needed.
pub(super) fn option_untested(types: &TypeTable, ir: &Ir, inner: &Type) -> Diagnostic {
    let d = Diagnostic::error(205, ir.span, "this value may be none and was not tested")
        .label(format!("this is a {}", show(types, &ir.ty)));
    match example(types, inner, &Bounds::default()) {
        Some(text) => append_call(
            d.help(format!(
                "test it with `.is_some()` in a rule above, or append `.unwrap_or({text})`"
            )),
            ir,
            &format!(".unwrap_or({text})"),
        ),
        None => d.help("test it with `.is_some()` in a rule above, or use `.is_some_and(|x| ..)`"),
    }
}

/// A patch that appends a method call, with parentheses where precedence asks for them.
fn append_call(d: Diagnostic, ir: &Ir, call: &str) -> Diagnostic {
    let at = |n: u32| crate::source::Span { start: n, end: n, ..ir.span };
    let loose = matches!(
        core(ir).kind,
        IrKind::Arith { .. } | IrKind::Neg(_) | IrKind::Not(_) | IrKind::If { .. }
    );
    if loose {
        d.patch(at(ir.span.start), "(").patch(at(ir.span.end), format!("){call}"))
    } else {
        d.patch(at(ir.span.end), call)
    }
}

fn core(ir: &Ir) -> &Ir {
    match &ir.kind {
        IrKind::Convert { of, .. } if of.span == ir.span => core(of),
        _ => ir,
    }
}

/// Wrap in a conversion.
pub(super) fn convert(of: Ir, how: Conversion, ty: Type) -> Ir {
    let span = of.span;
    Ir { kind: IrKind::Convert { how, of: Box::new(of) }, ty, span }
}

fn as_decimal(ir: Ir, want: Scale) -> Result<Ir, Ir> {
    let ty = Type::Decimal(want);
    match (&ir.ty, want) {
        (Type::Int, _) => {
            let scale = if let Scale::Fixed(s) = want { s } else { 0 };
            if let IrKind::Lit(Literal::Int(n)) = ir.kind
                && let Some(value) = rescaled(Decimal::from(n), scale)
            {
                let ty = if want == Scale::Free { Type::Decimal(Scale::Fixed(0)) } else { ty };
                return Ok(Ir { kind: IrKind::Lit(Literal::Decimal(value)), ty, span: ir.span });
            }
            let whole = convert(ir, Conversion::IntToDecimal, Type::Decimal(Scale::Fixed(0)));
            if scale == 0 { Ok(whole) } else { Ok(convert(whole, Conversion::Rescale, ty)) }
        }
        (Type::Decimal(_), Scale::Free) => Ok(ir),
        (Type::Decimal(Scale::Fixed(from)), Scale::Fixed(to)) if *from <= to => {
            if let IrKind::Lit(Literal::Decimal(d)) = ir.kind
                && let Some(value) = rescaled(d, to)
            {
                return Ok(Ir { kind: IrKind::Lit(Literal::Decimal(value)), ty, span: ir.span });
            }
            Ok(convert(ir, Conversion::Rescale, ty))
        }
        _ => Err(ir),
    }
}

/// The same value with exactly this scale, when it has room.
fn rescaled(value: Decimal, scale: u8) -> Option<Decimal> {
    let mut out = value;
    out.rescale(u32::from(scale));
    (out == value && out.scale() == u32::from(scale)).then_some(out)
}

/// Base and "is an id" of a newtype.
pub(super) fn newtype(types: &TypeTable, id: TypeId) -> Option<(&Type, bool)> {
    match &types.get(id)?.kind {
        TypeDefKind::Newtype { base, id_of, .. } => Some((base, id_of.is_some())),
        _ => None,
    }
}

/// The scalar below newtypes.
pub(super) fn base_of<'t>(types: &'t TypeTable, ty: &'t Type) -> &'t Type {
    match ty {
        Type::Named(id) => newtype(types, *id).map_or(ty, |(base, _)| base),
        _ => ty,
    }
}

/// A literal, perhaps already converted.
pub(super) fn is_literal(ir: &Ir) -> bool {
    match &ir.kind {
        IrKind::Lit(l) => *l != Literal::None,
        IrKind::Convert { how: Conversion::IntToDecimal | Conversion::Rescale, of } => {
            is_literal(of)
        }
        _ => false,
    }
}

/// Whether values inside a collection or option widen.
pub(super) fn convertible(types: &TypeTable, from: &Type, to: &Type) -> bool {
    if from == to || *from == Type::Error || *to == Type::Error {
        return true;
    }
    match (from, to) {
        (Type::None, Type::Option(_) | Type::Patch(_)) | (Type::Int, Type::Decimal(_)) => true,
        (Type::Decimal(Scale::Fixed(_)), Type::Decimal(Scale::Free)) => true,
        (Type::Decimal(Scale::Fixed(a)), Type::Decimal(Scale::Fixed(b))) => a <= b,
        (Type::Option(a), Type::Option(b))
        | (Type::List(a), Type::List(b))
        | (Type::Set(a), Type::Set(b)) => convertible(types, a, b),
        (Type::Map(a, x), Type::Map(b, y)) => convertible(types, a, b) && convertible(types, x, y),
        (Type::Named(a), Type::Named(b)) => same_shape(types, *a, *b, 0),
        (Type::Named(a), b) => newtype(types, *a).is_some_and(|(base, id)| id && base == b),
        (a, Type::Named(b)) => newtype(types, *b).is_some_and(|(base, id)| id && base == a),
        (a, Type::Option(b)) => convertible(types, a, b),
        _ => false,
    }
}

/// Whether values of `a` become values of `b` field by field. Depth is limited, as types may be
/// recursive by mistake.
pub(super) fn same_shape(types: &TypeTable, a: TypeId, b: TypeId, depth: u8) -> bool {
    if a == b {
        return true;
    }
    if depth > 16 {
        return false;
    }
    let (Some(x), Some(y)) = (types.get(a), types.get(b)) else { return false };
    let same = |p: &Type, q: &Type| shape_below(types, p, q, depth + 1);
    let fields = |f: &[crate::lang::types::FieldDef], g: &[crate::lang::types::FieldDef]| {
        f.len() == g.len()
            && f.iter().all(|p| g.iter().any(|q| p.name == q.name && same(&p.ty, &q.ty)))
    };
    match (&x.kind, &y.kind) {
        (TypeDefKind::Newtype { base: p, .. }, TypeDefKind::Newtype { base: q, .. }) => {
            x.name == y.name && p == q
        }
        (TypeDefKind::Record { fields: f, .. }, TypeDefKind::Record { fields: g, .. }) => {
            fields(f, g)
        }
        (TypeDefKind::Enum { members: m, .. }, TypeDefKind::Enum { members: n, .. }) => {
            m.len() == n.len() && m.iter().zip(n).all(|(p, q)| p.name == q.name)
        }
        (TypeDefKind::Union { members: m }, TypeDefKind::Union { members: n }) => {
            m.len() == n.len() && m.iter().zip(n).all(|((p, f), (q, g))| p == q && fields(f, g))
        }
        _ => false,
    }
}

fn shape_below(types: &TypeTable, p: &Type, q: &Type, depth: u8) -> bool {
    match (p, q) {
        (Type::Option(a), Type::Option(b))
        | (Type::List(a), Type::List(b))
        | (Type::Set(a), Type::Set(b)) => shape_below(types, a, b, depth),
        (Type::Map(a, x), Type::Map(b, y)) => {
            shape_below(types, a, b, depth) && shape_below(types, x, y, depth)
        }
        (Type::Named(a), Type::Named(b)) => same_shape(types, *a, *b, depth),
        _ => p == q,
    }
}
