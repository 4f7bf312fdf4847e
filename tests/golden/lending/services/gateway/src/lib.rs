// Rendered by minos from minos.toml; own code goes into extend.rs of the gateway.
//! The gateway of library: which path is answered by whom.

mod extend;

use kit_runtime::gateway::Table;

/// What is answered, for people and programs: OpenAPI, served at `/openapi.json`.
const DOCUMENT: &str = include_str!("../../../contracts/openapi.json");

/// The table of library.
#[must_use]
pub fn table() -> Table {
    let table = Table::new("library", 8000)
        .document(DOCUMENT)
        .service("catalogue", 8001)
        .read("GET /titles")
        .write("POST /titles")
        .write("GET /titles/{isbn}")
        .write("POST /titles/{isbn}/add-copies")
        .write("POST /titles/{isbn}/withdraw")
        .service("lending", 8002)
        .read("GET /member-card/{member_id}")
        .read("GET /members")
        .write("POST /members")
        .write("GET /members/{member_id}")
        .write("POST /members/{member_id}/borrow")
        .write("POST /members/{member_id}/change-phone")
        .write("POST /members/{member_id}/leave")
        .write("POST /members/{member_id}/pay-fines")
        .write("POST /members/{member_id}/recall")
        .write("POST /members/{member_id}/return")
        .read("GET /popular");
    extend::extend(table)
}
