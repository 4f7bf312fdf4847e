//! Walks over typed expressions: what they read, call and name.

use crate::lang::ir::{ChangeIr, Ir, IrKind, MessageIr, OutcomeIr, RuleIr, WhenIr};

/// Every expression of a tree, the root first. No recursion: the tree's depth was limited when it
/// was parsed, but by-name building may nest it further.
pub(super) fn each<'a>(ir: &'a Ir, mut see: impl FnMut(&'a Ir)) {
    let mut open = vec![ir];
    while let Some(ir) = open.pop() {
        see(ir);
        open.extend(ir.parts());
    }
}

/// Whether any part of an expression satisfies this.
pub(super) fn any(ir: &Ir, test: impl Fn(&Ir) -> bool) -> bool {
    let mut found = false;
    each(ir, |ir| found |= test(ir));
    found
}

/// The expressions of a change.
pub(super) fn of_change(change: &ChangeIr) -> Vec<&Ir> {
    match change {
        ChangeIr::Set { value, .. } | ChangeIr::Append { value, .. } => vec![value],
        ChangeIr::Merge { element, assigns, .. } => {
            std::iter::once(element).chain(assigns.iter().map(|(_, v)| v)).collect()
        }
        ChangeIr::Update { cond, assigns, .. } => {
            cond.iter().chain(assigns.iter().map(|(_, v)| v)).collect()
        }
        ChangeIr::RemoveWhere { cond, .. } => vec![cond],
        ChangeIr::RemoveKey { key, .. } => key.iter().collect(),
        ChangeIr::Put { key, value, .. } => vec![key, value],
        ChangeIr::Delete => vec![],
    }
}

/// The field that a change writes.
pub(super) fn written(change: &ChangeIr) -> Option<&str> {
    match change {
        ChangeIr::Set { field, .. }
        | ChangeIr::Append { field, .. }
        | ChangeIr::Merge { field, .. }
        | ChangeIr::Update { field, .. }
        | ChangeIr::RemoveWhere { field, .. }
        | ChangeIr::RemoveKey { field, .. }
        | ChangeIr::Put { field, .. } => Some(field),
        ChangeIr::Delete => None,
    }
}

/// The expressions of a message.
pub(super) fn of_message(message: &MessageIr) -> Vec<&Ir> {
    let cond = match &message.when {
        WhenIr::If(cond) => Some(cond),
        WhenIr::Always | WhenIr::Otherwise => None,
    };
    cond.into_iter().chain(message.fields.iter().map(|(_, v)| v)).collect()
}

/// The expressions of a rule.
pub(super) fn of_rule(rule: &RuleIr) -> Vec<&Ir> {
    let mut found = vec![&rule.cond];
    found.extend(of_outcome(&rule.outcome));
    found
}

/// The expressions of an outcome.
pub(super) fn of_outcome(outcome: &OutcomeIr) -> Vec<&Ir> {
    match outcome {
        OutcomeIr::Refuse(refusal) => refusal.fields.iter().map(|(_, v)| v).collect(),
        OutcomeIr::Ignore => vec![],
        OutcomeIr::Emit(message) => of_message(message),
    }
}

/// Whether computing this one node can overflow or divide by zero.
pub(super) fn can_overflow(ir: &Ir) -> bool {
    use crate::lang::ir::{Builtin, Method};
    match &ir.kind {
        IrKind::Arith { .. } | IrKind::Neg(_) => true,
        IrKind::Method { method, .. } => {
            matches!(
                method,
                Method::Sum | Method::Abs | Method::Round | Method::Floor | Method::Ceil
            )
        }
        IrKind::Builtin { function, .. } => !matches!(
            function,
            Builtin::Tokens | Builtin::RandomDigits | Builtin::RandomLetters | Builtin::RandomUuid
        ),
        _ => false,
    }
}
