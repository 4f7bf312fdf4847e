//! Tests of kit that need more than the crate itself.
#![expect(clippy::unwrap_used, reason = "a test stops at a surprise")]

mod saga;
