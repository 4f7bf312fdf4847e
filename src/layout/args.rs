//! Lists in brackets: arguments, tuples, arrays.

use super::TAB;
use super::closure::last_closure;
use super::control::printed_cond;
use super::expr::rewrite;
use super::node::Node;
use super::shape::{Shape, line_break};
use super::text::{first_line, first_width, is_multiline, last_width, newlines, width};

/// The brackets of a list, and what they ask for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delimiters {
    open: char,
    close: char,
    comma: Comma,
    /// Arguments in front of the format string, for macros that have one.
    format_string: Option<usize>,
    /// The arguments of a macro are printed without regard to closures and conditions in them.
    is_macro: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comma {
    /// After the last item when each has a line of its own.
    WhenVertical,
    Always,
    Never,
}

impl Delimiters {
    pub(super) const CALL: Self = Self {
        open: '(',
        close: ')',
        comma: Comma::WhenVertical,
        format_string: None,
        is_macro: false,
    };
    pub(super) const VEC: Self = Self { is_macro: true, ..Self::ARRAY };
    pub(super) const ARRAY: Self = Self { open: '[', close: ']', ..Self::CALL };
    pub(super) const SINGLE: Self = Self { comma: Comma::Always, ..Self::CALL };

    /// The brackets of `name!(..)`.
    pub(super) fn of_macro(name: &str) -> Self {
        let format_string = match name {
            "format" | "format_args" | "panic" | "unreachable" | "print" | "println" | "eprint"
            | "eprintln" | "trace" | "debug" | "info" | "warn" | "error" => Some(0),
            "assert" | "debug_assert" | "write" | "writeln" => Some(1),
            "assert_eq" | "assert_ne" | "debug_assert_eq" | "debug_assert_ne" => Some(2),
            _ => None,
        };
        Self { comma: Comma::Never, format_string, is_macro: true, ..Self::CALL }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tactic {
    Horizontal,
    Vertical,
    /// As many per line as fit.
    Mixed,
    /// A format string on its own line, what is before and after it on one line each.
    Format(usize),
}

/// Print `head(items)`.
pub(super) fn list_like(
    head: &str,
    items: &[Node],
    shape: Shape,
    with: Delimiters,
) -> Option<String> {
    let list = List {
        head,
        items,
        with,
        budget: shape.width.saturating_sub(extra_offset(head, shape) + 2),
        behind: shape
            .offset_left(last_width(head) + 1)
            .and_then(|s| s.sub_width(1))
            .unwrap_or(Shape { width: 0, ..shape }),
        nested: Shape { width: shape.nested().width.saturating_sub(1), ..shape.nested() },
    };
    let mut printed: Vec<Option<String>> = items.iter().map(|i| rewrite(i, list.nested)).collect();
    let tactic = list.place(&mut printed);
    let printed: Option<Vec<String>> = printed.into_iter().collect();
    let text = list.join(&printed?, tactic);
    let taken = if text.is_empty() { 2 } else { first_width(&text) + 1 };
    let (open, close) = (with.open, with.close);
    if tactic == Tactic::Horizontal && taken <= shape.width.saturating_sub(last_width(head)) {
        return Some(format!("{head}{open}{text}{close}"));
    }
    let inner = if text.is_empty() { text } else { format!("{}{text}", list.nested.line_break()) };
    Some(format!("{head}{open}{inner}{}{close}", line_break(shape.indent)))
}

/// Columns that the last line of `text` takes beyond what the shape already counts.
pub(super) fn extra_offset(text: &str, shape: Shape) -> usize {
    match is_multiline(text) {
        true => last_width(text).saturating_sub(shape.used_width()),
        false => width(text),
    }
}

struct List<'a> {
    head: &'a str,
    items: &'a [Node],
    with: Delimiters,
    budget: usize,
    behind: Shape,
    nested: Shape,
}

impl List<'_> {
    /// Decide how the items are placed. The last one may run over several lines while the others
    /// stay before it; then its text is exchanged.
    fn place(&self, printed: &mut [Option<String>]) -> Tactic {
        let Some(last) = self.items.last() else { return Tactic::Horizontal };
        let alone = self.items.len() == 1;
        let hugged = alone && self.head.len() < TAB;
        let overflow = hugged || may_overflow(last, self.items.len());
        let over = if overflow { self.overflowed(last, hugged, printed) } else { None };
        if let (Some(text), Some(slot)) = (&over, printed.last_mut()) {
            *slot = Some(first_line(text).to_owned());
        }
        let tactic = self.simple_tactic(printed);
        match (over, tactic) {
            (Some(text), Tactic::Horizontal) => {
                let own = if alone && newlines(&text) == 1 {
                    rewrite(last, self.nested).filter(|t| !is_multiline(t))
                } else {
                    None
                };
                set_last(printed, Some(own.unwrap_or(text)));
                Tactic::Horizontal
            }
            _ => {
                set_last(printed, rewrite(last, self.nested));
                self.place_unhugged(printed)
            }
        }
    }

    fn place_unhugged(&self, printed: &[Option<String>]) -> Tactic {
        if let [Some(only)] = printed
            && self.budget != 0
            && !is_multiline(only)
            && width(only) <= self.budget
        {
            return Tactic::Horizontal;
        }
        if self.simple_tactic(printed) == Tactic::Horizontal {
            return Tactic::Horizontal;
        }
        if let Some(before) = self.with.format_string {
            return self.format_tactic(before, printed);
        }
        let short = |t: &Option<String>| t.as_ref().is_some_and(|t| t.len() <= 10);
        if self.items.iter().all(is_simple) && printed.iter().all(short) {
            return Tactic::Mixed;
        }
        Tactic::Vertical
    }

    fn format_tactic(&self, before: usize, printed: &[Option<String>]) -> Tactic {
        let (Some(first), Some(rest)) = (self.items.get(..before), self.items.get(before + 1..))
        else {
            return Tactic::Vertical;
        };
        let fits = |part: Option<&[Option<String>]>| {
            part.is_some_and(|p| total(p) <= self.nested.width && !any_multiline(p))
        };
        if first.iter().chain(rest).all(is_simple)
            && fits(printed.get(..before))
            && fits(printed.get(before + 1..))
        {
            return Tactic::Format(before);
        }
        Tactic::Vertical
    }

    fn simple_tactic(&self, printed: &[Option<String>]) -> Tactic {
        let limit = self.budget.min(self.nested.max);
        match total(printed) <= limit && !any_multiline(printed) {
            true => Tactic::Horizontal,
            false => Tactic::Vertical,
        }
    }

    /// The last item when it starts behind the others and may take several lines.
    fn overflowed(&self, last: &Node, hugged: bool, printed: &[Option<String>]) -> Option<String> {
        let mut shape = self.behind;
        if self.items.len() > 1 || is_nested_call(last) {
            let others = printed.get(..printed.len() - 1)?;
            let offset = others.iter().map(|t| 2 + t.as_ref().map_or(0, String::len)).sum();
            shape.width = shape.width.min(shape.max);
            shape = shape.offset_left(offset)?;
        }
        if !hugged && is_method_call(last) {
            shape.unbroken = true;
        }
        match last {
            _ if self.with.is_macro => rewrite(last, shape),
            Node::Closure(..) => {
                let closures = self.items.iter().filter(|i| matches!(i, Node::Closure(..)));
                if closures.count() > 1 { None } else { last_closure(last, shape) }
            }
            Node::If(..) | Node::Match(..)
                if printed_cond(last, shape).is_some_and(|c| is_multiline(&c)) =>
            {
                None
            }
            _ => rewrite(last, shape),
        }
    }

    fn join(&self, printed: &[String], tactic: Tactic) -> String {
        let line = self.nested.line_break();
        let mut out = String::new();
        let mut column = 0;
        for (i, item) in printed.iter().enumerate() {
            let last = i + 1 == printed.len();
            let separator = usize::from(!last);
            match tactic {
                _ if i == 0 => {}
                Tactic::Horizontal => out.push(' '),
                Tactic::Vertical => out.push_str(&line),
                Tactic::Format(before) if i == before || i == before + 1 => out.push_str(&line),
                Tactic::Format(_) => out.push(' '),
                Tactic::Mixed if column + 1 + width(item) + separator > self.nested.width => {
                    out.push_str(&line);
                    column = 0;
                }
                Tactic::Mixed => {
                    out.push(' ');
                    column += 1;
                }
            }
            column += width(item) + separator;
            out.push_str(item);
            let comma = match self.with.comma {
                Comma::Always => true,
                Comma::Never => false,
                Comma::WhenVertical => matches!(tactic, Tactic::Vertical | Tactic::Mixed),
            };
            if !last || comma {
                out.push(',');
            }
        }
        out
    }
}

fn set_last(printed: &mut [Option<String>], text: Option<String>) {
    if let Some(slot) = printed.last_mut() {
        *slot = text;
    }
}

fn total(printed: &[Option<String>]) -> usize {
    let widths: usize = printed.iter().map(|t| t.as_ref().map_or(0, |t| width(t))).sum();
    widths + 2 * printed.len().saturating_sub(1)
}

fn any_multiline(printed: &[Option<String>]) -> bool {
    printed.iter().any(|t| t.as_ref().is_some_and(|t| is_multiline(t)))
}

/// Whether the last of `count` arguments may start on the line of the bracket and end on a later.
fn may_overflow(node: &Node, count: usize) -> bool {
    match node {
        Node::Block(_) | Node::Closure(..) => true,
        Node::Match(..)
        | Node::If(..)
        | Node::Array(_)
        | Node::Struct(..)
        | Node::Call(..)
        | Node::Method(..)
        | Node::Macro(..)
        | Node::VecMacro(..)
        | Node::Tuple(_) => count == 1,
        Node::Prefix(_, inner) | Node::Try(inner) | Node::Cast(inner, _) => {
            may_overflow(inner, count)
        }
        _ => false,
    }
}

fn is_nested_call(node: &Node) -> bool {
    match node {
        Node::Call(..) | Node::Macro(..) | Node::VecMacro(..) => true,
        Node::Prefix(_, inner) | Node::Try(inner) | Node::Cast(inner, _) => is_nested_call(inner),
        _ => false,
    }
}

fn is_method_call(node: &Node) -> bool {
    match node {
        Node::Method(..) => true,
        Node::Prefix(_, inner) | Node::Try(inner) | Node::Cast(inner, _) => is_method_call(inner),
        _ => false,
    }
}

fn is_simple(node: &Node) -> bool {
    match node {
        Node::Atom(text) => text.starts_with('"') || !text.contains("::"),
        Node::Prefix(_, inner)
        | Node::Cast(inner, _)
        | Node::Field(inner, _)
        | Node::Try(inner) => is_simple(inner),
        Node::Index(of, index) => is_simple(of) && is_simple(index),
        _ => false,
    }
}
