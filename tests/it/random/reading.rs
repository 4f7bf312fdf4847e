//! Replicas, views and queries.

use super::expr::closed;
use super::types::quoted;
use super::world::{Event, Field, Gen, Kind, Rows, Ty, opt};

impl Gen {
    pub fn visible(&self) -> Vec<(usize, Event)> {
        self.events.iter().filter(|(_, e)| e.home == self.ctx || e.public).cloned().collect()
    }

    pub fn event_path(&self, event: &Event) -> String {
        if event.home == self.ctx {
            return event.name.clone();
        }
        format!("{}.{}", Self::context(event.home), event.name)
    }

    fn columns_of(&mut self, event: &Event) -> Vec<Field> {
        let count = 1 + self.chance.below(3);
        event.fields.iter().take(count).cloned().collect()
    }

    fn rows(
        &mut self,
        name: &str,
        view: bool,
        key: Field,
        columns: Vec<Field>,
        of: Option<String>,
    ) {
        let mut reads = vec![key.clone()];
        reads.extend(columns.iter().filter(|c| c.name != key.name).cloned());
        let def = self.define(&format!("{name}Row"), Kind::Row(reads.clone()));
        self.replicas.push(Rows {
            home: self.ctx,
            name: name.to_owned(),
            view,
            def,
            key,
            columns: reads,
            of,
        });
    }

    /// A replica of a foreign aggregate, from its public events.
    pub fn replica(&mut self) {
        let foreign: Vec<Event> = self
            .visible()
            .into_iter()
            .map(|(_, e)| e)
            .filter(|e| e.home != self.ctx && e.creates)
            .collect();
        if foreign.is_empty() {
            return;
        }
        self.hit("construct replica");
        let event = self.chance.pick(&foreign);
        let name = self.name("Known");
        let columns = self.columns_of(&event);
        let names: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
        for c in &columns {
            self.count_type(&c.ty);
        }
        self.line(&format!(
            "[replica.{name}]\nof = \"{}.{}\"\ncolumns = {}",
            Self::context(event.home),
            event.agg,
            quoted(&names)
        ));
        self.rows(&name, false, event.id.clone(), columns, Some(event.agg.clone()));
    }

    pub fn views(&mut self) {
        let own: Vec<Event> =
            self.events.iter().map(|(_, e)| e.clone()).filter(|e| e.home == self.ctx).collect();
        let made: Vec<Event> = own.iter().filter(|e| e.creates).cloned().collect();
        for event in made {
            self.view_of(&event, &own);
        }
        for _ in 0..2 {
            self.keyed(&own);
        }
        self.each_view(&own);
        self.via_view(&own);
        if self.chance.one_in(2) {
            self.log_view(&own);
        }
    }

    fn view_of(&mut self, event: &Event, own: &[Event]) {
        self.hit("construct view");
        self.hit("form view.of");
        let name = self.name("Board");
        let mut columns = self.columns_of(event);
        let mut written: Vec<String> = columns.iter().map(|c| c.name.clone()).collect();
        let others: Vec<Event> =
            own.iter().filter(|e| e.agg == event.agg && !e.creates).cloned().collect();
        let mut lines = vec![];
        let (seen, tags) = (self.name("seen"), self.name("marks"));
        for other in others.iter().take(3) {
            self.scope(&other.fields, "ev.");
            self.know("meta.time", &Ty::Time);
            let path = self.event_path(other);
            let by = self.of(&Ty::Int, 2);
            match self.chance.below(5) {
                0 => lines.push(format!("on.{path} = [\"{seen} += 1\", \"append {tags} = {}\"]", self.of(&Ty::Date, 1))),
                1 => {
                    self.hit("form view.if");
                    let when = self.of(&Ty::Bool, 2);
                    let when = if by.contains("maybe") { "true".to_owned() } else { when };
                    lines.push(format!("on.{path} = {{ if = \"{when}\", do = \"{seen} += {by}\" }}"));
                }
                2 => {
                    self.hit("form view.delete");
                    lines.push(format!("on.{path} = \"delete\""));
                }
                3 => lines.push(format!(
                    "on.{path} = [\"remove {tags} where item == meta.time.date()\", \"{seen} -= 1\"]"
                )),
                _ => lines.push(format!("on.{path} = \"{seen} = {by}\"")),
            }
        }
        if lines.iter().any(|l| l.contains(&seen)) {
            written.push(format!("{seen}: int = 0"));
            columns.push(Field { name: seen, ty: Ty::Int, text: "int".into() });
        }
        if lines.iter().any(|l| l.contains(&tags)) {
            written.push(format!("{tags}: set<date>"));
            columns.push(Field {
                name: tags,
                ty: Ty::Set(Box::new(Ty::Date)),
                text: String::new(),
            });
        }
        self.line(&format!(
            "[view.{name}]\nof = \"{}\"\ncolumns = {}",
            event.agg,
            quoted(&written)
        ));
        for line in lines {
            self.line(&line);
        }
        self.rows(&name, true, event.id.clone(), columns, Some(event.agg.clone()));
        self.queries();
    }

    /// One row for each value of a field of an event.
    fn keyed(&mut self, own: &[Event]) {
        let Some((event, field)) = self.with_field(own, key_like) else { return };
        self.hit("construct view");
        self.hit("form view.key");
        let (name, key, seen) = (self.name("Tally"), self.name("key"), self.name("seen"));
        let path = self.event_path(&event);
        let spelled = self.spelled(&field.ty);
        self.scope(&event.fields, "ev.");
        let by = self.of(&Ty::Int, 2);
        self.hit("form view.reaction-key");
        self.line(&format!(
            "[view.{name}]\nkey = \"{key}\"\ncolumns = [\"{key}: {spelled}\", \"{seen}: int = 0\"]\n\
             on.{path} = {{ key = \"ev.{}\", do = \"{seen} += {by}\" }}",
            field.name
        ));
        let key = Field { name: key, ty: field.ty, text: String::new() };
        let column = Field { name: seen, ty: Ty::Int, text: String::new() };
        self.rows(&name, true, key, vec![column], None);
        self.queries();
    }

    pub fn with_field(
        &mut self,
        events: &[Event],
        fits: impl Fn(&Ty) -> bool,
    ) -> Option<(Event, Field)> {
        let found: Vec<(Event, Field)> = events
            .iter()
            .flat_map(|e| e.fields.iter().filter(|f| fits(&f.ty)).map(|f| (e.clone(), f.clone())))
            .collect();
        (!found.is_empty()).then(|| self.chance.pick(&found))
    }

    fn each_view(&mut self, own: &[Event]) {
        let lists = |t: &Ty| matches!(t, Ty::List(i) | Ty::Set(i) if key_like(i));
        let Some((event, field)) = self.with_field(own, lists) else { return };
        let (Ty::List(item) | Ty::Set(item)) = &field.ty else { return };
        self.hit("construct view");
        self.hit("form view.each");
        let (name, key, seen) = (self.name("Spread"), self.name("key"), self.name("seen"));
        let (path, spelled) = (self.event_path(&event), self.spelled(item));
        self.line(&format!(
            "[view.{name}]\nkey = \"{key}\"\ncolumns = [\"{key}: {spelled}\", \"{seen}: int = 0\"]\n\
             on.{path} = {{ each = \"{key} in ev.{}\", do = \"{seen} += 1\" }}",
            field.name
        ));
    }

    /// Keyed by a column of another view.
    fn via_view(&mut self, own: &[Event]) {
        let boards: Vec<Rows> = self
            .replicas
            .iter()
            .filter(|r| r.view && r.home == self.ctx && r.of.is_some())
            .filter(|r| r.columns[1..].iter().any(|c| key_like(&c.ty)))
            .cloned()
            .collect();
        if boards.is_empty() {
            return;
        }
        let board = self.chance.pick(&boards);
        let column = board.columns[1..].iter().find(|c| key_like(&c.ty)).cloned().unwrap();
        let Some(event) = own.iter().find(|e| Some(&e.agg) == board.of.as_ref() && !e.creates)
        else {
            return;
        };
        self.hit("construct view");
        self.hit("form view.via");
        let (name, key, seen) = (self.name("Through"), self.name("key"), self.name("seen"));
        self.line(&format!(
            "[view.{name}]\nkey = \"{key}\"\nvia = \"{}[ev.{}].map(|r| r.{})\"\n\
             columns = [\"{key}: {}\", \"{seen}: int = 0\"]\non.{} = \"{seen} += 1\"",
            board.name,
            event.id.name,
            column.name,
            self.spelled(&column.ty),
            event.name
        ));
    }

    fn log_view(&mut self, own: &[Event]) {
        self.hit("construct view");
        self.hit("form view.log");
        let (name, line) = (self.name("Diary"), self.name("line"));
        let agg = &own[0].agg;
        self.line(&format!(
            "[view.{name}]\nlog = [\"{agg}.*\"]\ncolumns = [\"{line}: string\"]\n\
             do = \"{line} = format('{{}} at {{}}', meta.event, meta.time)\""
        ));
        let query = self.name("Look");
        self.hit("construct query");
        self.hit("form query.order");
        self.line(&format!("[query.{query}]\nview = \"{name}\"\norder = \"-at\""));
    }

    fn queries(&mut self) {
        let rows = self.replicas.last().unwrap().clone();
        let name = self.name("Find");
        self.hit("construct query");
        self.line(&format!("[query.{name}]\nview = \"{}\"", rows.name));
        if self.chance.one_in(4) {
            self.hit("form query.one");
            self.line("one = true");
            return;
        }
        let (mut params, mut known) = (vec![], vec![]);
        for _ in 0..self.chance.below(3) {
            let ty = self.scalar();
            let ty = if self.chance.one_in(2) { opt(&ty) } else { ty };
            let mut field = self.field(&ty);
            field.text = self.spelled(&ty);
            params.push(format!("{}: {}", field.name, field.text));
            known.push(field);
        }
        let plain = rows.columns[1..]
            .iter()
            .find(|c| matches!(c.ty, Ty::Int | Ty::Text | Ty::Bool))
            .cloned();
        if let Some(plain) = plain.as_ref().filter(|_| self.chance.one_in(2)) {
            params.push(format!("{}?", plain.name));
        }
        if !params.is_empty() {
            self.hit("form query.params");
            self.line(&format!("params = {}", quoted(&params)));
        }
        self.scope(&known, "params.");
        self.also(&rows.columns, "");
        if !known.is_empty() || self.chance.one_in(2) {
            self.hit("form query.where");
            let mut parts = vec![closed(self.of(&Ty::Bool, 3))];
            self.forget(&parts[0].clone());
            for field in &known {
                let name = &field.name;
                parts.push(match &field.ty {
                    Ty::Opt(of) => {
                        format!("params.{name}.is_none_or({})", self.closure(of, &Ty::Bool, 2))
                    }
                    Ty::Bool => format!("params.{name}"),
                    ty => format!("params.{name} != {}", closed(self.of(ty, 1))),
                });
            }
            self.line(&format!("where = \"{}\"", parts.join(" && ")));
        }
        if let Some(plain) = plain.filter(|_| self.chance.one_in(2)) {
            self.hit("form query.order");
            let minus = self.chance.pick(&["", "-"]);
            self.line(&format!("order = [\"{minus}{}\"]", plain.name));
        }
        if self.chance.one_in(4) {
            self.hit("form query.page");
            self.line("page = { default = 10, max = 60 }");
        }
    }
}

pub fn key_like(ty: &Ty) -> bool {
    matches!(ty, Ty::Int | Ty::Text | Ty::Uuid | Ty::Date)
}
