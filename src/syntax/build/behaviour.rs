//! Aggregates, commands, events, refusals.

use super::{flag, head};
use crate::lang::tree::Ident;
use crate::shapes::{AGGREGATE, COMMAND, EVENT, PUBLIC, REFUSAL};
use crate::syntax::lower::Row;
use crate::syntax::tree::{
    Aggregate, Command, Decide, Event, IfMissing, Publication, Refusal, Spanned,
};

pub(super) fn aggregate(name: Ident, mut row: Row) -> Aggregate {
    Aggregate {
        head: head(name, &mut row, &AGGREGATE),
        id: row.id("id"),
        status: row.idents("status").unwrap_or_default(),
        state: row.fields("state").unwrap_or_default(),
        entities: row.field_map("entity").unwrap_or_default(),
        derive: row.expr_map("derive").unwrap_or_default(),
        unique: row.uniques("unique").unwrap_or_default(),
        read: row.flag("read"),
        plural: row.text("plural"),
    }
}

pub(super) fn command(name: Ident, mut row: Row) -> Command {
    let if_missing = row.word("if_missing").map(|word| Spanned {
        span: word.span,
        value: match word.value {
            "create" => IfMissing::Create,
            "ignore" => IfMissing::Ignore,
            _ => IfMissing::Refuse,
        },
    });
    Command {
        head: head(name, &mut row, &COMMAND),
        creates: row.path("creates"),
        on: row.path("on"),
        if_missing,
        fields: row.fields("fields").unwrap_or_default(),
        from: row.statuses("from"),
        lookups: row.expr_map("lookup").unwrap_or_default(),
        lets: row.expr_map("let").unwrap_or_default(),
        require: row.rules("require").unwrap_or_default(),
        emit: row.messages("emit").unwrap_or_default(),
        ensure: row.rules("ensure").unwrap_or_default(),
        to: row.ident("to"),
        decide: row.word("decide").map(|word| Spanned { value: Decide::Rust, span: word.span }),
        refuse: row.idents("refuse").unwrap_or_default(),
        public: flag(&mut row, "public"),
    }
}

pub(super) fn event(name: Ident, mut row: Row) -> Event {
    Event {
        on: row.path("on"),
        fields: row.fields("fields"),
        to: row.ident("to"),
        apply: row.changes("apply"),
        closes: flag(&mut row, "closes"),
        public_span: row.place("public").unwrap_or(name.span),
        public: flag(&mut row, "public"),
        head: head(name, &mut row, &EVENT),
    }
}

pub(super) fn refusal(name: Ident, mut row: Row) -> Refusal {
    Refusal {
        head: head(name, &mut row, &REFUSAL),
        status: row.int("status"),
        text: row.text("text"),
        fields: row.fields("fields"),
    }
}

pub(super) fn publication(name: Ident, mut row: Row) -> Publication {
    Publication {
        head: head(name, &mut row, &PUBLIC),
        on: row.path("on"),
        cond: row.expr("if"),
        fields: row.fields("fields").unwrap_or_default(),
        changes: row.changes("do").unwrap_or_default(),
    }
}
