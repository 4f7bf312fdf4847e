//! A table that was checked against its shape.

use crate::lang::tree::{
    Action, Case, Change, Each, EventPattern, Expr, Field, IdDecl, Ident, MemberDecl, Message,
    Part, Path, Rule, Statuses, Timeout, Trigger, TypeExpr, Unique,
};
use crate::source::Span;
use crate::syntax::tree::{OrderKey, Reaction, ReplyReaction, Spanned};

/// A value of a key.
pub(in crate::syntax) enum Val {
    Text(Spanned<String>),
    Bool(Spanned<bool>),
    Int(Spanned<i64>),
    Ints(Vec<(Ident, Spanned<i64>)>),
    Word(Spanned<&'static str>),
    Time(Spanned<jiff::Timestamp>),
    Ident(Ident),
    Idents(Vec<Ident>),
    Path(Path),
    Paths(Vec<Path>),
    Patterns(Vec<EventPattern>),
    Order(Vec<OrderKey>),
    Type(TypeExpr),
    Fields(Vec<Field>),
    FieldMap(Vec<(Ident, Vec<Field>)>),
    Id(IdDecl),
    Expr(Expr),
    Exprs(Vec<Expr>),
    ExprMap(Vec<(Ident, Expr)>),
    Rules(Vec<Rule>),
    Uniques(Vec<Unique>),
    Statuses(Statuses),
    Duration(Spanned<jiff::SignedDuration>),
    Parts(Vec<(Ident, Part)>),
    Message(Message),
    Messages(Vec<Message>),
    Changes(Vec<Change>),
    Each(Each),
    Cases(Vec<Case>),
    Members(Vec<MemberDecl>),
    Timeout(Timeout),
    Actions(Vec<Action>),
    Trigger(Trigger),
    Reactions(Vec<Reaction>),
    Replies(Vec<ReplyReaction>),
    Row(Row),
    Rows(Vec<Row>),
    Named(Vec<(Ident, Row)>),
}

/// A table: the keys that are there, each once, with their values.
pub(in crate::syntax) struct Row {
    /// Its place: header, braces, or key.
    pub span: Span,
    pub(super) cells: Vec<Cell>,
}

/// A key that is there. Without a value it was reported.
pub(super) struct Cell {
    pub(super) key: Ident,
    pub(super) name: &'static str,
    pub(super) val: Option<Val>,
}

impl Row {
    /// A table without keys, as when it is not there.
    pub fn empty(span: Span) -> Self {
        Self { span, cells: Vec::new() }
    }

    /// Whether the key is there, perhaps broken.
    pub fn has(&self, name: &str) -> bool {
        self.cells.iter().any(|cell| cell.name == name)
    }

    /// The place of a key that is there.
    pub fn place(&self, name: &str) -> Option<Span> {
        self.cells.iter().find(|cell| cell.name == name).map(|cell| cell.key.span)
    }

    /// Take all named tables of a construct out, in the order of the text: those under a misspelt
    /// key too.
    pub fn named(&mut self, key: &str) -> Option<Vec<(Ident, Self)>> {
        let mut all = Vec::new();
        for cell in self.cells.iter_mut().filter(|cell| cell.name == key) {
            match cell.val.take() {
                Some(Val::Named(named)) => all.extend(named),
                other => cell.val = other,
            }
        }
        all.sort_by_key(|(name, _)| name.span);
        Some(all)
    }

    /// Take the reserved texts out; `true` of a reserved flag becomes a text.
    pub fn reserved(
        &mut self,
        keys: impl Iterator<Item = &'static str>,
    ) -> Vec<(Ident, Spanned<String>)> {
        let wanted: Vec<&str> = keys.collect();
        let mut found = Vec::new();
        for cell in &mut self.cells {
            if !wanted.contains(&cell.name) {
                continue;
            }
            match cell.val.take() {
                Some(Val::Text(text)) => found.push((cell.key.clone(), text)),
                Some(Val::Bool(flag)) => {
                    let text = Spanned { value: flag.value.to_string(), span: flag.span };
                    found.push((cell.key.clone(), text));
                }
                other => cell.val = other,
            }
        }
        found
    }
}

macro_rules! pickers {
    ($($name:ident: $variant:ident -> $ty:ty;)+) => {
        impl Row {
            $(
                /// Take the value of a key out; absent or broken is `None`.
                pub fn $name(&mut self, key: &str) -> Option<$ty> {
                    let cell = self.cells.iter_mut().find(|cell| cell.name == key)?;
                    match cell.val.take() {
                        Some(Val::$variant(value)) => Some(value),
                        other => {
                            cell.val = other;
                            None
                        }
                    }
                }
            )+
        }
    };
}

pickers! {
    text: Text -> Spanned<String>;
    flag: Bool -> Spanned<bool>;
    int: Int -> Spanned<i64>;
    ints: Ints -> Vec<(Ident, Spanned<i64>)>;
    word: Word -> Spanned<&'static str>;
    time: Time -> Spanned<jiff::Timestamp>;
    ident: Ident -> Ident;
    idents: Idents -> Vec<Ident>;
    path: Path -> Path;
    paths: Paths -> Vec<Path>;
    patterns: Patterns -> Vec<EventPattern>;
    order: Order -> Vec<OrderKey>;
    ty: Type -> TypeExpr;
    fields: Fields -> Vec<Field>;
    field_map: FieldMap -> Vec<(Ident, Vec<Field>)>;
    id: Id -> IdDecl;
    expr: Expr -> Expr;
    exprs: Exprs -> Vec<Expr>;
    expr_map: ExprMap -> Vec<(Ident, Expr)>;
    rules: Rules -> Vec<Rule>;
    uniques: Uniques -> Vec<Unique>;
    statuses: Statuses -> Statuses;
    duration: Duration -> Spanned<jiff::SignedDuration>;
    parts: Parts -> Vec<(Ident, Part)>;
    message: Message -> Message;
    messages: Messages -> Vec<Message>;
    changes: Changes -> Vec<Change>;
    each: Each -> Each;
    cases: Cases -> Vec<Case>;
    members: Members -> Vec<MemberDecl>;
    timeout: Timeout -> Timeout;
    actions: Actions -> Vec<Action>;
    trigger: Trigger -> Trigger;
    reactions: Reactions -> Vec<Reaction>;
    replies: Replies -> Vec<ReplyReaction>;
    row: Row -> Row;
    rows: Rows -> Vec<Row>;
}
