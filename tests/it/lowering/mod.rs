//! The proof of the lowering: what the interpreter computes, the lowered Rust computes as well.
//!
//! Random well-typed expressions are written as text, parsed and checked, evaluated on random
//! values by the interpreter, and lowered into one generated crate at a fixed path below `target`.
//! That crate must be formatted, without a clippy warning, and give the same results, digit by
//! digit, overflow included. What the checker refuses is not counted.

mod emit;
mod generate;
mod random;
mod run;
mod values;
mod world;

use std::collections::BTreeMap;

use minos::diagnostics::Sink;
use minos::lang::check::{Checker, World};
use minos::lang::eval::{Env, Fault, Value, eval};
use minos::lang::ir::{Ir, IrKind, Root};
use minos::lang::types::Type;

/// How many expressions, and on how many sets of values each is computed: 10,500 pairs.
const EXPRESSIONS: usize = 1_500;
const ENVIRONMENTS: usize = 7;

/// What reads who acts, which refuses when nobody is signed in, but only where it is reached.
const ACTOR: &[(&str, &str)] = &[
    ("actor.id", "uuid"),
    ("owner == actor.id", "bool"),
    ("flag && owner == actor.id", "bool"),
    ("flag || owner == actor.id", "bool"),
    ("colors.any(|c| owner == actor.id)", "bool"),
    ("colors.all(|c| owner == actor.id)", "bool"),
    ("if colors.all(|c| owner == actor.id) { 1 } else { 1 }", "int"),
    ("if owner == actor.id { 'mine' } else { 'theirs' }", "text"),
    ("maybe_flag.map_or(owner, |f| actor.id)", "uuid"),
    ("hours[actor.id].is_some()", "bool"),
];

/// A typed expression with its text.
pub struct Case {
    pub text: String,
    pub ir: Ir,
}

/// Random expressions that the checker accepts.
fn cases(world: &World) -> Vec<Case> {
    let mut random = random::Random::new(0x5eed);
    let mut out = Vec::new();
    let mut refused = 0;
    while out.len() < EXPRESSIONS {
        let (text, ty) = generate::expression(&mut random, world);
        match checked(world, &text, &ty) {
            Ok(ir) => out.push(Case { text, ir }),
            Err(_) => refused += 1,
        }
        assert!(refused < EXPRESSIONS, "most expressions are refused");
    }
    for (text, ty) in ACTOR {
        let ty = match *ty {
            "uuid" => Type::Uuid,
            "int" => Type::Int,
            "text" => Type::Text,
            _ => Type::Bool,
        };
        let ir = checked(world, text, &ty).unwrap_or_else(|found| panic!("{text}: {found:?}"));
        out.push(Case { text: (*text).to_owned(), ir });
    }
    println!("{} expressions, {refused} more were refused by the checker", out.len());
    out
}

fn checked(world: &World, text: &str, ty: &Type) -> Result<Ir, Vec<String>> {
    let mut sink = Sink::new();
    let parsed = minos::lang::parse::expr(&world::text(text), &mut sink);
    let ir = parsed.map(|expr| {
        Checker::new(world, Some("shop"), world::scope(world), &mut sink).expr_as(&expr, ty)
    });
    let found: Vec<String> =
        sink.found().iter().map(|d| format!("MN{:03} {}", d.code, d.message)).collect();
    match ir {
        Some(ir) if found.is_empty() => Ok(ir),
        _ => Err(found),
    }
}

/// What the interpreter says: JSON text, or the fault.
fn interpreted(world: &World, case: &Case, values: &values::Values) -> String {
    let mut env = Env::constant(world);
    env.now = values.now;
    env.zone = jiff::tz::TimeZone::get("Europe/Zurich").unwrap();
    env.roots.insert(Root::This, values.this.clone());
    env.roots.insert(Root::Cmd, values.cmd.clone());
    env.roots.insert(Root::Settings, values.settings.clone());
    let actor = values.actor.map(|id| ("id".to_owned(), Value::Uuid(id))).into_iter().collect();
    env.roots.insert(Root::Actor, Value::Record(world::named(world, "Actor"), actor));
    env.locals.push(("part".into(), values.part.clone()));
    env.locals.push(("twice".into(), values.twice.clone()));
    match eval(&case.ir, &mut env) {
        Ok(value) => values::json(&value, &case.ir.ty, world).to_string(),
        Err(Fault::Arithmetic) => "!".into(),
        Err(Fault::Unauthenticated) => "?".into(),
        Err(other) => panic!("{}: {other:?}", case.text),
    }
}

/// How often each construct occurs.
fn coverage(cases: &[Case]) -> BTreeMap<String, usize> {
    let mut seen = BTreeMap::new();
    for case in cases {
        case.ir.walk(&mut |ir| {
            let name = match &ir.kind {
                IrKind::Method { method, of, .. } => {
                    let on = match of.ty {
                        Type::Option(_) => "option",
                        Type::List(_) => "list",
                        Type::Set(_) => "set",
                        Type::Map(..) => "map",
                        Type::Entities(_) => "entities",
                        Type::Text => "text",
                        _ => "scalar",
                    };
                    format!("{on}.{method:?}")
                }
                IrKind::Convert { how, .. } => format!("convert {how:?}"),
                IrKind::Arith { op, left, .. } => format!("{op:?} {:?}", left.ty),
                IrKind::Compare { op, .. } => format!("{op:?}"),
                IrKind::Builtin { function, .. } => format!("{function:?}()"),
                other => format!("{other:?}").split([' ', '(']).next().unwrap_or("").to_owned(),
            };
            *seen.entry(name).or_insert(0) += 1;
        });
    }
    seen
}

#[test]
fn lowered_rust_computes_what_the_interpreter_computes() {
    let world = world::world();
    let cases = cases(&world);
    let mut random = random::Random::new(0xda7a);
    let values: Vec<values::Values> =
        (0..ENVIRONMENTS).map(|_| values::Values::random(&mut random, &world)).collect();
    for (name, count) in coverage(&cases) {
        println!("{count:6} {name}");
    }
    let folder = run::prepare(&emit::files(&world, &cases), &values, &world);
    let results = run::results(&folder);
    let mut wrong = Vec::new();
    let (mut faults, mut nobody) = (0, 0);
    for (i, case) in cases.iter().enumerate() {
        for (j, values) in values.iter().enumerate() {
            let wanted = interpreted(&world, case, values);
            faults += usize::from(wanted == "!");
            nobody += usize::from(wanted == "?");
            let got = results.get(&(i, j)).map_or("nothing", String::as_str);
            if !run::same(&wanted, got) {
                wrong.push(format!(
                    "{i}/{j} {}\n  interpreter {wanted}\n  rust        {got}",
                    case.text
                ));
            }
        }
    }
    println!("{} pairs, {faults} overflow, {nobody} lack an actor", cases.len() * values.len());
    assert!(nobody > 8, "`actor.id` is hardly read");
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    run::clean(&folder);
}
