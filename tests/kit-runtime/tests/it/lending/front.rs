//! The table of the small system's gateway.

use kit_runtime::gateway::{Part, Table};

pub fn table() -> Table {
    Table::new("lending", 8000)
        .prefix("/api")
        .document("{}")
        .service("desk", 8001)
        .write("POST /tools")
        .write("GET /tools/{tool_id}")
        .write("POST /tools/{tool_id}/lend")
        .read("GET /find-tools")
        .service("office", 8002)
        .write("GET /accounts/{borrower}")
        .read("GET /borrowers")
        .compose(
            "/tool-details/{tool_id}",
            [
                Part::state("tool", "desk", "/tools/{tool_id}").arg("tool_id", "tool_id"),
                Part::state("account", "office", "/accounts/{borrower}")
                    .arg("borrower", "tool.borrower")
                    .optional(),
            ],
        )
}
