//! What an expression may name: [`World`] for the whole system, [`Scope`] for one place.
//!
//! Resolve fills both before it asks the checker. Nothing here knows constructs of the domain
//! file; a place is the sum of its roots, locals and permissions.

use std::collections::{BTreeMap, BTreeSet};

use crate::lang::ir::{Ir, Root};
use crate::lang::types::{
    Bounds, EnumOrigin, FieldDef, MemberDef, Type, TypeDef, TypeDefKind, TypeId, TypeTable,
};
use crate::source::Span;

/// Everything that expressions of any context may name.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// All named types. A state's record holds its id and `status` as fields; an event's and a
    /// command's record (as roots) hold the id too.
    pub types: TypeTable,
    /// The names of all contexts.
    pub contexts: BTreeSet<String>,
    /// `[table.x]` by context (`None`: shared kernel) and name.
    pub tables: BTreeMap<(Option<String>, String), TableDef>,
    /// `[function.x]`, the same way.
    pub functions: BTreeMap<(Option<String>, String), FunctionDef>,
    /// Replicas, references and views by context and name.
    pub sources: BTreeMap<(String, String), RowSource>,
}

/// Something declared that an expression or a type names; what nothing names is unused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// A setting of the own context.
    Setting(Option<String>, String),
    /// A named type.
    Type(TypeId),
    /// `[table.x]`
    Table(Option<String>, String),
    /// `[function.x]`
    Function(Option<String>, String),
    /// Rows, by context and name.
    Source(String, String),
}

/// A table: its rows are tried in order.
#[derive(Debug, Clone)]
pub struct TableDef {
    /// Bare names in the rows ([`LocalKind::Arg`]), positional in calls.
    pub args: Vec<FieldDef>,
    /// The type of every row's value.
    pub returns: Type,
    /// The bounds of the value.
    pub bounds: Bounds,
    /// Filled once all signatures are known.
    pub rows: Vec<CaseIr>,
}

/// A typed row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseIr {
    /// `None` is `else`.
    pub cond: Option<Ir>,
    /// The result.
    pub value: Ir,
}

/// A function written by hand.
#[derive(Debug, Clone)]
pub struct FunctionDef {
    /// Positional arguments.
    pub args: Vec<FieldDef>,
    /// The result.
    pub returns: Type,
}

/// What kind of rows a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// `[replica.X]`
    Replica,
    /// `[reference.X]`
    Reference,
    /// `[view.X]`
    View,
}

/// Rows that `X[key]` and `each` can name.
#[derive(Debug, Clone)]
pub struct RowSource {
    /// What they are.
    pub kind: RowKind,
    /// The row's record; its `key` names the key columns.
    pub row: TypeId,
}

/// Where a local name comes from, in the order of lookup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LocalKind {
    /// A closure's parameter.
    Parameter,
    /// The name in front of `in`.
    Each,
    /// `let`
    Let,
    /// `lookup`
    Lookup,
    /// An argument of a table.
    Arg,
}

/// A local name.
#[derive(Debug, Clone)]
pub struct Local {
    /// The name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Where it comes from.
    pub kind: LocalKind,
}

/// Whether `exists` is known, and what it means for the subject's fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Exists {
    /// `exists` is not a name here.
    #[default]
    Unknown,
    /// `exists` may be asked; fields are usable anyway (views).
    Asked,
    /// Fields of the subject are usable only where `exists` is known to hold (upserts).
    Needed,
}

/// What `X[key]` may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lookups {
    /// Nothing.
    #[default]
    None,
    /// Replicas and references (`lookup` of commands).
    Decision,
    /// Views too (`via`).
    All,
}

/// Where an expression stands.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The words for reports: "a command", "`apply`".
    pub place: &'static str,
    /// The prefixes known here with their types: records, but for `value` and `item`. The settings
    /// are [`Root::Settings`], without a prefix.
    pub roots: BTreeMap<Root, Type>,
    /// The root whose fields, derived values, id and `status` are bare names.
    pub subject: Option<Root>,
    /// Local names; later ones were declared later.
    pub locals: Vec<Local>,
    /// Whether `now` and `today` exist.
    pub clock: bool,
    /// Whether `random.…` and `next(…)` are allowed.
    pub injected: bool,
    /// Whether `@name` is allowed.
    pub actors: bool,
    /// What `exists` means.
    pub exists: Exists,
    /// What may be looked up.
    pub lookups: Lookups,
    /// Where records inside expressions are filled from by name.
    pub fill: Vec<Source>,
}

impl Scope {
    /// An empty scope, for constants: `place` is used in reports.
    #[must_use]
    pub fn new(place: &'static str) -> Self {
        Self { place, ..Self::default() }
    }

    /// With a prefix for the fields of `record`.
    #[must_use]
    pub fn root(mut self, root: Root, record: TypeId) -> Self {
        self.roots.insert(root, Type::Named(record));
        self
    }

    /// With a prefix for the fields of `record`, which are bare names too.
    #[must_use]
    pub fn subject(mut self, root: Root, record: TypeId) -> Self {
        self.subject = Some(root);
        self.root(root, record)
    }

    /// With a local name.
    #[must_use]
    pub fn local(mut self, name: impl Into<String>, ty: Type, kind: LocalKind) -> Self {
        self.locals.push(Local { name: name.into(), ty, kind });
        self
    }

    /// With `now` and `today`.
    #[must_use]
    pub fn clock(mut self) -> Self {
        self.clock = true;
        self
    }
}

/// Where a message's, record's or refusal's fields are filled from by name, nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The fields of a root.
    Root(Root),
    /// The local names of one kind (`let`).
    Locals(LocalKind),
}

impl World {
    /// A world with the built-in enum `Weekday`.
    #[must_use]
    pub fn new() -> Self {
        let mut world = Self::default();
        let span = Span::default();
        let members = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|name| MemberDef {
            name: name.into(),
            props: vec![],
            span,
        });
        world.types.add(TypeDef {
            name: "Weekday".into(),
            context: None,
            doc: None,
            span,
            kind: TypeDefKind::Enum {
                origin: EnumOrigin::Weekday,
                members: members.into(),
                fields: vec![],
                ordered: true,
            },
        });
        world
    }

    /// The table that `name` means in `context`: its own, then the kernel's.
    #[must_use]
    pub fn table(&self, context: Option<&str>, name: &str) -> Option<(Option<String>, &TableDef)> {
        find(&self.tables, context, name)
    }

    /// The function that `name` means in `context`: its own, then the kernel's.
    #[must_use]
    pub fn function(
        &self,
        context: Option<&str>,
        name: &str,
    ) -> Option<(Option<String>, &FunctionDef)> {
        find(&self.functions, context, name)
    }
}

fn find<'a, T>(
    map: &'a BTreeMap<(Option<String>, String), T>,
    context: Option<&str>,
    name: &str,
) -> Option<(Option<String>, &'a T)> {
    [context.map(str::to_owned), None].into_iter().find_map(|context| {
        let key = (context, name.to_owned());
        map.get(&key).map(|found| (key.0, found))
    })
}
