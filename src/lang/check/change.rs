//! Changes of state, rows and instances.

use super::build::{Built, default_of};
use super::checker::{Checker, error};
use super::scope::Source;
use super::show::show;
use crate::diagnostics::Diagnostic;
use crate::lang::ir::{ArithOp, ChangeIr, Ir, IrKind, Root};
use crate::lang::tree::{Appended, Assign, AssignOp, Change, ChangeKind, Expr, Ident};
use crate::lang::types::{FieldDef, RecordRole, Type, TypeDefKind, TypeId};
use crate::source::Span;

/// The collection that a verb works on.
struct Collection<'w> {
    field: String,
    ty: Type,
    /// The element's record, with its fields and key.
    element: Option<(TypeId, &'w [FieldDef], &'w [String])>,
}

impl<'a> Checker<'a> {
    pub(super) fn change(
        &mut self,
        change: &Change,
        of: TypeId,
        from: &[Source],
    ) -> Option<ChangeIr> {
        match &change.kind {
            ChangeKind::Assign(assign) => {
                let (field, value) = self.assign(assign, of, Root::This)?;
                Some(ChangeIr::Set { field, value })
            }
            ChangeKind::Append { name, what } => self.append(name, what, of, from),
            ChangeKind::Merge { name, assigns } => self.merge(name, assigns, of, from),
            ChangeKind::Update { name, cond, assigns } => {
                let on = self.collection(name, of)?;
                let (element, ..) = self.records(&on, name)?;
                self.inside(&on, |c| {
                    let cond = cond.as_ref().map(|e| c.expr_as(e, &Type::Bool));
                    let assigns = c.assigns(assigns, element);
                    Some(ChangeIr::Update { field: name.text.clone(), cond, assigns })
                })
            }
            ChangeKind::RemoveWhere { name, cond } => {
                let on = self.collection(name, of)?;
                if let Type::Map(..) = on.ty {
                    self.wrong_verb(name, "a map", "remove one entry by its key: `remove x[key]`");
                    return None;
                }
                self.inside(&on, |c| {
                    let cond = c.expr_as(cond, &Type::Bool);
                    Some(ChangeIr::RemoveWhere { field: name.text.clone(), cond })
                })
            }
            ChangeKind::RemoveKey { name, keys } => {
                let on = self.collection(name, of)?;
                let Some(wanted) = self.key_types(&on.ty) else {
                    let is = show(&self.world.types, &on.ty);
                    self.wrong_verb(name, &is, "write `remove x where ..`");
                    return None;
                };
                let key = self.key_values(keys, &wanted, change.span)?;
                Some(ChangeIr::RemoveKey { field: on.field, key })
            }
            ChangeKind::Put { name, key, value } => {
                let on = self.collection(name, of)?;
                let Type::Map(k, v) = &on.ty else {
                    let is = show(&self.world.types, &on.ty);
                    self.wrong_verb(name, &is, "`put` is for maps; use `append` or `merge`");
                    return None;
                };
                let key = self.expr_as(key, k);
                let value = self.expr_as(value, v);
                Some(ChangeIr::Put { field: on.field, key, value })
            }
            ChangeKind::Delete => self.delete(of, change.span),
            ChangeKind::Error => None,
        }
    }

    fn delete(&mut self, of: TypeId, span: Span) -> Option<ChangeIr> {
        if matches!(
            self.world.types.get(of).map(|d| &d.kind),
            Some(TypeDefKind::Record { role: RecordRole::Row, .. })
        ) {
            return Some(ChangeIr::Delete);
        }
        self.report(
            Diagnostic::error(17, span, "`delete` is for rows of views and replicas")
                .label("not a row")
                .help("write `closes = true` at the event to end an aggregate's life"),
        );
        None
    }

    fn wrong_verb(&mut self, name: &Ident, is: &str, help: &str) {
        self.report(
            Diagnostic::error(201, name.span, format!("`{}` is {is}", name.text))
                .label("the verb does not fit")
                .help(help),
        );
    }

    /// A field that may be changed.
    fn target(&mut self, name: &Ident, of: TypeId) -> Option<&'a FieldDef> {
        let def = self.world.types.get(of)?;
        let TypeDefKind::Record { fields, derives, key, .. } = &def.kind else { return None };
        if key.contains(&name.text) {
            self.report(
                Diagnostic::error(313, name.span, format!("key `{}` cannot be changed", name.text))
                    .label("part of the key")
                    .help("remove the element and append another one"),
            );
            return None;
        }
        if let Some(d) = derives.iter().find(|d| d.name == name.text) {
            self.report(
                Diagnostic::error(
                    314,
                    name.span,
                    format!("`{}` is derived, it cannot be set", name.text),
                )
                .label("computed")
                .also(d.span, "derived here")
                .help("change the fields that it is computed from"),
            );
            return None;
        }
        let found = fields.iter().find(|f| f.name == name.text);
        if found.is_none() {
            let names = fields.iter().map(|f| f.name.as_str());
            self.unknown(103, name, &format!("`{}` has no field", def.name), names);
        }
        found
    }

    fn collection(&mut self, name: &Ident, of: TypeId) -> Option<Collection<'a>> {
        let field = self.target(name, of)?;
        let element = match &field.ty {
            Type::Entities(id) => Some(*id),
            Type::List(t) | Type::Set(t) => match **t {
                Type::Named(id) => Some(id),
                _ => None,
            },
            Type::Map(..) => None,
            Type::Error => return None,
            other => {
                let is = show(&self.world.types, other);
                self.wrong_verb(name, &is, "set it with `=`, `+=` or `-=`");
                return None;
            }
        };
        let element = element.and_then(|id| match self.world.types.get(id).map(|d| &d.kind) {
            Some(TypeDefKind::Record { fields, key, .. }) => Some((id, &fields[..], &key[..])),
            _ => None,
        });
        Some(Collection { field: field.name.clone(), ty: field.ty.clone(), element })
    }

    fn records(
        &mut self,
        on: &Collection<'a>,
        name: &Ident,
    ) -> Option<(TypeId, &'a [FieldDef], &'a [String])> {
        if on.element.is_none() {
            let is = show(&self.world.types, &on.ty);
            self.wrong_verb(name, &is, "its elements have no fields; remove and append them");
        }
        on.element
    }

    /// Work where bare names are the fields of the collection's element.
    fn inside<T>(&mut self, on: &Collection<'a>, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.scope.clone();
        let mark = self.facts.mark();
        let element = match &on.ty {
            Type::List(t) | Type::Set(t) => (**t).clone(),
            Type::Entities(id) => Type::Named(*id),
            _ => Type::Error,
        };
        self.scope.roots.insert(Root::Item, element);
        match on.element {
            Some((id, ..)) => {
                self.scope.roots.insert(Root::Element, Type::Named(id));
                self.scope.subject = Some(Root::Element);
            }
            None => self.scope.subject = None,
        }
        let out = work(self);
        self.scope = before;
        self.facts.forget(mark);
        out
    }

    fn assigns(&mut self, assigns: &[Assign], element: TypeId) -> Vec<(String, Ir)> {
        assigns.iter().filter_map(|a| self.assign(a, element, Root::Element)).collect()
    }

    /// `a = x`, `a += x` as a value for the field.
    fn assign(&mut self, assign: &Assign, of: TypeId, root: Root) -> Option<(String, Ir)> {
        let field = self.target(&assign.name, of)?;
        let name = field.name.clone();
        let op = match assign.op {
            AssignOp::Set => {
                return Some((name, self.assigned(&assign.value, field)));
            }
            AssignOp::Add => ArithOp::Add,
            AssignOp::Sub => ArithOp::Sub,
        };
        if matches!(field.ty, Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Entities(_)) {
            let is = show(&self.world.types, &field.ty);
            self.wrong_verb(&assign.name, &is, "use `append`, `merge`, `put` or `remove`");
            return None;
        }
        let span = assign.name.span;
        let kind = IrKind::RootField { root, name: name.clone() };
        let left = self.narrowed(Ir { kind, ty: field.ty.clone(), span });
        let right = self.infer(&assign.value, Some(&field.ty));
        let whole = span.to(assign.value.span);
        let sum = self.arith_of(op, span, left, right, whole);
        Some((name, self.coerce(sum, &field.ty)))
    }

    fn assigned(&mut self, value: &Expr, field: &FieldDef) -> Ir {
        if let Type::Option(inner) = &field.ty {
            let ir = self.infer(value, Some(&field.ty));
            if ir.ty == Type::Patch(inner.clone()) {
                return ir;
            }
            let ir = self.coerce(ir, &field.ty);
            return self.in_bounds(ir, &field.bounds);
        }
        self.value(value, &field.ty, &field.bounds)
    }

    fn append(
        &mut self,
        name: &Ident,
        what: &Appended,
        of: TypeId,
        from: &[Source],
    ) -> Option<ChangeIr> {
        let on = self.collection(name, of)?;
        let element = match &on.ty {
            Type::List(t) | Type::Set(t) => (**t).clone(),
            Type::Entities(id) => Type::Named(*id),
            _ => {
                self.wrong_verb(name, "a map", "write `put x[key] = value`");
                return None;
            }
        };
        let value = match what {
            Appended::Value(e) => self.expr_as(e, &element),
            Appended::Built(assigns) => {
                let (id, fields, _) = self.records(&on, name)?;
                let given = assigns
                    .iter()
                    .filter_map(|a| {
                        let field = self.element_field(a, id, fields)?;
                        Some((a.name.text.clone(), self.value(&a.value, &field.ty, &field.bounds)))
                    })
                    .collect();
                self.element(name.span, id, fields, given, from)
            }
        };
        Some(ChangeIr::Append { field: on.field, value })
    }

    fn element_field(
        &mut self,
        a: &Assign,
        id: TypeId,
        fields: &'a [FieldDef],
    ) -> Option<&'a FieldDef> {
        let field = fields.iter().find(|f| f.name == a.name.text);
        if field.is_none() {
            let owner = self.world.types.get(id).map_or("", |d| &d.name);
            let names = fields.iter().map(|f| f.name.as_str());
            self.unknown(103, &a.name, &format!("`{owner}` has no field"), names);
        }
        field
    }

    /// An element built by name, with `given` over it.
    fn element(
        &mut self,
        at: Span,
        id: TypeId,
        fields: &[FieldDef],
        given: Vec<(String, Ir)>,
        from: &[Source],
    ) -> Ir {
        let rest: Vec<FieldDef> =
            fields.iter().filter(|f| !given.iter().any(|g| g.0 == f.name)).cloned().collect();
        let name = self.world.types.get(id).map_or_else(String::new, |d| d.name.clone());
        let built = Built { name: &name, at, binds: None };
        let mut filled = self.fill(built, &rest, from);
        filled.extend(given);
        let order = |n: &str| fields.iter().position(|f| f.name == n);
        filled.sort_by_key(|(n, _)| order(n));
        Ir { kind: IrKind::Record { ty: id, fields: filled }, ty: Type::Named(id), span: at }
    }

    fn merge(
        &mut self,
        name: &Ident,
        assigns: &[Assign],
        of: TypeId,
        from: &[Source],
    ) -> Option<ChangeIr> {
        let on = self.collection(name, of)?;
        let (id, fields, key) = self.records(&on, name)?;
        if key.is_empty() || matches!(on.ty, Type::Set(_)) {
            let is = show(&self.world.types, &on.ty);
            self.wrong_verb(name, &is, "`merge` needs `entities<..> by key`");
            return None;
        }
        let written = self.inside(&on, |c| {
            let set = |a| c.assign(a, id, Root::Element).map(|pair| (a.op, a, pair));
            assigns.iter().filter_map(set).collect::<Vec<_>>()
        });
        let mut given = Vec::new();
        for (op, assign, (field, value)) in &written {
            let Some(def) = fields.iter().find(|f| f.name == *field) else { continue };
            match op {
                AssignOp::Set if !reads_element(value) => {
                    given.push((field.clone(), value.clone()))
                }
                AssignOp::Set => {}
                _ if self.sourced(field, from, name.span).is_some() => {}
                AssignOp::Add | AssignOp::Sub => {
                    if let Some(first) = self.first_count(*op, assign, def, &on) {
                        given.push((field.clone(), first));
                    }
                }
            }
        }
        let element = self.element(name.span, id, fields, given, from);
        let mut all = Vec::new();
        for f in fields {
            let named = key.contains(&f.name) || written.iter().any(|(.., (n, _))| *n == f.name);
            if !named
                && let Some(ir) = self.sourced(&f.name, from, name.span)
                && let Ok(ir) = self.try_coerce(ir, &f.ty)
            {
                all.push((f.name.clone(), ir));
            }
        }
        all.extend(written.into_iter().map(|(.., pair)| pair));
        Some(ChangeIr::Merge { field: on.field, element, assigns: all })
    }

    /// The first value of a counted field in an element that was missing: its default, or zero,
    /// plus or minus the amount.
    fn first_count(
        &mut self,
        op: AssignOp,
        assign: &Assign,
        def: &FieldDef,
        on: &Collection<'a>,
    ) -> Option<Ir> {
        let start = default_of(def, assign.name.span);
        let amount = self.inside(on, |c| c.infer(&assign.value, Some(&def.ty)));
        if reads_element(&amount) {
            return None;
        }
        let span = amount.span;
        let sum = match (start, op) {
            (None, AssignOp::Sub) => {
                let ty = amount.ty.clone();
                Ir { kind: IrKind::Neg(Box::new(amount)), ty, span }
            }
            (None, _) => amount,
            (Some(start), AssignOp::Sub) => self.arith_of(ArithOp::Sub, span, start, amount, span),
            (Some(start), _) => self.arith_of(ArithOp::Add, span, start, amount, span),
        };
        Some(self.coerce(sum, &def.ty))
    }

    /// Set from the same-named field of a source.
    pub(super) fn set_by_name(
        &mut self,
        field: &FieldDef,
        from: &[Source],
        at: Span,
    ) -> Option<ChangeIr> {
        let ir = self.sourced(&field.name, from, at)?;
        if let (Type::Patch(p), Type::Option(o)) = (&ir.ty, &field.ty)
            && p == o
        {
            return Some(ChangeIr::Set { field: field.name.clone(), value: ir });
        }
        let value = match self.try_coerce(ir, &field.ty) {
            Ok(ir) => ir,
            Err(ir) => {
                let types = &self.world.types;
                let (is, wanted) = (show(types, &ir.ty), show(types, &field.ty));
                let name = &field.name;
                self.report(
                    Diagnostic::error(
                        203,
                        at,
                        format!("`{name}` is {is} here, but the field `{name}` is {wanted}"),
                    )
                    .label("set by name")
                    .also(field.span, format!("{wanted} here"))
                    .help(format!(
                        "give both the same type, or name it in a change: `{name} = ..`"
                    )),
                );
                error(at)
            }
        };
        Some(ChangeIr::Set { field: field.name.clone(), value })
    }
}

fn reads_element(ir: &Ir) -> bool {
    let mut found = false;
    ir.walk(&mut |ir| {
        found |= matches!(
            &ir.kind,
            IrKind::RootField { root: Root::Element | Root::Item, .. }
                | IrKind::RootDerived { root: Root::Element | Root::Item, .. }
                | IrKind::Root(Root::Element | Root::Item)
        );
    });
    found
}

/// The names that changes touch.
#[must_use]
pub fn touched(changes: &[Change]) -> Vec<&str> {
    changes
        .iter()
        .filter_map(|c| match &c.kind {
            ChangeKind::Assign(a) => Some(a.name.text.as_str()),
            ChangeKind::Append { name, .. }
            | ChangeKind::Merge { name, .. }
            | ChangeKind::Update { name, .. }
            | ChangeKind::RemoveWhere { name, .. }
            | ChangeKind::RemoveKey { name, .. }
            | ChangeKind::Put { name, .. } => Some(name.text.as_str()),
            ChangeKind::Delete | ChangeKind::Error => None,
        })
        .collect()
}
