//! Types as schemas (the type table of the language, last column).

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Map, Value, json};

use crate::lang::types::{Bounds, FieldDef, RecordRole, Scale, Type, TypeDef, TypeDefKind, TypeId};
use crate::model::Model;

/// Schemas of named types, collected while operations name them.
pub(super) struct Schemas<'m> {
    model: &'m Model,
    found: BTreeMap<String, Value>,
    begun: BTreeSet<TypeId>,
}

impl<'m> Schemas<'m> {
    pub fn new(model: &'m Model) -> Self {
        Self { model, found: BTreeMap::new(), begun: BTreeSet::new() }
    }

    /// All schemas, with that of problems.
    pub fn all(&mut self) -> &BTreeMap<String, Value> {
        self.found.insert("Problem".to_owned(), problem());
        &self.found
    }

    /// An object of fields as a caller sends them: what has a default may be left out.
    pub fn sent(&mut self, fields: &[FieldDef]) -> Value {
        let needed = |field: &FieldDef| field.default.is_none() && is_needed(&field.ty);
        let mut object = self.object(fields.iter(), needed);
        object.insert("additionalProperties".into(), Value::Bool(false));
        Value::Object(object)
    }

    fn object<'f>(
        &mut self,
        fields: impl Iterator<Item = &'f FieldDef>,
        needed: impl Fn(&FieldDef) -> bool,
    ) -> Map<String, Value> {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for field in fields {
            if needed(field) {
                required.push(Value::from(field.name.clone()));
            }
            properties.insert(field.name.clone(), self.field(field));
        }
        let mut object = Map::new();
        object.insert("type".into(), "object".into());
        object.insert("properties".into(), Value::Object(properties));
        if !required.is_empty() {
            object.insert("required".into(), Value::Array(required));
        }
        object
    }

    /// The schema of a field, with what is said about it.
    pub fn field(&mut self, field: &FieldDef) -> Value {
        let mut schema = self.of(&field.ty, &field.bounds);
        if let Value::Object(members) = &mut schema {
            if let Some(doc) = &field.doc {
                members.insert("description".into(), doc.clone().into());
            }
            if field.marks.deprecated {
                members.insert("deprecated".into(), Value::Bool(true));
            }
        }
        schema
    }

    /// The schema of a type.
    pub fn of(&mut self, ty: &Type, bounds: &Bounds) -> Value {
        let inner = bounds.inner.as_deref().cloned().unwrap_or_default();
        match ty {
            Type::Bool => json!({ "type": "boolean" }),
            Type::Int => {
                let mut schema = json!({ "type": "integer", "format": "int64" });
                limits(&mut schema, bounds, ["minimum", "maximum"]);
                schema
            }
            Type::Decimal(scale) => decimal(*scale),
            Type::Text => {
                let mut schema = json!({ "type": "string" });
                limits(&mut schema, bounds, ["minLength", "maxLength"]);
                schema
            }
            Type::Uuid => json!({ "type": "string", "format": "uuid" }),
            Type::Date => json!({ "type": "string", "format": "date" }),
            Type::Time => json!({ "type": "string", "format": "date-time" }),
            Type::Duration => json!({ "type": "string", "format": "duration" }),
            Type::Option(of) => self.of(of, &inner),
            Type::Patch(of) => json!({ "anyOf": [self.of(of, &inner), { "type": "null" }] }),
            Type::List(of) | Type::Set(of) => {
                let mut schema = json!({ "type": "array", "items": self.of(of, &inner) });
                limits(&mut schema, bounds, ["minItems", "maxItems"]);
                if let (Type::Set(_), Value::Object(members)) = (ty, &mut schema) {
                    members.insert("uniqueItems".into(), Value::Bool(true));
                }
                schema
            }
            Type::Map(_, of) => {
                json!({ "type": "object", "additionalProperties": self.of(of, &inner) })
            }
            Type::Entities(id) => json!({ "type": "array", "items": self.named(*id) }),
            Type::Named(id) => self.named(*id),
            Type::Error | Type::None | Type::Period => json!({}),
        }
    }

    /// A reference to a named type, whose schema is added.
    pub fn named(&mut self, id: TypeId) -> Value {
        let Some(def) = self.model.types.get(id) else { return json!({}) };
        let name = name_of(def);
        if self.begun.insert(id) {
            let schema = self.definition(def, &name);
            self.found.insert(name.clone(), schema);
        }
        reference(&name)
    }

    fn definition(&mut self, def: &TypeDef, name: &str) -> Value {
        let mut schema = match &def.kind {
            TypeDefKind::Newtype { base, bounds, .. } => self.of(base, bounds),
            TypeDefKind::Enum { members, .. } => {
                let names: Vec<&str> = members.iter().map(|m| m.name.as_str()).collect();
                json!({ "type": "string", "enum": names })
            }
            TypeDefKind::Record { fields, derives, role, .. } => {
                let shown: Vec<FieldDef> = match role {
                    RecordRole::State => derives
                        .iter()
                        .map(|it| FieldDef::plain(it.name.clone(), it.ty.clone(), it.span))
                        .collect(),
                    _ => Vec::new(),
                };
                // A value is sent as well as answered: what has a default may be left out.
                let sent = matches!(role, RecordRole::Value | RecordRole::Entity);
                let needed =
                    |field: &FieldDef| is_needed(&field.ty) && !(sent && field.default.is_some());
                Value::Object(self.object(fields.iter().chain(&shown), needed))
            }
            TypeDefKind::Union { members } => self.union(members, name),
        };
        if let (Some(doc), Value::Object(of)) = (&def.doc, &mut schema) {
            of.entry("description").or_insert_with(|| doc.clone().into());
        }
        schema
    }

    fn union(&mut self, members: &[(String, Vec<FieldDef>)], name: &str) -> Value {
        let (mut one_of, mut mapping) = (Vec::new(), Map::new());
        for (member, fields) in members {
            let needed = |field: &FieldDef| field.default.is_none() && is_needed(&field.ty);
            let mut object = self.object(fields.iter(), needed);
            if let Some(Value::Object(properties)) = object.get_mut("properties") {
                properties.insert("type".into(), json!({ "type": "string", "const": member }));
            }
            let required = object.entry("required").or_insert_with(|| json!([]));
            if let Value::Array(required) = required {
                required.insert(0, "type".into());
            }
            let key = format!("{name}.{member}");
            one_of.push(reference(&key));
            mapping.insert(member.clone(), format!("#/components/schemas/{key}").into());
            self.found.insert(key, Value::Object(object));
        }
        let discriminator = json!({ "propertyName": "type", "mapping": mapping });
        json!({ "oneOf": one_of, "discriminator": discriminator })
    }
}

/// `desk.Tool`; rows say that they are rows, because a view may be called like an aggregate.
fn name_of(def: &TypeDef) -> String {
    let kind = match &def.kind {
        TypeDefKind::Record { role: RecordRole::Row, .. } => "row.",
        TypeDefKind::Record { role: RecordRole::State, .. } => "state.",
        _ => "",
    };
    let context = def.context.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
    format!("{context}{kind}{}", def.name)
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Whether a field of this type is always there.
pub(super) fn is_needed(ty: &Type) -> bool {
    !matches!(ty, Type::Option(_) | Type::Patch(_))
}

fn limits(schema: &mut Value, bounds: &Bounds, names: [&str; 2]) {
    let Value::Object(members) = schema else { return };
    for (name, bound) in names.into_iter().zip([bounds.min, bounds.max]) {
        if let Some(bound) = bound.and_then(|bound| bound.to_i64()) {
            members.insert(name.into(), bound.into());
        }
    }
}

fn decimal(scale: Scale) -> Value {
    let pattern = match scale {
        Scale::Fixed(0) => "^-?[0-9]+$".to_owned(),
        Scale::Fixed(places) => format!(r"^-?[0-9]+(\.[0-9]{{1,{places}}})?$"),
        Scale::Free => r"^-?[0-9]+(\.[0-9]+)?$".to_owned(),
    };
    json!({ "type": "string", "format": "decimal", "pattern": pattern })
}

fn problem() -> Value {
    let text = |doc: &str| json!({ "type": "string", "description": doc });
    json!({
        "type": "object",
        "description": "Why there is no other answer (RFC 9457); a refusal adds its fields.",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": text("Always `about:blank`."),
            "title": text("The code in words."),
            "status": { "type": "integer", "description": "The HTTP status." },
            "code": text("The name of the problem, for programs."),
            "detail": text("What happened, for people."),
            "errors": {
                "type": "array",
                "description": "What is wrong with which field.",
                "items": {
                    "type": "object",
                    "properties": {
                        "path": { "type": "string" },
                        "code": { "type": "string" },
                        "text": { "type": "string" },
                    },
                },
            },
            "correlation_id": text("The id of the request."),
            "trace_id": text("The id of its trace."),
        },
    })
}
