//! The reference page of the domain language, from the table of shapes.

use std::fmt::Write as _;

use super::common::NAMED;
use super::edge::GATEWAY;
use super::{CONSTRUCTS, CONTEXT, Form, Group, Key, Need, PROJECT, Shape, Stage};

const HEAD: &str = "\
# Domain reference

Every table and key of the domain description. This page is written from the table of shapes, the
same data that `minos check` reads by; each example is a context file of its own
(`domain/example.toml`).

A project is a folder with `minos.toml`. Its contexts are files `domain/X.toml`, or tables
`[context.X]` of `minos.toml`; with `[project] context = \"desk\"` the top-level tables of
`minos.toml` belong to that one context. Types that all contexts share are in `shared/*.toml`.

Where several are possible, one text or an array of texts is accepted. A field list is an array of
`\"name: type\"` texts or a table `name = \"type\"`. Keys marked *kept* are read, stored and shown by
`minos inspect`; nothing uses them yet.
";

/// The keys that all named tables share, as a table of their own.
static EVERY: Shape = Shape {
    name: "every named table",
    header: "[command.AddPart] and all others",
    doc: "These keys may stand in `[context]` and in every table that has a name.",
    parts: &[NAMED],
    groups: &[],
    example: "",
};

/// Settings, and a rule that uses one.
const SETTINGS: &str = r#"[settings]
limit = "decimal(2, 0..) = 5000.00 # a call above it"

[aggregate.Order]
state.total = "decimal(2, 0..)"
[command.PlaceOrder]
creates = "Order"
fields = ["total"]
require = "cmd.total <= limit else TooMuch"
emit = "OrderPlaced"
"#;

/// The page as Markdown.
#[must_use]
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    contents(&mut page);
    section(&mut page, &PROJECT);
    section(&mut page, &GATEWAY);
    section(&mut page, &EVERY);
    section(&mut page, &CONTEXT);
    if let Some(settings) = CONSTRUCTS.iter().find(|key| key.name == "settings") {
        line(&mut page, format_args!("\n## settings\n\n`[settings]`\n\n{}", settings.doc));
        line(&mut page, format_args!("\n```toml\n{SETTINGS}```"));
    }
    let (built, later): (Vec<&Key>, Vec<&Key>) = tables().partition(|key| key.stage == Stage::One);
    for shape in built.iter().filter_map(|key| shape_of(key)) {
        section(&mut page, shape);
    }
    page.push_str(super::notations());
    page.push_str("\n## Not built yet\n\nThese are known; using one is answered with MN050.\n");
    for shape in later.iter().filter_map(|key| shape_of(key)) {
        line(
            &mut page,
            format_args!("\n### {}\n\n`{}`\n\n{}", shape.name, shape.header, shape.doc),
        );
        keys(&mut page, shape);
    }
    page
}

/// The constructs that are tables.
fn tables() -> impl Iterator<Item = &'static Key> {
    CONSTRUCTS.iter().filter(|key| shape_of(key).is_some())
}

fn shape_of(key: &Key) -> Option<&'static Shape> {
    match key.form {
        Form::Table(shape) | Form::Tables(shape) | Form::Named(shape) => Some(shape),
        _ => None,
    }
}

fn contents(page: &mut String) {
    page.push('\n');
    let built = tables().filter(|key| key.stage == Stage::One).map(|key| key.name);
    for name in ["project", "gateway", "context", "settings"].into_iter().chain(built) {
        line(page, format_args!("- [{name}](#{name})"));
    }
    line(page, format_args!("- [every named table](#every-named-table)"));
    line(page, format_args!("- [Notations](#notations)\n- [Not built yet](#not-built-yet)"));
}

/// A table with its keys, its inner tables, and its example.
fn section(page: &mut String, shape: &'static Shape) {
    line(page, format_args!("\n## {}\n\n`{}`\n\n{}", shape.name, shape.header, shape.doc));
    keys(page, shape);
    groups(page, shape);
    if !shape.example.is_empty() {
        line(page, format_args!("\n```toml\n{}```", shape.example));
    }
    for inner in inner_tables(shape) {
        line(page, format_args!("\n### {}\n\n`{}`\n\n{}", inner.name, inner.header, inner.doc));
        keys(page, inner);
        groups(page, inner);
        for deeper in inner_tables(inner) {
            let (name, header, doc) = (deeper.name, deeper.header, deeper.doc);
            line(page, format_args!("\n#### {name}\n\n`{header}`\n\n{doc}"));
            keys(page, deeper);
        }
    }
}

fn inner_tables(shape: &'static Shape) -> impl Iterator<Item = &'static Shape> {
    shape.keys().filter(|key| key.stage == Stage::One).filter_map(|key| match key.form {
        Form::Reactions(inner) | Form::Replies(inner) => Some(inner),
        _ => shape_of(key),
    })
}

fn keys(page: &mut String, shape: &'static Shape) {
    line(page, format_args!("\n| key | form | default | meaning |\n|---|---|---|---|"));
    for key in own_keys(shape) {
        let default = match key.need {
            Need::Required => "**required**".to_owned(),
            Need::Unless(other) => format!("required without `{other}`"),
            Need::Default(default) => default.to_owned(),
            Need::Absent => "–".to_owned(),
        };
        let mark = match (key.stage, key.reserved) {
            (Stage::Two, _) => " *Not built yet.*",
            (Stage::One, true) => " *Kept.*",
            (Stage::One, false) => "",
        };
        let form = cell(&key.form.describe());
        let example = cell(key.example);
        let (name, doc) = (key.name, cell(key.doc));
        line(
            page,
            format_args!("| `{name}` | {form} | {default} | {doc}{mark} Example: `{example}` |"),
        );
    }
}

/// Without the keys of every named table, and without those that are hidden by an earlier one.
fn own_keys(shape: &'static Shape) -> impl Iterator<Item = &'static Key> {
    let shared = |part: &&&'static [Key]| part.iter().any(|key| key.name == "was");
    let parts = shape.parts.iter().filter(move |part| !shared(part) || std::ptr::eq(shape, &EVERY));
    parts.flat_map(|part| part.iter())
}

fn groups(page: &mut String, shape: &'static Shape) {
    for group in shape.groups {
        let words = match group {
            Group::ExactlyOne(names) => format!("Exactly one of {}.", list(names)),
            Group::AtLeastOne(names) => format!("At least one of {}.", list(names)),
            Group::Excludes(name, others) => format!("`{name}` excludes {}.", list(others)),
            Group::Needs(name, other) => format!("`{name}` needs `{other}`."),
        };
        line(page, format_args!("\n{words}"));
    }
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// Text inside a table cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn line(page: &mut String, words: std::fmt::Arguments<'_>) {
    writeln!(page, "{words}").expect("a text can always be written to");
}
