//! What an event does to the state: every verb.

use super::aggregates::Agg;
use super::world::{Field, Gen, Kind, Ty};

impl Gen {
    /// Changes for one event, and the fields that they read from it.
    pub fn change_for(&mut self, agg: &Agg, fields: &mut Vec<Field>) -> Vec<String> {
        let mut changes = vec![];
        for _ in 0..self.chance.below(3) {
            let field = self.chance.pick(&agg.state);
            let before = fields.len();
            if let Some(change) = self.change(agg, &field, fields) {
                changes.push(change);
            } else {
                fields.truncate(before);
            }
        }
        if let Some(ty) = agg.state.iter().find(|f| self.is_status(agg, &f.ty)).cloned() {
            if self.chance.one_in(4) {
                self.hit("change status");
                changes.push(if self.chance.one_in(2) {
                    format!("{} = status", ty.name)
                } else {
                    format!("status = {}.unwrap_or({})", ty.name, agg.status[0])
                });
            }
        }
        changes
    }

    fn is_status(&self, agg: &Agg, ty: &Ty) -> bool {
        matches!((ty, &agg.status_ty), (Ty::Opt(of), Some(status)) if **of == *status)
    }

    /// A fresh field of this type in the event.
    fn of_event(&mut self, ty: &Ty, fields: &mut Vec<Field>) -> String {
        let field = self.field(ty);
        let name = field.name.clone();
        fields.push(field);
        format!("ev.{name}")
    }

    fn reads(&mut self, agg: &Agg, fields: &[Field]) {
        self.scope(fields, "ev.");
        self.also(&agg.state, "state.");
    }

    fn change(&mut self, agg: &Agg, field: &Field, fields: &mut Vec<Field>) -> Option<String> {
        let name = &field.name;
        Some(match &field.ty {
            Ty::Int | Ty::Dec(_) if self.chance.below(3) > 0 => {
                let (op, word) = self.chance.pick(&[("+=", "add"), ("-=", "subtract")]);
                self.hit(&format!("change {word}"));
                let by = self.of_event(&field.ty, fields);
                format!("{name} {op} {by}")
            }
            Ty::List(item) | Ty::Set(item) if self.chance.one_in(2) => {
                self.hit("change append");
                let one = self.of_event(item, fields);
                format!("append {name} = {one}")
            }
            Ty::List(item) | Ty::Set(item) => {
                self.hit("change remove-where");
                let one = self.of_event(item, fields);
                format!("remove {name} where item == {one}")
            }
            Ty::Map(key, _) if self.chance.one_in(2) => {
                self.hit("change remove-key");
                let key = self.of_event(key, fields);
                format!("remove {name}[{key}]")
            }
            Ty::Map(key, value) => {
                self.hit("change put");
                let (key, value) = (self.of_event(key, fields), self.of_event(value, fields));
                format!("put {name}[{key}] = {value}")
            }
            Ty::Entities(def) => self.entity_change(name, *def, fields),
            ty => {
                self.hit("change set");
                let from = self.of_event(ty, fields);
                self.reads(agg, fields);
                let depth = if self.can(ty) { 2 } else { 0 };
                let value = if depth == 0 { from.clone() } else { self.of(ty, depth) };
                let same = value == format!("state.{name}");
                format!("{name} = {}", if same { from } else { value })
            }
        })
    }

    fn entity_change(&mut self, name: &str, def: usize, fields: &mut Vec<Field>) -> String {
        let Kind::Entity(parts) = self.defs[def].kind.clone() else { return String::new() };
        let by_name = !fields.iter().any(|f| parts.iter().any(|p| p.name == f.name));
        let number = parts[1..].iter().find(|p| p.ty == Ty::Int).cloned();
        match self.chance.below(8) {
            0 | 1 | 5..=7 if by_name => {
                let verb = self.chance.pick(&["append", "merge"]);
                fields.extend(parts.clone());
                match number {
                    Some(number) => {
                        self.hit(&format!("change {verb}-assigns"));
                        let op = if verb == "merge" { "+=" } else { "=" };
                        format!("{verb} {name}: {} {op} ev.{}", number.name, number.name)
                    }
                    None => {
                        self.hit(if verb == "merge" {
                            "change merge"
                        } else {
                            "change append-by-name"
                        });
                        format!("{verb} {name}")
                    }
                }
            }
            2 => {
                self.hit("change remove-key");
                let key = self.of_event(&parts[0].ty, fields);
                format!("remove {name}[{key}]")
            }
            3 => {
                self.hit("change remove-where");
                let key = self.of_event(&parts[0].ty, fields);
                format!("remove {name} where {} == {key}", parts[0].name)
            }
            n => {
                let part = &parts[1];
                let value = self.of_event(&part.ty, fields);
                if n == 4 && self.chance.one_in(2) {
                    self.hit("change update");
                    return format!("update {name}: {} = {value}", part.name);
                }
                self.hit("change update-where");
                let key = self.of_event(&parts[0].ty, fields);
                format!("update {name} where {} == {key}: {} = {value}", parts[0].name, part.name)
            }
        }
    }
}
