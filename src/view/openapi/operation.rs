//! What is answered at one path and method.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::schema::{Schemas, is_needed};
use crate::lang::types::{Bounds, FieldDef};
use crate::model::{
    Aggregate, Command, CommandKind, Composition, Context, Idempotency, Model, Notes, Part, Query,
    Route, Target,
};
use crate::names::snake;
use crate::view::rust::title;

/// The tag of composed answers.
pub(super) const TOGETHER: &str = "together";

/// An operation while it is put together.
struct Operation {
    id: String,
    tag: String,
    summary: String,
    notes: Notes,
    parameters: Vec<Value>,
    body: Option<Value>,
    responses: BTreeMap<String, Value>,
}

impl Operation {
    fn new(id: String, tag: &str, summary: String, notes: &Notes) -> Self {
        let responses = BTreeMap::from([("default".to_owned(), problem())]);
        let (tag, notes) = (tag.to_owned(), notes.clone());
        Self { id, tag, summary, notes, parameters: Vec::new(), body: None, responses }
    }

    fn parameter(&mut self, name: &str) {
        self.parameters.push(json!({ "$ref": format!("#/components/parameters/{name}") }));
    }

    fn in_place(&mut self, place: &str, name: &str, required: bool, schema: Value) {
        self.parameters.push(json!({
            "name": name, "in": place, "required": required, "schema": schema,
        }));
    }

    fn answer(&mut self, status: u16, description: &str, schema: Value, headers: &[&str]) {
        let headers: Map<String, Value> = headers
            .iter()
            .map(|name| {
                let reference = format!("#/components/headers/{name}");
                ((*name).to_owned(), json!({ "$ref": reference }))
            })
            .collect();
        let mut answer = json!({ "description": description });
        if let (false, Value::Object(members)) = (status == 204, &mut answer) {
            let content = json!({ "application/json": { "schema": schema } });
            members.insert("content".into(), content);
        }
        if let (false, Value::Object(members)) = (headers.is_empty(), &mut answer) {
            members.insert("headers".into(), Value::Object(headers));
        }
        self.responses.insert(status.to_string(), answer);
    }

    fn refused(&mut self, status: u16) {
        self.responses.entry(status.to_string()).or_insert_with(problem);
    }

    fn done(self) -> Value {
        let mut value = json!({
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "responses": self.responses,
        });
        let Value::Object(members) = &mut value else { return value };
        if let Some(doc) = self.notes.doc {
            members.insert("description".into(), doc.into());
        }
        if self.notes.deprecated.is_some() {
            members.insert("deprecated".into(), Value::Bool(true));
        }
        if !self.parameters.is_empty() {
            members.insert("parameters".into(), Value::Array(self.parameters));
        }
        if let Some(schema) = self.body {
            let content = json!({ "application/json": { "schema": schema } });
            let body = json!({ "required": true, "content": content });
            members.insert("requestBody".into(), body);
        }
        value
    }
}

fn problem() -> Value {
    json!({ "$ref": "#/components/responses/Problem" })
}

/// The operation of a route.
pub(super) fn operation(model: &Model, route: &Route, schemas: &mut Schemas<'_>) -> Value {
    let Some(context) = model.contexts.get(&route.context) else { return Value::Null };
    match &route.target {
        Target::Command(name) => match context.commands.get(name) {
            Some(of) => command(model, context, route, of, schemas),
            None => Value::Null,
        },
        Target::Query(name) => match context.queries.get(name) {
            Some(of) => query(model, context, route, of, schemas),
            None => Value::Null,
        },
        Target::Aggregate(name) => match context.aggregates.get(name) {
            Some(of) => state(context, of, schemas),
            None => Value::Null,
        },
    }
}

fn command(
    model: &Model,
    context: &Context,
    route: &Route,
    of: &Command,
    schemas: &mut Schemas<'_>,
) -> Value {
    let id = format!("{}_{}", context.name, snake(&of.name));
    let mut operation = Operation::new(id, &context.name, title(&of.name), &of.notes);
    let Some(aggregate) = context.aggregates.get(&of.aggregate) else { return Value::Null };
    let key = schemas.of(&aggregate.id.ty, &Bounds::default());
    let mut fields = model.types.fields(of.record).to_vec();
    let created = matches!(of.kind, CommandKind::Creates);
    if created && aggregate.id.by_client {
        fields.insert(0, FieldDef::plain(&aggregate.id.name, aggregate.id.ty.clone(), of.span));
    }
    for name in route.fields() {
        let field = fields.iter().find(|field| field.name == name);
        let schema = field.map_or_else(|| key.clone(), |field| schemas.field(field));
        operation.in_place("path", name, true, schema);
    }
    let in_path: Vec<&str> = route.fields().collect();
    fields.retain(|field| !in_path.contains(&field.name.as_str()));
    let terms = route.terms.clone().unwrap_or_default();
    let must = terms.needs_key || context.idempotency == Idempotency::Required;
    match (&terms.key_header, must) {
        (None, false) => operation.parameter("IdempotencyKey"),
        (header, must) => {
            let name = header.as_deref().unwrap_or("Idempotency-Key");
            operation.in_place("header", name, must, json!({ "type": "string" }));
        }
    }
    if terms.needs_version {
        operation.in_place("header", "If-Match", true, json!({ "type": "string" }));
    } else if !terms.ignores_version {
        operation.parameter("IfMatch");
    }
    operation.body = Some(schemas.sent(&fields));
    let version = json!({ "type": "integer", "format": "int64" });
    let (mut properties, mut required) = (Map::new(), vec![json!("version")]);
    properties.insert("version".into(), version);
    if created {
        properties.insert(aggregate.id.name.clone(), key);
        required.push(aggregate.id.name.clone().into());
    } else if of.has_outcomes {
        properties.insert("outcome".into(), json!({ "type": "string" }));
    }
    let waits = !model.waits(route).is_empty();
    if waits {
        let ends = ["completed", "compensated", "running", "compensating", "parked"];
        let words = "How the saga stands that this started.";
        properties
            .insert("saga".into(), json!({ "type": "string", "enum": ends, "description": words }));
    }
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    let headers: &[&str] =
        if created { &["ETag", "Location", "Position"] } else { &["ETag", "Position"] };
    let words = if created { "It is made." } else { "It is done, or was nothing to do." };
    if waits {
        let words = "It is done; the saga that it started has not ended yet.";
        operation.answer(202, words, schema.clone(), headers);
    }
    operation.answer(route.success, words, schema, headers);
    for status in refusals(context, of, route) {
        operation.refused(status);
    }
    operation.done()
}

/// The statuses of the refusals that a command may answer.
fn refusals(context: &Context, of: &Command, route: &Route) -> Vec<u16> {
    let terms = route.terms.as_ref();
    let own = |name: &String| terms.and_then(|it| it.errors.get(&snake(name)).copied());
    let mut statuses: Vec<u16> = of
        .refusals
        .iter()
        .filter_map(|name| own(name).or_else(|| context.refusals.get(name).map(|it| it.status)))
        .collect();
    statuses.push(422);
    if !matches!(of.kind, CommandKind::Creates) {
        statuses.push(404);
    }
    if terms.is_some_and(|terms| terms.needs_version) {
        statuses.extend([412, 428]);
    }
    statuses
}

fn state(context: &Context, of: &Aggregate, schemas: &mut Schemas<'_>) -> Value {
    let id = format!("{}_{}_state", context.name, snake(&of.name));
    let summary = format!("The state of one {}", title(&of.name).to_lowercase());
    let mut operation = Operation::new(id, &context.name, summary, &of.notes);
    let key = schemas.of(&of.id.ty, &Bounds::default());
    operation.in_place("path", &of.id.name, true, key);
    let schema = schemas.named(of.state);
    operation.answer(200, "Its state and what follows from it.", schema, &["ETag"]);
    operation.refused(404);
    operation.done()
}

fn query(
    model: &Model,
    context: &Context,
    route: &Route,
    of: &Query,
    schemas: &mut Schemas<'_>,
) -> Value {
    let id = format!("{}_{}", context.name, snake(&of.name));
    let mut operation = Operation::new(id, &context.name, title(&of.name), &of.notes);
    let Some(view) = model.projection(&context.name, &of.view) else { return Value::Null };
    let in_path: Vec<&str> = route.fields().collect();
    let columns = model.types.fields(view.row);
    let params = model.types.fields(of.params);
    for name in &in_path {
        let known = if of.one { columns } else { params };
        let field = known.iter().find(|field| field.name == *name);
        let schema = field.map_or_else(|| json!({}), |field| schemas.field(field));
        operation.in_place("path", name, true, schema);
    }
    operation.parameter("MinPosition");
    operation.parameter("MaxWait");
    let row = schemas.named(view.row);
    if of.one {
        operation.answer(200, "The row.", row, &[]);
        operation.refused(404);
        return operation.done();
    }
    for param in params.iter().filter(|param| !in_path.contains(&param.name.as_str())) {
        let needed = is_needed(&param.ty) && param.default.is_none();
        let schema = schemas.field(param);
        operation.in_place("query", &param.name, needed, schema);
    }
    operation.parameter("Limit");
    operation.parameter("Cursor");
    let next = json!({ "type": ["string", "null"], "description": "The cursor of the next page." });
    let schema = json!({
        "type": "object",
        "properties": { "items": { "type": "array", "items": row }, "next": next },
        "required": ["items", "next"],
    });
    operation.answer(200, "A page of rows.", schema, &[]);
    operation.refused(422);
    operation.done()
}

/// The operation of a composed answer.
pub(super) fn composed(model: &Model, of: &Composition, schemas: &mut Schemas<'_>) -> Value {
    let words: Vec<String> = of
        .path
        .split(['/', '-', '.'])
        .filter(|part| !part.is_empty() && !part.starts_with('{'))
        .map(str::to_lowercase)
        .collect();
    let id = format!("{TOGETHER}_{}", words.join("_"));
    let names: Vec<String> = of.parts.iter().map(|part| part.name.replace('_', " ")).collect();
    let summary = format!("{} together", names.join(", "));
    let mut operation = Operation::new(id, TOGETHER, summary, &Notes::default());
    for name in of.path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}')) {
        let schema = field_of(model, of, name).map(|field| schemas.field(&field));
        operation.in_place("path", name, true, schema.unwrap_or(json!({ "type": "string" })));
    }
    operation.parameter("MinPosition");
    operation.parameter("MaxWait");
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for part in &of.parts {
        let schema = part_schema(model, part, schemas);
        let schema = match &part.each {
            Some(_) => json!({
                "type": "object",
                "additionalProperties": { "anyOf": [schema, { "type": "null" }] },
            }),
            None => schema,
        };
        let schema = json!({ "anyOf": [schema, { "type": "null" }] });
        properties.insert(part.name.clone(), schema);
        required.push(Value::from(part.name.clone()));
    }
    if of.parts.iter().any(|part| part.optional) {
        properties.insert("errors".into(), errors());
    }
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    operation.answer(200, "The parts by their names.", schema, &[]);
    for status in [404, 502, 504] {
        operation.refused(status);
    }
    operation.done()
}

fn errors() -> Value {
    json!({
        "type": "array",
        "description": "The optional parts that could not be had.",
        "items": {
            "type": "object",
            "required": ["part", "status", "code"],
            "properties": {
                "part": { "type": "string" },
                "status": { "type": "integer" },
                "code": { "type": "string" },
            },
        },
    })
}

/// The field behind a field of the path, as the first part that uses it knows it.
fn field_of(model: &Model, of: &Composition, name: &str) -> Option<FieldDef> {
    of.parts.iter().find_map(|part| {
        let arg = part.args.iter().find(|arg| arg.value == [name])?;
        let context = model.contexts.get(&part.context)?;
        match &part.target {
            Target::Aggregate(aggregate) => {
                let id = &context.aggregates.get(aggregate)?.id;
                Some(FieldDef::plain(&id.name, id.ty.clone(), of.span))
            }
            Target::Query(query) => {
                let query = context.queries.get(query)?;
                let row = model.projection(&part.context, &query.view)?.row;
                let fields = if query.one { row } else { query.params };
                model.types.fields(fields).iter().find(|field| field.name == arg.name).cloned()
            }
            Target::Command(_) => None,
        }
    })
}

fn part_schema(model: &Model, part: &Part, schemas: &mut Schemas<'_>) -> Value {
    let Some(context) = model.contexts.get(&part.context) else { return json!({}) };
    let found = match &part.target {
        Target::Aggregate(name) => context.aggregates.get(name).map(|it| (it.state, true)),
        Target::Query(name) => context
            .queries
            .get(name)
            .and_then(|query| Some((model.projection(&part.context, &query.view)?.row, query.one))),
        Target::Command(_) => None,
    };
    match found {
        Some((id, true)) => schemas.named(id),
        Some((id, false)) => {
            let items = json!({ "type": "array", "items": schemas.named(id) });
            let next = json!({ "type": ["string", "null"] });
            json!({ "type": "object", "properties": { "items": items, "next": next } })
        }
        None => json!({}),
    }
}
