//! Tests of kit-runtime that need more than the crate itself.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at a surprise")]

mod commands;
mod conformance;
mod contexts;
mod db;
mod edge;
mod gateway;
mod hostile;
mod lending;
mod on_postgres;
mod ordeal;
mod page;
mod processes;
mod program;
mod reactions;
mod reading;
mod references;
mod roles;
mod sagas;
mod sagas_killed;
mod seeds;
mod timed;
mod told;
mod travel;
mod waiting;
mod web;
