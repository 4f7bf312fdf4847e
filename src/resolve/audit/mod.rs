//! Checks over the whole description, once every name is known: what is used by nobody, what other
//! contexts may not see, what never ends.
//!
//! Nothing here changes what earlier passes made, except that a type which contains itself loses
//! the field that does, so that no later walk over types can run in a circle.

mod advice;
mod loops;
mod rows;
mod types;
mod unused;
mod visible;
mod waiting;

use super::resolver::Resolver;
use crate::diagnostics::Sink;
use crate::model::Model;

pub(super) use types::recursive;

/// All checks that need the whole model.
pub(super) fn all(r: &Resolver<'_>, model: &Model, sink: &mut Sink) {
    visible::foreign_types(r, sink);
    visible::private_code(r, sink);
    visible::topics(r, sink);
    loops::endless(model, sink);
    rows::unreached(r, sink);
    if !r.tree.broken && !sink.has_errors() {
        unused::report(r, model, sink);
        advice::report(r, model, sink);
        waiting::report(model, sink);
    }
}
