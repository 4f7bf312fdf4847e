//! The OpenAPI document of a system: what its gateway answers.
//!
//! Version 3.1, rendered from the model. Paths and schemas are sorted; the same model gives the same
//! bytes. Every operation has a name, a tag and its problems; every reference leads somewhere.

mod operation;
mod schema;

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::model::{Composition, Model, Route};

use operation::{composed, operation};
use schema::Schemas;

/// The document as text, with a last newline.
#[must_use]
pub fn document(model: &Model) -> String {
    let schemas = RefCell::new(Schemas::new(model));
    let server = if model.gateway.prefix.is_empty() { "/" } else { &model.gateway.prefix };
    let doc = model.doc.clone().unwrap_or_else(|| format!("What {} answers.", model.system));
    let document = Document {
        openapi: "3.1.0",
        info: json!({
            "title": model.system, "version": super::workspace::VERSION, "description": doc,
        }),
        servers: json!([{ "url": server, "description": "The gateway." }]),
        tags: tags(model),
        paths: Paths { model, schemas: &schemas },
        components: Components {
            schemas: Found(&schemas),
            responses: json!({ "Problem": problem_response() }),
            parameters: parameters(),
            headers: headers(),
        },
    };
    let mut text = serde_json::to_string_pretty(&document).expect("its keys are texts");
    text.push('\n');
    text
}

/// Written field by field: what the paths ask for is known when the schemas are written.
#[derive(Serialize)]
struct Document<'m> {
    openapi: &'static str,
    info: Value,
    servers: Value,
    tags: Vec<Value>,
    paths: Paths<'m>,
    components: Components<'m>,
}

#[derive(Serialize)]
struct Components<'m> {
    schemas: Found<'m>,
    responses: Value,
    parameters: Value,
    headers: Value,
}

/// The schemas that the paths asked for.
struct Found<'m>(&'m RefCell<Schemas<'m>>);

impl Serialize for Found<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.borrow_mut().all().serialize(to)
    }
}

/// All paths; of a large system only one is held as a tree.
struct Paths<'m> {
    model: &'m Model,
    schemas: &'m RefCell<Schemas<'m>>,
}

enum Of<'m> {
    Route(&'m Route),
    Composed(&'m Composition),
}

impl Serialize for Paths<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut paths: BTreeMap<&str, Vec<Of<'_>>> = BTreeMap::new();
        for route in &self.model.routes {
            paths.entry(&route.path).or_default().push(Of::Route(route));
        }
        for of in &self.model.compositions {
            paths.entry(&of.path).or_default().push(Of::Composed(of));
        }
        to.collect_map(paths.into_iter().map(|(path, all)| (path, self.operations(&all))))
    }
}

impl Paths<'_> {
    fn operations(&self, all: &[Of<'_>]) -> Map<String, Value> {
        let schemas = &mut *self.schemas.borrow_mut();
        let one = |of: &Of<'_>| match of {
            Of::Route(route) => {
                let method = route.method.as_str().to_ascii_lowercase();
                (method, operation(self.model, route, schemas))
            }
            Of::Composed(of) => ("get".to_owned(), composed(self.model, of, schemas)),
        };
        all.iter().map(one).collect()
    }
}

/// A tag for each context, and one for composed answers.
fn tags(model: &Model) -> Vec<Value> {
    let mut tags: Vec<Value> = model
        .contexts
        .values()
        .map(|context| {
            let words = format!("The context {}.", context.name.replace('_', " "));
            let doc = context.notes.doc.clone().unwrap_or(words);
            json!({ "name": context.name, "description": doc })
        })
        .collect();
    if !model.compositions.is_empty() {
        let doc = "Answers put together from several contexts.";
        tags.push(json!({ "name": operation::TOGETHER, "description": doc }));
    }
    tags
}

fn problem_response() -> Value {
    let schema = json!({ "$ref": "#/components/schemas/Problem" });
    json!({
        "description": "Why there is no other answer (RFC 9457).",
        "content": { "application/problem+json": { "schema": schema } },
    })
}

fn header(name: &str, description: &str, schema: &Value) -> Value {
    json!({
        "name": name,
        "in": "header",
        "required": false,
        "description": description,
        "schema": schema,
    })
}

fn parameters() -> Value {
    let text = json!({ "type": "string" });
    let key = json!({ "type": "string", "minLength": 1, "maxLength": 255 });
    let limit = json!({ "type": "integer", "minimum": 1 });
    let key_doc = "The same key and body answer as the first time.";
    let match_doc = "The version, as in `ETag`, that the command is meant for.";
    let position_doc = "Wait until the answer has seen what the `Position` of a command told.";
    let wait_doc = "How long to wait for it, such as `500ms`.";
    json!({
        "IdempotencyKey": header("Idempotency-Key", key_doc, &key),
        "IfMatch": header("If-Match", match_doc, &text),
        "MinPosition": header("Min-Position", position_doc, &text),
        "MaxWait": header("Max-Wait", wait_doc, &text),
        "Limit": {
            "name": "limit", "in": "query", "required": false,
            "description": "The most rows of a page.", "schema": limit,
        },
        "Cursor": {
            "name": "cursor", "in": "query", "required": false,
            "description": "Where the page begins: `next` of the one before.", "schema": text,
        },
    })
}

fn headers() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "ETag": { "description": "The version.", "schema": text },
        "Location": { "description": "Where the new thing is read.", "schema": text },
        "Position": { "description": "The place of the events in the log.", "schema": text },
    })
}
