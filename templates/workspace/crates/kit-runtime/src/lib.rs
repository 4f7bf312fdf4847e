//! The runtime half of the kit: stores, HTTP, views, transports.
//!
//! A service names its aggregates, views and routes; everything generic about running them is
//! here. The rules of the business are in the domain crates and never see this one.

pub mod command;
pub mod config;
pub mod consume;
mod dev;
mod figures;
pub mod gateway;
pub mod health;
pub mod http;
pub mod policy;
pub mod saga;
pub mod service;
pub mod store;
pub mod telemetry;
pub mod testing;
pub mod transport;
pub mod views;
