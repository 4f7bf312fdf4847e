//! A small world for the tests of checker, interpreter and lowering: the workshop of the language
//! reference, cut down.

use super::check::{Allow, CaseIr};
use super::check::{
    Checker, Exists, FunctionDef, LocalKind, Lookups, RowKind, RowSource, Scope, Source, TableDef,
    World,
};
use super::ir::Root;
use super::types::{
    Bounds, DeriveDef, EnumOrigin, FieldDef, MemberDef, RecordRole, Type, TypeDef, TypeDefKind,
    TypeId,
};
use super::{SpanMap, Text, parse};
use crate::diagnostics::{Diagnostic, Sink};
use crate::source::{FileId, Span};

pub(super) fn text(source: &str) -> Text<'_> {
    Text::new(source, SpanMap::plain(FileId(0), source.len(), 0))
}

fn add(world: &mut World, name: &str, kind: TypeDefKind) -> TypeId {
    world.types.add(TypeDef {
        name: name.into(),
        context: Some("workshop".into()),
        doc: None,
        span: Span::default(),
        kind,
    })
}

fn fields(world: &World, list: &[&str]) -> Vec<FieldDef> {
    let one = |source: &&str| {
        let mut sink = Sink::new();
        let field = parse::field(&text(source), &mut sink).expect("a field");
        let scope = Scope::new("a field");
        let mut checker = Checker::new(world, Some("workshop"), scope, &mut sink);
        let allow = Allow { entities: true, patch: true };
        let ty = field.typed.ty.as_ref().expect("a type");
        let (ty, bounds) = checker.ty(ty, allow);
        let default = field.typed.default.as_ref().map(|d| checker.constant(d, &ty, &bounds));
        assert_eq!(sink.found(), &[], "{source}");
        FieldDef { default, bounds, ..FieldDef::plain(&field.name.text, ty, Span::default()) }
    };
    list.iter().map(one).collect()
}

fn record(world: &mut World, name: &str, role: RecordRole, key: &[&str], list: &[&str]) -> TypeId {
    let fields = fields(world, list);
    let key = key.iter().map(|k| (*k).to_owned()).collect();
    add(world, name, TypeDefKind::Record { role, fields, derives: vec![], rules: vec![], key })
}

fn derive(world: &mut World, of: TypeId, name: &str, source: &str) {
    let mut sink = Sink::new();
    let expr = parse::expr(&text(source), &mut sink).expect("an expression");
    let scope = Scope::new("a derived value").subject(Root::This, of);
    let value = Checker::new(world, Some("workshop"), scope, &mut sink).expr(&expr);
    assert_eq!(sink.found(), &[], "{source}");
    let def = DeriveDef { name: name.into(), ty: value.ty.clone(), value, span: Span::default() };
    if let Some(TypeDefKind::Record { derives, .. }) = world.types.get_mut(of).map(|d| &mut d.kind)
    {
        derives.push(def);
    }
}

fn newtype(world: &mut World, name: &str, list: &str, id_of: Option<&str>) -> TypeId {
    let field = fields(world, &[list]).remove(0);
    let id_of = id_of.map(str::to_owned);
    let (base, bounds) = (field.ty, field.bounds);
    let id = add(
        world,
        name,
        TypeDefKind::Newtype { base: base.clone(), bounds, normalise: None, rules: vec![], id_of },
    );
    if list.ends_with("# rules") {
        let mut sink = Sink::new();
        let mut scope = Scope::new("a newtype");
        scope.roots.insert(Root::Value, base);
        let mut checker = Checker::new(world, Some("workshop"), scope, &mut sink);
        let trim =
            parse::expr(&text("value.trim().upper()"), checker_sink()).expect("an expression");
        let normal = checker.expr(&trim);
        let source = "value.matches('^[A-Z0-9-]+$') else Bad";
        let rule = parse::rule(&text(source), checker_sink()).expect("a rule");
        let rule = checker.rule(&rule, source, &mut |_, _| crate::lang::ir::OutcomeIr::Ignore);
        if let Some(TypeDefKind::Newtype { normalise, rules, .. }) =
            world.types.get_mut(id).map(|d| &mut d.kind)
        {
            *normalise = Some(normal);
            rules.push(rule);
        }
    }
    id
}

fn checker_sink() -> &'static mut Sink {
    Box::leak(Box::new(Sink::new()))
}

fn enumeration(
    world: &mut World,
    name: &str,
    origin: EnumOrigin,
    members: &[(&str, i64)],
) -> TypeId {
    let prop = |n: i64| {
        let kind = super::ir::IrKind::Lit(super::ir::Literal::Int(n));
        super::ir::Ir { kind, ty: Type::Int, span: Span::default() }
    };
    let members = members
        .iter()
        .map(|(name, n)| MemberDef {
            name: (*name).into(),
            props: vec![prop(*n)],
            span: Span::default(),
        })
        .collect();
    let fields = vec![FieldDef::plain("months", Type::Int, Span::default())];
    add(world, name, TypeDefKind::Enum { origin, members, fields, ordered: true })
}

/// The types, tables and rows.
pub(super) fn world() -> World {
    let mut world = World::new();
    world.contexts.extend(["workshop".to_owned(), "stock".to_owned()]);
    newtype(&mut world, "JobId", "x: uuid", Some("Job"));
    newtype(&mut world, "PartNo", "x: string(2..20)", None);
    newtype(&mut world, "Plate", "x: string(4..10) # rules", None);
    enumeration(&mut world, "Warranty", EnumOrigin::Declared, &[("short", 6), ("long", 24)]);
    let status = [("open", 0), ("quoted", 0), ("done", 0), ("cancelled", 0)];
    enumeration(&mut world, "JobStatus", EnumOrigin::Status, &status);
    let window =
        record(&mut world, "Window", RecordRole::Value, &[], &["start: date", "end: date?"]);
    derive(&mut world, window, "days", "dates(start, end.unwrap_or(start))");
    let members = vec![
        (
            "from_mechanic".to_owned(),
            fields(&world, &["by: uuid", "text: string(1..20)", "shown: bool = false"]),
        ),
        ("from_owner".to_owned(), fields(&world, &["text: string(1..20)"])),
    ];
    add(&mut world, "Note", TypeDefKind::Union { members });
    record(
        &mut world,
        "Part",
        RecordRole::Entity,
        &["part_no"],
        &["part_no: PartNo", "price: decimal(2)", "quantity: int(1..)"],
    );
    let total = fields(&world, &["total: decimal(2)"]);
    let mut sink = Sink::new();
    let scope = Scope::new("a table").local("total", total[0].ty.clone(), LocalKind::Arg);
    let rows: Vec<CaseIr> = ["total >= 2000 => 10", "total >= 500 => 5", "else => 0"]
        .iter()
        .map(|source| {
            let case = parse::case(&text(source), &mut sink).expect("a case");
            Checker::new(&world, Some("workshop"), scope.clone(), &mut Sink::new()).case(
                &case,
                &Type::Int,
                &Bounds::default(),
            )
        })
        .collect();
    world.tables.insert(
        (Some("workshop".into()), "discount".into()),
        TableDef { args: total, returns: Type::Int, bounds: Bounds::default(), rows },
    );
    let args = fields(&world, &["booked: map<uuid, decimal(1)>", "spare: int"]);
    world.functions.insert(
        (Some("workshop".into()), "share_hours".into()),
        FunctionDef { returns: args[0].ty.clone(), args },
    );
    state(&mut world);
    world
}

fn state(world: &mut World) {
    let job = record(
        world,
        "Job",
        RecordRole::State,
        &["job_id"],
        &[
            "job_id: JobId",
            "status: JobStatus",
            "number: string(1..20)",
            "owner_id: uuid",
            "plate: Plate",
            "warranty: Warranty = Warranty.short",
            "planned: Window?",
            "promised: date?",
            "paused_from: JobStatus?",
            "parts: entities<Part> by part_no",
            "hours: map<uuid, decimal(1)>",
            "notes: list<Note>",
            "tags: set<string>",
            "scores: list<int>",
            "flags: int = 0",
            "share: decimal(4)",
            "opened: time",
            "due_on: date",
            "took: duration",
            "note: Note?",
            "type: string = 'x'",
        ],
    );
    derive(world, job, "total", "parts.sum(|p| p.price * p.quantity)");
    derive(world, job, "due", "(total * (100 - discount(total)) / 100).round(2)");
    derive(world, job, "closed", "status in [done, cancelled]");
    record(
        world,
        "AddPart",
        RecordRole::Command,
        &[],
        &[
            "job_id: JobId",
            "part_no: PartNo",
            "quantity: int(1..1000)",
            "price: decimal(2)",
            "promised: patch date?",
            "amount: decimal(1)",
            "planned: Window",
        ],
    );
    record(world, "settings", RecordRole::Scope, &[], &["limit: decimal(2)", "near: decimal(2)"]);
    record(world, "actor", RecordRole::Scope, &[], &["id: uuid", "roles: set<string>"]);
    let row = record(
        world,
        "PartPrice",
        RecordRole::Row,
        &["part_no"],
        &["part_no: PartNo", "name: string", "price: decimal(2)"],
    );
    let at = |name: &str| ("workshop".to_owned(), name.to_owned());
    world.sources.insert(at("PartPrice"), RowSource { kind: RowKind::Replica, row });
    let list = record(
        world,
        "JobList",
        RecordRole::Row,
        &["job_id"],
        &["job_id: JobId", "flagged: bool = false"],
    );
    world.sources.insert(at("JobList"), RowSource { kind: RowKind::View, row: list });
}

/// The record of this name, of whatever role.
pub(super) fn named(world: &World, name: &str) -> TypeId {
    world.types.iter().find(|(_, d)| d.name == name).map(|(id, _)| id).expect("a type")
}

/// A command that adds a part to a job, with `let twice` and `lookup part`.
pub(super) fn command(world: &World) -> Scope {
    let row = Type::Option(Box::new(Type::Named(named(world, "PartPrice"))));
    let mut scope = Scope::new("a command")
        .subject(Root::This, named(world, "Job"))
        .root(Root::Cmd, named(world, "AddPart"))
        .root(Root::After, named(world, "Job"))
        .root(Root::Settings, named(world, "settings"))
        .root(Root::Actor, named(world, "actor"))
        .local("twice", Type::Int, LocalKind::Let)
        .local("part", row, LocalKind::Lookup)
        .clock();
    scope.injected = true;
    scope.fill = vec![Source::Root(Root::Cmd), Source::Locals(LocalKind::Let)];
    scope
}

/// The same where the job may not exist and replicas may be read.
pub(super) fn upsert(world: &World) -> Scope {
    Scope { exists: Exists::Needed, lookups: Lookups::Decision, ..command(world) }
}

/// Reports, one line each: code, message, the text under the label.
pub(super) fn lines(source: &str, found: &[Diagnostic]) -> String {
    let line = |d: &Diagnostic| {
        let at = source.get(d.primary.span.range()).unwrap_or("?");
        format!("MN{:03} {} @ {at}", d.code, d.message)
    };
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The text with all edits applied.
pub(super) fn patched(source: &str, d: &Diagnostic) -> Option<String> {
    let mut edits = d.patch.clone();
    edits.sort_by_key(|e| std::cmp::Reverse(e.span.start));
    let mut out = source.to_owned();
    for edit in &edits {
        out.replace_range(edit.span.range(), &edit.text);
    }
    (!edits.is_empty()).then_some(out)
}
