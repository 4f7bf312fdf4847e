//! Text in, tree or report out.

mod dump;
mod examples;
mod limits;
mod mistakes;
mod trees;

use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::{SpanMap, Text, tree};
use crate::source::FileId;

/// A notation as a function from text to the dump of its tree.
pub(super) type Read = fn(&Text<'_>, &mut Sink) -> Option<String>;

macro_rules! notations {
    ($($name:ident),+) => {
        /// Every notation by name.
        pub(super) const ALL: &[(&str, Read)] = &[
            $((stringify!($name), |text, sink| super::$name(text, sink).map(|tree| dump::Dump::dump(&tree)))),+
        ];
    };
}

notations!(
    expr,
    field,
    typed,
    type_expr,
    rule,
    statuses,
    unique,
    message,
    change,
    each,
    case,
    id_decl,
    timeout,
    duration,
    action,
    refusal,
    event_pattern,
    member_decl,
    name_list,
    name,
    path,
    trigger,
    order
);

pub(super) fn read(notation: &str, text: &str) -> (Option<String>, Vec<Diagnostic>) {
    let (_, read) = ALL.iter().find(|(name, _)| *name == notation).expect("a notation");
    let mut sink = Sink::new();
    let tree = read(&Text::new(text, SpanMap::plain(FileId(0), text.len(), 0)), &mut sink);
    (tree, sink.finish())
}

/// The dump of a good text.
pub(super) fn good(notation: &str, text: &str) -> String {
    let (tree, found) = read(notation, text);
    assert!(found.is_empty(), "{notation} `{text}`: {found:?}");
    tree.unwrap_or_else(|| panic!("{notation} `{text}` gives nothing"))
}

/// The one report on a broken text.
pub(super) fn broken(notation: &str, text: &str) -> Diagnostic {
    let (_, mut found) = read(notation, text);
    assert_eq!(found.len(), 1, "{notation} `{text}`: {found:?}");
    found.remove(0)
}

#[test]
fn spans_cover_the_text() {
    let text = "a.b + (c * d[1])";
    let mut sink = Sink::new();
    let expr = super::expr(&Text::new(text, SpanMap::plain(FileId(3), text.len(), 100)), &mut sink);
    let expr = expr.expect("reads");
    assert_eq!((expr.span.file, expr.span.start, expr.span.end), (FileId(3), 100, 116));
    let tree::ExprKind::Binary { op_span, left, right, .. } = expr.kind else { panic!("a sum") };
    assert_eq!(
        (op_span.start, left.span.end, right.span.start, right.span.end),
        (104, 103, 106, 116)
    );
}
