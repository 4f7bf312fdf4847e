//! Proof that a generated system works as a whole: requests to the gateway of the shop, the processes killed, and what its
//! tables hold, worked out a second time.
//!
//! Knows nothing of the kit: the client is its own, rows are read with the drivers of the databases, and the views are
//! folded here once more.
//! Everything is in `tests/it`; `scripts/system` makes the programs and runs it.
