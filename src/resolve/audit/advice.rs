//! Hints about design, shown with `--advise`: views that nobody reads (MN906), queries without any
//! SQL part (MN903), rows that an event of another aggregate may come before (MN907), aggregates without any rule (MN902), implied fields (MN904).

use std::collections::BTreeSet;

use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::Use;
use crate::lang::ir::{Ir, IrKind, Method, Root};
use crate::lang::types::Type;
use crate::model::{Context, Decide, EachSource, EventRef, Form, Model, Projection, Reaction};
use crate::resolve::resolver::Resolver;
use crate::resolve::words::list;

pub(super) fn report(r: &Resolver<'_>, model: &Model, sink: &mut Sink) {
    model.contexts.values().for_each(|context| advise(r, context, sink));
    for context in model.contexts.values() {
        for of in context.replicas.values().chain(context.views.values()) {
            overtaken(r, model, context, of, sink);
        }
    }
}

/// The views that queries, policies and other views read.
fn read<'c>(r: &Resolver<'_>, context: &'c Context) -> BTreeSet<&'c str> {
    let queries = context.queries.values().map(|q| q.view.as_str());
    let policies = context.policies.values().map(|it| &it.each);
    let walked = policies.chain(context.schedules.values().map(|it| &it.each));
    let walked = walked.filter_map(|each| match &each.as_ref()?.source {
        EachSource::Rows { source } => Some(source.as_str()),
        EachSource::Elements(_) => None,
    });
    let looked = context
        .views
        .keys()
        .filter(|name| r.used.contains(&Use::Source(context.name.clone(), (*name).clone())));
    queries.chain(walked).chain(looked.map(String::as_str)).collect()
}

fn advise(r: &Resolver<'_>, context: &Context, sink: &mut Sink) {
    let read = read(r, context);
    for view in context.views.values() {
        if !read.contains(view.name.as_str()) {
            let found = format!("nobody reads view `{}`", view.name);
            sink.push(
                Diagnostic::advice(906, view.span, found).help(format!(
                    "ask it: `[query.{}]` with `view = \"{}\"`",
                    view.name, view.name
                )),
            );
        }
    }
    for query in context.queries.values() {
        if !query.filter.is_empty() && !query.one && !query.filter.iter().any(in_sql) {
            let found = format!("no part of `where` of query `{}` becomes SQL", query.name);
            let help = "join a comparison of a column by `&&`, or keep a column for it in the view";
            sink.push(Diagnostic::advice(903, query.span, found).help(help));
        }
    }
    for aggregate in context.aggregates.values() {
        let mut commands = aggregate.commands.iter().filter_map(|c| context.commands.get(c));
        let free = commands.all(|c| {
            let Decide::Rules(rules) = &c.decide else { return false };
            c.from.is_none() && rules.require.is_empty() && rules.ensure.is_empty()
        });
        if free && aggregate.unique.is_empty() && aggregate.status.is_none() {
            let found = format!("aggregate `{}` has no rule", aggregate.name);
            let help = "plain rows without events may be enough: `[reference]` (stage 2)";
            sink.push(Diagnostic::advice(902, aggregate.span, found).help(help));
        }
    }
    let implied: Vec<_> = context.events.values().filter(|e| !e.declared_fields).collect();
    if let Some(first) = implied.iter().min_by_key(|e| e.span) {
        let found =
            format!("{} events of context `{}` imply their fields", implied.len(), context.name);
        let help = format!(
            "before a release write them out: `[event.{}]` with `fields = [..]`",
            first.name
        );
        sink.push(Diagnostic::advice(904, first.span, found).help(help));
    }
}

/// MN907: an event of another context that changes a row and cannot make it, where an event of another aggregate does.
fn overtaken(r: &Resolver<'_>, model: &Model, context: &Context, of: &Projection, sink: &mut Sink) {
    let Form::Keyed { reactions } = &of.form else { return };
    let home = |event: &EventRef| {
        let aggregate = model.event(event).map_or("", |it| it.aggregate.as_str());
        (event.context.clone(), aggregate.to_owned())
    };
    let makers: Vec<&Reaction> = reactions.iter().filter(|it| it.make.is_some()).collect();
    let late = reactions.iter().find(|it| {
        let foreign = it.event.context != context.name && it.make.is_none() && !it.deletes;
        let alone = makers.iter().all(|maker| home(&maker.event) != home(&it.event));
        foreign && alone && !it.changes.is_empty() && !makers.is_empty()
    });
    let Some((late, maker)) = late.zip(makers.first()) else { return };
    let needed = r.world.types.fields(of.row).iter().filter(|field| {
        let empty =
            matches!(field.ty, Type::Option(_) | Type::List(_) | Type::Set(_) | Type::Map(..));
        !empty && field.default.is_none() && !of.key.contains(&field.name)
    });
    let needed: Vec<&str> = needed.map(|field| field.name.as_str()).collect();
    let found = format!(
        "`{}` changes no row of `{}` when it comes before `{}`",
        late.event.name, of.name, maker.event.name
    );
    let help = format!(
        "events of two aggregates may come in any order: give {} a default, or make it optional",
        list(needed.into_iter())
    );
    sink.push(Diagnostic::advice(907, of.span, found).help(help));
}

/// Whether a condition can be asked of the database (§7.8).
fn in_sql(cond: &Ir) -> bool {
    !crate::resolve::walk::any(cond, |ir| match &ir.kind {
        IrKind::Method { method, of, .. } => {
            let param = matches!(of.kind, IrKind::RootField { root: Root::Params, .. });
            let known = matches!(
                method,
                Method::IsSome
                    | Method::IsNone
                    | Method::StartsWith
                    | Method::EndsWith
                    | Method::Contains
                    | Method::Lower
                    | Method::Upper
            );
            !(known || param && matches!(method, Method::IsNoneOr | Method::IsSomeAnd))
        }
        IrKind::Table { .. }
        | IrKind::Function { .. }
        | IrKind::Format { .. }
        | IrKind::Index { .. }
        | IrKind::If { .. } => true,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use crate::syntax;

    /// How often a code is among the findings of a domain.
    fn count(text: &str, code: u16) -> usize {
        let files = vec![("minos.toml".into(), text.as_bytes().to_vec())];
        let (sources, tree, mut sink) = syntax::load(files);
        crate::resolve::resolve(&tree, &sources, &mut sink);
        assert!(!sink.has_errors(), "{:?}", sink.found());
        sink.found().iter().filter(|finding| finding.code == code).count()
    }

    #[test]
    fn an_event_that_may_come_before_its_row_is_told() {
        let text = include_str!("../../../tests/domains/overtaken.toml");
        assert_eq!(count(text, 907), 1);
        let optional = text.replace("columns = [\"name\",", "columns = [\"name?\",");
        assert_ne!(optional, text);
        assert_eq!(count(&optional, 907), 0);
    }
}
