//! The body of a decision: rules in order, then events.

use crate::lang::ir::{Ir, IrKind, MessageIr, OutcomeIr, RefusalIr, Root, RuleIr, WhenIr};
use crate::lang::to_rust::{Form, Lowerer, fallible, negated};
use crate::lang::types::{Type, TypeDefKind};
use crate::layout::{Block, Node, Stmt};
use crate::model::{Aggregate, Command, CommandKind, Decide, From, IfMissing, Rules};

use super::command::uses;
use super::site::{Place, Site, row_call};

/// Writes the decision of one command.
pub struct Decision<'a, 'm> {
    /// The place.
    pub site: &'a Site<'a, 'm>,
    /// The aggregate.
    pub aggregate: &'a Aggregate,
    /// The command.
    pub command: &'a Command,
}

impl Decision<'_, '_> {
    fn lowerer(&self) -> Lowerer<'_> {
        Lowerer::new(self.site)
    }

    /// The statements, the resulting value last.
    #[must_use]
    pub fn body(&self) -> Vec<Stmt> {
        let mut out = self.before();
        match &self.command.decide {
            Decide::Rules(rules) => self.rules(rules, &mut out),
            Decide::Rust { .. } => out.push(Stmt::Expr(self.custom())),
        }
        unread(&mut out);
        out
    }

    /// Status and lookups, which every command has.
    fn before(&self) -> Vec<Stmt> {
        let mut out = Vec::new();
        if let Some(from) = &self.command.from {
            out.push(self.ensure(self.status(from), None, &from.otherwise));
        }
        for lookup in &self.command.lookups {
            let row = self.site.rust.named(lookup.row);
            let keys = lookup.keys.iter().map(|key| self.lowerer().value(key)).collect();
            out.push(Stmt::Bind(format!("let {}", lookup.name), row_call(&row, keys), None));
            self.site.bind(&lookup.name, Form::Place);
        }
        out
    }

    fn custom(&self) -> Node {
        let name = crate::view::rust::module(&self.command.name);
        let state = match self.site.place {
            Place::Create => vec![Node::atom("id")],
            Place::Upsert => vec![Node::atom("current"), Node::atom("id")],
            _ => vec![Node::atom("self")],
        };
        let mut args = state;
        args.push(Node::atom("cmd"));
        args.extend(self.command.lookups.iter().map(|l| Node::atom(l.name.clone()).borrowed()));
        args.push(Node::atom("cx"));
        Node::call(format!("crate::custom::{name}::decide"), args)
    }

    fn status(&self, from: &From) -> Node {
        let Some(status) = self.aggregate.status else { return Node::atom("true") };
        let members = match self.site.domain.model.types.get(status).map(|d| &d.kind) {
            Some(TypeDefKind::Enum { members, .. }) => members.as_slice(),
            _ => &[],
        };
        let name = self.site.rust.named(status);
        let path = |index: &u32| {
            let member = members.get(*index as usize).map_or("", |m| m.name.as_str());
            format!("{name}::{}", heck::ToPascalCase::to_pascal_case(member))
        };
        let paths: Vec<String> = from.statuses.iter().map(path).collect();
        let of = |state: &str| {
            let place = Node::atom(state).field("status");
            match paths.as_slice() {
                [one] => Node::binary("==", place, Node::atom(one.clone())),
                many => {
                    Node::Macro("matches".to_owned(), vec![place, Node::atom(many.join(" | "))])
                }
            }
        };
        if self.site.place == Place::Upsert {
            let closure = Node::closure("|state|", of("state"));
            return Node::atom("current").method("is_none_or", vec![closure]);
        }
        of("self")
    }

    fn rules(&self, rules: &Rules, out: &mut Vec<Stmt>) {
        for named in &rules.lets {
            let value = self.lowerer().value(&named.value);
            out.push(Stmt::Bind(
                format!("let {}", crate::view::rust::raw(&named.name)),
                value,
                None,
            ));
            self.site.bind(&named.name, Form::Place);
        }
        for rule in &rules.require {
            out.push(self.rule(rule));
        }
        match rules.emit.as_slice() {
            [] if rules.ensure.is_empty() => {
                out.push(Stmt::Expr(ok(Node::call("Events::none", vec![]))));
            }
            [only] if only.when == WhenIr::Always && rules.ensure.is_empty() => {
                out.push(Stmt::Expr(ok(Node::call("Events::one", vec![self.event(only)]))));
            }
            many => self.several(many, &rules.ensure, out),
        }
    }

    fn several(&self, messages: &[MessageIr], ensure: &[RuleIr], out: &mut Vec<Stmt>) {
        let events = || Node::atom("events");
        let mutable = Node::call("Events::none", vec![]);
        out.push(Stmt::Bind("let mut events".to_owned(), mutable, None));
        let all_conditional =
            |upto: usize| messages.iter().take(upto).all(|m| matches!(m.when, WhenIr::If(_)));
        for (i, message) in messages.iter().enumerate() {
            if uses_after(message) {
                out.push(self.after());
            }
            let push = Stmt::Semi(events().method("push", vec![self.event(message)]));
            match &message.when {
                WhenIr::Always => out.push(push),
                WhenIr::If(cond) => out.push(when(self.lowerer().cond(cond), push)),
                WhenIr::Otherwise if all_conditional(i) => {
                    out.push(when(events().method("is_empty", vec![]), push));
                }
                WhenIr::Otherwise => match none_of(messages.iter().take(i)) {
                    Some(cond) => out.push(when(self.lowerer().cond(&cond), push)),
                    None => out.push(push),
                },
            }
        }
        let mut fresh = false;
        for rule in ensure {
            if !fresh && rule.cond.any(&mut is_after) {
                out.push(self.after());
                fresh = true;
            }
            out.push(self.rule(rule));
        }
        out.push(Stmt::Expr(ok(events())));
    }

    /// `let after = ..;`
    fn after(&self) -> Stmt {
        let events = || Node::atom("events");
        let value = match self.site.place {
            Place::Create => events().method("made", vec![Node::atom("id")]).tried(),
            Place::Upsert => Node::If(
                Some("Some(state)".to_owned()),
                Box::new(Node::atom("current")),
                Block::value(events().method("after", vec![Node::atom("state")]).tried()),
                Some(Box::new(Node::Block(Block::value(
                    events().method("made", vec![Node::atom("id")]).tried(),
                )))),
            ),
            _ => events().method("after", vec![Node::atom("self")]).tried(),
        };
        Stmt::Bind("let after".to_owned(), value, None)
    }

    fn rule(&self, rule: &RuleIr) -> Stmt {
        self.ensure(self.lowerer().cond(&rule.cond), Some(&rule.cond), &rule.outcome)
    }

    /// `ensure(cond, outcome)?`, in the form that the outcome needs.
    fn ensure(&self, cond: Node, ir: Option<&Ir>, outcome: &OutcomeIr) -> Stmt {
        let (value, plain) = match outcome {
            OutcomeIr::Ignore => (Node::atom("Ignore"), true),
            OutcomeIr::Refuse(refusal) => (self.refusal(refusal), refusal.fields.is_empty()),
            OutcomeIr::Emit(message) => (Node::call("Instead", vec![self.event(message)]), false),
        };
        if plain {
            return Stmt::Semi(Node::call("ensure", vec![cond, value]).tried());
        }
        if !fallible(&value) {
            let closure = Node::closure("||", value);
            return Stmt::Semi(Node::call("ensure_else", vec![cond, closure]).tried());
        }
        let opposite = match ir {
            Some(ir) => self.lowerer().cond(&not(ir)),
            None => Node::prefix("!", cond.clone().paren()),
        };
        let error = Node::call("Err", vec![value.method("into", vec![])]);
        let stop = Stmt::Semi(Node::Return(Some(Box::new(error))));
        when(opposite, stop)
    }

    fn refusal(&self, refusal: &RefusalIr) -> Node {
        let name = format!("{}Refusal as No", self.aggregate.name);
        self.site.rust.imports.add("super", &name);
        let path = format!("No::{}", refusal.name);
        if refusal.fields.is_empty() {
            return Node::atom(path);
        }
        Node::Struct(path, self.lowerer().fields(&refusal.fields), None)
    }

    fn event(&self, message: &MessageIr) -> Node {
        self.site.rust.imports.add("super", &message.name);
        Node::Struct(message.name.clone(), self.lowerer().fields(&message.fields), None)
    }
}

/// What is computed and read nowhere keeps its place, as it may refuse, under a name that says so.
fn unread(out: &mut [Stmt]) {
    for at in (0..out.len()).rev() {
        let Some((here, behind)) = out.get_mut(at..).and_then(<[Stmt]>::split_first_mut) else {
            continue;
        };
        let Stmt::Bind(pattern, ..) = here else { continue };
        let Some(name) = pattern.strip_prefix("let ").filter(|name| !name.contains(' ')) else {
            continue;
        };
        if !uses(&crate::layout::body(behind, 8), name) {
            *pattern = format!("let _{}", name.trim_start_matches("r#"));
        }
    }
}

fn when(cond: Node, then: Stmt) -> Stmt {
    Stmt::Expr(Node::If(None, Box::new(cond), Block(vec![then]), None))
}

fn ok(value: Node) -> Node {
    Node::call("Ok", vec![value])
}

/// When a message that is sent `otherwise` goes out behind these: none of their conditions holds.
/// `None` when they have none.
#[must_use]
pub fn none_of<'m>(before: impl Iterator<Item = &'m MessageIr>) -> Option<Ir> {
    let conditions = before.filter_map(|message| match &message.when {
        WhenIr::If(cond) => Some(not(cond)),
        _ => None,
    });
    conditions.reduce(|a, b| both(&a, &b))
}

fn not(ir: &Ir) -> Ir {
    let kind = IrKind::Not(Box::new(ir.clone()));
    negated(ir).unwrap_or(Ir { kind, ty: Type::Bool, span: ir.span })
}

fn both(a: &Ir, b: &Ir) -> Ir {
    let kind = IrKind::And(Box::new(a.clone()), Box::new(b.clone()));
    Ir { kind, ty: Type::Bool, span: a.span }
}

fn is_after(ir: &Ir) -> bool {
    matches!(
        &ir.kind,
        IrKind::Root(Root::After)
            | IrKind::RootField { root: Root::After, .. }
            | IrKind::RootDerived { root: Root::After, .. }
    )
}

fn uses_after(message: &MessageIr) -> bool {
    let in_fields = message.fields.iter().any(|(_, ir)| ir.any(&mut is_after));
    in_fields || matches!(&message.when, WhenIr::If(cond) if cond.any(&mut is_after))
}

/// Where the decision of a command stands.
#[must_use]
pub fn place_of(command: &Command) -> Place {
    match command.kind {
        CommandKind::Creates => Place::Create,
        CommandKind::On(IfMissing::Create) => Place::Upsert,
        CommandKind::On(_) => Place::Method,
    }
}
