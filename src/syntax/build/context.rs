//! Contexts and the project.

use super::types::types;
use super::{behaviour, edge, flow, reading};
use super::{each, head, reserved};
use crate::lang::tree::Ident;
use crate::shapes::{CONTEXT, PROJECT};
use crate::source::FileId;
use crate::syntax::lower::Row;
use crate::syntax::tree::{Context, ContextKind, Head, Idempotency, Project, Spanned};

/// `[project]`.
pub(in crate::syntax) fn project(mut row: Row) -> Project {
    Project {
        name: row.text("name"),
        context: row.ident("context"),
        doc: row.text("doc"),
        reserved: reserved(&mut row, &PROJECT),
        span: row.span,
    }
}

/// The keys of `[context]`, which stand in a table of their own or beside the constructs.
pub(in crate::syntax) struct Keys {
    head: Head,
    kind: Option<Spanned<ContextKind>>,
    topic: Option<Spanned<String>>,
    time_zone: Option<Spanned<String>>,
    idempotency: Option<Spanned<Idempotency>>,
    split: bool,
}

/// Take the context's own keys out of a row.
pub(in crate::syntax) fn keys(name: Ident, row: &mut Row) -> Keys {
    let kind = row.word("kind").map(|word| Spanned {
        value: match word.value {
            "core" => ContextKind::Core,
            "supporting" => ContextKind::Supporting,
            _ => ContextKind::Generic,
        },
        span: word.span,
    });
    let idempotency = row.word("idempotency").map(|word| Spanned {
        value: if word.value == "required" { Idempotency::Required } else { Idempotency::Optional },
        span: word.span,
    });
    let split = row.word("deploy").is_some_and(|word| word.value == "split");
    let (topic, time_zone) = (row.text("topic"), row.text("time_zone"));
    Keys { head: head(name, row, &CONTEXT), kind, topic, time_zone, idempotency, split }
}

/// A context from its keys and the row that holds its constructs.
pub(in crate::syntax) fn context(file: FileId, keys: Keys, row: &mut Row) -> Context {
    let scenarios = row.rows("scenario").unwrap_or_default();
    let routes = row.rows("route").unwrap_or_default();
    let mut seed = row.row("seed");
    let mut seeded = |key| seed.as_mut().and_then(|seed| seed.messages(key)).unwrap_or_default();
    let (seeds, listed) = (seeded("send"), seeded("rows"));
    Context {
        head: keys.head,
        file,
        kind: keys.kind,
        topic: keys.topic,
        time_zone: keys.time_zone,
        idempotency: keys.idempotency,
        split: keys.split,
        settings: row.fields("settings").unwrap_or_default(),
        types: types(row),
        aggregates: each(row, "aggregate", behaviour::aggregate),
        commands: each(row, "command", behaviour::command),
        events: each(row, "event", behaviour::event),
        publications: each(row, "public", behaviour::publication),
        refusals: each(row, "refusal", behaviour::refusal),
        replicas: each(row, "replica", reading::replica),
        references: each(row, "reference", reading::reference),
        views: each(row, "view", reading::view),
        queries: each(row, "query", reading::query),
        policies: each(row, "policy", flow::policy),
        sagas: each(row, "saga", flow::saga),
        schedules: each(row, "schedule", flow::schedule),
        routes: routes.into_iter().filter_map(edge::route).collect(),
        seeds,
        listed,
        scenarios: scenarios.into_iter().map(flow::scenario).collect(),
        not_yet: Vec::new(),
    }
}
