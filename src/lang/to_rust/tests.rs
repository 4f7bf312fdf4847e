//! Expressions in, Rust out.

use super::{Form, Lowered, Lowerer, Names};
use crate::diagnostics::Sink;
use crate::lang::check::{Checker, World};
use crate::lang::fixture::{command, lines, text, world};
use crate::lang::ir::Root;
use crate::lang::parse;
use crate::lang::types::{TypeId, TypeTable};
use crate::layout::{self, Node};

struct Plain(World);

impl Names for Plain {
    fn types(&self) -> &TypeTable {
        &self.0.types
    }

    fn ty(&self, id: TypeId) -> String {
        let name = self.0.types.get(id).map_or("?", |d| &d.name);
        if name == "Weekday" { "time::Weekday".into() } else { name.to_owned() }
    }

    fn root(&self, root: Root) -> Lowered {
        let name = match root {
            Root::This => "self",
            Root::Cmd => "cmd",
            Root::Settings => "Settings::get()",
            _ => return Lowered::new(Node::atom("cx").field("actor"), Form::Place),
        };
        Lowered::new(Node::atom(name), Form::Ref)
    }

    fn root_field(&self, root: Root, name: &str) -> Option<Lowered> {
        let id = root == Root::Actor && name == "id";
        id.then(|| Lowered::value(self.root(root).node.method("id", vec![]).tried()))
    }

    fn derived_fails(&self, _: Option<Root>, _: Option<TypeId>, name: &str) -> bool {
        name != "closed"
    }

    fn local(&self, name: &str) -> Lowered {
        Lowered::new(Node::atom(name), Form::Place)
    }

    fn zone(&self) -> Node {
        Node::atom("&time::UTC")
    }

    fn table(&self, _: Option<&str>, name: &str) -> String {
        name.to_owned()
    }

    fn function(&self, _: Option<&str>, name: &str) -> String {
        name.to_owned()
    }

    fn lookup(&self, _: &str, _: &str, keys: Vec<Node>) -> Node {
        Node::atom("cx").method("row", keys).tried()
    }
}

fn rust(source: &str) -> String {
    let names = Plain(world());
    let mut sink = Sink::new();
    let expr = parse::expr(&text(source), &mut sink).expect("an expression");
    let scope = command(&names.0);
    let ir = Checker::new(&names.0, Some("workshop"), scope, &mut sink).expr(&expr);
    assert_eq!(lines(source, sink.found()), "", "{source}");
    layout::expression(&Lowerer::new(&names).value(&ir), 0)
}

fn all(cases: &[(&str, &str)]) {
    for (source, wanted) in cases {
        assert_eq!(rust(source), *wanted, "{source}");
    }
}

#[test]
fn what_clippy_would_ask_for() {
    all(&[
        ("parts.len() == 0", "self.parts.is_empty()"),
        ("0 < parts.len()", "!self.parts.is_empty()"),
        ("!promised.is_none()", "self.promised.is_some()"),
        ("promised != none", "self.promised.is_some()"),
        ("promised.map_or(true, |p| p > today)", "self.promised.is_none_or(|p| p > cx.today())"),
        ("scores.filter(|s| s > 1).first()", "self.scores.iter().find(|s| **s > 1).copied()"),
        (
            "scores.filter(|s| s > 1).len()",
            "num::count(self.scores.iter().filter(|s| **s > 1).count())",
        ),
        ("parts.find(|p| p.quantity > 1).is_some()", "self.parts.values().any(|p| p.quantity > 1)"),
        ("parts[cmd.part_no].is_some()", "self.parts.contains_key(&cmd.part_no)"),
        ("!(flags < 3)", "self.flags >= 3"),
        ("closed == true", "self.closed()"),
        ("closed == false", "!self.closed()"),
        ("-(-flags)", "self.flags"),
        (
            "scores.map(|s| years_between(today, due_on))",
            "self.scores.iter().map(|_| time::years_between(cx.today(), self.due_on)).collect::<Vec<_>>()",
        ),
        ("promised.map_or(1 == 2, |p| true)", "self.promised.is_some_and(|_| true)"),
        (
            "promised.map_or(flags, |p| 3 - 2)",
            "match self.promised {\n    Some(_) => num::sub(3, 2)?,\n    None => self.flags,\n}",
        ),
        ("scores.first().is_some()", "!self.scores.is_empty()"),
        ("scores.last() == none", "self.scores.is_empty()"),
        (
            "(closed || flags > 1) && promised.is_none() && closed",
            "self.promised.is_none() && self.closed()",
        ),
        ("promised.is_some() && promised == promised", "self.promised.is_some()"),
        ("!promised.is_some_and(|p| p > today)", "self.promised.is_none_or(|p| p <= cx.today())"),
        (
            "!promised.is_none_or(|p| promised != none)",
            "self.promised.is_some_and(|_| self.promised.is_none())",
        ),
        (
            "!scores.sort_by(|s| flags).is_empty()",
            "list::sort_by(self.scores.iter(), |_| Ok(self.flags))?.into_iter().next().is_some()",
        ),
        (
            "!promised.map_or(promised.is_some() && false, |p| flags != 3)",
            "self.promised.is_none_or(|_| self.flags == 3)",
        ),
        (
            "scores.map(|s| closed).contains(closed && 1 == 2)",
            "self.scores.iter().map(|_| self.closed()).any(|x| !x)",
        ),
        ("promised.is_some() && closed || !closed", "self.promised.is_some() || !self.closed()"),
        (
            "(promised.is_none() || flags < 3) && flags >= 3",
            "self.promised.is_none() && self.flags >= 3",
        ),
        (
            "tags.max_by(|t| t.len())",
            "list::max_by(self.tags.iter(), |t| Ok(text::len(t)))?.cloned()",
        ),
        ("scores.sum(|s| s)", "num::sum(self.scores.iter().copied())?"),
        (
            "if closed { 1 } else { if closed { 2 } else { 3 } }",
            "if self.closed() { 1 } else { 3 }",
        ),
        (
            "if closed { 2 } else { if flags > 1 { 2 } else { 3 } }",
            "if self.closed() || self.flags > 1 { 2 } else { 3 }",
        ),
        ("if flags > 1 { 1 == 2 } else { 1 == 1 }", "self.flags <= 1"),
        ("flags >= 1 && flags <= 5", "(1..=5).contains(&self.flags)"),
        ("flags < 1 || flags > 5", "!(1..=5).contains(&self.flags)"),
        ("if flags > 1 { true } else { false }", "self.flags > 1"),
        ("!(closed && promised.is_none())", "!self.closed() || self.promised.is_some()"),
        (
            "dates(due_on, today).map(|d| d.year())",
            "time::dates(self.due_on, cx.today())?.into_iter().map(time::year).collect::<Vec<_>>()",
        ),
    ]);
}

#[test]
fn values_are_copied_borrowed_or_cloned() {
    all(&[
        ("number", "self.number.clone()"),
        ("cmd.price", "cmd.price"),
        ("number == 'x'", "self.number == \"x\""),
        ("plate == 'ab-1'", "self.plate == Plate::trusted(\"AB-1\".to_owned())"),
        ("cmd.part_no == 'B1'", "cmd.part_no == PartNo::trusted(\"B1\".to_owned())"),
        ("tags.contains('x')", "self.tags.contains(\"x\")"),
        ("number in ['a', 'b']", "[\"a\", \"b\"].contains(&self.number.as_str())"),
        (
            "status in [done, cancelled]",
            "matches!(self.status, JobStatus::Done | JobStatus::Cancelled)",
        ),
        ("type.trim().upper()", "text::upper(&text::trim(&self.r#type))"),
        ("plate.lower()", "text::lower(self.plate.value())"),
        ("part.map(|p| p.name)", "part.as_ref().map(|p| p.name.clone())"),
        ("part.map_or(0, |p| p.price)", "part.as_ref().map_or(num::decimal(0, 2), |p| p.price)"),
        (
            "planned.map(|w| w.days)",
            "match self.planned.as_ref() {\n    Some(w) => Some(w.days()?),\n    None => None,\n}",
        ),
        ("promised == today", "self.promised == Some(cx.today())"),
        ("planned == cmd.planned", "self.planned.as_ref() == Some(&cmd.planned)"),
        (
            "part.is_some() && part.price > 3",
            "part.as_ref().is_some_and(|part| part.price > num::decimal(3, 0))",
        ),
        (
            "notes.any(|n| n is from_owner)",
            "self.notes.iter().any(|n| matches!(n, Note::FromOwner { .. }))",
        ),
        ("cmd.job_id == owner_id", "cmd.job_id.0 == self.owner_id"),
        (
            "parts.any(|p| p.part_no == cmd.part_no)",
            "self.parts.values().any(|p| p.part_no == cmd.part_no)",
        ),
        ("tags.map(|t| t.lower())", "self.tags.iter().map(|t| text::lower(t)).collect::<Vec<_>>()"),
        (
            "Window(start = today, end = promised)",
            "Window { start: cx.today(), end: self.promised }",
        ),
    ]);
}

#[test]
fn arithmetic_is_checked() {
    all(&[
        ("flags + 1", "num::add(self.flags, 1)?"),
        ("limit * cmd.quantity", "num::mul(Settings::get().limit, num::from_int(cmd.quantity))?"),
        (
            "total >= limit * near",
            "self.total()? >= num::mul(Settings::get().limit, Settings::get().near)?",
        ),
        (
            "parts.sum(|p| p.price * p.quantity)",
            "list::total(self.parts.values(), 2, |p| Ok(num::mul(p.price, num::from_int(p.quantity))?))?",
        ),
        ("parts.sum(|p| p.price)", "num::total(self.parts.values().map(|p| p.price), 2)?"),
        ("scores.sum()", "num::sum(self.scores.iter().copied())?"),
        ("hours.sum(|k, v| v)", "num::total(self.hours.values().copied(), 1)?"),
        ("(total / 3).round(2)", "num::round(num::div(self.total()?, num::decimal(3, 0))?, 2)?"),
        (
            "scores.any(|s| s + 1 > 3)",
            "list::any(self.scores.iter(), |s| Ok(num::add(*s, 1)? > 3))?",
        ),
        ("today + 14d", "time::date_plus(cx.today(), time::days(14))?"),
        (
            "now - opened > 90min",
            "time::between(cx.now, self.opened) > SignedDuration::from_mins(90)",
        ),
        ("opened.hour()", "time::hour(self.opened, &time::UTC)"),
        (
            "hours[owner_id].unwrap_or(0) + cmd.amount",
            "num::add(self.hours.get(&self.owner_id).copied().unwrap_or(num::decimal(0, 1)), cmd.amount)?",
        ),
        (
            "format('{}-{:05}', twice, next('job', today.year()))",
            "format!(\"{twice}-{:05}\", cx.next(\"job\", time::year(cx.today()))?)",
        ),
        (
            "scores.min_by(|s| -s)",
            "list::min_by(self.scores.iter(), |s| Ok(num::neg(**s)?))?.copied()",
        ),
        (
            "parts.any(|p| p.quantity > 1 && actor.id == owner_id)",
            "list::any(self.parts.values(), |p| Ok(p.quantity > 1 && cx.actor.id()? == self.owner_id))?",
        ),
    ]);
}
