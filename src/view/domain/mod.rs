//! The domain crate of a context.
