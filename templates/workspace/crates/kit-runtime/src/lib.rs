//! The runtime half of the kit: stores, HTTP, views, transports.

pub mod store;
