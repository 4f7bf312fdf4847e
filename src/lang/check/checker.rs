//! The checker's entry points: what resolve calls.

use std::collections::BTreeSet;

use super::build::Built;
use super::facts::Facts;
use super::scope::{CaseIr, Local, LocalKind, Scope, Source, Use, World};
use super::show::show;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::exact;
use crate::lang::ir::{
    ChangeIr, Conversion, Ir, IrKind, MessageIr, OutcomeIr, RefusalIr, Root, RuleIr, WhenIr,
};
use crate::lang::tree::{
    Bind, Case, Change, Each, EachSource, Expr, ExprKind, Ident, Lit, Message, Outcome, Refusal,
    Rule, TypeExpr, When,
};
use crate::lang::types::{Bounds, FieldDef, Scale, Type, TypeId};
use crate::source::Span;

/// A message that can be built: an event, a command, a published contract.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// Its context.
    pub context: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What has to be given or filled, in order. For commands sent elsewhere the id comes first;
    /// for events the id is left out.
    pub fields: &'a [FieldDef],
}

/// Checks what stands at one place. Facts established by [`Checker::assume`] hold until the
/// checker is dropped.
pub struct Checker<'a> {
    /// What may be named at all.
    pub world: &'a World,
    /// The context whose text this is; `None` in the shared kernel.
    pub context: Option<&'a str>,
    /// What may be named here; resolve adds `let` names as it goes.
    pub scope: Scope,
    /// Names offered as "did you mean": they count as used.
    pub near: BTreeSet<String>,
    /// What was named here.
    pub used: BTreeSet<Use>,
    pub(super) facts: Facts,
    pub(super) sink: &'a mut Sink,
}

impl<'a> Checker<'a> {
    /// A checker for one place.
    pub fn new(
        world: &'a World,
        context: Option<&'a str>,
        scope: Scope,
        sink: &'a mut Sink,
    ) -> Self {
        Self {
            world,
            context,
            scope,
            near: BTreeSet::new(),
            used: BTreeSet::new(),
            facts: Facts::default(),
            sink,
        }
    }

    /// Type an expression on its own.
    pub fn expr(&mut self, expr: &Expr) -> Ir {
        self.infer(expr, None)
    }

    /// Type an expression that must become `ty`; conversions are written out.
    pub fn expr_as(&mut self, expr: &Expr, ty: &Type) -> Ir {
        let ir = self.infer(expr, Some(ty));
        self.coerce(ir, ty)
    }

    /// As [`Checker::expr_as`]; constants outside `bounds` are MN210.
    pub fn value(&mut self, expr: &Expr, ty: &Type, bounds: &Bounds) -> Ir {
        let ir = self.expr_as(expr, ty);
        self.in_bounds(ir, bounds)
    }

    /// A condition: `bool`; one that is always true or false is MN209.
    pub fn condition(&mut self, expr: &Expr) -> Ir {
        let ir = match self.infer(expr, Some(&Type::Bool)) {
            ir if matches!(ir.ty, Type::Bool | Type::Error) => ir,
            ir => {
                let is = show(&self.world.types, &ir.ty);
                self.report(
                    Diagnostic::error(208, ir.span, format!("a condition is a bool, not {is}"))
                        .label(format!("this is {is}"))
                        .help("compare it with something: `==`, `<`, `.is_some()`, `.is_empty()`"),
                );
                error(ir.span)
            }
        };
        self.always(&ir);
        Ir { ty: Type::Bool, ..ir }
    }

    /// A default: constant (MN216) and inside `bounds` (MN210).
    pub fn constant(&mut self, expr: &Expr, ty: &Type, bounds: &Bounds) -> Ir {
        let ir = self.value(expr, ty, bounds);
        if self.is_default(&ir) { ir } else { Ir { ty: ty.clone(), ..error(ir.span) } }
    }

    /// From here on `cond` is known to hold.
    pub fn assume(&mut self, cond: &Ir) {
        self.facts.learn(cond, true);
    }

    /// A written type with its bounds. `entities` and `patch` are MN221 where `allow` does not say
    /// otherwise.
    pub fn ty(&mut self, ty: &TypeExpr, allow: Allow) -> (Type, Bounds) {
        self.written(ty, allow)
    }

    /// A rule; `outcome` is called for the part behind `else`, where the condition is known to be
    /// false. Afterwards the condition is assumed.
    pub fn rule(
        &mut self,
        rule: &Rule,
        text: &str,
        outcome: &mut dyn FnMut(&mut Self, &Outcome) -> OutcomeIr,
    ) -> RuleIr {
        // `false else ..` is said on purpose; whether it makes sense there depends on its neighbours.
        let cond = match rule.cond.kind {
            ExprKind::Lit(Lit::Bool(false)) => self.expr(&rule.cond),
            _ => self.condition(&rule.cond),
        };
        let mark = self.facts.mark();
        self.facts.learn(&cond, false);
        let outcome = outcome(self, &rule.outcome);
        self.facts.forget(mark);
        self.assume(&cond);
        RuleIr { cond, outcome, text: text.to_owned(), span: rule.span }
    }

    /// A message with every field given, filled or defaulted. Its arguments see its own condition.
    pub fn message(
        &mut self,
        message: &Message,
        target: &Target<'_>,
        from: &[Source],
    ) -> MessageIr {
        let mark = self.facts.mark();
        let when = match &message.when {
            When::Always => WhenIr::Always,
            When::If(cond) => {
                let cond = self.condition(cond);
                self.facts.learn(&cond, true);
                WhenIr::If(cond)
            }
            When::Otherwise(_) => WhenIr::Otherwise,
        };
        let before = std::mem::replace(&mut self.scope.fill, from.to_vec());
        let built =
            Built { name: target.name, at: message.path.span(), binds: Some(&message.binds) };
        let fields = self.fill(built, target.fields, from);
        self.scope.fill = before;
        self.facts.forget(mark);
        MessageIr {
            context: target.context.to_owned(),
            name: target.name.to_owned(),
            fields,
            when,
            span: message.span,
        }
    }

    /// The given arguments only, in the order of `fields` (scenarios, seeds).
    pub fn given(
        &mut self,
        binds: &[Bind],
        what: &Ident,
        fields: &[FieldDef],
    ) -> Vec<(String, Ir)> {
        let built = Built { name: &what.text, at: what.span, binds: Some(binds) };
        self.fill_given(built, fields)
    }

    /// The field that an argument implies where the event or refusal has no declared fields: with
    /// the bounds and marks of the field whose value it is.
    pub fn implied(&mut self, bind: &Bind) -> FieldDef {
        let ir = self.bind_value(bind);
        let (name, span) = (bind.name.text.clone(), bind.name.span);
        let ty = self.storable(&ir);
        match self.declared(&ir) {
            Some(field) if ty == field.ty || ty == ir.ty => {
                let mut marks = field.marks.clone();
                if field.name != name {
                    // The old names are those of the other field.
                    marks.was.clear();
                }
                FieldDef { name, ty, marks, default: None, span, ..field.clone() }
            }
            _ => FieldDef::plain(name, ty, span),
        }
    }

    /// A refusal. With `fields` they are filled from `from`; without, they are what is given.
    pub fn refusal(
        &mut self,
        refusal: &Refusal,
        fields: Option<&[FieldDef]>,
        from: &[Source],
    ) -> RefusalIr {
        let name = &refusal.name;
        let fields = match fields {
            Some(fields) => {
                let before = std::mem::replace(&mut self.scope.fill, from.to_vec());
                let built = Built { name: &name.text, at: name.span, binds: Some(&refusal.binds) };
                let fields = self.fill(built, fields, from);
                self.scope.fill = before;
                fields
            }
            None => refusal
                .binds
                .iter()
                .map(|bind| {
                    let ir = self.bind_value(bind);
                    let ty = self.storable(&ir);
                    (bind.name.text.clone(), Ir { ty, ..ir })
                })
                .collect(),
        };
        RefusalIr { name: name.text.clone(), fields, span: refusal.span }
    }

    /// Changes of the record `of` ([`Root::This`]); elements are built by name from `from`.
    /// `delete` is allowed for rows only.
    pub fn changes(&mut self, changes: &[Change], of: TypeId, from: &[Source]) -> Vec<ChangeIr> {
        let before = std::mem::replace(&mut self.scope.fill, from.to_vec());
        let out = changes.iter().filter_map(|c| self.change(c, of, from)).collect();
        self.scope.fill = before;
        out
    }

    /// The changes that follow from equal names: fields of `of` set from the same-named fields of
    /// the sources, but for those that `changes` touch and the `skip`ped ones. A `patch` value is
    /// set as it is.
    pub fn changes_by_name(
        &mut self,
        of: TypeId,
        from: &[Source],
        changes: &[Change],
        skip: &[&str],
        at: Span,
    ) -> Vec<ChangeIr> {
        let touched = super::change::touched(changes);
        let fields = self.world.types.fields(of).iter();
        let left = fields
            .filter(|f| !touched.contains(&f.name.as_str()) && !skip.contains(&f.name.as_str()));
        exact(left.filter_map(|f| self.set_by_name(f, from, at)))
    }

    /// The row of a table: its condition and value.
    pub fn case(&mut self, case: &Case, returns: &Type, bounds: &Bounds) -> CaseIr {
        let mark = self.facts.mark();
        let cond = case.cond.as_ref().map(|c| self.condition(c));
        if let Some(cond) = &cond {
            self.facts.learn(cond, true);
        }
        let value = self.value(&case.value, returns, bounds);
        self.facts.forget(mark);
        CaseIr { cond, value }
    }

    /// An `each`. Over rows the columns are bare names in its condition; the caller adds `row`.
    pub fn each(&mut self, each: &Each) -> EachIr {
        let before = self.scope.clone();
        let (source, element) = match &each.source {
            EachSource::Rows(path) => match self.source(path) {
                Some((context, row, _)) => {
                    self.scope.roots.insert(Root::This, Type::Named(row));
                    self.scope.subject = Some(Root::This);
                    let name = path.name.text.clone();
                    (EachSourceIr::Rows { context, name, row }, Type::Named(row))
                }
                None => (EachSourceIr::Error, Type::Error),
            },
            EachSource::Elements(expr) => {
                let of = self.expr(expr);
                match &of.ty {
                    Type::List(t) | Type::Set(t) => {
                        let element = (**t).clone();
                        (EachSourceIr::Elements(of, element.clone()), element)
                    }
                    Type::Entities(id) => {
                        let element = Type::Named(*id);
                        (EachSourceIr::Elements(of, element.clone()), element)
                    }
                    _ => {
                        self.report_not(&of, "a list, set or entities");
                        (EachSourceIr::Error, Type::Error)
                    }
                }
            }
        };
        let var = each.var.as_ref().map(|var| {
            self.declare(var);
            self.scope.locals.push(Local {
                name: var.text.clone(),
                ty: element.clone(),
                kind: LocalKind::Each,
            });
            (var.text.clone(), element)
        });
        let broken = source == EachSourceIr::Error;
        let cond = each.cond.as_ref().filter(|_| !broken).map(|c| self.condition(c));
        self.scope = before;
        EachIr { var, source, cond, span: each.span }
    }

    /// The parts of a key, each as its type; MN202 when their number is wrong.
    pub fn keys(&mut self, keys: &[Expr], wanted: &[Type], span: Span) -> Option<Vec<Ir>> {
        self.key_values(keys, wanted, span)
    }

    /// Report a finding to the sink of this run.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }

    /// The type under which a value can be kept: `decimal(*)`, a period and `none` are reported.
    fn storable(&mut self, ir: &Ir) -> Type {
        match &ir.ty {
            Type::Decimal(Scale::Free) => {
                self.report_mismatch(ir, &Type::Decimal(Scale::Fixed(2)));
                Type::Error
            }
            Type::None | Type::Period => {
                let is = show(&self.world.types, &ir.ty);
                self.report(
                    Diagnostic::error(201, ir.span, format!("{is} alone has no type for a field"))
                        .label("which type?")
                        .help("declare the field under `fields`"),
                );
                Type::Error
            }
            Type::List(t) if **t == Type::None => Type::Error,
            Type::Entities(id) => Type::List(Box::new(Type::Named(*id))),
            t => t.clone(),
        }
    }

    /// The declaration behind a plain field.
    fn declared(&self, ir: &Ir) -> Option<&'a FieldDef> {
        match &ir.kind {
            IrKind::Convert { how: Conversion::Narrow, of } => {
                self.declared(of).filter(|f| f.bounds.is_open())
            }
            IrKind::RootField { root, name } => match self.scope.roots.get(root) {
                Some(Type::Named(id)) => {
                    let world = self.world;
                    world.types.fields(*id).iter().find(|f| f.name == *name)
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// What a place allows in types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Allow {
    /// `entities<E> by …` (aggregate state).
    pub entities: bool,
    /// `patch T?` (commands and events).
    pub patch: bool,
}

/// A typed `each`.
#[derive(Debug, Clone, PartialEq)]
pub struct EachIr {
    /// The name and type of the element.
    pub var: Option<(String, Type)>,
    /// What is walked.
    pub source: EachSourceIr,
    /// Only where this holds; over rows the columns are fields of `This`, else the element is a
    /// local name.
    pub cond: Option<Ir>,
    /// The place.
    pub span: Span,
}

/// What a typed `each` walks.
#[derive(Debug, Clone, PartialEq)]
pub enum EachSourceIr {
    /// The rows of a view, replica or reference: context, name, row.
    Rows {
        /// Its context.
        context: String,
        /// Its name.
        name: String,
        /// The row's record.
        row: TypeId,
    },
    /// The elements of a collection, and their type.
    Elements(Ir, Type),
    /// Broken, reported.
    Error,
}

/// The error value.
pub(super) fn error(span: Span) -> Ir {
    Ir { kind: IrKind::Error, ty: Type::Error, span }
}
