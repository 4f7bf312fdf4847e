//! Yours: what the gateway answers beside what the domain description says.

use kit_runtime::gateway::Table;

/// More lines, such as one for a route in `extend.rs` of a service:
/// `table.of("desk").read("GET /own/{id}")`.
pub fn extend(table: Table) -> Table {
    table
}
