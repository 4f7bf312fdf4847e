// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! What can happen to one tool. These types are the stored form.

use kit::prelude::*;

use super::ToolId;

kit::events! {
    /// Everything that can happen to one tool.
    pub enum ToolEvent of "desk.tool" by ToolId {
        ToolAdded = "tool_added" v 1,
        ToolLent = "tool_lent" v 1,
        ToolReturned = "tool_returned" v 1,
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolAdded {
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolLent {
    pub borrower: String,
    pub weeks: i64,
    pub due: Date,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolReturned {}
