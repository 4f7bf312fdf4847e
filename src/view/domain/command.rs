//! One file per command: its type, its checks, its decision.

use heck::ToSnakeCase as _;
use serde::Serialize;

use crate::lang::types::FieldDef;
use crate::layout;
use crate::model::{Aggregate, Command, CommandKind, IfMissing};
use crate::view::rust::{Imports, Place, Rust, article, at_name, body, checks, lines, module};

use super::Domain;
use super::decision::{Decision, place_of};
use super::record::{RecordView, record};
use super::site::{Place as SitePlace, Site};

/// The file of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommandFile {
    header: String,
    /// What the file is about, as lines of its head.
    about: String,
    external: String,
    internal: String,
    /// The type and its checks; empty when they belong to the published language.
    items: Option<CommandItems>,
    decision: String,
}

/// The type of a command with its checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommandItems {
    record: RecordView,
    address: String,
    if_missing: bool,
    at: String,
    checks: String,
}

impl CommandItems {
    /// What of it is Rust.
    fn texts(&self) -> [&str; 3] {
        [&self.record.body, &self.record.below, &self.checks]
    }
}

/// The fields of a command: the id first when the caller makes it.
#[must_use]
pub fn command_fields(domain: &Domain, aggregate: &Aggregate, command: &Command) -> Vec<FieldDef> {
    let mut fields = domain.model.types.fields(command.record).to_vec();
    if id_in_command(aggregate, command) {
        let id = &aggregate.id;
        fields.insert(0, FieldDef::plain(id.name.clone(), id.ty.clone(), command.span));
    }
    fields
}

/// Whether the caller sends the id as a field.
#[must_use]
pub fn id_in_command(aggregate: &Aggregate, command: &Command) -> bool {
    command.kind == CommandKind::Creates && aggregate.id.by_client
}

/// The type of a command, wherever it lives.
#[must_use]
pub fn command_items(
    domain: &Domain,
    rust: &Rust,
    aggregate: &Aggregate,
    command: &Command,
) -> CommandItems {
    let fields = command_fields(domain, aggregate, command);
    let checks = checks(&domain.model.types, &fields);
    let doc = command.notes.doc.as_deref();
    CommandItems {
        record: record(domain, rust, &command.name, doc, &fields, Place::Message),
        address: format!(
            "{}.{}.{}",
            domain.context.name,
            aggregate.name.to_snake_case(),
            command.name.to_snake_case()
        ),
        if_missing: command.kind == CommandKind::On(IfMissing::Ignore),
        at: at_name(&checks).to_owned(),
        checks: body(&checks, 8).join("\n"),
    }
}

/// Whom a command asks, and what it leads to.
fn about(aggregate: &Aggregate, command: &Command) -> String {
    let mut events: Vec<String> = command.events.iter().map(|it| format!("`{it}`")).collect();
    let last = events.pop();
    let to = match (events.is_empty(), last) {
        (_, None) => String::new(),
        (true, Some(only)) => format!("; it leads to {only}"),
        (false, Some(last)) => format!("; it leads to {} or {last}", events.join(", ")),
    };
    let verb = if command.kind == CommandKind::Creates { "makes" } else { "asks" };
    let text = format!("`{}` {verb} {}{to}.", command.name, article(&aggregate.name));
    lines("//!", &text, 0).join("\n")
}

/// The file of a command.
#[must_use]
pub fn command_file(domain: &Domain, aggregate: &Aggregate, command: &Command) -> CommandFile {
    let imports = Imports::below(&module(&aggregate.name));
    let rust = Rust { homes: &domain.homes, imports: &imports };
    let items = (!command.public).then(|| command_items(domain, &rust, aggregate, command));
    if command.public {
        let _ = rust.named(command.record);
    }
    imports.add("super", &aggregate.name);
    let decision = decision(domain, &rust, aggregate, command);
    let mut texts = vec![decision.as_str()];
    texts.extend(items.iter().flat_map(CommandItems::texts));
    imports.keep_used(&texts);
    CommandFile {
        header: domain.header.clone(),
        about: about(aggregate, command),
        items,
        decision,
        external: imports.external(true),
        internal: imports.internal(),
    }
}

fn decision(domain: &Domain, rust: &Rust, aggregate: &Aggregate, command: &Command) -> String {
    let place = place_of(command);
    let mut site = Site::new(domain, rust, place).of(aggregate.state).with_id(&aggregate.id.name);
    site.id_in_command = id_in_command(aggregate, command);
    let statements = Decision { site: &site, aggregate, command }.body();
    let body = layout::body(&statements, 8);
    let used = |name: &'static str| if uses(&body, name) { name } else { "_" };
    let (aggregate_name, name) = (&aggregate.name, &command.name);
    let id = || rust.named(aggregate.id.newtype);
    let cmd = format!("{}: &{name}", used("cmd"));
    let cx = format!("{}: &Context", used("cx"));
    let (interface, function, args) = match place {
        SitePlace::Create => {
            let id = format!("{}: &{}", used("id"), id());
            ("Create", "create", vec![id, cmd, cx])
        }
        SitePlace::Upsert => {
            let current = format!("{}: Option<&Self>", used("current"));
            let id = format!("{}: &{}", used("id"), id());
            ("Upsert", "upsert", vec![current, id, cmd, cx])
        }
        _ => ("Decide", "decide", vec!["&self".to_owned(), cmd, cx]),
    };
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let head = format!("fn {function}");
    let signature = layout::signature(&head, &args, Some("Decision<Self>"), 4);
    let mut out = format!("impl {interface}<{name}> for {aggregate_name} {{\n");
    if id_in_command(aggregate, command) {
        let field = crate::view::rust::raw(&aggregate.id.name);
        let kept = if crate::view::rust::is_copy(&domain.model.types, &aggregate.id.ty) {
            ""
        } else {
            ".clone()"
        };
        out.push_str(&format!(
            "    fn id(cmd: &{name}) -> Option<{}> {{\n        Some(cmd.{field}{kept})\n    }}\n\n",
            id()
        ));
    }
    out.push_str(&format!("    {signature}\n{body}\n    }}\n}}"));
    out
}

/// Whether a name stands in a text as a word of its own.
#[must_use]
pub fn uses(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).unwrap_or("");
        let behind = text.get(at + name.len()..).unwrap_or("");
        // `x.id` and `id: y` are fields, `id` is the name.
        let label = behind.starts_with(": ");
        !before.ends_with(|c| is_word(c) || c == '.')
            && !behind.starts_with(is_word)
            && (!label || before.ends_with('{'))
            // A `format!` reads names in braces.
            && (before.ends_with('{') || !in_quotes(before))
    })
}

/// Whether the end of a text stands inside a string literal, which ends on its line.
fn in_quotes(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or("");
    let (mut quoted, mut escaped) = (false, false);
    for c in line.chars() {
        match c {
            '\\' if quoted && !escaped => {
                escaped = true;
                continue;
            }
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = false;
    }
    quoted
}

/// Whether a text calls the function of this name; sentences in comments and texts do not.
#[must_use]
pub fn calls(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let (before, behind) = (text.get(..at).unwrap_or(""), text.get(at + name.len()..));
        let line = before.rsplit('\n').next().unwrap_or(before);
        // `x.name()` is a method, `..name()` is a call.
        let method = before.ends_with('.') && !before.ends_with("..");
        let joined = method || before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        behind.is_some_and(|rest| rest.starts_with('(') || rest.starts_with("::<"))
            && !joined
            && !line.trim_start().starts_with("//")
    })
}

#[cfg(test)]
mod tests {
    use super::uses;

    #[test]
    fn a_name_is_read_as_a_word_outside_of_quotes_and_labels() {
        for text in ["f(row)", "row.x", "&row", "format!(\"{row} of\")", "(\"\", row)", "row::x"] {
            assert!(uses(text, "row"), "{text}");
        }
        for text in ["x.row", "arrow", "Row { row: 1 }", "\"a row\"", "\"a \\\" row\""] {
            assert!(!uses(text, "row"), "{text}");
        }
    }
}
