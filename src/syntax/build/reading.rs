//! Replicas, views, queries.

use super::{flag, head};
use crate::lang::tree::Ident;
use crate::shapes::{QUERY, REFERENCE, REPLICA, VIEW};
use crate::syntax::lower::Row;
use crate::syntax::tree::{Log, Page, Query, Reference, Replica, View};

pub(super) fn replica(name: Ident, mut row: Row) -> Replica {
    Replica {
        head: head(name, &mut row, &REPLICA),
        of: row.path("of"),
        key: row.idents("key").unwrap_or_default(),
        columns: row.fields("columns").unwrap_or_default(),
        on: row.reactions("on").unwrap_or_default(),
    }
}

pub(super) fn reference(name: Ident, mut row: Row) -> Reference {
    Reference {
        head: head(name, &mut row, &REFERENCE),
        key: row.idents("key").unwrap_or_default(),
        fields: row.fields("fields").unwrap_or_default(),
    }
}

pub(super) fn view(name: Ident, mut row: Row) -> View {
    let changes = row.changes("do").unwrap_or_default();
    let span = row.place("log").unwrap_or(row.span);
    let log = row.has("log").then(|| Log {
        events: row.patterns("log").unwrap_or_default(),
        changes,
        span,
    });
    View {
        head: head(name, &mut row, &VIEW),
        of: row.path("of"),
        key: row.idents("key").unwrap_or_default(),
        columns: row.fields("columns").unwrap_or_default(),
        on: row.reactions("on").unwrap_or_default(),
        via: row.expr("via"),
        log,
    }
}

pub(super) fn query(name: Ident, mut row: Row) -> Query {
    let page = row.row("page").map(|mut page| Page {
        default: page.int("default"),
        max: page.int("max"),
        span: page.span,
    });
    Query {
        head: head(name, &mut row, &QUERY),
        view: row.path("view"),
        params: row.fields("params").unwrap_or_default(),
        cond: row.expr("where"),
        order: row.order("order").unwrap_or_default(),
        page,
        one: flag(&mut row, "one"),
    }
}
