//! Publications in the exported form.

use super::convert::{To, notes};
use super::form;
use crate::model::Publication;

pub(super) fn publication(to: &To<'_>, of: &Publication) -> form::Publication {
    form::Publication {
        notes: notes(&of.event.notes),
        on: of.on.clone(),
        wire: of.event.wire.clone(),
        cond: of.cond.as_ref().map(|cond| to.expr(cond)),
        fields: to.fields(of.event.record),
        values: of.fields.iter().map(|(name, ir)| format!("{name} = {}", to.expr(ir))).collect(),
    }
}
