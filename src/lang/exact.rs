//! Lists without room to spare.
//!
//! A list that is collected item by item gets room for four, and most lists of a domain have one
//! item: over a large system that is more than a third of the memory.

/// What an iterator gives, in a list of exactly that length.
pub fn exact<T>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut list: Vec<T> = items.collect();
    list.shrink_to_fit();
    list
}
