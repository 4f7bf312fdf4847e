//! Tests of kit-runtime that need more than the crate itself.

mod edge;
mod web;
