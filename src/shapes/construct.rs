//! The tables of a context: which constructs there are.

use super::{
    Form, Key, aggregate, edge, flow, functions, later, message, publication, reading, rows,
    scenario, schedule, seed, types,
};

const fn named(name: &'static str, shape: &'static super::Shape) -> Key {
    Key::absent(name, Form::Named(shape), "{}", shape.doc)
}

/// What the shared kernel may hold.
pub const KERNEL_TABLES: &[Key] = &[
    named("newtype", &types::NEWTYPE),
    named("value", &types::VALUE),
    named("enum", &types::ENUM),
    named("union", &types::UNION),
    named("table", &functions::TABLE),
    named("function", &functions::FUNCTION),
];

/// What a context may hold.
pub const TABLES: &[Key] = &[
    Key::absent(
        "settings",
        Form::Fields,
        r#"["limit: decimal(2, 0..) = 5000.00"]"#,
        "Values that operators may change: a field list, every field with a default. \
         `<CTX>_LIMIT` in the environment overrides `limit`; read at the start.",
    ),
    named("newtype", &types::NEWTYPE),
    named("value", &types::VALUE),
    named("enum", &types::ENUM),
    named("union", &types::UNION),
    named("table", &functions::TABLE),
    named("function", &functions::FUNCTION),
    named("aggregate", &aggregate::AGGREGATE),
    named("command", &message::COMMAND),
    named("event", &message::EVENT),
    named("public", &publication::PUBLIC),
    named("refusal", &aggregate::REFUSAL),
    named("replica", &reading::REPLICA),
    named("reference", &rows::REFERENCE),
    named("view", &reading::VIEW),
    named("query", &reading::QUERY),
    named("policy", &flow::POLICY),
    named("saga", &flow::SAGA),
    named("schedule", &schedule::SCHEDULE),
    Key::absent("scenario", Form::Tables(&scenario::SCENARIO), "[]", scenario::SCENARIO.doc),
    Key::absent("route", Form::Tables(&edge::ROUTE), "[]", edge::ROUTE.doc),
    named("process", &later::PROCESS).later(),
    named("port", &later::PORT).later(),
    named("translate", &later::TRANSLATE).later(),
    named("import", &later::IMPORT).later(),
    Key::absent("seed", Form::Table(&seed::SEED), "{}", seed::SEED.doc),
    Key::absent("access", Form::Table(&edge::ACCESS), "{}", edge::ACCESS.doc).later(),
    Key::absent("grpc", Form::Table(&edge::GRPC), r#"{ expose = ["AddPart"] }"#, edge::GRPC.doc)
        .later(),
];
