//! How a read model follows one kind of stream: keys and fold.

use crate::lang::ir::{ChangeIr, Ir, IrKind, Root};
use crate::lang::to_rust::{Form, Lowerer, raw};
use crate::layout::{self, Block, Node, Stmt};
use crate::model::{
    Each, EachSource, Event, EventRef, Form as ProjectionForm, KeySource, Make, Projection,
    Reaction,
};
use crate::view::domain::{Changes, Domain, uses};
use crate::view::rust::{Rust, is_copy};

use super::flow::{self, Branch};
use super::site::{Place, Site};
use super::stream::Stream;

/// Writes the folds of one read model.
pub struct Folds<'a, 'm> {
    /// The context's crates.
    pub domain: &'a Domain<'m>,
    /// Spelling and imports of the file.
    pub rust: &'a Rust<'a, 'm>,
    /// The read model.
    pub projection: &'m Projection,
    /// The name of its row type.
    pub row: String,
    /// The type of its key.
    pub key: String,
}

impl<'m> Folds<'_, 'm> {
    /// `impl Fold<E> for X` for one stream.
    #[must_use]
    pub fn item(&self, stream: &Stream<'m>) -> String {
        let ty = stream.event_type(self.rust.imports);
        let keys = self.keys(stream, &ty);
        let fold = self.fold(stream, &ty);
        let name = &self.projection.name;
        format!("impl Fold<{ty}> for {name} {{\n{keys}\n\n{fold}\n}}")
    }

    fn reactions(&self, context: &str, event: &Event) -> Vec<&'m Reaction> {
        let wanted = EventRef { context: context.to_owned(), name: event.name.clone() };
        match &self.projection.form {
            ProjectionForm::Keyed { reactions } => {
                reactions.iter().filter(|r| r.event == wanted).collect()
            }
            ProjectionForm::Log(_) => Vec::new(),
        }
    }

    fn keys(&self, stream: &Stream<'m>, ty: &str) -> String {
        let via = stream.events.iter().any(|event| {
            self.reactions(&stream.context.name, event)
                .iter()
                .any(|r| matches!(r.key, KeySource::Via(_)))
        });
        let branches = stream
            .events
            .iter()
            .map(|event| Branch {
                variant: stream.variant(ty, event),
                body: self.keys_of(stream, event),
            })
            .collect();
        let body = layout::body(&flow::values(branches, &ok(vec_of(Vec::new()))), 8);
        let event = if uses(&body, "event") { "event" } else { "_" };
        let (name, mut args) = ("fn keys", vec![format!("{event}: &Recorded<{ty}>")]);
        let name = if via { "fn keys_via" } else { name };
        if via {
            args.push(format!("{}: &Context", if uses(&body, "cx") { "cx" } else { "_" }));
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let returns = format!("Folded<Vec<{}>>", self.key);
        let signature = layout::signature(name, &args, Some(&returns), 4);
        format!("    {signature}\n{body}\n    }}")
    }

    fn keys_of(&self, stream: &Stream<'m>, event: &Event) -> Vec<Stmt> {
        if matches!(self.projection.form, ProjectionForm::Log(_)) {
            let position = Node::atom("event").method("position", vec![]);
            let followed = self.log_make(&stream.context.name, event);
            return followed.map(|_| Stmt::Expr(ok(vec_of(vec![position])))).into_iter().collect();
        }
        let reactions = self.reactions(&stream.context.name, event);
        let site = Site::new(self.domain, self.rust, Place::Fold).on(stream.aggregate);
        let lowerer = Lowerer::new(&site);
        match reactions.as_slice() {
            [] => Vec::new(),
            [one] if one.each.is_none() => match &one.key {
                KeySource::Columns(parts) => {
                    vec![Stmt::Expr(ok(vec_of(vec![self.key_value(&lowerer, parts)])))]
                }
                KeySource::Via(option) => {
                    let keys = lowerer.value(option).method("into_iter", vec![]);
                    vec![Stmt::Expr(ok(keys.method("collect", vec![])))]
                }
            },
            many => self.several_keys(&site, many),
        }
    }

    fn several_keys(&self, site: &Site<'_, 'm>, reactions: &[&'m Reaction]) -> Vec<Stmt> {
        let lowerer = Lowerer::new(site);
        let keys = || Node::atom("keys");
        let mut out =
            vec![Stmt::Bind("let mut keys".to_owned(), Node::call("Vec::new", vec![]), None)];
        for reaction in reactions {
            let add = match &reaction.key {
                KeySource::Columns(parts) => {
                    self.bind_each(site, reaction);
                    keys().method("push", vec![self.key_value(&lowerer, parts)])
                }
                KeySource::Via(option) => keys().method("extend", vec![lowerer.value(option)]),
            };
            out.extend(self.each(site, reaction, vec![Stmt::Semi(add)]));
        }
        out.push(Stmt::Expr(ok(keys())));
        out
    }

    fn key_value(&self, lowerer: &Lowerer, parts: &[Ir]) -> Node {
        match parts {
            [one] => lowerer.value(one),
            many => Node::Tuple(many.iter().map(|part| lowerer.value(part)).collect()),
        }
    }

    fn bind_each(&self, site: &Site<'_, 'm>, reaction: &Reaction) {
        if let Some(Each { var: Some(var), source: EachSource::Elements(of), .. }) = &reaction.each
        {
            let element = element_of(&of.ty);
            let copied = is_copy(&self.domain.model.types, &element);
            site.bind(var, if copied { Form::Value } else { Form::Ref });
        }
    }

    /// The statements once per element of `each`, or as they are.
    fn each(&self, site: &Site<'_, 'm>, reaction: &Reaction, inner: Vec<Stmt>) -> Vec<Stmt> {
        let Some(each) = &reaction.each else { return inner };
        let EachSource::Elements(of) = &each.source else { return inner };
        self.bind_each(site, reaction);
        let lowerer = Lowerer::new(site);
        let element = element_of(&of.ty);
        let copied = is_copy(&self.domain.model.types, &element);
        let var = raw(each.var.as_deref().unwrap_or("item"));
        let elements = lowerer.lower(of);
        let method = match &of.ty {
            crate::lang::types::Type::Entities(_) => "values",
            _ => "iter",
        };
        let elements = elements.node.method(method, vec![]);
        let pattern = if copied { format!("&{var}") } else { var };
        let mut body = inner;
        for filter in each.filter.iter().rev() {
            body = flow::when(lowerer.cond(filter), body);
        }
        if body.is_empty() {
            return body;
        }
        let read = uses(&layout::body(&body, 0), pattern.trim_start_matches('&'));
        let pattern = if read { pattern } else { "_".to_owned() };
        vec![Stmt::For(pattern, elements, Block(body))]
    }

    fn fold(&self, stream: &Stream<'m>, ty: &str) -> String {
        if matches!(self.projection.form, ProjectionForm::Log(_)) {
            return self.log_fold(stream, ty);
        }
        let key = self.key_name();
        let branches = stream
            .events
            .iter()
            .map(|event| Branch {
                variant: stream.variant(ty, event),
                body: self.fold_of(stream, event, &key),
            })
            .collect();
        let row = ok(Node::atom("row"));
        let mut statements = flow::effects(branches, &row);
        statements.push(Stmt::Expr(row));
        let body = layout::body(&statements, 8);
        let used = if uses(&body, &key) { key.as_str() } else { "_" };
        let changes = body.contains("row = ") || body.contains("&mut row");
        let row = if changes { "mut row" } else { "row" };
        let args = [
            format!("{used}: &{}", self.key),
            format!("{row}: Option<{}>", self.row),
            format!("{}: &Recorded<{ty}>", if uses(&body, "event") { "event" } else { "_" }),
        ];
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let returns = format!("Folded<Option<{}>>", self.row);
        let signature = layout::signature("fn fold", &args, Some(&returns), 4);
        format!("    {signature}\n{body}\n    }}")
    }

    /// One row per event: made from it, never changed.
    fn log_fold(&self, stream: &Stream<'m>, ty: &str) -> String {
        let key = self.key_name();
        let followed = stream.events.iter().filter_map(|event| {
            let make = self.log_make(&stream.context.name, event)?;
            let site = Site::new(self.domain, self.rust, Place::Fold).on(stream.aggregate);
            let mut body = self.made(&site, make, &key);
            if let Some(Stmt::Semi(Node::Assign(_, _, value))) = body.pop() {
                body.push(Stmt::Expr(ok(*value)));
            }
            Some(Branch { variant: stream.variant(ty, event), body })
        });
        let mut branches: Vec<Branch> = followed.collect();
        let first = branches.first().map(|it| layout::body(&it.body, 0)).unwrap_or_default();
        let same = branches.iter().all(|it| layout::body(&it.body, 0) == first);
        // Other events have no key here, so that nobody asks for their row.
        if branches.len() < stream.events.len() && (!same || uses(&first, "ev")) {
            branches.push(Branch { variant: String::new(), body: Vec::new() });
        }
        let body = layout::body(&flow::values(branches, &ok(Node::atom("row"))), 8);
        self.fold_item(ty, &key, &body)
    }

    fn fold_item(&self, ty: &str, key: &str, body: &str) -> String {
        let used = |name: &'static str| if uses(body, name) { name } else { "_" };
        let key = if uses(body, key) { key } else { "_" };
        let args = [
            format!("{key}: &{}", self.key),
            format!("{}: Option<{}>", used("row"), self.row),
            format!("{}: &Recorded<{ty}>", used("event")),
        ];
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let returns = format!("Folded<Option<{}>>", self.row);
        let signature = layout::signature("fn fold", &args, Some(&returns), 4);
        format!("    {signature}\n{body}\n    }}")
    }

    /// The key's name in a fold: its column, `key` for several.
    fn key_name(&self) -> String {
        let taken = |name: &String| match &self.projection.form {
            ProjectionForm::Keyed { reactions } => reactions
                .iter()
                .any(|r| r.each.as_ref().is_some_and(|e| e.var.as_ref() == Some(name))),
            ProjectionForm::Log(_) => false,
        };
        match self.projection.key.as_slice() {
            [one] if !taken(one) => raw(one),
            _ => "key".to_owned(),
        }
    }

    fn fold_of(&self, stream: &Stream<'m>, event: &Event, key: &str) -> Vec<Stmt> {
        let mut out = Vec::new();
        for reaction in self.reactions(&stream.context.name, event) {
            let site = Site::new(self.domain, self.rust, Place::Fold).on(stream.aggregate);
            self.bind_each(&site, reaction);
            let mut inner = self.reaction(&site, stream, reaction, key);
            if inner.is_empty() {
                continue;
            }
            if reaction.each.is_some()
                && let KeySource::Columns(parts) = &reaction.key
            {
                let lowerer = Lowerer::new(&site);
                let own = self.key_value(&lowerer, parts);
                let same = Node::binary("==", own, Node::prefix("*", Node::atom(key.to_owned())));
                inner = flow::when(same, inner);
                inner = self.each(&site, reaction, inner);
            }
            out.extend(inner);
        }
        out
    }

    fn reaction(
        &self,
        site: &Site<'_, 'm>,
        stream: &Stream<'m>,
        reaction: &'m Reaction,
        key: &str,
    ) -> Vec<Stmt> {
        let mut out = self.row_change(site, reaction, key);
        let only_exists = reaction.make.is_none()
            && reaction.cond.as_ref().is_some_and(|c| c.kind == IrKind::Exists);
        if let Some(cond) = reaction.cond.as_ref().filter(|_| !only_exists && !out.is_empty()) {
            let maybe = Site::new(self.domain, self.rust, Place::Maybe).on(stream.aggregate);
            self.bind_each(&maybe, reaction);
            out = flow::when(Lowerer::new(&maybe).cond(cond), out);
        }
        out
    }

    fn row_change(&self, site: &Site<'_, 'm>, reaction: &'m Reaction, key: &str) -> Vec<Stmt> {
        let none = || {
            let row = Box::new(Node::atom("row"));
            Stmt::Semi(Node::Assign(row, "=", Box::new(Node::atom("None"))))
        };
        if reaction.deletes && reaction.changes.iter().all(|c| matches!(c, ChangeIr::Delete)) {
            return vec![none()];
        }
        let fields = self.domain.model.types.fields(self.projection.row);
        let lowerer = Lowerer::new(site);
        let changes = Changes {
            lowerer: &lowerer,
            types: &self.domain.model.types,
            target: Node::atom("row"),
            fields,
        };
        let kept: Vec<ChangeIr> =
            reaction.changes.iter().filter(|c| !matches!(c, ChangeIr::Delete)).cloned().collect();
        let existing = changes.statements(&kept);
        let making = reaction.make.as_ref().map(|make| self.made(site, make, key));
        let mut out = match (existing.is_empty(), making) {
            (true, None) => Vec::new(),
            (true, Some(making)) => {
                let missing = Node::atom("row").method("is_none", vec![]);
                vec![Stmt::Expr(Node::If(None, Box::new(missing), Block(making), None))]
            }
            (false, making) => {
                let otherwise = making.map(|making| Box::new(Node::Block(Block(making))));
                vec![Stmt::Expr(Node::If(
                    Some("Some(row)".to_owned()),
                    Box::new(Node::prefix("&mut ", Node::atom("row"))),
                    Block(existing),
                    otherwise,
                ))]
            }
        };
        if reaction.deletes {
            out.push(none());
        }
        out
    }

    /// `row = Some(Row { .. });`, with what remains to be done on it.
    fn made(&self, site: &Site<'_, 'm>, make: &Make, key: &str) -> Vec<Stmt> {
        let lowerer = Lowerer::new(site);
        let fields: Vec<layout::Field> = make
            .values
            .iter()
            .map(|(name, ir)| {
                let value = self.key_part(name, key).unwrap_or_else(|| lowerer.value(ir));
                layout::Field::new(raw(name), value)
            })
            .collect();
        let literal = Node::Struct(self.row.clone(), fields, None);
        let set = |value: Node| {
            let some = Node::call("Some", vec![value]);
            Stmt::Semi(Node::Assign(Box::new(Node::atom("row")), "=", Box::new(some)))
        };
        if make.then.is_empty() {
            return vec![set(literal)];
        }
        let mut made = Site::new(self.domain, self.rust, Place::Made);
        made.aggregate = site.aggregate;
        made.locals.replace(site.locals.borrow().clone());
        let lowerer = Lowerer::new(&made);
        let changes = Changes {
            lowerer: &lowerer,
            types: &self.domain.model.types,
            target: Node::atom("made"),
            fields: self.domain.model.types.fields(self.projection.row),
        };
        let mut out = vec![Stmt::Bind("let mut made".to_owned(), literal, None)];
        out.extend(changes.statements(&make.then));
        out.push(set(Node::atom("made")));
        out
    }

    /// A key column of a new row is the key itself.
    fn key_part(&self, column: &str, key: &str) -> Option<Node> {
        let at = self.projection.key.iter().position(|k| k == column)?;
        let field = self
            .domain
            .model
            .types
            .fields(self.projection.row)
            .iter()
            .find(|f| f.name == column)?;
        let copied = is_copy(&self.domain.model.types, &field.ty);
        if self.projection.key.len() == 1 {
            let key = Node::atom(key.to_owned());
            return Some(if copied { Node::prefix("*", key) } else { key.method("clone", vec![]) });
        }
        let part = Node::atom(key.to_owned()).field(at.to_string());
        Some(if copied { part } else { part.method("clone", vec![]) })
    }

    fn log_make(&self, context: &str, event: &Event) -> Option<&'m Make> {
        match &self.projection.form {
            ProjectionForm::Log(log) => log
                .events
                .iter()
                .find(|e| e.event.context == context && e.event.name == event.name)
                .map(|e| &e.make),
            ProjectionForm::Keyed { .. } => None,
        }
    }
}

fn ok(value: Node) -> Node {
    Node::call("Ok", vec![value])
}

fn vec_of(items: Vec<Node>) -> Node {
    if items.is_empty() {
        return Node::call("Vec::new", vec![]);
    }
    Node::VecMacro("vec".to_owned(), items)
}

/// What a collection holds.
fn element_of(ty: &crate::lang::types::Type) -> crate::lang::types::Type {
    use crate::lang::types::Type;
    match ty {
        Type::List(inner) | Type::Set(inner) | Type::Map(_, inner) => (**inner).clone(),
        Type::Entities(id) => Type::Named(*id),
        other => other.clone(),
    }
}

/// Whether an expression reads the row.
#[must_use]
pub fn reads_row(ir: &Ir) -> bool {
    ir.any(&mut |node| {
        matches!(
            &node.kind,
            IrKind::RootField { root: Root::This | Root::Row, .. }
                | IrKind::RootDerived { root: Root::This | Root::Row, .. }
                | IrKind::Root(Root::This | Root::Row)
        )
    })
}
