//! A tool: the aggregate of the desk.

use kit::prelude::*;

kit::id!(ToolId, "Names a tool.");

kit::enums! {
    /// Where a tool is.
    pub enum ToolStatus {
        OnShelf = "on_shelf",
        Lent = "lent",
        Scrapped = "scrapped",
    }
}

kit::events! {
    /// Everything that can happen to a tool.
    pub enum ToolEvent of "desk.tool" by ToolId {
        ToolAdded = "tool_added" v 1,
        ToolLent = "tool_lent" v 1,
        LoanRefused = "loan_refused" v 1,
        ToolReturned = "tool_returned" v 1,
        ToolScrapped = "tool_scrapped" v 1 closes,
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolAdded {
    pub name: String,
    pub number: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolLent {
    pub borrower: String,
    pub weeks: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoanRefused {
    pub borrower: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolReturned {}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolScrapped {}

kit::refusals! {
    /// Why a tool says no.
    pub enum ToolRefusal {
        NameTaken { name: String } = 409 "name_taken" "there is a {name} already",
    }
}

use ToolRefusal as No;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tool {
    pub tool_id: ToolId,
    pub status: ToolStatus,
    pub name: String,
    pub number: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub borrower: Option<String>,
}

impl Aggregate for Tool {
    const NAME: &'static str = "tool";
    type Id = ToolId;
    type Event = ToolEvent;
    type Refusal = ToolRefusal;

    fn begin(tool_id: ToolId, event: &ToolEvent) -> Folded<Self> {
        let ToolEvent::ToolAdded(ev) = event else { return Err(Fault::NoBeginning) };
        let (status, name) = (ToolStatus::OnShelf, ev.name.clone());
        Ok(Self { tool_id, status, name, number: ev.number, borrower: None })
    }

    fn apply(&mut self, event: &ToolEvent) -> Folded {
        match event {
            ToolEvent::ToolAdded(_) | ToolEvent::LoanRefused(_) => {}
            ToolEvent::ToolLent(ev) => {
                self.status = ToolStatus::Lent;
                self.borrower = Some(ev.borrower.clone());
            }
            ToolEvent::ToolReturned(_) => {
                self.status = ToolStatus::OnShelf;
                self.borrower = None;
            }
            ToolEvent::ToolScrapped(_) => self.status = ToolStatus::Scrapped,
        }
        Ok(())
    }

    fn status(&self) -> Option<&'static str> {
        Some(self.status.as_str())
    }

    fn unique(&self) -> Folded<Vec<Unique<No>>> {
        let taken = No::NameTaken { name: self.name.clone() };
        Ok(vec![Unique::new("tool_name", &[&self.name], taken)])
    }
}

macro_rules! command {
    ($name:ident { $($field:ident: $type:ty),* } = $wire:literal, $check:expr) => {
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(pub $field: $type),*
        }

        impl Command for $name {
            const NAME: &'static str = $wire;
        }

        impl Check for $name {
            fn check(&mut self, at: &mut Violations) {
                let check: fn(&mut Self, &mut Violations) = $check;
                check(self, at);
            }
        }
    };
}
pub(super) use command;

command!(AddTool { name: String } = "desk.tool.add_tool", |it, at| {
    it.name = it.name.trim().to_owned();
    at.length("name", &it.name, 1..=20);
});
command!(LendTool { borrower: String, weeks: i64 } = "desk.tool.lend_tool", |it, at| {
    at.length("borrower", &it.borrower, 1..=20);
    at.range("weeks", &it.weeks, 1..=4);
});
command!(ReturnTool {} = "desk.tool.return_tool", |_, _| {});
command!(ScrapTool {} = "desk.tool.scrap_tool", |_, _| {});
command!(DropTool {} = "desk.tool.drop_tool", |_, _| {});

impl Create<AddTool> for Tool {
    fn create(_: &ToolId, cmd: &AddTool, cx: &Context) -> Decision<Self> {
        Ok(Events::one(ToolAdded { name: cmd.name.clone(), number: cx.next("tool", "")? }))
    }
}

impl Decide<LendTool> for Tool {
    fn decide(&self, cmd: &LendTool, _: &Context) -> Decision<Self> {
        ensure(self.status == ToolStatus::OnShelf, No::WrongStatus)?;
        ensure_else(cmd.borrower != "thief", || {
            Instead(LoanRefused { borrower: cmd.borrower.clone() })
        })?;
        Ok(Events::one(ToolLent { borrower: cmd.borrower.clone(), weeks: cmd.weeks }))
    }
}

impl Decide<ReturnTool> for Tool {
    fn decide(&self, _: &ReturnTool, _: &Context) -> Decision<Self> {
        ensure(self.status == ToolStatus::Lent, Ignore)?;
        Ok(Events::one(ToolReturned {}))
    }
}

impl Decide<ScrapTool> for Tool {
    fn decide(&self, _: &ScrapTool, cx: &Context) -> Decision<Self> {
        cx.actor.id()?;
        Ok(Events::one(ToolScrapped {}))
    }
}

impl Decide<DropTool> for Tool {
    fn decide(&self, _: &DropTool, _: &Context) -> Decision<Self> {
        panic!("the secret is 42")
    }
}
