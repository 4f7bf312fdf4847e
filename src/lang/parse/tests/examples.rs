//! Every string of the complete domains reads, by the notation of its key.

use super::ALL;
use crate::diagnostics::Sink;
use crate::lang::{SpanMap, Text};
use crate::source::FileId;
use toml::de::{DeTable, DeValue};

/// The notation of a string below the keys `path`; `None` for plain text.
fn notation(path: &[&str]) -> Option<&'static str> {
    let (first, last) = (*path.first()?, *path.last()?);
    let under = |key: &str| path.len() > 2 && path.get(path.len() - 2) == Some(&key);
    Some(match (first, last) {
        ("project" | "context" | "refusal", key) if key != "fields" => return None,
        ("settings", _) if path.len() == 2 => "typed",
        (_, "fields" | "columns" | "params" | "args" | "state") => "field",
        ("aggregate", _) if under("state") => "typed",
        ("aggregate", _) if under("derive") => "expr",
        ("aggregate", _) if under("entity") => "field",
        ("aggregate", "status") => "name",
        ("union", _) if under("members") => "field",
        ("enum", "members") => "member_decl",
        (_, "unique") => "unique",
        (_, "id") => "id_decl",
        (_, "type" | "returns") => "type_expr",
        (_, "require" | "ensure") => "rule",
        (_, "from") => "statuses",
        (_, "normalise" | "where" | "if" | "via") => "expr",
        (
            _,
            "emit" | "send" | "undo" | "given" | "then" | "then_sends" | "then_publishes"
            | "then_rows",
        ) => "message",
        (_, "when") => "trigger",
        ("table", "rows") => "case",
        (_, "rows") => "message",
        (_, "each") => "each",
        (_, "apply" | "do") => "change",
        (_, "order") => "order",
        (_, "log") => "event_pattern",
        (_, "key") => "name_list",
        ("event", "to") => "name",
        ("command", "creates" | "on" | "refuse")
        | ("policy", "on" | "replica")
        | ("view" | "replica", "of") => "path",
        ("query", "view") | ("saga", "start") => "path",
        ("saga", "timeout") => "timeout",
        ("saga", _) if under("on") => "action",
        ("view" | "replica", _) if path.contains(&"on") => "change",
        (_, _) if under("let") || under("lookup") || under("derive") => "expr",
        ("scenario", "limit" | "actor") => "expr",
        _ => return None,
    })
}

fn walk(
    source: &str,
    value: &toml::Spanned<DeValue<'_>>,
    path: &mut Vec<String>,
    read: &mut usize,
) {
    match value.get_ref() {
        DeValue::String(text) => {
            let keys: Vec<&str> = path.iter().map(String::as_str).collect();
            let Some(kind) = notation(&keys) else { return };
            let raw = source.get(value.span()).expect("a span of the file");
            let map = SpanMap::new(FileId(0), raw, value.span().start);
            let (_, parse) = ALL.iter().find(|(name, _)| *name == kind).expect("a notation");
            let mut sink = Sink::new();
            let tree = parse(&Text::new(text, map), &mut sink);
            assert!(tree.is_some(), "{}: {kind} `{text}`: {:?}", path.join("."), sink.found());
            *read += 1;
        }
        DeValue::Array(items) => items.iter().for_each(|item| walk(source, item, path, read)),
        DeValue::Table(table) => {
            for (key, item) in table.iter() {
                path.push(key.get_ref().to_string());
                walk(source, item, path, read);
                path.pop();
            }
        }
        _ => {}
    }
}

#[test]
fn complete_domains_read() {
    let mut read = 0;
    for source in [
        include_str!("../../../../tests/domains/toolshare/minos.toml"),
        include_str!("../../../../tests/domains/garage/domain/stock.toml"),
        include_str!("../../../../tests/domains/garage/domain/workshop.toml"),
    ] {
        let table = DeTable::parse(source).expect("the domain is TOML");
        let span = table.span();
        let value = toml::Spanned::new(span, DeValue::Table(table.into_inner()));
        walk(source, &value, &mut Vec::new(), &mut read);
    }
    assert!(read > 240, "{read}");
}
