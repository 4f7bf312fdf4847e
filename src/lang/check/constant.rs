//! What can be known when the domain is checked: constants, literals of newtypes, bounds.

use rust_decimal::Decimal;

use super::checker::Checker;
use super::show::show;
use crate::diagnostics::Diagnostic;
use crate::lang::eval::{Env, Value, eval};
use crate::lang::ir::{Ir, IrKind, Literal, Root};
use crate::lang::types::{Bounds, TypeDefKind, TypeId};

/// Whether the value of an expression is the same wherever it stands. Settings count when
/// `settings` is true.
pub(super) fn is_constant(ir: &Ir, settings: bool) -> bool {
    !ir.any(&mut |ir| match &ir.kind {
        IrKind::RootField { root: Root::Settings, .. } => !settings,
        // A default is read where it stands; a condition may fold a table.
        IrKind::Table { .. } => settings,
        IrKind::Root(_)
        | IrKind::RootField { .. }
        | IrKind::RootDerived { .. }
        | IrKind::Now
        | IrKind::Today
        | IrKind::Exists
        | IrKind::Lookup { .. }
        | IrKind::Function { .. }
        | IrKind::Next { .. }
        | IrKind::Error => true,
        IrKind::Builtin { function, .. } => function.is_random(),
        _ => false,
    })
}

/// Whether closure parameters aside no local name is read.
fn is_closed(ir: &Ir) -> bool {
    fn free(ir: &Ir, bound: &mut Vec<String>) -> bool {
        match &ir.kind {
            IrKind::Local(name) => !bound.contains(name),
            IrKind::Method { of, args, .. } => {
                free(of, bound)
                    || args.iter().any(|arg| match arg {
                        crate::lang::ir::IrArg::Value(ir) => free(ir, bound),
                        crate::lang::ir::IrArg::Closure(params, body) => {
                            let before = bound.len();
                            bound.extend(params.iter().cloned());
                            let found = free(body, bound);
                            bound.truncate(before);
                            found
                        }
                    })
            }
            _ => ir.parts().into_iter().any(|p| free(p, bound)),
        }
    }
    !free(ir, &mut Vec::new())
}

impl Checker<'_> {
    /// The value of an expression that is constant without settings.
    pub(super) fn folded(&self, ir: &Ir) -> Option<Value> {
        if !is_constant(ir, false) || !is_closed(ir) {
            return None;
        }
        eval(ir, &mut Env::constant(self.world)).ok()
    }

    /// A literal that became the newtype `id`: normalised, and checked against its bounds and
    /// rules. `None` after a report.
    pub(super) fn check_literal(&mut self, ir: Ir, id: TypeId) -> Option<Ir> {
        let world = self.world;
        let def = world.types.get(id)?;
        let TypeDefKind::Newtype { bounds, normalise, rules, .. } = &def.kind else {
            return Some(ir);
        };
        let Ok(mut value) = eval(&ir, &mut Env::constant(world)) else { return Some(ir) };
        if let Some(normalise) = normalise {
            let mut env = Env::constant(world);
            env.roots.insert(Root::Value, value.clone());
            value = eval(normalise, &mut env).unwrap_or(value);
        }
        if let Some(bad) = outside(&value, bounds) {
            self.report_bounds(&ir, &bad);
            return None;
        }
        for rule in rules {
            let mut env = Env::constant(world);
            env.roots.insert(Root::Value, value.clone());
            if eval(&rule.cond, &mut env) == Ok(Value::Bool(false)) {
                self.report(
                    Diagnostic::error(210, ir.span, format!("this is no `{}`", def.name))
                        .label(format!("breaks `{}`", rule.text))
                        .also(rule.span, "the rule")
                        .help("write a literal that keeps the rule"),
                );
                return None;
            }
        }
        let literal = match value {
            Value::Text(t) => Literal::Text(t),
            Value::Int(n) => Literal::Int(n),
            Value::Decimal(d) => Literal::Decimal(d),
            _ => return Some(ir),
        };
        match ir.kind {
            IrKind::Convert { how, of } => {
                let of = Box::new(Ir { kind: IrKind::Lit(literal), ..*of });
                Some(Ir { kind: IrKind::Convert { how, of }, ty: ir.ty, span: ir.span })
            }
            _ => Some(ir),
        }
    }

    /// MN210 for a constant outside its bounds.
    pub(super) fn in_bounds(&mut self, ir: Ir, bounds: &Bounds) -> Ir {
        if bounds.is_open() {
            return ir;
        }
        if let Some(value) = self.folded(&ir)
            && let Some(bad) = outside(&value, bounds)
        {
            self.report_bounds(&ir, &bad);
            return Ir { kind: IrKind::Error, ..ir };
        }
        ir
    }

    fn report_bounds(&mut self, ir: &Ir, bad: &Outside) {
        let range = format!(
            "{}..{}",
            bad.min.map_or_else(String::new, |d| d.normalize().to_string()),
            bad.max.map_or_else(String::new, |d| d.normalize().to_string())
        );
        self.report(
            Diagnostic::error(210, ir.span, format!("{} is outside {range}", bad.what))
                .label("out of bounds")
                .help(format!("write a value inside {range}")),
        );
    }

    /// MN209 for a condition that is always true or false.
    pub(super) fn always(&mut self, ir: &Ir) {
        if let Some(Value::Bool(b)) = self.folded(ir) {
            self.report(
                Diagnostic::warning(209, ir.span, format!("this condition is always {b}"))
                    .label(format!("always {b}"))
                    .help("compare with a field, or remove it"),
            );
        }
    }

    /// MN216 for a default that is not constant.
    pub(super) fn is_default(&mut self, ir: &Ir) -> bool {
        let broken = ir.any(&mut |ir| matches!(ir.kind, IrKind::Error));
        if broken || (is_constant(ir, true) && is_closed(ir)) {
            return true;
        }
        let ty = show(&self.world.types, &ir.ty);
        self.report(
            Diagnostic::error(216, ir.span, "a default is a constant")
                .label("depends on something")
                .help(format!("write a literal, a setting or a member of type {ty}")),
        );
        false
    }
}

/// What lies outside its bounds.
pub(super) struct Outside {
    what: String,
    min: Option<Decimal>,
    max: Option<Decimal>,
}

/// Whether a value, its length or something inside it is out of bounds.
pub(super) fn outside(value: &Value, bounds: &Bounds) -> Option<Outside> {
    let count = |n: usize| Decimal::from(n as u64);
    let (size, what) = match value {
        Value::Int(n) => (Some(Decimal::from(*n)), n.to_string()),
        Value::Decimal(d) => (Some(*d), d.to_string()),
        Value::Text(t) => {
            let n = t.chars().count();
            (Some(count(n)), format!("a length of {n}"))
        }
        Value::List(items) => (Some(count(items.len())), format!("a list of {}", items.len())),
        Value::Set(items) => (Some(count(items.len())), format!("a set of {}", items.len())),
        _ => (None, String::new()),
    };
    let inner = |v: &Value| bounds.inner.as_ref().and_then(|b| outside(v, b));
    let below = match value {
        Value::Option(Some(v)) => inner(v),
        Value::List(items) => items.iter().find_map(inner),
        Value::Set(items) => items.iter().find_map(inner),
        Value::Map(entries) => entries.values().find_map(inner).or_else(|| {
            let key = bounds.key.as_ref()?;
            entries.keys().find_map(|k| outside(k, key))
        }),
        _ => None,
    };
    let size = size?;
    let bad = bounds.min.is_some_and(|m| size < m) || bounds.max.is_some_and(|m| size > m);
    if bad { Some(Outside { what, min: bounds.min, max: bounds.max }) } else { below }
}
