//! Time as the store sees it. Injected, so that tests and simulations own it.

use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

/// Gives the present moment.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present moment, cut to whole microseconds.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        let micros = TimestampRound::new().smallest(Unit::Microsecond).mode(RoundMode::Floor);
        now.round(micros).unwrap_or(now)
    }
}
