//! Types, settings, tables and functions of one context.

use super::world::{Def, Field, Gen, Kind, Ty};

pub fn quoted(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|i| format!("\"{i}\"")).collect();
    format!("[{}]", items.join(", "))
}

impl Gen {
    pub fn define(&mut self, name: &str, kind: Kind) -> usize {
        self.defs.push(Def { home: self.ctx, name: name.to_owned(), kind });
        self.defs.len() - 1
    }

    pub fn declared(&self, fields: &[Field]) -> Vec<String> {
        fields.iter().map(|f| format!("{}: {}", f.name, f.text)).collect()
    }

    /// A constant that a field of this type may have as default.
    pub fn default(&mut self, ty: &Ty) -> Option<String> {
        match ty {
            Ty::Bool | Ty::Int | Ty::Dec(_) | Ty::Text | Ty::Duration | Ty::Date => {
                let known = std::mem::take(&mut self.leaves);
                let text = self.literal(ty);
                self.leaves = known;
                self.hit("mark default");
                Some(text)
            }
            Ty::Named(def) if self.defs[*def].home == self.ctx => {
                let Kind::Enum { members, .. } = self.defs[*def].kind.clone() else { return None };
                self.hit("mark default");
                Some(self.chance.pick(&members))
            }
            _ => None,
        }
    }

    pub fn types(&mut self) {
        self.calls.clear();
        self.settings_table();
        self.newtypes();
        self.enums();
        for _ in 0..1 + self.chance.below(2) {
            self.value();
        }
        if self.chance.one_in(2) {
            self.union();
        }
        self.table();
        if self.chance.one_in(3) {
            self.function();
        }
    }

    fn settings_table(&mut self) {
        self.settings.clear();
        self.hit("construct settings");
        self.line("[settings]");
        for _ in 0..1 + self.chance.below(3) {
            let ty = self.chance.pick(&[Ty::Int, Ty::Dec(2), Ty::Duration, Ty::Text]);
            let name = self.name("limit");
            let default = self.default(&ty).unwrap();
            let doc = if self.chance.one_in(2) {
                self.hit("mark doc");
                " # told at start"
            } else {
                ""
            };
            self.line(&format!("{name} = \"{} = {default}{doc}\"", self.spelled(&ty)));
            self.settings.push(super::world::Leaf { text: name, ty });
        }
    }

    fn newtypes(&mut self) {
        for base in ["string(2..20)", "int(0..5000)", "uuid", "string(2..20)"] {
            if !self.chance.one_in(2) {
                continue;
            }
            self.hit("construct newtype");
            let name = self.name("Code");
            self.line(&format!("[newtype.{name}]\ntype = \"{base}\""));
            let ty = match base {
                "uuid" => Ty::Uuid,
                "int(0..5000)" => Ty::Int,
                _ => Ty::Text,
            };
            if ty == Ty::Text && self.chance.one_in(2) {
                self.hit("form newtype.normalise");
                let way = self.chance.pick(&["trim().upper()", "trim()", "upper()"]);
                self.line(&format!("normalise = \"value.{way}\""));
            }
            if self.chance.one_in(2) && ty != Ty::Uuid {
                self.hit("form newtype.require");
                let rule =
                    if ty == Ty::Text { "value.matches('^[A-Z0-9]+$')" } else { "value != 13" };
                self.line(&format!("require = \"{rule} else Bad{name}\""));
            }
            self.define(&name, Kind::Newtype(ty));
        }
    }

    fn enums(&mut self) {
        for _ in 0..1 + self.chance.below(2) {
            self.hit("construct enum");
            let name = self.name("Grade");
            let members: Vec<String> =
                (0..2 + self.chance.below(3)).map(|_| self.name("kind")).collect();
            let (ordered, with) = (self.chance.one_in(2), self.chance.one_in(2));
            self.line(&format!("[enum.{name}]"));
            let mut props = vec![];
            if with {
                self.hit("form enum.fields");
                let field = self.name("weight");
                self.line(&format!("fields = [\"{field}: int\"]"));
                let shown: Vec<String> = members
                    .iter()
                    .map(|m| format!("{m}({field} = {})", self.chance.below(90)))
                    .collect();
                self.line(&format!("members = {}", quoted(&shown)));
                props.push(Field { name: field, ty: Ty::Int, text: "int".into() });
            } else {
                self.line(&format!("members = {}", quoted(&members)));
            }
            if ordered {
                self.hit("form enum.ordered");
                self.line("ordered = true");
            }
            self.define(&name, Kind::Enum { members, ordered, props });
        }
    }

    fn value(&mut self) {
        self.hit("construct value");
        let name = self.name("Deal");
        let fields: Vec<Field> = (0..2 + self.chance.below(3))
            .map(|n| {
                let ty = match n {
                    0 => self.scalar(),
                    _ if self.chance.one_in(4) => {
                        let of = self.scalar();
                        self.count_type(&of);
                        super::world::opt(&of)
                    }
                    _ => self.plain_type(),
                };
                self.field(&ty)
            })
            .collect();
        self.line(&format!("[value.{name}]\nfields = {}", quoted(&self.declared(&fields))));
        self.scope(&fields, "");
        if self.chance.one_in(2) {
            self.hit("form value.require");
            let rule = self.of(&Ty::Bool, 2);
            self.line(&format!("require = \"{} else Bad{name}\"", super::expr::closed(rule)));
        }
        let mut reads = fields.clone();
        if self.chance.one_in(2) {
            self.hit("form value.derive");
            let (ty, text) = self.told(2);
            let derived = self.name("sum");
            self.line(&format!("derive.{derived} = \"{text}\""));
            reads.push(Field { name: derived, ty, text: String::new() });
        }
        self.define(&name, Kind::Value { fields, reads });
    }

    fn union(&mut self) {
        self.hit("construct union");
        let name = self.name("Remark");
        let mut members = vec![];
        self.line(&format!("[union.{name}]"));
        for _ in 0..2 {
            let (a, b) = (self.plain_type(), self.scalar());
            let fields = vec![self.field(&b), self.field(&a)];
            let member = self.name("from");
            self.line(&format!("members.{member} = {}", quoted(&self.declared(&fields))));
            members.push((member, fields));
        }
        self.define(&name, Kind::Union(members));
    }

    fn table(&mut self) {
        self.hit("construct table");
        let (name, arg) = (self.name("rate"), self.name("total"));
        let from = self.chance.pick(&[Ty::Int, Ty::Dec(2)]);
        let to = self.chance.pick(&[Ty::Int, Ty::Dec(2)]);
        self.line(&format!("[table.{name}]\nargs = [\"{arg}: {}\"]", self.spelled(&from)));
        self.line(&format!("returns = \"{}\"", self.spelled(&to)));
        let (one, two, three) = (3, 5, self.literal(&to));
        self.line(&format!(
            "rows = [\"{arg} >= 500 => {one}\", \"{arg} >= 20 && {arg} != 30 => {two}\", \"else => {three}\"]"
        ));
        self.calls.push((name, vec![from], to, true));
    }

    fn function(&mut self) {
        self.hit("construct function");
        let (name, a, b) = (self.name("reckon"), self.name("first"), self.name("second"));
        self.line(&format!(
            "[function.{name}]\nargs = [\"{a}: int\", \"{b}: string\"]\nreturns = \"int\""
        ));
        self.calls.push((name, vec![Ty::Int, Ty::Text], Ty::Int, false));
    }

    /// What is known: these fields behind a prefix.
    pub fn scope(&mut self, fields: &[Field], prefix: &str) {
        self.leaves.clear();
        (self.clock, self.inject, self.actor) = (false, false, false);
        self.also(fields, prefix);
    }

    pub fn also(&mut self, fields: &[Field], prefix: &str) {
        for field in fields {
            self.know(&format!("{prefix}{}", field.name), &field.ty);
        }
    }

    pub fn also_settings(&mut self) {
        for leaf in self.settings.clone() {
            self.know(&leaf.text, &leaf.ty);
        }
    }
}
