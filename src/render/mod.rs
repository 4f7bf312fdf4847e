//! From plan to texts.
