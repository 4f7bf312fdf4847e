//! Encrypted connections to servers with certificates that these tests make.
#![expect(clippy::unwrap_used, reason = "a test stops at a surprise")]

mod authority;
mod postgres;
