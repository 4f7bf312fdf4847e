// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! `AddTool` makes one tool; it leads to `ToolAdded`.

use kit::prelude::*;

use super::{Tool, ToolAdded, ToolId};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddTool {
    pub name: String,
}

impl Command for AddTool {
    const NAME: &'static str = "desk.tool.add_tool";
}

impl Check for AddTool {
    fn check(&mut self, at: &mut Violations) {
        at.length("name", &self.name, 1..=80);
    }
}

impl Create<AddTool> for Tool {
    fn create(_: &ToolId, cmd: &AddTool, _: &Context) -> Decision<Self> {
        Ok(Events::one(ToolAdded { name: cmd.name.clone() }))
    }
}
