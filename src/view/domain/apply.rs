//! Changes as statements on a thing: a state in `apply` and `begin`, a row in a fold.

use crate::lang::ir::{ChangeIr, Ir, IrKind};
use crate::lang::to_rust::{Lowerer, fallible, raw};
use crate::lang::types::{Type, TypeDefKind, TypeTable};
use crate::layout::{Block, Node, Stmt};

/// Writes changes of one thing.
pub struct Changes<'a> {
    /// Lowers values.
    pub lowerer: &'a Lowerer<'a>,
    /// All types.
    pub types: &'a TypeTable,
    /// The thing: `self`, `state`, `row`.
    pub target: Node,
    /// The types of the thing's fields.
    pub fields: &'a [crate::lang::types::FieldDef],
}

impl Changes<'_> {
    /// The statements of these changes, in order.
    #[must_use]
    pub fn statements(&self, changes: &[ChangeIr]) -> Vec<Stmt> {
        with_effect(changes.iter().map(|change| self.statement(change)))
    }

    fn place(&self, field: &str) -> Node {
        self.target.clone().field(raw(field))
    }

    fn ty(&self, field: &str) -> Type {
        self.fields.iter().find(|f| f.name == field).map_or(Type::Error, |f| f.ty.clone())
    }

    fn statement(&self, change: &ChangeIr) -> Stmt {
        match change {
            ChangeIr::Set { field, value } => Stmt::Semi(self.set(self.place(field), value)),
            ChangeIr::Append { field, value } => self.append(field, value),
            ChangeIr::Merge { field, element, assigns } => self.merge(field, element, assigns),
            ChangeIr::Update { field, cond, assigns } => self.update(field, cond.as_ref(), assigns),
            ChangeIr::RemoveWhere { field, cond } => self.remove_where(field, cond),
            ChangeIr::RemoveKey { field, key } => {
                let key = self.key(key);
                Stmt::Semi(self.place(field).method("remove", vec![key]))
            }
            ChangeIr::Put { field, key, value } => {
                let args = vec![self.lowerer.value(key), self.lowerer.value(value)];
                Stmt::Semi(self.place(field).method("insert", args))
            }
            ChangeIr::Delete => {
                Stmt::Semi(Node::Return(Some(Box::new(Node::call("Ok", vec![Node::atom("None")])))))
            }
        }
    }

    /// `place = value`; a patch is applied, a clone reuses what is there.
    fn set(&self, place: Node, value: &Ir) -> Node {
        if let Type::Patch(_) = value.ty {
            let patch = self.lowerer.lower(value).node;
            return patch.method("apply", vec![Node::prefix("&mut ", place)]);
        }
        match self.lowerer.value(value) {
            Node::Method(of, name, args) if name == "clone" && args.is_empty() => {
                place.method("clone_from", vec![of.borrowed()])
            }
            value => Node::Assign(Box::new(place), "=", Box::new(value)),
        }
    }

    fn append(&self, field: &str, value: &Ir) -> Stmt {
        let place = self.place(field);
        let value = self.lowerer.value(value);
        Stmt::Semi(match self.ty(field) {
            Type::Entities(_) => Node::call("list::put", vec![Node::prefix("&mut ", place), value]),
            Type::Set(_) => place.method("insert", vec![value]),
            _ => place.method("push", vec![value]),
        })
    }

    fn assigns(&self, assigns: &[(String, Ir)]) -> Block {
        let item = Node::atom("item");
        let set = |(field, value): &(String, Ir)| {
            Stmt::Semi(self.set(item.clone().field(raw(field)), value))
        };
        Block(with_effect(assigns.iter().map(set)))
    }

    fn merge(&self, field: &str, element: &Ir, assigns: &[(String, Ir)]) -> Stmt {
        let put = self.append(field, element);
        let Some(key) = self.element_key(field, element) else { return put };
        let found = self.place(field).method("get_mut", vec![key]);
        Stmt::Expr(Node::If(
            Some("Some(item)".to_owned()),
            Box::new(found),
            self.assigns(assigns),
            Some(Box::new(Node::Block(Block(vec![put])))),
        ))
    }

    /// The key of an element that is about to be merged, borrowed.
    fn element_key(&self, field: &str, element: &Ir) -> Option<Node> {
        let Type::Entities(id) = self.ty(field) else { return None };
        let Some(TypeDefKind::Record { key, .. }) = self.types.get(id).map(|d| &d.kind) else {
            return None;
        };
        let IrKind::Record { fields, .. } = &element.kind else { return None };
        let of = |name: &String| fields.iter().find(|(n, _)| n == name).map(|(_, ir)| ir);
        let parts: Vec<Ir> = key.iter().filter_map(of).cloned().collect();
        (parts.len() == key.len()).then(|| self.key(&parts))
    }

    fn key(&self, parts: &[Ir]) -> Node {
        match parts {
            [one] => self.lowerer.borrow(one),
            many => Node::Tuple(many.iter().map(|p| self.lowerer.value(p)).collect()).borrowed(),
        }
    }

    fn update(&self, field: &str, cond: Option<&Ir>, assigns: &[(String, Ir)]) -> Stmt {
        let method = match self.ty(field) {
            Type::Entities(_) | Type::Map(..) => "values_mut",
            _ => "iter_mut",
        };
        let elements = self.place(field).method(method, vec![]);
        let mut body = self.assigns(assigns);
        if let Some(cond) = cond {
            let test = Node::If(None, Box::new(self.lowerer.cond(cond)), body, None);
            body = Block(vec![Stmt::Expr(test)]);
        }
        Stmt::For("item".to_owned(), elements, body)
    }

    fn remove_where(&self, field: &str, cond: &Ir) -> Stmt {
        let kept =
            Ir { kind: IrKind::Not(Box::new(cond.clone())), ty: Type::Bool, span: cond.span };
        let kept = self.lowerer.cond(&kept);
        let place = self.place(field);
        if fallible(&kept) {
            let taken = Node::call("std::mem::take", vec![Node::prefix("&mut ", place.clone())]);
            let closure = Node::closure("|item|", Node::call("Ok", vec![kept]));
            let kept = Node::call("list::filter", vec![taken, closure]).tried();
            let kept = kept.method("into_iter", vec![]).method("collect", vec![]);
            return Stmt::Semi(Node::Assign(Box::new(place), "=", Box::new(kept)));
        }
        let params = match self.ty(field) {
            Type::Entities(_) | Type::Map(..) => "|_, item|",
            _ => "|item|",
        };
        Stmt::Semi(place.method("retain", vec![Node::closure(params, kept)]))
    }
}

/// The statements that do something.
fn with_effect(statements: impl Iterator<Item = Stmt>) -> Vec<Stmt> {
    let mut out: Vec<Stmt> = Vec::new();
    for statement in statements {
        if has_effect(&statement) && !gives_back(out.last(), &statement) {
            out.push(statement);
        }
    }
    out
}

/// Whether this gives back what the statement before has taken: `a = b; b = a;`.
fn gives_back(before: Option<&Stmt>, statement: &Stmt) -> bool {
    match (before, statement) {
        (
            Some(Stmt::Semi(Node::Assign(to, "=", from))),
            Stmt::Semi(Node::Assign(place, "=", value)),
        ) => to == value && from == place,
        _ => false,
    }
}

/// Whether this is more than a thing set to itself.
fn has_effect(statement: &Stmt) -> bool {
    match statement {
        Stmt::Semi(Node::Assign(place, op, value)) => *op != "=" || place != value,
        Stmt::Semi(Node::Method(place, name, args)) if name == "clone_from" => {
            args.first() != Some(&place.clone().borrowed())
        }
        _ => true,
    }
}

/// What an arm of a match does: one assignment stands alone, everything else in braces.
#[must_use]
pub fn arm_body(mut statements: Vec<Stmt>) -> Node {
    if let [Stmt::Semi(only)] = statements.as_slice() {
        let alone = match only {
            Node::Assign(..) => true,
            Node::Method(_, name, _) => name == "apply" || name == "clone_from",
            _ => false,
        };
        if alone && let Some(Stmt::Semi(only)) = statements.pop() {
            return only;
        }
    }
    Node::Block(Block(statements))
}
