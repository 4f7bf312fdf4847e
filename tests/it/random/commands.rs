//! Commands with every pair of an outcome and a shape of `emit`.

use super::aggregates::Agg;
use super::cover::EMITS;
use super::expr::closed;
use super::types::quoted;
use super::world::{Command, Field, Gen, Kind, Ty, opt};

/// One command while it is written.
#[derive(Default)]
pub struct Draft {
    pub name: String,
    pub fields: Vec<Field>,
    /// How the fields are written: a bare name where the state has it.
    pub written: Vec<String>,
    pub lines: Vec<String>,
    pub require: Vec<String>,
    pub emit: Vec<String>,
    pub ensure: Vec<String>,
}

impl Gen {
    pub fn commands_of(&mut self, agg: &mut Agg) {
        if agg.upsert {
            self.upsert(agg);
        } else {
            self.creating(agg);
        }
        for _ in 0..3 + self.chance.below(4) {
            self.changing(agg);
        }
        if self.chance.one_in(3) {
            self.by_hand(agg);
        }
        let (events, refusals) =
            (std::mem::take(&mut agg.events), std::mem::take(&mut agg.refusals));
        for event in events {
            self.line(&event);
        }
        for (name, fields) in refusals {
            if fields.is_empty() && self.chance.one_in(2) {
                continue;
            }
            self.hit("construct refusal");
            let status = self.chance.pick(&[409, 422, 403]);
            self.line(&format!("[refusal.{name}]\nstatus = {status}"));
            if let Some(field) = fields.first() {
                self.line(&format!("text = \"not with {{{}}}\"", field.name));
                if self.chance.one_in(2) {
                    let shown: Vec<String> = fields
                        .iter()
                        .map(|f| format!("{}: {}", f.name, self.spelled(&f.ty)))
                        .collect();
                    self.line(&format!("fields = {}", quoted(&shown)));
                }
            }
        }
    }

    fn knows_clock(&mut self) {
        (self.clock, self.actor) = (true, true);
    }

    fn command(&mut self, agg: &Agg, draft: &Draft, on: &str) {
        self.hit("construct command");
        self.line(&format!("[command.{}]\n{on} = \"{}\"", draft.name, agg.name));
        if !draft.written.is_empty() {
            self.line(&format!("fields = {}", quoted(&draft.written)));
        }
        for line in &draft.lines {
            self.line(line);
        }
        for (key, items) in
            [("require", &draft.require), ("emit", &draft.emit), ("ensure", &draft.ensure)]
        {
            match items.as_slice() {
                [] => {}
                [one] if self.chance.one_in(2) => self.line(&format!("{key} = \"{one}\"")),
                more => self.line(&format!("{key} = {}", quoted(more))),
            }
        }
    }

    fn creating(&mut self, agg: &mut Agg) {
        let given = self.required(agg);
        let name = self.name("Open");
        let written = given.iter().map(|f| f.name.clone()).collect();
        let mut draft =
            Draft { name: name.clone(), fields: given.clone(), written, ..Draft::default() };
        self.scope(&given, "cmd.");
        self.also_settings();
        self.knows_clock();
        let plain = self.chance.one_in(3);
        if !plain && self.chance.one_in(2) {
            let rule = closed(self.of(&Ty::Bool, 3));
            draft.require.push(format!("{rule} else {name}Refused"));
            self.hit("form command.require");
        }
        let event = format!("{name}Done");
        draft.emit.push(event.clone());
        self.command(agg, &draft, "creates");
        let public = self.shareable(&given) && self.chance.below(3) > 0;
        if public {
            self.hit("form event.public");
            self.hit("form event.fields");
            let fields: Vec<String> = given.iter().map(|f| f.name.clone()).collect();
            agg.events
                .push(format!("[event.{event}]\npublic = true\nfields = {}", quoted(&fields)));
        }
        self.remember(agg, &event, public, true, given.clone());
        self.open_to_policies(agg, &draft, true);
        if plain && !given.iter().any(|f| matches!(f.ty, Ty::Named(_))) {
            self.hit("construct scenario");
            let id_needed = agg.id.text == "client";
            if !id_needed {
                self.scenarios.push(format!(
                    "[[scenario]]\nname = \"{name} is done\"\nwhen = \"{name}\"\nthen = \"{event}\""
                ));
            }
        }
    }

    /// Whether others may see these fields.
    fn shareable(&self, fields: &[Field]) -> bool {
        fields.iter().all(|f| match &f.ty {
            Ty::Named(def) => matches!(self.defs[*def].kind, Kind::Newtype(_) | Kind::Enum { .. }),
            _ => true,
        })
    }

    fn open_to_policies(&mut self, agg: &Agg, draft: &Draft, creates: bool) {
        let simple = draft.fields.iter().all(|f| !matches!(f.ty, Ty::Named(_)));
        let public = simple && self.public_next;
        self.public_next = false;
        self.commands.push(Command {
            home: self.ctx,
            name: draft.name.clone(),
            public,
            order: agg.order,
            fields: draft.fields.clone(),
            id: (!creates || agg.id.text == "client").then(|| agg.id.clone()),
        });
    }

    fn upsert(&mut self, agg: &mut Agg) {
        self.hit("form if_missing.create");
        let given = self.required(agg);
        let name = self.name("Keep");
        let written = given.iter().map(|f| f.name.clone()).collect();
        let mut draft =
            Draft { name: name.clone(), fields: given.clone(), written, ..Draft::default() };
        draft.lines.push("if_missing = \"create\"".into());
        self.scope(&given, "cmd.");
        self.also_settings();
        self.knows_clock();
        if self.chance.one_in(2) {
            self.hit("form command.require");
            let rule = closed(self.of(&Ty::Bool, 3));
            let outcome =
                if self.chance.one_in(2) { "ignore".into() } else { format!("{name}Refused") };
            draft.require.push(format!("{rule} else {outcome}"));
        }
        draft.emit = vec![format!("{name}Made if !exists"), format!("{name}Done")];
        self.command(agg, &draft, "on");
        self.remember(agg, &format!("{name}Made"), false, true, given.clone());
        self.remember(agg, &format!("{name}Done"), false, false, given);
        self.open_to_policies(agg, &draft, false);
    }

    fn changing(&mut self, agg: &mut Agg) {
        let name = self.name("Do");
        let mut draft = Draft { name: name.clone(), ..Draft::default() };
        let done = format!("{name}Done");
        let change = self.change_for(agg, &mut draft.fields);
        for _ in 0..self.chance.below(3) {
            let ty = self.any_type();
            draft.fields.push(self.field(&ty));
        }
        draft.written = self.declared(&draft.fields);
        if let Some(field) = agg.state.iter().find(|f| matches!(f.ty, Ty::Opt(_))).cloned() {
            match self.chance.below(6) {
                0 => {
                    self.hit("type patch");
                    draft.written.push(format!(
                        "{}: patch {}",
                        field.name,
                        self.spelled(&field.ty)
                    ));
                }
                1 => {
                    draft.written.push(field.name.clone());
                    draft.fields.push(field);
                }
                _ => {}
            }
        }
        if self.chance.one_in(4) {
            let policy = self.chance.pick(&["refuse", "ignore"]);
            self.hit(&format!("form if_missing.{policy}"));
            draft.lines.push(format!("if_missing = \"{policy}\""));
        }
        self.scope(&draft.fields.clone(), "cmd.");
        let prefix = self.chance.pick(&["", "state."]);
        self.also(&agg.state, prefix);
        self.also(&agg.derived, "");
        if let Some(ty) = &agg.status_ty {
            self.know("status", ty);
        }
        self.also_settings();
        self.knows_clock();
        self.looked_up(&mut draft);
        self.lets(&mut draft);
        let outcome = self.outcome(agg, &mut draft);
        let emit = self.emits(agg, &mut draft, &done, change);
        self.hit(&format!("pair {outcome} x {emit}"));
        self.ensures(agg, &mut draft);
        self.public_next = self.chance.one_in(3)
            && draft.fields.iter().all(|f| !matches!(f.ty, Ty::Named(_)))
            && !draft.written.iter().any(|w| w.contains("patch"));
        if self.public_next {
            self.hit("form command.public");
            draft.lines.push("public = true".into());
        }
        self.command(agg, &draft, "on");
        self.open_to_policies(agg, &draft, false);
    }

    fn looked_up(&mut self, draft: &mut Draft) {
        let replicas: Vec<_> =
            self.replicas.iter().filter(|r| r.home == self.ctx && !r.view).cloned().collect();
        if replicas.is_empty() || !self.chance.one_in(2) {
            return;
        }
        self.hit("form command.lookup");
        let replica = self.chance.pick(&replicas);
        let (key, name) = (self.name("ref_key"), self.name("found"));
        draft.written.push(format!("{key}: {}", self.spelled(&replica.key.ty)));
        draft.fields.push(Field {
            name: key.clone(),
            text: self.spelled(&replica.key.ty),
            ty: replica.key.ty.clone(),
        });
        self.know(&format!("cmd.{key}"), &replica.key.ty);
        draft.lines.push(format!("lookup.{name} = \"{}[cmd.{key}]\"", replica.name));
        let row = Ty::Named(replica.def);
        if self.chance.one_in(2) {
            draft.require.push(format!("{name}.is_some() else {}Unknown", draft.name));
            self.know(&name, &row);
            self.leaves.retain(|l| l.ty != row);
        } else {
            self.know(&name, &opt(&row));
        }
    }

    fn lets(&mut self, draft: &mut Draft) {
        for _ in 0..self.chance.below(3) {
            self.hit("form command.let");
            // A row that rules have found is not yet known here.
            let known = self.leaves.clone();
            self.leaves.retain(|l| !l.text.starts_with("found"));
            self.inject = true;
            let (ty, text) = self.told(3);
            self.inject = false;
            self.leaves = known;
            let name = self.name("mid");
            draft.lines.push(format!("let.{name} = \"{text}\""));
            self.know(&name, &ty);
        }
    }

    /// An argument of `emit` that makes a field of the event.
    fn argument(&mut self, fields: &mut Vec<Field>) -> String {
        let (ty, text) = self.told(3);
        let name = self.name("told");
        fields.push(Field { name: name.clone(), text: String::new(), ty });
        format!("{name} = {text}")
    }

    fn emits(
        &mut self,
        agg: &mut Agg,
        draft: &mut Draft,
        done: &str,
        change: Vec<String>,
    ) -> &'static str {
        let shape = self.chance.pick(&EMITS);
        let mut fields = draft.fields.clone();
        self.inject = true;
        let args: Vec<String> =
            (0..self.chance.below(3)).map(|_| self.argument(&mut fields)).collect();
        self.inject = false;
        let message =
            if args.is_empty() { done.to_owned() } else { format!("{done}({})", args.join(", ")) };
        let known = self.leaves.clone();
        self.forget(&message);
        let condition = closed(self.of(&Ty::Bool, 3));
        self.leaves = known;
        let other = format!("{}Else", draft.name);
        match shape {
            "one" => draft.emit.push(message),
            "if" => draft.emit.push(format!("{message} if {condition}")),
            "otherwise" => {
                draft.emit.push(format!("{message} if {condition}"));
                draft.emit.push(format!("{other} otherwise"));
            }
            "after" => {
                draft.emit.push(message);
                let count = agg.state.iter().find(|f| f.ty == Ty::Int).unwrap().name.clone();
                let level = self.name("level");
                draft
                    .emit
                    .push(format!("{other}({level} = after.{count}) if after.{count} > {count}"));
            }
            _ => {
                draft.emit.push(message);
                draft.emit.push(other);
            }
        }
        self.remember(agg, done, false, false, fields.clone());
        let mut lines = vec![];
        let ends = shape == "one" && agg.status.len() > 1;
        if ends && self.chance.one_in(3) {
            self.hit("form command.to");
            draft.lines.push(format!("to = \"{}\"", self.chance.pick(&agg.status)));
        } else if ends && self.chance.one_in(2) {
            self.hit("form event.to");
            lines.push(format!("to = \"{}\"", self.chance.pick(&agg.status)));
        }
        if !change.is_empty() {
            self.hit("form event.apply");
            lines.push(format!("apply = {}", quoted(&change)));
        }
        if ends && self.chance.one_in(8) {
            self.hit("form event.closes");
            lines.push("closes = true".into());
        }
        if !lines.is_empty() {
            agg.events.push(format!("[event.{done}]\n{}", lines.join("\n")));
        }
        shape
    }

    fn ensures(&mut self, agg: &mut Agg, draft: &mut Draft) {
        if !self.chance.one_in(3) {
            return;
        }
        self.hit("form command.ensure");
        let known = std::mem::take(&mut self.leaves);
        self.also(&agg.state, "after.");
        let rule = closed(self.of(&Ty::Bool, 3));
        let refusal = self.refusal(agg, "Never", false);
        draft.ensure.push(format!("{rule} else {refusal}"));
        self.leaves = known;
    }

    fn by_hand(&mut self, agg: &mut Agg) {
        self.hit("form command.rust");
        let name = self.name("Weigh");
        let event = format!("{name}Done");
        let field = self.field(&Ty::Int);
        self.line(&format!(
            "[command.{name}]\non = \"{}\"\nfields = [\"{}: {}\"]\ndecide = \"rust\"\nemit = \"{event}\"\nrefuse = \"{name}Refused\"",
            agg.name, field.name, field.text
        ));
        agg.events.push(format!("[event.{event}]\nfields = [\"{}: {}\"]", field.name, field.text));
    }
}
