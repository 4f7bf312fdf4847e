// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! One tool: its state, and how each event changes it.

mod add_tool;
mod event;
mod lend_tool;
mod refusal;
mod return_tool;
#[cfg(test)]
mod tests;

use kit::prelude::*;

pub use add_tool::AddTool;
pub use event::{ToolAdded, ToolEvent, ToolLent, ToolReturned};
pub use lend_tool::LendTool;
pub use refusal::ToolRefusal;
pub use return_tool::ReturnTool;

kit::id!(ToolId, "Names one tool.");

kit::enums! {
    /// Where one tool is in its life.
    pub enum ToolStatus {
        OnShelf = "on_shelf",
        Lent = "lent",
    }
}

/// The state of one tool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tool {
    pub tool_id: ToolId,
    pub status: ToolStatus,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub borrower: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
}

impl Aggregate for Tool {
    const NAME: &'static str = "tool";
    type Id = ToolId;
    type Event = ToolEvent;
    type Refusal = ToolRefusal;

    fn begin(tool_id: ToolId, event: &ToolEvent) -> Folded<Self> {
        match event {
            ToolEvent::ToolAdded(ev) => Ok(Self {
                tool_id,
                status: ToolStatus::OnShelf,
                name: ev.name.clone(),
                borrower: None,
                due: None,
            }),
            _ => Err(Fault::NoBeginning),
        }
    }

    fn apply(&mut self, event: &ToolEvent) -> Folded {
        match event {
            ToolEvent::ToolAdded(_) => {}
            ToolEvent::ToolLent(ev) => {
                self.borrower = Some(ev.borrower.clone());
                self.due = Some(ev.due);
                self.status = ToolStatus::Lent;
            }
            ToolEvent::ToolReturned(_) => {
                self.borrower = None;
                self.due = None;
                self.status = ToolStatus::OnShelf;
            }
        }
        Ok(())
    }

    fn status(&self) -> Option<&'static str> {
        Some(self.status.as_str())
    }

    fn bounds(&self, at: &mut Violations) {
        at.length("name", &self.name, 1..=80);
        at.length("borrower", &self.borrower, 1..=80);
    }
}
