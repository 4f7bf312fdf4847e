//! Expressions that have their type by construction: scalars and what is made of parts.

use super::world::{Gen, Kind, Leaf, Ty, opt};

/// Whether a text has an operator outside brackets and quotes, or begins with a word or a sign.
fn open(text: &str) -> bool {
    let (mut depth, mut quoted) = (0, false);
    for c in text.chars() {
        match c {
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ' ' if depth == 0 => return true,
            _ => {}
        }
    }
    text.starts_with(['-', '!'])
}

pub fn closed(text: String) -> String {
    if open(&text) { format!("({text})") } else { text }
}

impl Gen {
    /// The leaves of this type, with the parts of values among them.
    pub fn leaf(&mut self, ty: &Ty) -> Option<String> {
        let found: Vec<String> =
            self.leaves.iter().filter(|l| l.ty == *ty).map(|l| l.text.clone()).collect();
        (!found.is_empty()).then(|| self.chance.pick(&found))
    }

    /// Adds a name and what can be read through it.
    pub fn know(&mut self, text: &str, ty: &Ty) {
        self.leaves.push(Leaf { text: text.to_owned(), ty: ty.clone() });
        let Ty::Named(def) = ty else { return };
        let parts = match &self.defs[*def].kind {
            Kind::Value { reads, .. } => reads.clone(),
            Kind::Entity(fields) | Kind::Row(fields) => fields.clone(),
            Kind::Enum { props, .. } => props.clone(),
            _ => return,
        };
        for part in parts {
            self.know(&format!("{text}.{}", part.name), &part.ty);
        }
    }

    /// Whether an expression of this type can be written here.
    pub fn can(&self, ty: &Ty) -> bool {
        if self.leaves.iter().any(|l| l.ty == *ty) {
            return true;
        }
        match ty {
            Ty::Uuid => self.actor || self.inject,
            Ty::Named(def) => {
                let local = self.defs[*def].home == self.ctx;
                match &self.defs[*def].kind {
                    Kind::Newtype(base) => local && *base != Ty::Uuid,
                    Kind::Enum { .. } => local,
                    Kind::Id(base) => self.can(base),
                    Kind::Value { fields, .. } => local && fields.iter().all(|f| self.can(&f.ty)),
                    Kind::Union(members) => local && members[0].1.iter().all(|f| self.can(&f.ty)),
                    _ => false,
                }
            }
            Ty::Opt(_) => true,
            Ty::List(t) => self.can(t),
            Ty::Set(_) | Ty::Map(..) | Ty::Entities(_) => false,
            _ => true,
        }
    }

    /// An expression of this type; `can` must hold.
    pub fn of(&mut self, ty: &Ty, depth: usize) -> String {
        let leaf = self.leaf(ty);
        if depth == 0 || self.chance.one_in(4) {
            if let Some(leaf) = leaf {
                return leaf;
            }
        }
        let Some(depth) = depth.checked_sub(1) else { return self.literal(ty) };
        let plain = !self.is_told(ty);
        if plain && self.chance.one_in(12) {
            return self.choice(ty, depth);
        }
        if plain && self.chance.one_in(6) {
            if let Some(text) = self.taken(ty, depth) {
                return text;
            }
        }
        if self.chance.one_in(5) {
            if let Some(text) = self.called(ty, depth) {
                return text;
            }
        }
        let made = match ty {
            Ty::Bool => self.condition(depth),
            Ty::Int => self.integer(depth),
            Ty::Dec(scale) => self.decimal(*scale, depth),
            Ty::Text => self.text(depth),
            Ty::Date | Ty::Time | Ty::Duration | Ty::Uuid => self.temporal(ty, depth),
            Ty::List(item) => self.listing(item, depth),
            Ty::Opt(item) => self.maybe(item, depth),
            _ => None,
        };
        made.or(leaf).unwrap_or_else(|| self.literal(ty))
    }

    /// Leaves out the options that a condition may have narrowed.
    pub fn forget(&mut self, condition: &str) {
        self.leaves.retain(|l| !matches!(l.ty, Ty::Opt(_)) || !condition.contains(&l.text));
    }

    /// Whether only a literal, said where the type is known, makes one.
    pub fn is_told(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Named(def) => matches!(self.defs[*def].kind, Kind::Newtype(_) | Kind::Id(_)),
            Ty::Opt(of) | Ty::List(of) => self.is_told(of),
            _ => false,
        }
    }

    /// An operand: in parentheses where it has an operator of its own.
    pub fn operand(&mut self, ty: &Ty, depth: usize) -> String {
        closed(self.of(ty, depth))
    }

    fn choice(&mut self, ty: &Ty, depth: usize) -> String {
        let condition = self.of(&Ty::Bool, depth);
        let known = self.leaves.clone();
        self.forget(&condition);
        if !self.can(ty) {
            self.leaves = known;
            return self.of(ty, 0);
        }
        let (then, other) = (self.of(ty, depth), self.of(ty, depth));
        self.leaves = known;
        if then == other {
            return then;
        }
        self.hit("operator if");
        format!("if {condition} {{ {then} }} else {{ {other} }}")
    }

    /// Out of an option.
    fn taken(&mut self, ty: &Ty, depth: usize) -> Option<String> {
        if self.chance.one_in(2) {
            let from = self.leaf(&opt(ty))?;
            self.hit("optional unwrap_or");
            return Some(format!("{from}.unwrap_or({})", self.of(ty, depth)));
        }
        let (from, item) = self.leaf_where(|t| match t {
            Ty::Opt(item) => Some((**item).clone()),
            _ => None,
        })?;
        self.hit("optional map_or");
        let other = self.of(ty, depth);
        Some(format!("{from}.map_or({other}, {})", self.closure(&item, ty, depth)))
    }

    /// A leaf for whose type this gives something.
    pub fn leaf_where<T: Clone>(&mut self, fits: impl Fn(&Ty) -> Option<T>) -> Option<(String, T)> {
        let found: Vec<(String, T)> =
            self.leaves.iter().filter_map(|l| fits(&l.ty).map(|t| (l.text.clone(), t))).collect();
        (!found.is_empty()).then(|| self.chance.pick(&found))
    }

    /// `|x| body`, with the parameter known in the body.
    pub fn closure(&mut self, item: &Ty, body: &Ty, depth: usize) -> String {
        let name = self.name("x");
        let (known, inject) = (self.leaves.len(), std::mem::take(&mut self.inject));
        self.know(&name, item);
        let text = self.of(body, depth);
        self.leaves.truncate(known);
        self.inject = inject;
        format!("|{name}| {text}")
    }

    fn called(&mut self, ty: &Ty, depth: usize) -> Option<String> {
        let calls: Vec<_> = self.calls.iter().filter(|c| c.2 == *ty).cloned().collect();
        if calls.is_empty() {
            return None;
        }
        let (name, args, _, table) = self.chance.pick(&calls);
        if !args.iter().all(|a| self.can(a)) {
            return None;
        }
        self.hit(if table { "function table" } else { "function function" });
        let args: Vec<String> = args.iter().map(|a| self.of(a, depth)).collect();
        Some(format!("{name}({})", args.join(", ")))
    }

    pub fn literal(&mut self, ty: &Ty) -> String {
        match ty {
            Ty::Bool => self.chance.pick(&["true", "false"]).into(),
            Ty::Int => self.chance.pick(&["0", "1", "2", "7", "30", "1_000"]).into(),
            Ty::Dec(s) => format!("{}.{:0w$}", self.chance.below(40), 5, w = usize::from(*s)),
            Ty::Text => self.chance.pick(&["'abc'", "'left over'", "'x y'", "'größer'"]).into(),
            Ty::Date => self.chance.pick(&["2026-01-05", "2024-02-29"]).into(),
            Ty::Time => "2026-01-05T09:00:00Z".into(),
            Ty::Duration => self.chance.pick(&["500ms", "10s", "15min", "2h", "7d", "2w"]).into(),
            Ty::Uuid if self.actor && !(self.inject && self.chance.one_in(2)) => {
                self.hit("function actor.id");
                "actor.id".into()
            }
            Ty::Uuid => {
                self.hit("function random.uuid");
                "random.uuid()".into()
            }
            Ty::Opt(_) => {
                self.hit("operator none");
                "none".into()
            }
            Ty::List(item) => {
                self.hit("list literal");
                format!("[{}, {}]", self.of(item, 0), self.of(item, 0))
            }
            Ty::Named(def) => self.record(*def),
            _ => String::new(),
        }
    }

    fn record(&mut self, def: usize) -> String {
        let name = self.qualified(def);
        match self.defs[def].kind.clone() {
            Kind::Newtype(Ty::Text) => "'AB1'".into(),
            Kind::Newtype(Ty::Int) => "7".into(),
            Kind::Newtype(base) | Kind::Id(base) => self.of(&base, 0),
            Kind::Enum { members, .. } => format!("{name}.{}", self.chance.pick(&members)),
            Kind::Value { fields, .. } => {
                self.hit("operator record");
                format!("{name}({})", self.binds(&fields))
            }
            Kind::Union(members) => {
                self.hit("operator record");
                format!("{name}.{}({})", members[0].0, self.binds(&members[0].1))
            }
            _ => String::new(),
        }
    }

    pub fn binds(&mut self, fields: &[super::world::Field]) -> String {
        let binds: Vec<String> =
            fields.iter().map(|f| format!("{} = {}", f.name, self.of(&f.ty, 1))).collect();
        binds.join(", ")
    }

    fn maybe(&mut self, item: &Ty, depth: usize) -> Option<String> {
        if self.chance.one_in(4) {
            let (from, of) = self.leaf_where(|t| match t {
                Ty::Opt(of) => Some((**of).clone()),
                _ => None,
            })?;
            if !self.can(item) || matches!(item, Ty::Opt(_)) || self.is_told(item) {
                return None;
            }
            self.hit("optional map");
            return Some(format!("{from}.map({})", self.closure(&of, item, depth)));
        }
        self.picked(item, depth).or_else(|| self.can(item).then(|| self.of(item, depth)))
    }

    fn text(&mut self, depth: usize) -> Option<String> {
        Some(match self.chance.below(9) {
            n @ 0..=2 => {
                let method = ["lower", "upper", "trim"][n];
                self.hit(&format!("string {method}"));
                format!("{}.{method}()", self.operand(&Ty::Text, depth))
            }
            3 | 4 => {
                self.hit("function format");
                let shown = self.chance.pick(&[Ty::Int, Ty::Text, Ty::Date, Ty::Dec(2), Ty::Time]);
                format!(
                    "format('{{}} of {{}}', {}, {})",
                    self.of(&Ty::Text, depth),
                    self.of(&shown, depth)
                )
            }
            5 => {
                self.hit("function format-zero");
                format!("format('N{{:05}}', {})", self.of(&Ty::Int, depth))
            }
            6 if self.inject => {
                let word = self.chance.pick(&["random.digits", "random.letters"]);
                self.hit(&format!("function {word}"));
                format!("{word}({})", 2 + self.chance.below(7))
            }
            _ => {
                let from = self.leaf(&Ty::List(Box::new(Ty::Text)))?;
                self.hit("list join");
                format!("{from}.join(', ')")
            }
        })
    }

    /// `value.method(…)` for the methods that a number has.
    pub fn number_method(&mut self, ty: &Ty, depth: usize) -> Option<String> {
        let method = self.chance.pick(&["abs", "min", "max"]);
        self.hit(&format!("number {method}"));
        let on = self.leaf(ty)?;
        if method == "abs" {
            return Some(format!("{on}.abs()"));
        }
        Some(format!("{on}.{method}({})", self.of(ty, depth)))
    }

    /// A sum or difference; something in it is no constant, so that no bound is known to be hurt.
    pub fn infix(&mut self, ty: &Ty, depth: usize) -> Option<String> {
        let left = self.leaf(ty)?;
        let op = self.chance.pick(&["+", "-"]);
        self.hit(&format!("operator {op}"));
        Some(format!("{left} {op} {}", self.operand(ty, depth)))
    }
}
