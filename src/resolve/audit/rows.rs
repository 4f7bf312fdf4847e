//! Rows and rules that are never reached: MN324 for rows that an earlier one covers, MN309 for what
//! stands behind `false else ..`.

use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::tree::{Case, ExprKind, Lit, Rule};
use crate::resolve::cases::covering;
use crate::resolve::resolver::Resolver;
use crate::syntax::tree::Types;

pub(super) fn unreached(r: &Resolver<'_>, sink: &mut Sink) {
    tables(r, None, &r.tree.kernel, sink);
    for context in &r.tree.contexts {
        tables(r, Some(&context.head.name.text), &context.types, sink);
        for command in &context.commands {
            rules(&command.require, sink);
        }
    }
}

fn tables(r: &Resolver<'_>, context: Option<&str>, types: &Types, sink: &mut Sink) {
    for table in &types.tables {
        let key = (context.map(str::to_owned), table.head.name.text.clone());
        let typed = r.world.tables.get(&key).map(|def| def.rows.as_slice()).unwrap_or_default();
        for (index, row) in table.rows.iter().enumerate() {
            let text = row.cond.as_ref().map(|c| r.text(c.span));
            let earlier = table.rows.iter().take(index);
            let same = |other: &&Case| other.cond.as_ref().map(|c| r.text(c.span)) == text;
            let (place, words) = match earlier.clone().find(same) {
                Some(Case { cond: Some(cond), .. }) => (cond.span, "the same condition"),
                Some(other) => (other.span, "this row takes everything"),
                None => match covering(typed, index).and_then(|i| table.rows.get(i)) {
                    Some(other) => (other.span, "this row takes everything before"),
                    None => continue,
                },
            };
            let found = format!("a row of table `{}` is never reached", table.head.name.text);
            sink.push(
                Diagnostic::warning(324, row.span, found)
                    .also(place, words)
                    .help("remove it, move it up, or give it another condition"),
            );
            break;
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
