//! The spanned tree of a whole project: one struct per construct, in the words of the language.
//!
//! Everything keeps its place in the text and the order of the text. Nothing is resolved here: a
//! name is a name, not yet a thing. What could not be read is already reported and either missing
//! or one of the error nodes of [`crate::lang::tree`], which agree with everything.
//!
//! Constructs that are not built yet are reported once and leave only their names
//! ([`Context::not_yet`]), so that whoever uses them is not blamed as well.

mod behaviour;
mod deploy;
mod edge;
mod flow;
mod reading;
mod scenario;
mod types;

pub use behaviour::{Aggregate, Command, Decide, Event, IfMissing, Publication, Refusal};
pub use deploy::{Deploy, Size};
pub use edge::{Gateway, IfMatch, Route, RouteTarget, Verb};
pub use flow::{Policy, Refused, ReplyReaction, Saga, Schedule, Step, Times};
pub use reading::{Log, OrderKey, Page, Query, Reaction, Reference, Replica, View};
pub use scenario::Scenario;
pub use types::{EnumDecl, Function, Newtype, Table, Types, Union, UnionMember, Value};

pub use crate::lang::tree::Trigger;
use crate::lang::tree::{Field, Ident, Message};
use crate::source::{FileId, Span};
use crate::syntax::lost::Lost;

/// A plain value of the TOML text with its place (for texts: inside the quotes).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// All that the files of a project say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tree {
    /// `[project]`.
    pub project: Project,
    /// `[gateway]`.
    pub gateway: Gateway,
    /// `[deploy]`.
    pub deploy: Deploy,
    /// The contexts, in the order of their names' places (files in the order of their paths).
    pub contexts: Vec<Context>,
    /// The shared kernel: `shared/*.toml` and `[shared]`.
    pub kernel: Types,
    /// Some text was lost (it was not TOML, or a table stood there twice): whoever looks for
    /// things that are missing or unused may blame the wrong place.
    pub broken: bool,
    /// What is lost, to tell followers from findings of their own.
    pub lost: Lost,
}

/// `[project]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Project {
    /// The system's name; the folder's name when missing.
    pub name: Option<Spanned<String>>,
    /// The context of the top-level tables (the one-context shorthand).
    pub context: Option<Ident>,
    /// The business meaning.
    pub doc: Option<Spanned<String>>,
    /// Keys that are kept but not used yet.
    pub reserved: Vec<Reserved>,
    /// The table's header; empty when there is none.
    pub span: Span,
}

/// A reserved key (`owner`, `slo`, `rate` …): kept and shown, not used yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reserved {
    /// The key.
    pub key: Ident,
    /// Its text.
    pub value: Spanned<String>,
}

/// What every named table has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The name, at the key or in the header.
    pub name: Ident,
    /// The business meaning.
    pub doc: Option<Spanned<String>>,
    /// Old names.
    pub was: Vec<Ident>,
    /// Keys that are kept but not used yet.
    pub reserved: Vec<Reserved>,
    /// The table's place: its header, its braces, or its name.
    pub span: Span,
}

/// How much a context matters to the business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the language")]
pub enum ContextKind {
    Core,
    Supporting,
    Generic,
}

/// Whether an `Idempotency-Key` must be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// Made at the edge when absent.
    Optional,
    /// Without it: 400.
    Required,
}

/// A bounded context.
#[derive(Debug, Clone, PartialEq)]
pub struct Context {
    /// Name (the file's stem, or the part of the header behind `context.`), `doc`, reserved keys.
    pub head: Head,
    /// The file that holds it.
    pub file: FileId,
    /// `kind`.
    pub kind: Option<Spanned<ContextKind>>,
    /// `topic`: overrides the topic's name.
    pub topic: Option<Spanned<String>>,
    /// `time_zone`: an IANA name, `UTC` when missing.
    pub time_zone: Option<Spanned<String>>,
    /// `idempotency`.
    pub idempotency: Option<Spanned<Idempotency>>,
    /// `deploy = "split"`.
    pub split: bool,
    /// `[settings]`.
    pub settings: Vec<Field>,
    /// Newtypes, values, enums, unions, tables, functions.
    pub types: Types,
    /// `[aggregate.X]`.
    pub aggregates: Vec<Aggregate>,
    /// `[command.X]`.
    pub commands: Vec<Command>,
    /// `[event.X]`; events that nothing is said about are not listed.
    pub events: Vec<Event>,
    /// `[public.X]`.
    pub publications: Vec<Publication>,
    /// `[refusal.X]`.
    pub refusals: Vec<Refusal>,
    /// `[replica.X]`.
    pub replicas: Vec<Replica>,
    /// `[reference.X]`.
    pub references: Vec<Reference>,
    /// `[view.X]`.
    pub views: Vec<View>,
    /// `[query.X]`.
    pub queries: Vec<Query>,
    /// `[policy.X]`.
    pub policies: Vec<Policy>,
    /// `[saga.X]`.
    pub sagas: Vec<Saga>,
    /// `[schedule.X]`.
    pub schedules: Vec<Schedule>,
    /// `[[route]]`.
    pub routes: Vec<Route>,
    /// The commands of `[seed]`.
    pub seeds: Vec<Message>,
    /// The rows of `[seed]`.
    pub listed: Vec<Message>,
    /// `[[scenario]]`.
    pub scenarios: Vec<Scenario>,
    /// Names declared by constructs that are not built yet (ports, processes, references …);
    /// they are known, and already reported.
    pub not_yet: Vec<Ident>,
}
