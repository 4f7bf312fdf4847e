//! The two kit crates: the same bytes in every project.

use super::{Content, Plan, PlanError, PlannedFile, templates};

/// Add the sources of the kit crates.
///
/// # Errors
/// When one of the paths is planned already.
pub fn add_kit(plan: &mut Plan) -> Result<(), PlanError> {
    for folder in ["workspace/crates/kit/src/", "workspace/crates/kit-runtime/src/"] {
        for (id, _) in templates(folder) {
            let path = id.strip_prefix("workspace/").unwrap_or(id);
            plan.add(path, PlannedFile::owned("project", Content::Verbatim(id)))?;
        }
    }
    Ok(())
}
