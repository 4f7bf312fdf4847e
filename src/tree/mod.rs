//! The only room that writes to disk.
