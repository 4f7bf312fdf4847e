//! The desk with a schedule that runs all the time, as a program.

use kit::policy::Message;
use kit::schedule::{Schedule, Ticks};
use kit::time::{UTC, Zone};
use kit::{Context, Folded};
use kit_runtime::service::Builder;

use super::desk;
use super::tool::{AddTool, Tool};

/// A tool whenever a few milliseconds have passed.
pub struct Beat;

impl Schedule for Beat {
    const NAME: &'static str = "beat";
    const TICKS: Ticks = Ticks::Every(7_000);
    const ZONE: &'static Zone = &UTC;

    fn run(cx: &Context) -> Folded<Vec<Message>> {
        let name = cx.now.as_microsecond().to_string();
        Ok(vec![Message::new(&AddTool { name })?])
    }
}

/// The desk that beats, and takes what the beat sends.
pub fn service() -> Builder {
    desk::service().creates::<Tool, AddTool>().schedule::<Beat>()
}
