//! The types that the expressions are about: one of every kind.

use minos::diagnostics::Sink;
use minos::lang::check::{Allow, CaseIr, Checker, LocalKind, Scope, TableDef, World};
use minos::lang::ir::{Ir, IrKind, Literal, Root};
use minos::lang::types::{
    Bounds, DeriveDef, EnumOrigin, FieldDef, MemberDef, RecordRole, Type, TypeDef, TypeDefKind,
    TypeId,
};
use minos::lang::{SpanMap, Text, parse};
use minos::source::{FileId, Span};

pub fn text(source: &str) -> Text<'_> {
    Text::new(source, SpanMap::plain(FileId(0), source.len(), 0))
}

fn add(world: &mut World, name: &str, kind: TypeDefKind) -> TypeId {
    world.types.add(TypeDef {
        name: name.into(),
        context: Some("shop".into()),
        doc: None,
        span: Span::default(),
        kind,
    })
}

fn fields(world: &World, list: &[&str]) -> Vec<FieldDef> {
    let one = |source: &&str| {
        let mut sink = Sink::new();
        let field = parse::field(&text(source), &mut sink).unwrap();
        let mut checker = Checker::new(world, Some("shop"), Scope::new("a field"), &mut sink);
        let allow = Allow { entities: true, patch: true };
        let (ty, bounds) = checker.ty(field.typed.ty.as_ref().unwrap(), allow);
        assert!(sink.found().is_empty(), "{source}: {:?}", sink.found());
        FieldDef { bounds, ..FieldDef::plain(&field.name.text, ty, Span::default()) }
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
    let expr = parse::expr(&text(source), &mut sink).unwrap();
    let scope = Scope::new("a derived value").subject(Root::This, of);
    let value = Checker::new(world, Some("shop"), scope, &mut sink).expr(&expr);
    assert!(sink.found().is_empty(), "{source}: {:?}", sink.found());
    let def = DeriveDef { name: name.into(), ty: value.ty.clone(), value, span: Span::default() };
    if let Some(TypeDefKind::Record { derives, .. }) = world.types.get_mut(of).map(|d| &mut d.kind)
    {
        derives.push(def);
    }
}

fn newtype(world: &mut World, name: &str, base: &str, id_of: Option<&str>) {
    let field = fields(world, &[&format!("x: {base}")]).remove(0);
    let kind = TypeDefKind::Newtype {
        base: field.ty,
        bounds: field.bounds,
        normalise: None,
        rules: vec![],
        id_of: id_of.map(str::to_owned),
    };
    add(world, name, kind);
}

fn enumeration(world: &mut World, name: &str, origin: EnumOrigin, members: &[&str]) {
    let lit = |lit, ty| Ir { kind: IrKind::Lit(lit), ty, span: Span::default() };
    let prop = |i: usize, name: &str| {
        vec![
            lit(Literal::Int(i as i64 * 7), Type::Int),
            lit(Literal::Text(format!("the {name}")), Type::Text),
        ]
    };
    let members = members
        .iter()
        .enumerate()
        .map(|(i, name)| MemberDef {
            name: (*name).into(),
            props: prop(i, name),
            span: Span::default(),
        })
        .collect();
    let fields = vec![
        FieldDef::plain("weight", Type::Int, Span::default()),
        FieldDef::plain("label", Type::Text, Span::default()),
    ];
    add(world, name, TypeDefKind::Enum { origin, members, fields, ordered: true });
}

pub fn world() -> World {
    let mut world = World::new();
    world.contexts.insert("shop".into());
    newtype(&mut world, "ThingId", "uuid", Some("Thing"));
    newtype(&mut world, "PartNo", "string(1..9)", None);
    newtype(&mut world, "Size", "int", None);
    record(&mut world, "Actor", RecordRole::Value, &[], &["id: uuid"]);
    enumeration(&mut world, "Color", EnumOrigin::Declared, &["red", "green", "dark_blue"]);
    enumeration(&mut world, "Status", EnumOrigin::Status, &["open", "in_work", "done"]);
    let window =
        record(&mut world, "Window", RecordRole::Value, &[], &["start: date", "end: date?"]);
    derive(&mut world, window, "days", "dates(start, end.unwrap_or(start))");
    derive(&mut world, window, "ended", "end.is_some()");
    let money = record(
        &mut world,
        "Money",
        RecordRole::Value,
        &[],
        &["amount: decimal(2)", "currency: string", "note: string?"],
    );
    derive(&mut world, money, "doubled", "amount * 2");
    let shop = ["by: uuid", "text: string", "shown: bool"];
    let members = vec![
        ("from_owner".to_owned(), fields(&world, &["text: string", "at: time"])),
        ("from_shop".to_owned(), fields(&world, &shop)),
        ("counted".to_owned(), fields(&world, &["count: int"])),
    ];
    add(&mut world, "Note", TypeDefKind::Union { members });
    record(
        &mut world,
        "Part",
        RecordRole::Entity,
        &["part_no"],
        &["part_no: PartNo", "price: decimal(2)", "quantity: int", "color: Color"],
    );
    record(
        &mut world,
        "Slot",
        RecordRole::Entity,
        &["day", "room"],
        &["day: date", "room: int", "name: string", "until: time?"],
    );
    table(&mut world);
    thing(&mut world);
    world
}

fn table(world: &mut World) {
    let args = fields(world, &["total: decimal(2)", "color: Color", "name: string"]);
    let mut scope = Scope::new("a table");
    for arg in &args {
        scope = scope.local(&arg.name, arg.ty.clone(), LocalKind::Arg);
    }
    let rows: Vec<CaseIr> = [
        "total >= 2000 && color != red => 10",
        "name.starts_with('a') => color.weight",
        "total * 3 > 100 => 5",
        "else => 0",
    ]
    .iter()
    .map(|source| {
        let mut sink = Sink::new();
        let case = parse::case(&text(source), &mut sink).unwrap();
        let case = Checker::new(world, Some("shop"), scope.clone(), &mut sink).case(
            &case,
            &Type::Int,
            &Bounds::default(),
        );
        assert!(sink.found().is_empty(), "{source}: {:?}", sink.found());
        case
    })
    .collect();
    let def = TableDef { args, returns: Type::Int, bounds: Bounds::default(), rows };
    world.tables.insert((Some("shop".into()), "discount".into()), def);
}

fn thing(world: &mut World) {
    let thing = record(
        world,
        "Thing",
        RecordRole::State,
        &["thing_id"],
        &[
            "thing_id: ThingId",
            "status: Status",
            "paused: Status?",
            "flag: bool",
            "maybe_flag: bool?",
            "count: int",
            "least: int?",
            "price: decimal(2)",
            "rate: decimal(4)",
            "whole: decimal(0)",
            "fee: decimal(2)?",
            "name: string",
            "type: string",
            "title: string?",
            "owner: uuid",
            "helper: uuid?",
            "day: date",
            "due: date?",
            "opened: time",
            "closed: time?",
            "took: duration",
            "wait: duration?",
            "color: Color",
            "tint: Color?",
            "part_no: PartNo",
            "spare: PartNo?",
            "size: Size",
            "window: Window",
            "plan: Window?",
            "money: Money",
            "extra: Money?",
            "note: Note",
            "remark: Note?",
            "parts: entities<Part> by part_no",
            "slots: entities<Slot> by day, room",
            "numbers: list<int>",
            "amounts: list<decimal(2)>",
            "words: list<string>",
            "notes: list<Note>",
            "windows: list<Window>",
            "tags: set<string>",
            "ids: set<uuid>",
            "colors: set<Color>",
            "hours: map<uuid, decimal(1)>",
            "stock: map<PartNo, int>",
            "labels: map<string, string>",
        ],
    );
    derive(world, thing, "total", "parts.sum(|p| p.price * p.quantity)");
    derive(world, thing, "discounted", "total - discount(total, color, name)");
    derive(world, thing, "is_open", "status != done && due.is_none_or(|d| d >= day)");
    derive(world, thing, "first_word", "words.first()");
    record(
        world,
        "Change",
        RecordRole::Command,
        &[],
        &[
            "quantity: int",
            "amount: decimal(2)",
            "text: string",
            "part_no: PartNo",
            "color: Color",
            "due: date?",
            "at: time",
            "limit: duration",
            "owner: uuid",
            "window: Window",
            "numbers: list<int>",
        ],
    );
    record(
        world,
        "Settings",
        RecordRole::Scope,
        &[],
        &["max_price: decimal(2)", "near: decimal(4)", "most: int"],
    );
    record(
        world,
        "PartPrice",
        RecordRole::Row,
        &["part_no"],
        &["part_no: PartNo", "label: string", "cost: decimal(2)", "since: date?"],
    );
}

/// The type of this name.
pub fn named(world: &World, name: &str) -> TypeId {
    world.types.iter().find(|(_, d)| d.name == name).map(|(id, _)| id).unwrap()
}

/// Where the expressions stand.
pub fn scope(world: &World) -> Scope {
    let row = Type::Option(Box::new(Type::Named(named(world, "PartPrice"))));
    let mut scope = Scope::new("a command")
        .subject(Root::This, named(world, "Thing"))
        .root(Root::Cmd, named(world, "Change"))
        .root(Root::Settings, named(world, "Settings"))
        .root(Root::Actor, named(world, "Actor"))
        .local("twice", Type::Int, LocalKind::Let)
        .local("part", row, LocalKind::Lookup)
        .clock();
    scope.injected = true;
    scope
}
