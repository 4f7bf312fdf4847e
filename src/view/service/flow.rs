//! The shape of functions that look at an event: which branch, how deep, with what for the rest.
//!
//! One event that matters is a `let .. else`, several are a `match` whose rest is `_`, nested `if`s
//! are one: what a reader expects and clippy asks for, whatever the domain says.

use crate::lang::to_rust::{combined, constant};
use crate::layout::{self, Arm, Block, Node, Stmt};
use crate::view::domain::uses;

/// What a function does for one event.
#[derive(Debug)]
pub struct Branch {
    /// The event's variant, without its payload: `ToolEvent::ToolLent`.
    pub variant: String,
    /// The statements; none when the event does not matter.
    pub body: Vec<Stmt>,
}

/// Statements without a value for each event; `idle` is what the function answers when none matters.
#[must_use]
pub fn effects(branches: Vec<Branch>, idle: &Node) -> Vec<Stmt> {
    let count = branches.len();
    let mut busy: Vec<Branch> = branches.into_iter().filter(|it| !it.body.is_empty()).collect();
    let rest = busy.len() < count;
    if busy.len() == 1
        && let Some(only) = busy.pop()
    {
        return alone(only, rest, idle);
    }
    if busy.is_empty() {
        return Vec::new();
    }
    vec![Stmt::Expr(choice(busy, rest.then(|| Node::Block(Block::default()))))]
}

/// A value for each event; `idle` is the value of an event that does not matter.
#[must_use]
pub fn values(branches: Vec<Branch>, idle: &Node) -> Vec<Stmt> {
    let count = branches.len();
    let mut busy: Vec<Branch> = branches.into_iter().filter(|it| !it.body.is_empty()).collect();
    let rest = busy.len() < count;
    let texts: Vec<String> = busy.iter().map(|it| layout::body(&it.body, 0)).collect();
    let same = texts.windows(2).all(|pair| pair.first() == pair.last());
    let own = texts.first().is_some_and(|text| uses(text, "ev"));
    if busy.is_empty() {
        return vec![Stmt::Expr(idle.clone())];
    }
    if !rest && same && !own {
        return busy.pop().map(|it| it.body).unwrap_or_default();
    }
    if busy.len() == 1 && busy.first().is_some_and(|it| it.body.len() > 1) {
        return busy.pop().map(|only| alone(only, rest, idle)).unwrap_or_default();
    }
    vec![Stmt::Expr(choice(busy, rest.then(|| idle.clone())))]
}

/// The statements of the only event that matters.
fn alone(only: Branch, rest: bool, idle: &Node) -> Vec<Stmt> {
    let used = uses(&layout::body(&only.body, 0), "ev");
    let payload = if used { "ev" } else { "_" };
    let otherwise = rest.then(|| {
        let back = Node::Return(Some(Box::new(idle.clone())));
        Block(vec![Stmt::Expr(back)])
    });
    let mut out = Vec::new();
    if rest || used {
        let head = format!("let {}({payload})", only.variant);
        out.push(Stmt::Bind(head, data(), otherwise));
    }
    out.extend(only.body);
    out
}

/// A `match` in which equal bodies without the event's fields stand together.
fn choice(branches: Vec<Branch>, rest: Option<Node>) -> Node {
    let mut arms: Vec<(String, Arm)> = Vec::new();
    for Branch { variant, body } in branches {
        let text = layout::body(&body, 0);
        if !uses(&text, "ev") {
            let pattern = format!("{variant}(_)");
            if let Some((_, arm)) = arms.iter_mut().find(|(other, _)| *other == text) {
                arm.patterns.push(pattern);
                continue;
            }
            arms.push((text, arm(pattern, body)));
        } else {
            arms.push((format!("{text}//own"), arm(format!("{variant}(ev)"), body)));
        }
    }
    let mut arms: Vec<Arm> = arms.into_iter().map(|(_, arm)| arm).collect();
    if rest == Some(Node::Block(Block::default())) {
        arms = arms.into_iter().map(guarded).collect();
    }
    arms.extend(rest.map(|body| Arm { patterns: vec!["_".to_owned()], guard: None, body }));
    Node::Match(Box::new(data()), arms)
}

fn arm(pattern: String, body: Vec<Stmt>) -> Arm {
    let body = match body.as_slice() {
        [Stmt::Expr(only)] if !matches!(only, Node::If(..) | Node::Match(..)) => only.clone(),
        _ => Node::Block(Block(body)),
    };
    Arm { patterns: vec![pattern], guard: None, body }
}

/// An arm that only does something under a condition has it as its guard: the rest does nothing.
fn guarded(arm: Arm) -> Arm {
    let Node::Block(Block(mut body)) = arm.body else { return arm };
    match (body.pop(), body.is_empty()) {
        (Some(Stmt::Expr(Node::If(None, test, then, None))), true) if !binds(&test) => {
            Arm { guard: Some(*test), body: Node::Block(then), ..arm }
        }
        (last, _) => {
            body.extend(last);
            Arm { body: Node::Block(Block(body)), ..arm }
        }
    }
}

/// Whether a condition binds what it tests.
fn binds(test: &Node) -> bool {
    match test {
        Node::Binary(_, left, right) => binds(left) || binds(right),
        Node::Atom(text) => text.starts_with("let "),
        _ => false,
    }
}

fn data() -> Node {
    Node::atom("event").field("data").borrowed()
}

/// `if test { body }`; when the body is one `if` without `else`, the two are one, and what always
/// holds needs no test.
#[must_use]
pub fn when(test: Node, mut body: Vec<Stmt>) -> Vec<Stmt> {
    match constant(&test) {
        _ if body.is_empty() => return body,
        Some(true) => return body,
        Some(false) => return Vec::new(),
        None => {}
    }
    let nested = matches!(body.as_slice(), [Stmt::Expr(Node::If(_, _, _, None))]);
    if nested && let Some(Stmt::Expr(Node::If(pattern, inner, block, None))) = body.pop() {
        let both = match pattern {
            None => combined(vec![test, *inner], true),
            Some(pattern) => {
                let value = layout::body(&[Stmt::Expr(*inner)], 0);
                Node::binary("&&", operand(test), Node::atom(format!("let {pattern} = {value}")))
            }
        };
        return match constant(&both) {
            Some(true) => block.0,
            Some(false) => Vec::new(),
            None => vec![Stmt::Expr(Node::If(None, Box::new(both), block, None))],
        };
    }
    vec![Stmt::Expr(Node::If(None, Box::new(test), Block(body), None))]
}

fn operand(node: Node) -> Node {
    if matches!(node, Node::Binary("||", ..)) { node.paren() } else { node }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(name: &str, body: &[&str]) -> Branch {
        let body = body.iter().map(|text| Stmt::Semi(Node::atom(*text))).collect();
        Branch { variant: format!("E::{name}"), body }
    }

    fn text(statements: &[Stmt]) -> String {
        layout::body(statements, 0)
    }

    #[test]
    fn the_only_event_that_matters_is_taken_out_first() {
        let out = effects(vec![branch("A", &[]), branch("B", &["use_of(ev)"])], &Node::atom("row"));
        assert_eq!(text(&out), "let E::B(ev) = &event.data else { return row };\nuse_of(ev);");
        let out = effects(vec![branch("B", &["done()"])], &Node::atom("row"));
        assert_eq!(text(&out), "done();");
    }

    #[test]
    fn several_are_a_match_with_a_rest() {
        let branches =
            || vec![branch("A", &["a()"]), branch("B", &["a()"]), branch("C", &["c(ev)"])];
        let out = text(&effects(branches(), &Node::atom("row")));
        assert!(out.contains("E::A(_) | E::B(_) => {\n        a();"), "{out}");
        assert!(!out.contains("_ =>"), "{out}");
        let mut more = branches();
        more.push(branch("D", &[]));
        assert!(text(&effects(more, &Node::atom("row"))).contains("    _ => {}\n"), "rest");
    }

    #[test]
    fn a_condition_for_all_of_an_arm_is_its_guard() {
        let body = when(Node::atom("ev.sent"), vec![Stmt::Semi(Node::atom("x()"))]);
        let other = || branch("B", &["b()"]);
        let asked = || Branch { variant: "E::A".to_owned(), body: body.clone() };
        let with_rest = effects(vec![asked(), other(), branch("C", &[])], &Node::atom("row"));
        assert!(
            text(&with_rest).contains("    E::A(ev) if ev.sent => {\n        x();"),
            "{with_rest:?}"
        );
        let whole = text(&effects(vec![asked(), other()], &Node::atom("row")));
        assert!(whole.contains("    E::A(ev) => {\n        if ev.sent {"), "{whole}");
    }

    #[test]
    fn what_always_or_never_holds_is_not_asked() {
        let body = || vec![Stmt::Semi(Node::atom("x()"))];
        assert_eq!(text(&when(Node::atom("true"), body())), "x();");
        assert_eq!(text(&when(Node::atom("false"), body())), "");
        let twice = when(Node::atom("a"), when(Node::atom("a"), body()));
        assert_eq!(text(&twice), "if a {\n    x();\n}");
    }

    #[test]
    fn a_binding_behind_a_condition_has_a_line_of_its_own() {
        let row = Node::prefix("&mut ", Node::atom("row"));
        let bound = Node::If(
            Some("Some(row)".to_owned()),
            Box::new(row),
            Block(vec![Stmt::Semi(Node::atom("x()"))]),
            None,
        );
        let both = |test| text(&when(test, vec![Stmt::Expr(bound.clone())]));
        assert_eq!(both(Node::atom("a")), "if a && let Some(row) = &mut row {\n    x();\n}");
        let far = "if a.b()\n    && let Some(row) = &mut row\n{\n    x();\n}";
        assert_eq!(both(Node::atom("a").method("b", vec![])), far);
    }

    #[test]
    fn nested_conditions_are_one() {
        let inner = when(Node::atom("b"), vec![Stmt::Semi(Node::atom("x()"))]);
        let both = when(Node::binary("||", Node::atom("a"), Node::atom("c")), inner);
        assert_eq!(text(&both), "if (a || c) && b {\n    x();\n}");
    }
}
