//! The table of shapes as JSON Schema (draft-07), for editors.
//!
//! Editors check structure and complete keys with it; what stands inside the texts is for
//! `minos check`.

use serde_json::{Map, Value, json};

use super::{
    CONTEXT_FILE, CONTEXT_INLINE, Form, Group, Key, Need, PROJECT_FILE, SHORT_FILE, Shape, Stage,
};

/// The schema of `domain/X.toml`.
#[must_use]
pub fn context() -> String {
    let mut schema = Schema::default();
    let body = schema.object(&CONTEXT_FILE);
    schema.finish("A bounded context of a minos project", body)
}

/// The schema of `minos.toml`, with contexts inside or with the tables of the only context.
#[must_use]
pub fn project() -> String {
    let mut schema = Schema::default();
    let mut body = schema.object(&SHORT_FILE);
    let inline = schema.reference(&CONTEXT_INLINE, "context_inside");
    let mut context = schema.object(&super::CONTEXT);
    context.insert("additionalProperties".into(), inline);
    let described = PROJECT_FILE.key("context").map(describe);
    if let Some(Value::Object(properties)) = body.get_mut("properties") {
        context.insert("description".into(), json!(described));
        properties.insert("context".into(), Value::Object(context));
    }
    schema.finish("A minos project", body)
}

/// The definitions that were needed so far.
#[derive(Default)]
struct Schema {
    definitions: Map<String, Value>,
}

impl Schema {
    fn finish(self, title: &str, body: Map<String, Value>) -> String {
        let mut all = Map::new();
        all.insert("$schema".into(), json!("http://json-schema.org/draft-07/schema#"));
        all.insert("title".into(), json!(title));
        all.extend(body);
        all.insert("definitions".into(), Value::Object(self.definitions));
        let text = serde_json::to_string_pretty(&Value::Object(all));
        text.expect("values of texts and numbers can be printed") + "\n"
    }

    /// A reference to the definition of a table, which is added when it is not there yet.
    fn reference(&mut self, shape: &'static Shape, name: &str) -> Value {
        if !self.definitions.contains_key(name) {
            self.definitions.insert(name.to_owned(), Value::Null);
            let object = self.object(shape);
            self.definitions.insert(name.to_owned(), Value::Object(object));
        }
        json!({ "$ref": format!("#/definitions/{name}") })
    }

    fn table(&mut self, shape: &'static Shape) -> Value {
        let name: String =
            shape.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        self.reference(shape, &name)
    }

    fn object(&mut self, shape: &'static Shape) -> Map<String, Value> {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for key in shape.keys() {
            if properties.contains_key(key.name) {
                continue;
            }
            let mut value = self.form(&key.form);
            if let Value::Object(fields) = &mut value {
                if fields.contains_key("$ref") {
                    value = json!({ "allOf": [value], "description": describe(key) });
                } else {
                    fields.insert("description".into(), json!(describe(key)));
                }
            }
            properties.insert(key.name.to_owned(), value);
            if key.need == Need::Required {
                required.push(json!(key.name));
            }
        }
        let mut object = Map::new();
        object.insert("type".into(), json!("object"));
        object.insert("properties".into(), Value::Object(properties));
        object.insert("additionalProperties".into(), json!(false));
        if !required.is_empty() {
            object.insert("required".into(), Value::Array(required));
        }
        let groups: Vec<Value> = shape.groups.iter().filter_map(group).collect();
        if !groups.is_empty() {
            object.insert("allOf".into(), Value::Array(groups));
        }
        object
    }

    fn form(&mut self, form: &'static Form) -> Value {
        match form {
            Form::Bool => json!({ "type": "boolean" }),
            Form::Int => json!({ "type": "integer" }),
            Form::Ints => {
                json!({ "type": "object", "additionalProperties": { "type": "integer" } })
            }
            Form::Choice(words) => json!({ "enum": words }),
            Form::Name => json!({ "type": "string", "pattern": "^[a-z][a-z0-9_]*$" }),
            Form::Actor => json!({ "type": "string", "pattern": "^@" }),
            Form::Names
            | Form::Upper
            | Form::Was
            | Form::Paths
            | Form::Patterns
            | Form::Order
            | Form::Exprs
            | Form::Rules
            | Form::Uniques
            | Form::Messages
            | Form::Changes
            | Form::Cases
            | Form::Members
            | Form::Actions => texts(),
            Form::Fields => fields(),
            Form::FieldMap => json!({ "type": "object", "additionalProperties": fields() }),
            Form::ExprMap | Form::Parts => {
                json!({ "type": "object", "additionalProperties": text() })
            }
            Form::Reactions(shape) => {
                let reaction = self.either(shape);
                let foreign = json!({
                    "type": "object",
                    "patternProperties": { "^[A-Z]": reaction },
                    "additionalProperties": false,
                });
                json!({
                    "type": "object",
                    "patternProperties": { "^[A-Z]": reaction, "^[a-z]": foreign },
                    "additionalProperties": false,
                })
            }
            Form::Replies(shape) => {
                let reply = self.either(shape);
                json!({
                    "type": "object",
                    "patternProperties": { "^[A-Z]": reply },
                    "additionalProperties": false,
                })
            }
            Form::Map(inner) => {
                json!({ "type": "object", "additionalProperties": self.form(inner) })
            }
            Form::Table(shape) => self.table(shape),
            Form::Tables(shape) => json!({ "type": "array", "items": self.table(shape) }),
            Form::Named(shape) => {
                json!({ "type": "object", "additionalProperties": self.table(shape) })
            }
            Form::Free => json!({}),
            _ => text(),
        }
    }

    /// One text or several, a table, or an array of tables.
    fn either(&mut self, shape: &'static Shape) -> Value {
        let table = self.table(shape);
        json!({ "anyOf": [texts(), table, { "type": "array", "items": table }] })
    }
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn texts() -> Value {
    json!({ "type": ["string", "array"], "items": text() })
}

fn fields() -> Value {
    json!({ "type": ["array", "object"], "items": text(), "additionalProperties": text() })
}

fn group(group: &Group) -> Option<Value> {
    let one = |names: &[&str]| -> Vec<Value> {
        names.iter().map(|name| json!({ "required": [name] })).collect()
    };
    match group {
        Group::ExactlyOne(names) => Some(json!({ "oneOf": one(names) })),
        Group::AtLeastOne(names) => Some(json!({ "anyOf": one(names) })),
        Group::Excludes(name, others) => Some(json!({
            "not": { "required": [name], "anyOf": one(others) }
        })),
        Group::Needs(name, other) => Some(json!({ "dependencies": { *name: [other] } })),
    }
}

fn describe(key: &Key) -> String {
    let mut words = key.doc.to_owned();
    if let Need::Default(default) = key.need {
        words = format!("{words} Default: {default}.");
    }
    if key.stage == Stage::Two {
        words = format!("{words} (Stage 2: not built yet.)");
    }
    words
}
