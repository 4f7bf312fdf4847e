//! Everything on one line.

use super::node::{Block, Field, Node, Stmt};
use super::text::width;

/// The node on one line of at most `limit` columns; `None` where it is longer or always takes
/// several lines. Stops at the limit, so that asking is cheap however large the node is.
pub(super) fn flat(node: &Node, limit: usize) -> Option<String> {
    let mut line = Line { text: String::new(), left: limit };
    line.node(node)?;
    Some(line.text)
}

struct Line {
    text: String,
    left: usize,
}

impl Line {
    fn put(&mut self, text: &str) -> Option<()> {
        self.left = self.left.checked_sub(width(text))?;
        self.text.push_str(text);
        Some(())
    }

    fn node(&mut self, node: &Node) -> Option<()> {
        match node {
            Node::Atom(text) => self.put(text),
            Node::Call(callee, args) => {
                self.node(callee)?;
                self.list("(", args, ")")
            }
            Node::Method(receiver, name, args) => {
                self.node(receiver)?;
                self.put(".")?;
                self.put(name)?;
                self.list("(", args, ")")
            }
            Node::Field(receiver, name) => {
                self.node(receiver)?;
                self.put(".")?;
                self.put(name)
            }
            Node::Try(inner) => self.around("", inner, "?"),
            Node::Await(inner) => self.around("", inner, ".await"),
            Node::Prefix(op, inner) => self.around(op, inner, ""),
            Node::Paren(inner) => self.around("(", inner, ")"),
            Node::Index(of, index) => {
                self.node(of)?;
                self.around("[", index, "]")
            }
            Node::Cast(inner, ty) => {
                self.around("", inner, " as ")?;
                self.put(ty)
            }
            // How a `let` among conditions breaks is told elsewhere.
            Node::Binary(_, _, right) if is_let(right) => None,
            Node::Binary(op, left, right) | Node::Assign(left, op, right) => {
                self.around("", left, " ")?;
                self.put(op)?;
                self.around(" ", right, "")
            }
            Node::Range(from, op, to) => {
                from.as_ref().map_or(Some(()), |n| self.node(n))?;
                self.put(op)?;
                to.as_ref().map_or(Some(()), |n| self.node(n))
            }
            Node::Struct(path, fields, base) => self.structure(path, fields, base.as_deref()),
            Node::Tuple(items) if items.len() == 1 => self.list("(", items, ",)"),
            Node::Tuple(items) => self.list("(", items, ")"),
            Node::Array(items) => self.list("[", items, "]"),
            Node::VecMacro(name, items) => {
                self.put(name)?;
                self.list("![", items, "]")
            }
            Node::Macro(name, items) => {
                self.put(name)?;
                self.list("!(", items, ")")
            }
            Node::Closure(params, body) => {
                self.put(params)?;
                self.around(" ", body, "")
            }
            Node::If(pattern, cond, then, other) => {
                let Some(Node::Block(other)) = other.as_deref() else { return None };
                self.put("if ")?;
                if let Some(pattern) = pattern {
                    self.put("let ")?;
                    self.put(pattern)?;
                    self.put(" = ")?;
                }
                self.node(cond)?;
                self.around(" { ", then.only()?, " } else { ")?;
                self.around("", other.only()?, " }")
            }
            Node::Match(on, arms) if arms.is_empty() => self.around("match ", on, " {}"),
            Node::Match(..) => None,
            Node::Block(block) => self.block(block),
            Node::Return(None) => self.put("return"),
            Node::Return(Some(value)) => self.around("return ", value, ""),
        }
    }

    fn around(&mut self, before: &str, node: &Node, after: &str) -> Option<()> {
        self.put(before)?;
        self.node(node)?;
        self.put(after)
    }

    fn list(&mut self, open: &str, items: &[Node], close: &str) -> Option<()> {
        self.put(open)?;
        for (i, item) in items.iter().enumerate() {
            self.around(if i == 0 { "" } else { ", " }, item, "")?;
        }
        self.put(close)
    }

    fn structure(&mut self, path: &str, fields: &[Field], base: Option<&Node>) -> Option<()> {
        self.put(path)?;
        let mut before = " { ";
        for field in fields {
            self.put(before)?;
            self.put(&field.name)?;
            if let Some(value) = &field.value {
                self.around(": ", value, "")?;
            }
            before = ", ";
        }
        if let Some(base) = base {
            self.put(before)?;
            self.around("..", base, "")?;
            before = ", ";
        }
        self.put(if before == ", " { " }" } else { " {}" })
    }

    fn block(&mut self, block: &Block) -> Option<()> {
        match block.0.as_slice() {
            [] => self.put("{}"),
            [Stmt::Expr(node)] => self.around("{ ", node, " }"),
            _ => None,
        }
    }
}

/// Whether a condition binds what it tests.
fn is_let(node: &Node) -> bool {
    matches!(node, Node::Atom(text) if text.starts_with("let "))
}
