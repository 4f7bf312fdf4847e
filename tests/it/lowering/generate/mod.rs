//! Random expressions as text. Most are well typed; the checker sorts out the rest.

use minos::lang::check::World;
use minos::lang::ir::Root;
use minos::lang::types::{Scale, Type, TypeDefKind};

use super::random::Random;
use super::world::{named, scope};

mod collections;
mod conditions;
mod scalars;

/// A text that names a value, and its type.
type Leaf = (String, Type);

struct Gen<'a> {
    random: &'a mut Random,
    world: &'a World,
    /// Everything that has a name here; closure parameters come last.
    leaves: Vec<Leaf>,
    /// Closures that are open.
    closures: usize,
    names: usize,
}

/// A random expression and the type that it should have.
pub fn expression(random: &mut Random, world: &World) -> (String, Type) {
    let mut g = Gen { random, world, leaves: vec![], closures: 0, names: 0 };
    let scope = scope(world);
    for (root, ty) in &scope.roots {
        let Type::Named(id) = ty else { continue };
        let prefix = match root {
            Root::This => "",
            Root::Cmd => "cmd.",
            _ => "",
        };
        for (name, ty) in g.members(&Type::Named(*id)) {
            g.grow(format!("{prefix}{name}"), ty, 1);
        }
    }
    for local in &scope.locals {
        g.grow(local.name.clone(), local.ty.clone(), 1);
    }
    let ty = g.goal();
    let depth = 1 + g.random.below(4);
    let text = match g.random.below(30) {
        0 => format!("format('{{}}-{{:03}}', {}, next('n'))", g.printable(2)),
        1 => format!("random.digits({})", 1 + g.random.below(9)),
        _ => return (g.of(&ty, depth), ty),
    };
    (text, Type::Text)
}

impl Gen<'_> {
    pub(super) fn ty(&self, name: &str) -> Type {
        if name == "Weekday" {
            return Type::Named(self.world.types.find(None, name).unwrap());
        }
        Type::Named(named(self.world, name))
    }

    /// A type that an expression should have.
    pub(super) fn goal(&mut self) -> Type {
        let scalar = self.scalar();
        let opt = |t: Type| Type::Option(Box::new(t));
        let list = |t: Type| Type::List(Box::new(t));
        match self.random.below(20) {
            0..=5 => Type::Bool,
            6..=11 => scalar,
            12..=13 => opt(scalar),
            14 => list(scalar),
            15 => Type::Set(Box::new(match self.random.below(3) {
                0 => Type::Text,
                1 => Type::Uuid,
                _ => self.ty("Color"),
            })),
            16 => self.ty("Window"),
            17 => self.ty("Note"),
            18 => self.ty("Money"),
            _ => match self.random.below(3) {
                0 => Type::Map(Box::new(Type::Text), Box::new(Type::Text)),
                1 => opt(self.ty("Money")),
                _ => list(self.ty("Window")),
            },
        }
    }

    pub(super) fn scalar(&mut self) -> Type {
        match self.random.below(18) {
            0..=2 => Type::Int,
            3..=5 => Type::Decimal(Scale::Fixed(2)),
            6 => Type::Decimal(Scale::Fixed(4)),
            7 => Type::Decimal(Scale::Free),
            8..=9 => Type::Text,
            10 => Type::Uuid,
            11 => Type::Date,
            12 => Type::Time,
            13 => Type::Duration,
            14 => self.ty("Color"),
            15 => self.ty("PartNo"),
            16 => self.ty("Weekday"),
            _ => self.ty("Status"),
        }
    }

    /// Fields, derived values and properties of a type.
    pub(super) fn members(&self, ty: &Type) -> Vec<Leaf> {
        let Type::Named(id) = ty else { return vec![] };
        match self.world.types.get(*id).map(|d| &d.kind) {
            Some(TypeDefKind::Record { fields, derives, .. }) => fields
                .iter()
                .map(|f| (f.name.clone(), f.ty.clone()))
                .chain(derives.iter().map(|d| (d.name.clone(), d.ty.clone())))
                .collect(),
            Some(TypeDefKind::Enum { fields, .. }) => {
                fields.iter().map(|f| (f.name.clone(), f.ty.clone())).collect()
            }
            _ => vec![],
        }
    }

    /// Add a name and what is inside it.
    pub(super) fn grow(&mut self, text: String, ty: Type, depth: usize) {
        if depth > 0 {
            for (name, inner) in self.members(&ty) {
                self.grow(format!("{text}.{name}"), inner, depth - 1);
            }
        }
        self.leaves.push((text, ty));
    }

    pub(super) fn leaf(&mut self, ty: &Type) -> Option<String> {
        let found: Vec<usize> =
            (0..self.leaves.len()).filter(|i| self.leaves[*i].1 == *ty).collect();
        if found.is_empty() {
            return None;
        }
        // What was named last is the most interesting: closure parameters.
        let recent = found.len().saturating_sub(4);
        let at = if self.closures > 0 && self.random.one_in(2) {
            recent + self.random.below(found.len() - recent)
        } else {
            self.random.below(found.len())
        };
        Some(self.leaves[found[at]].0.clone())
    }

    pub(super) fn any_leaf(&mut self, want: impl Fn(&Type) -> bool) -> Option<Leaf> {
        let found: Vec<Leaf> = self.leaves.iter().filter(|(_, t)| want(t)).cloned().collect();
        if found.is_empty() { None } else { Some(self.random.pick(&found).clone()) }
    }

    /// Text with a closure parameter in scope.
    pub(super) fn closure(
        &mut self,
        params: &[Type],
        body: impl FnOnce(&mut Self) -> String,
    ) -> String {
        let (before, count) = (self.leaves.len(), self.names);
        let mut names = Vec::new();
        for ty in params {
            self.names += 1;
            let name = format!("x{}", self.names);
            self.grow(name.clone(), ty.clone(), 1);
            names.push(name);
        }
        self.closures += 1;
        let body = body(self);
        self.closures -= 1;
        self.leaves.truncate(before);
        self.names = count;
        format!("|{}| {body}", names.join(", "))
    }

    /// Text where the option at this path is known to be some.
    pub(super) fn with(
        &mut self,
        path: &str,
        inner: &Type,
        body: impl FnOnce(&mut Self) -> String,
    ) -> String {
        let before = self.leaves.len();
        self.leaves.retain(|(t, _)| t != path);
        for _ in 0..3 {
            self.grow(path.to_owned(), inner.clone(), 1);
        }
        self.closures += 1;
        let out = body(self);
        self.closures -= 1;
        self.leaves.truncate(before.saturating_sub(1));
        let whole = Type::Option(Box::new(inner.clone()));
        self.leaves.push((path.to_owned(), whole));
        out
    }

    /// An expression of this type.
    pub(super) fn of(&mut self, ty: &Type, depth: usize) -> String {
        if depth == 0 || self.random.one_in(7) {
            if let Some(leaf) = self.leaf(ty)
                && !self.random.one_in(5)
            {
                return leaf;
            }
            return self.literal(ty);
        }
        let d = depth - 1;
        if self.random.one_in(14) {
            return self.choice(ty, d);
        }
        match ty {
            Type::Bool => self.bool(d),
            Type::Int => self.int(d),
            Type::Decimal(Scale::Fixed(s)) => self.decimal(*s, d),
            Type::Decimal(Scale::Free) => match self.random.below(3) {
                0 => format!("({} / {})", self.number(d), self.number(d)),
                1 => format!("({} * ({} / {}))", self.number(d), self.number(d), self.number(d)),
                _ => format!("({} - ({} / {}))", self.number(d), self.number(d), self.number(d)),
            },
            Type::Text => self.text(d),
            Type::Date => self.date(d),
            Type::Time => self.time(d),
            Type::Duration => self.duration(d),
            Type::Option(t) => self.option(t, d),
            Type::List(t) => self.list(t, d),
            Type::Set(t) => match self.random.below(3) {
                0 => {
                    let set = self.of(ty, 0);
                    let f = self.test(t, d);
                    format!("{set}.filter({f})")
                }
                1 => format!("[{}, {}]", self.of(t, d), self.of(t, d)),
                _ => self.of(ty, 0),
            },
            Type::Named(_) => self.named(ty, d),
            _ => self.taken(ty, d).unwrap_or_else(|| self.of(ty, 0)),
        }
    }

    pub(super) fn literal(&mut self, ty: &Type) -> String {
        let n = self.random.below(9);
        match ty {
            Type::Bool => if n > 4 { "true" } else { "false" }.into(),
            Type::Int => match n {
                0 => "1_000_000".into(),
                1 => "-3".into(),
                n => n.to_string(),
            },
            Type::Decimal(Scale::Fixed(s)) if *s > 0 && n > 3 => format!("{n}.5"),
            Type::Decimal(_) => n.to_string(),
            Type::Text => {
                let words = ["''", "'a'", "'Zürich'", "'it\\'s \"so\"'", "'{x}'", "'B1'"];
                (*self.random.pick(&words)).into()
            }
            Type::Date => "2026-03-31".into(),
            Type::Time => "2026-03-29T01:30:00Z".into(),
            Type::Duration => (*self.random.pick(&["90min", "2h", "7d", "500ms", "10s"])).into(),
            Type::Option(_) => "none".into(),
            Type::List(t) if n > 2 => {
                let t = (**t).clone();
                format!("[{}, {}]", self.literal(&t), self.literal(&t))
            }
            Type::List(_) | Type::Set(_) | Type::Map(..) | Type::Entities(_) => "[]".into(),
            Type::Named(id) => match self.world.types.get(*id).map(|d| (&d.kind, &d.name)) {
                Some((TypeDefKind::Enum { members, .. }, name)) => {
                    let member = self.random.pick(members).name.clone();
                    format!("{name}.{member}")
                }
                Some((TypeDefKind::Newtype { base, id_of: None, .. }, _)) => {
                    let base = base.clone();
                    if base == Type::Text { "'B1'".into() } else { self.literal(&base) }
                }
                Some((TypeDefKind::Record { .. }, name)) if name == "Window" => {
                    "Window(start = 2026-01-31)".into()
                }
                Some((TypeDefKind::Record { .. }, name)) if name == "Money" => {
                    "Money(amount = 9.50, currency = 'CHF')".into()
                }
                Some((TypeDefKind::Union { .. }, _)) => "Note.counted(count = 3)".into(),
                _ => "none".into(),
            },
            Type::Uuid => self.leaf(ty).unwrap_or_else(|| "owner".into()),
            _ => "none".into(),
        }
    }

    pub(super) fn number(&mut self, d: usize) -> String {
        let ty = match self.random.below(4) {
            0 => Type::Int,
            1 => Type::Decimal(Scale::Fixed(4)),
            _ => Type::Decimal(Scale::Fixed(2)),
        };
        self.of(&ty, d)
    }

    pub(super) fn printable(&mut self, d: usize) -> String {
        let ty = match self.scalar() {
            Type::Decimal(Scale::Free) => Type::Int,
            t => t,
        };
        self.of(&ty, d)
    }

    /// `if`, `unwrap_or`, `map_or` and the like, for any type.
    pub(super) fn choice(&mut self, ty: &Type, d: usize) -> String {
        if self.random.one_in(3) {
            return self.taken(ty, d).unwrap_or_else(|| self.of(ty, 0));
        }
        if self.random.one_in(3)
            && let Some((path, Type::Option(inner))) = self.path()
        {
            let then = self.with(&path, &inner, |g| g.of(ty, d));
            let otherwise = self.of(ty, d);
            return format!("(if {path}.is_some() {{ {then} }} else {{ {otherwise} }})");
        }
        let (c, a, b) = (self.bool(d.min(2)), self.of(ty, d), self.of(ty, d));
        format!("(if {c} {{ {a} }} else {{ {b} }})")
    }

    /// The value of an option.
    pub(super) fn taken(&mut self, ty: &Type, d: usize) -> Option<String> {
        if matches!(ty, Type::Option(_)) {
            return None;
        }
        let other = self.of(ty, d);
        if self.random.one_in(2) {
            let (path, from) = self.any_leaf(|t| matches!(t, Type::Option(_)))?;
            let Type::Option(from) = from else { return None };
            let f = self.closure(&[*from], |g| g.of(ty, d));
            return Some(format!("{path}.map_or({other}, {f})"));
        }
        let option = Type::Option(Box::new(ty.clone()));
        Some(format!("{}.unwrap_or({other})", self.of(&option, d)))
    }

    /// The path of an option.
    pub(super) fn path(&mut self) -> Option<Leaf> {
        self.any_leaf(|t| matches!(t, Type::Option(_)))
    }

    pub(super) fn test(&mut self, element: &Type, d: usize) -> String {
        self.closure(std::slice::from_ref(element), |g| g.of(&Type::Bool, d.min(2)))
    }

    /// A collection of single elements: text and element type.
    pub(super) fn elements(&mut self, d: usize) -> (String, Type) {
        let (text, ty) = match self
            .any_leaf(|t| matches!(t, Type::List(_) | Type::Set(_) | Type::Entities(_)))
        {
            Some(found) => found,
            None => ("numbers".into(), Type::List(Box::new(Type::Int))),
        };
        let element = match &ty {
            Type::List(t) | Type::Set(t) => (**t).clone(),
            Type::Entities(id) => Type::Named(*id),
            t => t.clone(),
        };
        if d > 0 && self.random.one_in(4) {
            let f = self.test(&element, d - 1);
            return (format!("{text}.filter({f})"), element);
        }
        if d > 0 && self.random.one_in(6) {
            let to = self.scalar();
            let f = self.closure(&[element], |g| g.of(&to, d - 1));
            return (format!("{text}.map({f})"), to);
        }
        (text, element)
    }
}
