//! Serialisable structs for templates, with every spelling ready.
//!
//! One folder per generated crate, one file per generated thing. Templates print what stands here
//! and decide nothing: a list may be empty and a flag false, that is all they see. Rust text comes
//! out of `layout`, so it is formatted before it reaches a template.

pub mod contracts;
pub mod deploy;
pub mod domain;
pub mod gateway;
pub mod openapi;
pub mod rust;
pub mod service;
pub mod workspace;
