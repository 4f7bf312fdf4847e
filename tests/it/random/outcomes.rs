//! How a command ends when it is not done: every outcome of a rule.

use super::aggregates::Agg;
use super::commands::Draft;
use super::cover::OUTCOMES;
use super::expr::closed;
use super::world::{Field, Gen, Ty};

impl Gen {
    pub fn refusal(&mut self, agg: &mut Agg, stem: &str, with_fields: bool) -> String {
        let name = self.name(stem);
        if !with_fields {
            agg.refusals.push((name.clone(), vec![]));
            return name;
        }
        let ty = self.chance.pick(&[Ty::Int, Ty::Date, Ty::Dec(2), Ty::Text]);
        let field = Field { name: self.name("least"), text: String::new(), ty: ty.clone() };
        let bind = format!("{} = {}", field.name, self.of(&ty, 2));
        agg.refusals.push((name.clone(), vec![field]));
        format!("{name}({bind})")
    }

    fn failure(&mut self, name: &str) -> String {
        let event = format!("{name}Failed{}", self.names);
        let because = self.name("because");
        let reason = self.of(&Ty::Text, 1);
        format!("emit {event}({because} = {reason})")
    }

    pub fn outcome(&mut self, agg: &mut Agg, draft: &mut Draft) -> &'static str {
        let few = if agg.status.is_empty() { 5 } else { 8 };
        let outcome = OUTCOMES[self.chance.below(few)];
        let from = if agg.status.is_empty() {
            String::new()
        } else {
            agg.status[..1 + self.chance.below(2)].join(", ")
        };
        self.hit("form command.require");
        for _ in 0..self.chance.below(2) {
            let rule = closed(self.of(&Ty::Bool, 3));
            self.forget(&rule);
            let refusal = self.refusal(agg, "Not", false);
            draft.require.push(format!("{rule} else {refusal}"));
        }
        let rule = closed(self.of(&Ty::Bool, 4));
        self.forget(&rule);
        match outcome {
            "none" => draft.require.retain(|r| r.contains("Unknown")),
            "refuse" | "refuse-fields" => {
                let refusal = self.refusal(agg, "Denied", outcome == "refuse-fields");
                draft.require.push(format!("{rule} else {refusal}"));
            }
            "ignore" => draft.require.push(format!("{rule} else ignore")),
            "emit" => {
                let failure = self.failure(&draft.name);
                draft.require.push(format!("{rule} else {failure}"));
            }
            "from-refuse" => {
                let otherwise = if self.chance.one_in(2) {
                    String::new()
                } else {
                    format!(" else {}", self.refusal(agg, "Wrong", false))
                };
                draft.lines.push(format!("from = \"{from}{otherwise}\""));
            }
            "from-ignore" => draft.lines.push(format!("from = \"{from} else ignore\"")),
            _ => draft.lines.push(format!("from = \"{from} else emit {}Late\"", draft.name)),
        }
        outcome
    }
}
