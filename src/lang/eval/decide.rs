//! Rules and messages: what a decision says.

use super::env::{Env, Result};
use super::expr::{evaluated, truth};
use super::value::Fields;
use crate::lang::ir::{MessageIr, OutcomeIr, RefusalIr, RuleIr, WhenIr};

/// A message with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emitted {
    /// The context of the event or command.
    pub context: String,
    /// Its name.
    pub name: String,
    /// Every field.
    pub fields: Fields,
}

/// What rules decide when one of them does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Refused, with the refusal's fields.
    Refused(String, Fields),
    /// Success, nothing happens.
    Ignored,
    /// This event and nothing else.
    Instead(Emitted),
}

/// Try the rules in order; the first that does not hold decides.
///
/// # Errors
/// The fault that ends the evaluation.
pub fn decide_rules(rules: &[RuleIr], env: &mut Env<'_>) -> Result<Option<Decision>> {
    for rule in rules {
        if !truth(&rule.cond, env)? {
            return outcome(&rule.outcome, env).map(Some);
        }
    }
    Ok(None)
}

/// What an outcome says.
///
/// # Errors
/// The fault that ends the evaluation.
pub fn outcome(outcome: &OutcomeIr, env: &mut Env<'_>) -> Result<Decision> {
    Ok(match outcome {
        OutcomeIr::Refuse(RefusalIr { name, fields, .. }) => {
            Decision::Refused(name.clone(), evaluated(fields, env)?)
        }
        OutcomeIr::Ignore => Decision::Ignored,
        OutcomeIr::Emit(message) => Decision::Instead(emitted(message, env)?),
    })
}

fn emitted(message: &MessageIr, env: &mut Env<'_>) -> Result<Emitted> {
    Ok(Emitted {
        context: message.context.clone(),
        name: message.name.clone(),
        fields: evaluated(&message.fields, env)?,
    })
}

/// The messages that are sent, in order. After each one `then` is called, so that the caller can
/// fold it into the state that [`crate::lang::ir::Root::After`] shows.
///
/// # Errors
/// The first fault.
pub fn emit(
    messages: &[MessageIr],
    env: &mut Env<'_>,
    then: &mut dyn FnMut(&Emitted, &mut Env<'_>) -> Result<()>,
) -> Result<Vec<Emitted>> {
    let mut out = Vec::new();
    let mut conditional = false;
    for message in messages {
        let sent = match &message.when {
            WhenIr::Always => true,
            WhenIr::If(cond) => {
                let holds = truth(cond, env)?;
                conditional |= holds;
                holds
            }
            WhenIr::Otherwise => !conditional,
        };
        if sent {
            let message = emitted(message, env)?;
            then(&message, env)?;
            out.push(message);
        }
    }
    Ok(out)
}
