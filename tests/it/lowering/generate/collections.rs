//! Options, lists and values with fields.

use minos::lang::types::{Scale, Type};

use super::Gen;

impl Gen<'_> {
    pub(super) fn option(&mut self, inner: &Type, d: usize) -> String {
        let list = Type::List(Box::new(inner.clone()));
        match self.random.below(9) {
            0 => self.of(inner, d),
            1..=2 => {
                let Some((path, Type::Option(from))) = self.path() else { return "none".into() };
                let f = self.closure(&[*from], |g| g.of(inner, d));
                format!("{path}.map({f})")
            }
            3 => {
                let Some((path, Type::Option(from))) = self.path() else { return "none".into() };
                let whole = Type::Option(Box::new(inner.clone()));
                let f = self.closure(&[*from], |g| g.of(&whole, d));
                format!("{path}.map({f})")
            }
            4 => {
                let f = self.test(inner, d);
                format!("{}.find({f})", self.of(&list, d))
            }
            5 => format!("{}.{}()", self.of(&list, d), *self.random.pick(&["first", "last"])),
            6 => format!("{}.{}()", self.of(&list, d), *self.random.pick(&["min", "max"])),
            7 => {
                let key = self.scalar();
                let f = self.closure(std::slice::from_ref(inner), |g| g.of(&key, d.min(2)));
                format!("{}.{}({f})", self.of(&list, d), *self.random.pick(&["min_by", "max_by"]))
            }
            _ => match inner {
                Type::Text => format!("labels[{}]", self.of(inner, d)),
                Type::Int => format!("stock[{}]", self.of(&self.ty("PartNo"), d)),
                Type::Decimal(_) => {
                    let key = self.of(&self.ty("PartNo"), d);
                    format!("parts[{key}].map(|x0| x0.price)")
                }
                Type::Time => {
                    let day = self.of(&Type::Date, d);
                    format!("slots[{day}, {}].map(|x0| x0.until)", self.of(&Type::Int, 0))
                }
                _ => format!("if flag {{ none }} else {{ {} }}", self.of(inner, d)),
            },
        }
    }

    pub(super) fn list(&mut self, element: &Type, d: usize) -> String {
        let ty = Type::List(Box::new(element.clone()));
        match self.random.below(9) {
            0 => format!("[{}, {}]", self.of(element, d), self.of(element, d)),
            1..=2 => {
                let (text, from) = self.elements(d);
                let f = self.closure(&[from], |g| g.of(element, d.min(2)));
                format!("{text}.map({f})")
            }
            3 => {
                let f = self.test(element, d);
                format!("{}.filter({f})", self.of(&ty, d))
            }
            4 => {
                let (text, from) = self.elements(d);
                let f = self.closure(&[from], |g| g.of(&ty, d.min(2)));
                format!("{text}.flat_map({f})")
            }
            5 => {
                let key = self.scalar();
                let f = self.closure(std::slice::from_ref(element), |g| g.of(&key, d.min(2)));
                format!("{}.sort_by({f})", self.of(&ty, d))
            }
            6 => match element {
                Type::Date => format!("dates({}, {})", self.of(element, d), self.of(element, d)),
                Type::Text => format!("tokens({})", self.of(element, d)),
                Type::Uuid => "hours.keys()".into(),
                Type::Int => "stock.values()".into(),
                Type::Decimal(_) => "hours.values()".into(),
                _ => self.of(&ty, 0),
            },
            7 => match self.random.below(3) {
                0 => format!("parts.values().map(|x0| {})", self.of(element, 0)),
                1 => format!("parts.keys().map(|x0| {})", self.of(element, 0)),
                _ => self.of(&ty, 0),
            },
            _ => self.of(&ty, 0),
        }
    }

    pub(super) fn named(&mut self, ty: &Type, d: usize) -> String {
        let Type::Named(id) = ty else { return String::new() };
        let def = self.world.types.get(*id).unwrap();
        match (def.name.as_str(), self.random.below(3)) {
            ("Weekday", 0..=1) => format!("{}.weekday()", self.of(&Type::Date, d)),
            ("Window", 0) => {
                let end = Type::Option(Box::new(Type::Date));
                format!("Window(start = {}, end = {})", self.of(&Type::Date, d), self.of(&end, d))
            }
            ("Money", 0) => {
                let amount = self.of(&Type::Decimal(Scale::Fixed(2)), d);
                format!("Money(amount = {amount}, currency = {})", self.of(&Type::Text, d))
            }
            ("Note", 0) => {
                let by = self.of(&Type::Uuid, d);
                let (text, shown) = (self.of(&Type::Text, d), self.of(&Type::Bool, d));
                format!("Note.from_shop(by = {by}, text = {text}, shown = {shown})")
            }
            ("Note", 1) => format!("Note.counted(count = {})", self.of(&Type::Int, d)),
            _ => self.choice(ty, d),
        }
    }
}
