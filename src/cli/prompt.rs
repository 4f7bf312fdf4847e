//! The only reader of the terminal and of standard input.

use std::io::Read as _;

use dialoguer::Input;

use super::exit::{Exit, Failure};
use super::run::Run;

/// Ask for one of the choices. Without a terminal this is a refusal that shows the whole command
/// to type instead; with `--yes` it is the default.
pub(super) fn choose(
    run: &Run,
    question: &str,
    choices: &[&str],
    default: &str,
    instead: &str,
) -> Result<String, Failure> {
    if run.global.yes {
        return Ok(default.to_owned());
    }
    if !run.ui.terminal.can_ask {
        let message = format!("{question} nobody can be asked here");
        return Err(Failure::new(Exit::Refused, message).hint(format!("say it: {instead}")));
    }
    let question = format!("{question} ({})", choices.join(", "));
    let known: Vec<String> = choices.iter().map(|c| (*c).to_owned()).collect();
    Input::<String>::new()
        .with_prompt(question)
        .default(default.to_owned())
        .validate_with(move |answer: &String| match known.contains(answer) {
            true => Ok(()),
            false => Err("there is no such one"),
        })
        .interact_text()
        .map_err(|e| Failure::new(Exit::Interrupted, e.to_string()))
}

/// Somebody who answers questions; tests have one of their own.
pub(super) trait Asker {
    /// Whether anybody is there.
    fn can_ask(&self) -> bool;

    /// The answer to a question: one of the choices when there are some.
    ///
    /// # Errors
    /// The one who was asked went away.
    fn ask(
        &mut self,
        question: &str,
        default: Option<&str>,
        choices: &[String],
    ) -> Result<String, Failure>;
}

/// The user at the terminal. With `--yes` a question that has a default is answered with it.
pub(super) struct Terminal<'a> {
    pub(super) run: &'a Run,
}

impl Asker for Terminal<'_> {
    fn can_ask(&self) -> bool {
        self.run.ui.terminal.can_ask && !self.run.global.yes
    }

    fn ask(
        &mut self,
        question: &str,
        default: Option<&str>,
        choices: &[String],
    ) -> Result<String, Failure> {
        let shown = match choices {
            [] => question.to_owned(),
            many => format!("{question} ({})", many.join(", ")),
        };
        let known = choices.to_vec();
        let mut input =
            Input::<String>::new().with_prompt(shown).validate_with(move |answer: &String| {
                match known.is_empty() || known.contains(answer) {
                    true => Ok(()),
                    false => Err("there is no such one"),
                }
            });
        if let Some(default) = default {
            input = input.default(default.to_owned()).show_default(!default.is_empty());
        }
        let answer = input.allow_empty(default == Some("")).interact_text();
        answer.map_err(|e| Failure::new(Exit::Interrupted, e.to_string()))
    }
}

/// All of standard input, as it is.
pub(super) fn standard_input() -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}
