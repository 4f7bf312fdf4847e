//! What sagas do: changes, `send MESSAGE`, verdicts, timeouts.

use super::parser::{Parsed, Parser};
use crate::diagnostics::{Diagnostic, nearest};
use crate::lang::token::{Sign, Tok};
use crate::lang::tree::{Action, Ident, Timeout};

const VERDICTS: [&str; 5] = ["next", "compensate", "retry", "complete", "park"];

impl Parser<'_> {
    /// An item of a saga's `on`.
    pub(super) fn action(&mut self) -> Parsed<Action> {
        let alone = *self.peek_at(1) == Tok::End;
        let named = matches!(self.peek_at(1), Tok::Name(_));
        match self.peek() {
            Tok::Name(word) if word == "send" && named => {
                self.skip();
                Ok(Action::Send(self.message()?))
            }
            Tok::Name(word) if alone && word != "delete" => Ok(Action::Verdict(self.verdict()?)),
            Tok::Name(word) if named && matches!(word.as_str(), "call" | "timer" | "cancel") => {
                let report =
                    Diagnostic::error(50, self.span(), format!("`{word}` is not built yet"));
                Err(Box::new(report.help("remove it or wait for stage 2")))
            }
            _ => Ok(Action::Change(self.change()?)),
        }
    }

    fn verdict(&mut self) -> Parsed<Ident> {
        let text = match self.peek() {
            Tok::Name(text) => text.clone(),
            _ => String::new(),
        };
        if VERDICTS.contains(&text.as_str()) {
            return self.name("a verdict");
        }
        let span = self.span();
        let report = self.unexpected(17, "`next`, `compensate`, `retry`, `complete` or `park`");
        let Some(near) = nearest(&text, VERDICTS) else {
            let help = "write a verdict, a change such as `left = 1`, or `send Message`";
            return Err(Box::new(report.help(help)));
        };
        self.soft(report.help(format!("did you mean `{near}`?")).patch(span, near));
        self.skip();
        Ok(Ident { text: near.to_owned(), span })
    }

    /// `10min then compensate`
    pub(super) fn timeout(&mut self) -> Parsed<Timeout> {
        let after = self.duration()?;
        if !self.eat_word("then") {
            return Err(self.bad("`then` and a verdict"));
        }
        Ok(Timeout { after, verdict: self.verdict()? })
    }

    /// `15min`; `7d` is seven times 24 hours here.
    pub(super) fn duration(&mut self) -> Parsed<jiff::SignedDuration> {
        let duration = match self.peek() {
            Tok::Duration(duration) => *duration,
            Tok::Days(days) => jiff::SignedDuration::from_secs(days.saturating_mul(86_400)),
            Tok::Int(_) => {
                let mut report = self.unexpected(11, "a duration");
                report.help = Some("write a unit: `500ms`, `10s`, `15min`, `2h`, `7d`".to_owned());
                return Err(report);
            }
            Tok::Sign(Sign::Minus) => {
                let mut report = self.unexpected(11, "a duration");
                report.help = Some("a duration is not negative here".to_owned());
                return Err(report);
            }
            _ => return Err(self.bad("a duration such as `15min`")),
        };
        self.skip();
        Ok(duration)
    }
}
