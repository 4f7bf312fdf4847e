// Rendered by minos from minos.toml; own code goes into extend.rs of the gateway.
//! The gateway of toolshare: which path is answered by whom.

mod extend;

use kit_runtime::gateway::Table;

/// What is answered, for people and programs: OpenAPI, served at `/openapi.json`.
const DOCUMENT: &str = include_str!("../../../contracts/openapi.json");

/// The table of toolshare.
#[must_use]
pub fn table() -> Table {
    let table = Table::new("toolshare", 8000)
        .document(DOCUMENT)
        .service("desk", 8001)
        .read("GET /shelf")
        .write("POST /tools")
        .write("GET /tools/{tool_id}")
        .write("POST /tools/{tool_id}/lend")
        .write("POST /tools/{tool_id}/return");
    extend::extend(table)
}
