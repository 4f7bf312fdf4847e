//! The parts of the exported model. Names are those of the language; absent means not said.

use std::collections::BTreeMap;

use serde::Serialize;

/// What may be said about every named thing.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Notes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slo: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub was: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Field {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Context {
    pub schema_version: u32,
    pub context: String,
    #[serde(flatten)]
    pub notes: Notes,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    pub time_zone: String,
    pub idempotency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deploy: Option<&'static str>,
    pub settings: Vec<Field>,
    pub types: BTreeMap<String, TypeForm>,
    pub tables: BTreeMap<String, Table>,
    pub functions: BTreeMap<String, Function>,
    pub refusals: BTreeMap<String, Refusal>,
    pub aggregates: BTreeMap<String, Aggregate>,
    pub commands: BTreeMap<String, Command>,
    pub events: BTreeMap<String, Event>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub publications: BTreeMap<String, Publication>,
    pub replicas: BTreeMap<String, Projection>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub references: BTreeMap<String, Projection>,
    pub views: BTreeMap<String, Projection>,
    pub queries: BTreeMap<String, Query>,
    pub policies: BTreeMap<String, Policy>,
    pub sagas: BTreeMap<String, Saga>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub schedules: BTreeMap<String, Schedule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub seeds: Vec<String>,
    pub scenarios: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum TypeForm {
    Newtype { wraps: String, normalise: Option<String>, rules: Vec<String> },
    Value { fields: Vec<Field>, derive: BTreeMap<String, String>, rules: Vec<String> },
    Enum { members: Vec<String>, ordered: bool },
    Union { members: BTreeMap<String, Vec<Field>> },
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Table {
    pub args: Vec<Field>,
    pub returns: String,
    pub rows: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Function {
    pub args: Vec<Field>,
    pub returns: String,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Refusal {
    pub status: u16,
    pub text: String,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Aggregate {
    #[serde(flatten)]
    pub notes: Notes,
    pub id: Field,
    pub by: &'static str,
    pub plural: String,
    pub topic: String,
    pub read: bool,
    pub status: Vec<String>,
    pub state: Vec<Field>,
    pub entities: BTreeMap<String, Vec<Field>>,
    pub derive: BTreeMap<String, String>,
    pub unique: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Command {
    #[serde(flatten)]
    pub notes: Notes,
    pub aggregate: String,
    pub kind: &'static str,
    pub route: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub written: bool,
    pub success: u16,
    pub public: bool,
    pub fields: Vec<Field>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    pub lookup: BTreeMap<String, String>,
    #[serde(rename = "let")]
    pub lets: Vec<String>,
    pub decide: &'static str,
    pub require: Vec<String>,
    pub emit: Vec<String>,
    pub ensure: Vec<String>,
    pub events: Vec<String>,
    pub refusals: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Event {
    #[serde(flatten)]
    pub notes: Notes,
    pub aggregate: String,
    pub wire: String,
    pub version: u32,
    pub public: bool,
    pub closes: bool,
    pub fields: Vec<Field>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begin: Option<Make>,
    pub apply: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Publication {
    #[serde(flatten)]
    pub notes: Notes,
    pub on: String,
    pub wire: String,
    #[serde(rename = "if", skip_serializing_if = "Option::is_none")]
    pub cond: Option<String>,
    pub fields: Vec<Field>,
    pub values: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Make {
    pub values: Vec<String>,
    pub then: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Projection {
    #[serde(flatten)]
    pub notes: Notes,
    pub table: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    pub key: Vec<String>,
    pub columns: Vec<Field>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reactions: Option<Vec<Reaction>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Reaction {
    pub event: String,
    #[serde(rename = "if", skip_serializing_if = "Option::is_none")]
    pub cond: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    pub key: Vec<String>,
    #[serde(rename = "do")]
    pub changes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub make: Option<Make>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Query {
    #[serde(flatten)]
    pub notes: Notes,
    pub view: String,
    pub route: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub written: bool,
    pub params: Vec<Field>,
    pub filter: Vec<String>,
    pub order: Vec<String>,
    pub page: [u32; 2],
    pub one: bool,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Policy {
    #[serde(flatten)]
    pub notes: Notes,
    pub on: Vec<String>,
    #[serde(rename = "if", skip_serializing_if = "Option::is_none")]
    pub cond: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica: Option<String>,
    pub send: Vec<String>,
    pub refused: &'static str,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Schedule {
    #[serde(flatten)]
    pub notes: Notes,
    pub at: String,
    pub time_zone: String,
    #[serde(rename = "if", skip_serializing_if = "Option::is_none")]
    pub cond: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    pub send: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Saga {
    #[serde(flatten)]
    pub notes: Notes,
    pub start: String,
    pub key: String,
    pub state: Vec<Field>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait_for: Option<String>,
    pub steps: Vec<Step>,
    pub completed: Vec<String>,
    pub compensated: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Step {
    pub name: String,
    #[serde(rename = "if", skip_serializing_if = "Option::is_none")]
    pub cond: Option<String>,
    pub send: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undo: Option<String>,
    pub retry: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<String>,
    pub replies: BTreeMap<String, String>,
}
