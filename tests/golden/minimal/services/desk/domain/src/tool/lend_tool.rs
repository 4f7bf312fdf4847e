// Rendered by minos from minos.toml; own code goes into extend.rs of the service.
//! `LendTool` asks one tool; it leads to `ToolLent`.

use kit::prelude::*;

use super::{Tool, ToolLent, ToolRefusal as No, ToolStatus};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LendTool {
    pub borrower: String,
    pub weeks: i64,
}

impl Command for LendTool {
    const NAME: &'static str = "desk.tool.lend_tool";
}

impl Check for LendTool {
    fn check(&mut self, at: &mut Violations) {
        at.length("borrower", &self.borrower, 1..=80);
        at.range("weeks", &self.weeks, 1..=4);
    }
}

impl Decide<LendTool> for Tool {
    fn decide(&self, cmd: &LendTool, cx: &Context) -> Decision<Self> {
        ensure(self.status == ToolStatus::OnShelf, No::WrongStatus)?;
        Ok(Events::one(ToolLent {
            borrower: cmd.borrower.clone(),
            weeks: cmd.weeks,
            due: time::date_plus(cx.today(), time::weeks(cmd.weeks)?)?,
        }))
    }
}
