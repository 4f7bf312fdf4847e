//! Tests of the way between services that need a real broker; `scripts/kafka run` starts one.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at a surprise")]

#[path = "../it/db.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod db;
#[path = "../it/lending/mod.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod lending;
#[path = "../it/program.rs"]
#[expect(dead_code, reason = "shared with other tests")]
mod program;
#[path = "../it/web.rs"]
mod web;

#[cfg(feature = "kafka-tls")]
#[path = "../tls/authority.rs"]
mod authority;
mod batches;
#[cfg(feature = "programs")]
mod bookshelf;
mod broker;
mod flow;
mod foreign;
mod outage;
mod relays;
mod repair;
#[cfg(feature = "kafka-tls")]
mod secure;
mod topics;
