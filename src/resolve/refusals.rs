//! Refusals of the model: declared ones, those that rules name, and their fields (§6).
//!
//! Undeclared fields are those of the first use in the text; all uses must agree (MN322).

use std::collections::BTreeMap;

use super::resolver::{Resolver, record};
use super::words::list;
use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::ir::{Ir, IrKind, OutcomeIr, RefusalIr, RuleIr};
use crate::lang::types::{FieldDef, RecordRole, Type, TypeDefKind};
use crate::model::{
    Aggregate, BUILT_IN, Command, Decide, Notes, Refusal, RefusalOrigin, TextPiece,
};
use crate::names;
use crate::source::Span;
use crate::syntax::tree;

/// What the rules of a context say about its refusals, in text order.
#[derive(Default)]
pub(super) struct Uses {
    uses: BTreeMap<String, Vec<(Span, Vec<FieldDef>)>>,
}

impl Uses {
    /// The refusals of commands, of unique rules and of the rules of types.
    pub fn collect(
        r: &Resolver<'_>,
        context: Option<&str>,
        commands: &[Command],
        aggregates: &[Aggregate],
    ) -> Self {
        let mut uses = Self::default();
        for (_, def) in r.world.types.iter().filter(|(_, d)| d.context.as_deref() == context) {
            let rules = match &def.kind {
                TypeDefKind::Newtype { rules, .. } | TypeDefKind::Record { rules, .. } => rules,
                _ => continue,
            };
            uses.rules(rules, &[]);
        }
        for command in commands {
            let fields = |id| r.world.types.fields(id).iter();
            let state = aggregates.iter().find(|a| a.name == command.aggregate).map(|a| a.state);
            let seen: Vec<&FieldDef> =
                fields(command.record).chain(state.into_iter().flat_map(fields)).collect();
            if let Some(from) = &command.from {
                uses.outcome(&from.otherwise, &seen);
            }
            match &command.decide {
                Decide::Rules(rules) => {
                    uses.rules(&rules.require, &seen);
                    uses.rules(&rules.ensure, &seen);
                }
                Decide::Rust { refuses, .. } => {
                    for name in refuses {
                        uses.uses.entry(name.clone()).or_default();
                    }
                }
            }
        }
        for aggregate in aggregates {
            let seen: Vec<&FieldDef> = r.world.types.fields(aggregate.state).iter().collect();
            aggregate.unique.iter().for_each(|unique| uses.refusal(&unique.refusal, &seen));
        }
        for list in uses.uses.values_mut() {
            list.sort_by_key(|(span, _)| *span);
        }
        uses
    }

    fn rules(&mut self, rules: &[RuleIr], seen: &[&FieldDef]) {
        rules.iter().for_each(|rule| self.outcome(&rule.outcome, seen));
    }

    fn outcome(&mut self, outcome: &OutcomeIr, seen: &[&FieldDef]) {
        if let OutcomeIr::Refuse(refusal) = outcome {
            self.refusal(refusal, seen);
        }
    }

    fn refusal(&mut self, refusal: &RefusalIr, seen: &[&FieldDef]) {
        let field = |(name, value): &(String, Ir)| {
            let mut def = FieldDef::plain(name, value.ty.clone(), value.span);
            def.marks.secret = secret(value, seen);
            def
        };
        let fields = refusal.fields.iter().map(field).collect();
        self.uses.entry(refusal.name.clone()).or_default().push((refusal.span, fields));
    }
}

/// What is made from a secret is one: a field keeps its mark, anything computed shows nothing.
fn secret(value: &Ir, seen: &[&FieldDef]) -> Option<u8> {
    let marked = |ir: &Ir| match &ir.kind {
        IrKind::RootField { name, .. } => {
            seen.iter().filter(|f| f.name == *name).find_map(|f| f.marks.secret)
        }
        _ => None,
    };
    marked(value).or_else(|| value.any(&mut |ir| marked(ir).is_some()).then_some(0))
}

/// Every refusal of a context (`None`: the kernel) by name.
pub(super) fn build(
    r: &mut Resolver<'_>,
    context: Option<&str>,
    uses: &Uses,
    sink: &mut Sink,
) -> BTreeMap<String, Refusal> {
    let declared: BTreeMap<String, &tree::Refusal> =
        context.and_then(|c| r.contexts.get(c)).map(|c| c.refusals.clone()).unwrap_or_default();
    let mut out = BTreeMap::new();
    for (name, tree) in &declared {
        let listed = context
            .and_then(|c| r.contexts.get(c))
            .and_then(|c| c.refusal_fields.get(name))
            .cloned();
        let said = uses.uses.get(name).map(Vec::as_slice).unwrap_or_default();
        let fields = listed.unwrap_or_else(|| agreed(name, said, sink));
        let text = text_of(tree, name, &fields, sink);
        let status = status_of(tree, sink);
        let notes = super::notes::notes(&tree.head);
        let made = (notes, RefusalOrigin::Declared, status, text);
        out.insert(name.clone(), refusal(r, context, name, fields, tree.head.name.span, made));
    }
    let type_rules = type_refusals(r, context);
    for (name, said) in &uses.uses {
        if declared.contains_key(name) {
            continue;
        }
        let span = said.first().map_or(Span::default(), |(span, _)| *span);
        let made = match BUILT_IN.iter().find(|b| b.name == name) {
            Some(b) => {
                let text = vec![TextPiece::Text(b.text.to_owned())];
                (Notes::default(), RefusalOrigin::BuiltIn, b.status, text)
            }
            None => {
                if let Some((flaw, help)) = names::flaw(names::Kind::Thing, name) {
                    let found = format!("refusal name `{name}` {flaw}");
                    sink.push(Diagnostic::error(114, span, found).help(help));
                }
                let status = if type_rules.contains(name) { 422 } else { 409 };
                let text = vec![TextPiece::Text(names::words(name))];
                (Notes::default(), RefusalOrigin::Named, status, text)
            }
        };
        let fields = agreed(name, said, sink);
        out.insert(name.clone(), refusal(r, context, name, fields, span, made));
    }
    out
}

fn type_refusals(r: &Resolver<'_>, context: Option<&str>) -> Vec<String> {
    let mut out = Vec::new();
    for (_, def) in r.world.types.iter().filter(|(_, d)| d.context.as_deref() == context) {
        if let TypeDefKind::Newtype { rules, .. } | TypeDefKind::Record { rules, .. } = &def.kind {
            out.extend(rules.iter().filter_map(|rule| match &rule.outcome {
                OutcomeIr::Refuse(refusal) => Some(refusal.name.clone()),
                _ => None,
            }));
        }
    }
    out
}

fn refusal(
    r: &mut Resolver<'_>,
    context: Option<&str>,
    name: &str,
    fields: Vec<FieldDef>,
    span: Span,
    (notes, origin, status, text): (Notes, RefusalOrigin, u16, Vec<TextPiece>),
) -> Refusal {
    let def = record(name, context, RecordRole::Reply, fields.clone(), span);
    let record = r.world.types.add(def);
    Refusal { name: name.to_owned(), notes, origin, status, text, fields, record, span }
}

/// The fields of the first use; MN322 where another use differs.
fn agreed(name: &str, said: &[(Span, Vec<FieldDef>)], sink: &mut Sink) -> Vec<FieldDef> {
    let Some((first, fields)) = said.first() else { return vec![] };
    for (span, other) in said.iter().skip(1) {
        let same = fields.len() == other.len()
            && fields.iter().all(|f| {
                other.iter().any(|g| {
                    g.name == f.name && (g.ty == f.ty || g.ty == Type::Error || f.ty == Type::Error)
                })
            });
        if !same {
            let found = format!("refusal `{name}` has other fields here");
            let report = Diagnostic::error(322, *span, found).also(
                *first,
                match fields.as_slice() {
                    [] => "here it has none".to_owned(),
                    _ => format!("here it has {}", list(fields.iter().map(|f| f.name.as_str()))),
                },
            );
            sink.push(report.help(format!(
                "give the same fields everywhere, or list them in `[refusal.{name}]`"
            )));
            break;
        }
    }
    fields.clone()
}

fn status_of(tree: &tree::Refusal, sink: &mut Sink) -> u16 {
    let Some(status) = &tree.status else { return 409 };
    match u16::try_from(status.value) {
        Ok(code) if (400..=599).contains(&code) => code,
        _ => {
            let found =
                format!("refusal `{}` cannot have status {}", tree.head.name.text, status.value);
            sink.push(
                Diagnostic::error(503, status.span, found).help("take a status from 400 to 599"),
            );
            409
        }
    }
}

/// The text with its `{field}` places; MN103 for fields that there are not.
fn text_of(
    tree: &tree::Refusal,
    name: &str,
    fields: &[FieldDef],
    sink: &mut Sink,
) -> Vec<TextPiece> {
    let Some(text) = &tree.text else { return vec![TextPiece::Text(names::words(name))] };
    let mut out = Vec::new();
    let mut rest = text.value.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let Some((field, behind)) = after.split_once('}') else { break };
        if !before.is_empty() {
            out.push(TextPiece::Text(before.to_owned()));
        }
        if !fields.iter().any(|f| f.name == field) {
            let found = format!("refusal `{name}` has no field `{field}`");
            let help = match fields {
                [] => format!("add `fields = [\"{field}: TYPE\"]`"),
                _ => format!("its fields are {}", list(fields.iter().map(|f| f.name.as_str()))),
            };
            sink.push(Diagnostic::error(103, place(text, field), found).help(help));
        }
        out.push(TextPiece::Field(field.to_owned()));
        rest = behind;
    }
    if !rest.is_empty() {
        out.push(TextPiece::Text(rest.to_owned()));
    }
    out
}

/// The place of a field's name in a text, where the text stands as it is written.
fn place(text: &tree::Spanned<String>, field: &str) -> Span {
    let offset = text.value.find(&format!("{{{field}}}")).map(|i| i + 1);
    let exact = text.span.range().len() == text.value.len();
    match offset.filter(|_| exact) {
        Some(offset) => {
            let start = text.span.range().start + offset;
            Span::new(text.span.file, start, start + field.len())
        }
        None => text.span,
    }
}

/// Bring the fields of a refusal into the order of its declaration.
pub(super) fn sort(refusal: &mut RefusalIr, known: &BTreeMap<String, Refusal>) {
    if let Some(known) = known.get(&refusal.name) {
        let place = |name: &str| known.fields.iter().position(|f| f.name == name);
        refusal.fields.sort_by_key(|(name, _)| place(name));
    }
}
