// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! `ReturnTool` asks one tool; it leads to `ToolReturned`.

use kit::prelude::*;

use super::{Tool, ToolReturned, ToolStatus};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnTool {}

impl Command for ReturnTool {
    const NAME: &'static str = "desk.tool.return_tool";
}

impl Check for ReturnTool {
    fn check(&mut self, _: &mut Violations) {}
}

impl Decide<ReturnTool> for Tool {
    fn decide(&self, _: &ReturnTool, _: &Context) -> Decision<Self> {
        ensure(self.status == ToolStatus::Lent, Ignore)?;
        Ok(Events::one(ToolReturned {}))
    }
}
