//! What the passes share: the tree, the checker's world, and what is known about each name so far.
//!
//! Passes fill this step by step. A broken thing keeps its entry with error types, so that later
//! passes find every name that was declared.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostics::{Diagnostic, Sink};
use crate::lang::check::{Checker, RowKind, Scope, Use, World};
use crate::lang::ir::Root;
use crate::lang::tree::{Field, Ident};
use crate::lang::types::{FieldDef, RecordRole, Type, TypeDef, TypeDefKind, TypeId};
use crate::model::IdField;
use crate::source::{Sources, Span};
use crate::syntax::tree;

/// An aggregate, declared.
pub(super) struct Agg<'t> {
    pub tree: &'t tree::Aggregate,
    pub id: IdField,
    pub status: Option<TypeId>,
    /// Id, status, declared fields.
    pub state: TypeId,
    pub entities: Vec<TypeId>,
}

/// A command, declared.
pub(super) struct Cmd<'t> {
    pub tree: &'t tree::Command,
    /// `None`: unknown, reported.
    pub aggregate: Option<String>,
    /// Its fields.
    pub record: TypeId,
    /// The id, then its fields: what `cmd.` knows.
    pub scope: TypeId,
}

/// An event, declared or emitted.
pub(super) struct Evt<'t> {
    pub tree: Option<&'t tree::Event>,
    /// It is a publication: other contexts see it instead of an event.
    pub publishes: Option<&'t tree::Publication>,
    /// The publication that other contexts see instead.
    pub published_as: Option<String>,
    /// `None`: unknown, reported.
    pub aggregate: Option<String>,
    /// Its payload.
    pub record: TypeId,
    /// The id, then the payload: what `ev.` knows.
    pub scope: TypeId,
    /// Its fields are not known, and that is reported: nothing else is said about it.
    pub broken: bool,
    /// Whether a command or Rust emits it.
    pub emitted: bool,
    /// Whether it can come first.
    pub creating: bool,
    /// Whether it can come later.
    pub follows: bool,
    /// Where it is declared, else first emitted.
    pub span: Span,
}

impl Evt<'_> {
    /// Whether it is known what it carries and whose it is.
    pub fn is_known(&self) -> bool {
        !self.broken && self.aggregate.is_some()
    }

    /// Whether other contexts see it.
    pub fn is_public(&self) -> bool {
        self.publishes.is_some()
            || self.published_as.is_none() && self.tree.is_some_and(|t| t.public)
    }
}

/// A view, replica or reference, declared.
pub(super) struct Proj<'t> {
    pub view: Option<&'t tree::View>,
    pub replica: Option<&'t tree::Replica>,
    pub reference: Option<&'t tree::Reference>,
    /// The aggregate of `of`.
    pub of: Option<(String, String)>,
    pub key: Vec<String>,
    pub row: TypeId,
    /// What it is made from is not known, and reported: nothing else is said about it.
    pub broken: bool,
    /// Columns whose type an event has to tell.
    pub untyped: Vec<usize>,
}

impl<'t> Proj<'t> {
    /// Nothing is known about it.
    pub fn none() -> Self {
        Self {
            view: None,
            replica: None,
            reference: None,
            of: None,
            key: vec![],
            row: TypeId(u32::MAX),
            broken: false,
            untyped: vec![],
        }
    }

    pub fn head(&self) -> Option<&'t tree::Head> {
        let written = self.replica.map(|x| &x.head).or_else(|| self.reference.map(|x| &x.head));
        self.view.map(|v| &v.head).or(written)
    }

    /// What it is, with its article.
    pub fn what(&self) -> &'static str {
        match self.kind() {
            RowKind::View => "a view",
            RowKind::Replica => "a replica",
            RowKind::Reference => "a reference",
        }
    }

    pub fn kind(&self) -> RowKind {
        match (self.view, self.replica) {
            (Some(_), _) => RowKind::View,
            (None, Some(_)) => RowKind::Replica,
            (None, None) => RowKind::Reference,
        }
    }

    pub fn keys(&self) -> &'t [Ident] {
        let written = self.replica.map(|x| &x.key).or_else(|| self.reference.map(|x| &x.key));
        self.view.map(|v| &v.key).or(written).map_or(&[], Vec::as_slice)
    }

    pub fn columns(&self) -> &'t [Field] {
        let written =
            self.replica.map(|x| &x.columns).or_else(|| self.reference.map(|x| &x.fields));
        self.view.map(|v| &v.columns).or(written).map_or(&[], Vec::as_slice)
    }

    pub fn reactions(&self) -> &'t [tree::Reaction] {
        let of_replica = self.replica.map(|x| &x.on);
        self.view.map(|v| &v.on).or(of_replica).map_or(&[], Vec::as_slice)
    }
}

/// A context, declared.
pub(super) struct Ctx<'t> {
    pub tree: &'t tree::Context,
    pub settings: TypeId,
    pub aggregates: BTreeMap<String, Agg<'t>>,
    /// The aggregate (the first by name) whose id field has this name.
    pub ids: BTreeMap<String, String>,
    /// The events of each aggregate, sorted.
    pub events_of: BTreeMap<String, Vec<String>>,
    pub commands: BTreeMap<String, Cmd<'t>>,
    pub events: BTreeMap<String, Evt<'t>>,
    /// Events with a misspelt name, and what was meant.
    pub misspelt: BTreeMap<String, String>,
    /// Declared refusals.
    pub refusals: BTreeMap<String, &'t tree::Refusal>,
    /// The fields of declared refusals that list them.
    pub refusal_fields: BTreeMap<String, Vec<FieldDef>>,
    pub projections: BTreeMap<String, Proj<'t>>,
    pub not_yet: BTreeSet<String>,
}

impl Ctx<'_> {
    /// The event that a declared name means: itself, unless it is misspelt.
    pub fn meant<'n>(&'n self, name: &'n str) -> &'n str {
        self.misspelt.get(name).map_or(name, String::as_str)
    }
}

/// What the passes share.
pub(super) struct Resolver<'t> {
    pub tree: &'t tree::Tree,
    pub sources: &'t Sources,
    pub world: World,
    pub contexts: BTreeMap<String, Ctx<'t>>,
    /// Names offered instead of unknown ones: they count as used.
    pub near: BTreeSet<String>,
    /// What expressions and types name.
    pub used: BTreeSet<Use>,
    /// `actor.`
    pub actor: TypeId,
    /// Private events and commands of other contexts that were reported, with who wants them.
    pub private: BTreeSet<(String, String, String)>,
    /// `meta.` by the status enum of the event's aggregate.
    meta: BTreeMap<Option<TypeId>, TypeId>,
}

impl<'t> Resolver<'t> {
    pub fn new(tree: &'t tree::Tree, sources: &'t Sources) -> Self {
        let mut world = World::default();
        let at = Span::default();
        let roles = Type::Set(Box::new(Type::Text));
        let actor =
            vec![FieldDef::plain("id", Type::Uuid, at), FieldDef::plain("roles", roles, at)];
        let actor = world.types.add(scope_record("actor", None, actor));
        Self {
            tree,
            sources,
            world,
            contexts: BTreeMap::new(),
            near: BTreeSet::new(),
            used: BTreeSet::new(),
            actor,
            private: BTreeSet::new(),
            meta: BTreeMap::new(),
        }
    }

    /// Run a checker at one place.
    pub fn check<T>(
        &mut self,
        context: Option<&str>,
        scope: Scope,
        sink: &mut Sink,
        run: impl FnOnce(&Self, &mut Checker<'_>) -> T,
    ) -> T {
        let this: &Self = self;
        let mut checker = Checker::new(&this.world, context, scope, sink);
        let result = run(this, &mut checker);
        let near = std::mem::take(&mut checker.near);
        let used = std::mem::take(&mut checker.used);
        drop(checker);
        self.near.extend(near);
        self.used.extend(used);
        result
    }

    /// An empty scope with the settings of a context.
    pub fn scope(&self, context: &str, place: &'static str) -> Scope {
        let scope = Scope::new(place);
        match self.contexts.get(context) {
            Some(ctx) => scope.root(Root::Settings, ctx.settings),
            None => scope,
        }
    }

    /// `meta.` of the events of an aggregate with these statuses.
    pub fn meta(&mut self, status: Option<TypeId>) -> TypeId {
        if let Some(known) = self.meta.get(&status) {
            return *known;
        }
        let at = Span::default();
        let mut fields = vec![
            FieldDef::plain("id", Type::Uuid, at),
            FieldDef::plain("event", Type::Text, at),
            FieldDef::plain("stream", Type::Text, at),
            FieldDef::plain("version", Type::Int, at),
            FieldDef::plain("time", Type::Time, at),
        ];
        if let Some(status) = status {
            fields.push(FieldDef::plain("status", Type::Named(status), at));
        }
        let maybe = || Type::Option(Box::new(Type::Uuid));
        fields.push(FieldDef::plain("actor", maybe(), at));
        fields.push(FieldDef::plain("correlation_id", Type::Uuid, at));
        fields.push(FieldDef::plain("causation_id", maybe(), at));
        let id = self.world.types.add(scope_record("meta", None, fields));
        self.meta.insert(status, id);
        id
    }

    /// The text under a span, for rules as written.
    pub fn text(&self, span: Span) -> &'t str {
        self.sources.text(span)
    }

    /// The context of a path: its own when none is written. Unknown ones are reported.
    pub fn context_of(
        &mut self,
        own: &str,
        path: &crate::lang::tree::Path,
        sink: &mut Sink,
    ) -> Option<String> {
        let Some(ident) = &path.context else { return Some(own.to_owned()) };
        if self.contexts.contains_key(&ident.text) {
            return Some(ident.text.clone());
        }
        let found =
            Diagnostic::error(101, ident.span, format!("there is no context `{}`", ident.text));
        let known: Vec<String> = self.contexts.keys().cloned().collect();
        let found = self.suggest(found, ident.span, &ident.text, known.iter().map(String::as_str));
        let help = format!("there is {}", super::words::list(known.iter().map(String::as_str)));
        sink.push(if found.help.is_some() { found } else { found.help(help) });
        super::words::only(&ident.text, known.iter().map(String::as_str))
    }

    /// With the nearest known names: a patch when there is one, an offer when there are several.
    pub fn suggest<'a>(
        &mut self,
        found: Diagnostic,
        span: Span,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> Diagnostic {
        let near = super::words::nearest(name, known);
        self.near.extend(near.iter().map(|n| (*n).to_owned()));
        super::words::offer(found, span, &near).unwrap_or_else(|found| *found)
    }

    /// The aggregate of a context.
    pub fn aggregate(&self, context: &str, name: &str) -> Option<&Agg<'t>> {
        self.contexts.get(context)?.aggregates.get(name)
    }

    /// The aggregate of an event.
    pub fn aggregate_of_event(&self, context: &str, event: &str) -> Option<&Agg<'t>> {
        let ctx = self.contexts.get(context)?;
        ctx.aggregates.get(ctx.events.get(event)?.aggregate.as_ref()?)
    }
}

/// A record that is not a name of the language.
pub(super) fn scope_record(name: &str, context: Option<&str>, fields: Vec<FieldDef>) -> TypeDef {
    record(name, context, RecordRole::Scope, fields, Span::default())
}

/// A record.
pub(super) fn record(
    name: &str,
    context: Option<&str>,
    role: RecordRole,
    fields: Vec<FieldDef>,
    span: Span,
) -> TypeDef {
    TypeDef {
        name: name.to_owned(),
        context: context.map(str::to_owned),
        doc: None,
        span,
        kind: TypeDefKind::Record {
            role,
            fields,
            derives: Vec::new(),
            rules: Vec::new(),
            key: Vec::new(),
        },
    }
}
