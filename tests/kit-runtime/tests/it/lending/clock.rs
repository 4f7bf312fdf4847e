//! Schedules of the desk: a tool at each time, and one for each that is on the shelf.

use kit::policy::Message;
use kit::schedule::{Schedule, Ticks};
use kit::time::{UTC, Zone};
use kit::{Cond, Context, Folded};
use kit_runtime::service::Builder;

use super::desk::{self, ShelfRow};
use super::tool::{AddTool, Tool};

fn one(name: String) -> Folded<Vec<Message>> {
    Ok(vec![Message::new(&AddTool { name })?])
}

/// Every morning a tool.
pub struct Morning;

impl Schedule for Morning {
    const NAME: &'static str = "morning";
    const TICKS: Ticks = Ticks::Daily(10, 0);
    const ZONE: &'static Zone = &UTC;

    fn run(cx: &Context) -> Folded<Vec<Message>> {
        one(format!("of {}", cx.today()))
    }
}

/// Every noon one more for each on the shelf.
pub struct Noon;

impl Schedule for Noon {
    const NAME: &'static str = "noon";
    const TICKS: Ticks = Ticks::Daily(12, 0);
    const ZONE: &'static Zone = &UTC;

    fn run(cx: &Context) -> Folded<Vec<Message>> {
        let mut messages = Vec::new();
        for row in cx.rows::<ShelfRow>(Cond::Const(true))? {
            let copy = AddTool { name: format!("2 {}", row.name) };
            messages.push(Message::new(&copy)?.for_row(row.tool_id));
        }
        Ok(messages)
    }
}

/// A tool whenever a few milliseconds have passed.
pub struct Beat;

impl Schedule for Beat {
    const NAME: &'static str = "beat";
    const TICKS: Ticks = Ticks::Every(7_000);
    const ZONE: &'static Zone = &UTC;

    fn run(cx: &Context) -> Folded<Vec<Message>> {
        one(format!("{}", cx.now.as_microsecond()))
    }
}

/// The desk, which takes what its schedules send.
pub fn desk() -> Builder {
    desk::service().creates::<Tool, AddTool>()
}

/// The desk that beats.
pub fn beating() -> Builder {
    desk().schedule::<Beat>()
}
