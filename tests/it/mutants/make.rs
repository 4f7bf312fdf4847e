//! Mutants of the notations: one small, wrong edit each, with its place.
//!
//! Every edit stays inside one string or list of the domain text. Names, docs, types and scenarios
//! are left alone.

use minos::lang::tree::{
    Appended, Arg, Assign, AssignOp, BinaryOp, Change, ChangeKind, Each, EachSource, Expr,
    ExprKind, Field, Lit, Message, Outcome, Rule, Statuses, UnaryOp, When,
};
use minos::source::{Sources, Span};

/// One wrong edit.
pub(super) struct Mutant {
    pub(super) span: Span,
    pub(super) text: String,
    /// What kind of edit it is, in the words of the table.
    pub(super) kind: &'static str,
}

/// A refusal that no domain has.
const OTHER: &str = "Mutant";

/// Method names that mean the opposite.
const OPPOSITES: [(&str, &str); 6] = [
    ("is_some", "is_none"),
    ("is_some_and", "is_none_or"),
    ("any", "all"),
    ("min", "max"),
    ("min_by", "max_by"),
    ("first", "last"),
];

pub(super) struct Maker<'s> {
    sources: &'s Sources,
    pub(super) out: Vec<Mutant>,
}

impl<'s> Maker<'s> {
    pub(super) fn new(sources: &'s Sources) -> Self {
        Self { sources, out: vec![] }
    }

    fn file(&self, span: Span) -> &'s str {
        self.sources.get(span.file).map_or("", |f| f.text())
    }

    /// Put `text` where `span` is.
    pub(super) fn put(&mut self, kind: &'static str, span: Span, text: impl Into<String>) {
        let text = text.into();
        if self.sources.text(span) != text {
            self.out.push(Mutant { span, text, kind });
        }
    }

    /// Put `text` over bytes of the file of `span`.
    fn put_at(&mut self, kind: &'static str, at: (Span, usize, usize), text: &str) {
        self.put(kind, Span::new(at.0.file, at.1, at.2), text);
    }

    /// Take the whole string around `span` out of its list; alone, it becomes `[]`.
    pub(super) fn drop_string(&mut self, kind: &'static str, span: Span) {
        let text = self.file(span);
        let range = span.range();
        let quotes = |s: Option<&str>| s.is_some_and(|s| s == "\"" || s == "'");
        let (start, end) = (range.start.saturating_sub(1), range.end + 1);
        if !quotes(text.get(start..range.start)) || !quotes(text.get(range.end..end)) {
            return;
        }
        let before = text.get(..start).unwrap_or("").trim_end();
        let after = text.get(end..).unwrap_or("");
        if !before.ends_with(['[', ',']) {
            self.put_at(kind, (span, start, end), "[]");
        } else if after.starts_with(',') {
            self.put_at(kind, (span, start, end + 1), "");
        } else if before.ends_with(',') {
            self.put_at(kind, (span, before.len() - 1, end), "");
        } else {
            self.put_at(kind, (span, start, end), "");
        }
    }

    pub(super) fn exprs<'e>(&mut self, all: impl IntoIterator<Item = &'e Expr>) {
        all.into_iter().for_each(|e| self.expr(e));
    }

    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Lit(lit) => self.lit(lit, expr.span),
            ExprKind::Field { of, .. } | ExprKind::Is { of, .. } => self.expr(of),
            ExprKind::Method { of, name, args } => {
                for (a, b) in OPPOSITES {
                    if name.text == a {
                        self.put("opposite method", name.span, b);
                    } else if name.text == b {
                        self.put("opposite method", name.span, a);
                    }
                }
                self.expr(of);
                for arg in args {
                    match arg {
                        Arg::Expr(e) | Arg::Closure { body: e, .. } => self.expr(e),
                    }
                }
            }
            ExprKind::Call { args, .. } | ExprKind::List(args) => self.exprs(args),
            ExprKind::Index { of, keys } => {
                self.expr(of);
                self.exprs(keys);
            }
            ExprKind::Lookup { keys, .. } => self.exprs(keys),
            ExprKind::Record { binds, .. } => {
                self.exprs(binds.iter().filter_map(|b| b.value.as_ref()));
            }
            ExprKind::Unary { op, of } => {
                if *op == UnaryOp::Not {
                    let (start, end) = (expr.span.range().start, of.span.range().start);
                    self.put_at("`!` dropped", (expr.span, start, end), "");
                }
                self.expr(of);
            }
            ExprKind::Binary { op, op_span, left, right } => {
                self.expr(left);
                self.operator(*op, *op_span);
                self.expr(right);
            }
            ExprKind::If { cond, then, otherwise } => {
                self.exprs([cond.as_ref(), then.as_ref(), otherwise.as_ref()]);
            }
            ExprKind::Name(_)
            | ExprKind::At(_)
            | ExprKind::Member { .. }
            | ExprKind::Upper(_)
            | ExprKind::Error => {}
        }
    }

    /// An order is moved by one and turned round; others have one opposite.
    fn operator(&mut self, op: BinaryOp, span: Span) {
        let (kind, others): (_, &[&str]) = match op {
            BinaryOp::Eq => ("comparison", &["!="]),
            BinaryOp::Ne => ("comparison", &["=="]),
            BinaryOp::Lt => ("comparison", &["<=", ">="]),
            BinaryOp::Le => ("comparison", &["<", ">"]),
            BinaryOp::Gt => ("comparison", &[">=", "<="]),
            BinaryOp::Ge => ("comparison", &[">", "<"]),
            BinaryOp::And => ("`&&`, `||`", &["||"]),
            BinaryOp::Or => ("`&&`, `||`", &["&&"]),
            BinaryOp::Add => ("`+`, `-`", &["-"]),
            BinaryOp::Sub => ("`+`, `-`", &["+"]),
            BinaryOp::In | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => return,
        };
        for other in others {
            self.put(kind, span, *other);
        }
    }

    fn lit(&mut self, lit: &Lit, span: Span) {
        let text = self.sources.text(span);
        match lit {
            Lit::Bool(b) => self.put("constant", span, (!b).to_string()),
            Lit::Int(_) | Lit::Decimal(_) | Lit::Duration(_) | Lit::Days(_) => {
                let digit = |c: char| c.is_ascii_digit() || c == '_';
                let rest = text.trim_start_matches(digit);
                let head = text.strip_suffix(rest).unwrap_or("").replace('_', "");
                if let Ok(n) = head.parse::<i64>() {
                    self.put("constant", span, format!("{}{rest}", n + 1));
                }
            }
            Lit::Text(_) | Lit::Date(_) | Lit::Time(_) | Lit::None => {}
        }
    }

    /// Where a rule may also ignore or emit, its outcome becomes another one.
    pub(super) fn rules(&mut self, rules: &[Rule], only_refuse: bool) {
        for rule in rules {
            self.put("rule dropped", rule.cond.span, "true");
            self.expr(&rule.cond);
            self.outcome(&rule.outcome, only_refuse);
        }
    }

    fn outcome(&mut self, outcome: &Outcome, only_refuse: bool) {
        match outcome {
            Outcome::Refuse(refusal) => {
                if !only_refuse {
                    self.put("outcome", refusal.span, "ignore");
                }
                self.exprs(refusal.binds.iter().filter_map(|b| b.value.as_ref()));
            }
            Outcome::Ignore(span) => self.put("outcome", *span, OTHER),
            Outcome::Emit(message) => {
                let start = self.file(message.span).get(..message.span.range().start);
                let start = start.unwrap_or("").trim_end().trim_end_matches("emit").len();
                let end = message.span.range().end;
                self.put_at("outcome", (message.span, start, end), "ignore");
                self.exprs(message.binds.iter().filter_map(|b| b.value.as_ref()));
            }
            Outcome::Error(_) => {}
        }
    }

    /// `open` are the statuses in which a command can be asked for; where `from` names them all, it
    /// cannot be wider, and its outcome never happens.
    pub(super) fn statuses(&mut self, statuses: &Statuses, open: &[String]) {
        let names = &statuses.names;
        let named: Vec<&str> = names.iter().map(|n| n.text.as_str()).collect();
        let (Some(first), Some(last)) = (names.first(), names.last()) else { return };
        let place = first.span.to(last.span);
        for index in 0..if named.len() > 1 { named.len() } else { 0 } {
            let mut rest = named.clone();
            rest.remove(index);
            self.put("`from`", place, rest.join(", "));
        }
        if open.iter().all(|s| named.contains(&s.as_str())) {
            return;
        }
        self.put("`from`", place, open.join(", "));
        let (from, to) = (last.span.range().end, statuses.span.range().end);
        let other = if statuses.otherwise.is_some() { "" } else { " else ignore" };
        self.put_at("outcome", (statuses.span, from, to), other);
    }

    pub(super) fn messages(&mut self, messages: &[Message]) {
        for message in messages {
            self.exprs(message.binds.iter().filter_map(|b| b.value.as_ref()));
            let span = message.span;
            let condition = |at: Span| {
                let text = self.file(span).get(..at.range().start).unwrap_or("");
                (span, text.trim_end().trim_end_matches("if").trim_end().len(), span.range().end)
            };
            match &message.when {
                When::Always => {}
                When::If(cond) => {
                    let at = condition(cond.span);
                    self.put_at("condition dropped", at, "");
                    self.expr(cond);
                }
                When::Otherwise(at) => {
                    let at = condition(*at);
                    self.put_at("condition dropped", at, "");
                }
            }
            if messages.len() > 1 {
                self.drop_string("message dropped", span);
            }
        }
    }

    pub(super) fn changes(&mut self, changes: &[Change]) {
        for change in changes {
            self.drop_string("change dropped", change.span);
            match &change.kind {
                ChangeKind::Assign(assign) => self.assigns(std::slice::from_ref(assign)),
                ChangeKind::Append { what: Appended::Value(e), .. } => self.expr(e),
                ChangeKind::Append { what: Appended::Built(assigns), .. }
                | ChangeKind::Merge { assigns, .. } => self.assigns(assigns),
                ChangeKind::Update { cond, assigns, .. } => {
                    self.exprs(cond);
                    self.assigns(assigns);
                }
                ChangeKind::RemoveWhere { cond, .. } => self.expr(cond),
                ChangeKind::RemoveKey { keys, .. } => self.exprs(keys),
                ChangeKind::Put { key, value, .. } => self.exprs([key, value]),
                ChangeKind::Delete | ChangeKind::Error => {}
            }
        }
    }

    fn assigns(&mut self, assigns: &[Assign]) {
        for assign in assigns {
            let from = assign.name.span.range().end;
            let to = assign.value.span.range().start;
            let written = self.file(assign.name.span).get(from..to).unwrap_or("");
            let swapped = match assign.op {
                AssignOp::Set => None,
                AssignOp::Add => Some(written.replacen("+=", "-=", 1)),
                AssignOp::Sub => Some(written.replacen("-=", "+=", 1)),
            };
            if let Some(swapped) = swapped {
                self.put_at("change swapped", (assign.name.span, from, to), &swapped);
            }
            self.expr(&assign.value);
        }
    }

    pub(super) fn each(&mut self, each: &Each) {
        if let EachSource::Elements(of) = &each.source {
            self.expr(of);
        }
        self.condition(each.cond.as_ref());
    }

    /// A condition that stands alone: also taken away.
    pub(super) fn condition(&mut self, cond: Option<&Expr>) {
        if let Some(cond) = cond {
            self.put("condition dropped", cond.span, "true");
            self.expr(cond);
        }
    }

    pub(super) fn defaults(&mut self, fields: &[Field]) {
        self.exprs(fields.iter().filter_map(|f| f.typed.default.as_ref()));
    }
}
