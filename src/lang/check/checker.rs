//! The checker's entry points: what resolve calls.

use std::collections::BTreeSet;

use super::scope::{Scope, Source, World};
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::ir::{ChangeIr, Ir, IrKind, MessageIr, OutcomeIr, RefusalIr, RuleIr, WhenIr};
use crate::lang::tree::{
    Bind, Case, Change, Each, Expr, Message, Outcome, Refusal, Rule, TypeExpr,
};
use crate::lang::types::{Bounds, FieldDef, Type, TypeId};
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
        Self { world, context, scope, near: BTreeSet::new(), sink }
    }

    /// Type an expression on its own.
    pub fn expr(&mut self, expr: &Expr) -> Ir {
        error(expr.span)
    }

    /// Type an expression that must become `ty`; conversions are written out.
    pub fn expr_as(&mut self, expr: &Expr, ty: &Type) -> Ir {
        let _ = ty;
        self.expr(expr)
    }

    /// As [`Checker::expr_as`]; constants outside `bounds` are MN210.
    pub fn value(&mut self, expr: &Expr, ty: &Type, bounds: &Bounds) -> Ir {
        let _ = bounds;
        self.expr_as(expr, ty)
    }

    /// A condition: `bool`; one that is always true or false is MN209.
    pub fn condition(&mut self, expr: &Expr) -> Ir {
        self.expr_as(expr, &Type::Bool)
    }

    /// A default: constant (MN216) and inside `bounds` (MN210).
    pub fn constant(&mut self, expr: &Expr, ty: &Type, bounds: &Bounds) -> Ir {
        self.value(expr, ty, bounds)
    }

    /// From here on `cond` is known to hold.
    pub fn assume(&mut self, cond: &Ir) {
        let _ = cond;
    }

    /// A written type with its bounds. `entities` and `patch` are MN221 unless allowed by the caller
    /// (who passes what the place allows).
    pub fn ty(&mut self, ty: &TypeExpr, allow: Allow) -> (Type, Bounds) {
        let _ = (ty, allow);
        (Type::Error, Bounds::default())
    }

    /// A rule; `outcome` is called for the part behind `else`, where the condition is known to be
    /// false. Afterwards the condition is assumed.
    pub fn rule(
        &mut self,
        rule: &Rule,
        text: &str,
        outcome: &mut dyn FnMut(&mut Self, &Outcome) -> OutcomeIr,
    ) -> RuleIr {
        let cond = self.condition(&rule.cond);
        let outcome = outcome(self, &rule.outcome);
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
        let _ = from;
        MessageIr {
            context: target.context.to_owned(),
            name: target.name.to_owned(),
            fields: Vec::new(),
            when: WhenIr::Always,
            span: message.span,
        }
    }

    /// The given arguments only, in the order of `fields` (scenarios, seeds).
    pub fn given(&mut self, binds: &[Bind], what: &str, fields: &[FieldDef]) -> Vec<(String, Ir)> {
        let _ = (binds, what, fields);
        Vec::new()
    }

    /// The field that an argument implies where the event or refusal has no declared fields.
    pub fn implied(&mut self, bind: &Bind) -> FieldDef {
        FieldDef::plain(bind.name.text.clone(), Type::Error, bind.name.span)
    }

    /// A refusal. With `fields` they are filled from `from`; without, they are what is given.
    pub fn refusal(
        &mut self,
        refusal: &Refusal,
        fields: Option<&[FieldDef]>,
        from: &[Source],
    ) -> RefusalIr {
        let _ = (fields, from);
        RefusalIr { name: refusal.name.text.clone(), fields: Vec::new(), span: refusal.span }
    }

    /// Changes of the record `of` ([`crate::lang::ir::Root::This`]); elements are built by name
    /// from `from`. `delete` is allowed for rows only.
    pub fn changes(&mut self, changes: &[Change], of: TypeId, from: &[Source]) -> Vec<ChangeIr> {
        let _ = (changes, of, from);
        Vec::new()
    }

    /// The changes that follow from equal names: fields of `of` set from the same-named fields of
    /// the sources, but for those that `changes` touch and the `skip`ped ones.
    pub fn changes_by_name(
        &mut self,
        of: TypeId,
        from: &[Source],
        changes: &[Change],
        skip: &[&str],
        at: Span,
    ) -> Vec<ChangeIr> {
        let _ = (of, from, changes, skip, at);
        Vec::new()
    }

    /// The row of a table: its condition and value.
    pub fn case(&mut self, case: &Case, returns: &Type, bounds: &Bounds) -> super::CaseIr {
        super::CaseIr {
            cond: case.cond.as_ref().map(|c| self.condition(c)),
            value: self.value(&case.value, returns, bounds),
        }
    }

    /// An `each`.
    pub fn each(&mut self, each: &Each) -> EachIr {
        EachIr { var: None, source: EachSourceIr::Error, cond: None, span: each.span }
    }

    /// Report a finding to the sink of this run.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
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
