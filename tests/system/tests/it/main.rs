//! The shop, end to end: one suite for every way to run it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at a surprise")]
#![expect(clippy::print_stdout, reason = "a run that kills says its seed and its numbers")]

mod cases;
mod faults;
mod http;
mod page;
mod postgres;
mod program;
mod raw;
mod server;
mod shop;
mod system;
