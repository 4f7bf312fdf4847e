//! Conditions.

use minos::lang::types::{Scale, Type};

use super::Gen;

impl Gen<'_> {
    pub(super) fn bool(&mut self, d: usize) -> String {
        match self.random.below(16) {
            0..=3 => self.comparison(d),
            4 => format!("({} && {})", self.of(&Type::Bool, d), self.of(&Type::Bool, d)),
            5 => format!("({} || {})", self.of(&Type::Bool, d), self.of(&Type::Bool, d)),
            6 => format!("!{}", self.of(&Type::Bool, d)),
            7 => self.member(d),
            8..=9 => {
                let (text, element) = self.elements(d);
                let f = self.test(&element, d);
                let method = *self.random.pick(&["any", "all"]);
                format!("{text}.{method}({f})")
            }
            10 => self.text_test(d),
            11..=12 => self.option_test(d),
            13 => self.union_test(d),
            14 => match self.random.below(3) {
                0 => format!("parts.contains_key({})", self.of(&self.ty("PartNo"), d)),
                1 => {
                    let day = self.of(&Type::Date, d);
                    format!("slots.contains_key({day}, {})", self.of(&Type::Int, d))
                }
                _ => {
                    let params = [Type::Uuid, Type::Decimal(Scale::Fixed(1))];
                    let f = self.closure(&params, |g| g.of(&Type::Bool, d.min(2)));
                    format!("hours.{}({f})", *self.random.pick(&["any", "all"]))
                }
            },
            _ => {
                let (text, _) = self.elements(d);
                format!("{text}.is_empty()")
            }
        }
    }

    pub(super) fn comparison(&mut self, d: usize) -> String {
        let equality = self.random.one_in(2);
        let ty = match self.random.below(8) {
            0 => Type::Option(Box::new(self.scalar())),
            1 if equality => self.ty("Window"),
            2 if equality => Type::List(Box::new(Type::Int)),
            3 if equality => self.ty("Note"),
            _ => self.scalar(),
        };
        let (a, b) = (self.of(&ty, d), self.of(&ty, d));
        let op = if equality || matches!(ty, Type::Option(_)) {
            *self.random.pick(&["==", "!="])
        } else {
            *self.random.pick(&["<", "<=", ">", ">="])
        };
        format!("({a} {op} {b})")
    }

    pub(super) fn member(&mut self, d: usize) -> String {
        let ty = self.scalar();
        let item = self.of(&ty, d);
        match self.random.below(3) {
            0 => {
                let list = Type::List(Box::new(ty));
                format!("({item} in {})", self.of(&list, d))
            }
            1 => format!("({item} in [{}, {}])", self.of(&ty, d), self.literal(&ty)),
            _ => {
                let list = Type::List(Box::new(ty));
                format!("{}.contains({item})", self.of(&list, d))
            }
        }
    }

    pub(super) fn text_test(&mut self, d: usize) -> String {
        let text = self.of(&Type::Text, d);
        match self.random.below(5) {
            0 => format!("{text}.is_empty()"),
            1 => format!("{text}.matches('^[A-Z0-9-]+$')"),
            n => {
                let method = ["contains", "starts_with", "ends_with"][n - 2];
                format!("{text}.{method}({})", self.of(&Type::Text, d))
            }
        }
    }

    pub(super) fn option_test(&mut self, d: usize) -> String {
        let Some((path, Type::Option(inner))) = self.path() else { return "flag".into() };
        match self.random.below(7) {
            0 => format!("{path}.is_some()"),
            1 => format!("({path} == none)"),
            2 => format!("({path}.is_some() && {})", self.with(&path, &inner, |g| g.bool(d))),
            3 => format!("({path}.is_none() || {})", self.with(&path, &inner, |g| g.bool(d))),
            4 => {
                let first = self.of(&Type::Bool, d);
                let then = self.with(&path, &inner, |g| g.bool(d));
                format!("({first} && {path} != none && {then})")
            }
            n => {
                let f = self.test(&inner, d);
                let method = if n == 5 { "is_some_and" } else { "is_none_or" };
                format!("{path}.{method}({f})")
            }
        }
    }

    pub(super) fn union_test(&mut self, d: usize) -> String {
        let note = self.ty("Note");
        let Some((path, _)) = self.any_leaf(|t| *t == note) else { return "flag".into() };
        let (member, field, ty) = match self.random.below(4) {
            0 => ("from_owner", "text", Type::Text),
            1 => ("from_owner", "at", Type::Time),
            2 => ("from_shop", "shown", Type::Bool),
            _ => ("counted", "count", Type::Int),
        };
        if self.random.one_in(3) {
            return format!("({path} is {member})");
        }
        let before = self.leaves.len();
        for _ in 0..4 {
            self.leaves.push((format!("{path}.{field}"), ty.clone()));
        }
        self.closures += 1;
        let rest = self.bool(d);
        self.closures -= 1;
        self.leaves.truncate(before);
        format!("({path} is {member} && {rest})")
    }
}
