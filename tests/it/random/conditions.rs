//! Conditions, and expressions over collections.

use super::expr::closed;
use super::world::{Gen, Kind, Ty, list};

impl Gen {
    pub fn a_set(&mut self) -> Option<(String, Ty)> {
        self.leaf_where(|t| match t {
            Ty::Set(item) => Some((**item).clone()),
            _ => None,
        })
    }

    pub fn a_map(&mut self) -> Option<(String, (Ty, Ty))> {
        self.leaf_where(|t| match t {
            Ty::Map(key, value) => Some(((**key).clone(), (**value).clone())),
            _ => None,
        })
    }

    pub fn closure_of_two(&mut self, key: &Ty, value: &Ty, body: &Ty, depth: usize) -> String {
        let (k, v) = (self.name("k"), self.name("v"));
        let (known, inject) = (self.leaves.len(), std::mem::take(&mut self.inject));
        self.know(&k, key);
        self.know(&v, value);
        let text = self.of(body, depth);
        self.leaves.truncate(known);
        self.inject = inject;
        format!("|{k}, {v}| {text}")
    }

    fn an_option(&mut self) -> Option<(String, Ty)> {
        self.leaf_where(|t| match t {
            Ty::Opt(item) => Some((**item).clone()),
            _ => None,
        })
    }

    pub fn condition(&mut self, depth: usize) -> Option<String> {
        match self.chance.below(20) {
            0 | 1 => Some(self.joined(depth)),
            2..=4 => Some(self.compared(depth)),
            5 | 6 => self.equal(depth),
            7 => {
                let on = closed(self.of(&Ty::Bool, depth));
                self.hit("operator !");
                Some(format!("!{on}"))
            }
            8 | 9 => self.tested(depth),
            10 => self.narrowed(depth),
            11 => self.is_member(depth),
            12 => self.in_list(depth),
            13 | 14 => self.on_text(depth),
            15 => self.on_map(depth),
            16 => self.on_set(depth),
            17 => self.on_day_or_actor(),
            _ => self.on_list(depth),
        }
    }

    fn on_day_or_actor(&mut self) -> Option<String> {
        if self.actor && self.chance.one_in(2) {
            self.hit("function actor.roles");
            return Some("actor.roles.contains('clerk')".into());
        }
        let day = self.leaf(&Ty::Date)?;
        self.hit("date weekday");
        let op = self.chance.pick(&["==", "!=", ">=", "<"]);
        Some(format!("{day}.weekday() {op} sat"))
    }

    fn joined(&mut self, depth: usize) -> String {
        let op = self.chance.pick(&["&&", "||"]);
        self.hit(&format!("operator {op}"));
        let loose = |text: String| {
            let open = ["&&", "||", "if ", "|"].iter().any(|word| text.contains(word));
            if open { closed(text) } else { text }
        };
        let left = loose(self.of(&Ty::Bool, depth));
        let known = self.leaves.clone();
        self.forget(&left);
        let right = loose(self.of(&Ty::Bool, depth));
        self.leaves = known;
        format!("{left} {op} {right}")
    }

    fn equal(&mut self, depth: usize) -> Option<String> {
        let ty = self.plain_type();
        if let Ty::Named(def) = &ty {
            if matches!(self.defs[*def].kind, Kind::Value { .. } | Kind::Union(_)) {
                return None;
            }
        }
        let left = self.leaf(&ty)?;
        let op = self.chance.pick(&["==", "!="]);
        self.hit(&format!("operator {op}"));
        Some(format!("{left} {op} {}", self.operand(&ty, depth)))
    }

    /// Tests of an option.
    fn tested(&mut self, depth: usize) -> Option<String> {
        let (on, item) = match self.chance.one_in(2) {
            true => self.one_of_many(depth)?,
            false => self.an_option()?,
        };
        Some(match self.chance.below(5) {
            n @ 0..=1 => {
                let method = ["is_some", "is_none"][n];
                self.hit(&format!("optional {method}"));
                format!("{on}.{method}()")
            }
            2 => {
                self.hit("operator none");
                format!("{on} {} none", self.chance.pick(&["==", "!="]))
            }
            n => {
                let method = ["is_some_and", "is_none_or"][n - 3];
                self.hit(&format!("optional {method}"));
                format!("{on}.{method}({})", self.closure(&item, &Ty::Bool, depth))
            }
        })
    }

    /// What is known to be there is used on the right.
    fn narrowed(&mut self, depth: usize) -> Option<String> {
        let (on, item) = self.an_option()?;
        self.hit("operator narrow-some");
        let known = self.leaves.clone();
        self.leaves.retain(|l| l.text != on);
        self.know(&on, &item);
        let right = closed(self.of(&Ty::Bool, depth));
        self.leaves = known;
        Some(match self.chance.below(3) {
            0 => format!("{on}.is_some() && {right}"),
            1 => format!("{on} != none && {right}"),
            _ => format!("{on}.is_none() || {right}"),
        })
    }

    fn is_member(&mut self, depth: usize) -> Option<String> {
        let unions: Vec<usize> =
            (0..self.defs.len()).filter(|n| matches!(self.defs[*n].kind, Kind::Union(_))).collect();
        let (on, def) = self.leaf_where(|t| match t {
            Ty::Named(def) if unions.contains(def) => Some(*def),
            _ => None,
        })?;
        let Kind::Union(members) = self.defs[def].kind.clone() else { return None };
        self.hit("operator is");
        let (member, fields) = self.chance.pick(&members);
        if self.chance.one_in(2) {
            return Some(format!("{on} is {member}"));
        }
        self.hit("operator narrow-is");
        let known = self.leaves.len();
        for field in fields {
            self.know(&format!("{on}.{}", field.name), &field.ty);
        }
        let right = closed(self.of(&Ty::Bool, depth));
        self.leaves.truncate(known);
        Some(format!("{on} is {member} && {right}"))
    }

    fn in_list(&mut self, depth: usize) -> Option<String> {
        if self.chance.one_in(2) {
            let ty = self.local(|k| matches!(k, Kind::Enum { .. })).unwrap_or(Ty::Int);
            let left = self.leaf(&ty)?;
            self.hit("operator in");
            let Ty::Named(def) = ty else { return Some(format!("{left} in [1, 2, 30]")) };
            let Kind::Enum { members, .. } = &self.defs[def].kind else { return None };
            return Some(format!("{left} in [{}]", members[..2].join(", ")));
        }
        let (from, item) = self.leaf_where(|t| match t {
            Ty::List(item) | Ty::Set(item) => Some((**item).clone()),
            _ => None,
        })?;
        if !self.can(&item) {
            return None;
        }
        self.hit("operator in");
        Some(format!("{} in {from}", self.operand(&item, depth)))
    }

    fn on_text(&mut self, depth: usize) -> Option<String> {
        let on = self.leaf(&Ty::Text)?;
        let method =
            self.chance.pick(&["contains", "starts_with", "ends_with", "matches", "is_empty"]);
        self.hit(&format!("string {method}"));
        Some(match method {
            "matches" => format!("{on}.matches('^[a-z0-9 ]+$')"),
            "is_empty" => format!("{on}.is_empty()"),
            _ => format!("{on}.{method}({})", self.of(&Ty::Text, depth)),
        })
    }

    fn on_map(&mut self, depth: usize) -> Option<String> {
        let (on, (key, value)) = self.a_map()?;
        let method = self.chance.pick(&["any", "all", "contains_key", "is_empty"]);
        if method == "contains_key" && !self.can(&key) {
            return None;
        }
        self.hit(&format!("map {method}"));
        Some(match method {
            "contains_key" => format!("{on}.contains_key({})", self.of(&key, depth)),
            "is_empty" => format!("{on}.is_empty()"),
            _ => format!("{on}.{method}({})", self.closure_of_two(&key, &value, &Ty::Bool, depth)),
        })
    }

    /// An element of what is there.
    fn one_of_many(&mut self, depth: usize) -> Option<(String, Ty)> {
        let items: Vec<Ty> = self
            .leaves
            .iter()
            .filter_map(|l| match &l.ty {
                Ty::List(item) | Ty::Map(_, item) => Some((**item).clone()),
                _ => None,
            })
            .collect();
        if items.is_empty() {
            return None;
        }
        let item = self.chance.pick(&items);
        Some((self.picked(&item, depth)?, item))
    }

    /// A list that is there, or one that is made.
    pub fn some_list(&mut self, depth: usize) -> Option<(String, Ty)> {
        if depth == 0 || self.chance.one_in(2) {
            return self.a_list();
        }
        let item = match self.a_list() {
            Some((_, item)) if self.chance.one_in(2) && self.can(&item) => item,
            _ => self.chance.pick(&[Ty::Date, Ty::Text, Ty::Int, Ty::Uuid]),
        };
        Some((self.listing(&item, depth - 1)?, item))
    }

    fn on_set(&mut self, depth: usize) -> Option<String> {
        let (on, item) = self.a_set()?;
        self.over("set", &on, &item, depth)
    }

    fn on_list(&mut self, depth: usize) -> Option<String> {
        let (on, item) = self.some_list(depth)?;
        self.over("list", &on, &item, depth)
    }

    fn over(&mut self, kind: &str, on: &str, item: &Ty, depth: usize) -> Option<String> {
        let method = self.chance.pick(&["any", "all", "is_empty", "contains", "filter"]);
        if method == "contains" && !self.can(item) {
            return None;
        }
        self.hit(&format!("{kind} {method}"));
        Some(match method {
            "is_empty" => format!("{on}.is_empty()"),
            "contains" => format!("{on}.contains({})", self.of(item, depth)),
            "filter" => {
                let filter = self.closure(item, &Ty::Bool, depth);
                let then = self.closure(item, &Ty::Bool, depth);
                format!("{on}.filter({filter}).any({then})")
            }
            _ => format!("{on}.{method}({})", self.closure(item, &Ty::Bool, depth)),
        })
    }

    /// A list of these out of what is there.
    pub fn rows_of(&mut self, item: &Ty, depth: usize) -> Option<String> {
        if self.chance.one_in(3) {
            let found = self.leaf_where(|t| match t {
                Ty::Map(key, value) if **value == *item || **key == *item => {
                    Some(if **value == *item { "values" } else { "keys" })
                }
                _ => None,
            });
            if let Some((from, word)) = found {
                self.hit(&format!("map {word}"));
                return Some(format!("{from}.{word}()"));
            }
        }
        if let Some(from) = self.leaf(&list(item)) {
            let word = self.chance.pick(&["filter", "sort_by", "sort_by"]);
            self.hit(&format!("list {word}"));
            let by = if word == "filter" { Ty::Bool } else { self.order_key() };
            return Some(format!("{from}.{word}({})", self.closure(item, &by, depth)));
        }
        let (from, of) = self.a_list()?;
        if !self.can(item) || self.is_told(item) {
            return None;
        }
        let word = self.chance.pick(&["map", "flat_map"]);
        let body = if word == "map" { item.clone() } else { list(item) };
        self.hit(&format!("list {word}"));
        Some(format!("{from}.{word}({})", self.closure(&of, &body, depth)))
    }

    fn order_key(&mut self) -> Ty {
        self.chance.pick(&[Ty::Int, Ty::Text, Ty::Date, Ty::Dec(2)])
    }

    /// One of a collection, or none.
    pub fn picked(&mut self, item: &Ty, depth: usize) -> Option<String> {
        if self.chance.one_in(2) {
            let (from, (key, _)) = self.a_map().filter(|(_, (_, value))| value == item)?;
            if !self.can(&key) {
                return None;
            }
            self.hit("map index");
            self.hit("operator index");
            return Some(format!("{from}[{}]", self.of(&key, depth)));
        }
        let from = self.leaf(&list(item))?;
        let ordered =
            matches!(item, Ty::Int | Ty::Dec(_) | Ty::Text | Ty::Date | Ty::Time | Ty::Duration);
        let word = self.chance.pick(&["find", "min_by", "max_by", "first", "last", "min", "max"]);
        if matches!(word, "min" | "max") && !ordered {
            return None;
        }
        self.hit(&format!("list {word}"));
        Some(match word {
            "find" => format!("{from}.find({})", self.closure(item, &Ty::Bool, depth)),
            "min_by" | "max_by" => {
                let by = self.order_key();
                format!("{from}.{word}({})", self.closure(item, &by, depth))
            }
            _ => format!("{from}.{word}()"),
        })
    }

    /// A type for an argument that has no declared type, and its expression.
    pub fn told(&mut self, depth: usize) -> (Ty, String) {
        let ty = if self.inject && self.chance.one_in(4) { Ty::Uuid } else { self.scalar() };
        let text = self.of(&ty, depth);
        (ty, text)
    }
}
