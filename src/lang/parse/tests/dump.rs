//! Trees as compact lists, for table tests.

use crate::lang::tree::*;

/// `(op a b)` and the like.
pub(super) trait Dump {
    fn dump(&self) -> String;
}

impl<T: Dump> Dump for Vec<T> {
    fn dump(&self) -> String {
        format!("[{}]", join(self))
    }
}

impl<T: Dump> Dump for Option<T> {
    fn dump(&self) -> String {
        self.as_ref().map_or_else(|| "-".to_owned(), Dump::dump)
    }
}

impl<T: Dump> Dump for Box<T> {
    fn dump(&self) -> String {
        T::dump(self)
    }
}

fn join<T: Dump>(items: &[T]) -> String {
    items.iter().map(Dump::dump).collect::<Vec<_>>().join(" ")
}

impl Dump for Ident {
    fn dump(&self) -> String {
        self.text.clone()
    }
}

impl Dump for jiff::SignedDuration {
    fn dump(&self) -> String {
        format!("{self}")
    }
}

impl Dump for (Ident, bool) {
    fn dump(&self) -> String {
        format!("{}{}", if self.1 { "-" } else { "+" }, self.0.text)
    }
}

impl Dump for Path {
    fn dump(&self) -> String {
        match &self.context {
            Some(context) => format!("{}.{}", context.text, self.name.text),
            None => self.name.text.clone(),
        }
    }
}

impl Dump for Expr {
    fn dump(&self) -> String {
        match &self.kind {
            ExprKind::Lit(lit) => match lit {
                Lit::Bool(v) => v.to_string(),
                Lit::Int(v) => v.to_string(),
                Lit::Decimal(v) => v.to_string(),
                Lit::Text(v) => format!("{v:?}"),
                Lit::Duration(v) => v.to_string(),
                Lit::Days(v) => format!("{v}d"),
                Lit::Date(v) => v.to_string(),
                Lit::Time(v) => v.to_string(),
                Lit::None => "none".to_owned(),
            },
            ExprKind::Name(name) => name.clone(),
            ExprKind::At(name) => format!("@{name}"),
            ExprKind::Field { of, name } => format!("{}.{}", of.dump(), name.text),
            ExprKind::Method { of, name, args } => {
                format!("{}.{}({})", of.dump(), name.text, join(args))
            }
            ExprKind::Call { name, args } => format!("{}({})", name.text, join(args)),
            ExprKind::Index { of, keys } => format!("{}{}", of.dump(), keys.dump()),
            ExprKind::Lookup { source, keys } => {
                format!("(lookup {} {})", source.dump(), join(keys))
            }
            ExprKind::Member { path, member } => {
                format!("(member {} {})", path.dump(), member.text)
            }
            ExprKind::Record { path, member, binds } => {
                let member = member.as_ref().map_or(String::new(), |m| format!(".{}", m.text));
                format!("(record {}{member} {})", path.dump(), join(binds))
            }
            ExprKind::List(items) => items.dump(),
            ExprKind::Unary { op, of } => {
                format!("({} {})", if *op == UnaryOp::Not { "!" } else { "-" }, of.dump())
            }
            ExprKind::Binary { op, left, right, .. } => {
                format!("({op:?} {} {})", left.dump(), right.dump())
            }
            ExprKind::Is { of, member } => format!("(Is {} {})", of.dump(), member.text),
            ExprKind::If { cond, then, otherwise } => {
                format!("(if {} {} {})", cond.dump(), then.dump(), otherwise.dump())
            }
            ExprKind::Upper(path) => format!("(upper {})", path.dump()),
            ExprKind::Error => "(error)".to_owned(),
        }
    }
}

impl Dump for Arg {
    fn dump(&self) -> String {
        match self {
            Arg::Expr(expr) => expr.dump(),
            Arg::Closure { params, body, .. } => format!("(|{}| {})", join(params), body.dump()),
        }
    }
}

impl Dump for Bind {
    fn dump(&self) -> String {
        format!("{}={}", self.name.text, self.value.dump())
    }
}

impl Dump for TypeExpr {
    fn dump(&self) -> String {
        let range = |range: &Option<RangeExpr>| {
            range.as_ref().map_or(String::new(), |r| {
                let end =
                    |n: Option<rust_decimal::Decimal>| n.map_or(String::new(), |n| n.to_string());
                format!("({}..{})", end(r.min), end(r.max))
            })
        };
        match &self.kind {
            TypeKind::Bool => "bool".to_owned(),
            TypeKind::Uuid => "uuid".to_owned(),
            TypeKind::Date => "date".to_owned(),
            TypeKind::Time => "time".to_owned(),
            TypeKind::Duration => "duration".to_owned(),
            TypeKind::Int(r) => format!("int{}", range(r)),
            TypeKind::String(r) => format!("string{}", range(r)),
            TypeKind::Decimal { scale, range: r } => format!("decimal{scale}{}", range(r)),
            TypeKind::List(of, r) => format!("(list {}{})", of.dump(), range(r)),
            TypeKind::Set(of, r) => format!("(set {}{})", of.dump(), range(r)),
            TypeKind::Map(k, v) => format!("(map {} {})", k.dump(), v.dump()),
            TypeKind::Entities { entity, by } => format!("(entities {} {})", entity.text, join(by)),
            TypeKind::Patch(of) => format!("(patch {})", of.dump()),
            TypeKind::Option(of) => format!("(option {})", of.dump()),
            TypeKind::Named(path) => path.dump(),
            TypeKind::Error => "(error)".to_owned(),
        }
    }
}

impl Dump for Typed {
    fn dump(&self) -> String {
        let mut parts = vec![self.ty.dump()];
        if self.optional {
            parts.push("?".to_owned());
        }
        parts.extend(self.marks.iter().map(|mark| match mark {
            Mark::Personal => "personal".to_owned(),
            Mark::Secret(n) => format!("secret{}", n.map_or(String::new(), |n| n.to_string())),
            Mark::Deprecated => "deprecated".to_owned(),
            Mark::Was(name) => format!("was:{}", name.text),
        }));
        parts.extend(self.default.as_ref().map(|d| format!("={}", d.dump())));
        parts.extend(self.doc.as_ref().map(|d| format!("#{d}")));
        parts.join(" ")
    }
}

impl Dump for Field {
    fn dump(&self) -> String {
        format!("{}: {}", self.name.text, self.typed.dump())
    }
}

impl Dump for Outcome {
    fn dump(&self) -> String {
        match self {
            Outcome::Refuse(refusal) => refusal.dump(),
            Outcome::Ignore(_) => "ignore".to_owned(),
            Outcome::Emit(message) => format!("emit {}", message.dump()),
            Outcome::Error(_) => "(error)".to_owned(),
        }
    }
}

impl Dump for Rule {
    fn dump(&self) -> String {
        format!("(rule {} {})", self.cond.dump(), self.outcome.dump())
    }
}

impl Dump for Refusal {
    fn dump(&self) -> String {
        format!("(refuse {} {})", self.name.text, join(&self.binds))
    }
}

impl Dump for Statuses {
    fn dump(&self) -> String {
        format!("{} {}", self.names.dump(), self.otherwise.dump())
    }
}

impl Dump for Unique {
    fn dump(&self) -> String {
        format!("{} {} {}", self.names.dump(), self.cond.dump(), self.refusal.text)
    }
}

impl Dump for Message {
    fn dump(&self) -> String {
        let when = match &self.when {
            When::Always => String::new(),
            When::If(cond) => format!(" if {}", cond.dump()),
            When::Otherwise(_) => " otherwise".to_owned(),
        };
        format!("({} {}){when}", self.path.dump(), join(&self.binds))
    }
}

impl Dump for Assign {
    fn dump(&self) -> String {
        format!("({:?} {} {})", self.op, self.name.text, self.value.dump())
    }
}

impl Dump for Change {
    fn dump(&self) -> String {
        match &self.kind {
            ChangeKind::Assign(assign) => assign.dump(),
            ChangeKind::Append { name, what: Appended::Value(value) } => {
                format!("(append {} {})", name.text, value.dump())
            }
            ChangeKind::Append { name, what: Appended::Built(assigns) } => {
                format!("(append {} {})", name.text, assigns.dump())
            }
            ChangeKind::Merge { name, assigns } => {
                format!("(merge {} {})", name.text, assigns.dump())
            }
            ChangeKind::Update { name, cond, assigns } => {
                format!("(update {} {} {})", name.text, cond.dump(), assigns.dump())
            }
            ChangeKind::RemoveWhere { name, cond } => {
                format!("(remove {} {})", name.text, cond.dump())
            }
            ChangeKind::RemoveKey { name, keys } => {
                format!("(remove-key {} {})", name.text, join(keys))
            }
            ChangeKind::Put { name, key, value } => {
                format!("(put {} {} {})", name.text, key.dump(), value.dump())
            }
            ChangeKind::Delete => "delete".to_owned(),
            ChangeKind::Error => "(error)".to_owned(),
        }
    }
}

impl Dump for Each {
    fn dump(&self) -> String {
        let source = match &self.source {
            EachSource::Rows(path) => format!("rows:{}", path.dump()),
            EachSource::Elements(expr) => expr.dump(),
        };
        format!("{} {source} {}", self.var.dump(), self.cond.dump())
    }
}

impl Dump for Case {
    fn dump(&self) -> String {
        format!("{} => {}", self.cond.dump(), self.value.dump())
    }
}

impl Dump for IdDecl {
    fn dump(&self) -> String {
        format!(
            "{}: {} {}",
            self.name.text,
            self.ty.dump(),
            if self.by_client { "client" } else { "server" }
        )
    }
}

impl Dump for Action {
    fn dump(&self) -> String {
        match self {
            Action::Change(change) => change.dump(),
            Action::Send(message) => format!("send {}", message.dump()),
            Action::Verdict(verdict) => verdict.text.clone(),
        }
    }
}

impl Dump for Timeout {
    fn dump(&self) -> String {
        format!("{} {}", self.after, self.verdict.text)
    }
}

impl Dump for EventPattern {
    fn dump(&self) -> String {
        format!("{}{}", self.path.dump(), if self.all { ".*" } else { "" })
    }
}

impl Dump for MemberDecl {
    fn dump(&self) -> String {
        format!("{} {}", self.name.text, join(&self.binds))
    }
}

impl Dump for Trigger {
    fn dump(&self) -> String {
        match self {
            Trigger::Message(message) => message.dump(),
            Trigger::Timer(name) => format!("timer {}", name.text),
            Trigger::Schedule(name) => format!("schedule {}", name.text),
        }
    }
}
