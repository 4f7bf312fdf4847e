//! Everything on one line.

use super::node::{Block, Field, Node, Stmt};

/// The node on one line; `None` where it always takes several.
pub(super) fn flat(node: &Node) -> Option<String> {
    Some(match node {
        Node::Atom(text) => text.clone(),
        Node::Call(callee, args) => format!("{}({})", flat(callee)?, flat_list(args)?),
        Node::Method(receiver, name, args) => {
            format!("{}.{name}({})", flat(receiver)?, flat_list(args)?)
        }
        Node::Field(receiver, name) => format!("{}.{name}", flat(receiver)?),
        Node::Try(inner) => format!("{}?", flat(inner)?),
        Node::Await(inner) => format!("{}.await", flat(inner)?),
        Node::Index(of, index) => format!("{}[{}]", flat(of)?, flat(index)?),
        Node::Prefix(op, inner) => format!("{op}{}", flat(inner)?),
        Node::Paren(inner) => format!("({})", flat(inner)?),
        Node::Binary(op, left, right) => format!("{} {op} {}", flat(left)?, flat(right)?),
        Node::Cast(inner, ty) => format!("{} as {ty}", flat(inner)?),
        Node::Range(from, op, to) => {
            let side = |n: &Option<Box<Node>>| n.as_ref().map_or(Some(String::new()), |n| flat(n));
            format!("{}{op}{}", side(from)?, side(to)?)
        }
        Node::Struct(path, fields, base) => flat_struct(path, fields, base.as_deref())?,
        Node::Tuple(items) if items.len() == 1 => format!("({},)", flat_list(items)?),
        Node::Tuple(items) => format!("({})", flat_list(items)?),
        Node::Array(items) => format!("[{}]", flat_list(items)?),
        Node::VecMacro(name, items) => format!("{name}![{}]", flat_list(items)?),
        Node::Macro(name, items) => format!("{name}!({})", flat_list(items)?),
        Node::Closure(params, body) => format!("{params} {}", flat(body)?),
        Node::If(pattern, cond, then, other) => {
            let Some(Node::Block(other)) = other.as_deref() else { return None };
            let (then, other) = (flat(then.only()?)?, flat(other.only()?)?);
            format!("if {} {{ {then} }} else {{ {other} }}", flat_cond(pattern.as_deref(), cond)?)
        }
        Node::Match(on, arms) if arms.is_empty() => format!("match {} {{}}", flat(on)?),
        Node::Match(..) => return None,
        Node::Block(block) => flat_block(block)?,
        Node::Return(None) => "return".to_owned(),
        Node::Return(Some(value)) => format!("return {}", flat(value)?),
        Node::Assign(left, op, right) => format!("{} {op} {}", flat(left)?, flat(right)?),
    })
}

/// What stands between `if` and the brace, on one line.
pub(super) fn flat_cond(pattern: Option<&str>, cond: &Node) -> Option<String> {
    let cond = flat(cond)?;
    Some(pattern.map_or_else(|| cond.clone(), |pattern| format!("let {pattern} = {cond}")))
}

fn flat_list(items: &[Node]) -> Option<String> {
    let items: Option<Vec<String>> = items.iter().map(flat).collect();
    Some(items?.join(", "))
}

fn flat_struct(path: &str, fields: &[Field], base: Option<&Node>) -> Option<String> {
    let mut parts = Vec::with_capacity(fields.len() + 1);
    for field in fields {
        parts.push(match &field.value {
            Some(value) => format!("{}: {}", field.name, flat(value)?),
            None => field.name.clone(),
        });
    }
    if let Some(base) = base {
        parts.push(format!("..{}", flat(base)?));
    }
    if parts.is_empty() {
        return Some(format!("{path} {{}}"));
    }
    Some(format!("{path} {{ {} }}", parts.join(", ")))
}

fn flat_block(block: &Block) -> Option<String> {
    if block.0.is_empty() {
        return Some("{}".to_owned());
    }
    match block.0.as_slice() {
        [Stmt::Expr(node)] => Some(format!("{{ {} }}", flat(node)?)),
        _ => None,
    }
}
