//! A lowered expression, and how its value is held.

use crate::layout::{Node, Stmt};

/// How the value of a node is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A value of its own.
    Owned,
    /// A place: `self.name`; read, copied or borrowed, never moved out of.
    Place,
    /// So many references to a place.
    Ref(u8),
    /// A `&str`.
    Str,
    /// An `Option<&T>` where the type says `T?`.
    OptRef,
}

/// A lowered expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The text to be.
    pub node: Node,
    /// How its value is held.
    pub form: Form,
}

impl Code {
    /// A value of its own.
    #[must_use]
    pub fn owned(node: Node) -> Self {
        Self { node, form: Form::Owned }
    }

    /// A place.
    #[must_use]
    pub fn place(node: Node) -> Self {
        Self { node, form: Form::Place }
    }

    /// A reference.
    #[must_use]
    pub fn reference(node: Node) -> Self {
        Self { node, form: Form::Ref(1) }
    }

    /// A `&str`.
    #[must_use]
    pub fn str(node: Node) -> Self {
        Self { node, form: Form::Str }
    }
}

/// How tightly a node holds together; only what is at least as tight as its surroundings needs no
/// parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tight {
    Loose,
    Or,
    And,
    Compare,
    Sum,
    Product,
    Prefix,
    Postfix,
}

pub(super) fn tight(node: &Node) -> Tight {
    match node {
        Node::Binary(op, ..) => match *op {
            "||" => Tight::Or,
            "&&" => Tight::And,
            "+" | "-" => Tight::Sum,
            "*" | "/" | "%" => Tight::Product,
            _ => Tight::Compare,
        },
        Node::Prefix(..) => Tight::Prefix,
        Node::Atom(text) if text.starts_with('-') => Tight::Prefix,
        Node::Closure(..)
        | Node::If(..)
        | Node::Match(..)
        | Node::Block(_)
        | Node::Return(_)
        | Node::Assign(..)
        | Node::Cast(..)
        | Node::Range(..) => Tight::Loose,
        _ => Tight::Postfix,
    }
}

/// In parentheses unless it is tight enough.
pub(super) fn at_least(node: Node, needed: Tight) -> Node {
    // Where a block may follow, a bare literal would be taken for one.
    let literal = matches!(node, Node::Struct(..));
    if tight(&node) < needed || literal { node.paren() } else { node }
}

/// A method call on any node.
pub(super) fn call(on: Node, name: &str, args: Vec<Node>) -> Node {
    at_least(on, Tight::Postfix).method(name, args)
}

/// A prefix operator on any node.
pub(super) fn prefix(op: &'static str, on: Node) -> Node {
    Node::prefix(op, at_least(on, Tight::Prefix))
}

/// A `?` behind any node.
pub(super) fn tried(node: Node) -> Node {
    at_least(node, Tight::Postfix).tried()
}

/// A call of a kit function that walks an iterator; it takes collections as they are.
pub(super) fn walk_call(path: impl Into<String>, mut args: Vec<Node>) -> Node {
    if let Some(Node::Method(on, name, none)) = args.first()
        && name == "into_iter"
        && none.is_empty()
    {
        let on = match &**on {
            Node::Paren(inner) => (**inner).clone(),
            on => on.clone(),
        };
        if let Some(first) = args.first_mut() {
            *first = on;
        }
    }
    Node::call(path, args)
}

/// The second value, once the first was computed for its failure.
pub(super) fn after(tested: Node, value: Node) -> Node {
    Node::Tuple(vec![tested, value]).field("1")
}

/// Whether the text of a node has this word.
pub(super) fn mentions(node: &Node, word: &str) -> bool {
    let text = crate::layout::expression(node, 0);
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == word)
}

/// Whether a node holds a `?` outside of closures.
#[must_use]
pub fn has_try(node: &Node) -> bool {
    let any = |nodes: &[Node]| nodes.iter().any(has_try);
    match node {
        Node::Try(_) => true,
        Node::Atom(_) | Node::Closure(..) => false,
        Node::Call(on, args) => has_try(on) || any(args),
        Node::Method(on, _, args) => has_try(on) || any(args),
        Node::Field(on, _)
        | Node::Await(on)
        | Node::Prefix(_, on)
        | Node::Paren(on)
        | Node::Cast(on, _) => has_try(on),
        Node::Index(a, b) | Node::Binary(_, a, b) | Node::Assign(a, _, b) => {
            has_try(a) || has_try(b)
        }
        Node::Range(a, _, b) => [a, b].into_iter().flatten().any(|n| has_try(n)),
        Node::Struct(_, fields, base) => {
            fields.iter().any(|f| f.value.as_ref().is_some_and(has_try))
                || base.as_ref().is_some_and(|b| has_try(b))
        }
        Node::Tuple(items) | Node::Array(items) => any(items),
        Node::VecMacro(_, items) | Node::Macro(_, items) => any(items),
        Node::If(_, cond, then, other) => {
            has_try(cond) || in_block(&then.0) || other.as_ref().is_some_and(|o| has_try(o))
        }
        Node::Match(on, arms) => {
            has_try(on)
                || arms.iter().any(|a| a.guard.as_ref().is_some_and(has_try) || has_try(&a.body))
        }
        Node::Block(block) => in_block(&block.0),
        Node::Return(value) => value.as_ref().is_some_and(|v| has_try(v)),
    }
}

fn in_block(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|stmt| match stmt {
        Stmt::Bind(_, node, _) | Stmt::Semi(node) | Stmt::Expr(node) => has_try(node),
        Stmt::For(_, on, block) => has_try(on) || in_block(&block.0),
        Stmt::Lines(_) => false,
    })
}
