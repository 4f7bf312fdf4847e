//! Typed expressions: what the checker makes, and what interpreter, Rust lowering and SQL read.
//!
//! Every conversion is written out ([`IrKind::Convert`]), names are resolved to roots and fields,
//! methods to [`Method`]s. Nothing here needs the domain text again, except for places in reports.

use rust_decimal::Decimal;

use super::types::{Type, TypeId};
use crate::source::Span;

/// A typed expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Ir {
    /// What it is.
    pub kind: IrKind,
    /// Its type.
    pub ty: Type,
    /// Where it was written.
    pub span: Span,
}

/// What a name starts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Root {
    /// The fields of the thing itself: an aggregate's state in its derived values, commands,
    /// `apply` and `unique`; a value's or entity's fields; a row; a saga's state. `state.` written
    /// or bare.
    This,
    /// `cmd.`
    Cmd,
    /// `after.`: state with the events above applied.
    After,
    /// `ev.`
    Ev,
    /// `meta.`
    Meta,
    /// `row.`
    Row,
    /// `before.`
    Before,
    /// `reply.`
    Reply,
    /// `params.`
    Params,
    /// `value`, of a newtype.
    Value,
    /// `item`, an element in `update`, `remove`.
    Item,
    /// The element whose fields are bare names in `update`, `remove` and assigns.
    Element,
    /// `actor.`
    Actor,
    /// Settings of the context.
    Settings,
    /// `msg.`
    Msg,
    /// `old.`
    Old,
}

/// A literal.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the names are those of the types")]
pub enum Literal {
    Bool(bool),
    Int(i64),
    Decimal(Decimal),
    Text(String),
    Duration(jiff::SignedDuration),
    /// A period: months and days.
    Period {
        months: i64,
        days: i64,
    },
    Date(jiff::civil::Date),
    Time(jiff::Timestamp),
    Uuid(uuid::Uuid),
    None,
}

/// A written-out conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// `int` → `decimal(s)`
    IntToDecimal,
    /// `decimal(a)` → `decimal(b)`, a ≤ b; the value gets scale b.
    Rescale,
    /// T → T?
    Some,
    /// base → newtype (a literal checked at check time, or an id).
    Wrap,
    /// newtype → base.
    Unwrap,
    /// Record, enum or newtype of one context → the same-shaped one of another.
    Reshape,
    /// `list`/`set`/`map`/option element by element; the inner conversion is implied by the types.
    Inner,
    /// `T?` → `patch T?`'s value (`none` clears).
    ToPatch,
    /// An option that a rule above has shown to be some.
    Narrow,
    /// A union that is known to be this member (index).
    NarrowUnion(u32),
}

/// Comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is its own sign")]
pub enum CompareOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// Arithmetic; the operand types say which table row of language.md 5.3 it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is its own sign")]
pub enum ArithOp {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

/// The closed list of methods; the receiver's type tells overloads apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the language")]
pub enum Method {
    IsSome,
    IsNone,
    IsSomeAnd,
    IsNoneOr,
    Map,
    MapOr,
    UnwrapOr,
    Any,
    All,
    Sum,
    Filter,
    Len,
    IsEmpty,
    Contains,
    Count,
    Find,
    MinBy,
    MaxBy,
    Min,
    Max,
    FlatMap,
    SortBy,
    First,
    Last,
    Join,
    ContainsKey,
    Keys,
    Values,
    Lower,
    Upper,
    Trim,
    Matches,
    StartsWith,
    EndsWith,
    Round,
    Floor,
    Ceil,
    Abs,
    Date,
    Hour,
    Minute,
    Year,
    Month,
    Day,
    Weekday,
    StartOfMonth,
    EndOfMonth,
    At,
    Minutes,
    Hours,
    Days,
}

/// The closed list of functions that are not declared in the domain file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are those of the language")]
pub enum Builtin {
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
    Years,
    Dates,
    YearsBetween,
    Tokens,
    RandomDigits,
    RandomLetters,
    RandomUuid,
}

impl Builtin {
    /// Whether its value differs from run to run.
    #[must_use]
    pub fn is_random(self) -> bool {
        matches!(self, Self::RandomDigits | Self::RandomLetters | Self::RandomUuid)
    }
}

/// A piece of a `format` template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is.
    Text(String),
    /// `{}` or `{:0n}`: the next argument, padded with zeros to this width.
    Arg(Option<u32>),
}

/// An argument of a method.
#[derive(Debug, Clone, PartialEq)]
pub enum IrArg {
    /// A value.
    Value(Ir),
    /// A closure: parameter names and body; parameters are [`IrKind::Local`]s in the body.
    Closure(Vec<String>, Ir),
}

/// The forms of a typed expression.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the text of each form names its parts")]
pub enum IrKind {
    /// Broken, already reported.
    Error,
    /// A literal.
    Lit(Literal),
    /// A closure parameter, `let`, lookup or `each` name.
    Local(String),
    /// A root as a whole value (`item`, `value`, `row` passed on).
    Root(Root),
    /// A field of a root. `This.status` and `This.<id>` are fields too.
    RootField {
        root: Root,
        name: String,
    },
    /// A derived value of a root's thing.
    RootDerived {
        root: Root,
        name: String,
    },
    /// `x.name` of a record, or a property of an enum value.
    Field {
        of: Box<Ir>,
        name: String,
    },
    /// `x.name`, derived.
    Derived {
        of: Box<Ir>,
        name: String,
    },
    /// `now`
    Now,
    /// `today`, in the context's zone.
    Today,
    /// `exists`
    Exists,
    /// A member of an enum: index into its members.
    Member {
        ty: TypeId,
        index: u32,
    },
    /// A record; every field given, in the order of the definition.
    Record {
        ty: TypeId,
        fields: Vec<(String, Ir)>,
    },
    /// A union member; every field given.
    Union {
        ty: TypeId,
        index: u32,
        fields: Vec<(String, Ir)>,
    },
    /// `[a, b]`, elements of one type.
    List(Vec<Ir>),
    /// A conversion.
    Convert {
        how: Conversion,
        of: Box<Ir>,
    },
    Not(Box<Ir>),
    Neg(Box<Ir>),
    And(Box<Ir>, Box<Ir>),
    Or(Box<Ir>, Box<Ir>),
    Compare {
        op: CompareOp,
        left: Box<Ir>,
        right: Box<Ir>,
    },
    Arith {
        op: ArithOp,
        left: Box<Ir>,
        right: Box<Ir>,
    },
    /// `x in xs`
    In {
        item: Box<Ir>,
        list: Box<Ir>,
    },
    /// `u is m`: index of the member.
    Is {
        of: Box<Ir>,
        index: u32,
    },
    If {
        cond: Box<Ir>,
        then: Box<Ir>,
        otherwise: Box<Ir>,
    },
    /// `x[key]` on map or entities: an option.
    Index {
        of: Box<Ir>,
        keys: Vec<Ir>,
    },
    /// `Replica[key]`, `View[key]`: an option of the row; context and name of the source.
    Lookup {
        context: String,
        source: String,
        keys: Vec<Ir>,
    },
    Method {
        method: Method,
        of: Box<Ir>,
        args: Vec<IrArg>,
    },
    Builtin {
        function: Builtin,
        args: Vec<Ir>,
    },
    /// `[table.x]`: context (`None`: shared kernel) and name.
    Table {
        context: Option<String>,
        name: String,
        args: Vec<Ir>,
    },
    /// `[function.x]`
    Function {
        context: Option<String>,
        name: String,
        args: Vec<Ir>,
    },
    /// `format('…', a, b)`
    Format {
        pieces: Vec<Piece>,
        args: Vec<Ir>,
    },
    /// `next('name')`, `next('name', part)`
    Next {
        name: String,
        part: Option<Box<Ir>>,
    },
}

/// A typed refusal with every field given.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusalIr {
    /// The refusal's name, declared, inferred or built in.
    pub name: String,
    /// Its fields in the order of the declaration.
    pub fields: Vec<(String, Ir)>,
    /// The place.
    pub span: Span,
}

/// A typed rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleIr {
    /// Must hold.
    pub cond: Ir,
    /// Else.
    pub outcome: OutcomeIr,
    /// The rule as written, for tests and docs.
    pub text: String,
    /// The place.
    pub span: Span,
}

/// What a rule decides.
#[derive(Debug, Clone, PartialEq)]
pub enum OutcomeIr {
    /// Refuse.
    Refuse(RefusalIr),
    /// Success, no event.
    Ignore,
    /// This event and nothing else.
    Emit(MessageIr),
}

/// A typed message with every field given.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageIr {
    /// The context of the event or command.
    pub context: String,
    /// Its name.
    pub name: String,
    /// Every field in the order of the definition; for commands sent elsewhere the target's id is
    /// the first, under its id field's name.
    pub fields: Vec<(String, Ir)>,
    /// When.
    pub when: WhenIr,
    /// The place.
    pub span: Span,
}

/// When a message is sent.
#[derive(Debug, Clone, PartialEq)]
pub enum WhenIr {
    /// Always.
    Always,
    /// Only if.
    If(Ir),
    /// When no conditional message above was.
    Otherwise,
}

/// A typed change of state, row or instance.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the text of each form names its parts")]
pub enum ChangeIr {
    /// `a = x`; `+=` and `-=` are written out as arithmetic.
    Set { field: String, value: Ir },
    /// Append a value to a list or set, or an element to entities.
    Append { field: String, value: Ir },
    /// Merge into entities or a list: find by the key of `element`; found → `assigns` run on the
    /// found element ([`Root::Element`]), missing → `element` is appended.
    Merge { field: String, element: Ir, assigns: Vec<(String, Ir)> },
    /// All elements with `cond` get `assigns` ([`Root::Element`], [`Root::Item`]).
    Update { field: String, cond: Option<Ir>, assigns: Vec<(String, Ir)> },
    /// All elements with `cond` go.
    RemoveWhere { field: String, cond: Ir },
    /// The element with this key goes.
    RemoveKey { field: String, key: Vec<Ir> },
    /// `put hours[k] = x`
    Put { field: String, key: Ir, value: Ir },
    /// The row goes.
    Delete,
}
