//! The trees of the four notations, each node with its place in the domain file.
//!
//! Broken text gives a tree all the same: what could not be read is [`ExprKind::Error`] or
//! [`TypeKind::Error`], which agree with everything later, so that one mistake is one report.

use crate::source::Span;

/// A name as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// `Name` or `context.Name`: an upper-case name, perhaps of another context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The context in front of the dot.
    pub context: Option<Ident>,
    /// The upper-case name.
    pub name: Ident,
}

impl Path {
    /// The whole path's place.
    #[must_use]
    pub fn span(&self) -> Span {
        self.context.as_ref().map_or(self.name.span, |c| c.span.to(self.name.span))
    }
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Its place.
    pub span: Span,
}

/// A literal as written.
#[derive(Debug, Clone, PartialEq)]
pub enum Lit {
    /// `true`, `false`
    Bool(bool),
    /// `1_000`
    Int(i64),
    /// `0.10`, scale as written
    Decimal(rust_decimal::Decimal),
    /// `'text'`, escapes resolved
    Text(String),
    /// `15min` `2h` `500ms` `10s`
    Duration(jiff::SignedDuration),
    /// `7d` `2w` in days: a period beside a date, else hours of 24
    Days(i64),
    /// `2026-01-05`
    Date(jiff::civil::Date),
    /// `2026-01-05T09:00:00Z`
    Time(jiff::Timestamp),
    /// `none`
    None,
}

/// The forms of an expression.
#[expect(missing_docs, reason = "the text of each form names its parts")]
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A literal.
    Lit(Lit),
    /// A bare lower-case name: `price`, `cmd`, `now`, `exists`.
    Name(String),
    /// `@anna`, in scenarios.
    At(String),
    /// `x.name`
    Field { of: Box<Expr>, name: Ident },
    /// `x.name(args)`; also `random.digits(6)`, told apart by the checker.
    Method { of: Box<Expr>, name: Ident, args: Vec<Arg> },
    /// `name(args)`
    Call { name: Ident, args: Vec<Expr> },
    /// `x[key]`
    Index { of: Box<Expr>, keys: Vec<Expr> },
    /// `Replica[key]`, `ctx.Replica[key]`
    Lookup { source: Path, keys: Vec<Expr> },
    /// `Warranty.long`, `ctx.Warranty.long`
    Member { path: Path, member: Ident },
    /// `Money(amount = 1, currency)`, `Note.from_owner(text = 'x')`
    Record { path: Path, member: Option<Ident>, binds: Vec<Bind> },
    /// `[a, b]`
    List(Vec<Expr>),
    /// `!x`, `-x`
    Unary { op: UnaryOp, of: Box<Expr> },
    /// `a op b`
    Binary { op: BinaryOp, op_span: Span, left: Box<Expr>, right: Box<Expr> },
    /// `note is from_owner`
    Is { of: Box<Expr>, member: Ident },
    /// `if c { a } else { b }`
    If { cond: Box<Expr>, then: Box<Expr>, otherwise: Box<Expr> },
    /// An upper-case name alone; no value, kept for a good message.
    Upper(Path),
    /// Unreadable; already reported.
    Error,
}

/// An argument of a method.
#[derive(Debug, Clone, PartialEq)]
pub enum Arg {
    /// A value.
    Expr(Expr),
    /// `|x, y| body`
    #[expect(missing_docs, reason = "the text of the form names its parts")]
    Closure { params: Vec<Ident>, body: Expr, span: Span },
}

/// Prefix operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `-`
    Neg,
}

/// Infix operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is its own sign")]
pub enum BinaryOp {
    Or,
    And,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

/// `name = value`; `price` alone means `price = price`.
#[derive(Debug, Clone, PartialEq)]
pub struct Bind {
    /// The field.
    pub name: Ident,
    /// The value; `None` for the short form.
    pub value: Option<Expr>,
}

/// A type as written.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeExpr {
    /// What it is.
    pub kind: TypeKind,
    /// Its place.
    pub span: Span,
}

/// Both ends included; a missing end is open.
#[derive(Debug, Clone, PartialEq)]
pub struct RangeExpr {
    /// Lower end.
    pub min: Option<rust_decimal::Decimal>,
    /// Upper end.
    pub max: Option<rust_decimal::Decimal>,
    /// Its place.
    pub span: Span,
}

/// The forms of a type.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the names are those of the language")]
pub enum TypeKind {
    Bool,
    Uuid,
    Date,
    Time,
    Duration,
    Int(Option<RangeExpr>),
    /// The range is the length in characters.
    String(Option<RangeExpr>),
    Decimal {
        scale: u8,
        range: Option<RangeExpr>,
    },
    List(Box<TypeExpr>, Option<RangeExpr>),
    Set(Box<TypeExpr>, Option<RangeExpr>),
    Map(Box<TypeExpr>, Box<TypeExpr>),
    /// `entities<Part> by part_no`
    Entities {
        entity: Ident,
        by: Vec<Ident>,
    },
    /// `patch T?`
    Patch(Box<TypeExpr>),
    /// `T?`
    Option(Box<TypeExpr>),
    Named(Path),
    /// Unreadable; already reported.
    Error,
}

/// A mark behind a type.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// Personal data.
    Personal,
    /// Never logged; with a number, that many last characters are shown.
    Secret(Option<u8>),
    /// To be removed.
    Deprecated,
    /// The old name.
    Was(Ident),
}

/// The right side of a field: `type marks = default # doc`.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// The type; `None` when the name is to be typed by state or column (`name`, `name?`).
    pub ty: Option<TypeExpr>,
    /// A bare name with `?`.
    pub optional: bool,
    /// Marks in the order of the text.
    pub marks: Vec<Mark>,
    /// The default.
    pub default: Option<Expr>,
    /// The business meaning.
    pub doc: Option<String>,
}

/// One field of a field list.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Ident,
    /// All behind the name.
    pub typed: Typed,
    /// The whole field's place.
    pub span: Span,
}

/// `cond else outcome`
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Must hold.
    pub cond: Expr,
    /// What happens when it does not.
    pub outcome: Outcome,
    /// The whole rule's place.
    pub span: Span,
}

/// What a rule that does not hold decides.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// No event, an error for the caller.
    Refuse(Refusal),
    /// Success, no event.
    Ignore(Span),
    /// A failure that is recorded as an event.
    Emit(Message),
    /// Unreadable; already reported.
    Error(Span),
}

/// `OutOfStock(part_no, on_hand)`
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The refusal's name.
    pub name: Ident,
    /// Its fields.
    pub binds: Vec<Bind>,
    /// The whole place.
    pub span: Span,
}

/// `open, quoted else ignore`
#[derive(Debug, Clone, PartialEq)]
pub struct Statuses {
    /// Statuses in which the command is accepted.
    pub names: Vec<Ident>,
    /// The outcome in any other; `None` is `WrongStatus`.
    pub otherwise: Option<Outcome>,
    /// The whole place.
    pub span: Span,
}

/// `plate where !closed else PlateHasOpenJob`
#[derive(Debug, Clone, PartialEq)]
pub struct Unique {
    /// The fields whose values are unique together.
    pub names: Vec<Ident>,
    /// Only while this holds.
    pub cond: Option<Expr>,
    /// The refusal.
    pub refusal: Ident,
    /// The whole place.
    pub span: Span,
}

/// `ctx.Name(binds) if cond`
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The event or command.
    pub path: Path,
    /// Given arguments.
    pub binds: Vec<Bind>,
    /// When it is sent.
    pub when: When,
    /// The whole place.
    pub span: Span,
}

/// A part of a composed answer: `ctx.Name(binds)?`
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The aggregate or query.
    pub path: Path,
    /// Given arguments.
    pub binds: Vec<Bind>,
    /// Whether the whole does without it.
    pub optional: bool,
    /// The whole place.
    pub span: Span,
}

/// The condition of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    /// Always.
    Always,
    /// `if cond`
    If(Expr),
    /// When no conditional message above was emitted.
    Otherwise(Span),
}

/// A change of state, row or instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What it does.
    pub kind: ChangeKind,
    /// Its place.
    pub span: Span,
}

/// `=`, `+=`, `-=`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignOp {
    /// `=`
    Set,
    /// `+=`
    Add,
    /// `-=`
    Sub,
}

/// `name op value`
#[derive(Debug, Clone, PartialEq)]
pub struct Assign {
    /// The field.
    pub name: Ident,
    /// How.
    pub op: AssignOp,
    /// The value.
    pub value: Expr,
}

/// What is appended.
#[derive(Debug, Clone, PartialEq)]
pub enum Appended {
    /// `append notes = ev.note`
    Value(Expr),
    /// `append bids`, `append bids: amount = 1`: an element built by name, with these over it.
    Built(Vec<Assign>),
}

/// The verbs of change.
#[expect(missing_docs, reason = "the text of each form names its parts")]
#[derive(Debug, Clone, PartialEq)]
pub enum ChangeKind {
    /// `a = x`, `a += x`
    Assign(Assign),
    /// `append name …`
    Append { name: Ident, what: Appended },
    /// `merge name: assigns`
    Merge { name: Ident, assigns: Vec<Assign> },
    /// `update name where cond: assigns`
    Update { name: Ident, cond: Option<Expr>, assigns: Vec<Assign> },
    /// `remove name where cond`
    RemoveWhere { name: Ident, cond: Expr },
    /// `remove name[key]`
    RemoveKey { name: Ident, keys: Vec<Expr> },
    /// `put name[key] = value`
    Put { name: Ident, key: Expr, value: Expr },
    /// `delete`
    Delete,
    /// Unreadable; already reported.
    Error,
}

/// `day in ev.days`, `JobList where cond`
#[derive(Debug, Clone, PartialEq)]
pub struct Each {
    /// The name of the element.
    pub var: Option<Ident>,
    /// What is walked.
    pub source: EachSource,
    /// Only elements or rows for which this holds.
    pub cond: Option<Expr>,
    /// The whole place.
    pub span: Span,
}

/// What `each` walks.
#[derive(Debug, Clone, PartialEq)]
pub enum EachSource {
    /// The rows of a view, replica or reference.
    Rows(Path),
    /// The elements of a collection.
    Elements(Expr),
}

/// `cond => value`, `else => value`
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// `None` is `else`.
    pub cond: Option<Expr>,
    /// The result.
    pub value: Expr,
    /// The whole place.
    pub span: Span,
}

/// `part_no: PartNo by client`
#[derive(Debug, Clone, PartialEq)]
pub struct IdDecl {
    /// The id field's name.
    pub name: Ident,
    /// Its type.
    pub ty: TypeExpr,
    /// Who makes it: true for `by client`.
    pub by_client: bool,
}

/// An item of a saga's `on` or a process's `do`.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// A change of the saga's state.
    Change(Change),
    /// `send MESSAGE`
    Send(Message),
    /// `next` `compensate` `retry` `complete` `park`
    Verdict(Ident),
}

/// `10min then compensate`
#[derive(Debug, Clone, PartialEq)]
pub struct Timeout {
    /// How long.
    pub after: jiff::SignedDuration,
    /// Then what.
    pub verdict: Ident,
}

/// `Job.*`, `stock.PriceChanged`: what a log view follows.
#[derive(Debug, Clone, PartialEq)]
pub struct EventPattern {
    /// An event, or an aggregate when `all`.
    pub path: Path,
    /// `X.*`
    pub all: bool,
}

/// An enum member as declared: `long(months = 24)`.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberDecl {
    /// Its name.
    pub name: Ident,
    /// Its properties.
    pub binds: Vec<Bind>,
}

/// What happens in a scenario.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// A command or an event.
    Message(Box<Message>),
    /// `timer NAME`
    Timer(Ident),
    /// `schedule NAME`
    Schedule(Ident),
}
