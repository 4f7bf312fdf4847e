//! Changes: `points += ev.points`, `append notes = ev.note`, `update parts where c: price = 1`.

use super::parser::{Parsed, Parser};
use crate::diagnostics::{Diagnostic, nearest};
use crate::lang::token::{Sign, Tok};
use crate::lang::tree::{Appended, Assign, AssignOp, Change, ChangeKind, Ident};

const VERBS: [&str; 6] = ["append", "merge", "update", "remove", "put", "delete"];

/// Verbs of other languages, and those of this one.
const ELSEWHERE: [(&str, &str); 12] = [
    ("add", "append"),
    ("push", "append"),
    ("insert", "put"),
    ("set", "NAME = .."),
    ("unset", "NAME = none"),
    ("clear", "NAME = []"),
    ("increment", "NAME += 1"),
    ("decrement", "NAME -= 1"),
    ("drop", "remove"),
    ("upsert", "merge"),
    ("replace", "put"),
    ("upd", "update"),
];

impl Parser<'_> {
    /// A change.
    pub(super) fn change(&mut self) -> Parsed<Change> {
        let start = self.span();
        let assigned = matches!(
            self.peek_at(1),
            Tok::Sign(Sign::Set | Sign::AddSet | Sign::SubSet | Sign::EqEq | Sign::Dot)
        );
        if !assigned {
            self.other_verb()?;
        }
        let verb = match self.peek() {
            Tok::Name(word) if !assigned => word.clone(),
            _ => String::new(),
        };
        if VERBS.contains(&verb.as_str()) {
            self.skip();
        }
        let kind = match verb.as_str() {
            "append" => self.append()?,
            "merge" => {
                let name = self.target("merge")?;
                let assigns = if self.eat(Sign::Colon) { self.assigns()? } else { Vec::new() };
                ChangeKind::Merge { name, assigns }
            }
            "update" => self.update()?,
            "remove" => self.remove()?,
            "put" => self.put()?,
            "delete" => ChangeKind::Delete,
            _ => ChangeKind::Assign(self.assign()?),
        };
        Ok(Change { kind, span: start.to(self.before()) })
    }

    fn append(&mut self) -> Parsed<ChangeKind> {
        let name = self.target("append")?;
        let what = if self.eat(Sign::Set) {
            Appended::Value(self.expr()?)
        } else if self.eat(Sign::Colon) {
            Appended::Built(self.assigns()?)
        } else {
            Appended::Built(Vec::new())
        };
        Ok(ChangeKind::Append { name, what })
    }

    fn update(&mut self) -> Parsed<ChangeKind> {
        let name = self.target("update")?;
        let cond = if self.eat_word("where") { Some(self.expr()?) } else { None };
        if !self.eat(Sign::Colon) {
            return Err(self.shape(
                "`:` and assignments",
                "write `update parts where part_no == ev.part_no: price = ev.price`",
            ));
        }
        Ok(ChangeKind::Update { name, cond, assigns: self.assigns()? })
    }

    fn remove(&mut self) -> Parsed<ChangeKind> {
        let name = self.target("remove")?;
        if self.is(Sign::OpenList) {
            return Ok(ChangeKind::RemoveKey { name, keys: self.keys()? });
        }
        if self.eat_word("where") {
            return Ok(ChangeKind::RemoveWhere { name, cond: self.expr()? });
        }
        Err(self.shape(
            "`[key]` or `where`",
            "write `remove parts[ev.part_no]` or `remove parts where price == 0`",
        ))
    }

    fn put(&mut self) -> Parsed<ChangeKind> {
        let example = "write `put hours[ev.mechanic_id] = ev.amount`";
        let name = self.target("put")?;
        let open = self.span();
        if !self.eat(Sign::OpenList) {
            return Err(self.shape("`[key]`", example));
        }
        let key = self.inner()?;
        self.close(Sign::CloseList, open, "")?;
        if !self.eat(Sign::Set) {
            return Err(self.shape("`=` and a value", example));
        }
        Ok(ChangeKind::Put { name, key, value: self.expr()? })
    }

    fn target(&mut self, verb: &str) -> Parsed<Ident> {
        match self.eat_lower() {
            Some(name) => Ok(name),
            None => {
                Err(self.shape(&format!("the field that `{verb}` changes"), self.notation.example))
            }
        }
    }

    fn assigns(&mut self) -> Parsed<Vec<Assign>> {
        let mut assigns = Vec::new();
        loop {
            assigns.push(self.assign()?);
            if !self.eat(Sign::Comma) {
                return Ok(assigns);
            }
        }
    }

    fn assign(&mut self) -> Parsed<Assign> {
        let Some(name) = self.eat_lower() else {
            return Err(self.shape("a field or a verb", self.notation.example));
        };
        let op = match self.peek() {
            Tok::Sign(Sign::Set) => AssignOp::Set,
            Tok::Sign(Sign::AddSet) => AssignOp::Add,
            Tok::Sign(Sign::SubSet) => AssignOp::Sub,
            Tok::Sign(Sign::EqEq) => {
                let span = self.span();
                let report = Diagnostic::error(17, span, "`==` changes nothing")
                    .label("an assignment is `=`");
                self.soft(report.help("write `=`").patch(span, "="));
                AssignOp::Set
            }
            Tok::Sign(Sign::Dot) => {
                let help = "assign to a field by its own name; elements change with `update`, whole values with `=`";
                return Err(self.shape("`=`, `+=` or `-=`", help));
            }
            Tok::Sign(Sign::OpenList) => {
                return Err(self
                    .shape("`=`, `+=` or `-=`", "to set an entry write `put name[key] = value`"));
            }
            _ => return Err(self.shape("`=`, `+=` or `-=`", self.notation.example)),
        };
        self.skip();
        Ok(Assign { name, op, value: self.expr()? })
    }

    fn shape(&self, what: &str, help: &str) -> crate::lang::lex::Bad {
        let mut report = self.unexpected(17, what);
        report.help = Some(help.to_owned());
        report
    }

    /// `push x`, `apend x`: a name where a verb should be, read as the one that is meant.
    fn other_verb(&mut self) -> Parsed<()> {
        let Tok::Name(verb) = self.peek() else { return Ok(()) };
        if VERBS.contains(&verb.as_str()) || !matches!(self.peek_at(1), Tok::Name(_)) {
            return Ok(());
        }
        let span = self.span();
        let report = Diagnostic::error(17, span, format!("`{verb}` is not a verb of change"))
            .label("unknown verb");
        let there = ELSEWHERE.iter().find(|(there, _)| there == verb).map(|(_, here)| *here);
        match there.or_else(|| nearest(verb, VERBS)) {
            Some(here) if VERBS.contains(&here) => {
                self.soft(report.help(format!("write `{here}`")).patch(span, here));
                self.read_as(here);
                Ok(())
            }
            Some(here) => Err(Box::new(report.help(format!("write `{here}`")))),
            None => {
                let help = "the verbs are `append` `merge` `update` `remove` `put` `delete`, or \
                            write `name = value`";
                Err(Box::new(report.help(help)))
            }
        }
    }
}
