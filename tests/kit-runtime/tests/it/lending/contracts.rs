//! What the desk publishes.
#![expect(clippy::enum_variant_names, reason = "events are named in full")]

use kit::prelude::*;

use super::tool::ToolId;

kit::events! {
    /// The public events of a tool.
    pub enum ToolFact of "desk.tool" by ToolId {
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
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolReturned {}
