//! The gateway: the one address of a system, in front of its services.
//!
//! Keeps true: only what the table names is forwarded; a body streams through in both directions
//! and is never held as a whole; what belongs to one connection, and what a caller could forge,
//! does not pass; every answer of the gateway's own is a problem that names no service. It decides
//! nothing about the business, and it knows services by name only: where they answer is a setting.
//!
//! A request passes these layers, outermost first. Those in brackets are for later: each has one
//! place, and none is needed for the others.
//!
//! 1. framing and target (`http::strict`)
//! 2. ids, access log, panics, the way down (`http::edge`)
//! 3. the table: path and method
//! 4. \[authentication, then rates per caller\]
//! 5. requests at a time, length of the body, deadline (`forward`)
//! 6. \[breaker per upstream\]
//! 7. headers (`headers`), then the upstream (`pool`, or a service in this process)

mod body;
mod compose;
mod forward;
mod front;
mod headers;
mod parts;
mod pool;
mod process;
mod table;
mod upstream;

pub use process::Gateway;
pub use table::{Part, Table};

pub(crate) use front::{Front, Limits};
pub(crate) use upstream::{Sides, Upstream, Upstreams};
