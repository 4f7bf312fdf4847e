//! The pure half of the kit: aggregates, events, decisions; no I/O.
