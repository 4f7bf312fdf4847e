//! Policies: from an event to commands of aggregates that were written later, so nothing runs round.

use super::expr::closed;
use super::world::{Command, Event, Gen, Rows, Ty};

impl Gen {
    pub fn policies(&mut self) {
        for _ in 0..3 {
            self.policy();
        }
    }

    fn policy(&mut self) {
        let sources = self.visible();
        if sources.is_empty() {
            return;
        }
        let (order, event) = self.chance.pick(&sources);
        let targets: Vec<Command> = self
            .commands
            .iter()
            .filter(|c| c.order > order && (c.home == self.ctx || c.public))
            .cloned()
            .collect();
        if targets.is_empty() {
            return;
        }
        let command = self.chance.pick(&targets);
        self.scope(&event.fields, "ev.");
        self.know(&format!("ev.{}", event.id.name), &event.id.ty);
        self.know("meta.time", &Ty::Time);
        self.know("meta.id", &Ty::Uuid);
        self.also_settings();
        let mut lines = vec![];
        self.rounds(&event, &mut lines);
        if !self.can_send(&command) {
            return;
        }
        if self.chance.one_in(2) {
            let known = self.leaves.clone();
            self.leaves.retain(|l| {
                !l.text.starts_with("row.") && l.text != "one" && !l.text.starts_with("one.")
            });
            self.hit("form policy.if");
            let condition = closed(self.of(&Ty::Bool, 3));
            lines.push(format!("if = \"{condition}\""));
            self.leaves = known;
            self.forget(&condition);
            if !self.can_send(&command) {
                return;
            }
        }
        if self.chance.one_in(4) {
            self.hit("form policy.refused");
            lines.push("refused = \"park\"".into());
        }
        self.hit("construct policy");
        if event.home != self.ctx || command.home != self.ctx {
            self.hit("form policy.foreign");
        }
        let mut binds: Vec<String> =
            command.id.iter().map(|id| format!("{} = {}", id.name, self.of(&id.ty, 1))).collect();
        binds.extend((!command.fields.is_empty()).then(|| self.binds(&command.fields)));
        let qualified = if command.home == self.ctx {
            command.name.clone()
        } else {
            format!("{}.{}", Self::context(command.home), command.name)
        };
        let (name, path) = (self.name("React"), self.event_path(&event));
        self.line(&format!("[policy.{name}]\non = \"{path}\""));
        for line in lines {
            self.line(&line);
        }
        self.line(&format!("send = \"{qualified}({})\"", binds.join(", ")));
    }

    fn can_send(&self, command: &Command) -> bool {
        command.fields.iter().chain(&command.id).all(|f| self.can(&f.ty))
    }

    /// One message, or one per row or element; or inside a replica.
    fn rounds(&mut self, event: &Event, lines: &mut Vec<String>) {
        let boards: Vec<Rows> =
            self.replicas.iter().filter(|r| r.view && r.home == self.ctx).cloned().collect();
        let copies: Vec<Rows> = self
            .replicas
            .iter()
            .filter(|r| !r.view && r.home == self.ctx && r.of.as_ref() == Some(&event.agg))
            .cloned()
            .collect();
        if !copies.is_empty() {
            self.hit("form policy.before");
            let copy = self.chance.pick(&copies);
            lines.push(format!("replica = \"{}\"", copy.name));
            self.also(&copy.columns[1..], "before.");
        } else if self.chance.one_in(3) && !boards.is_empty() {
            self.hit("form policy.rows");
            let board = self.chance.pick(&boards);
            self.also(&board.columns, "");
            let when = closed(self.of(&Ty::Bool, 2));
            self.leaves
                .retain(|l| l.text.contains('.') || self.settings.iter().any(|s| s.text == l.text));
            self.leaves.retain(|l| {
                !board.columns.iter().any(|c| l.text.starts_with(&format!("{}.", c.name)))
            });
            lines.push(format!("each = \"{} where {when}\"", board.name));
            self.also(&board.columns, "row.");
        } else if let Some((from, item)) = self.leaf_where(|t| match t {
            Ty::List(item) | Ty::Set(item) => Some((**item).clone()),
            _ => None,
        }) {
            self.hit("form policy.elements");
            lines.push(format!("each = \"one in {from}\""));
            self.know("one", &item);
        }
    }
}
