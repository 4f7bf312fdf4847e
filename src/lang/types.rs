//! Types as the checker knows them, and the table of named types.
//!
//! Bounds are not part of a type: values of `int(1..4)` and `int` are assigned freely. Bounds are
//! checked when a message is read and when new events are folded, so they lie beside the type, in
//! [`Bounds`].

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::ir::{Ir, RuleIr};
use crate::source::Span;

/// Index of a named type in the [`TypeTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub u32);

/// How many digits stand behind the point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scale {
    /// `decimal(2)`: 0 to 12.
    Fixed(u8),
    /// `decimal(*)`, the result of a division: computes and compares, but is rounded before it is
    /// stored.
    Free,
}

/// A type. Two types are equal when values of one are values of the other without any conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Broken; agrees with everything.
    Error,
    /// The type of `none` alone, and of `[]`'s element before it is known.
    None,
    /// `bool`
    Bool,
    /// `int`
    Int,
    /// `decimal(s)`, `decimal(*)`
    Decimal(Scale),
    /// `string`
    Text,
    /// `uuid`
    Uuid,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `duration`
    Duration,
    /// `days(n)` and the like; inside expressions only.
    Period,
    /// A named type: newtype, record, enum, union.
    Named(TypeId),
    /// `T?`
    Option(Box<Type>),
    /// `patch T?`; the inner type is without the option.
    Patch(Box<Type>),
    /// `list<T>`
    List(Box<Type>),
    /// `set<T>`
    Set(Box<Type>),
    /// `map<K, V>`
    Map(Box<Type>, Box<Type>),
    /// `entities<E> by …`: the entity's record; the key is declared at its [`TypeDef`].
    Entities(TypeId),
}

/// Bounds of a value and of what is inside it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounds {
    /// Lower end: value, length in characters, or number of elements.
    pub min: Option<Decimal>,
    /// Upper end.
    pub max: Option<Decimal>,
    /// Of the element of an option, patch, list, set; of the values of a map.
    pub inner: Option<Box<Bounds>>,
    /// Of the keys of a map.
    pub key: Option<Box<Bounds>>,
}

impl Bounds {
    /// Whether nothing is bounded.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.min.is_none()
            && self.max.is_none()
            && self.inner.as_ref().is_none_or(|b| b.is_open())
            && self.key.as_ref().is_none_or(|b| b.is_open())
    }
}

/// Marks of a field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marks {
    /// Personal data.
    pub personal: bool,
    /// `Some(0)`: nothing is shown; `Some(n)`: the last n characters.
    pub secret: Option<u8>,
    /// To be removed.
    pub deprecated: bool,
    /// Old names.
    pub was: Vec<String>,
}

/// A field of a record, message, state, row.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldDef {
    /// Its name, `snake_case`, as in the domain file (keywords not escaped).
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Its bounds.
    pub bounds: Bounds,
    /// Its marks.
    pub marks: Marks,
    /// The default: a constant expression of the field's type.
    pub default: Option<Ir>,
    /// The business meaning.
    pub doc: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

impl FieldDef {
    /// A field without bounds, marks, default and doc.
    #[must_use]
    pub fn plain(name: impl Into<String>, ty: Type, span: Span) -> Self {
        Self {
            name: name.into(),
            ty,
            bounds: Bounds::default(),
            marks: Marks::default(),
            default: None,
            doc: None,
            span,
        }
    }
}

/// What a record stands for. Only values and entities are types that a domain file names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordRole {
    /// `[value.X]`
    Value,
    /// An element of `entities<E>`.
    Entity,
    /// An aggregate's state.
    State,
    /// A command's fields.
    Command,
    /// An event's fields.
    Event,
    /// A row of a view, replica or reference.
    Row,
    /// A saga's or process's state.
    Saga,
    /// The fields of a reply: of an event or refusal as a saga sees it.
    Reply,
    /// `meta`, `actor`, `params`, settings and other groups of names.
    Scope,
}

/// A derived value: computed, never stored.
#[derive(Debug, Clone, PartialEq)]
pub struct DeriveDef {
    /// Its name.
    pub name: String,
    /// Its type, inferred.
    pub ty: Type,
    /// How it is computed; bare fields are `Ir` fields of [`super::ir::Root::This`].
    pub value: Ir,
    /// Where it is declared.
    pub span: Span,
}

/// A member of an enum.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberDef {
    /// Its name, `snake_case`.
    pub name: String,
    /// Its properties, in the order of the enum's fields.
    pub props: Vec<Ir>,
    /// Where it is declared.
    pub span: Span,
}

/// Where an enum comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnumOrigin {
    /// `[enum.X]`
    Declared,
    /// The status of an aggregate, process or saga.
    Status,
    /// `mon` … `sun`
    Weekday,
}

/// The kinds of named types.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeDefKind {
    /// A wrapper with its own identity.
    Newtype {
        /// What it wraps; scalar.
        base: Type,
        /// Bounds of the base.
        bounds: Bounds,
        /// Applied to `value` ([`super::ir::Root::Value`]) before the rules.
        normalise: Option<Ir>,
        /// Refuse only.
        rules: Vec<RuleIr>,
        /// The id type of this aggregate (its name), when it is one.
        id_of: Option<String>,
    },
    /// Named fields.
    Record {
        /// What it stands for.
        role: RecordRole,
        /// In text order.
        fields: Vec<FieldDef>,
        /// In text order.
        derives: Vec<DeriveDef>,
        /// Rules of a value; refuse only.
        rules: Vec<RuleIr>,
        /// Names of the key fields of an entity or row.
        key: Vec<String>,
    },
    /// Named members.
    Enum {
        /// Where it comes from.
        origin: EnumOrigin,
        /// In text order.
        members: Vec<MemberDef>,
        /// Types of the properties.
        fields: Vec<FieldDef>,
        /// Whether `<` follows text order.
        ordered: bool,
    },
    /// One of several records.
    Union {
        /// Members in text order: name and fields.
        members: Vec<(String, Vec<FieldDef>)>,
    },
}

/// A named type.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeDef {
    /// Its `PascalCase` name, or a name for groups (`meta`).
    pub name: String,
    /// The context that declares it; `None` for the shared kernel and built-ins.
    pub context: Option<String>,
    /// The business meaning.
    pub doc: Option<String>,
    /// Where it is declared.
    pub span: Span,
    /// What it is.
    pub kind: TypeDefKind,
}

/// All named types of a system.
#[derive(Debug, Clone, Default)]
pub struct TypeTable {
    defs: Vec<TypeDef>,
    by_name: BTreeMap<(Option<String>, String), TypeId>,
}

impl TypeTable {
    /// Add a type. Values, entities, enums, unions and newtypes are found by name later; other
    /// records are not names of the language.
    pub fn add(&mut self, def: TypeDef) -> TypeId {
        let id = TypeId(u32::try_from(self.defs.len()).unwrap_or(u32::MAX));
        let named = !matches!(&def.kind, TypeDefKind::Record { role, .. }
            if !matches!(role, RecordRole::Value | RecordRole::Entity));
        if named {
            self.by_name.entry((def.context.clone(), def.name.clone())).or_insert(id);
        }
        self.defs.push(def);
        id
    }

    /// No type will be added: room for more goes.
    pub fn finish(&mut self) {
        self.defs.shrink_to_fit();
    }

    /// The definition of a type of this table.
    #[must_use]
    pub fn get(&self, id: TypeId) -> Option<&TypeDef> {
        self.defs.get(id.0 as usize)
    }

    /// The definition, to fill it after its declaration.
    pub fn get_mut(&mut self, id: TypeId) -> Option<&mut TypeDef> {
        self.defs.get_mut(id.0 as usize)
    }

    /// The type that `name` means in `context`: its own first, then the shared kernel's.
    #[must_use]
    pub fn find(&self, context: Option<&str>, name: &str) -> Option<TypeId> {
        let own = self.by_name.get(&(context.map(str::to_owned), name.to_owned()));
        own.or_else(|| self.by_name.get(&(None, name.to_owned()))).copied()
    }

    /// Another name for a type: `PartId` of an aggregate whose id is `PartNo`.
    pub fn alias(&mut self, context: Option<&str>, name: &str, id: TypeId) {
        self.by_name.entry((context.map(str::to_owned), name.to_owned())).or_insert(id);
    }

    /// All types with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (TypeId, &TypeDef)> {
        (0u32..).map(TypeId).zip(&self.defs)
    }

    /// Whether values of a type have secret fields inside.
    #[must_use]
    pub fn holds_secret(&self, ty: &Type) -> bool {
        let among = |fields: &[FieldDef]| {
            fields.iter().any(|f| f.marks.secret.is_some() || self.holds_secret(&f.ty))
        };
        match ty {
            Type::Option(t) | Type::Patch(t) | Type::List(t) | Type::Set(t) => self.holds_secret(t),
            Type::Map(key, value) => self.holds_secret(key) || self.holds_secret(value),
            Type::Named(id) | Type::Entities(id) => match self.get(*id).map(|d| &d.kind) {
                Some(TypeDefKind::Record { fields, .. }) => among(fields),
                Some(TypeDefKind::Union { members }) => members.iter().any(|(_, f)| among(f)),
                _ => false,
            },
            _ => false,
        }
    }

    /// The derived values of a record; none for anything else.
    #[must_use]
    pub fn derives(&self, id: TypeId) -> &[DeriveDef] {
        match self.get(id).map(|def| &def.kind) {
            Some(TypeDefKind::Record { derives, .. }) => derives,
            _ => &[],
        }
    }

    /// The fields of a record; empty for anything else.
    #[must_use]
    pub fn fields(&self, id: TypeId) -> &[FieldDef] {
        match self.get(id).map(|d| &d.kind) {
            Some(TypeDefKind::Record { fields, .. }) => fields,
            _ => &[],
        }
    }
}
