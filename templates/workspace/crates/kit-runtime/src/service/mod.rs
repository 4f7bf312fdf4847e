//! A service: what it is made of, how it starts, how it stops.

mod stop;

pub use stop::{Phase, Running, Stop, signalled};
