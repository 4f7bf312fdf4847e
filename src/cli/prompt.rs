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

/// All of standard input, as it is.
pub(super) fn standard_input() -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}
