//! A service: what it is made of, how it starts, how it stops.
//!
//! Keeps true: one process serves one service or several on one address, with the same code; what
//! was accepted before the end is finished; everything is ready before the first request. Which
//! aggregates, views and routes there are is told by the generated `wiring.rs`.

mod app;
mod builder;
mod handle;
mod heads;
mod host;
mod open;
mod place;
mod process;
mod publication;
mod role;
mod sources;
mod stop;
mod wire;

pub use app::App;
pub use builder::{Builder, ReadSettings, Task, Wanted};
pub use handle::{Sagas, Service};
pub(crate) use host::{Host, ask_health, block_on, start_log};
pub(crate) use process::address_setting;
pub use process::{StartError, Started};
pub use role::{Role, Roles};
pub use stop::{Phase, Running, Signals, Stop};
