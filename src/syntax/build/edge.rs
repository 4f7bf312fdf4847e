//! Routes and the gateway.

use crate::syntax::lower::Row;
use crate::syntax::tree::{Gateway, Idempotency, IfMatch, Route, RouteTarget, Spanned, Verb};

const VERBS: [(&str, Verb); 5] = [
    ("get", Verb::Get),
    ("post", Verb::Post),
    ("put", Verb::Put),
    ("patch", Verb::Patch),
    ("delete", Verb::Delete),
];

/// A route; `None` when its path is missing, which is reported.
pub(super) fn route(mut row: Row) -> Option<Route> {
    let (key, verb) = VERBS.into_iter().find(|(key, _)| row.has(key))?;
    let place = row.place(key)?;
    let command = row.path("command").map(RouteTarget::Command);
    let compose = row.place("compose").and_then(|at| Some((row.parts("compose")?, at)));
    let compose = compose.map(|(parts, at)| RouteTarget::Compose(parts, at));
    Some(Route {
        method: Spanned { value: verb, span: place },
        path: row.text(key)?,
        target: command.or_else(|| row.path("query").map(RouteTarget::Query)).or(compose),
        if_match: row.word("if_match").map(|word| match word.value {
            "required" => IfMatch::Required,
            "off" => IfMatch::Off,
            _ => IfMatch::Optional,
        }),
        idempotency: row.word("idempotency").map(|word| match word.value {
            "required" => Idempotency::Required,
            _ => Idempotency::Optional,
        }),
        request_id: row.text("request_id"),
        errors: row.ints("errors").unwrap_or_default(),
        status: row.int("status"),
        timeout: row.duration("timeout"),
        span: row.span,
    })
}

/// `[gateway]`
pub(in crate::syntax) fn gateway(mut row: Row) -> Gateway {
    Gateway {
        prefix: row.text("prefix"),
        timeout: row.duration("timeout"),
        max_body: row.int("max_body"),
    }
}
