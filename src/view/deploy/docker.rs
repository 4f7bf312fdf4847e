//! The `Dockerfile`: one for all programs of the workspace.

use serde::Serialize;

use crate::model::Model;

use super::parts::{GATEWAY, PORT, RUNTIME_DIGEST, RUNTIME_NAME, RUST, VERSION, asked, units};

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dockerfile {
    system: String,
    version: &'static str,
    port: u16,
    rust: &'static str,
    runtime: String,
    runtime_name: &'static str,
    /// What the command `health` is told beside its name.
    ready: Option<&'static str>,
    /// A program that stands for all in the first lines.
    example: String,
    binaries: Vec<Binary>,
}

/// A program of the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Binary {
    /// Its name, as wide as the longest.
    pad_name: String,
    does: String,
}

/// The file of a system.
#[must_use]
pub fn dockerfile(model: &Model) -> Dockerfile {
    let services = units(model).into_iter().map(|unit| {
        let words = unit.context.name.replace('_', " ");
        (unit.binary, format!("the service of {words}"))
    });
    let mut programs = vec![(model.system.clone(), "all services in one process".to_owned())];
    programs.extend(
        GATEWAY
            .then(|| (format!("{}-gateway", model.system), "the door to all services".to_owned())),
    );
    programs.extend(services);
    let width = programs.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let example = programs.last().map(|(name, _)| name.clone()).unwrap_or_default();
    Dockerfile {
        system: model.system.clone(),
        version: VERSION,
        port: PORT,
        rust: RUST,
        runtime: format!("{RUNTIME_NAME}@{RUNTIME_DIGEST}"),
        runtime_name: RUNTIME_NAME,
        ready: asked(model),
        example,
        binaries: programs
            .into_iter()
            .map(|(name, does)| Binary { pad_name: format!("{name:width$}"), does })
            .collect(),
    }
}
