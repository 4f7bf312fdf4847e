//! Tests of kit that need more than the crate itself.

mod saga;
