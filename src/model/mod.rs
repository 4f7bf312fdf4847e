//! The resolved domain: no missing parts, ids instead of names, typed expressions.
