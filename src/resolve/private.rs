//! Private events and commands of other contexts (MN401, MN402), with the edit that makes them
//! public where they are declared.

use super::resolver::Resolver;
use crate::diagnostics::Diagnostic;
use crate::lang::tree::Path;
use crate::source::Span;
use crate::syntax::tree;

/// MN401 at a path.
pub(super) fn event(r: &Resolver<'_>, context: &str, name: &str, path: &Path) -> Diagnostic {
    let found = format!("event `{name}` is private to context `{context}`");
    let mut report = Diagnostic::error(401, path.span(), found);
    let known = r.contexts.get(context).and_then(|c| c.events.get(name));
    if let Some(entry) = known {
        report = report.also(entry.span, "declared here");
    }
    if let Some(public) = known.and_then(|e| e.published_as.as_ref()) {
        return report
            .label(format!("published as `{public}`"))
            .help(format!("write `{context}.{public}`"))
            .patch(path.name.span, public.clone());
    }
    report = report.help(format!("write `public = true` at `[event.{name}]` of `{context}`"));
    match known.and_then(|e| e.tree) {
        Some(tree) if tree.fields.is_some() => publish(r, &tree.head, report),
        _ => report,
    }
}

/// MN402 at a path.
pub(super) fn command(r: &Resolver<'_>, context: &str, name: &str, path: &Path) -> Diagnostic {
    let found = format!("command `{name}` is private to context `{context}`");
    let mut report = Diagnostic::error(402, path.span(), found);
    report = report.help(format!("write `public = true` at `[command.{name}]` of `{context}`"));
    match r.contexts.get(context).and_then(|c| c.commands.get(name)) {
        Some(cmd) => {
            publish(r, &cmd.tree.head, report.also(cmd.tree.head.name.span, "declared here"))
        }
        None => report,
    }
}

/// The edit that adds `public = true` to a table, whatever its form.
fn publish(r: &Resolver<'_>, head: &tree::Head, report: Diagnostic) -> Diagnostic {
    let text = r.sources.text(head.span);
    let at = |offset: u32| Span { file: head.span.file, start: offset, end: offset };
    if text.starts_with('[') {
        return report.patch(at(head.span.end), "\npublic = true");
    }
    if let Some(inside) = text.strip_prefix('{') {
        let comma =
            if inside.trim_start().starts_with('}') { " public = true" } else { " public = true," };
        return report.patch(at(head.span.start + 1), comma);
    }
    if text == head.name.text {
        return report.patch(at(head.span.start), format!("{}.public = true\n", head.name.text));
    }
    report
}
