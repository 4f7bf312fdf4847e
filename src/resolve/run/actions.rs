//! What a saga does at its end: changes and commands, in their order.

use crate::lang::eval::{Emitted, Env, Fault, apply, emit};
use crate::lang::ir::WhenIr;
use crate::model::ActionIr;

/// Do it; `send` gets each command. `otherwise` is for when no conditional command above it was sent.
pub(super) fn perform(
    actions: &[ActionIr],
    env: &mut Env<'_>,
    send: &mut dyn FnMut(Emitted),
) -> Result<(), Fault> {
    let mut told = false;
    for action in actions {
        match action {
            ActionIr::Change(change) => drop(apply(std::slice::from_ref(change), env)?),
            ActionIr::Send(message) if told && matches!(message.when, WhenIr::Otherwise) => {}
            ActionIr::Send(message) => {
                let sent = emit(std::slice::from_ref(message), env, &mut |_, _| Ok(()))?;
                told |= matches!(message.when, WhenIr::If(_)) && !sent.is_empty();
                sent.into_iter().for_each(&mut *send);
            }
        }
    }
    Ok(())
}
