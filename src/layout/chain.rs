//! Chains of methods, fields and `?`.

use super::TAB;
use super::args::{Delimiters, list_like};
use super::expr::rewrite;
use super::node::Node;
use super::shape::Shape;
use super::text::{extendable, first_width, fitting, is_multiline, last_width, lines, width};

/// A link of a chain, with the `?`s behind it.
struct Link<'a> {
    kind: LinkKind<'a>,
    tries: usize,
}

enum LinkKind<'a> {
    Root(&'a Node),
    Method(&'a str, &'a [Node]),
    Field(&'a str),
    Await,
}

/// Print a chain.
pub(super) fn chain(node: &Node, shape: Shape) -> Option<String> {
    let mut links = links_of(node);
    let root = links.remove(0);
    let mut rest = links.as_slice();
    let mut head = root.print(shape)?;
    if rest.is_empty() {
        return Some(head);
    }
    let LinkKind::Root(root_node) = root.kind else { return None };
    let mut ends_with_block = is_block_like(root_node, &head);
    // A root as short as the indentation takes the next link along, else it would float.
    let short = TAB.saturating_sub(shape.offset);
    while width(&head) <= short && !is_multiline(&head) {
        let Some((next, further)) = rest.split_first() else { break };
        let Some(text) = next.print(shape.offset_left(width(&head))?) else { break };
        head.push_str(&text);
        ends_with_block = extendable(&head);
        rest = further;
    }
    let Some((last, middle)) = rest.split_last() else { return fitting(head, shape) };
    let child = if ends_with_block { shape.own_line() } else { shape.nested() };
    let mut printed = vec![head];
    for link in middle {
        printed.push(link.print(child)?);
    }
    let (text, on_one_line) = print_last(last, &printed, links.len(), shape, child)?;
    printed.push(text);
    if !on_one_line && shape.unbroken {
        return None;
    }
    let between = if on_one_line { String::new() } else { child.line_break() };
    fitting(printed.join(&between), shape)
}

/// The last link: either it runs over several lines behind the rest of the chain, or every link
/// takes a line of its own; whichever needs fewer lines.
fn print_last(
    last: &Link<'_>,
    printed: &[String],
    links: usize,
    shape: Shape,
    child: Shape,
) -> Option<(String, bool)> {
    let head = printed.first()?;
    let behind_block = extendable(head);
    let before = last.tries
        + if behind_block { last_width(head) } else { printed.iter().map(|p| width(p)).sum() };
    let budget =
        if links == 1 { shape.width } else { shape.width.min(shape.max) }.saturating_sub(before);
    let one_line = printed.iter().all(|p| !is_multiline(p)) && budget > 0;
    let vertical = child.sub_width(shape.overhead() + last.tries);
    let last_shape = if one_line {
        shape.sub_width(last.tries)?
    } else if behind_block {
        child.sub_width(last.tries)?
    } else {
        vertical?
    };
    let fallback = last.print(last_shape);
    if !(one_line || behind_block) {
        return Some((fallback?, false));
    }
    let Some(over) = last_shape.offset_left(before).and_then(|s| last.print(s)) else {
        return Some((fallback?, false));
    };
    let fits = first_width(&over) <= budget;
    if fits && lines(&over) >= 5 {
        return Some((over, one_line));
    }
    match last.print(vertical?) {
        Some(own) if !fits || lines(&own) < lines(&over) => Some((own, false)),
        _ => Some((over, fits && one_line)),
    }
}

impl Link<'_> {
    fn print(&self, shape: Shape) -> Option<String> {
        let shape = shape.sub_width(self.tries)?;
        let mut text = match self.kind {
            LinkKind::Root(node) => rewrite(node, shape)?,
            LinkKind::Method(name, args) => {
                list_like(&format!(".{name}"), args, shape, Delimiters::CALL)?
            }
            LinkKind::Field(name) => format!(".{name}"),
            LinkKind::Await => ".await".to_owned(),
        };
        text.extend(std::iter::repeat_n('?', self.tries));
        Some(text)
    }
}

/// The links from the root on.
fn links_of(mut node: &Node) -> Vec<Link<'_>> {
    let mut links = Vec::new();
    let mut tries = 0;
    loop {
        let (kind, inner) = match node {
            Node::Try(inner) => {
                tries += 1;
                node = inner;
                continue;
            }
            Node::Method(receiver, name, args) => (LinkKind::Method(name, args), Some(receiver)),
            Node::Field(receiver, name) => (LinkKind::Field(name), Some(receiver)),
            Node::Await(inner) => (LinkKind::Await, Some(inner)),
            root => (LinkKind::Root(root), None),
        };
        links.push(Link { kind, tries });
        tries = 0;
        match inner {
            Some(inner) => node = inner,
            None => break,
        }
    }
    links.reverse();
    links
}

/// Whether the printed node ends with a line of brackets that more may follow.
fn is_block_like(node: &Node, text: &str) -> bool {
    match node {
        Node::Prefix(op, _) if op.starts_with('&') => false,
        Node::Paren(inner) | Node::Prefix(_, inner) | Node::Try(inner) => {
            is_block_like(inner, text)
        }
        Node::Binary(_, _, right) => is_block_like(right, text),
        Node::Index(_, index) => is_block_like(index, text),
        Node::Closure(_, body) => is_block_like(body, text),
        Node::Call(..)
        | Node::Method(..)
        | Node::Array(_)
        | Node::Struct(..)
        | Node::If(..)
        | Node::Block(_)
        | Node::Match(..)
        | Node::Macro(..)
        | Node::VecMacro(..) => is_multiline(text),
        _ => false,
    }
}
