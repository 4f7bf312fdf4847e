//! `&&`, `||` and ranges.

use super::canon::same;
use super::code::{Code, Tight, after, at_least, call, has_try, mentions, prefix};
use super::list::int;
use super::lower::{Lower, param};
use crate::lang::ir::{CompareOp, Conversion, Ir, IrKind, Literal, Method};
use crate::lang::types::Type;
use crate::layout::{Block, Node, Stmt};

/// A bound of an int: what is bounded, and from which side.
struct Bound<'a> {
    of: &'a Ir,
    op: CompareOp,
    at: i64,
}

impl Lower<'_> {
    pub(super) fn logic(&mut self, ir: &Ir) -> Code {
        let and = matches!(ir.kind, IrKind::And(..));
        let mut parts = Vec::new();
        flatten(ir, and, &mut parts);
        Code::owned(self.joined(&parts, and))
    }

    fn joined(&mut self, parts: &[&Ir], and: bool) -> Node {
        let mut nodes: Vec<Node> = Vec::new();
        let mut rest = parts;
        while let Some((part, later)) = rest.split_first() {
            if let Some(node) = self.guarded(part, later, and) {
                nodes.push(node);
                break;
            }
            let range = later.first().and_then(|next| self.range(part, next, and));
            rest = later.get(usize::from(range.is_some())..).unwrap_or(&[]);
            nodes.push(range.unwrap_or_else(|| self.truth(part)));
        }
        combined(nodes, and)
    }

    /// `x.is_some() && rest` as `x.is_some_and(|x| rest)` where the rest reads what is in `x`;
    /// likewise `x.is_none() || rest`.
    fn guarded(&mut self, part: &Ir, later: &[&Ir], and: bool) -> Option<Node> {
        let wanted = if and { Method::IsSome } else { Method::IsNone };
        let IrKind::Method { method, of, .. } = &part.kind else { return None };
        let (narrowed, bare) = later.iter().fold((0, 0), |(n, b), ir| uses(ir, of, (n, b)));
        if *method != wanted || narrowed == 0 || bare > 0 {
            return None;
        }
        let name = match &of.kind {
            IrKind::Local(name)
            | IrKind::RootField { name, .. }
            | IrKind::RootDerived { name, .. }
            | IrKind::Field { name, .. }
            | IrKind::Derived { name, .. } => param(name),
            _ => return None,
        };
        let Type::Option(inner) = &of.ty else { return None };
        let (option, form) = self.content(of, inner);
        self.known.push(((**of).clone(), Code { node: Node::atom(name.clone()), form }));
        let rest = self.joined(later, and);
        self.known.pop();
        if !mentions(&rest, &name) {
            return Some(combined(vec![self.truth(part), rest], and));
        }
        if has_try(&rest) {
            let other = Node::Block(Block::value(Node::atom((!and).to_string())));
            let pattern = Some(format!("Some({name})"));
            return Some(Node::If(
                pattern,
                Box::new(option),
                Block::value(rest),
                Some(Box::new(other)),
            ));
        }
        let method = if and { "is_some_and" } else { "is_none_or" };
        Some(call(option, method, vec![Node::closure(format!("|{name}|"), rest)]))
    }

    /// `x >= 1 && x <= 5` as `(1..=5).contains(&x)`, and its negation.
    fn range(&mut self, a: &Ir, b: &Ir, and: bool) -> Option<Node> {
        let (a, b) = (bound(a)?, bound(b)?);
        if !same(a.of, b.of) {
            return None;
        }
        // For `&&` the lower bound is the one with `>=`; for `||` it is the one with `<`.
        let is_low = |x: &Bound<'_>| matches!(x.op, CompareOp::Ge | CompareOp::Gt) == and;
        let (low, high) = match (is_low(&a), is_low(&b)) {
            (true, false) => (a, b),
            (false, true) => (b, a),
            _ => return None,
        };
        let (from, to, inclusive) = match (and, low.op, high.op) {
            (true, CompareOp::Ge, CompareOp::Le) | (false, CompareOp::Lt, CompareOp::Gt) => {
                (low.at, high.at, true)
            }
            (true, CompareOp::Ge, CompareOp::Lt) | (false, CompareOp::Lt, CompareOp::Ge) => {
                (low.at, high.at, false)
            }
            _ => return None,
        };
        if from >= to {
            return None;
        }
        let of = self.lower(low.of);
        let of = self.borrow(of, &low.of.ty);
        let op = if inclusive { "..=" } else { ".." };
        let range = Node::Range(Some(Box::new(int(from))), op, Some(Box::new(int(to))));
        let node = range.paren().method("contains", vec![of]);
        Some(if and { node } else { prefix("!", node) })
    }
}

/// The parts with `&&` or `||` between them; what is decided before is left out.
#[must_use]
pub fn combined(nodes: Vec<Node>, and: bool) -> Node {
    let constant = |truth: bool| Node::atom(truth.to_string());
    let mut kept: Vec<Node> = Vec::new();
    let mut decided = false;
    for node in nodes {
        if node == constant(and) || kept.contains(&node) {
            continue;
        }
        let opposite = |other: &Node| match (other, &node) {
            (Node::Prefix("!", inner), node) | (node, Node::Prefix("!", inner)) => **inner == *node,
            _ => false,
        };
        if node == constant(!and) || kept.iter().any(opposite) {
            decided = true;
            break;
        }
        kept.push(node);
    }
    let whole = kept.clone();
    kept.retain(|node| !is_absorbed(node, &whole, and));
    let whole = kept.clone();
    kept = kept.into_iter().map(|node| thinned(node, &whole, and)).collect();
    let (op, needed) = if and { ("&&", Tight::And) } else { ("||", Tight::Or) };
    let tighter = if and { Tight::Compare } else { Tight::And };
    let mut kept = kept.into_iter();
    let Some(first) = kept.next() else { return constant(and != decided) };
    let all = kept.fold(None, |left: Option<Node>, right| {
        let left = left.unwrap_or_else(|| at_least(first.clone(), needed));
        Some(Node::binary(op, left, at_least(right, tighter)))
    });
    let all = all.unwrap_or(first);
    match (decided, has_try(&all)) {
        (false, _) => all,
        (true, false) => constant(!and),
        (true, true) => after(all, constant(!and)),
    }
}

/// `if cond { then } else { other }` without a condition or a result that stands there twice.
#[must_use]
pub fn choice(cond: Node, then: Node, other: Node) -> Node {
    if let Some(known) = constant(&cond) {
        return if known { then } else { other };
    }
    match (constant(&then), constant(&other)) {
        (Some(true), Some(false)) => return cond,
        (Some(false), Some(true)) => return opposite(cond),
        _ => {}
    }
    match without(&cond, other) {
        Node::If(None, next, body, rest) if body == Block::value(then.clone()) => {
            let either = combined(vec![cond, *next], false);
            match (constant(&either), rest) {
                (None, rest) => Node::If(None, Box::new(either), body, rest),
                (Some(_), _) => then,
            }
        }
        other if other == then && has_try(&cond) => after(cond, then),
        other if other == then => then,
        other => Node::if_else(cond, then, other),
    }
}

/// A condition that holds when this one does not.
pub fn opposite(cond: Node) -> Node {
    let turned = |op| match op {
        "==" => Some("!="),
        "!=" => Some("=="),
        "<" => Some(">="),
        ">=" => Some("<"),
        ">" => Some("<="),
        "<=" => Some(">"),
        _ => None,
    };
    if let Some(known) = constant(&cond) {
        return Node::atom((!known).to_string());
    }
    match cond {
        Node::Prefix("!", inner) => match *inner {
            Node::Paren(inner) => *inner,
            inner => inner,
        },
        Node::Binary(op, left, right) => match turned(op) {
            Some(op) => Node::Binary(op, left, right),
            None => prefix("!", Node::Binary(op, left, right)),
        },
        Node::Method(on, name, args) if name == "is_some" && args.is_empty() => {
            on.method("is_none", args)
        }
        Node::Method(on, name, args) if name == "is_none" && args.is_empty() => {
            on.method("is_some", args)
        }
        Node::Method(on, name, args) if matches!(&*name, "is_some_and" | "is_none_or") => {
            let other = if name == "is_some_and" { "is_none_or" } else { "is_some_and" };
            match args.as_slice() {
                [Node::Closure(head, body)] if turns(body) => {
                    let body = Box::new(opposite((**body).clone()));
                    on.method(other, vec![Node::Closure(head.clone(), body)])
                }
                _ => prefix("!", on.method(name, args)),
            }
        }
        cond => prefix("!", cond),
    }
}

/// Whether the opposite of a condition is not longer than the condition.
fn turns(cond: &Node) -> bool {
    match cond {
        Node::Prefix("!", _) => true,
        Node::Binary(op, ..) => matches!(*op, "==" | "!=" | "<" | ">=" | ">" | "<="),
        Node::Method(_, name, args) => args.is_empty() && matches!(&**name, "is_some" | "is_none"),
        _ => false,
    }
}

/// What is left of a chain of `else if` once this condition has not held.
fn without(cond: &Node, node: Node) -> Node {
    match node {
        Node::If(None, next, _, Some(rest)) if *next == *cond => without(cond, unblocked(*rest)),
        Node::If(None, next, body, Some(rest)) => {
            let rest = without(cond, unblocked(*rest));
            let rest =
                if matches!(rest, Node::If(..)) { rest } else { Node::Block(Block::value(rest)) };
            Node::If(None, next, body, Some(Box::new(rest)))
        }
        node => node,
    }
}

/// The only value of a block.
fn unblocked(node: Node) -> Node {
    match node {
        Node::Block(Block(mut inner)) => match (inner.pop(), inner.is_empty()) {
            (Some(Stmt::Expr(value)), true) => value,
            (last, _) => {
                inner.extend(last);
                Node::Block(Block(inner))
            }
        },
        node => node,
    }
}

/// Whether a condition always or never holds, as far as its text says.
#[must_use]
pub fn constant(cond: &Node) -> Option<bool> {
    match cond {
        Node::Atom(text) => text.parse().ok(),
        _ => None,
    }
}

/// Whether `(a || b)` stands beside `a` in an `&&`, or the other way round: then it says nothing.
fn is_absorbed(node: &Node, beside: &[Node], and: bool) -> bool {
    fn has(node: &Node, op: &str, beside: &[Node]) -> bool {
        match node {
            Node::Binary(inner, left, right) if *inner == op => {
                has(left, op, beside) || has(right, op, beside)
            }
            Node::Paren(inner) => beside.contains(inner) || has(inner, op, beside),
            part => beside.contains(part),
        }
    }
    let op = if and { "||" } else { "&&" };
    matches!(node, Node::Binary(inner, ..) if *inner == op)
        && !has_try(node)
        && has(node, op, beside)
}

/// `(a || b)` beside `!a` in an `&&` without the `a`, or the other way round.
fn thinned(node: Node, beside: &[Node], and: bool) -> Node {
    fn parts(node: Node, op: &str, out: &mut Vec<Node>) {
        match node {
            Node::Binary(inner, left, right) if inner == op => {
                parts(*left, op, out);
                parts(*right, op, out);
            }
            node => out.push(node),
        }
    }
    let op = if and { "||" } else { "&&" };
    let bare = |node: &Node| match node {
        Node::Paren(inner) => (**inner).clone(),
        node => node.clone(),
    };
    if !matches!(&node, Node::Binary(inner, ..) if *inner == op) || has_try(&node) {
        return node;
    }
    let mut all = Vec::new();
    parts(node.clone(), op, &mut all);
    let count = all.len();
    all.retain(|part| !beside.contains(&opposite(bare(part))));
    if all.len() == count { node } else { combined(all, !and) }
}

fn flatten<'a>(ir: &'a Ir, and: bool, out: &mut Vec<&'a Ir>) {
    match (&ir.kind, and) {
        (IrKind::And(a, b), true) | (IrKind::Or(a, b), false) => {
            flatten(a, and, out);
            flatten(b, and, out);
        }
        _ => out.push(ir),
    }
}

/// How often the value in an option is read as known, and how often the option itself.
fn uses(ir: &Ir, option: &Ir, (narrowed, bare): (u32, u32)) -> (u32, u32) {
    match &ir.kind {
        IrKind::Convert { how: Conversion::Narrow, of } if same(of, option) => (narrowed + 1, bare),
        _ if same(ir, option) => (narrowed, bare + 1),
        _ => ir.parts().into_iter().fold((narrowed, bare), |n, part| uses(part, option, n)),
    }
}

fn bound(ir: &Ir) -> Option<Bound<'_>> {
    match &ir.kind {
        IrKind::Compare { op, left, right } if left.ty == Type::Int => match right.kind {
            IrKind::Lit(Literal::Int(at)) => Some(Bound { of: left, op: *op, at }),
            _ => None,
        },
        _ => None,
    }
}
