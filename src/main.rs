//! The `minos` binary.

fn main() {}
