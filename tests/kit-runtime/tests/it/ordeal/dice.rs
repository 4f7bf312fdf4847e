//! Repeatable chance.

use std::sync::atomic::{AtomicU64, Ordering};

pub struct Dice(AtomicU64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A number below `sides`.
    pub fn roll(&self, sides: u64) -> u64 {
        let next = |seed: u64| Some(seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        let seed = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next).unwrap();
        (seed >> 33) % sides
    }
}
