//! The service crate of a context: read models, queries, reactions, routes, and what starts them.

mod crate_files;
mod flow;
mod fold;
mod policy;
mod projection;
mod publish;
mod query;
mod routes;
mod saga;
mod saga_tests;
mod scenarios;
mod schedule;
mod seed;
mod site;
mod sql;
mod stream;
mod tests;
mod wiring;

pub use crate_files::{lib_file, manifest};
pub use policy::policy_file;
pub use projection::{replica_file, revision, view_file};
pub use publish::publish_file;
pub use query::query_file;
pub use routes::routes_file;
pub use saga::saga_file;
pub use saga_tests::saga_tests;
pub use scenarios::scenario_tests;
pub use schedule::schedule_file;
pub use seed::{SeedFile, seed_file};
pub use stream::{Stream, streams_of};
pub use tests::routes_tests;
pub use wiring::{neighbours, wiring_file};
