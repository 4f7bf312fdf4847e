//! Rows and rules that are never reached: MN324 for repeated conditions of a table, MN309 for what
//! stands behind `false else ..`.

use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::tree::{ExprKind, Lit, Rule};
use crate::resolve::resolver::Resolver;
use crate::syntax::tree::Types;

pub(super) fn unreached(r: &Resolver<'_>, sink: &mut Sink) {
    tables(r, &r.tree.kernel, sink);
    for context in &r.tree.contexts {
        tables(r, &context.types, sink);
        for command in &context.commands {
            rules(&command.require, sink);
        }
    }
}

fn tables(r: &Resolver<'_>, types: &Types, sink: &mut Sink) {
    for table in &types.tables {
        for (index, row) in table.rows.iter().enumerate() {
            let Some(cond) = &row.cond else { continue };
            let text = r.text(cond.span);
            let before = table.rows.iter().take(index).filter_map(|row| row.cond.as_ref());
            let Some(same) = before.into_iter().find(|c| r.text(c.span) == text) else { continue };
            let found = format!("a row of table `{}` is never reached", table.head.name.text);
            sink.push(
                Diagnostic::warning(324, row.span, found)
                    .also(same.span, "the same condition")
                    .help("remove it, or give it another condition"),
            );
        }
    }
}

fn rules(rules: &[Rule], sink: &mut Sink) {
    let never = rules.iter().position(is_false);
    let Some((stop, next)) = never.and_then(|i| Some((rules.get(i)?, rules.get(i + 1)))) else {
        return;
    };
    let report = match next {
        Some(next) => Diagnostic::warning(309, next.span, "this rule is never reached")
            .also(stop.span, "this one always decides")
            .help("remove it, or the rule above"),
        None => Diagnostic::warning(209, stop.cond.span, "this condition is always false")
            .label("always false")
            .help("compare with a field, or remove it"),
    };
    sink.push(report);
}

fn is_false(rule: &Rule) -> bool {
    matches!(rule.cond.kind, ExprKind::Lit(Lit::Bool(false)))
}
