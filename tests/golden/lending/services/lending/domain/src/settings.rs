// Rendered by minos from domain/lending.toml; own code goes into extend.rs of the service.
//! What an operator of lending may change.

use kit::prelude::*;

kit::settings! {
    /// The settings of lending.
    pub struct Settings {
        /// How long a loan lasts.
        loan_days: i64 = 21, "LENDING_LOAN_DAYS",
        /// For each day a loan is late.
        fine_per_day: Decimal = num::decimal(50, 2), "LENDING_FINE_PER_DAY",
    }
}

impl Check for Settings {
    fn check(&mut self, at: &mut Violations) {
        at.range("loan_days", &self.loan_days, 1..=90);
        at.scale("fine_per_day", &mut self.fine_per_day, 2);
        at.range("fine_per_day", &self.fine_per_day, num::decimal(0, 0)..);
    }
}
