//! Aggregates: state, entities, derived values, and the command that creates them.

use super::types::quoted;
use super::world::{Event, Field, Gen, Kind, Ty, opt};

/// An aggregate while its commands are written.
pub struct Agg {
    pub name: String,
    pub id: Field,
    pub order: usize,
    pub status: Vec<String>,
    pub status_ty: Option<Ty>,
    pub state: Vec<Field>,
    pub derived: Vec<Field>,
    /// Made by the first command that needs it.
    pub upsert: bool,
    /// What `[event]` says, line by line.
    pub events: Vec<String>,
    pub refusals: Vec<(String, Vec<Field>)>,
}

impl Gen {
    pub fn aggregate(&mut self, order: usize) {
        self.hit("construct aggregate");
        let name = self.name("Case");
        let snake = heck::ToSnakeCase::to_snake_case(name.as_str());
        let upsert = self.chance.one_in(4);
        let (id, id_line) = self.id_of(&name, &snake, upsert);
        let mut agg = Agg {
            name: name.clone(),
            id,
            order,
            status: vec![],
            status_ty: None,
            state: vec![],
            derived: vec![],
            upsert,
            events: vec![],
            refusals: vec![],
        };
        if !upsert && self.chance.below(4) > 0 {
            self.hit("form aggregate.status");
            agg.status = (0..2 + self.chance.below(3)).map(|_| self.name("step")).collect();
            let kind = Kind::Enum { members: agg.status.clone(), ordered: true, props: vec![] };
            agg.status_ty = Some(Ty::Named(self.define(&format!("{name}Status"), kind)));
        }
        let entity = self.chance.one_in(2).then(|| {
            let key = self.key_type();
            let mut fields = vec![self.field(&key)];
            for _ in 0..1 + self.chance.below(3) {
                let ty = self.plain_type();
                fields.push(self.field(&ty));
            }
            let entity = self.name("Part");
            (entity.clone(), fields.clone(), self.define(&entity, Kind::Entity(fields)))
        });
        agg.state = self.state_of(&agg, entity.as_ref().map(|e| e.2));
        self.scope(&agg.state.clone(), "");
        if let Some(ty) = &agg.status_ty {
            self.know("status", ty);
        }
        let derives: Vec<String> = (0..self.chance.below(3))
            .map(|_| {
                self.hit("form aggregate.derive");
                let (ty, text) = self.told(3);
                let name = self.name("derived");
                self.know(&name, &ty);
                agg.derived.push(Field { name: name.clone(), ty, text: String::new() });
                format!("{name} = \"{text}\"")
            })
            .collect();
        self.line(&format!("[aggregate.{name}]\n{id_line}"));
        if !agg.status.is_empty() {
            self.line(&format!("status = {}", quoted(&agg.status)));
        }
        self.unique(&agg);
        if let Some((entity, fields, _)) = entity {
            self.line(&format!("entity.{entity} = {}", quoted(&self.declared(&fields))));
        }
        self.state_lines(&agg);
        if !derives.is_empty() {
            self.line(&format!("[aggregate.{name}.derive]\n{}", derives.join("\n")));
        }
        self.commands_of(&mut agg);
    }

    fn id_of(&mut self, name: &str, snake: &str, upsert: bool) -> (Field, String) {
        let base = self.chance.pick(&[Ty::Uuid, Ty::Int, Ty::Text]);
        let own = self.local(|k| matches!(k, Kind::Newtype(Ty::Text)));
        match self.chance.below(4) {
            0 => {
                self.hit("form aggregate.id");
                let ty = self.define(&format!("{name}Id"), Kind::Id(base.clone()));
                let field = self.name("key");
                let by = if upsert || base == Ty::Text { "client" } else { "server" };
                let line = format!("id = \"{field}: {} by {by}\"", self.spelled(&base));
                (Field { name: field, ty: Ty::Named(ty), text: by.into() }, line)
            }
            1 if own.is_some() => {
                self.hit("form aggregate.id");
                let (field, ty) = (self.name("key"), own.unwrap());
                let line = format!("id = \"{field}: {} by client\"", self.spelled(&ty));
                (Field { name: field, ty, text: "client".into() }, line)
            }
            _ => {
                let ty = self.define(&format!("{name}Id"), Kind::Id(Ty::Uuid));
                let field = format!("{snake}_id");
                let by = if upsert { "client" } else { "server" };
                let line = if upsert {
                    format!("id = \"{field}: uuid by client\"")
                } else {
                    String::new()
                };
                (Field { name: field, ty: Ty::Named(ty), text: by.into() }, line)
            }
        }
    }

    fn state_of(&mut self, agg: &Agg, entity: Option<usize>) -> Vec<Field> {
        let mut types: Vec<Ty> = (0..3 + self.chance.below(4)).map(|_| self.any_type()).collect();
        types.extend([Ty::Int, opt(&Ty::Text)]);
        types.extend(entity.map(Ty::Entities));
        types.extend(agg.status_ty.as_ref().filter(|_| agg.order.is_multiple_of(2)).map(opt));
        let mut fields: Vec<Field> = types.iter().map(|ty| self.field(ty)).collect();
        if self.chance.one_in(6) {
            self.hit("form raw-name");
            let name = self.chance.pick(&["type", "ref", "match"]).to_owned();
            fields.push(Field { name, ty: Ty::Text, text: "string".into() });
        }
        fields
    }

    fn state_lines(&mut self, agg: &Agg) {
        self.line(&format!("[aggregate.{}.state]", agg.name));
        for field in &agg.state {
            let mut text = field.text.clone();
            if matches!(field.ty, Ty::Text | Ty::Uuid | Ty::Int) && self.chance.one_in(5) {
                let mark = self.chance.pick(&[
                    "personal",
                    "secret",
                    "secret(4)",
                    "deprecated",
                    "was older",
                ]);
                if mark != "was older" {
                    self.hit(&format!("mark {}", mark.trim_end_matches("(4)")));
                    text.push_str(&format!(" {mark}"));
                } else {
                    self.hit("mark was");
                    text.push_str(&format!(" was {}", self.name("older")));
                }
            }
            // What an upsert makes has to have a value from the first.
            if agg.upsert || self.chance.one_in(3) {
                if let Some(default) = self.default(&field.ty) {
                    text.push_str(&format!(" = {default}"));
                }
            }
            if self.chance.one_in(6) {
                self.hit("mark doc");
                text.push_str("  # as it was told");
            }
            self.line(&format!("{} = \"{text}\"", field.name));
        }
    }

    fn unique(&mut self, agg: &Agg) {
        let scalar = |f: &&Field| matches!(f.ty, Ty::Text | Ty::Int | Ty::Uuid);
        let Some(field) = agg.state.iter().find(scalar).filter(|_| self.chance.one_in(3)) else {
            return;
        };
        self.hit("form aggregate.unique");
        let when = match agg.status.first() {
            Some(first) if self.chance.one_in(2) => format!(" where status == {first}"),
            _ => String::new(),
        };
        self.line(&format!("unique = \"{}{when} else {}Taken\"", field.name, agg.name));
    }

    /// Fields of the state without a value of their own.
    pub fn required(&self, agg: &Agg) -> Vec<Field> {
        let none = |f: &&Field| {
            !matches!(f.ty, Ty::Opt(_) | Ty::List(_) | Ty::Set(_) | Ty::Map(..) | Ty::Entities(_))
        };
        agg.state.iter().filter(none).cloned().collect()
    }

    pub fn remember(
        &mut self,
        agg: &Agg,
        name: &str,
        public: bool,
        creates: bool,
        fields: Vec<Field>,
    ) {
        self.hit("construct event");
        let event = Event {
            home: self.ctx,
            name: name.to_owned(),
            public,
            creates,
            id: agg.id.clone(),
            agg: agg.name.clone(),
            fields,
        };
        self.events.push((agg.order, event));
    }
}
