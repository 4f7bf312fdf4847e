//! Compares the rendered tree with locks and disk, and decides changes.
