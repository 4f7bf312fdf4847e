//! Configuration: file < environment < flag, one table that documents every setting.
//!
//! Keeps true: a value has one name in all three places (`HTTP_ADDR`, `--http-addr`), an unknown
//! flag is an error, and the table in `--help` is the list that is read. It does not interpret
//! addresses or URLs; whoever uses a value parses it and names the setting in its error.

mod entry;
mod read;

pub use entry::{Entry, table};
pub(crate) use read::parse_duration;
pub use read::{Config, ConfigError, Sources};
