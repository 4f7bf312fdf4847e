//! The tree that the printer takes.

/// An expression of the target language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A path, literal or name: never broken. Calls and operators have nodes of their own, because
    /// how they break depends on what they are.
    Atom(String),
    /// `callee(args)`
    Call(Box<Node>, Vec<Node>),
    /// `receiver.name(args)`; the name may carry a turbofish.
    Method(Box<Node>, String, Vec<Node>),
    /// `receiver.name`
    Field(Box<Node>, String),
    /// `inner?`
    Try(Box<Node>),
    /// `inner.await`
    Await(Box<Node>),
    /// `of[index]`; the first part should be a name or field.
    Index(Box<Node>, Box<Node>),
    /// An operator in front: `&`, `&mut `, `*`, `!`, `-`.
    Prefix(&'static str, Box<Node>),
    /// `(inner)`
    Paren(Box<Node>),
    /// `left op right`; chains of one operator are flattened to the left.
    Binary(&'static str, Box<Node>, Box<Node>),
    /// `inner as ty`
    Cast(Box<Node>, String),
    /// `from..to` or `from..=to`
    Range(Option<Box<Node>>, &'static str, Option<Box<Node>>),
    /// `Path { fields, ..base }`
    Struct(String, Vec<Field>, Option<Box<Node>>),
    /// `(a, b)`
    Tuple(Vec<Node>),
    /// `[a, b]`
    Array(Vec<Node>),
    /// `vec![a, b]`, named without the exclamation mark.
    VecMacro(String, Vec<Node>),
    /// `format!("..", a)`, named without the exclamation mark. The arguments should be short (names,
    /// fields, small calls): inside macros rustfmt has rules of its own for closures and commas.
    Macro(String, Vec<Node>),
    /// `|params| body`; the text holds everything up to the second bar (`move |x, y|`). A body of
    /// one expression is given as that expression, braces are added where they are needed.
    Closure(String, Box<Node>),
    /// `if cond { .. } else { .. }`; with a pattern, `if let pattern = cond`. The last part is a
    /// [`Node::Block`] or another [`Node::If`].
    If(Option<String>, Box<Node>, Block, Option<Box<Node>>),
    /// `match on { arms }`
    Match(Box<Node>, Vec<Arm>),
    /// `{ .. }`
    Block(Block),
    /// `return value`
    Return(Option<Box<Node>>),
    /// `left = right`, `left += right`
    Assign(Box<Node>, &'static str, Box<Node>),
}

/// A field of a struct literal; without a value it is the shorthand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The value, unless it is a variable of the same name.
    pub value: Option<Node>,
}

/// An arm of a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arm {
    /// The alternatives of the pattern.
    pub patterns: Vec<String>,
    /// The condition after `if`.
    pub guard: Option<Node>,
    /// What it gives.
    pub body: Node,
}

/// Statements in braces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Block(pub Vec<Stmt>);

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stmt {
    /// `head = value;` where the head is `let x`, `let x: T`, `pub const X: T`; with a block,
    /// `let pattern = value else { .. };`.
    Bind(String, Node, Option<Block>),
    /// `expression;`
    Semi(Node),
    /// An expression without semicolon: the value of the block, or an `if`, `match`, block.
    Expr(Node),
    /// `for pattern in iterated { .. }`
    For(String, Node, Block),
    /// Lines printed as they are, indented: a comment, a nested item.
    Lines(String),
}

impl Node {
    /// A path, literal or name.
    pub fn atom(text: impl Into<String>) -> Self {
        Self::Atom(text.into())
    }

    /// A string literal with this content, quoted and escaped.
    #[must_use]
    pub fn text(content: &str) -> Self {
        Self::Atom(super::text::quoted(content))
    }

    /// `path(args)`
    pub fn call(path: impl Into<String>, args: Vec<Self>) -> Self {
        Self::Call(Box::new(Self::Atom(path.into())), args)
    }

    /// `self.name(args)`
    #[must_use]
    pub fn method(self, name: impl Into<String>, args: Vec<Self>) -> Self {
        Self::Method(Box::new(self), name.into(), args)
    }

    /// `self.name`
    #[must_use]
    pub fn field(self, name: impl Into<String>) -> Self {
        Self::Field(Box::new(self), name.into())
    }

    /// `self?`
    #[must_use]
    pub fn tried(self) -> Self {
        Self::Try(Box::new(self))
    }

    /// `&self`
    #[must_use]
    pub fn borrowed(self) -> Self {
        Self::Prefix("&", Box::new(self))
    }

    /// `(self)`
    #[must_use]
    pub fn paren(self) -> Self {
        Self::Paren(Box::new(self))
    }

    /// An operator in front.
    #[must_use]
    pub fn prefix(op: &'static str, inner: Self) -> Self {
        Self::Prefix(op, Box::new(inner))
    }

    /// `left op right`
    #[must_use]
    pub fn binary(op: &'static str, left: Self, right: Self) -> Self {
        Self::Binary(op, Box::new(left), Box::new(right))
    }

    /// `|params| body`, with the bars in `params`.
    pub fn closure(params: impl Into<String>, body: Self) -> Self {
        Self::Closure(params.into(), Box::new(body))
    }

    /// `if cond { then } else { other }` with one value in each branch; an `if` as the other
    /// branch becomes `else if`.
    #[must_use]
    pub fn if_else(cond: Self, then: Self, other: Self) -> Self {
        let other = match other {
            Self::If(..) | Self::Block(_) => other,
            value => Self::Block(Block::value(value)),
        };
        Self::If(None, Box::new(cond), Block::value(then), Some(Box::new(other)))
    }
}

impl Field {
    /// `name: value`, or the shorthand where the value is a variable of that name.
    pub fn new(name: impl Into<String>, value: Node) -> Self {
        let name = name.into();
        let value = (value != Node::Atom(name.clone())).then_some(value);
        Self { name, value }
    }
}

impl Block {
    /// A block that is one value.
    #[must_use]
    pub fn value(node: Node) -> Self {
        match node {
            Node::Block(block) => block,
            node => Self(vec![Stmt::Expr(node)]),
        }
    }

    /// The expression that the block consists of, if it is nothing else.
    pub(super) fn only(&self) -> Option<&Node> {
        match self.0.as_slice() {
            [Stmt::Expr(node)] => Some(node),
            _ => None,
        }
    }
}
