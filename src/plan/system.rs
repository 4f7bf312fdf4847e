//! The whole plan of a system.

use super::{Plan, PlanError, domain};
use crate::model::Model;
use crate::source::Sources;

/// Every file of the system that the model describes; `sources` are the domain files it was read
/// from.
///
/// # Errors
/// Two files want one path: a mistake of minos.
pub fn system(model: &Model, sources: &Sources) -> Result<Plan, PlanError> {
    let mut plan = Plan::new();
    super::add_kit(&mut plan)?;
    for context in model.contexts.keys() {
        let source = source_of(model, sources, context);
        domain::add(&mut plan, model, context, &source)?;
    }
    Ok(plan)
}

/// The domain file that describes a context.
pub(super) fn source_of(model: &Model, sources: &Sources, context: &str) -> String {
    let aggregate = model.contexts.get(context).and_then(|c| c.aggregates.values().next());
    let file = aggregate.and_then(|a| sources.get(a.span.file));
    file.map_or_else(|| "minos.toml".to_owned(), |f| f.path().to_string())
}
