//! MN420: contexts that wait for each other. A composed answer waits for the contexts of its parts, and a request that
//! is answered when its saga has ended waits for the contexts of the steps; everything else between contexts is told
//! later. One such edge is a choice; more edges than contexts are a system whose parts cannot answer alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{Diagnostic, Sink};
use crate::model::Model;
use crate::resolve::words::list;
use crate::source::Span;

/// Who waits, for whom, and where that is said first.
type Edges<'m> = BTreeMap<(&'m str, &'m str), Span>;

pub(super) fn report(model: &Model, sink: &mut Sink) {
    let edges = edges(model);
    if edges.len() <= model.contexts.len() {
        return;
    }
    let mut waits: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to) in edges.keys() {
        waits.entry(from).or_default().insert(to);
    }
    let most = waits.iter().max_by_key(|(from, to)| (to.len(), std::cmp::Reverse(*from)));
    let Some((from, to)) = most else { return };
    let place = edges.iter().filter(|((who, _), _)| who == from).map(|(_, span)| *span).min();
    let Some(place) = place else { return };
    let found = format!(
        "context `{from}` waits for {}, one of {} such edges between {} contexts",
        list(to.iter().copied()),
        edges.len(),
        model.contexts.len()
    );
    let help =
        "keep what it needs of the others in a `[replica]` or a view, which their events fill";
    let report =
        Diagnostic::warning(420, place, found).label("each of them must be up for an answer");
    let others = edges.iter().filter(|((who, _), _)| who != from);
    let others = others.map(|((who, whom), span)| (*span, format!("`{who}` waits for `{whom}`")));
    let report = others.fold(report, |report, (span, words)| report.also(span, words));
    sink.push(report.help(help));
}

/// Every pair of contexts of which the first waits for the second.
fn edges(model: &Model) -> Edges<'_> {
    let mut edges = Edges::new();
    let mut note = |from: &'_ str, to: &'_ str, span: Span| {
        let named = |name: &str| model.contexts.get_key_value(name).map(|(name, _)| name.as_str());
        if let (Some(from), Some(to)) = (named(from), named(to))
            && from != to
        {
            let first = edges.entry((from, to)).or_insert(span);
            *first = span.min(*first);
        }
    };
    for whole in &model.compositions {
        whole.parts.iter().for_each(|part| note(&whole.context, &part.context, whole.span));
    }
    for context in model.contexts.values() {
        for saga in context.sagas.values().filter(|it| it.waits.is_some()) {
            saga.steps.iter().for_each(|step| note(&context.name, &step.send.context, step.span));
        }
    }
    edges
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax;

    fn edges_of(text: &str) -> Vec<(String, String)> {
        let files = vec![("minos.toml".into(), text.as_bytes().to_vec())];
        let (sources, tree, mut sink) = syntax::load(files);
        let model = crate::resolve::resolve(&tree, &sources, &mut sink);
        assert!(!sink.has_errors(), "{:?}", sink.found());
        let model = model.expect("there are no errors");
        edges(&model).into_keys().map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
    }

    #[test]
    fn parts_of_others_and_steps_that_are_waited_for_are_edges() {
        let text = include_str!("../../../tests/diagnostics/MN420-waiting.toml");
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let all = [
            pair("desk", "office"),
            pair("desk", "store"),
            pair("office", "desk"),
            pair("store", "office"),
        ];
        assert_eq!(edges_of(text), all);
        let later = text.replace("answer = \"wait\"\n", "");
        assert_ne!(later, text);
        assert_eq!(edges_of(&later), &all[..3], "a saga that nobody waits for is no edge");
    }
}
